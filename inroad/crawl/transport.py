"""Connections of the HTTP client: to checked addresses only, or through the proxy.

What lives here: the network backend and the transport under the HTTP client, TLS trust, the proxy. What does not: which
addresses may be called (`network`), and HTTP itself (`exchange`).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import httpcore2
import httpx2
from httpcore2 import SOCKET_OPTION

from inroad.crawl.hosts import InvalidUrl, canonical_host
from inroad.crawl.network import Resolver
from inroad.settings import Settings, SettingsError

_KEEPALIVE_S: Final = 20.0  # seconds that an idle connection is kept


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
    """Trust in the system's authorities and in `ca_file`; made once per client, as it costs about 20 ms.

    Raises:
        SettingsError: `ca_file` is missing or holds no certificate.
    """
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:  # a machine without the package ca-certificates
        import certifi

        context.load_verify_locations(certifi.where())
    if settings.ca_file is not None:
        _trust(context, settings.ca_file)
    return context


def _trust(context: ssl.SSLContext, path: Path) -> None:
    try:
        context.load_verify_locations(path)
    except (OSError, ssl.SSLError) as error:
        why = "does not exist" if isinstance(error, FileNotFoundError) else "holds no certificate that can be read"
        raise SettingsError(f"INROAD_CA_FILE: {path} {why}.", mend="Name a PEM file of a certificate authority.") from error


class PoolTransport(httpx2.AsyncHTTPTransport):
    """The HTTP client's transport over a connection pool that we made.

    Args:
        pool: Connection pool of the HTTP library.
    """

    def __init__(self, pool: httpcore2.AsyncConnectionPool) -> None:
        # Not calling the base: it would build a second pool whose connections nobody checks.
        self._pool = pool


class RoutedTransport(httpx2.AsyncBaseTransport):
    """Sends each request the way it must go: straight to a checked address, or through the proxy.

    Hosts with a resolve rule go straight. For the others, behind a proxy, the connection is the proxy's: we refuse addresses and
    names that we find to be private ourselves, and leave to the proxy what only it can look up.

    Args:
        settings: Concurrency and proxy.
        resolver: Names the addresses that may be connected to.
        context: Trust, see `tls_context`.

    Raises:
        SettingsError: The proxy setting cannot be used.
    """

    def __init__(self, settings: Settings, resolver: Resolver, context: ssl.SSLContext) -> None:
        self._resolver = resolver
        self._proxied = _proxy_transport(settings, context)
        self._direct = PoolTransport(
            httpcore2.AsyncConnectionPool(
                ssl_context=context,
                max_connections=settings.fetch_concurrency * 2,
                max_keepalive_connections=settings.fetch_concurrency,
                keepalive_expiry=_KEEPALIVE_S,
                http2=http2_available(),
                network_backend=GuardedBackend(resolver),
            )
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends one request.

        Raises:
            FetchFailed: "address-refused" or "unknown-host".
            FetchInterrupted: "unknown-host".
            httpx2.TransportError: Everything else.
        """
        if self._proxied is None:
            return await self._direct.handle_async_request(request)
        host, port = request.url.host, request.url.port or (443 if request.url.scheme == "https" else 80)
        if self._resolver.rules.rule_for(host, port) is not None:
            return await self._direct.handle_async_request(request)
        await self._resolver.check(host, port)
        return await self._proxied.handle_async_request(request)

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._direct.aclose()
        if self._proxied is not None:
            await self._proxied.aclose()


def http2_available() -> bool:
    """Whether the package `h2` is installed."""
    return find_spec("h2") is not None


def _proxy_transport(settings: Settings, context: ssl.SSLContext) -> httpx2.AsyncHTTPTransport | None:
    """Connections through `settings.proxy`; its own address may be private, as a person named it.

    The URL is never repeated in an error: it may hold a password.
    """
    if settings.proxy is None:
        return None
    mend = "Write http://user:password@host:port or socks5://host:port (socks5 needs the package socksio)."
    try:
        url = httpx2.URL(settings.proxy.get_secret_value())
        canonical_host(f"[{url.host}]" if ":" in url.host else url.host)
    except (httpx2.InvalidURL, InvalidUrl):
        raise SettingsError("INROAD_PROXY is not a URL.", mend=mend) from None
    if url.scheme not in ("http", "https", "socks5", "socks5h"):
        raise SettingsError("INROAD_PROXY is not the URL of an http or socks5 proxy.", mend=mend)
    limits = httpx2.Limits(
        max_connections=settings.fetch_concurrency * 2,
        max_keepalive_connections=settings.fetch_concurrency,
        keepalive_expiry=_KEEPALIVE_S,
    )
    try:
        return httpx2.AsyncHTTPTransport(verify=context, trust_env=False, proxy=url, limits=limits, http2=http2_available())
    except ImportError:
        raise SettingsError("INROAD_PROXY names a SOCKS proxy, and the package socksio is not installed.", mend=mend) from None
