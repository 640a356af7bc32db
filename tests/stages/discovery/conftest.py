"""A site on loopback for the discovery stages: documents by path, conditional requests, and a record of what was asked."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from inroad.crawl.fetch import WebClient
from inroad.settings import Settings, load_settings
from inroad.stages import domains, sitemaps
from inroad.stages.work import Tally, Work, open_work
from inroad.store import Database
from inroad.store.domains import add_domains

NAME = "acme.example"
ROOT = f"http://{NAME}"
T = TypeVar("T")
# The first byte of a TLS client, whom this server has nothing to say to; without an end of line it would wait for its time-out.
TLS_HANDSHAKE = b"\x16"


def urlset(*paths: str, lastmod: str | None = None, lastmods: dict[str, str] | None = None) -> bytes:
    """A sitemap of pages under the site's root; absolute URLs stay; `lastmods` by path wins over `lastmod`."""
    entries = ""
    for path in paths:
        date = (lastmods or {}).get(path, lastmod)
        location = path if "://" in path else f"{ROOT}{path}"
        entries += f"<url><loc>{location}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</url>"
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()


def index(*children: str | tuple[str, str]) -> bytes:
    """A sitemap index; a child is a path, or a path and its lastmod."""
    entries = ""
    for child in children:
        path, date = child if isinstance(child, tuple) else (child, None)
        location = path if "://" in path else f"{ROOT}{path}"
        entries += f"<sitemap><loc>{location}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</sitemap>"
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'.encode()


def numbered(prefix: str, numbers: Iterable[int]) -> list[str]:
    """Paths such as /page-7."""
    return [f"{prefix}{number}" for number in numbers]


@dataclass
class Site:
    """The server of every host: `documents` by path, or by host and path; "-> URL" is a redirect, anything else is 404.

    Attributes:
        documents: Bodies.
        slow: Seconds that a path takes.
        asked: Paths in order.
        bodies_sent: Answers with a body, by path.
        at_once: The most requests that were in flight together.
    """

    port: int = 0
    documents: dict[str, bytes] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    bodies_sent: Counter[str] = field(default_factory=Counter)
    at_work: int = 0
    at_once: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (first := await reader.read(1)) and first != TLS_HANDSHAKE:
                await self._answer(first + await reader.readline(), reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = line.split(b" ")[1].decode()
        headers = {}
        while (header := await reader.readline()).strip():
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        self.asked.append(path)
        self.at_work += 1
        self.at_once = max(self.at_once, self.at_work)
        try:
            await asyncio.sleep(self.slow.get(path, 0))
        finally:
            self.at_work -= 1
        body = self.documents.get(headers["host"] + path, self.documents.get(path))
        if body is not None and body.startswith(b"-> "):
            writer.write(b"HTTP/1.1 301 Moved Permanently\r\nLocation: " + body[3:] + b"\r\nContent-Length: 0\r\n\r\n")
        elif body is None:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        else:
            writer.write(self._found(path, body, headers.get("if-none-match")))
        await writer.drain()

    def _found(self, path: str, body: bytes, known: str | None) -> bytes:
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if known == etag:
            return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
        self.bodies_sent[path] += 1
        kind = "text/html; charset=utf-8" if b"<html" in body[:100] else "application/xml"
        head = f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """The server with a home page and a robots.txt that names /sitemap.xml."""
    site = Site()
    site.documents["/"] = b"<!doctype html><html lang=en><title>Acme</title><h1>Acme</h1><p>We make gauges, and have since 1999."
    site.documents["/robots.txt"] = f"User-agent: *\nAllow: /\nSitemap: {ROOT}/sitemap.xml\n".encode()
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()


@dataclass
class Discovery:
    """Runs the discovery stages on the site."""

    database: Database
    settings: Settings

    def __post_init__(self) -> None:
        self.database.call(add_domains, [NAME])

    async def visit(self, *, again: bool = False) -> Tally:
        """One visit: the analysis and the sitemaps; returns the sitemaps' tally."""
        return await self.working(_visit, since=datetime.now(UTC) if again else None)

    async def working(self, do: Callable[[Work, WebClient], Awaitable[T]], *, since: datetime | None = None) -> T:
        """Does something with a run's context and its client."""
        with open_work(self.settings, self.database, since=since) as work:
            async with WebClient(self.settings, self.database) as web:
                return await do(work, web)


async def _visit(work: Work, web: WebClient) -> Tally:
    await domains.run(work, web, [NAME])
    return (await sitemaps.run(work, web, [NAME])).tallies[NAME]


@pytest.fixture
def discover(database: Database, site: Site, tmp_path: Any) -> Callable[..., Discovery]:
    """Makes the stages' context with settings of the test's own, without pauses between requests."""

    def make(**settings: Any) -> Discovery:
        values: dict[str, Any] = {
            "home": tmp_path / "home",
            "database_url": database.url,
            "resolve": (f"*:80:127.0.0.1:{site.port}", f"*:443:127.0.0.1:{site.port}"),
            "host_interval_s": 0.0,
            "host_concurrency": 8,
            "retries": 1,
            "browser": "off",
        }
        return Discovery(database, load_settings(**{**values, **settings}))

    return make
