"""Fetching pages with everything extracted and stored, by the real stages, from a local server.

What lives here: the site of one domain and our side. What does not: the peers (`discovery_peers`), the door (`bench_discovery`).
The peers read two fields and keep them in memory; our side goes through the guard, judges, extracts contacts and stores versions.
"""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from bench_import import served
from sqlalchemy import text

from inroad.crawl.fetch import WebClient
from inroad.settings import Settings, load_settings
from inroad.stages import contacts, page_contents
from inroad.stages.work import open_work
from inroad.store import Database, embedded, open_database

DOMAIN = "press.example"
PAGE = """<!doctype html><html lang="en"><head><title>Gauge {n}</title></head><body><h1>Gauge {n}</h1>
<p>Write to person{n}@press.example or call +44 114 496 0{n:03d}.</p>{filler}</body></html>"""
FILLER = "".join(
    f"<p>Our gauge number {n} measures pressure from zero to four hundred bar, day and night.</p>\n" for n in range(160)
)


def write_pages(folder: Path, pages: int) -> None:
    """Pages of about 15 kB, named by number."""
    for number in range(pages):
        (folder / f"{number}.html").write_text(PAGE.format(n=number % 1000, filler=FILLER))


def add_rows(database: Database, pages: int) -> None:
    """The domain, analysed, with its pages selected and queued."""
    with database.begin() as session:
        session.execute(text("INSERT INTO domains (name, sitemap_analysis_status) VALUES (:name, 'Complete')"), {"name": DOMAIN})
        session.execute(
            text("""
            INSERT INTO pages (domain_id, url, source, page_curation_status, page_processing_status)
            SELECT d.id, 'http://' || d.name || '/' || n || '.html', 'sitemap', 'Selected', 'Queued'
            FROM domains d, generate_series(0, :pages - 1) AS n
            """),
            {"pages": pages},
        )


def crawl(settings: Settings, answers: Any) -> None:
    """Fetches, extracts and stores; tells pages a second and peak memory."""
    database = open_database(settings, migrate=False)
    answers.put((asyncio.run(_crawl(settings, database)), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    database.close()


async def _crawl(settings: Settings, database: Database) -> float:
    begun = time.perf_counter()
    with open_work(settings, database) as work:
        async with WebClient(settings, database) as web:
            await page_contents.run(work, web, [DOMAIN])
        await contacts.run(work, [DOMAIN])
    seconds = time.perf_counter() - begun
    with database.begin() as session:
        return float(session.scalar(text("SELECT count(*) FROM page_contents")) or 0) / seconds


def _failures(database: Database) -> list[Any]:
    with database.begin() as session:
        query = "SELECT error, count(*) FROM pages WHERE error IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 3"
        return list(session.execute(text(query)))


def run(pages: int, concurrency: int, fetch_peers: Any) -> None:
    """Runs our side, then the peers on the same server, and prints the ratios."""
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        site = root / "site"
        site.mkdir()
        write_pages(site, pages)
        with served(site) as port:
            settings = load_settings(
                home=root / "home",
                resolve=(f"{DOMAIN}:80:127.0.0.1:{port}",),
                host_interval_s=0.0,
                host_concurrency=min(concurrency, 64),
                fetch_concurrency=concurrency,
                domain_timeout_s=3_600,
            )
            database = open_database(settings)
            try:
                add_rows(database, pages)
                answers: Any = context.Queue()
                process = context.Process(target=crawl, args=(settings, answers))
                process.start()
                rate, peak = answers.get(timeout=3_600)
                process.join()
                if not rate:
                    raise SystemExit("Nothing was fetched: " + str(_failures(database)))
            finally:
                database.close()
                embedded.stop(settings)
            print(f"inroad, everything extracted and stored: {rate:,.0f} pages/s, peak {peak:.0f} MiB", flush=True)
            fetch_peers(f"http://127.0.0.1:{port}", rate)
