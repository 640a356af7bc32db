"""From a Pydantic model to the JSON schema that endpoints accept, and from a model's text back to JSON.

What does not belong here: validation, which is Pydantic's.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

# Characters of an answer that are looked at; the output cap is far below.
MAX_ANSWER = 400_000
# Opening brackets tried before an answer is given up: prose may hold a few before the object begins.
MAX_STARTS = 32
_THINKING = re.compile(r"^\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_OPENING = re.compile(r"[{\[]")
_TRAILING_COMMA = re.compile(r",(\s{0,200}[}\]])")


@lru_cache(maxsize=128)  # 0.3 ms each time otherwise; read only
def response_format(schema: type[BaseModel]) -> dict[str, Any]:
    """The `response_format` of JSON-schema mode; strict where the schema allows it."""
    document = schema.model_json_schema()
    is_strict = _can_be_strict(document)
    if is_strict:
        _make_strict(document)
    # OpenAI: letters, digits, underscores and dashes, at most 64.
    name = re.sub(r"[^A-Za-z0-9_-]", "_", schema.__name__)[:64] or "answer"
    return {"type": "json_schema", "json_schema": {"name": name, "schema": document, "strict": is_strict}}


@lru_cache(maxsize=128)
def answer_tool(schema: type[BaseModel]) -> dict[str, Any]:
    """`tools` and `tool_choice` of tool mode: the model must call the one function, whose arguments are the answer."""
    form = response_format(schema)["json_schema"]
    function = {"name": form["name"], "description": "Gives the answer.", "parameters": form["schema"], "strict": form["strict"]}
    choice = {"type": "function", "function": {"name": form["name"]}}
    return {"tools": [{"type": "function", "function": function}], "tool_choice": choice}


@lru_cache(maxsize=128)
def schema_text(schema: type[BaseModel]) -> str:
    """The schema as one line of JSON, keys sorted: for prompts and for the cache's key."""
    return json.dumps(schema.model_json_schema(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _nodes(document: Any) -> Iterator[dict[str, Any]]:
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _objects(document: Any) -> Iterator[dict[str, Any]]:
    return (node for node in _nodes(document) if node.get("type") == "object")


def _can_be_strict(document: dict[str, Any]) -> bool:
    """Strict mode knows no open objects (`dict[str, ...]`)."""
    return all(isinstance(node.get("properties"), dict) and not node.get("additionalProperties") for node in _objects(document))


def _make_strict(document: dict[str, Any]) -> None:
    """Strict mode wants every property required, none beside them, and no defaults."""
    for node in _objects(document):
        node["required"] = list(node["properties"])
        node["additionalProperties"] = False
        for value in node["properties"].values():
            if isinstance(value, dict):
                value.pop("default", None)


class NotJson(ValueError):
    """The answer holds no JSON object or array."""


def read_json(answer: str) -> Any:
    """The JSON in a model's answer: thinking, code fences and prose around it are left out, trailing commas mended.

    Args:
        answer: What the model wrote; hostile.

    Raises:
        NotJson: There is none, or it is nested too deeply.
    """
    text = _THINKING.sub("", answer[:MAX_ANSWER]).strip()
    try:
        return _storable(_loads(text))
    except NotJson:
        pass
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", text)):
        found = _first_document(candidate)
        if found is not None:
            return _storable(found)
    raise NotJson("the answer is not JSON")


def storable_text(text: str) -> str:
    """Without NUL and lone surrogates, which JSON can write and PostgreSQL cannot store."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _storable(document: Any) -> Any:
    """What PostgreSQL can store.

    Raises:
        NotJson: A number is larger than any that JSON's readers agree on (RFC 8259, section 6): 1e999 is infinite.
    """
    root = [document]
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict) and any("\x00" in key or not key.isprintable() for key in node):
            cleaned = {storable_text(key): value for key, value in node.items()}
            node.clear()
            node.update(cleaned)
        for key, value in list(node.items()) if isinstance(node, dict) else list(enumerate(node)):
            if isinstance(value, str):
                node[key] = storable_text(value)
            elif isinstance(value, float) and not math.isfinite(value):
                raise NotJson("a number in the answer is too large")
            elif isinstance(value, dict | list):
                waiting.append(value)
    return root[0]


def _reject(constant: str) -> Any:
    raise NotJson(f"{constant} is not JSON")


def _loads(text: str) -> Any:
    try:
        return json.loads(text, strict=False, parse_constant=_reject)
    except (ValueError, RecursionError) as error:
        raise NotJson("the answer is not JSON") from error


def _first_document(text: str) -> Any:
    """The first object or array that is whole. An array inside a broken object is not taken for the answer."""
    decoder = json.JSONDecoder(strict=False, parse_constant=_reject)
    starts = [match.start() for match in _OPENING.finditer(text)][:MAX_STARTS]
    for start in starts:
        try:
            found, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) or (isinstance(found, list) and found and isinstance(found[0], dict)):
            return found
    return None
