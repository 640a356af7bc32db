"""Budgets: refusals first, then the arithmetic, then many at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from inroad.guard.budget import Amounts, Budgets, Reservation
from inroad.guard.errors import BudgetExceeded, InroadError, Scope, UserError
from inroad.guard.limits import BudgetStatus, parse_scope, remove_budget, set_budget, show_budgets
from inroad.guard.sync import run_sync
from inroad.store import Database
from inroad.store.ledger import LedgerEntry
from inroad.store.models import BudgetReservation, Event, LlmCall

ACME = Scope(run="r1", domain="acme.example", posting="greenhouse:1", tenant="t1")


async def _reserve(
    budgets: Budgets, tokens: int = 0, usd: float | None = 0.0, scope: Scope = ACME, **options: object
) -> Reservation:
    return await budgets.reserve(scope, "cv", "openai", "gpt", Amounts(tokens, usd), **options)  # type: ignore[arg-type]


def _one(database: Database) -> BudgetStatus:
    (status,) = show_budgets(database)
    return status


@pytest.mark.parametrize(
    "scope", ["", "everything", "domain:", "all:x", ":x", "domain acme", "page:1", "domain:" + "x" * 600, "run:\x00"]
)
def test_a_wrong_scope_is_refused(database: Database, scope: str) -> None:
    """A budget under a misspelt scope would hold nobody to anything."""
    with pytest.raises(UserError):
        set_budget(database, scope, tokens=1)
    assert show_budgets(database) == []


@pytest.mark.parametrize("limit", [-1, float("nan"), float("inf"), 1e300])
def test_a_limit_that_is_no_amount_is_refused(database: Database, limit: float) -> None:
    """NaN compares false with everything and would never refuse."""
    with pytest.raises(UserError, match="not a limit"):
        set_budget(database, "all", tokens=limit)


def test_a_budget_without_limit_or_with_a_wrong_period_is_refused(database: Database) -> None:
    """A person who forgot the figure believes to be protected."""
    with pytest.raises(UserError, match="needs a limit"):
        set_budget(database, "all")
    with pytest.raises(UserError, match="valid is total, day, month"):
        set_budget(database, "all", tokens=1, period="week")


async def test_a_hard_budget_refuses_and_says_what_is_left(database: Database) -> None:
    """The row stays queued with this sentence."""
    set_budget(database, "domain:acme.example", tokens=1000, period="month")
    budgets = Budgets(database)
    await budgets.settle(await _reserve(budgets, 900), Amounts(700, 0.0))
    with pytest.raises(
        BudgetExceeded, match=r"domain:acme.example, month has 300 of 1,000 tokens left; the call may need 301"
    ) as caught:
        await _reserve(budgets, 301)
    assert caught.value.left == 300
    await _reserve(budgets, 300)


async def test_a_refusal_sets_nothing_aside_anywhere(database: Database) -> None:
    """The wide budget would fill up with calls that the narrow one refused."""
    set_budget(database, "all", tokens=1000)
    set_budget(database, "domain", tokens=10)
    with pytest.raises(BudgetExceeded):
        await _reserve(Budgets(database), 11)
    assert {(status.reserved, status.spent) for status in show_budgets(database)} == {(0, 0)}


async def test_a_budget_of_nothing_refuses_everything(database: Database) -> None:
    """`--tokens 0` is how a person forbids the model."""
    set_budget(database, "all", tokens=0)
    with pytest.raises(BudgetExceeded):
        await _reserve(Budgets(database), 1)


async def test_dollars_without_a_known_price_are_refused(database: Database) -> None:
    """Counted as zero, an unpriced model would pass any budget in dollars."""
    set_budget(database, "all", usd=100)
    with pytest.raises(BudgetExceeded, match="no price is known"):
        await _reserve(Budgets(database), 1, None)


async def test_dollars_are_exact_to_the_last_digit(database: Database) -> None:
    """Ten calls of 0.1 are 1: binary fractions would refuse the tenth or let an eleventh through."""
    set_budget(database, "all", usd=1)
    budgets = Budgets(database)
    for _ in range(10):
        await _reserve(budgets, 1, 0.1)
    with pytest.raises(BudgetExceeded):
        await _reserve(budgets, 1, 0.00000001)


@pytest.mark.parametrize(
    ("scope", "refused"),
    [
        ("all", True), ("run:r1", True), ("run:r2", False), ("domain", True), ("domain:ACME.example", True), ("posting", True),
        ("posting:greenhouse:1", True), ("purpose:cv", True), ("purpose:people", False), ("provider:openai", True),
        ("model:gpt", True), ("model:other", False), ("tenant:t1", True), ("tenant:t2", False),
    ],
)  # fmt: skip
async def test_every_scope_that_a_call_is_in_holds_it(database: Database, scope: str, refused: bool) -> None:
    """A scope that is not looked at is a limit that does not exist."""
    set_budget(database, scope, tokens=5)
    if refused:
        with pytest.raises(BudgetExceeded):
            await _reserve(Budgets(database), 6)
    else:
        await _reserve(Budgets(database), 6)


async def test_a_kind_alone_limits_each_key_by_itself(database: Database) -> None:
    """One expensive domain must not use up the others' share."""
    set_budget(database, "domain", tokens=10)
    budgets = Budgets(database)
    await _reserve(budgets, 10, scope=Scope(domain="a.example"))
    await _reserve(budgets, 10, scope=Scope(domain="b.example"))
    with pytest.raises(BudgetExceeded, match=r"domain:a.example"):
        await _reserve(budgets, 1, scope=Scope(domain="a.example"))
    assert [(status.scope, status.left) for status in show_budgets(database)] == [
        ("domain:a.example", 0),
        ("domain:b.example", 0),
    ]


async def test_a_soft_budget_allows_and_records_one_event(database: Database) -> None:
    """A person wants to know once, not once for each call."""
    set_budget(database, "all", tokens=10, soft=True)
    budgets = Budgets(database)
    for _ in range(3):
        await budgets.settle(await _reserve(budgets, 8), Amounts(8, 0.0))
    with database.begin() as session:
        assert session.scalars(select(Event.message)).all() == ["The soft budget all of 10 tokens is passed."]
    assert _one(database).spent == 24


async def test_settling_counts_what_was_used_and_gives_the_rest_back(database: Database) -> None:
    """Upper bounds are far above the use; without this a budget would be gone after a tenth of it."""
    set_budget(database, "all", tokens=1000)
    budgets = Budgets(database)
    reservation = await _reserve(budgets, 1000)
    assert (_one(database).reserved, _one(database).left) == (1000, 0)
    await budgets.settle(reservation, Amounts(120, 0.0))
    assert (_one(database).reserved, _one(database).spent, _one(database).left) == (0, 120, 880)


async def test_unknown_use_counts_the_estimate(database: Database) -> None:
    """An answer without usage was still charged."""
    set_budget(database, "all", tokens=1000)
    budgets = Budgets(database)
    await budgets.settle(await _reserve(budgets, 400))
    assert _one(database).spent == 400


async def test_releasing_gives_all_back(database: Database) -> None:
    """A call that never reached the provider cost nothing."""
    set_budget(database, "all", tokens=1000)
    budgets = Budgets(database)
    await budgets.release(await _reserve(budgets, 1000))
    assert _one(database).left == 1000


async def test_settling_twice_counts_once(database: Database) -> None:
    """The second one finds nothing set aside under its reservation."""
    set_budget(database, "all", tokens=1000)
    budgets = Budgets(database)
    reservation = await _reserve(budgets, 500, counts_if_lost=True)
    await budgets.settle(reservation, Amounts(100, 0.0))
    await budgets.settle(reservation, Amounts(100, 0.0))
    assert (_one(database).spent, _one(database).reserved) == (100, 0)


async def test_an_expired_reservation_is_taken_back_before_anybody_is_refused(database: Database) -> None:
    """After kill -9 nobody settles; the budget would stay full for ever."""
    set_budget(database, "all", tokens=100)
    await _reserve(Budgets(database, expires_s=0.05), 100)
    await asyncio.sleep(0.1)
    await _reserve(Budgets(database), 100)
    assert _one(database).reserved == 100


async def test_an_expired_call_that_may_have_been_charged_counts_as_spent(database: Database) -> None:
    """Given back, the budget could be passed by as much as killed processes had in flight."""
    set_budget(database, "all", tokens=100)
    entry = LedgerEntry("cv", "openai", "gpt", 1)
    await _reserve(Budgets(database, expires_s=0.05), 60, counts_if_lost=True, entry=entry)
    await asyncio.sleep(0.1)
    with pytest.raises(BudgetExceeded):
        await _reserve(Budgets(database), 41)
    assert (_one(database).spent, _one(database).reserved) == (60, 0)
    with database.begin() as session:
        assert session.scalars(select(LlmCall.outcome)).all() == ["lost"]


@pytest.mark.parametrize("counts_if_lost", [True, False])
async def test_a_settlement_after_the_expiry_neither_doubles_nor_loses(database: Database, counts_if_lost: bool) -> None:
    """A process that was suspended comes back and settles what was reclaimed meanwhile."""
    set_budget(database, "all", tokens=100)
    budgets = Budgets(database, expires_s=0.05)
    reservation = await _reserve(budgets, 60, counts_if_lost=counts_if_lost)
    await asyncio.sleep(0.1)
    assert await budgets.reclaim() == 1
    await budgets.settle(reservation, Amounts(20, 0.0))
    assert (_one(database).spent, _one(database).reserved) == (60 if counts_if_lost else 20, 0)


async def test_a_new_period_starts_empty_and_the_old_one_is_settled_in_its_own(database: Database) -> None:
    """A call at midnight must not settle against a day on which nothing is reserved for it."""
    set_budget(database, "all", tokens=100, period="day")
    budgets = Budgets(database)
    reservation = await _reserve(budgets, 100)
    with database.begin() as session:
        session.execute(text("UPDATE budget_spendings SET period_start = '2026-01-01'"))
        session.execute(update(BudgetReservation).values(period_start="2026-01-01"))
    assert _one(database).left == 100
    await _reserve(budgets, 100)
    await budgets.settle(reservation, Amounts(70, 0.0))
    assert (_one(database).reserved, _one(database).spent) == (100, 0)


async def test_raising_a_limit_keeps_what_was_spent(database: Database) -> None:
    """Setting a budget again must not be a way to forget it."""
    set_budget(database, "all", tokens=100)
    budgets = Budgets(database)
    await budgets.settle(await _reserve(budgets, 100))
    set_budget(database, "all", tokens=150)
    assert (_one(database).spent, _one(database).left) == (100, 50)
    assert remove_budget(database, "all", unit="tokens")
    assert not remove_budget(database, "all", unit="tokens")
    assert show_budgets(database) == []


async def test_without_a_database_nothing_is_refused() -> None:
    """Single functions of the core can be used without an installation."""
    budgets = Budgets(None)
    reservation = await _reserve(budgets, 10**9)
    await budgets.settle(reservation)
    assert (reservation.estimate.tokens, reservation.booking) == (10**9, None)


@given(st.text(max_size=40))
def test_any_text_is_a_scope_or_a_users_error(text: str) -> None:
    """The scope comes from a command line and, later, from a form."""
    try:
        kind, key = parse_scope(text)
    except UserError:
        return
    assert kind == "all" or ":" not in text or key


async def _work(budgets: Budgets, domains: Iterable[str], seed: int) -> int:
    chance, refused = random.Random(seed), 0
    for domain in domains:
        tokens = chance.randint(1, 60)
        try:
            reservation = await _reserve(budgets, tokens, scope=Scope(domain=domain))
        except BudgetExceeded:
            refused += 1
            continue
        await asyncio.sleep(chance.random() / 500)
        await budgets.settle(reservation, Amounts(chance.randint(0, tokens), 0.0))
    return refused


async def test_64_callers_never_overspend_nor_deadlock(database: Database) -> None:
    """Several budgets at once, taken by callers in every order."""
    set_budget(database, "all", tokens=2500)
    set_budget(database, "domain", tokens=700)
    set_budget(database, "purpose:cv", tokens=2400)
    shares = [Budgets(database if number % 2 else Database(database.url)) for number in range(4)]
    names = [f"{letter}.example" for letter in "abcd"]
    jobs = [_work(shares[number % 4], random.Random(number).choices(names, k=4), number) for number in range(64)]
    refused = await asyncio.gather(*jobs)
    statuses = show_budgets(database)
    assert sum(refused) > 0
    assert all(status.spent <= status.limit and status.reserved == 0 for status in statuses)
    total = next(status for status in statuses if status.scope == "all")
    assert total.spent == sum(status.spent for status in statuses if status.scope.startswith("domain:"))


async def test_nobody_is_refused_while_the_budget_covers_all(database: Database) -> None:
    """LiteLLM refuses falsely under concurrency; a sum that fits must go through to the last token."""
    set_budget(database, "all", tokens=64 * 10)
    budgets = Budgets(database)
    await asyncio.gather(*(_reserve(budgets, 10) for _ in range(64)))
    with pytest.raises(BudgetExceeded):
        await _reserve(budgets, 1)


def test_eight_threads_share_one_budget(database: Database) -> None:
    """Dagster's executors call from threads through the synchronous door."""
    from concurrent.futures import ThreadPoolExecutor

    set_budget(database, "all", tokens=100)
    budgets = Budgets(database)

    def attempt(_: int) -> bool:
        try:
            run_sync(_reserve(budgets, 7))
        except InroadError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(64))) == 14
    assert _one(database).reserved == 98
