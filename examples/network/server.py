"""Serving the example network: two loopback ports, plain and TLS, answered by one application in a thread of its own.

`with ExampleNetwork() as network:` is the whole interface for tests and for the demonstration; `python -m examples.network`
does the same until it is interrupted.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from examples.network.application import Application
from examples.network.authority import Certificates, make_certificates
from examples.network.exchange import Request
from examples.network.sites import load_sites
from inroad.guard.errors import UserError

ADDRESS = "127.0.0.1"
START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 5.0


class ExampleNetwork:
    """The network, served from entering the context to leaving it.

    Args:
        port: Port for plain HTTP; 0 for any that is free.
        tls_port: Port for HTTPS; 0 for any that is free.
    """

    def __init__(self, *, port: int = 0, tls_port: int = 0) -> None:
        self._ports = (port, tls_port)
        self._sites = load_sites()
        self._application = Application(self._sites)
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        self._certificates: Certificates | None = None
        self._sockets: list[socket.socket] = []
        self._servers: list[uvicorn.Server] = []
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def domains(self) -> tuple[str, ...]:
        """The companies' domains, in alphabetical order."""
        return tuple(sorted({site.domain for site in self._sites.values() if site.is_company}))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host name that is answered."""
        return tuple(sorted(self._sites))

    @property
    def resolve(self) -> list[str]:
        """Values for `--resolve` that lead every host's ports 80 and 443 here."""
        plain, tls = self.ports
        return [f"*:80:{ADDRESS}:{plain}", f"*:443:{ADDRESS}:{tls}"]

    @property
    def ports(self) -> tuple[int, int]:
        """The ports in use, plain and TLS."""
        if len(self._sockets) != 2:
            raise RuntimeError("the example network is not being served")
        plain, tls = (bound.getsockname()[1] for bound in self._sockets)
        return plain, tls

    @property
    def ca_file(self) -> Path:
        """The authority's certificate in PEM form; it exists while the network is served."""
        if self._certificates is None:
            raise RuntimeError("the example network is not being served")
        return self._certificates.ca_file

    @property
    def requests(self) -> tuple[Request, ...]:
        """What was asked since the start or the last reset, in the order of arrival."""
        return tuple(self._application.log)

    @property
    def open_streams(self) -> int:
        """How many answers by misbehaviour are under way, endless ones included."""
        return self._application.open_streams

    def reset(self) -> None:
        """Forget every request, so that the log is empty and passing trouble begins anew."""
        self._application.reset()

    def start(self) -> None:
        """Make certificates, take the ports and answer.

        Raises:
            UserError: A port is taken, or certificates cannot be made.
        """
        self._directory = tempfile.TemporaryDirectory(prefix="example-network-", ignore_cleanup_errors=True)
        try:
            self._certificates = make_certificates(Path(self._directory.name), self.hosts)
            for port in self._ports:
                self._sockets.append(_listen(port))
            self._servers = [self._server(tls=False), self._server(tls=True)]
            self._thread = threading.Thread(target=self._run, name="example-network", daemon=True)
            self._thread.start()
            self._wait_until_started()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End every answer under way, free the ports and remove the certificates."""
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._application.closing.set)
        if self._thread is not None:
            self._thread.join(STOP_TIMEOUT_S)
        for bound in self._sockets:
            bound.close()
        if self._directory is not None:
            self._directory.cleanup()
        self._sockets, self._servers = [], []
        self._thread = self._loop = self._directory = self._certificates = None

    def _server(self, *, tls: bool) -> uvicorn.Server:
        made = self._certificates
        assert made is not None
        return uvicorn.Server(
            uvicorn.Config(
                self._application,
                interface="asgi3",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=1,
                ssl_certfile=made.certificate_file if tls else None,
                ssl_keyfile=made.key_file if tls else None,
            )
        )

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:  # noqa: BLE001 - handed to the thread that waits for the start
            self._failure = failure

    async def _serve(self) -> None:
        self._application.closing = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        serving = [
            asyncio.create_task(server.serve(sockets=[bound])) for server, bound in zip(self._servers, self._sockets, strict=True)
        ]
        await self._application.closing.wait()
        for server in self._servers:
            server.should_exit = True
        await asyncio.gather(*serving)

    def _wait_until_started(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not all(server.started for server in self._servers):
            if self._failure is not None or time.monotonic() > deadline:
                raise RuntimeError("the example network did not start") from self._failure
            time.sleep(0.005)


def _listen(port: int) -> socket.socket:
    # asyncio turns Nagle's delay off only for sockets that name TCP; without it each answer waits 40 ms for an acknowledgement.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((ADDRESS, port))
    except (OSError, OverflowError) as error:
        bound.close()
        cause = error.strerror if isinstance(error, OSError) else "ports are 0 to 65535"
        message = f"Port {port} on {ADDRESS} cannot be used: {cause}."
        raise UserError(message, mend="Choose another port, or 0 for any.") from error
    bound.listen(512)
    return bound
