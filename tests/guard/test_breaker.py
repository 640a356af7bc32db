"""Circuit breakers: what opens them, who may probe, what they cost while closed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from inroad.guard import breaker
from inroad.guard.breaker import BreakerPolicy, Breakers
from inroad.guard.errors import BucketEmpty, BudgetExceeded, CircuitOpen, PermanentError, RateLimited, TransientError
from inroad.store import Database
from inroad.store.breakers import BreakerState
from inroad.store.models import Alert, Event

FAST = BreakerPolicy(fail_max=3, reset_after_s=0.05, probe_s=30)
LONG = BreakerPolicy(fail_max=3, reset_after_s=300)


@pytest.fixture(params=["memory", "postgres"])
def shared(request: pytest.FixtureRequest) -> Database | None:
    return request.getfixturevalue("database") if request.param == "postgres" else None


async def _fail(breakers: Breakers, times: int, error: BaseException | None = None, name: str = "svc") -> None:
    for _ in range(times):
        with pytest.raises(type(error) if error else TransientError):
            async with breakers.call(name):
                raise error or TransientError("no answer")


async def _pass(breakers: Breakers, name: str = "svc") -> None:
    async with breakers.call(name):
        pass


async def test_an_open_breaker_refuses_and_names_service_and_seconds(shared: Database | None) -> None:
    """The row's next attempt is set from these seconds."""
    breakers = Breakers(shared, LONG)
    await _fail(breakers, 3)
    with pytest.raises(CircuitOpen, match=r"svc is not called now: it failed 3 times.*\d+ s") as caught:
        await _pass(breakers)
    assert 290 < (caught.value.retry_after_s or 0) <= 300


async def test_a_refusal_makes_no_call(shared: Database | None) -> None:
    """The point of the breaker: a service that is down gets no more load."""
    breakers, ran = Breakers(shared, LONG), False
    await _fail(breakers, 3)
    with pytest.raises(CircuitOpen):
        async with breakers.call("svc"):
            ran = True
    assert not ran


@pytest.mark.parametrize(
    "error",
    [PermanentError("404"), BudgetExceeded("none left"), BucketEmpty("wait"), ValueError("a bug"), asyncio.CancelledError()],
)
async def test_only_transient_errors_open_it(shared: Database | None, error: BaseException) -> None:
    """A list of dead links, or an empty budget, must not close a healthy service."""
    breakers = Breakers(shared, FAST)
    await _fail(breakers, 10, error)
    assert await breakers.state("svc") == "closed"


async def test_a_success_in_between_starts_the_count_again(shared: Database | None) -> None:
    """Failures count in a row: one in a hundred over a day is no outage."""
    breakers = Breakers(shared, LONG)
    for _ in range(5):
        await _fail(breakers, 2)
        await _pass(breakers)
    assert await breakers.state("svc") == "closed"


async def test_a_good_probe_closes_it(shared: Database | None) -> None:
    """Otherwise one outage would be for ever."""
    breakers = Breakers(shared, FAST)
    await _fail(breakers, 3)
    await asyncio.sleep(0.1)
    await _pass(breakers)
    assert await breakers.state("svc") == "closed"


async def test_a_bad_probe_opens_it_again(shared: Database | None) -> None:
    """One failure is enough there: the service is known to be ill."""
    breakers = Breakers(shared, BreakerPolicy(fail_max=2, reset_after_s=0.6))
    await _fail(breakers, 2)
    await asyncio.sleep(0.65)
    await _fail(breakers, 1)
    with pytest.raises(CircuitOpen):
        await _pass(breakers)


async def test_while_one_probes_the_others_are_refused(shared: Database | None) -> None:
    """All waiting calls at once would knock the recovering service down again."""
    breakers = Breakers(shared, FAST)
    await _fail(breakers, 3)
    await asyncio.sleep(0.1)
    async with breakers.call("svc"):
        with pytest.raises(CircuitOpen, match="one probe is on its way"):
            await _pass(breakers)


async def test_a_cancelled_probe_is_handed_on(shared: Database | None) -> None:
    """Ctrl-C during the probe must not leave the service closed until the probe's lease ends."""
    breakers = Breakers(shared, FAST)
    await _fail(breakers, 3)
    await asyncio.sleep(0.1)
    await _fail(breakers, 1, asyncio.CancelledError())
    await _pass(breakers)
    assert await breakers.state("svc") == "closed"


async def test_a_probe_whose_process_died_is_taken_over(shared: Database | None) -> None:
    """After kill -9 nobody hands the probe back."""
    breakers = Breakers(shared, BreakerPolicy(fail_max=1, reset_after_s=0.05, probe_s=0.1))
    await _fail(breakers, 1)
    await asyncio.sleep(0.1)
    probe = breakers.call("svc")
    await probe.__aenter__()
    await asyncio.sleep(0.2)
    await _pass(breakers)
    assert await breakers.state("svc") == "closed"
    await probe.__aexit__(None, None, None)


async def test_several_good_probes_are_needed_where_the_policy_says_so(shared: Database | None) -> None:
    """A service that answers one call in two is not well."""
    breakers = Breakers(shared, BreakerPolicy(fail_max=1, reset_after_s=0.05, success_threshold=2))
    await _fail(breakers, 1)
    await asyncio.sleep(0.1)
    await _pass(breakers)
    assert await breakers.state("svc") == "half-open"
    await _pass(breakers)
    assert await breakers.state("svc") == "closed"


async def test_retry_after_keeps_it_open_longer(shared: Database | None) -> None:
    """The service has said when it wants to be called again."""
    breakers = Breakers(shared, FAST)
    await _fail(breakers, 3, RateLimited("slow down", retry_after_s=120))
    with pytest.raises(CircuitOpen) as caught:
        await _pass(breakers)
    assert 110 < (caught.value.retry_after_s or 0) <= 120


async def test_a_retry_after_of_years_is_capped(shared: Database | None) -> None:
    """A stranger's header must not close a service for us for ever."""
    breakers = Breakers(shared, FAST)
    await _fail(breakers, 3, RateLimited("slow down", retry_after_s=1e12))
    with pytest.raises(CircuitOpen) as caught:
        await _pass(breakers)
    assert (caught.value.retry_after_s or 0) <= breaker.MAX_OPEN_S


async def test_names_are_apart(shared: Database | None) -> None:
    """One host's outage is not another's."""
    breakers = Breakers(shared, LONG)
    await _fail(breakers, 3, name="web:a.example")
    with pytest.raises(CircuitOpen):
        await _pass(breakers, "web:a.example")
    await _pass(breakers, "web:b.example")


async def test_reset_closes_it_by_hand(shared: Database | None) -> None:
    """A person who mended the service need not wait."""
    breakers = Breakers(shared, LONG)
    await _fail(breakers, 3)
    with pytest.raises(CircuitOpen):
        await _pass(breakers)
    await breakers.reset("svc")
    await _pass(breakers)


async def test_processes_see_each_others_state(database: Database) -> None:
    """Eight workers would else need eight times the failures to notice an outage."""
    ours, theirs = Breakers(database, LONG), Breakers(Database(database.url), LONG)
    await _fail(ours, 2)
    await _fail(theirs, 1)
    with pytest.raises(CircuitOpen):
        await _pass(Breakers(database, LONG))


class _Counted(Database):
    """A database that notes its single statements."""

    statements: list[str]

    async def fetch(self, statement: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        self.statements.append(statement)
        return await super().fetch(statement, parameters)


@pytest.fixture
def counted(database: Database) -> Iterator[_Counted]:
    """The test's database, counting."""
    counting = _Counted(database.url)
    counting.statements = []
    yield counting
    counting.close()


async def test_a_closed_breaker_costs_at_most_one_query(counted: _Counted) -> None:
    """It stands before every request of a crawl."""
    breakers = Breakers(counted, LONG, cache_s=60)
    for _ in range(20):
        await _pass(breakers, "fresh")
    assert len(counted.statements) == 1
    assert counted.statements[0].lstrip().startswith("SELECT")


async def test_calls_at_one_moment_share_one_reading(counted: _Counted) -> None:
    """Each its own was a query for every call in flight, once a second, and they all waited for it."""
    breakers = Breakers(counted, LONG, cache_s=60)
    await asyncio.gather(*(_pass(breakers, "fresh") for _ in range(8)))
    assert len(counted.statements) == 1


async def test_nobody_waits_for_a_state_that_is_read_again(counted: _Counted) -> None:
    """From half of its time on a closed state is read again beside the calls; one that is too old is waited for."""
    breakers = Breakers(counted, LONG, cache_s=60)
    await _pass(breakers, "fresh")
    breakers._seen["fresh"].read_at -= 40
    await _pass(breakers, "fresh")
    assert len(counted.statements) == 1
    await asyncio.gather(*breakers._reading._tasks.values())
    assert len(counted.statements) == 2
    breakers._seen["fresh"].read_at -= 70
    await _pass(breakers, "fresh")
    assert len(counted.statements) == 3


async def test_opening_and_closing_are_events_and_an_alert(database: Database) -> None:
    """A person is told while it lasts, and asks later why nothing was fetched between three and four."""
    breakers = Breakers(database, FAST)
    await _fail(breakers, 3)
    with database.begin() as session:
        (alert,) = session.scalars(select(Alert))
        assert (alert.key, alert.severity, alert.resolved_at) == ("breaker:svc", "warning", None)
        assert "svc failed 3 times in a row" in alert.message
    await asyncio.sleep(0.1)
    await _pass(breakers)
    with database.begin() as session:
        assert session.scalars(select(Event.kind).order_by(Event.id)).all() == ["breaker-open", "breaker-closed"]
        assert session.scalars(select(Alert)).one().resolved_at is not None


@pytest.mark.slow
async def test_over_four_processes_one_probe_goes_through(database: Database) -> None:
    """32 callers wait for the open time to end; the recovering service must see one."""
    await _fail(Breakers(database, BreakerPolicy(fail_max=1, reset_after_s=0.01)), 1)
    script = str(Path(__file__).with_name("probing.py"))
    processes = [
        subprocess.Popen([sys.executable, script, database.url, "svc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    assert sum(int(process.communicate(timeout=60)[0]) for process in processes) == 1


STEPS = st.lists(st.tuples(st.sampled_from(["fail", "pass", "probe", "good", "bad", "cancel"]), st.floats(0, 20)), max_size=40)


@given(STEPS)
def test_no_order_of_calls_gives_two_probes_or_a_lost_breaker(steps: list[tuple[str, float]]) -> None:
    """The machine must bear every interleaving: late answers, expired probes, verdicts of calls that began before."""
    policy = BreakerPolicy(fail_max=2, reset_after_s=5, probe_s=10)
    now, state = datetime(2026, 1, 1, tzinfo=UTC), BreakerState()
    probes: list[datetime] = []
    for step, seconds in steps:
        now += timedelta(seconds=seconds)
        if step == "probe":
            running = state.state == "half-open" and state.probe_expires_at is not None and state.probe_expires_at > now
            after = breaker.probing(state, now, policy)
            assert after == state if running else True
            if after != state and after.probe_expires_at:
                probes.append(after.probe_expires_at)
            state = after
        elif step in {"good", "bad", "cancel"} and probes:
            failed = {"good": False, "bad": True, "cancel": None}[step]
            state = breaker.after_probe(state, now, policy, probes.pop(0), failed, None)
        elif step == "fail":
            state = breaker.after_failure(state, now, policy, None)
        elif step == "pass":
            state = breaker.after_success(state, now)
        assert state.state != "open" or state.open_until is not None
    later = now + timedelta(seconds=breaker.MAX_OPEN_S)
    assert state.state == "closed" or breaker.is_probe_due(state, later)
