"""Circuit breakers: pybreaker's state machine with one state for all processes.

Closed: calls go through, failures in a row are counted. Open: no call is made. Half-open: one probe over all processes
decides. pybreaker itself holds a thread lock during the call and reads and writes its storage property by property, which
neither asyncio nor several processes bear; so the transitions are pure functions here (its names and rules kept), and
`inroad.store.breakers` applies one to a locked row. The pattern is described in Nygard, "Release It!", chapter 5.

What does not belong here: retrying (`retry`) and the services' own settings (`services`).
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pybreaker import STATE_CLOSED, STATE_HALF_OPEN, STATE_OPEN

from inroad.guard.errors import CircuitOpen, InroadError, NotCalled, TransientError
from inroad.guard.reading import SharedReading
from inroad.store.breakers import BreakerState, change_breaker, read_breaker
from inroad.store.database import Database, DatabaseUnavailable

# Longest time that a service's Retry-After may keep a breaker open: a stranger must not close a service for us for ever.
MAX_OPEN_S = 3600.0
# A state read this long ago is still believed (seconds); a closed breaker then costs no query. From half of it on, one caller has
# it read again without waiting, so that under load nobody waits for it at all.
CACHE_S = 1.0
# Names kept in memory by one process; a crawl of many hosts drops the oldest.
CACHED_NAMES = 10_000

Change = Callable[[BreakerState, datetime], BreakerState]


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When a breaker opens and how it closes.

    Attributes:
        fail_max: Failures in a row that open it.
        reset_after_s: Seconds it stays open; a longer Retry-After of the last failure counts instead.
        success_threshold: Successful probes in a row that close it.
        probe_s: Seconds after which a probe without a verdict (its process died) is given to another.
    """

    fail_max: int = 5
    reset_after_s: float = 30.0
    success_threshold: int = 1
    probe_s: float = 120.0


def after_failure(state: BreakerState, now: datetime, policy: BreakerPolicy, retry_after_s: float | None) -> BreakerState:
    """A call that went through while closed has failed; one that ends after the breaker opened changes nothing."""
    if state.state != STATE_CLOSED:
        return state
    failed = replace(state, failure_count=state.failure_count + 1)
    return failed if failed.failure_count < policy.fail_max else opened(failed, now, policy, retry_after_s)


def after_success(state: BreakerState, now: datetime) -> BreakerState:  # noqa: ARG001 - the shape of a change
    """A call that went through while closed has succeeded: failures are no longer in a row."""
    return replace(state, failure_count=0) if state.state == STATE_CLOSED else state


def opened(state: BreakerState, now: datetime, policy: BreakerPolicy, retry_after_s: float | None) -> BreakerState:
    """The breaker opens, for the policy's time or the service's own Retry-After."""
    seconds = max(policy.reset_after_s, min(retry_after_s or 0.0, MAX_OPEN_S))
    return replace(
        state,
        state=STATE_OPEN,
        success_count=0,
        opened_at=now,
        open_until=now + timedelta(seconds=seconds),
        probe_expires_at=None,
    )


def is_probe_due(state: BreakerState, now: datetime) -> bool:
    """Whether a caller may take the one probe now."""
    if state.state == STATE_OPEN:
        return state.open_until is None or state.open_until <= now
    return state.state == STATE_HALF_OPEN and (state.probe_expires_at is None or state.probe_expires_at <= now)


def probing(state: BreakerState, now: datetime, policy: BreakerPolicy) -> BreakerState:
    """The caller takes the probe when it is due; otherwise nothing changes."""
    if not is_probe_due(state, now):
        return state
    success_count = state.success_count if state.state == STATE_HALF_OPEN else 0
    expires = now + timedelta(seconds=policy.probe_s)
    return replace(state, state=STATE_HALF_OPEN, success_count=success_count, probe_expires_at=expires)


def after_probe(
    state: BreakerState, now: datetime, policy: BreakerPolicy, probe: datetime, failed: bool | None, retry_after_s: float | None
) -> BreakerState:
    """The verdict of the probe that expires at `probe`; `failed` None means no verdict (cancelled): another may probe at once."""
    if state.state != STATE_HALF_OPEN or state.probe_expires_at != probe:
        return state
    if failed is None:
        return replace(state, probe_expires_at=None)
    if failed:
        return opened(state, now, policy, retry_after_s)
    if state.success_count + 1 >= policy.success_threshold:
        return BreakerState()
    return replace(state, success_count=state.success_count + 1, probe_expires_at=None)


def verdict(error: BaseException | None) -> bool | None:
    """What a call's end says of the service: True failed, False answered, None nothing.

    Only transient errors are failures. A permanent one (404, refused key) is an answer, as pybreaker counts excluded
    exceptions. Refusals of our own guard, our own database's faults, cancellation and bugs say nothing of the service.
    """
    if error is None:
        return False
    if isinstance(error, NotCalled | DatabaseUnavailable) or not isinstance(error, InroadError):
        return None
    return isinstance(error, TransientError)


def retry_after(error: BaseException | None) -> float | None:
    """Seconds that the service asked us to wait, if its error says so."""
    seconds = getattr(error, "retry_after_s", None)
    return float(seconds) if isinstance(seconds, int | float) else None


@dataclass(slots=True)
class _Seen:
    """A breaker as this process last saw it; `clock_skew_s` turns the database's time into ours."""

    state: BreakerState
    read_at: float
    now: datetime


class Breakers:
    """The circuit breakers of all services.

    Args:
        database: Holds the state for all processes; None keeps it in this object.
        policy: Used where `call` gets none.
        cache_s: Seconds for which a state is believed without asking the database.
    """

    def __init__(
        self, database: Database | None = None, policy: BreakerPolicy | None = None, *, cache_s: float = CACHE_S
    ) -> None:
        self._database = database
        self._policy = policy or BreakerPolicy()
        self._cache_s = cache_s if database else 0.0
        self._seen: dict[str, _Seen] = {}
        self._memory: dict[str, BreakerState] = {}
        self._reading: SharedReading[_Seen] = SharedReading()
        self._lock = threading.Lock()

    @asynccontextmanager
    async def call(self, name: str, policy: BreakerPolicy | None = None) -> AsyncIterator[None]:
        """Surrounds one call: `async with breakers.call("llm:api.example"): ...`.

        Args:
            name: Service, or service:host.
            policy: Other than the default.

        Raises:
            CircuitOpen: The breaker is open, or another caller's probe is running; the body did not run.
        """
        policy = policy or self._policy
        probe = await self._admit(name, policy)
        try:
            yield
        except BaseException as error:
            await self._record(name, policy, probe, verdict(error), retry_after(error))
            raise
        await self._record(name, policy, probe, False, None)

    async def state(self, name: str) -> str:
        """The breaker's state now: "closed", "open" or "half-open"."""
        return (await self._read(name)).state.state

    async def reset(self, name: str) -> None:
        """Closes the breaker by hand."""
        await self._change(name, lambda _state, _now: BreakerState())

    async def _admit(self, name: str, policy: BreakerPolicy) -> datetime | None:
        seen = await self._recent(name)
        if seen.state.state == STATE_CLOSED:
            return None
        now = seen.now + timedelta(seconds=time.monotonic() - seen.read_at)
        if not is_probe_due(seen.state, now):
            raise _refusal(name, seen.state, now)
        before, after, now = await self._change(name, lambda state, now: probing(state, now, policy))
        if after.state == STATE_CLOSED:
            return None
        if after == before:
            raise _refusal(name, after, now)
        return after.probe_expires_at

    async def _record(
        self, name: str, policy: BreakerPolicy, probe: datetime | None, failed: bool | None, retry_after_s: float | None
    ) -> None:
        if probe is not None:
            change: Change = lambda state, now: after_probe(state, now, policy, probe, failed, retry_after_s)  # noqa: E731
        elif failed:
            change = lambda state, now: after_failure(state, now, policy, retry_after_s)  # noqa: E731
        elif failed is False and self._has_failures(name):
            change = after_success
        else:
            return
        # A cancelled task must still hand its probe back, or every process would wait for its lease.
        await asyncio.shield(asyncio.ensure_future(self._change(name, change)))

    def _has_failures(self, name: str) -> bool:
        seen = self._seen.get(name)
        return seen is not None and seen.state.failure_count > 0

    async def _recent(self, name: str) -> _Seen:
        """The state, read at most `cache_s` ago."""
        seen = self._seen.get(name)
        age_s = time.monotonic() - seen.read_at if seen else 0.0
        if seen is None or age_s >= self._cache_s:
            return await self._reading.wait(name, lambda: self._read(name))
        if age_s >= self._cache_s / 2:
            self._reading.begin(name, lambda: self._read(name))
        return seen

    async def _read(self, name: str) -> _Seen:
        if self._database:
            state, now = await read_breaker(self._database, name)
        else:
            state, now = self._memory.get(name, BreakerState()), datetime.now(UTC)
        return self._remember(name, state, now)

    async def _change(self, name: str, change: Change) -> tuple[BreakerState, BreakerState, datetime]:
        if self._database:
            before, after, now = await self._database.run(change_breaker, name, change)
        else:
            with self._lock:
                now = datetime.now(UTC)
                before = self._memory.get(name, BreakerState())
                self._memory[name] = after = change(before, now)
        self._remember(name, after, now)
        return before, after, now

    def _remember(self, name: str, state: BreakerState, now: datetime) -> _Seen:
        seen = _Seen(state, time.monotonic(), now)
        with self._lock:
            self._seen.pop(name, None)
            self._seen[name] = seen
            if len(self._seen) > CACHED_NAMES:
                del self._seen[next(iter(self._seen))]
        return seen


def _refusal(name: str, state: BreakerState, now: datetime) -> CircuitOpen:
    if state.state == STATE_HALF_OPEN:
        until, why = state.probe_expires_at, "one probe is on its way"
    else:
        until, why = state.open_until, f"it failed {state.failure_count} times in a row"
    seconds = max((until - now).total_seconds(), 0.0) if until else 0.0
    return CircuitOpen(
        f"{name} is not called now: {why}; the next attempt is possible in {seconds:.0f} s.", retry_after_s=seconds, service=name
    )
