"""What a run says of the model: nothing where none is set, and never less than what was spent and refused."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import insert

from inroad.cli.accounting import closing_notes, model_sentence, told
from inroad.cli.demonstrating import held_to
from inroad.guard.budget import Amounts, Budgets
from inroad.guard.errors import BudgetExceeded, Scope
from inroad.guard.limits import set_budget, show_budgets
from inroad.settings import Settings
from inroad.store import Database
from inroad.store.budgets import limits_left
from inroad.store.costs import ModelUse, model_use
from inroad.store.models import LlmCall
from inroad.store.pauses import put_pause
from tests.databases import Databases

NOTHING = ModelUse(0, 0, 0, 0, 0, 0, 0.0, 0, ())


@pytest.fixture
def demo_database(databases: Databases) -> Iterator[Database]:
    """A second migrated database."""
    database = Database(databases.take())
    yield database
    database.close()
    databases.give_back(database.url)


@pytest.fixture
def booked(database: Database) -> Database:
    """A ledger of two runs."""
    fixed = {"purpose": "cv", "provider": "openai", "attempt": 1, "input_tokens": 100, "output_tokens": 10}
    rows = [
        ("r1", "gpt", "ok", "0.25"), ("r1", "gpt", "ok", None), ("r1", "gpt", "llm-cut", "0.5"), ("r1", "gpt", "refused", "0"),
        ("r1", "gpt", "cached", "0"), ("r2", "llama", "ok", "9"), ("r1", "", "ok", "7"),
    ]  # fmt: skip
    with database.begin() as session:
        for run, model, outcome, cost in rows:
            values = {"run": run, "model": model, "outcome": outcome, "cost_usd": None if cost is None else Decimal(cost)}
            session.execute(insert(LlmCall).values(**fixed, **values))
    return database


def test_without_a_model_nothing_is_said(booked: Database, settings: Settings) -> None:
    """Who has set no key asks what this is about."""
    assert model_sentence(settings, booked, ["r1"]) == ""


def test_a_runs_use_is_its_own_and_a_scraping_services_is_none(booked: Database) -> None:
    """Another run's dollars in this one's sentence send a person looking for what never happened."""
    assert booked.call(model_use, ["r1"]) == ModelUse(2, 1, 1, 1, 500, 50, 0.75, 1, ("gpt",), ("llm-cut",))
    assert booked.call(model_use, ["none"]) == NOTHING


def test_the_sentence_says_what_was_spent_missing_and_refused(booked: Database, settings: Settings) -> None:
    """A price that is not known must not look like none, and refused work must not look like done."""
    said = model_sentence(settings.model_copy(update={"llm_base_url": "http://127.0.0.1:1/v1"}), booked, ["r1"])
    assert said == (
        "Answers of gpt: 2, 500 tokens in, 50 out, 0.7500 USD, without answers of unknown price: 1 (INROAD_LLM_PRICES). "
        "Answers that were kept from before, at no cost: 1. Attempts without an answer: 1 (llm-cut); what stayed "
        "without one was done by rules. "
        "Calls that a budget refused: 1; that work was done by rules, which its rows "
        "say, and is offered to the model when the budget allows (`inroad budget show`)."
    )


def test_an_endpoint_that_does_not_answer_is_told_with_its_fault() -> None:
    """The person mends the address that is wrong; "21 failed" would have them guess."""
    said = told(ModelUse(0, 0, 0, 21, 0, 0, 0.0, 0, (), ("llm-unreachable", "timeout")), waits=False)
    assert said == (
        "No language model answered. Attempts without an answer: 21 (llm-unreachable, timeout); "
        "what stayed without one was done by rules."
    )


@pytest.mark.parametrize(("waits", "done"), [(False, "was done by rules"), (True, "waits for it")])
def test_a_budget_of_nothing_says_what_became_of_the_work(waits: bool, done: bool) -> None:
    """Finished by rules and not begun are two things that look the same in a table."""
    said = told(ModelUse(0, 0, 7, 0, 0, 0, 0.0, 0, ()), waits=waits)
    assert said.startswith("No language model was asked. Calls that a budget refused: 7; that work ")
    assert done in said


def test_what_rests_is_told_and_another_domains_pause_is_not(database: Database, settings: Settings) -> None:
    """A paused company's line of noughts looks like a site without contacts and jobs."""
    for kind, key in (("domain", "acme.example"), ("domain", "b.example"), ("stage", "cvs")):
        database.call(put_pause, kind, key, reason="holiday", by="person:ada", until=None)
    assert closing_notes(settings, database, ["acme.example"], []) == [
        "The domain acme.example is paused: holiday. `inroad resume domain acme.example` goes on.",
        "The stage cvs is paused: holiday. `inroad resume stage cvs` goes on.",
    ]


async def test_the_demo_is_held_to_what_a_persons_own_budgets_have_left(database: Database, demo_database: Database) -> None:
    """Its companies are invented; the money that its calls cost is not."""
    set_budget(database, "all", tokens=1_000)
    set_budget(database, "domain", tokens=300, period="day")
    set_budget(database, "model:gpt", usd=2, period="month", soft=True)
    own = Budgets(database)
    await own.settle(await own.reserve(Scope(domain="acme.example"), "cv", "openai", "gpt", Amounts(200, 0.5)))
    held_to(demo_database, database.call(limits_left))
    shown = {(item.scope, item.period, item.unit): (item.limit, item.is_soft) for item in show_budgets(demo_database)}
    assert shown == {
        ("all", "total", "tokens"): (800, False),
        ("domain", "day", "tokens"): (300, False),
        ("domain:acme.example", "day", "tokens"): (100, False),
        ("model:gpt", "month", "usd"): (1.5, True),
    }
    with pytest.raises(BudgetExceeded):
        await Budgets(demo_database).reserve(Scope(domain="b.example"), "cv", "openai", "gpt", Amounts(301))
