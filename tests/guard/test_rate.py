"""Rate limits: never more than the limit in any window, waits within their bound, one bucket for all processes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from inroad.guard.errors import BucketEmpty, UserError
from inroad.guard.rate import MAX_BLOCK_S, Rate, RateLimiter
from inroad.store import Database

DAY = Rate(limit=8, period_s=86_400)


@pytest.fixture(params=["memory", "postgres"])
def shared(request: pytest.FixtureRequest) -> Database | None:
    return request.getfixturevalue("database") if request.param == "postgres" else None


@pytest.mark.parametrize(("limit", "period", "burst"), [(0, 1, None), (5, 0, None), (5, 1, 6), (5, 1, 0), (-1, 1, None)])
def test_an_impossible_rate_is_refused(limit: int, period: float, burst: int | None) -> None:
    """A refill of zero or less would make every caller wait for ever."""
    with pytest.raises(UserError, match="not a rate"):
        Rate(limit, period, burst)


async def test_a_wait_beyond_the_bound_is_refused_with_its_length(shared: Database | None) -> None:
    """The worker goes on with other rows, and the row knows when to come back."""
    limiter = RateLimiter(shared)
    for _ in range(DAY.size):
        await limiter.acquire("svc", DAY)
    with pytest.raises(BucketEmpty) as caught:
        await limiter.acquire("svc", DAY)
    assert 10_000 < (caught.value.retry_after_s or 0) <= 86_400 / 7 + 1


async def test_a_refusal_takes_nothing(shared: Database | None) -> None:
    """Refused callers who ask again and again must not push the next free moment away."""
    limiter = RateLimiter(shared)
    waits = []
    for _ in range(12):
        try:
            await limiter.acquire("svc", DAY)
        except BucketEmpty as refusal:
            waits.append(refusal.retry_after_s or 0)
    assert len(waits) == 12 - DAY.size
    assert all(later <= sooner for sooner, later in pairwise(waits))


async def test_a_call_that_never_fits_is_refused(shared: Database | None) -> None:
    """Waiting for more tokens than the bucket holds would never end."""
    with pytest.raises(UserError, match="never fits"):
        await RateLimiter(shared).acquire("svc", DAY, cost=DAY.size + 1)


async def test_blocked_means_no_token_until_then(shared: Database | None) -> None:
    """Zero requests before Retry-After ends, whatever the bucket holds."""
    limiter = RateLimiter(shared)
    await limiter.acquire("svc", DAY)
    began = time.monotonic()
    await limiter.block("svc", 0.3)
    await limiter.block("svc", 0.01)
    await limiter.acquire("svc", DAY)
    assert time.monotonic() - began >= 0.3


async def test_a_block_of_years_is_capped(shared: Database | None) -> None:
    """The number comes from a stranger's header."""
    limiter = RateLimiter(shared)
    await limiter.block("svc", 1e300)
    with pytest.raises(BucketEmpty) as caught:
        await limiter.acquire("svc", DAY)
    assert (caught.value.retry_after_s or 0) <= MAX_BLOCK_S + 1


async def test_a_short_wait_is_waited(shared: Database | None) -> None:
    """Within the bound the call goes through by itself."""
    limiter, rate = RateLimiter(shared), Rate(limit=10, period_s=1, burst=1)
    began = time.monotonic()
    for _ in range(4):
        await limiter.acquire("svc", rate)
    assert time.monotonic() - began >= 0.3


async def test_names_are_apart(shared: Database | None) -> None:
    """One key's use is not another's."""
    limiter = RateLimiter(shared)
    for _ in range(DAY.size):
        await limiter.acquire("svc:a", DAY)
    assert await limiter.acquire("svc:b", DAY) < 1


async def test_two_limiters_share_one_bucket(database: Database) -> None:
    """Each process has a limiter of its own; the limit is of the service."""
    ours, theirs = RateLimiter(database), RateLimiter(Database(database.url))
    granted = 0
    for limiter in (ours, theirs) * DAY.limit:
        try:
            await limiter.acquire("svc", DAY)
            granted += 1
        except BucketEmpty:
            continue
    assert granted == DAY.size


async def test_no_window_sees_more_than_the_limit(shared: Database | None) -> None:
    """A plain bucket lets a burst and a refill through in one window: up to twice the limit."""
    limiter, rate, granted = RateLimiter(shared), Rate(limit=12, period_s=0.6, burst=6), []

    async def call() -> None:
        await limiter.acquire("svc", rate)
        granted.append(time.monotonic())

    await asyncio.gather(*(call() for _ in range(40)))
    granted.sort()
    # The callers see their grant a little later than it was made, so the window is narrowed by that jitter.
    for first, thirteenth in zip(granted, granted[rate.limit :], strict=False):
        assert thirteenth - first >= rate.period_s - 0.1


# Writes down the server's own time of each grant: what a process sees comes later, by as much as the machine is busy.
_WATCH = """
CREATE TABLE grants (at timestamptz);
CREATE FUNCTION note_grant() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO grants VALUES (NEW.refilled_at); RETURN NULL; END $$;
CREATE TRIGGER note_grant AFTER INSERT OR UPDATE OF tokens ON rate_limits FOR EACH ROW EXECUTE FUNCTION note_grant()
"""


@pytest.mark.slow
def test_over_four_processes_no_window_sees_more_than_the_limit(database: Database) -> None:
    """The service counts all of our processes as one customer, in windows that begin wherever it likes."""
    rate = Rate(limit=12, period_s=0.6, burst=6)
    with database.begin() as session:
        session.execute(text(_WATCH))
    script = str(Path(__file__).with_name("granting.py"))
    arguments = [database.url, "svc", str(rate.limit), str(rate.period_s), str(rate.size), "40"]
    processes = [
        subprocess.Popen([sys.executable, script, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    ended = [process.communicate("go\n", timeout=60)[0].split() for process in processes]
    with database.begin() as session:
        granted = list(session.scalars(text("SELECT at FROM grants ORDER BY at")))
    assert len(granted) == sum(int(counts[0]) for counts in ended) > 2 * rate.limit
    assert sum(int(counts[1]) for counts in ended) > 0
    gaps = [(later - first).total_seconds() for first, later in zip(granted, granted[rate.limit :], strict=False)]
    assert min(gaps) >= rate.period_s


@given(limit=st.integers(1, 50), share=st.floats(0, 1), gaps=st.lists(st.floats(0, 0.4), min_size=1, max_size=200))
def test_the_bucket_keeps_the_limit_for_any_arrivals(limit: int, share: float, gaps: list[float]) -> None:
    """The promise is for any window and any arrivals, not for the even ones."""
    rate = Rate(limit, 1.0, max(1, round(limit * share)))
    tokens, now, granted = float(rate.size), 0.0, []
    for gap in gaps:
        now += gap
        tokens = min(float(rate.size), tokens + gap * rate.refill)
        while tokens >= 1:
            tokens -= 1
            granted.append(now)
    for first, later in zip(granted, granted[limit:], strict=False):
        assert later - first >= 1.0 - 1e-9
