"""One of several processes that call through the same bucket: `python granting.py URL NAME LIMIT PERIOD_S BURST CALLS`.

Starts when a line arrives on standard input, makes its calls eight at a time, and prints how many were granted and refused.
"""

from __future__ import annotations

import asyncio
import sys

from inroad.guard.errors import BucketEmpty
from inroad.guard.rate import Rate, RateLimiter
from inroad.store import Database


async def main(url: str, name: str, rate: Rate, calls: int) -> None:
    limiter, granted, refused = RateLimiter(Database(url)), 0, 0
    gate = asyncio.Semaphore(8)

    async def call() -> None:
        nonlocal granted, refused
        async with gate:
            try:
                await limiter.acquire(name, rate, max_wait_s=0.3)
                granted += 1
            except BucketEmpty:
                refused += 1

    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(*(call() for _ in range(calls)))
    print(granted, refused, flush=True)


if __name__ == "__main__":
    _, url, name, limit, period_s, burst, calls = sys.argv
    asyncio.run(main(url, name, Rate(int(limit), float(period_s), int(burst)), int(calls)))
