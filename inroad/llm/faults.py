"""What went wrong at a model's endpoint, as the project's own errors.

What does not belong here: retrying and charging, which follow from the class of the error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inroad.guard.errors import InroadError, PermanentError, RateLimited, TransientError
from inroad.guard.retry import parse_retry_after

# Statuses after which another attempt may succeed, as the openai package has them (408, 409, 429, 5xx).
_RETRYABLE = frozenset({408, 409, 425})
_HINT = re.compile(
    r"try again in (?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,9}(?:\.\d{1,6})?)(ms|s))?", re.IGNORECASE | re.ASCII
)
# Characters of a stranger's message that are shown.
_SHOWN = 300


class RequestRefused(PermanentError):
    """The endpoint does not accept the request as it is; `wants_other_cap` and `is_about_format` say what may help."""

    reason = "llm-bad-request"

    def __init__(self, message: str, *, wants_other_cap: bool = False, is_about_format: bool = False) -> None:
        super().__init__(message)
        self.wants_other_cap = wants_other_cap
        self.is_about_format = is_about_format


class InvalidAnswer(PermanentError):
    """The model's answers did not fit the schema, after every re-ask."""

    reason = "llm-invalid-answer"


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What an error's body says, whatever its form.

    Attributes:
        message: For a person.
        code: The provider's code or type, lower case.
        param: The parameter it is about.
    """

    message: str
    code: str
    param: str


def read_error_body(body: bytes | str) -> ErrorBody:
    """Reads OpenAI's form ({"error": {...}}), its variations, plain text and HTML; never fails."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return ErrorBody("" if text.lstrip().startswith("<") else text[:_SHOWN], "", "")
    if isinstance(document, list) and document:
        document = document[0]
    inner = document.get("error", document) if isinstance(document, dict) else document
    if not isinstance(inner, dict):
        return ErrorBody(str(inner)[:_SHOWN], "", "")
    code = inner.get("code") or inner.get("type") or inner.get("status") or ""
    message = inner.get("message") or inner.get("detail") or ""
    return ErrorBody(str(message), str(code).lower(), str(inner.get("param") or ""))


def error_of(
    status: int, headers: Mapping[str, str], body: bytes | str, *, endpoint: str, model: str, now: datetime | None = None
) -> InroadError:
    """The error for an answer that is none.

    Args:
        status: HTTP status.
        headers: With lower-case names, or any mapping that ignores case.
        body: As received; may be anything.
        endpoint: Host, for the message.
        model: For the message.
        now: What a date in Retry-After counts from.
    """
    said = read_error_body(body)
    told = f"{endpoint} answered {status}" + (f": {_one_line(said.message)}" if said.message else ".")
    if status == 429:
        return _rate_limited(told, headers, said, now)
    if status in _RETRYABLE or status >= 500:
        seconds = parse_retry_after(headers, now=now)
        slug = "llm-overloaded" if status in {503, 529} else "llm-unavailable"
        return RateLimited(told, retry_after_s=seconds, reason=slug) if seconds else TransientError(told, reason=slug)
    if status in {401, 403}:
        return PermanentError(told, reason="llm-key", mend="Check INROAD_LLM_API_KEY and what that key may use.")
    if status == 402:
        return PermanentError(told, reason="llm-credit", mend="Add credit at the provider, or use another endpoint.")
    return _bad_request(status, told, said, model)


def _rate_limited(told: str, headers: Mapping[str, str], said: ErrorBody, now: datetime | None) -> RateLimited:
    seconds = parse_retry_after(headers, now=now)
    if seconds is None:
        seconds = retry_hint(said.message)
    if "quota" in said.code or "billing" in said.code:
        return RateLimited(told, retry_after_s=seconds, reason="llm-quota", mend="Check plan and billing at the provider.")
    return RateLimited(told, retry_after_s=seconds, reason="llm-rate-limited")


def retry_hint(message: str) -> float | None:
    """Seconds from "Please try again in 1h2m3.5s", which OpenAI writes where it sends no header."""
    match = _HINT.search(message[:5000])
    if not match or not any(match.group(1, 2, 3)):
        return None
    hours, minutes, rest, unit = match.groups()
    seconds = float(rest or 0) / (1000 if (unit or "").lower() == "ms" else 1)
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + seconds


def _bad_request(status: int, told: str, said: ErrorBody, model: str) -> PermanentError:
    words = f"{said.code} {said.param} {said.message}".lower()
    if "content_filter" in said.code or "content management policy" in words:
        return PermanentError(told, reason="llm-content-filter")
    if "context_length" in words or "context length" in words or "too many tokens" in words or status == 413:
        return PermanentError(told, reason="llm-too-long", mend="Use a model with a longer context.")
    if status == 404 or "model_not_found" in words:
        mend = f"Check INROAD_LLM_MODEL ({model}) and INROAD_LLM_BASE_URL."
        return PermanentError(told, reason="llm-model", mend=mend)
    if status in {400, 422, 415, 501}:
        other_cap = "max_tokens" in words or "max_completion_tokens" in words
        return RequestRefused(told, wants_other_cap=other_cap, is_about_format=not other_cap)
    return PermanentError(told, reason="llm-refused", mend="Check INROAD_LLM_BASE_URL.")


def _one_line(text: str) -> str:
    return " ".join(text[: _SHOWN * 2].split())[:_SHOWN]
