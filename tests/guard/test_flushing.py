"""Bringing reservations to disk: one flush for all callers of a moment, and none for a moment that came after it began."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from inroad.guard.budget import Amounts, Budgets
from inroad.guard.errors import Scope
from inroad.guard.limits import set_budget
from inroad.store import Database
from inroad.store.database import DatabaseUnavailable
from inroad.store.flushing import Flushes


class _Slow(Database):
    """A database whose statements end when they are told to."""

    def hold(self) -> None:
        self.begun, self.gate = 0, asyncio.Event()
        self.error: Exception | None = None

    async def fetch(self, statement: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        self.begun += 1
        await self.gate.wait()
        if self.error:
            raise self.error
        return await super().fetch(statement, parameters)


@pytest.fixture
def slow(database: Database) -> Iterator[_Slow]:
    """The test's database, held."""
    held = _Slow(database.url)
    yield held
    held.close()


async def test_a_flush_that_fails_is_nobodys_end(slow: _Slow) -> None:
    """The call has its own statements, which say so when the database is gone."""
    slow.hold()
    slow.error = DatabaseUnavailable("gone")
    slow.gate.set()
    flushes = Flushes(slow)
    with pytest.raises(DatabaseUnavailable):
        await flushes.begin()
    slow.error = None
    await flushes.begin()
    assert slow.begun == 2


async def test_callers_that_come_while_one_is_at_work_share_the_next(slow: _Slow) -> None:
    """What was committed after a flush began is not covered by it; and sixty-four flushes would wait for one disk."""
    slow.hold()
    flushes = Flushes(slow)
    first = flushes.begin()
    await asyncio.sleep(0)
    later = {flushes.begin() for _ in range(64)}
    assert len(later) == 1
    assert first not in later
    await asyncio.sleep(0)
    assert slow.begun == 1
    slow.gate.set()
    await asyncio.gather(first, *later)
    assert slow.begun == 2


async def test_a_reservation_under_a_budget_is_flushed_and_one_without_is_not(database: Database) -> None:
    """Without a limit there is nothing that a power cut could make forget."""
    budgets = Budgets(database)
    free = await budgets.reserve(Scope(), "cv", "openai", "gpt", Amounts(5))
    assert free.booking is not None
    assert not free.booking.is_held
    set_budget(database, "all", tokens=10)
    held = await budgets.reserve(Scope(), "cv", "openai", "gpt", Amounts(5))
    assert held.booking is not None
    assert held.booking.is_held
    assert budgets._flushes is not None
    (flush,) = budgets._flushes._last.values()
    await flush
    assert flush.exception() is None
