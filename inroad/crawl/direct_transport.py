"""Direct requests over aiohttp's connections: four times the HTTP library's rate, behind the same interface and the same guard.

What lives here: the connections that go straight to a site's checked address, and aiohttp's exceptions as the HTTP library's own.
What does not: proxies and hosts that are written as addresses (`transport`), which addresses may be called (`network`), time for
the whole request and the body's limit (`exchange`).
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from typing import Final

import aiohttp
import httpx2
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDict
from yarl import URL

from inroad.crawl.failures import permanent
from inroad.crawl.network import Resolver

_LINE_BYTES: Final = 65_536  # of a status line or a header; what is longer is no honest answer
_HEADERS: Final = 256
_PIECE_BYTES: Final = 16_384  # handed on at one time: it may unpack to a hundred times that
_SAID_BY_US: Final = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")


class GuardedResolver(AbstractResolver):
    """Names the addresses that may be connected to, at the moment of connecting.

    Args:
        resolver: Checks them.
        timeout_s: For the lookup.
    """

    def __init__(self, resolver: Resolver, timeout_s: float) -> None:
        self._resolver = resolver
        self._timeout_s = timeout_s

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - the library's signature
    ) -> list[ResolveResult]:
        """See aiohttp.

        Raises:
            FetchFailed, FetchInterrupted: As `Resolver.targets`.
            httpx2.ConnectTimeout: No name server answered in time.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                targets = await self._resolver.targets(host, port)
        except TimeoutError as error:
            raise httpx2.ConnectTimeout("no name server answered in time") from error
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=to_port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address, to_port in targets
        ]

    async def close(self) -> None:
        """Nothing is open."""


class DirectTransport(httpx2.AsyncBaseTransport):
    """Sends requests to sites without a proxy.

    Args:
        resolver: Names the addresses that may be connected to.
        context: TLS trust.
        connect_timeout_s: For a lookup, and for a connection with its handshake.
        read_timeout_s: For the next piece of an answer.
        connections: At most.
        keepalive_s: Seconds that an idle connection is kept.
    """

    def __init__(
        self,
        resolver: Resolver,
        context: ssl.SSLContext,
        *,
        connect_timeout_s: float,
        read_timeout_s: float,
        connections: int,
        keepalive_s: float,
    ) -> None:
        self._resolver = GuardedResolver(resolver, connect_timeout_s)
        self._context = context
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout_s, sock_read=read_timeout_s)
        self._connections = connections
        self._keepalive_s = keepalive_s
        self._session: aiohttp.ClientSession | None = None

    def _opened(self) -> aiohttp.ClientSession:
        """The session, which belongs to the event loop that first asks."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                ssl=self._context,
                resolver=self._resolver,
                use_dns_cache=False,
                limit=self._connections,
                keepalive_timeout=self._keepalive_s,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                auto_decompress=False,
                skip_auto_headers=_SAID_BY_US,
                max_line_size=_LINE_BYTES,
                max_field_size=_LINE_BYTES,
                max_headers=_HEADERS,
            )
            # The library would send a request again where the first answer failed; ours is the only retry, and is counted. Its
            # own test client switches that off the same way.
            self._session._retry_connection = False  # noqa: SLF001
        return self._session

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends one request.

        Raises:
            FetchFailed, FetchInterrupted: As `Resolver.targets`; "body-too-large".
            httpx2.TransportError: Everything else.
        """
        content = await request.aread()
        try:
            answer = await self._opened().request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=_spelled(request.headers),
                data=content or None,
                allow_redirects=False,
            )
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            if "Content-Length overflow" in str(error):  # more digits than a 64-bit number has
                raise permanent("body-too-large", str(request.url), "announces more bytes than there can be") from error
            raise _as_transport_error(error) from _root(error)
        return httpx2.Response(answer.status, headers=list(answer.raw_headers), stream=_Body(answer), request=request)

    async def aclose(self) -> None:
        """Closes all connections."""
        if self._session is not None:
            await self._session.close()


def _spelled(headers: httpx2.Headers) -> CIMultiDict[str]:
    """The headers in the letters that they were given in: some firewalls turn away who writes `user-agent`."""
    encoding = headers.encoding
    return CIMultiDict((name.decode("ascii"), value.decode(encoding)) for name, value in headers.raw)


class _Body(httpx2.AsyncByteStream):
    """The bytes of an answer as they come."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._answer.content.iter_chunked(_PIECE_BYTES):
                yield piece
        except aiohttp.ClientPayloadError as error:
            raise httpx2.RemoteProtocolError(_payload_fault(error)) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _as_transport_error(error) from _root(error)

    async def aclose(self) -> None:
        """An answer that was read to its end leaves its connection to the next request."""
        if self._answer.content.at_eof():
            self._answer.release()
        else:
            self._answer.close()


def _root(error: BaseException) -> BaseException:
    """What the operating system or TLS said, which names the fault."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return error.certificate_error
    return error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error


def _as_transport_error(error: BaseException) -> httpx2.TransportError:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return httpx2.ConnectTimeout(str(error))
    if isinstance(error, aiohttp.ServerTimeoutError):
        return httpx2.ReadTimeout(str(error))
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientSSLError):
        return httpx2.ConnectError(str(error))
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return httpx2.RemoteProtocolError("Server disconnected without sending a whole response.")
    if isinstance(error, aiohttp.ClientResponseError):
        return httpx2.RemoteProtocolError(error.message[:300])
    if isinstance(error, OSError):
        return httpx2.ReadError(str(error))
    return httpx2.LocalProtocolError(str(error)[:300])


def _payload_fault(error: aiohttp.ClientPayloadError) -> str:
    """In the words by which a body that ended too early is known (`exchange`); anything else breaks the protocol."""
    text = str(error.__cause__ or error)
    is_cut = "Not enough data" in text or "Connection closed" in text or isinstance(error.__cause__, OSError)
    return "peer closed connection without sending complete message body" if is_cut else text[:300]
