"""Retrying within one call: only transient errors, bounded in count and time, with jitter, never before Retry-After.

What does not belong here: the attempts at a row, minutes apart (`inroad.store.claims`), and Dagster's retry policies.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import stamina
import stamina.instrumentation

from inroad.guard.errors import NotCalled, TransientError

T = TypeVar("T")

# A retry is normal and is counted where it matters; stamina would warn of each on the person's screen.
stamina.instrumentation.set_on_retry_hooks(())

_SECONDS = re.compile(r"\d{1,12}(\.\d{0,9})?|\.\d{1,9}", re.ASCII)
# Every form of an HTTP date begins with one; the standard library's parser accepts any word there.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# A header longer than this is no Retry-After.
_MAX_HEADER = 100


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long one call is attempted.

    Attributes:
        attempts: Attempts at most, the first included.
        timeout_s: No new attempt begins after these seconds; also the longest Retry-After that is waited for.
        wait_initial_s: Wait before the second attempt; doubles each time.
        wait_max_s: Longest wait of ours; a Retry-After may be longer.
        jitter_s: Random seconds added, so that many callers do not come back in the same moment.
    """

    attempts: int = 3
    timeout_s: float = 45.0
    wait_initial_s: float = 0.5
    wait_max_s: float = 10.0
    jitter_s: float = 0.5


async def retrying(policy: RetryPolicy, attempt: Callable[[int], Awaitable[T]]) -> T:
    """Calls `attempt(number)`, number from 1, until it answers or the policy ends.

    Refusals of our own guard are not retried: an open breaker or an empty budget does not change within seconds.

    Raises:
        Exception: The last attempt's.
    """
    begun = time.monotonic()
    try:
        return await attempt(1)  # without the loop, whose preparation costs a tenth of a millisecond that most calls need not
    except Exception as error:
        if not is_retryable(error):
            raise
        first = error
    async for context in _attempts(policy, time.monotonic() - begun):
        with context:
            if context.num == 1:
                raise first
            return await attempt(context.num)
    raise AssertionError("stamina ends with the last attempt's error")


def _attempts(policy: RetryPolicy, spent_s: float) -> AsyncIterator[stamina.Attempt]:
    return stamina.retry_context(
        on=lambda error: _wait(policy, error),
        attempts=policy.attempts,
        timeout=max(policy.timeout_s - spent_s, 0.001),
        wait_initial=policy.wait_initial_s,
        wait_max=policy.wait_max_s,
        wait_jitter=policy.jitter_s,
    ).__aiter__()


def _wait(policy: RetryPolicy, error: Exception) -> bool | float:
    if not is_retryable(error):
        return False
    seconds = getattr(error, "retry_after_s", None)
    if not seconds:
        return True
    # Longer than we may wait: the row comes back later instead.
    return float(seconds) if seconds <= policy.timeout_s else False


def is_retryable(error: BaseException) -> bool:
    """The one predicate: whether another attempt may end otherwise."""
    return isinstance(error, TransientError) and not isinstance(error, NotCalled)


def parse_retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds that an answer asks to wait.

    Reads `Retry-After` as seconds (RFC 9110 section 10.2.3; fractions are accepted) or as an HTTP date, and
    `retry-after-ms`, which some model providers send and which is finer. A date in the past is 0.

    Args:
        headers: With lower-case names, or any mapping that ignores case.
        now: The moment that a date counts from; the clock's by default.

    Returns:
        Seconds, or None when nothing usable was said.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    return seconds if seconds is not None else _seconds_until(value, now or datetime.now(UTC))


def _number(value: str | None) -> float | None:
    if not value or len(value) > _MAX_HEADER or not _SECONDS.fullmatch(value.strip()):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _seconds_until(value: str | None, now: datetime) -> float | None:
    if not value or len(value) > _MAX_HEADER or value.strip()[:3].title() not in _WEEKDAYS:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    # "-0000" gives a naive time; HTTP dates are always UTC.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)
