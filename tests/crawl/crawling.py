"""What one process of several does in a test of politeness; apart, so that such a process imports no test."""

from __future__ import annotations

import asyncio

from inroad.crawl.fetch import WebClient
from inroad.settings import load_settings
from inroad.store import Database


def crawl(url: str, rule: str, pages: list[str]) -> None:
    """Fetches pages of one host with as many workers as there may be at one host.

    Args:
        url: The database that keeps the pace.
        rule: Where hosts are resolved to.
        pages: URLs.
    """
    settings = load_settings(resolve=(rule,), host_interval_s=0.0, host_concurrency=8, retries=3)
    database = Database(url)

    async def work() -> None:
        async with WebClient(settings, database, max_wait_s=60.0) as client:
            await asyncio.gather(*(client.fetch(page) for page in pages))

    asyncio.run(work())
