"""Statements of one moment sent as one: nothing is lost, mixed up or undone by its neighbour."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest

from inroad.guard.budget import Amounts, Budgets
from inroad.guard.errors import BudgetExceeded, Scope
from inroad.guard.limits import set_budget, show_budgets
from inroad.store import Database
from inroad.store.bundles import LANES, MOST, Bundles
from inroad.store.database import DatabaseUnavailable


class _Echo(Database):
    """Gives back the document, in its own time; fails where it is told to."""

    def hold(self) -> None:
        self.sent: list[list[int]] = []
        self.gate = asyncio.Event()
        self.is_down = False

    async def fetch(self, statement: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        asked = json.loads(str(parameters[0]))
        self.sent.append(asked)
        await self.gate.wait()
        if self.is_down:
            raise DatabaseUnavailable("gone")
        return [(asked,)]


@pytest.fixture
def echo() -> Iterator[_Echo]:
    """No database is asked."""
    database = _Echo("postgresql://nobody/nothing")
    yield database
    database.close()


async def test_when_the_database_is_gone_every_caller_is_told_and_the_next_is_not(echo: _Echo) -> None:
    """A caller that is not told waits for ever."""
    echo.hold()
    echo.is_down = True
    bundles = Bundles(echo, "")
    jobs = [asyncio.ensure_future(bundles.send(number)) for number in range(20)]
    echo.gate.set()
    ended = await asyncio.gather(*jobs, return_exceptions=True)
    assert {type(error) for error in ended} == {DatabaseUnavailable}
    echo.is_down = False
    assert await bundles.send(7) == 7


async def test_a_document_that_is_no_json_is_told_to_its_own_caller(echo: _Echo) -> None:
    """One infinite number failed the settlements of every call that went in the same statement."""
    echo.hold()
    bundles = Bundles(echo, "")
    jobs = [asyncio.ensure_future(bundles.send(document)) for document in (1, float("inf"), 3)]
    echo.gate.set()
    ended = await asyncio.gather(*jobs, return_exceptions=True)
    assert [str(type(answer).__name__) if isinstance(answer, Exception) else answer for answer in ended] == [1, "ValueError", 3]


async def test_each_caller_gets_its_own_answer(echo: _Echo) -> None:
    """Somebody else's reservation would be settled, and one's own never."""
    echo.hold()
    bundles = Bundles(echo, "")
    jobs = [asyncio.ensure_future(bundles.send(number)) for number in range(50)]
    await asyncio.sleep(0)
    echo.gate.set()
    assert await asyncio.gather(*jobs) == list(range(50))
    assert sorted(number for bundle in echo.sent for number in bundle) == list(range(50))
    assert max(map(len, echo.sent)) == MOST
    assert await bundles.send(50) == 50
    assert echo.sent[-1] == [50]


@pytest.mark.parametrize("skips", [True, False])
async def test_what_a_cancelled_caller_has_not_sent_yet_is_sent_or_not_as_the_statement_wants(echo: _Echo, skips: bool) -> None:
    """A reservation for nobody would wait for its expiry; a settlement that is not sent leaves one that does."""
    echo.hold()
    bundles = Bundles(echo, "", skips_cancelled=skips)
    first = [asyncio.ensure_future(bundles.send(number)) for number in range(LANES * MOST)]
    await asyncio.sleep(0.01)
    later = asyncio.ensure_future(bundles.send(99))
    await asyncio.sleep(0)
    later.cancel()
    echo.gate.set()
    await asyncio.gather(*first)
    await asyncio.gather(later, *next(iter(bundles._queues.values())).lanes, return_exceptions=True)
    assert later.cancelled()
    assert any(99 in bundle for bundle in echo.sent) is not skips


async def test_a_refusal_does_not_undo_its_neighbours_reservation(database: Database) -> None:
    """Both were one statement; undone together, the budget would be passed by whatever went out with a refusal."""
    set_budget(database, "all", tokens=100)
    budgets = Budgets(database)
    asks = [budgets.reserve(Scope(), "cv", "openai", "gpt", Amounts(tokens)) for tokens in (1, 1, 40, 200, 40, 300, 20)]
    ended = await asyncio.gather(*asks, return_exceptions=True)
    assert [isinstance(one, BudgetExceeded) for one in ended] == [False, False, False, True, False, True, True]
    (status,) = show_budgets(database)
    assert (status.reserved, status.spent) == (82, 0)
    await asyncio.gather(*(budgets.settle(one, Amounts(1)) for one in ended if not isinstance(one, BaseException)))
    (status,) = show_budgets(database)
    assert (status.reserved, status.spent) == (0, 4)
