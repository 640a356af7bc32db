"""The hosts' clocks in Postgres, shared by all processes and machines.

What lives here: `PaceStore` over the queries of `inroad.store.hosts`. What does not: SQL, and the rules of politeness.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
import weakref
from dataclasses import dataclass
from typing import Final

from inroad.crawl.paces import FIRST_INTERVAL_S, GRACE_S, MAX_INTERVAL_S, STINT_S, Pace, StintAnswer, StintEnd
from inroad.store import Database
from inroad.store import hosts as queries
from inroad.store.locks import NumberLock

_BATCH: Final = 500  # hosts asked for in one statement at most
_LOCK_BELIEVED_S: Final = 10.0  # after which it is looked whether the server still has our lock


@dataclass(slots=True)
class _Wish:
    ask: queries.StintAsk
    answer: asyncio.Future[StintAnswer]


class DatabasePaces:
    """See `inroad.crawl.paces.PaceStore`.

    Wishes that come in while a statement runs are put into the next one, and so are the hosts that are given back.

    The holder's name carries the number of a lock that lasts as long as its process: who waits for a host that a killed one
    holds need not wait until the lease ends.

    Args:
        database: The application's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = NumberLock(database, queries.HOLDER_LOCK_CLASS)
        self._locked_at = float("-inf")
        self.name = f"p{self._lock.number}-{os.getpid()}-{secrets.token_hex(6)}"
        weakref.finalize(self, self._lock.release)
        self._wishes: list[_Wish] = []
        self._ends: list[tuple[queries.Ended, asyncio.Future[None]]] = []
        self._working: asyncio.Task[None] | None = None

    async def take(self, host: str, pace: Pace) -> StintAnswer:
        """See `PaceStore`."""
        wish = _Wish(queries.StintAsk(host, pace.floor_s, pace.exclusive), asyncio.get_running_loop().create_future())
        self._wishes.append(wish)
        self._work()
        return await wish.answer

    async def give_back(self, end: StintEnd) -> None:
        """See `PaceStore`."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ends.append((queries.Ended(end.host, end.next_s, end.interval_s, end.loaded_s), done))
        self._work()
        await done

    def _work(self) -> None:
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._serve())

    async def _serve(self) -> None:
        await asyncio.sleep(0)  # the others of this round of the loop come along
        while self._wishes or self._ends:
            await self._end_stints()
            await self._grant()

    async def _end_stints(self) -> None:
        batch, self._ends = self._ends[:_BATCH], self._ends[_BATCH:]
        if not batch:
            return
        latest = {end.host: end for end, _ in batch}
        error: Exception | None = None
        try:
            await self._database.run(queries.end_stints, list(latest.values()), me=self.name)
        except Exception as fault:  # noqa: BLE001 - handed to those who wait, each of whom raises it
            error = fault
        for _, done in batch:
            if not done.done():
                done.set_exception(error) if error is not None else done.set_result(None)

    async def _grant(self) -> None:
        batch = self._next_batch()
        if not batch:
            return
        try:
            asks = [wish.ask for wish in batch.values()]
            await self._hold_lock()
            stints = await self._database.run(queries.take_stints, asks, me=self.name, stint_s=STINT_S, grace_s=GRACE_S)
        except Exception as error:  # noqa: BLE001 - handed to those who wait, each of whom raises it
            for wish in batch.values():
                if not wish.answer.done():
                    wish.answer.set_exception(error)
            return
        for host, wish in batch.items():
            stint = stints[host]
            if not wish.answer.done():
                wish.answer.set_result(StintAnswer(*stint))
            elif stint.is_granted:  # its caller was cancelled meanwhile: nobody here has the host
                unused = queries.Ended(host, stint.wait_s, stint.interval_s, stint.interval_s)
                self._ends.append((unused, asyncio.get_running_loop().create_future()))

    async def _hold_lock(self) -> None:
        """Before a host is ours, whoever looks at its row must be able to tell that we live."""
        if time.monotonic() - self._locked_at > _LOCK_BELIEVED_S:
            await asyncio.to_thread(self._lock.hold)
            self._locked_at = time.monotonic()

    async def aclose(self) -> None:
        """See `PaceStore`."""
        self._locked_at = float("-inf")
        await asyncio.to_thread(self._lock.release)

    def _next_batch(self) -> dict[str, _Wish]:
        """The oldest wish of each host; the statement can give a row to one only."""
        batch: dict[str, _Wish] = {}
        left: list[_Wish] = []
        for wish in self._wishes:
            if wish.answer.done():  # its caller was cancelled
                continue
            if wish.ask.host in batch or len(batch) >= _BATCH:
                left.append(wish)
            else:
                batch[wish.ask.host] = wish
        self._wishes = left
        return batch

    async def slow_down(self, host: str, pace: Pace, *, retry_after_s: float | None) -> float:
        """See `PaceStore`."""
        return await self._database.run(
            queries.slow_down,
            host,
            me=self.name,
            floor_s=pace.floor_s,
            first_s=FIRST_INTERVAL_S,
            most_s=MAX_INTERVAL_S,
            retry_after_s=retry_after_s,
        )

    async def keep_crawl_delay(self, host: str, crawl_delay_s: float | None) -> None:
        """See `PaceStore`."""
        await self._database.run(queries.keep_crawl_delay, host, crawl_delay_s)
