"""What rests is not called: refusals by kind, and what they leave alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from inroad.guard.errors import Paused, Scope, TransientError
from inroad.guard.gate import Gate
from inroad.guard.guard import Attempt, Call, Guard
from inroad.guard.pauses import Pauses
from inroad.guard.retry import RetryPolicy
from inroad.guard.services import LLM, WEB
from inroad.store import Database
from inroad.store.models import AuditEntry, LlmCall
from inroad.store.pauses import active_pauses, drop_pause, put_pause

ACME = Scope(domain="acme.example")
QUICK = RetryPolicy(attempts=3, wait_initial_s=0.01, wait_max_s=0.02, jitter_s=0.0)


def rest(database: Database, kind: str, key: str = "", *, seconds: float | None = None) -> None:
    """Lets something rest."""
    until = datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None
    database.call(put_pause, kind, key, reason="the bill", by="person:ada", until=until)


@pytest.mark.parametrize(
    ("kind", "key", "refused"),
    [
        ("all", "", True), ("service", "llm", True), ("service", "llm:api.example", True), ("domain", "acme.example", True),
        ("service", "web", False), ("service", "llm:other.example", False), ("domain", "b.example", False),
        ("stage", "cvs", False),
    ],
)  # fmt: skip
async def test_a_call_is_refused_by_what_it_belongs_to_and_by_nothing_else(
    database: Database, kind: str, key: str, refused: bool
) -> None:
    """A pause that is not looked at spends on; one that reaches too far stops what nobody spoke of."""
    rest(database, kind, key)
    calls = []

    async def attempt(attempt: Attempt) -> str:
        calls.append(attempt.number)
        return "ok"

    call = Call(LLM, attempt, key="api.example", scope=ACME)
    if refused:
        with pytest.raises(Paused, match=r"is paused: the bill\. End it with `inroad resume " + kind):
            await Guard(database).call(call)
    else:
        assert await Guard(database).call(call) == "ok"
    assert calls == ([] if refused else [1])
    with database.begin() as session:
        assert session.scalars(select(LlmCall.id)).all() == []


async def test_a_paused_site_is_not_asked(database: Database) -> None:
    """The crawl makes its requests by itself; a pause must hold there too."""
    rest(database, "service", "web:https://slow.example")
    gate = Gate(database, WEB)
    with pytest.raises(Paused):
        async with gate.call("web:https://slow.example"):
            raise AssertionError("was let through")
    async with gate.call("web:https://acme.example"):
        passed = True
    assert passed


async def test_a_pause_says_when_it_ends_and_ends_then(database: Database) -> None:
    """A row that waits for it must come back by itself."""
    rest(database, "all", seconds=3_600)
    with pytest.raises(Paused, match=r"until \d{4}-\d\d-\d\d \d\d:\d\d UTC") as caught:
        await Pauses(database).check("web")
    assert caught.value.retry_after_s == pytest.approx(3_600, abs=60)
    with database.begin() as session:
        session.execute(text("UPDATE pauses SET until = now() - interval '1 second'"))
    await Pauses(database).check("web")
    assert database.call(active_pauses) == []


async def test_calls_at_one_moment_read_the_pauses_once(database: Database) -> None:
    """They stand before every call; a query for each would be the guard's dearest part."""
    reads = []

    class Counted(Database):
        async def fetch(self, statement: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
            reads.append(statement)
            return await super().fetch(statement, parameters)

    counted = Counted(database.url)
    pauses = Pauses(counted, cache_s=60)
    await asyncio.gather(*(pauses.check("llm") for _ in range(16)))
    await pauses.check("llm")
    counted.close()
    assert len(reads) == 1


async def test_a_pause_reaches_a_process_that_runs(database: Database) -> None:
    """A person who pauses means the run that is spending now."""
    pauses = Pauses(database, cache_s=0.0)
    await pauses.check("llm", scope=ACME)
    rest(database, "domain", "acme.example")
    with pytest.raises(Paused):
        await pauses.check("llm", scope=ACME)
    assert database.call(drop_pause, "domain", "acme.example", by="person:ada")
    await pauses.check("llm", scope=ACME)


def test_pausing_again_replaces_the_pause_and_each_change_is_audited(database: Database) -> None:
    """Two pauses of one thing would need two resumes; and somebody asks later who it was."""
    rest(database, "stage", "cvs")
    database.call(put_pause, "stage", "cvs", reason="longer", by="person:bo", until=None)
    (only,) = database.call(active_pauses)
    assert (only.reason, only.paused_by, only.sentence) == ("longer", "person:bo", "The stage cvs is paused: longer.")
    assert not database.call(drop_pause, "stage", "matches", by="person:bo")
    assert database.call(drop_pause, "stage", "cvs", by="person:bo")
    with database.begin() as session:
        entries = session.execute(select(AuditEntry.action, AuditEntry.actor).order_by(AuditEntry.id)).all()
    assert [tuple(entry) for entry in entries] == [("pause", "person:ada"), ("pause", "person:bo"), ("resume", "person:bo")]


async def test_without_a_database_nothing_rests() -> None:
    """Single functions of the core can be used without an installation."""
    calls = Pauses(None)
    await calls.check("llm", scope=ACME)
    assert calls._seen == ()


@pytest.mark.parametrize(
    ("site", "refused"),
    [
        ("https://acme.example", True),
        ("https://www.acme.example:8443", True),
        ("https://notacme.example", False),
        ("https://acme.example.org", False),
    ],
)
async def test_a_paused_domain_is_not_asked_for_anything(database: Database, site: str, refused: bool) -> None:
    """A request of whatever stage to a domain that rests is one too many; its neighbours by name did not ask for rest."""
    rest(database, "domain", "acme.example")
    gate = Gate(database, WEB)
    passed = False
    try:
        async with gate.call(f"web:{site}"):
            passed = True
    except Paused:
        assert refused
    assert passed is not refused


async def test_what_is_paused_between_two_attempts_is_not_attempted_again(database: Database) -> None:
    """A service that fails is retried for a minute; who pauses it in that minute means the next attempt."""
    guard = Guard(database)
    guard.pauses = Pauses(database, cache_s=0.0)
    attempts: list[int] = []

    async def attempt(attempt: Attempt) -> str:
        attempts.append(attempt.number)
        await asyncio.to_thread(rest, database, "service", "llm")
        raise TransientError("busy")

    with pytest.raises(Paused):
        await guard.call(Call(replace(LLM, retry=QUICK), attempt, key="api.example", scope=ACME))
    assert attempts == [1]
