"""A small web server on raw sockets for the web client's tests: it can be as wrong as a test needs.

Answers are bytes written as they are, so that malformed ones are possible; every request is recorded with its moment.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from inroad.crawl.fetch import WebClient
from inroad.settings import load_settings


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the server saw it; `at` is monotonic seconds."""

    at: float
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Answer = bytes | Callable[[Asked, asyncio.StreamWriter], Awaitable[bytes | None]]


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A well-formed answer; header names are given with underscores."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Site:
    """The server: `routes` by target, the last of a list stays; anything else is 404."""

    port: int = 0
    routes: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    @property
    def rule(self) -> str:
        return f"*:80:127.0.0.1:{self.port}"

    def targets(self) -> list[str]:
        return [asked.target for asked in self.asked]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            asked = Asked(time.monotonic(), method, target, headers, body)
            self.asked.append(asked)
            answer = self.routes.get(target, reply(status="404 Not Found"))
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            raw = answer if isinstance(answer, bytes) else await answer(asked, writer)
            if raw:
                writer.write(raw)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving() -> AsyncIterator[Site]:
    """The server, listening on loopback."""
    site = Site()
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0, limit=1_000_000)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """The server, for one test."""
    async with serving() as site:
        yield site


Opener = Callable[..., WebClient]


@asynccontextmanager
async def opening(site: Site, **defaults: Any) -> AsyncIterator[Opener]:
    """Makes clients that reach every host's port 80 at the server, without pauses and with short time-outs."""
    clients: list[WebClient] = []

    def make(database: Any = None, *, client: Mapping[str, Any] | None = None, **settings: Any) -> WebClient:
        values: dict[str, Any] = {
            "resolve": (site.rule,),
            "host_interval_s": 0.0,
            "host_concurrency": 8,
            "request_timeout_s": 5.0,
            "retries": 1,
            "respect_robots": False,
            **defaults,
        }
        made = WebClient(load_settings(**{**values, **settings}), database, **(client or {}))
        clients.append(made)
        return made

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
async def open_client(site: Site) -> AsyncIterator[Opener]:
    """Makes clients of the test's own server, and closes them."""
    async with opening(site) as make:
        yield make
