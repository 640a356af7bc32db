"""The peers of the discovery's benchmarks; runs in an environment of their own, without Inroad.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install scrapy advertools ultimate-sitemap-parser 'crawlee[parsel]'

`discovery_peers.py parse FILE ROUNDS` and `discovery_peers.py fetch URL PAGES CONCURRENCY` print one JSON object a peer:
name, rate (URLs or pages a second), peak memory of its process in MiB, and for fetching its processor time a page, in ms. Each
peer runs in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PARSERS = ("scrapy", "advertools", "ultimate-sitemap-parser")
FETCHERS = ("scrapy", "crawlee")


def parse_scrapy(path: Path) -> int:
    """Entries that Scrapy's parser finds."""
    from scrapy.utils.sitemap import Sitemap

    return sum(1 for _ in Sitemap(path.read_bytes()))


def parse_advertools(path: Path) -> int:
    """Rows of advertools' data frame."""
    import advertools

    return len(advertools.sitemap_to_df(path.as_uri()))


def parse_ultimate(path: Path) -> int:
    """Pages that ultimate-sitemap-parser finds."""
    from usp.tree import sitemap_from_str

    return sum(1 for _ in sitemap_from_str(path.read_text()).all_pages())


READ: dict[str, Callable[[Path], int]] = {
    "scrapy": parse_scrapy,
    "advertools": parse_advertools,
    "ultimate-sitemap-parser": parse_ultimate,
}


def parse(name: str, path: Path, rounds: int) -> float:
    """URLs a second of the best round."""
    best = 0.0
    for _ in range(rounds):
        begun = time.perf_counter()
        count = READ[name](path)
        best = max(best, count / (time.perf_counter() - begun))
    return best


def fetch_scrapy(url: str, pages: int, concurrency: int) -> float:
    """Pages a second of a spider that reads title and heading."""
    import scrapy
    from scrapy.crawler import CrawlerProcess

    class Spider(scrapy.Spider):  # type: ignore[misc]
        name = "bench"
        start_urls = [f"{url}/{number}.html" for number in range(pages)]  # noqa: RUF012 - Scrapy's own form

        def parse(self, response: Any) -> Any:
            yield {"title": response.css("title::text").get(), "heading": response.css("h1::text").get()}

    settings = {
        "CONCURRENT_REQUESTS": concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency,
        "DOWNLOAD_DELAY": 0,
        "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
    }
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(Spider)
    process.crawl(crawler)
    begun = time.perf_counter()
    process.start()
    seconds = time.perf_counter() - begun
    return float(crawler.stats.get_value("item_scraped_count", 0)) / seconds


def fetch_crawlee(url: str, pages: int, concurrency: int) -> float:
    """Pages a second of a crawler that reads title and heading and keeps them in memory."""
    return asyncio.run(_crawlee(url, pages, concurrency))


async def _crawlee(url: str, pages: int, concurrency: int) -> float:
    import logging

    from crawlee import ConcurrencySettings
    from crawlee.crawlers import ParselCrawler
    from crawlee.storage_clients import MemoryStorageClient

    crawler = ParselCrawler(
        concurrency_settings=ConcurrencySettings(
            min_concurrency=concurrency, desired_concurrency=concurrency, max_concurrency=concurrency
        ),
        storage_client=MemoryStorageClient(),
        configure_logging=False,
    )
    logging.disable(logging.CRITICAL)
    done = 0

    @crawler.router.default_handler
    async def handle(context: Any) -> None:
        nonlocal done
        title, heading = context.selector.css("title::text").get(), context.selector.css("h1::text").get()
        await context.push_data({"title": title, "heading": heading})
        done += 1

    begun = time.perf_counter()
    await crawler.run([f"{url}/{number}.html" for number in range(pages)])
    return done / (time.perf_counter() - begun)


FETCH: dict[str, Callable[[str, int, int], float]] = {"scrapy": fetch_scrapy, "crawlee": fetch_crawlee}


def main() -> None:
    """Runs one peer, or with a task alone every peer in a process of its own."""
    task, *rest = sys.argv[1:]
    if task.startswith("one-"):
        name, *values = rest
        begun_s = time.process_time()
        rate = (
            parse(name, Path(values[0]), int(values[1]))
            if task == "one-parse"
            else FETCH[name](values[0], int(values[1]), int(values[2]))
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found = {"name": name, "rate": rate, "peak_mib": peak}
        if task == "one-fetch":
            found["cpu_ms"] = (time.process_time() - begun_s) / int(values[1]) * 1_000
        print(json.dumps(found), flush=True)
        return
    for name in PARSERS if task == "parse" else FETCHERS:
        done = subprocess.run([sys.executable, __file__, f"one-{task}", name, *rest], capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        fault = (done.stderr.strip().splitlines() or ["no answer"])[-1][:200]
        print(lines[-1] if lines else json.dumps({"name": name, "error": fault}), flush=True)


if __name__ == "__main__":
    main()
