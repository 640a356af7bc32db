"""The composed guard: the order of its parts, what is settled when, and the table of services."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inroad.guard.breaker import BreakerPolicy
from inroad.guard.budget import Amounts
from inroad.guard.errors import BucketEmpty, BudgetExceeded, CircuitOpen, PermanentError, RateLimited, Scope, TransientError
from inroad.guard.guard import Attempt, Call, Guard
from inroad.guard.limits import set_budget, show_budgets
from inroad.guard.rate import Rate
from inroad.guard.retry import RetryPolicy
from inroad.guard.services import SERVICES, Service, services
from inroad.settings import load_settings
from inroad.store import Database

QUICK = RetryPolicy(attempts=3, timeout_s=5, wait_initial_s=0.01, wait_max_s=0.02, jitter_s=0.0)
SERVICE = Service("svc", permission="none", budget="credits", retry=QUICK, breaker=BreakerPolicy(fail_max=3), timeout_s=60.0)
DOCS = Path(__file__).parents[2] / "docs" / "external-services.md"


def _call(attempt: Any, service: Service = SERVICE, **options: Any) -> Call[Any]:
    return Call(service, attempt, key="k", scope=Scope(domain="acme.example"), estimate=Amounts(credits=5), **options)


def _left(database: Database) -> tuple[float, float]:
    (status,) = show_budgets(database)
    return status.spent, status.reserved


async def test_without_permission_nothing_happens(database: Database) -> None:
    """robots.txt comes before everything, the budget included."""
    set_budget(database, "all", credits=10)

    async def refuse() -> None:
        raise PermanentError("robots.txt forbids it.")

    async def attempt(_: Attempt) -> None:
        raise AssertionError("called")

    with pytest.raises(PermanentError, match="robots"):
        await Guard(database).call(_call(attempt, permission=refuse))
    assert _left(database) == (0, 0)


async def test_an_empty_budget_neither_calls_nor_trips_the_breaker(database: Database) -> None:
    """A refusal of ours says nothing of the service."""
    set_budget(database, "domain", credits=4)
    guard = Guard(database)

    async def attempt(_: Attempt) -> None:
        raise AssertionError("called")

    for _ in range(5):
        with pytest.raises(BudgetExceeded):
            await guard.call(_call(attempt))
    assert await guard.breakers.state("svc:k") == "closed"


async def test_each_attempt_reserves_for_itself_and_failures_cost_nothing(database: Database) -> None:
    """Retries are where budgets are overspent."""
    set_budget(database, "all", credits=6)
    seen: list[tuple[float, float]] = []

    async def attempt(attempt: Attempt) -> str:
        seen.append(_left(database))
        if attempt.number < 3:
            raise TransientError("reset")
        attempt.used = Amounts(credits=2)
        return "page"

    assert await Guard(database).call(_call(attempt)) == "page"
    assert seen == [(0, 5)] * 3
    assert _left(database) == (2, 0)


async def test_an_answer_without_a_report_counts_the_estimate(database: Database) -> None:
    """Nothing said is not nothing spent."""
    set_budget(database, "all", credits=6)

    async def attempt(_: Attempt) -> str:
        return "page"

    await Guard(database).call(_call(attempt))
    assert _left(database) == (5, 0)


@pytest.mark.parametrize(("charges", "spent"), [(True, 5), (False, 0)])
async def test_a_hang_ends_and_is_charged_where_the_service_charges_it(database: Database, charges: bool, spent: float) -> None:
    """Without a bound of our own one silent service holds every worker."""
    set_budget(database, "all", credits=100)
    service = replace(SERVICE, timeout_s=0.05, charges_lost=charges, retry=replace(QUICK, attempts=1))

    async def attempt(_: Attempt) -> None:
        await asyncio.sleep(30)

    with pytest.raises(TransientError, match=r"svc:k gave no whole answer within 0.05 s"):
        await Guard(database).call(_call(attempt, service))
    assert _left(database) == (spent, 0)


async def test_a_cancelled_call_is_settled(database: Database) -> None:
    """After Ctrl-C the budget must not wait for an expiry."""
    set_budget(database, "all", credits=100)
    started = asyncio.Event()

    async def attempt(_: Attempt) -> None:
        started.set()
        await asyncio.sleep(30)

    task = asyncio.create_task(Guard(database).call(_call(attempt)))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.2)
    assert _left(database) == (0, 0)


async def test_repeated_failures_open_the_breaker_and_the_next_call_is_not_made(database: Database) -> None:
    """Inside one call already: its later attempts meet the open breaker."""
    calls = 0

    async def attempt(_: Attempt) -> None:
        nonlocal calls
        calls += 1
        raise TransientError("down")

    guard = Guard(database)
    with pytest.raises(TransientError):
        await guard.call(_call(attempt))
    with pytest.raises(CircuitOpen):
        await guard.call(_call(attempt))
    assert calls == 3


async def test_retry_after_holds_every_caller_of_the_service(database: Database) -> None:
    """The other process must not ask while this one waits."""
    service = replace(SERVICE, rate=Rate(100, 1.0), max_wait_s=0.1)

    async def limited(_: Attempt) -> None:
        raise RateLimited("slow down", retry_after_s=600)

    async def attempt(_: Attempt) -> None:
        raise AssertionError("called")

    with pytest.raises(RateLimited):
        await Guard(database).call(_call(limited, service))
    with pytest.raises(BucketEmpty) as caught:
        await Guard(Database(database.url)).call(_call(attempt, service))
    assert 500 < (caught.value.retry_after_s or 0) <= 600


async def test_a_wait_for_the_rate_gives_its_reservation_back(database: Database) -> None:
    """The call that was not made must not fill the budget."""
    set_budget(database, "all", credits=100)
    service = replace(SERVICE, rate=Rate(1, 86_400.0), max_wait_s=0.1)

    async def attempt(attempt: Attempt) -> None:
        attempt.used = Amounts(credits=1)

    guard = Guard(database)
    await guard.call(_call(attempt, service))
    with pytest.raises(BucketEmpty):
        await guard.call(_call(attempt, service))
    assert _left(database) == (1, 0)


async def test_it_works_without_a_database() -> None:
    """Single functions of the core can be used without an installation."""

    async def attempt(_: Attempt) -> str:
        return "page"

    assert await Guard().call(_call(attempt)) == "page"


def test_every_service_is_in_the_documents_table() -> None:
    """The table in the documents is what a person trusts."""
    rows = re.findall(r"^\| `(\w+)` \|", DOCS.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(SERVICES)
    assert len(rows) > 3


def test_the_settings_change_the_table() -> None:
    """A setting that nothing reads is a lie."""
    changed = services(load_settings(llm_timeout_s=7, retries=5, request_timeout_s=11))
    assert (changed["llm"].timeout_s, changed["llm"].retry.attempts) == (7, 5)
    assert (changed["web"].timeout_s, changed["web"].retry.attempts) == (11, 5)
