"""Sitemap parsing: URLs a second and peak memory growth, beside Scrapy's parser where it can be imported.

Run `python benchmarks/bench_sitemaps.py [--urls 50000] [--rounds 5]`. Both sides read the same bytes in the same process; the
best round counts, and memory is measured in a separate pass with tracemalloc (Python) and the process's peak resident set.
"""

from __future__ import annotations

import argparse
import gc
import io
import resource
import time
import tracemalloc
from collections.abc import Callable, Iterable

from inroad.crawl.classify import classify_page
from inroad.crawl.sitemaps import iter_sitemap
from inroad.crawl.urls import canonical_url

SITE = "https://www.acme.example"


def make_sitemap(count: int) -> bytes:
    """A sitemap of `count` plain entries, about 178 bytes each: 8.9 MB at 50,000."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    entries = "".join(
        f"  <url>\n    <loc>{SITE}/products/category-{n % 97}/thing-{n:07d}</loc>\n"
        f"    <lastmod>2026-10-{n % 28 + 1:02d}T10:00:00+00:00</lastmod>\n"
        f"    <changefreq>weekly</changefreq>\n    <priority>0.{n % 9 + 1}</priority>\n  </url>\n"
        for n in range(count)
    )
    return f"{head}{entries}</urlset>\n".encode()


def ours(body: bytes) -> int:
    """Entries that our reader finds."""
    return sum(1 for _ in iter_sitemap(io.BytesIO(body), url=f"{SITE}/sitemap.xml"))


def scrapys() -> Callable[[bytes], int] | None:
    """Scrapy's parser, or None where it is not installed."""
    try:
        from scrapy.utils.sitemap import Sitemap
    except ImportError:
        return None

    def read(body: bytes) -> int:
        entries: Iterable[object] = Sitemap(body)
        return sum(1 for _ in entries)

    return read


def rate(read: Callable[[bytes], int], body: bytes, rounds: int) -> float:
    """URLs a second of the best round."""
    best = 0.0
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        count = read(body)
        best = max(best, count / (time.perf_counter() - start))
    return best


def peak_growth_kib(read: Callable[[bytes], int], body: bytes) -> float:
    """Peak of Python's own allocations while reading, in KiB."""
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    read(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (peak - before) / 1024


def naming_us(count: int, rounds: int) -> dict[str, float]:
    """Processor microseconds that each step of naming takes for one URL, in the best round.

    Args:
        count: URLs.
        rounds: Of each step.
    """
    plain = [f"{SITE}/products/category-{n % 97}/thing-{n:07d}" for n in range(count)]
    written = [f"HTTPS://WWW.acme.example:443/a/../products/%7Eé/thing-{n}?utm_source=x&id={n}#top" for n in range(count)]
    steps: dict[str, tuple[Callable[[str], object], list[str]]] = {
        "canonical_url, canonical already": (canonical_url, plain),
        "canonical_url, everything to do": (canonical_url, written),
        "classify_page": (classify_page, plain),
    }
    out: dict[str, float] = {}
    for name, (step, urls) in steps.items():
        best = float("inf")
        for _ in range(rounds):
            start = time.process_time()
            for url in urls:
                step(url)
            best = min(best, time.process_time() - start)
        out[name] = best / count * 1e6
    return out


def print_naming(count: int, rounds: int) -> None:
    """One line: what a URL costs after it is parsed."""
    print("naming a URL:", ", ".join(f"{name} {spent:.1f} us" for name, spent in naming_us(count, rounds).items()), flush=True)


def main() -> None:
    """Prints one line a side and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--urls", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    body = make_sitemap(options.urls)
    print(f"{options.urls:,} URLs, {len(body) / 1e6:.1f} MB")
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    our_rate = rate(ours, body, options.rounds)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident
    print(f"inroad: {our_rate:,.0f} URL/s, peak growth {peak_growth_kib(ours, body):,.0f} KiB traced, {grown:,} KiB resident")
    print_naming(options.urls, options.rounds)
    peer = scrapys()
    if peer is None:
        print("scrapy: not installed")
        return
    their_rate = rate(peer, body, options.rounds)
    print(f"scrapy: {their_rate:,.0f} URL/s, peak growth {peak_growth_kib(peer, body):,.0f} KiB traced")
    print(f"ratio: {our_rate / their_rate:.2f}")


if __name__ == "__main__":
    main()
