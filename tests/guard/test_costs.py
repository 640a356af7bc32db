"""What was spent on what, and what will be: refusals first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.guard.budget import Amounts, Budgets
from inroad.guard.errors import BudgetExceeded, Scope
from inroad.guard.limits import forecast, set_budget, show_budgets
from inroad.store import Database
from inroad.store.costs import COST_KINDS, costs, cv_cost_usd
from inroad.store.ledger import LedgerEntry

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 1, 6, tzinfo=UTC)


async def _spend(
    database: Database, usd: float, *, purpose: str = "cv", domain: str = "acme.example", posting: str = "p1"
) -> None:
    scope = Scope(run="r1", domain=domain, posting=posting, tenant="t1")
    entry = LedgerEntry(purpose, "openai", "gpt", 1, run="r1", domain=domain, posting=posting, tenant="t1")
    budgets = Budgets(database)
    held = await budgets.reserve(scope, purpose, "openai", "gpt", Amounts(100, usd), entry=entry)
    await budgets.settle(held, Amounts(60, usd), {"input_tokens": 50, "output_tokens": 10, "cost_usd": usd})


@pytest.mark.parametrize("period", ["total", "day", "month"])
@pytest.mark.parametrize("unit", ["tokens", "usd", "credits"])
@pytest.mark.parametrize(
    "scope", ["all", "run", "domain:acme.example", "posting", "purpose:cv", "provider", "model:gpt", "tenant"]
)
async def test_every_scope_holds_in_every_unit_and_period(database: Database, scope: str, unit: str, period: str) -> None:
    """A combination that nobody tried is a limit that a person believes in."""
    set_budget(database, scope, period=period, **{unit: 10})  # type: ignore[arg-type]
    budgets = Budgets(database)
    where = Scope(run="r1", domain="acme.example", posting="p1", tenant="t1")
    used = {"tokens": Amounts(6), "usd": Amounts(0, 6.0), "credits": Amounts(0, 0.0, 6.0)}[unit]
    await budgets.settle(await budgets.reserve(where, "cv", "openai", "gpt", used))
    with pytest.raises(BudgetExceeded, match=f"4 of 10 {unit} left"):
        await budgets.reserve(where, "cv", "openai", "gpt", used)
    await budgets.reserve(Scope(run="r2"), "people", "groq", "llama", Amounts(1 if scope == "all" else 6, 0.0))


@pytest.mark.parametrize("kind", COST_KINDS)
def test_nothing_spent_is_no_cost_of_anything(database: Database, kind: str) -> None:
    """An empty ledger is a fresh installation, not an error."""
    assert database.call(costs, kind) == []


async def test_each_kind_of_cost_comes_from_one_query(database: Database) -> None:
    """The dearest first; a CV's cost leaves out what else its posting's domain cost."""
    await _spend(database, 0.25)
    await _spend(database, 0.5)
    await _spend(database, 1.0, purpose="people", posting="p2")
    await _spend(database, 0.125, domain="b.example", posting="p3")
    found = {kind: [(cost.key, cost.calls, cost.cost_usd) for cost in database.call(costs, kind)] for kind in COST_KINDS}
    assert found["cv"] == [("acme.example p1", 2, 0.75), ("b.example p3", 1, 0.125)]
    assert found["domain"] == [("acme.example", 3, 1.75), ("b.example", 1, 0.125)]
    assert found["posting"] == [("p2", 1, 1.0), ("p1", 2, 0.75), ("p3", 1, 0.125)]
    for kind, key in (("tenant", "t1"), ("provider", "openai"), ("model", "gpt"), ("run", "r1")):
        assert found[kind] == [(key, 4, 1.875)]
    assert [cost for _, _, cost in found["month"]] == [1.875]
    assert database.call(cv_cost_usd, "acme.example", "p1") == 0.75


def test_what_was_not_spent_foretells_nothing() -> None:
    """A pace of nothing never ends."""
    assert forecast(0, 10, NOON, NOON, MIDNIGHT) == (None, None)


def test_the_pace_so_far_is_carried_on_to_the_periods_end() -> None:
    """Three in twelve hours are six in a day; a limit of four is then reached at four in the afternoon."""
    begun = NOON - timedelta(hours=12)
    assert forecast(3, 10, begun, NOON, MIDNIGHT) == (6, None)
    assert forecast(3, 4, begun, NOON, MIDNIGHT) == (6, NOON + timedelta(hours=4))
    assert forecast(3, 4, begun, NOON, None) == (None, NOON + timedelta(hours=4))


@given(st.floats(0, 1e15), st.floats(0, 1e15), st.integers(0, 10**9))
def test_any_amounts_can_be_foretold(spent: float, limit: float, seconds: int) -> None:
    """The largest limit over the smallest pace would end after the last year that a date can name."""
    expected, runs_out_at = forecast(spent, limit, NOON - timedelta(seconds=seconds), NOON, MIDNIGHT)
    assert expected is None or expected >= spent
    assert runs_out_at is None or runs_out_at >= NOON


async def test_the_budgets_shown_say_when_they_run_out(database: Database) -> None:
    """A person wants to know on Monday that Thursday will be refused."""
    set_budget(database, "all", usd=10, period="month")
    await _spend(database, 9.0)
    (status,) = show_budgets(database)
    assert status.expected is not None
    assert status.expected >= 9
    assert status.runs_out_at is not None
