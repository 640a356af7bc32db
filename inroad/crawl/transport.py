"""Connections of the HTTP client: to checked addresses only, or through the proxy.

What lives here: the network backend and the transport under the HTTP client, TLS trust, the proxy. What does not: which
addresses may be called (`network`), and HTTP itself (`exchange`).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import httpcore2
import httpx2
from httpcore2 import SOCKET_OPTION
from socksio.exceptions import SOCKSError

from inroad.crawl.direct_transport import DirectTransport
from inroad.crawl.failures import transient
from inroad.crawl.hosts import is_address
from inroad.crawl.network import Resolver
from inroad.crawl.proxies import Proxy, ProxyTurns, parse_proxies
from inroad.settings import Settings, SettingsError

_KEEPALIVE_S: Final = 20.0  # seconds that an idle connection is kept
PROXIES: Final = "inroad_proxies"
"""Request extension: the proxies of the domain that is asked, in place of the setting's; empty goes without."""

STICKY: Final = "inroad_sticky"
"""Request extension: requests with the same word take the same proxy."""


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens TCP connections for the HTTP library, to checked addresses only.

    Args:
        resolver: Names the addresses that may be connected to.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._tcp = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connects to the first address that accepts; each gets a fair part of `timeout` (seconds)."""
        try:
            async with asyncio.timeout(timeout):
                targets = await self._resolver.targets(host, port)
                return await self._first(targets, timeout, local_address, socket_options)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(error) from error

    async def _first(
        self,
        targets: list[tuple[str, int]],
        limit_s: float | None,
        local_address: str | None,
        socket_options: Iterable[SOCKET_OPTION] | None,
    ) -> httpcore2.AsyncNetworkStream:
        share = None if limit_s is None else limit_s / len(targets)
        for place, (address, port) in enumerate(targets, 1):
            try:
                return await self._tcp.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if place == len(targets):
                    raise
        raise AssertionError("a host without addresses was reported by the resolver")

    async def sleep(self, seconds: float) -> None:
        """Waits without blocking the loop."""
        await asyncio.sleep(seconds)


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Trust in the system's authorities and in `ca_file`; made once per process and file, as it costs about 20 ms.

    Raises:
        SettingsError: `ca_file` is missing or holds no certificate.
    """
    path = settings.ca_file
    try:
        return _context(path, path.stat().st_mtime_ns if path is not None else 0)
    except OSError as error:
        raise _bad_file(path, "does not exist" if isinstance(error, FileNotFoundError) else "cannot be read") from error


@lru_cache(maxsize=4)
def _context(path: Path | None, changed_ns: int) -> ssl.SSLContext:  # noqa: ARG001 - a changed file is another one
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:  # a machine without the package ca-certificates
        import certifi

        context.load_verify_locations(certifi.where())
    if path is not None:
        _trust(context, path)
    return context


def _trust(context: ssl.SSLContext, path: Path) -> None:
    try:
        context.load_verify_locations(path)
    except ssl.SSLError as error:
        raise _bad_file(path, "holds no certificate that can be read") from error


def _bad_file(path: Path | None, why: str) -> SettingsError:
    return SettingsError(f"INROAD_CA_FILE: {path} {why}.", mend="Name a PEM file of a certificate authority.")


class PoolTransport(httpx2.AsyncHTTPTransport):
    """The HTTP client's transport over a connection pool that we made.

    Args:
        pool: Connection pool of the HTTP library.
    """

    def __init__(self, pool: httpcore2.AsyncConnectionPool) -> None:
        # Not calling the base: it would build a second pool whose connections nobody checks.
        self._pool = pool


class RoutedTransport(httpx2.AsyncBaseTransport):
    """Sends each request the way it must go: straight to a checked address, or through a proxy.

    Hosts with a resolve rule go straight. For the others, behind a proxy, the connection is the proxy's: we refuse addresses and
    names that we find to be private ourselves, and leave to the proxy what only it can look up.

    Args:
        settings: Concurrency and proxies.
        resolver: Names the addresses that may be connected to.
        context: Trust, see `tls_context`.
        turns: Chooses among proxies.

    Raises:
        SettingsError: The proxy setting cannot be used.
    """

    def __init__(self, settings: Settings, resolver: Resolver, context: ssl.SSLContext, turns: ProxyTurns | None = None) -> None:
        self._settings = settings
        self._resolver = resolver
        self._context = context
        self._turns = turns or ProxyTurns()
        written = settings.proxy.get_secret_value() if settings.proxy is not None else ""
        self._proxies = parse_proxies(written, name="INROAD_PROXY")
        self._proxied: dict[Proxy, httpx2.AsyncHTTPTransport] = {}
        for proxy in self._proxies:
            self._through(proxy)
        self._direct = DirectTransport(
            resolver,
            context,
            connect_timeout_s=settings.connect_timeout_s,
            read_timeout_s=settings.read_timeout_s,
            connections=settings.fetch_concurrency * 2,
            keepalive_s=_KEEPALIVE_S,
        )
        self._to_addresses = PoolTransport(
            httpcore2.AsyncConnectionPool(
                ssl_context=context,
                max_connections=settings.fetch_concurrency * 2,
                max_keepalive_connections=settings.fetch_concurrency,
                keepalive_expiry=_KEEPALIVE_S,
                network_backend=GuardedBackend(resolver),
            )
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends one request.

        Raises:
            FetchFailed: "address-refused" or "unknown-host".
            FetchInterrupted: "unknown-host", "proxy-failed".
            httpx2.TransportError: Everything else.
        """
        proxies: Sequence[Proxy] = request.extensions.get(PROXIES, self._proxies)
        if not proxies:
            return await self._straight(request)
        host, port = request.url.host, request.url.port or (443 if request.url.scheme == "https" else 80)
        if self._resolver.rules.rule_for(host, port) is not None:
            return await self._straight(request)
        await self._resolver.check(host, port)
        proxy = await self._turns.choose(proxies, sticky=request.extensions.get(STICKY, ""))
        return await self._by(proxy, request)

    async def _straight(self, request: httpx2.Request) -> httpx2.Response:
        """Without a proxy. aiohttp connects to a host that is an address without asking its resolver: these go another way."""
        by = self._to_addresses if is_address(request.url.host) else self._direct
        return await by.handle_async_request(request)

    async def _by(self, proxy: Proxy, request: httpx2.Request) -> httpx2.Response:
        """Through one proxy, whose own failures are told from the site's."""
        try:
            answer = await self._through(proxy).handle_async_request(request)
        except httpx2.TransportError as error:
            if why := proxy_fault(error):
                raise await self._failed(proxy, request, why) from error
            raise
        except (AssertionError, IndexError, SOCKSError) as error:  # how the library meets an answer that is no SOCKS
            raise await self._failed(proxy, request, "it does not answer as a SOCKS proxy does") from error
        if answer.status_code == 407:  # to a request in plain HTTP, which carries no CONNECT
            await answer.aclose()
            raise await self._failed(proxy, request, "it refuses our name and password")
        await self._turns.worked(proxy)
        return answer

    async def _failed(self, proxy: Proxy, request: httpx2.Request, why: str) -> Exception:
        await self._turns.failed(proxy, why)
        return transient("proxy-failed", str(request.url), f"could not be asked for through the proxy {proxy.label}: {why}")

    def _through(self, proxy: Proxy) -> httpx2.AsyncHTTPTransport:
        """Connections through one proxy; its own address may be private, as a person named it."""
        if proxy not in self._proxied:
            limits = httpx2.Limits(
                max_connections=self._settings.fetch_concurrency * 2,
                max_keepalive_connections=self._settings.fetch_concurrency,
                keepalive_expiry=_KEEPALIVE_S,
            )
            self._proxied[proxy] = httpx2.AsyncHTTPTransport(
                verify=self._context, trust_env=False, proxy=httpx2.URL(proxy.url), limits=limits
            )
        return self._proxied[proxy]

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._direct.aclose()
        await self._to_addresses.aclose()
        for transport in self._proxied.values():
            await transport.aclose()


def proxy_fault(error: httpx2.TransportError) -> str | None:
    """Why a proxy itself is at fault for a failed request; None where the site may be.

    A connection is only ever opened to the proxy, so one that fails is the proxy's; a TLS failure is the site's. What a proxy
    says of the site (it could not connect, CONNECT ended with 502) does not count against it.
    """
    if isinstance(error, httpx2.ProxyError):
        text = str(error)
        if text.startswith("407"):
            return "it refuses our name and password"
        if "username/password" in text or "from proxy server, but got" in text:
            return "it refuses our name and password"
        return None
    causes = (error, error.__cause__, error.__context__, getattr(error.__cause__, "__cause__", None))
    if isinstance(error, httpx2.ConnectError) and any(isinstance(cause, ssl.SSLError) for cause in causes):
        return None
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return "it accepts no connection"
    return None
