"""How a model's answer is read: as an instance of the schema, or with one sentence on what is wrong with it.

What does not belong here: asking again (`conversation`) and finding JSON in what a model wrote (`schema`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from inroad.llm.completions import Answer
from inroad.llm.schema import NotJson, read_json, schema_text

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Reading(Generic[S]):
    """An answer as the schema's instance, or what is wrong with it."""

    answer: Answer
    found: S | None
    fault: str


@dataclass(frozen=True, slots=True)
class Reader(Generic[S]):
    """How an answer is read, and the cache's key for it."""

    schema: type[S]
    check: Callable[[S], str | None] | None
    key: str

    def read(self, answer: Answer) -> Reading[S]:
        """The answer's reading; a refusal is none."""
        if answer.refusal or answer.finish_reason == "content_filter":
            return Reading(answer, None, "refused")
        found, fault = read_as(answer, self.schema, self.check)
        return Reading(answer, found, fault)

    def stored(self, document: Any) -> S | None:
        """A stored answer, if it still fits."""
        try:
            found = self.schema.model_validate(document)
        except ValidationError:
            return None
        return None if self.check and self.check(found) else found


def cache_key(base_url: str, model: str, version: str, schema: type[BaseModel], prompt: str) -> str:
    """SHA-256 over everything that the answer depends on."""
    parts = json.dumps([base_url, model, version, schema_text(schema), prompt])
    return hashlib.sha256(parts.encode()).hexdigest()


def read_as(answer: Answer, schema: type[S], check: Callable[[S], str | None] | None = None) -> tuple[S | None, str]:
    """The answer as the schema's instance, or None and one sentence on what is wrong with it."""
    try:
        found = schema.model_validate(read_json(answer.text))
    except NotJson as error:
        return None, "It was cut off at the length limit; be shorter." if answer.finish_reason == "length" else f"{error}."
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[:5]
        return None, "; ".join(f"{'.'.join(map(str, item['loc'])) or 'answer'}: {item['msg']}" for item in first)[:1000]
    if not _is_storable(found):
        return None, "A number in it is not finite, or it is nested too deeply."
    fault = check(found) if check else None
    return (None, fault) if fault else (found, "")


def _is_storable(found: BaseModel) -> bool:
    """Whether JSON can carry it: a schema's numbers may be written "Infinity" in words, which Pydantic reads."""
    try:
        json.dumps(found.model_dump(mode="json"), allow_nan=False)
    except (ValueError, RecursionError):
        return False
    return True
