"""Fetching beside Scrapy and Crawlee, in turns in one run, from one server process.

`python benchmarks/bench_fetch.py [--pages N] [--concurrency N] [--rounds N] [--peers PYTHON]` serves 15 kB pages on loopback.
Ours goes through the real stages: guard, politeness and breakers in PostgreSQL, judging, everything extracted, stored. The peers
read two fields and keep them in memory. Printed for each side: pages a second, processor time a page (ours with its readers and
PostgreSQL), peak memory.

The peers are no dependencies of the project; see `bench_discovery` for how to install them.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bench_crawl

PEERS = Path(__file__).with_name("discovery_peers.py")


def peers(python: str | None, *arguments: str) -> Iterator[dict[str, Any]]:
    """What each peer measured; says so where there are none."""
    if python is None:
        print("peers: not measured (name an interpreter that has them with --peers; see bench_discovery --help)")
        return
    done = subprocess.run([python, str(PEERS), "fetch", *arguments], capture_output=True, text=True, check=False)
    yield from (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))


def _line(found: dict[str, Any]) -> str:
    if "error" in found:
        return f"{found['name']}: failed ({found['error']})"
    spent = f"{found['cpu_ms']:.1f} ms processor a page, peak {found['peak_mib']:.0f} MiB"
    return f"{found['name']}: {found['rate']:,.0f} pages/s, {spent}"


def compare(pages: int, concurrency: int, rounds: int, python: str | None) -> None:
    """Runs every side once a round and prints the ratios, the median last."""
    ratios: dict[str, list[float]] = {}
    context = multiprocessing.get_context("spawn")
    ports: Any = context.Queue()
    server = context.Process(target=bench_crawl.serve, args=(ports, pages), daemon=True)
    server.start()
    try:
        port = ports.get(timeout=30)
        for turn in range(1, rounds + 1):
            with tempfile.TemporaryDirectory() as folder:
                home = Path(folder)
                home.chmod(0o755)  # as root the database's own user must enter it
                ours = bench_crawl.measure(home, port, pages, concurrency)
            print(f"round {turn}\n  {_line(ours)}", flush=True)
            for peer in peers(python, f"http://127.0.0.1:{port}", str(pages), str(concurrency)):
                print(f"  {_line(peer)}", flush=True)
                if peer.get("rate"):
                    ratios.setdefault(peer["name"], []).append(ours["rate"] / peer["rate"])
    finally:
        server.terminate()
        server.join()
    for name, found in ratios.items():
        print(
            f"ours to {name}: {statistics.median(found):.2f} times its pages/s (rounds: {', '.join(f'{r:.2f}' for r in found)})"
        )


def main() -> None:
    """Runs the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default=os.environ.get("INROAD_BENCH_PEERS"), help="interpreter that has the peers")
    options = parser.parse_args()
    print(f"fetch: {options.pages:,} pages of 15 kB, {options.concurrency} at a time, {os.cpu_count()} cores")
    compare(options.pages, options.concurrency, options.rounds, options.peers)


if __name__ == "__main__":
    main()
