"""A big site's sitemaps into rows: 2.6 million URLs in 75 gzipped sitemaps, served from loopback, imported by the real stage.

What lives here: making the site, serving it, the import in a process of its own, and its figures. What does not: the other
comparisons of `bench_discovery`, which is the door.

The rows are checked afterwards: a fast import of the wrong rows is no result.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import http.server
import multiprocessing
import os
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import text

from inroad.crawl.fetch import WebClient
from inroad.settings import Settings, load_settings
from inroad.stages import domains, naming, reading, sitemaps
from inroad.stages.work import open_work
from inroad.store import Database, embedded, open_database
from inroad.store.domains import add_domains

DOMAIN = "warehouse.example"
SITE = f"http://{DOMAIN}"
SECTIONS = ("products", "blog", "stores", "news/2026/10", "help", "de/produkte", "careers/jobs", "team")
WORDS = ("steel", "pump", "valve", "gauge", "sensor", "bearing", "coupling", "filter", "motor", "drive", "housing", "flange")


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the site is.

    Attributes:
        urls: Pages in all sitemaps together.
        files: Sitemaps below the index.
    """

    urls: int
    files: int


def page_urls(shape: Shape, file: int) -> Iterator[str]:
    """The pages of one sitemap; each of the site's URLs is in exactly one."""
    for number in range(file, shape.urls, shape.files):
        words = f"{WORDS[number % 12]}-{WORDS[number // 12 % 12]}-{WORDS[number // 144 % 12]}"
        yield f"{SITE}/{SECTIONS[number % 7 if number % 900 else 7]}/{words}-{number:07d}"


def write_site(folder: Path, shape: Shape) -> int:
    """Writes robots.txt, the home page, the index and the gzipped sitemaps; returns their bytes before compression."""
    size = 0
    (folder / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {SITE}/sitemap.xml\n")
    (folder / "index.html").write_text("<!doctype html><html lang=en><title>Warehouse</title><h1>Warehouse</h1><p>All parts.</p>")
    children = "".join(f"<sitemap><loc>{SITE}/sitemap-{file}.xml.gz</loc></sitemap>\n" for file in range(shape.files))
    (folder / "sitemap.xml").write_text(
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{children}</sitemapindex>'
    )
    for file in range(shape.files):
        entries = "".join(
            f"<url>\n<loc>{url}</loc>\n<lastmod>2026-10-{file % 28 + 1:02d}T10:{index % 60:02d}:00+00:00</lastmod>\n</url>\n"
            for index, url in enumerate(page_urls(shape, file))
        )
        body = (
            f'<?xml version="1.0"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'.encode()
        )
        size += len(body)
        (folder / f"sitemap-{file}.xml.gz").write_bytes(gzip.compress(body, 5))
    return size


class _Files(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Keeps quiet."""


def serve(folder: str, ports: Any) -> None:
    """Serves a folder until it is terminated; Last-Modified and conditional requests are the standard library's."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=folder)) as server:
        ports.put(server.server_address[1])
        server.serve_forever()


@contextlib.contextmanager
def served(folder: Path) -> Iterator[int]:
    """A server for a folder in a process of its own; yields its port."""
    ports: Any = multiprocessing.get_context("spawn").Queue()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(str(folder), ports), daemon=True)
    process.start()
    try:
        yield ports.get(timeout=30)
    finally:
        process.terminate()
        process.join()


def resident_mib() -> float:
    """Memory of this process now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_048_576


def server_cpu_s(settings: Settings) -> float:
    """Processor seconds of the embedded server so far: the postmaster, its ended children and its living ones."""
    postmaster = int((embedded.ensure_running(settings).data / "postmaster.pid").read_text().split()[0])
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(stat.parent.name) == postmaster:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == postmaster:
                ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


class _Watch(threading.Thread):
    """Reads the process's memory every half second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.samples: list[float] = [resident_mib()]
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(0.5):
            self.samples.append(resident_mib())

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def line(self) -> str:
        """Memory at the quarters of the time."""
        marks = [self.samples[min(len(self.samples) - 1, len(self.samples) * part // 4)] for part in range(5)]
        return " ".join(f"{mark:.0f}" for mark in marks)


def import_site(settings: Settings, answers: Any) -> None:
    """Analyses the domain and reads its sitemaps, twice: the second visit finds nothing changed."""
    database = open_database(settings, migrate=False)
    database.call(add_domains, [DOMAIN])
    answers.put(("first", asyncio.run(_visit(settings, database, again=False))))
    answers.put(("second", asyncio.run(_visit(settings, database, again=True))))
    answers.put(("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    database.close()


@contextlib.contextmanager
def _timed() -> Iterator[dict[str, float]]:
    """Seconds that the stage's parts took, added up over sitemaps that are read at the same time."""
    spent = {"download": 0.0, "parse": 0.0, "classify": 0.0, "store": 0.0}
    batch, name, store, stream = reading.next_batch, naming.name_entries, reading.store_batch, WebClient.stream

    def timed_batch(*given: Any) -> Any:
        begun = time.perf_counter()
        found = batch(*given)
        spent["parse"] += time.perf_counter() - begun
        return found

    def timed_name(*given: Any) -> Any:
        begun = time.perf_counter()
        found = name(*given)
        spent["classify"] += time.perf_counter() - begun
        spent["parse"] -= time.perf_counter() - begun
        return found

    async def timed_store(*given: Any) -> None:
        begun = time.perf_counter()
        await store(*given)
        spent["store"] += time.perf_counter() - begun

    @contextlib.asynccontextmanager
    async def timed_stream(*given: Any, **options: Any) -> Any:
        begun = time.perf_counter()
        async with stream(*given, **options) as response:
            spent["download"] += time.perf_counter() - begun
            yield response

    with (
        patch.object(reading, "next_batch", timed_batch),
        patch.object(naming, "name_entries", timed_name),
        patch.object(reading, "store_batch", timed_store),
        patch.object(WebClient, "stream", timed_stream),
    ):
        yield spent


async def _visit(settings: Settings, database: Database, *, again: bool) -> dict[str, Any]:
    from datetime import UTC, datetime

    since = datetime.now(UTC) if again else None
    with open_work(settings, database, since=since) as work:
        async with WebClient(settings, database) as web:
            await domains.run(work, web, [DOMAIN])
            watch = _Watch()
            watch.start()
            begun, ours, theirs = time.perf_counter(), time.process_time(), server_cpu_s(settings)
            with _timed() as stages:
                report = await sitemaps.run(work, web, [DOMAIN])
            seconds = time.perf_counter() - begun
            cpu = (time.process_time() - ours, server_cpu_s(settings) - theirs)
            watch.stop()
    tally = report.tallies[DOMAIN]
    return {
        "seconds": seconds,
        "counts": dict(tally.counts),
        "errors": tally.errors[:3],
        "memory": watch.line(),
        "cpu": cpu,
        "stages": stages,
    }


def check(database: Database, shape: Shape) -> dict[str, int]:
    """What the database holds: pages, listings, files by state, indexed URLs."""
    with database.begin() as session:
        counts = {
            "pages": "SELECT count(*) FROM pages WHERE source = 'sitemap'",
            "listings": "SELECT count(*) FROM page_sitemaps",
            "complete files": "SELECT count(*) FROM sitemap_files WHERE sitemap_import_status = 'Complete'",
            "searchable": "SELECT count(*) FROM page_urls",
        }
        found = {name: int(session.scalar(text(query)) or 0) for name, query in counts.items()}
    wanted = {"pages": shape.urls, "listings": shape.urls, "complete files": shape.files + 1, "searchable": shape.urls + 1}
    if found != wanted:
        raise SystemExit(f"The import is wrong: {found} instead of {wanted}.")
    return found


def run(shape: Shape) -> None:
    """Makes, serves, imports and prints."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)  # as root the database's own user must enter it
        site = root / "site"
        site.mkdir()
        size = write_site(site, shape)
        print(f"{shape.urls:,} URLs in {shape.files} sitemaps, {size / 1e6:.0f} MB unpacked", flush=True)
        with served(site) as port:
            settings = load_settings(
                home=root / "home",
                resolve=(f"{DOMAIN}:443:127.0.0.1:{port}", f"{DOMAIN}:80:127.0.0.1:{port}"),
                urls_per_domain=shape.urls + 1_000,
                sitemaps_per_domain=shape.files + 10,
                domain_timeout_s=3_600,
            )
            database = open_database(settings)
            try:
                _measure(settings, database, shape)
            finally:
                database.close()
                embedded.stop(settings)


def _measure(settings: Settings, database: Database, shape: Shape) -> None:
    context = multiprocessing.get_context("spawn")
    answers: Any = context.Queue()
    process = context.Process(target=import_site, args=(settings, answers))
    process.start()
    for _ in range(3):
        name, value = answers.get(timeout=3_600)
        if name == "peak":
            print(f"peak memory of the importing process: {value:.0f} MiB")
        else:
            rate = shape.urls / value["seconds"]
            print(f"{name} visit: {value['seconds']:.1f} s ({rate:,.0f} URL/s), memory at the quarters {value['memory']} MiB")
            print(
                f"  processor: {value['cpu'][0]:.0f} s here, {value['cpu'][1]:.0f} s in PostgreSQL; waited for in all sitemaps:",
                end="",
            )
            print("".join(f" {name} {spent:.0f} s" for name, spent in value["stages"].items()))
            print(f"  {value['counts']} {value['errors']}", flush=True)
    process.join()
    print(f"rows: {check(database, shape)}")
