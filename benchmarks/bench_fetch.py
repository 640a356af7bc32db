"""What the web client's guard costs: the plain httpx2 client against ours, in turns, in one run.

`python benchmarks/bench_fetch.py [--pages N] [--concurrency N]` starts a local server that answers at once with 15 kB pages, in a
process of its own, and the embedded PostgreSQL in a temporary folder, then prints requests per second and the ratio to the plain
client: with politeness and robots.txt kept in memory, and shared through the database (one statement a request at least).
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Awaitable, Callable
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import httpx2

from inroad.crawl.fetch import WebClient
from inroad.settings import load_settings
from inroad.store import embedded, open_database

BODY = b"<html>" + b"x" * 15_000 + b"</html>"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
HOSTS = 16


class Server(asyncio.Protocol):
    """Answers every request with the same page."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the connection."""
        self.transport, self.received = transport, b""

    def data_received(self, data: bytes) -> None:
        """One answer for each request."""
        self.received += data
        while b"\r\n\r\n" in self.received:
            _, self.received = self.received.split(b"\r\n\r\n", 1)
            self.transport.write(ANSWER)  # type: ignore[attr-defined]


def _serve(ports: Queue[int]) -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


async def _rate(get: Callable[[int], Awaitable[Any]], pages: int, concurrency: int) -> float:
    """Requests per second, after a warm-up."""
    for count in (concurrency * 8, pages):
        numbers = iter(range(count))

        async def work(numbers: Any = numbers) -> None:
            for number in numbers:
                await get(number)

        begun = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(concurrency)))
    return pages / (time.perf_counter() - begun)


async def _compare(port: int, pages: int, concurrency: int, home: Path) -> None:
    settings = load_settings(
        home=home,
        resolve=(f"*:80:127.0.0.1:{port}",),
        host_interval_s=0.0,
        host_concurrency=min(concurrency, 64),
        fetch_concurrency=concurrency,
    )
    database = await asyncio.to_thread(open_database, settings)
    for turn in range(1, 4):
        async with httpx2.AsyncClient(limits=httpx2.Limits(max_connections=concurrency)) as plain:
            bare = await _rate(lambda number: plain.get(f"http://127.0.0.1:{port}/{number}"), pages, concurrency)
        rates = []
        for store in (None, database):
            async with WebClient(settings, store) as client:
                get = lambda number: client.fetch(f"http://h{number % HOSTS}.example/{number}")  # noqa: E731
                rates.append(await _rate(get, pages, concurrency))
        print(
            f"turn {turn}: httpx2 {bare:.0f}/s; ours in memory {rates[0]:.0f}/s ({rates[0] / bare:.2f}x); "
            f"ours through PostgreSQL {rates[1]:.0f}/s ({rates[1] / bare:.2f}x)"
        )
    await asyncio.to_thread(database.close)


def main() -> None:
    """Starts the servers and prints the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--concurrency", type=int, default=32)
    arguments = parser.parse_args()
    ports: Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=_serve, args=(ports,), daemon=True)
    server.start()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)  # as root the database's own user must enter it
        try:
            asyncio.run(_compare(ports.get(timeout=30), arguments.pages, arguments.concurrency, home))
        finally:
            embedded.stop(load_settings(home=home))
            server.terminate()


if __name__ == "__main__":
    main()
