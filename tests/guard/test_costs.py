"""What was spent on what, and what will be: refusals first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, text, update

from inroad.guard.budget import Amounts, Budgets
from inroad.guard.errors import BudgetExceeded, Scope
from inroad.guard.limits import forecast, set_budget, show_budgets
from inroad.store import Database
from inroad.store.budgets import budget_rows
from inroad.store.costs import COST_KINDS, costs, cv_cost_usd
from inroad.store.ledger import LedgerEntry
from inroad.store.models import Budget, LlmCall

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


# Zones whose clocks change, east and west of UTC, and one that never does; a server's own zone is whatever its machine has.
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
# At, domain, posting, tenant, purpose, dollars, outcome: around the end of October, in which Europe's clocks go back.
LEDGER = (
    ("2026-10-24T23:59:59.999999+00:00", "acme.example", "p1", "ada", "cv", "0.00000001", "ok"),
    ("2026-10-25T00:30:00+00:00", "acme.example", "p1", "ada", "cv", "0.10", "ok"),
    ("2026-10-25T01:30:00+00:00", "acme.example", "p1", "ada", "people", "0.20", "lost"),
    ("2026-10-31T23:59:59.999999+00:00", "b.example", "p2", "bo", "cv", "0.07", "ok"),
    ("2026-11-01T00:00:00+00:00", "b.example", "p2", "bo", "cv", "0.29", "ok"),
    ("2026-11-01T04:30:00+00:00", "b.example", "p2", "ada", "cv", "0", "refused"),
    ("2026-11-01T05:30:00+00:00", "b.example", "p2", "ada", "posting", "0", "cached"),
)


@pytest.fixture
def booked(database: Database) -> Database:
    """A ledger made by hand."""
    columns = ("at", "domain", "posting", "tenant", "purpose", "cost_usd", "outcome")
    fixed = {"provider": "openai", "model": "gpt", "attempt": 1, "run": "r1", "input_tokens": 100, "output_tokens": 10}
    rows = [dict(zip(columns, row, strict=True)) | fixed for row in LEDGER]
    with database.begin() as session:
        session.execute(
            insert(LlmCall),
            [row | {"at": datetime.fromisoformat(str(row["at"])), "cost_usd": Decimal(str(row["cost_usd"]))} for row in rows],
        )
    return database


@pytest.mark.parametrize("zone", ZONES)
def test_a_ledger_made_by_hand_sums_to_its_last_digit_whatever_the_servers_clock(booked: Database, zone: str) -> None:
    """A bill that differs by an hour's calls from the provider's is one that nobody trusts."""
    with booked.begin() as session:
        session.execute(text(f"SET LOCAL TimeZone = '{zone}'"))
        found = {kind: {cost.key: cost.cost_usd for cost in costs(session, kind)} for kind in COST_KINDS}
        (october,) = (cost for cost in costs(session, "month") if cost.key == "2026-10")
        (november,) = (cost for cost in costs(session, "month") if cost.key == "2026-11")
    assert found["month"] == {"2026-10": 0.37000001, "2026-11": 0.29}
    assert found["day"] == {"2026-10-24": 0.00000001, "2026-10-25": 0.3, "2026-10-31": 0.07, "2026-11-01": 0.29}
    assert found["domain"] == {"acme.example": 0.30000001, "b.example": 0.36}
    assert found["posting"] == {"p1": 0.30000001, "p2": 0.36}
    assert found["cv"] == {"acme.example p1": 0.10000001, "b.example p2": 0.36}
    assert found["tenant"] == {"ada": 0.30000001, "bo": 0.36}
    assert (october.calls, november.calls, november.refused, november.cached) == (4, 3, 1, 1)
    assert sum(found["month"].values()) == pytest.approx(sum(found["purpose"].values()), abs=1e-12)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("now", "period", "start", "begins", "ends"),
    [
        ("2026-02-28T23:59:59+00:00", "month", "2026-02-01", "2026-02-01T00:00+00:00", "2026-03-01T00:00+00:00"),
        ("2026-03-31T23:30:00+00:00", "month", "2026-03-01", "2026-03-01T00:00+00:00", "2026-04-01T00:00+00:00"),
        ("2026-04-01T00:00:00+00:00", "month", "2026-04-01", "2026-04-01T00:00+00:00", "2026-05-01T00:00+00:00"),
        ("2026-12-31T23:59:59+00:00", "month", "2026-12-01", "2026-12-01T00:00+00:00", "2027-01-01T00:00+00:00"),
        ("2026-03-29T01:30:00+00:00", "day", "2026-03-29", "2026-03-29T00:00+00:00", "2026-03-30T00:00+00:00"),
        ("2026-10-25T00:30:00+00:00", "day", "2026-10-25", "2026-10-25T00:00+00:00", "2026-10-26T00:00+00:00"),
    ],
)
def test_a_period_is_utcs_own_whatever_the_servers_clock(
    database: Database, zone: str, now: str, period: str, start: str, begins: str, ends: str
) -> None:
    """In New York's March a month once ended on the 28th, and the forecast left out three days."""
    set_budget(database, "all", usd=10, period=period)
    with database.begin() as session:
        session.execute(update(Budget).values(created_at=datetime(2026, 1, 1, tzinfo=UTC)))
        session.execute(text(f"SET LOCAL TimeZone = '{zone}'"))
        (standing,) = budget_rows(session, now=datetime.fromisoformat(now))
    assert standing.hold.period_start == start
    assert (standing.counted_since, standing.ends) == (datetime.fromisoformat(begins), datetime.fromisoformat(ends))


def test_a_forecast_carries_the_pace_over_a_short_month_and_a_long_day() -> None:
    """28 days and a day of 25 hours by the wall clock are still 28 and 24 hours of spending."""
    february, march = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    assert forecast(7, 100, february, february + timedelta(days=7), march) == (28, None)
    assert forecast(7, 14, february, february + timedelta(days=7), march) == (28, february + timedelta(days=14))
    back, next_day = datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC)
    assert forecast(1, 100, back, back + timedelta(hours=6), next_day) == (4, None)
