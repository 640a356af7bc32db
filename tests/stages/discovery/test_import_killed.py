"""An import that is killed by the kernel: the next run goes on where it was, and the rows are those of an undisturbed one."""

from __future__ import annotations

import asyncio
import http.server
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from inroad.crawl.fetch import WebClient
from inroad.settings import load_settings
from inroad.stages import domains, sitemaps
from inroad.stages.work import open_work
from inroad.store import Database, open_database
from inroad.store.domains import add_domains
from tests.stages.discovery.conftest import NAME, ROOT, index, numbered, urlset

FILES, EACH = 12, 9_000
PAGES = FILES * EACH


class Shop(http.server.ThreadingHTTPServer):
    """Robots, a home page, an index and its sitemaps; every page is in two of them. Counts what is asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: Counter[str] = Counter()
        self.documents = {
            "/": b"<!doctype html><html lang=en><title>Acme</title><h1>Acme</h1><p>We make gauges, and have since 1999.",
            "/robots.txt": f"User-agent: *\nAllow: /\nSitemap: {ROOT}/sitemap.xml\n".encode(),
            "/sitemap.xml": index(*numbered("/s", range(FILES))),
        }
        for number in range(FILES):
            own = numbered("/page-", range(number * EACH, (number + 1) * EACH))
            shared = numbered("/page-", [(number * EACH + EACH + step) % PAGES for step in range(500)])
            self.documents[f"/s{number}"] = urlset(*own, *shared, lastmod="2026-10-01")


class Answer(http.server.BaseHTTPRequestHandler):
    """One request."""

    server: Shop
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked[self.path] += 1
        body = self.server.documents.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "text/html" if self.path == "/" else "application/xml")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: Any) -> None:
        """Keeps quiet."""


@pytest.fixture
def shop() -> Iterator[Shop]:
    """The site on loopback."""
    with Shop() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def import_all(url: str, home: str, port: int) -> None:
    """One run of the discovery, in a process of its own."""
    settings = load_settings(
        home=Path(home),
        database_url=url,
        resolve=(f"*:80:127.0.0.1:{port}", "*:443:127.0.0.1:9"),
        host_interval_s=0.0,
        retries=1,
        urls_per_domain=PAGES + 10,
        browser="off",
    )
    database = open_database(settings, migrate=False)
    asyncio.run(_visit(settings, database))
    database.close()


async def _visit(settings: Any, database: Database) -> None:
    with open_work(settings, database) as work:
        async with WebClient(settings, database) as web:
            await domains.run(work, web, [NAME])
            await sitemaps.run(work, web, [NAME])


def scalar(database: Database, query: str) -> int:
    """One number."""
    with database.begin() as session:
        return int(session.scalar(text(query)) or 0)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_a_killed_import_is_finished_by_the_next_run_and_nothing_is_doubled(
    database: Database, shop: Shop, tmp_path: Path, share: float
) -> None:
    """Machines restart during the hour that a large site takes; its pages must neither be lost nor imported anew."""
    database.call(add_domains, [NAME])
    arguments = (database.url, str(tmp_path), shop.server_address[1])
    context = multiprocessing.get_context("spawn")
    killed = context.Process(target=import_all, args=arguments)
    killed.start()
    until = time.monotonic() + 120
    while scalar(database, "SELECT count(*) FROM page_sitemaps") <= share * PAGES and killed.is_alive():
        assert time.monotonic() < until
        time.sleep(0.01)
    assert killed.pid is not None
    os.kill(killed.pid, signal.SIGKILL)
    killed.join(30)
    assert killed.exitcode == -signal.SIGKILL
    before = scalar(database, "SELECT count(*) FROM pages")
    done = scalar(database, "SELECT count(*) FROM sitemap_files WHERE sitemap_import_status = 'Complete'")
    assert before > 1, "something was stored"
    assert done < FILES + 1, "killed before its end"
    shop.asked.clear()
    finishing = context.Process(target=import_all, args=arguments)
    finishing.start()
    finishing.join(120)
    assert finishing.exitcode == 0
    assert scalar(database, "SELECT count(*) FROM pages WHERE source = 'sitemap'") == PAGES
    assert scalar(database, "SELECT count(*) FROM page_urls") == PAGES + 1
    assert scalar(database, "SELECT count(*) FROM page_sitemaps") == FILES * (EACH + 500)
    assert scalar(database, "SELECT count(*) FROM sitemap_files WHERE sitemap_import_status = 'Complete'") == FILES + 1
    assert scalar(database, "SELECT count(*) FROM visits WHERE finished_at IS NULL") == 0
    assert sum(count for path, count in shop.asked.items() if path.startswith("/s")) == FILES + 1 - done, "only what was not done"
