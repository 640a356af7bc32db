"""One host cannot slow the others."""

from __future__ import annotations

import asyncio

import pytest

from inroad.crawl.failures import FetchInterrupted

from .conftest import Asked, Opener, Site, reply

FAST = [f"http://fast-{number}.example/" for number in range(20)]


async def test_twenty_hosts_are_read_while_one_drips(site: Site, open_client: Opener) -> None:
    """Otherwise a single bad server would hold the places of all others."""
    begun, over = asyncio.Event(), asyncio.Event()

    async def by_host(asked: Asked, writer: asyncio.StreamWriter) -> bytes | None:
        if not asked.headers["host"].startswith("slow"):
            return reply(b"ok")
        begun.set()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while not over.is_set():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)
        return None

    site.routes["/"] = by_host
    # Four places in all and ten wishes for the slow host: without a limit for each host it would take them all.
    client = open_client(fetch_concurrency=4, host_concurrency=2, request_timeout_s=20.0)
    slow = [asyncio.create_task(client.fetch("http://slow.example/")) for _ in range(10)]
    await begun.wait()
    answers = await asyncio.gather(*(client.fetch(url) for url in FAST * 3))
    assert [answer.body for answer in answers] == [b"ok"] * 60
    assert not any(task.done() for task in slow)
    over.set()
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)


async def test_the_loop_goes_on_while_a_page_is_read(site: Site, open_client: Opener) -> None:
    """Otherwise a body that unpacks for seconds would stop every other request of the process."""
    import gzip

    page = b"".join(b"<p>anvil %d</p>" % number for number in range(400_000))
    site.routes |= {"/large": reply(gzip.compress(page), Content_Encoding="gzip"), "/": reply(b"ok")}
    client = open_client(request_timeout_s=30.0, body_bytes=9_000_000)
    large = asyncio.create_task(client.fetch("http://slow.example/large"))
    passed = 0
    while not large.done():
        await asyncio.sleep(0)
        passed += 1
    assert (await large).body == page
    assert passed > 20  # turns that others of the loop had meanwhile


async def test_a_host_that_never_answers_ends_in_time(site: Site, open_client: Opener) -> None:
    """Otherwise its row would be leased for ever."""

    async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    site.routes["/"] = silent
    with pytest.raises(FetchInterrupted) as caught:
        async with asyncio.timeout(15):
            await open_client(request_timeout_s=0.5).fetch("http://slow.example/")
    assert caught.value.reason == "timeout"
