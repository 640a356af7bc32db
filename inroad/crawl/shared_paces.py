"""The hosts' clocks in Postgres, shared by all processes and machines.

What lives here: `PaceStore` over the queries of `inroad.store.hosts`. What does not: SQL, and the rules of politeness.
"""

from __future__ import annotations

from inroad.crawl.politeness import FIRST_INTERVAL_S, MAX_INTERVAL_S, Grant, Pace
from inroad.store import Database
from inroad.store import hosts as queries


class DatabasePaces:
    """See `inroad.crawl.politeness.PaceStore`.

    Args:
        database: The application's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, host: str, pace: Pace, *, bound_s: float, grace_s: float) -> Grant:
        """One statement; see `PaceStore`."""
        slot = await self._database.run(
            queries.take_slot, host, floor_s=pace.floor_s, exclusive=pace.exclusive, bound_s=bound_s, grace_s=grace_s
        )
        return Grant(*slot)

    async def blocked_s(self, host: str) -> float:
        """See `PaceStore`."""
        return await self._database.run(queries.blocked_seconds, host)

    async def finish(self, host: str, pace: Pace, *, recover: float) -> None:
        """See `PaceStore`."""
        forget_below_s = max(pace.floor_s, FIRST_INTERVAL_S / 2)
        await self._database.run(
            queries.finish_request, host, floor_s=pace.floor_s, recover=recover, forget_below_s=forget_below_s
        )

    async def slow_down(self, host: str, pace: Pace, *, retry_after_s: float | None) -> float:
        """See `PaceStore`."""
        return await self._database.run(
            queries.slow_down,
            host,
            floor_s=pace.floor_s,
            first_s=FIRST_INTERVAL_S,
            most_s=MAX_INTERVAL_S,
            retry_after_s=retry_after_s,
        )

    async def keep_crawl_delay(self, host: str, crawl_delay_s: float | None) -> None:
        """See `PaceStore`."""
        await self._database.run(queries.keep_crawl_delay, host, crawl_delay_s)
