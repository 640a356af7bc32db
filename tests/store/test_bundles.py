"""Statements of one moment sent as one: nothing is lost, mixed up or undone by its neighbour."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from inroad.guard.budget import Amounts, Budgets
from inroad.guard.errors import BudgetExceeded, Scope
from inroad.guard.limits import set_budget, show_budgets
from inroad.store import Database
from inroad.store.bundles import LANES, MOST, Bundles
from inroad.store.database import DatabaseUnavailable
from inroad.store.ledger import Known, LedgerEntry
from tests.databases import Databases

ENTRY = LedgerEntry("cv", "openai", "gpt", 1)


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
def other(databases: Databases) -> Iterator[Database]:
    """A second migrated database."""
    database = Database(databases.take())
    yield database
    database.close()
    databases.give_back(database.url)


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


async def _ask(database: Database, tokens: list[int | None], **options: Any) -> list[Any]:
    budgets = Budgets(database)
    asks = [
        budgets.reserve(
            Scope(domain=f"d{number % 3}.example"),
            "cv",
            "openai",
            "gpt",
            Amounts(count or 0, None if count is None else 0.001 * count),
            entry=replace(ENTRY, domain=f"d{number % 3}.example"),
            **{"counts_if_lost": True, **options},
        )
        for number, count in enumerate(tokens)
    ]
    return list(await asyncio.gather(*asks, return_exceptions=True))


def _state(database: Database) -> tuple[list[Any], ...]:
    with database.begin() as session:
        spendings = session.execute(text("SELECT key, period_start, spent, reserved FROM budget_spendings ORDER BY 1, 2, 3, 4"))
        held = session.execute(text("SELECT key, amount, counts_if_lost FROM budget_reservations ORDER BY 1, 2"))
        calls = session.execute(text("SELECT outcome, reserved_tokens, reserved_usd, domain FROM llm_calls ORDER BY 2, 4"))
        return [tuple(row) for row in spendings], [tuple(row) for row in held], [tuple(row) for row in calls]


def _set_some(database: Database) -> None:
    set_budget(database, "all", tokens=1_000, usd=5)
    set_budget(database, "domain", tokens=400, period="day")
    set_budget(database, "model:gpt", usd=0.2, soft=True, period="month")


@pytest.mark.parametrize(
    "tokens", [[10] * 6, [100, 200, 100, 300, 200, 50], [10, None, 10], [500, 600, 1], [350, 10, 10, 60, 10], [0, 0]]
)
async def test_calls_that_go_together_leave_what_each_would_have_left_alone(
    database: Database, other: Database, tokens: list[int | None]
) -> None:
    """The quick way must be the same guard: neither looser for a crowd, nor stricter."""
    for one in (database, other):
        _set_some(one)
    together = await _ask(database, tokens)
    alone: list[Any] = []
    budgets = Budgets(other)
    for number, count in enumerate(tokens):
        amounts = Amounts(count or 0, None if count is None else 0.001 * count)
        scope = Scope(domain=f"d{number % 3}.example")
        try:
            alone.append(
                await budgets.reserve(
                    scope, "cv", "openai", "gpt", amounts, entry=replace(ENTRY, domain=scope.domain), counts_if_lost=True
                )
            )
        except BudgetExceeded as error:
            alone.append(error)
    assert [isinstance(one, BudgetExceeded) for one in together] == [isinstance(one, BudgetExceeded) for one in alone]
    assert _state(database) == _state(other)


async def test_a_soft_budget_that_calls_pass_together_is_told_once(database: Database) -> None:
    """Passed by a crowd it would else be passed by nobody."""
    set_budget(database, "all", tokens=25, soft=True)
    for _ in range(2):
        ended = await _ask(database, [10, 10, 10, 10])
        assert not any(isinstance(one, BaseException) for one in ended)
    with database.begin() as session:
        assert session.scalar(text("SELECT count(*) FROM events WHERE kind = 'budget-soft'")) == 1
    (status,) = show_budgets(database)
    assert status.reserved == 80


async def test_each_call_that_goes_with_others_is_settled_by_itself(database: Database) -> None:
    """A ledger's row that belongs to the neighbour bills the wrong domain."""
    set_budget(database, "all", tokens=10_000)
    held = await _ask(database, [100 + number for number in range(8)])
    budgets = Budgets(database)
    await asyncio.gather(
        *(budgets.settle(one, Amounts(number), {"input_tokens": number, "output_tokens": 0}) for number, one in enumerate(held))
    )
    with database.begin() as session:
        rows = session.execute(text("SELECT input_tokens, reserved_tokens, domain FROM llm_calls ORDER BY 1")).all()
    assert [tuple(row) for row in rows] == [(number, 100 + number, f"d{number % 3}.example") for number in range(8)]
    (status,) = show_budgets(database)
    assert (status.spent, status.reserved) == (sum(range(8)), 0)


async def test_a_known_answer_among_others_is_given_and_holds_nothing(database: Database) -> None:
    """What was paid for already is not set aside again because others were asked at the same moment."""
    set_budget(database, "all", tokens=1_000)
    with database.begin() as session:
        session.execute(text("INSERT INTO llm_answers (key, answer, model) VALUES ('k1', '{\"a\": 1}', 'gpt')"))
    budgets = Budgets(database)
    asks = [
        budgets.reserve(Scope(), "cv", "openai", "gpt", Amounts(10), counts_if_lost=True, answer_key=f"k{number}")
        for number in range(4)
    ]
    ended = await asyncio.gather(*asks, return_exceptions=True)
    assert [isinstance(one, Known) for one in ended] == [False, True, False, False]
    (status,) = show_budgets(database)
    assert status.reserved == 30
