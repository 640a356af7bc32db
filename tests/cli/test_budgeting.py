"""`inroad budget show` and `costs`: what a person reads of limits, spending and what it will come to; refusals first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from inroad.guard.budget import Amounts, Budgets
from inroad.guard.errors import Scope
from inroad.guard.limits import set_budget, show_budgets
from inroad.store import Database
from inroad.store.costs import COST_KINDS
from inroad.store.ledger import LedgerEntry
from tests.cli.conftest import Inroad


def spend(database: Database, purpose: str, usd: float, *, posting: str | None = None, tenant: str | None = None) -> None:
    """One call that was answered."""
    scope = Scope(run="r1", domain="acme.example", posting=posting, tenant=tenant)
    entry = LedgerEntry(purpose, "openai", "gpt", 1, run="r1", domain="acme.example", posting=posting, tenant=tenant)

    async def call() -> None:
        budgets = Budgets(database)
        held = await budgets.reserve(scope, purpose, "openai", "gpt", Amounts(500, usd), entry=entry)
        await budgets.settle(held, Amounts(150, usd), {"input_tokens": 100, "output_tokens": 50, "cost_usd": usd})

    asyncio.run(call())


def table(printed: str) -> list[list[str]]:
    """The columns of a printed table, which stand two spaces apart."""
    return [[cell.strip() for cell in line.strip().split("  ") if cell.strip()] for line in printed.splitlines() if line.strip()]


def test_costs_of_an_unknown_kind_are_refused_with_the_known_ones(inroad: Inroad) -> None:
    """`--by users` would else print an empty table, which reads as "cost nothing"."""
    outcome = inroad("budget", "costs", "--by", "planet")
    assert outcome.code == 1
    assert all(kind in outcome.err for kind in COST_KINDS)


def test_a_budget_for_something_that_is_no_domain_is_refused(inroad: Inroad) -> None:
    """A limit on nothing is one that a person believes in."""
    outcome = inroad("budget", "set", "domain:10.0.0.1", "--usd", "1")
    assert outcome.code == 1
    assert "10.0.0.1 is an address" in outcome.err


@pytest.mark.parametrize(
    "typed", ["domain:https://www.müller.example/karriere", "domain:Müller.example", "domain: müller.example "]
)
def test_a_budgets_domain_is_the_one_that_calls_name(inroad: Inroad, database: Database, typed: str) -> None:
    """However a person writes it, the rows have its ASCII form."""
    assert inroad("budget", "set", typed, "--tokens", "1000000").out.startswith(
        "domain:xn--mller-kva.example, total: 1,000,000 tokens."
    )
    (status,) = show_budgets(database)
    assert status.scope == "domain:xn--mller-kva.example"
    assert inroad("budget", "remove", typed, "--unit", "tokens").code == 0
    assert show_budgets(database) == []


def test_a_key_that_no_call_has_had_is_told_with_those_that_calls_had(inroad: Inroad, database: Database) -> None:
    """`purpose:cvs` holds nothing, and nobody would find out before the bill."""
    spend(database, "cv", 0.5, tenant="ada")
    spend(database, "people", 0.5)
    said = inroad("budget", "set", "purpose:cvs", "--usd", "1").out
    assert said.endswith("No call was in purpose:cvs yet; seen so far: people, cv.\n")
    assert "No call" not in inroad("budget", "set", "purpose:cv", "--usd", "1").out
    assert "No call" not in inroad("budget", "set", "tenant:ada", "--usd", "1").out
    assert "No call" not in inroad("budget", "set", "all", "--usd", "1").out
    assert inroad("budget", "set", "model:gp", "--usd", "1").out.endswith("seen so far: gpt.\n")


def test_a_fresh_installation_has_neither_limits_nor_costs(inroad: Inroad) -> None:
    """An empty table of headings looks like a fault."""
    assert inroad("budget", "show").out.startswith("No budget is set")
    assert inroad("budget", "costs").out == "Nothing was called yet.\n"
    assert inroad("budget", "costs", "--json").json == []


def test_costs_are_told_for_each_cv_domain_posting_user_and_month(inroad: Inroad, database: Database) -> None:
    """What did this application cost me, and who spent the rest: from one query, the dearest first."""
    spend(database, "cv", 0.5, posting="greenhouse:1", tenant="ada")
    spend(database, "cv", 0.25, posting="greenhouse:2", tenant="bo")
    spend(database, "people", 1.0, tenant="ada")
    month = datetime.now(UTC).strftime("%Y-%m")
    expected = {
        "cv": [("acme.example greenhouse:1", 0.5), ("acme.example greenhouse:2", 0.25)],
        "posting": [("greenhouse:1", 0.5), ("greenhouse:2", 0.25)],
        "domain": [("acme.example", 1.75)],
        "tenant": [("ada", 1.5), ("bo", 0.25)],
        "purpose": [("people", 1.0), ("cv", 0.75)],
        "month": [(month, 1.75)],
    }
    for kind, rows in expected.items():
        assert [(row["key"], row["cost_usd"]) for row in inroad("budget", "costs", "--by", kind, "--json").json] == rows
    heading, first, *_ = table(inroad("budget", "costs", "--by", "cv").out)
    assert heading == ["Cv", "Calls", "Cached", "Refused", "Input", "Output", "USD", "Credits"]
    assert first == ["acme.example greenhouse:1", "1", "0", "0", "100", "50", "0.500000", "0"]


def test_show_has_limit_spent_reserved_left_and_what_it_comes_to(inroad: Inroad, database: Database) -> None:
    """A person must see on the tenth that the twentieth will be refused."""
    assert inroad("budget", "set", "all", "--usd", "10", "--period", "month").code == 0
    with database.begin() as session:
        # Set half a month ago, whatever day it is: the pace must not hang on the calendar.
        session.execute(text("UPDATE budgets SET created_at = date_trunc('month', now(), 'UTC')"))
    spend(database, "cv", 9.0)

    async def hold() -> None:
        await Budgets(database).reserve(Scope(), "cv", "openai", "gpt", Amounts(500, 0.5))

    asyncio.run(hold())
    heading, row = table(inroad("budget", "show").out)
    assert heading == ["Scope", "Period", "Unit", "Limit", "Spent", "Reserved", "Left", "Expected", "Runs out"]
    assert row[:7] == ["all", "month", "usd", "10", "9", "0.5", "0.5"]
    (shown,) = inroad("budget", "show", "--json").json
    assert (shown["limit"], shown["spent"], shown["reserved"], shown["left"]) == (10.0, 9.0, 0.5, 0.5)
    assert shown["expected"] >= 9.0
    assert shown.keys() >= {"runs_out_at", "is_soft", "scope", "period", "unit"}


@pytest.mark.parametrize("unit", ["tokens", "usd", "credits"])
def test_raising_a_limit_keeps_what_was_spent_under_it(inroad: Inroad, database: Database, unit: str) -> None:
    """Setting it again must not be a way to forget it."""
    set_budget(database, "all", **{unit: 1_000})  # type: ignore[arg-type]
    spend(database, "cv", 9.0)
    assert inroad("budget", "set", "all", f"--{unit}", "2000").code == 0
    (shown,) = inroad("budget", "show", "--json").json
    assert (shown["limit"], shown["spent"]) == (2_000.0, {"tokens": 150.0, "usd": 9.0, "credits": 0.0}[unit])
