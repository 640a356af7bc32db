"""The hosts' clocks in Postgres, shared by all processes and machines.

What lives here: `PaceStore` over the queries of `inroad.store.hosts`. What does not: SQL, and the rules of politeness.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from inroad.crawl.politeness import FIRST_INTERVAL_S, MAX_INTERVAL_S, Grant, Pace
from inroad.store import Database
from inroad.store import hosts as queries

_BATCH: Final = 500  # hosts asked for in one statement at most


@dataclass(slots=True)
class _Wish:
    ask: queries.SlotAsk
    grace_s: float
    grant: asyncio.Future[Grant]


class DatabasePaces:
    """See `inroad.crawl.politeness.PaceStore`.

    Wishes that come in while a statement runs are put into the next one: 32 workers then cost a few statements, where one each
    took two thirds of the client's time.

    Args:
        database: The application's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wishes: list[_Wish] = []
        self._granting: asyncio.Task[None] | None = None

    async def take(self, host: str, pace: Pace, *, bound_s: float, grace_s: float) -> Grant:
        """See `PaceStore`."""
        ask = queries.SlotAsk(host, pace.floor_s, pace.exclusive, bound_s)
        wish = _Wish(ask, grace_s, asyncio.get_running_loop().create_future())
        self._wishes.append(wish)
        if self._granting is None or self._granting.done():
            self._granting = asyncio.create_task(self._grant_all())
        return await wish.grant

    async def _grant_all(self) -> None:
        await asyncio.sleep(0)  # the others of this round of the loop come along
        while self._wishes:
            batch = self._next_batch()
            try:
                asks = [wish.ask for wish in batch.values()]
                grace_s = max(wish.grace_s for wish in batch.values())
                slots = await self._database.run(queries.take_slots, asks, grace_s=grace_s)
            except Exception as error:  # noqa: BLE001 - handed to those who wait, each of whom raises it
                for wish in batch.values():
                    if not wish.grant.done():
                        wish.grant.set_exception(error)
                continue
            for host, wish in batch.items():
                if not wish.grant.done():
                    wish.grant.set_result(Grant(*slots[host]))

    def _next_batch(self) -> dict[str, _Wish]:
        """The oldest wish of each host; the statement can give a row one slot only."""
        batch: dict[str, _Wish] = {}
        left: list[_Wish] = []
        for wish in self._wishes:
            if wish.grant.done():  # its caller was cancelled
                continue
            if wish.ask.host in batch or len(batch) >= _BATCH:
                left.append(wish)
            else:
                batch[wish.ask.host] = wish
        self._wishes = left
        return batch

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
