"""Lookups: what many tasks want to know of single rows is asked together.

What lives here: gathering keys and giving each task its answer. What does not: the queries, and keeping what was answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import islice
from typing import Final, Generic, TypeVar

from sqlalchemy.orm import Session

from inroad.store.database import Database

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_BATCH: Final = 500  # keys in one statement at most


class Lookups(Generic[K, V]):
    """Gathers the keys that come in while a statement runs into the next one: of fifty domains at work each would take its own.

    Args:
        database: The application's.
        query: Keys to what is known of them; what it leaves out is unknown.
    """

    def __init__(self, database: Database, query: Callable[[Session, Sequence[K]], Mapping[K, V]]) -> None:
        self._database = database
        self._query = query
        self._wanted: dict[K, asyncio.Future[V | None]] = {}
        self._working: asyncio.Task[None] | None = None

    async def of(self, key: K) -> V | None:
        """What is known of a key; None where nothing is.

        Raises:
            DatabaseUnavailable: It cannot be asked for.
        """
        answer = self._wanted.get(key)
        if answer is None:
            answer = self._wanted[key] = asyncio.get_running_loop().create_future()
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._serve())
        return await asyncio.shield(answer)  # others may wait for it too

    async def _serve(self) -> None:
        await asyncio.sleep(0)  # the others of this round of the loop come along
        while self._wanted:
            batch = {key: self._wanted.pop(key) for key in list(islice(self._wanted, _BATCH))}
            try:
                known = await self._database.run(self._query, list(batch))
            except Exception as error:  # noqa: BLE001 - handed to those who wait, each of whom raises it
                for answer in batch.values():
                    answer.set_exception(error)
                    answer.exception()  # seen: those who wait for it may all have been cancelled
                continue
            for key, answer in batch.items():
                answer.set_result(known.get(key))
