"""Endpoints' errors as our own: recorded ones where they are there, and hostile ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.guard.errors import InroadError, PermanentError, RateLimited
from inroad.guard.retry import is_retryable
from inroad.llm.completions import Unfinished, read_answer
from inroad.llm.faults import RequestRefused, error_of, retry_hint

CASES = Path(__file__).parents[3] / "shared" / "cases" / "models" / "cases.jsonl"
recorded = pytest.mark.skipif(not CASES.exists(), reason="the recorded cases are not beside the checkout")


def _cases(kind: str) -> Iterator[dict[str, Any]]:
    for line in filter(None, CASES.read_text().split("\n")):
        case = json.loads(line)
        if case["kind"] == kind:
            yield case


def _error(status: int, body: Any = "", **headers: str) -> InroadError:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return error_of(status, headers, text, endpoint="api.example", model="m")


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, {"error": {"code": "content_filter"}}, "llm-content-filter"),
        (400, {"error": {"code": "context_length_exceeded"}}, "llm-too-long"),
        (400, {"error": {"code": "model_not_found", "param": "model"}}, "llm-model"),
        (401, "", "llm-key"),
        (402, "no credit", "llm-credit"),
        (403, "<html>blocked</html>", "llm-key"),
        (404, b"\xff\xfe", "llm-model"),
        (413, "", "llm-too-long"),
        (400, [{"error": {"message": "list form"}}], "llm-bad-request"),
        (422, {"detail": "no response_format"}, "llm-bad-request"),
        (307, "", "llm-refused"),
        (429, {"error": {"code": "insufficient_quota"}}, "llm-quota"),
        (429, "slow", "llm-rate-limited"),
        (503, "", "llm-overloaded"),
        (500, "[" * 100_000, "llm-unavailable"),
    ],
)
def test_each_status_has_its_reason(status: int, body: Any, reason: str) -> None:
    """Rows are counted by reason, and a person mends by it."""
    assert _error(status, body).reason == reason


def test_a_refused_parameter_says_what_may_help() -> None:
    """The client learns the endpoint's dialect from it."""
    cap = _error(400, {"error": {"message": "Use 'max_completion_tokens' instead.", "param": "max_tokens"}})
    form = _error(400, {"error": {"message": "response_format json_schema is not supported"}})
    assert isinstance(cap, RequestRefused)
    assert isinstance(form, RequestRefused)
    assert (cap.wants_other_cap, cap.is_about_format, form.wants_other_cap, form.is_about_format) == (True, False, False, True)


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Please try again in 20s.", 20),
        ("Please try again in 859ms.", 0.859),
        ("try again in 6m0s", 360),
        ("try again in 1h2m3.5s", 3723.5),
        ("try again in 2m", 120),
        ("try again in a while", None),
        ("try again in ", None),
        ("", None),
    ],
)
def test_the_wait_is_read_from_the_message(message: str, seconds: float | None) -> None:
    """OpenAI writes it there where it sends no header."""
    assert retry_hint(message) == seconds


def test_the_header_wins_over_the_message() -> None:
    """It is meant for programs."""
    error = _error(429, {"error": {"message": "try again in 6m0s"}}, **{"retry-after": "2"})
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == 2


@given(st.integers(300, 599), st.binary(max_size=300))
def test_any_error_answer_is_one_of_our_errors(status: int, body: bytes) -> None:
    """A crash here would hide the endpoint's fault behind ours."""
    error = _error(status, body)
    assert isinstance(error, InroadError)
    assert len(str(error)) < 1000


@given(st.binary(max_size=300) | st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["choices", "message", "content", "usage", "prompt_tokens", "tool_calls", "function"]), inner), max_leaves=12).map(lambda document: json.dumps(document).encode()))  # fmt: skip  # noqa: E501
def test_any_body_is_an_answer_or_unfinished(body: bytes) -> None:
    """Endpoints differ in every field."""
    try:
        answer = read_answer(body)
    except Unfinished:
        return
    assert isinstance(answer.text, str)


@recorded
def test_recorded_errors_are_retried_as_the_openai_package_would() -> None:
    """Real bodies of fifteen providers."""
    checked = 0
    for case in _cases("error"):
        body = case["response"] if isinstance(case["response"], str) else json.dumps(case["response"])
        error = error_of(case["status"], case["headers"], body, endpoint="api.example", model="m")
        assert is_retryable(error) == case["expected"]["retryable"], case["id"]
        hint = case["expected"].get("retry_after_hint_s")
        if hint is not None:
            assert getattr(error, "retry_after_s", None) == hint, case["id"]
        if case["expected"].get("content_filter"):
            assert isinstance(error, PermanentError)
            assert error.reason == "llm-content-filter", case["id"]
        checked += 1
    assert checked > 10


@recorded
def test_recorded_completions_are_read() -> None:
    """Text, finish reason and usage, whatever the provider adds or leaves out."""
    checked = 0
    for case in _cases("completion"):
        answer = read_answer(json.dumps(case["response"]).encode())
        message = case["response"]["choices"][0]["message"]
        if isinstance(message.get("content"), str) and message["content"]:
            assert answer.text == message["content"], case["id"]
        usage = case["response"].get("usage") or {}
        if usage.get("prompt_tokens") and usage.get("completion_tokens"):
            assert answer.usage, case["id"]
            assert answer.usage.input == usage["prompt_tokens"], case["id"]
            assert answer.usage.output >= usage["completion_tokens"], case["id"]
        checked += 1
    assert checked > 20
