"""Server behaviours collected from other crawlers' tests, each played against the web client; only where the cases are at hand.

The cases lie beside the checkout and are not part of it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inroad.crawl.failures import FetchFailed, FetchInterrupted, for_status
from inroad.crawl.response import Response
from inroad.guard.errors import InroadError

from .conftest import Asked, Opener, Site, reply

CASES = Path(__file__).parents[3] / "shared" / "cases" / "web" / "cases_server.jsonl"
LIMIT_S = 2.0  # of one request; the slow ones need all of it
pytestmark = pytest.mark.skipif(not CASES.exists(), reason="the collected cases are not beside this checkout")


def rows(kind: str) -> list[Any]:
    """Every row of a kind, one test for each."""
    if not CASES.exists():
        return []
    found = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    return [pytest.param(row, id=row["id"]) for row in found if row["kind"] == kind]


def client_of(open_client: Opener, **settings: Any) -> Any:
    return open_client(request_timeout_s=LIMIT_S, read_timeout_s=LIMIT_S / 2, **settings)


async def ending(call: Any) -> Response | InroadError:
    """How a call ends, within a little more than the limit for one request."""
    async with asyncio.timeout(LIMIT_S * 3):
        try:
            answer: Response = await call
        except InroadError as error:
            return error
        return answer


@pytest.mark.parametrize("row", rows("compressed"))
async def test_compressed_bodies(row: dict[str, Any], site: Site, open_client: Opener) -> None:
    """Otherwise a bomb would fill the memory, or a sound body would be lost."""
    body, expected = (CASES.parent / row["file"]).read_bytes(), row["expected"]
    coding = row["content_encoding"]
    site.routes["/"] = reply(body, **({"Content_Encoding": coding} if coding else {}))
    limit = 1_000_000 if expected.get("must_stop_at_limit") else 10_000_000
    end = await ending(client_of(open_client, body_bytes=limit).fetch("http://acme.example/"))
    if expected.get("must_stop_at_limit"):
        assert isinstance(end, FetchFailed)
        assert end.reason == "body-too-large"
    elif expected.get("ok"):
        assert isinstance(end, Response)
        assert not end.truncated
        assert end.body_bytes == expected.get("reference_decoded_size", end.body_bytes)
        assert hashlib.sha1(end.body).hexdigest() == expected.get("reference_sha1", hashlib.sha1(end.body).hexdigest())
    else:  # a file that is compressed itself: passed on as it is
        assert isinstance(end, Response)
        assert end.body == body


@pytest.mark.parametrize("row", rows("redirect"))
async def test_redirects(row: dict[str, Any], site: Site, open_client: Opener) -> None:
    """Otherwise a reader would end elsewhere than a browser, or go round for ever."""
    start = row["start"].replace("https://", "http://").partition("#")[0]
    targets = iter(row["hops"])

    async def hop(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        step = next(targets, None)
        if step is None:
            return reply(b"arrived")
        location = step["location"].replace("https://", "http://")
        if not location.isascii():  # "so many hops", in words
            location = f"/multiple_redirects?count={len(site.asked)}"
            return reply(status=f"{step['status']} Go", Location=location)
        return reply(status=f"{step['status']} Go", Location=location)

    endless = any(not step["location"].isascii() for step in row["hops"])

    async def for_ever(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        return reply(status="303 Go", Location=f"/multiple_redirects?count=x{len(site.asked)}")

    class Everywhere(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            return for_ever if endless else hop

    site.routes = Everywhere()
    end = await ending(client_of(open_client, redirects=20).fetch(start))
    if row["expected_error"] is None:
        assert isinstance(end, Response)
        assert end.url == row["expected_final"].replace("https://", "http://").partition("#")[0]
    else:
        reasons = {"too_many_redirects": "too-many-redirects", "unsupported_protocol": "bad-response"}
        assert isinstance(end, FetchFailed)
        assert end.reason == reasons[row["expected_error"]]


@pytest.mark.parametrize("row", rows("server"))
async def test_server_behaviours(row: dict[str, Any], site: Site, open_client: Opener) -> None:
    """Otherwise one server could hold a worker, or half a page would pass for a whole one."""
    raw = bytes.fromhex(row["raw_response_hex"]) if row["raw_response_hex"] else None
    if raw is None:
        await PLAYED[row["id"]](site, open_client)
        return
    site.routes["/"] = raw
    end = await ending(client_of(open_client).fetch("http://acme.example/"))
    expected = row["expected"]
    if "error_or_flag" in expected:  # the last attempt gives what came, and says that it is not all
        assert isinstance(end, Response)
        assert end.truncated
        assert end.body == expected.get("received", end.body.decode()).encode()
        before = len(site.asked)
        await ending(client_of(open_client, retries=2).fetch("http://acme.example/"))
        assert len(site.asked) - before == 2  # half a page is asked for again while there are attempts
    elif "status" in expected:
        assert isinstance(end, Response)
        assert (end.status, end.body) == (expected["status"], expected["body"].encode())
    else:
        assert isinstance(end, InroadError)
        assert end.reason


async def _play_delay(site: Site, open_client: Opener) -> None:
    async def late(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        if asked.target == "/drip":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
            for _ in range(200):
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.1)
        await asyncio.sleep(LIMIT_S * 2)
        return reply(b"too late")

    site.routes |= {"/late": late, "/drip": late}
    client = client_of(open_client)
    for target in ("/late", "/drip"):
        end = await ending(client.fetch(f"http://acme.example{target}"))
        assert isinstance(end, FetchInterrupted)
        assert end.reason == "timeout"


async def _play_large(site: Site, open_client: Opener) -> None:
    chunk = b"400\r\n" + b"x" * 1024 + b"\r\n"
    site.routes["/"] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 1024 + b"0\r\n\r\n"
    end = await ending(client_of(open_client, body_bytes=100_000).fetch("http://acme.example/"))
    assert isinstance(end, FetchFailed)
    assert end.reason == "body-too-large"


async def _play_status(site: Site, open_client: Opener) -> None:
    client = client_of(open_client, retries=2)
    for code in (200, 402, 404, 418, 500, 503, 999):
        site.routes["/"] = reply(status=f"{code} Whatever")
        before = len(site.asked)
        end = await ending(client.fetch("http://acme.example/"))
        assert isinstance(end, Response) is (code == 200)
        is_again = len(site.asked) - before > 1
        assert is_again == (code in (500, 503))


async def _play_compress(site: Site, open_client: Opener) -> None:
    import gzip

    async def as_asked(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        is_packed = "gzip" in asked.headers.get("accept-encoding", "")
        return reply(gzip.compress(b"plain"), Content_Encoding="gzip") if is_packed else reply(b"plain")

    site.routes["/"] = as_asked
    end = await ending(client_of(open_client).fetch("http://acme.example/"))
    assert isinstance(end, Response)
    assert end.body == b"plain"


async def _play_for_ever(site: Site, open_client: Opener) -> None:
    async def pour(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 10_000)
            await writer.drain()

    site.routes["/"] = pour
    end = await ending(client_of(open_client, body_bytes=100_000).fetch("http://acme.example/"))
    assert isinstance(end, InroadError)
    assert end.reason == "body-too-large"


class _Played(dict[str, Callable[[Site, Opener], Any]]):
    """Rows that describe a behaviour in words; one that is not known here is poured for ever."""

    def __missing__(self, key: str) -> Callable[[Site, Opener], Any]:
        return _play_for_ever


PLAYED = _Played(
    {
        "web-srv-delay": _play_delay,
        "web-srv-large-chunked": _play_large,
        "web-srv-status": _play_status,
        "web-srv-compress": _play_compress,
    }
)


def test_the_cases_were_seen() -> None:
    """Otherwise all of the above would be green over an empty list."""
    assert len(rows("compressed")) + len(rows("redirect")) + len(rows("server")) >= 20
    assert for_status(Response("http://a/", "http://a/", 500, {})) is not None
