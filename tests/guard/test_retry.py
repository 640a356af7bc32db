"""Retrying: what is not retried, when it ends, what Retry-After may say."""

from __future__ import annotations

import contextlib
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.guard.errors import BucketEmpty, BudgetExceeded, CircuitOpen, PermanentError, RateLimited, TransientError
from inroad.guard.retry import RetryPolicy, parse_retry_after, retrying

QUICK = RetryPolicy(attempts=3, timeout_s=5, wait_initial_s=0.01, wait_max_s=0.02, jitter_s=0.0)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CASES = Path(__file__).parents[3] / "shared" / "cases" / "models" / "cases.jsonl"


async def _attempts(policy: RetryPolicy, *errors: Exception) -> int:
    made = 0

    async def attempt(number: int) -> int:
        nonlocal made
        made = number
        if number <= len(errors):
            raise errors[number - 1]
        return number

    with contextlib.suppress(*(type(error) for error in errors)):
        await retrying(policy, attempt)
    return made


@pytest.mark.parametrize(
    "error", [PermanentError("404"), BudgetExceeded("none"), CircuitOpen("open"), BucketEmpty("wait"), ValueError("bug")]
)
async def test_what_ends_the_same_is_not_tried_again(error: Exception) -> None:
    """A 405 elsewhere was retried 5,363 times in six days."""
    assert await _attempts(QUICK, error) == 1


async def test_transient_errors_are_tried_again_and_no_more_than_the_policy_says() -> None:
    """Bounded in count: three attempts are three."""
    assert await _attempts(QUICK, TransientError("reset")) == 2
    assert await _attempts(QUICK, *[TransientError(str(number)) for number in range(9)]) == 3


async def test_retries_are_bounded_in_time() -> None:
    """A slow service must not hold a worker for attempts times its time-out."""
    policy = RetryPolicy(attempts=50, timeout_s=0.2, wait_initial_s=0.05, wait_max_s=0.05, jitter_s=0.0)
    assert await _attempts(policy, *[TransientError(str(number)) for number in range(50)]) < 10


async def test_retry_after_is_waited_for() -> None:
    """Zero requests before it ends."""
    began = time.monotonic()
    assert await _attempts(QUICK, RateLimited("slow", retry_after_s=0.3)) == 2
    assert time.monotonic() - began >= 0.3


async def test_a_retry_after_beyond_the_bound_goes_back_to_the_row() -> None:
    """A worker that sleeps for an hour does no other row's work."""
    assert await _attempts(QUICK, RateLimited("slow", retry_after_s=3600)) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "9" * 50}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after": "Zun, 21 Nov 2026 12:00:30 GMT"}, None),
        ({"retry-after": "Sat, 99 Nov 2026 12:00:30 GMT"}, None),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": " 20 "}, 20.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Saturday, 21-Nov-26 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9.0),
    ],
)
def test_retry_after_is_read_as_rfc_9110_says(headers: dict[str, str], seconds: float | None) -> None:
    """Both forms are in use, and so is nonsense."""
    assert parse_retry_after(headers, now=NOW) == seconds


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_header_is_seconds_or_nothing(value: str, milliseconds: str) -> None:
    """The header is a stranger's."""
    seconds = parse_retry_after({"retry-after": value, "retry-after-ms": milliseconds}, now=NOW)
    assert seconds is None or 0 <= seconds < 1e13


@pytest.mark.skipif(not CASES.exists(), reason="the recorded cases are not beside the checkout")
def test_recorded_retry_after_headers_are_read() -> None:
    """The openai package's own table; where it falls back to its own wait, or caps, the header says nothing or much."""
    checked = 0
    for line in filter(None, CASES.read_text().split("\n")):
        case = json.loads(line)
        if case["kind"] != "retry_after_delay":
            continue
        seconds = parse_retry_after(case["headers"], now=datetime.fromtimestamp(case["now_epoch"], UTC))
        expected = case["expected_delay_s"]
        is_fallback = seconds is None or not 0 < seconds <= 120
        assert is_fallback if expected in {0.5, 1.0, 2.0, 8} else seconds == pytest.approx(expected), case["id"]
        checked += 1
    assert checked > 5
