"""One of several processes that call through the same breaker; prints how often its call went through.

Run as `python probing.py URL NAME`; starts when a line arrives on standard input.
"""

from __future__ import annotations

import asyncio
import sys

from inroad.guard.breaker import BreakerPolicy, Breakers
from inroad.guard.errors import CircuitOpen
from inroad.store import Database


async def main(url: str, name: str) -> None:
    breakers = Breakers(Database(url), BreakerPolicy(fail_max=1, reset_after_s=0.01), cache_s=0.0)
    await breakers.state(name)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    calls = 0

    async def attempt() -> None:
        nonlocal calls
        try:
            async with breakers.call(name):
                calls += 1
                await asyncio.sleep(1.0)
        except CircuitOpen:
            return

    await asyncio.gather(*(attempt() for _ in range(8)))
    print(calls, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
