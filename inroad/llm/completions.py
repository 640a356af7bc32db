"""What an endpoint's answer says: text, finish reason, refusal, usage; hostile, and different from endpoint to endpoint.

What does not belong here: sending (`endpoint`), errors of an endpoint (`faults`), and whether the text fits a schema (`reading`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inroad.guard.errors import TransientError

# Tokens in a usage report beyond which it is not believed: the longest context and the longest answer of any model are below.
MAX_USAGE = 20_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the endpoint reported them; `cached` are part of `input`."""

    input: int
    output: int
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    Attributes:
        text: What the model wrote; empty where it refused.
        finish_reason: "stop", "length", "content_filter", "tool_calls", ... or empty.
        refusal: The model's own words of refusal; empty for none.
        usage: None where the endpoint reported none that can be believed.
    """

    text: str
    finish_reason: str
    refusal: str
    usage: Usage | None


class Unfinished(TransientError):
    """The request was sent and no whole answer arrived; it may have been charged."""

    reason = "llm-cut"


def read_answer(body: bytes, host: str = "the endpoint", *, is_tool: bool = False) -> Answer:
    """Reads a completion; what is missing or of the wrong type is empty, because endpoints differ.

    Args:
        body: As received.
        host: For the message.
        is_tool: A tool was to be called: its arguments are the answer, and text beside them is talk.

    Raises:
        Unfinished: The body is no completion at all; it may have been charged.
    """
    try:
        document = json.loads(body)
        choice = document["choices"][0]
        message = choice["message"]
        if not isinstance(message, dict):
            raise TypeError("message")
    except (ValueError, LookupError, TypeError, RecursionError):
        raise Unfinished(f"{host} answered with something that is no completion.", reason="llm-malformed") from None
    return Answer(
        text=(is_tool and _arguments(message)) or _text_of(message),
        finish_reason=_string(choice.get("finish_reason")),
        refusal=_string(message.get("refusal")),
        usage=_usage_of(document.get("usage")),
    )


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _text_of(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):  # parts, as Mistral's reasoning models send them
        return "".join(_string(part.get("text")) for part in content if isinstance(part, dict) and part.get("type") == "text")
    # Some endpoints turn JSON-schema mode into a tool call; its arguments are the answer.
    return _string(content) if content else _arguments(message)


def _arguments(message: Mapping[str, Any]) -> str:
    """What the first tool is called with; empty where none is."""
    calls = message.get("tool_calls")
    if isinstance(calls, list) and calls and isinstance(calls[0], dict) and isinstance(calls[0].get("function"), dict):
        return _string(calls[0]["function"].get("arguments"))
    return ""


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_USAGE else None


def _usage_of(usage: Any) -> Usage | None:
    """Tokens used; the total wins where it is larger, because some providers leave reasoning out of the completion's count."""
    if not isinstance(usage, dict):
        return None
    given, made = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
    if given is None or made is None or given + made == 0:
        return None
    details = usage.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else None
    total = _count(usage.get("total_tokens", 0))
    if total is None:
        return None
    return Usage(given, max(made, total - given), min(cached or 0, given))
