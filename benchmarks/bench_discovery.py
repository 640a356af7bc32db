"""The discovery's benchmarks behind one door: parse, fetch and import, beside the peers, in one run.

`python benchmarks/bench_discovery.py [parse|fetch|import|all] [--urls N] [--pages N] [--peers PYTHON]`

The peers are no dependencies of the project. Install them into an environment of their own and name its interpreter with
`--peers` or INROAD_BENCH_PEERS:

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install scrapy advertools ultimate-sitemap-parser 'crawlee[parsel]'
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bench_fetch
import bench_import
import bench_sitemaps

PEERS = Path(__file__).with_name("discovery_peers.py")


def peers(python: str | None, *arguments: str) -> Iterator[dict[str, Any]]:
    """What each peer measured; says so where there are none."""
    if python is None:
        print("peers: not measured (name an interpreter that has them with --peers; see --help)")
        return
    done = subprocess.run([python, str(PEERS), *arguments], capture_output=True, text=True, check=False)
    yield from (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))


def compare(found: Iterator[dict[str, Any]], ours: float, unit: str) -> None:
    """Prints each peer's rate and the ratio of ours to it."""
    for peer in found:
        if "error" in peer:
            print(f"{peer['name']}: failed ({peer['error']})")
        else:
            ratio = ours / peer["rate"] if peer["rate"] else float("inf")
            print(
                f"{peer['name']}: {peer['rate']:,.0f} {unit}, peak {peer['peak_mib']:.0f} MiB; ours is {ratio:.2f} times as fast"
            )


def parse(urls: int, rounds: int, python: str | None) -> None:
    """One sitemap, by our parser and by the peers'."""
    body = bench_sitemaps.make_sitemap(urls)
    rate = bench_sitemaps.rate(bench_sitemaps.ours, body, rounds)
    grown = bench_sitemaps.peak_growth_kib(bench_sitemaps.ours, body)
    print(f"parse: {urls:,} URLs, {len(body) / 1e6:.1f} MB\ninroad: {rate:,.0f} URL/s, peak growth {grown:,.0f} KiB", flush=True)
    bench_sitemaps.print_naming(urls, rounds)
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(body)
        file.flush()
        compare(peers(python, "parse", file.name, str(rounds)), rate, "URL/s")


def main() -> None:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="all", choices=("parse", "fetch", "import", "all"))
    parser.add_argument("--urls", type=int, default=2_600_000, help="pages of the site that is imported")
    parser.add_argument("--files", type=int, default=75, help="its sitemaps")
    parser.add_argument("--pages", type=int, default=1_000, help="pages that are fetched")
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default=os.environ.get("INROAD_BENCH_PEERS"), help="interpreter that has the peers")
    options = parser.parse_args()
    if options.what in ("parse", "all"):
        parse(50_000, options.rounds, options.peers)
    if options.what in ("fetch", "all"):
        bench_fetch.compare(options.pages, options.concurrency, options.rounds, options.peers)
    if options.what in ("import", "all"):
        bench_import.run(bench_import.Shape(options.urls, options.files))


if __name__ == "__main__":
    main()
