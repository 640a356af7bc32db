"""Fetching pages with everything extracted and stored, by the real stages: our side of `bench_fetch`, and all sides' server.

What does not live here: the peers (`discovery_peers`) and the comparison.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench_import import server_cpu_s
from sqlalchemy import text

from inroad.settings import Settings, load_settings
from inroad.stages import contacts, page_contents
from inroad.stages.readers import shared_readers
from inroad.stages.work import open_work
from inroad.store import Database, embedded, open_database

DOMAIN = "press.example"
PAGE = """<!doctype html><html lang="en"><head><title>Gauge {n}</title></head><body><h1>Gauge {n}</h1>
<p>Write to person{n}@press.example or call +44 114 496 0{n:03d}.</p>{filler}</body></html>"""
FILLER = "".join(
    f"<p>Our gauge number {n} measures pressure from zero to four hundred bar, day and night.</p>\n" for n in range(160)
)


class Site(asyncio.Protocol):
    """Answers /N.html with page N, and everything else with 404, on connections that stay open."""

    def __init__(self, pages: int) -> None:
        self._pages = pages

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the connection."""
        self._transport, self._received = transport, b""

    def data_received(self, data: bytes) -> None:
        """One answer for each request."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, self._received = self._received.split(b"\r\n\r\n", 1)
            self._transport.write(self._answer(head.split(b" ", 2)[1]))  # type: ignore[attr-defined]

    def _answer(self, target: bytes) -> bytes:
        number = target.removeprefix(b"/").removesuffix(b".html")
        if not number.isdigit() or int(number) >= self._pages:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        body = PAGE.format(n=int(number) % 1000, filler=FILLER).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def serve(ports: Any, pages: int) -> None:
    """Serves until it is terminated."""

    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Site(pages), "127.0.0.1", 0)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


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
    """Fetches, extracts and stores; tells pages a second, processor seconds and peak memory."""
    database = open_database(settings, migrate=False)
    before = time.process_time(), server_cpu_s(settings)
    begun = time.perf_counter()
    asyncio.run(_crawl(settings, database))
    seconds = time.perf_counter() - begun
    readers = [_reader(pid) for pid in shared_readers().pids]
    cpu_s = time.process_time() - before[0] + server_cpu_s(settings) - before[1] + sum(spent for spent, _ in readers)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 + sum(peak for _, peak in readers)
    answers.put((seconds, cpu_s, peak, _counts(database)))
    database.close()


async def _crawl(settings: Settings, database: Database) -> None:
    with open_work(settings, database) as work:
        async with work.open_web() as web:
            await page_contents.run(work, web, [DOMAIN])
        await contacts.run(work, [DOMAIN])


def _reader(pid: int) -> tuple[float, float]:
    """Processor seconds and peak memory (MiB) of a reader process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    peak = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / 100, int(peak.split()[1]) / 1024


def _counts(database: Database) -> dict[str, int]:
    queries = {"contents": "page_contents", "contacts": "contacts", "sources": "contact_sources"}
    with database.begin() as session:
        found = {name: int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0) for name, table in queries.items()}
        failed = session.execute(text("SELECT error, count(*) FROM pages WHERE error IS NOT NULL GROUP BY 1 LIMIT 3"))
        return {**found, **{str(error): count for error, count in failed}}


def measure(home: Path, port: int, pages: int, concurrency: int) -> dict[str, Any]:
    """Our side, in a process of its own and with an empty database; stops where anything is missing."""
    settings = load_settings(
        home=home,
        resolve=(f"{DOMAIN}:80:127.0.0.1:{port}",),
        host_interval_s=0.0,
        host_concurrency=min(concurrency, 64),
        fetch_concurrency=concurrency,
        domain_timeout_s=3_600,
    )
    database = open_database(settings)
    context = multiprocessing.get_context("spawn")
    try:
        add_rows(database, pages)
        answers: Any = context.Queue()
        process = context.Process(target=crawl, args=(settings, answers))
        process.start()
        seconds, cpu_s, peak, counts = answers.get(timeout=3_600)
        process.join()
    finally:
        database.close()
        with suppress(OSError):
            embedded.stop(settings)
    # Each page names its own mailbox and number; their names repeat after a thousand.
    wanted = {"contents": pages, "contacts": 2 * min(pages, 1_000), "sources": 2 * pages}
    if {name: counts.get(name) for name in wanted} != wanted:
        raise SystemExit(f"Ours is wrong: {counts} instead of {wanted}.")
    return {"name": "inroad", "rate": pages / seconds, "cpu_ms": cpu_s / pages * 1_000, "peak_mib": peak}
