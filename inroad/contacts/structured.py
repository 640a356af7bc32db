"""Structured data of any syntax as one kind of value: typed items with schema.org property names.

What lives here: the item, and the JSON-LD reader (https://www.w3.org/TR/json-ld11/, as far as pages use it: no remote contexts).
What does not: microdata and RDFa (`markup_data`), microformats (`microformats`), and what items mean for contacts
(`schema_contacts`).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from inroad.contacts.document import Document

MAX_ITEMS: Final = 3_000
MAX_VALUES: Final = 200
MAX_JSON_BLOCKS: Final = 100
_MAX_VALUE: Final = 5_000

_BLOCK_COMMENT = re.compile(
    r"^\s*(?:/\*.*?\*/|<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:/\*[^*]{0,100}\*/|-->|//\s*\]\]>|\]\]>)\s*$", re.DOTALL
)
_LINE_COMMENT = re.compile(r"^\s{0,200}//[^\n]{0,2000}$", re.MULTILINE)
_INNER_COMMENT = re.compile(r"^\s{0,200}/\*(?:[^*]|\*(?!/)){0,2000}\*/", re.MULTILINE)
_TRAILING_COMMA = re.compile(r",(\s{0,200}[}\]])")
_CONTROL = re.compile(r"[\x00-\x1f]")


@dataclass(slots=True)
class Item:
    """One thing that a page describes.

    Attributes:
        types: Its types without namespace, as written ("Organization", "Dentist").
        properties: Values by schema.org name, in the page's order; a value is text or another item.
        method: "json-ld", "microdata", "rdfa", "hcard", "opengraph" or "vcard".
        element: Index of the element it was read from.
        is_part: Whether another item holds it.
    """

    types: tuple[str, ...]
    method: str
    element: int
    properties: dict[str, list[str | Item]] = field(default_factory=dict)
    identifier: str = ""
    is_part: bool = False

    def add(self, name: str, value: str | Item) -> None:
        """Append a value; values beyond 200 a property are dropped."""
        values = self.properties.setdefault(name, [])
        if len(values) < MAX_VALUES and value != "":
            values.append(value)
            if isinstance(value, Item):
                value.is_part = True

    def texts(self, *names: str) -> list[str]:
        """The text values of properties; of items among them their `name` or `@value`."""
        found = []
        for name in names:
            for value in self.properties.get(name, ()):
                if isinstance(value, str):
                    found.append(value)
                else:
                    found.extend(v for v in value.properties.get("name", ())[:1] if isinstance(v, str))
        return found

    def text(self, *names: str) -> str:
        """The first text value of the first property that has one, tidied to one line."""
        return next((tidy for value in self.texts(*names) if (tidy := " ".join(value.split()))), "")

    def items(self, *names: str) -> list[Item]:
        """The item values of properties."""
        return [value for name in names for value in self.properties.get(name, ()) if isinstance(value, Item)]

    def is_a(self, *types: str) -> bool:
        """Whether one of its types is among the given."""
        return any(own in types for own in self.types)


def read_json_ld(document: Document) -> list[Item]:
    """Every item of the page's JSON-LD blocks, parts after what holds them; references by `@id` within the page resolved."""
    found: list[Item] = []
    by_id: dict[str, Item] = {}
    blocks = 0
    for index, code in document.scripts:
        kind = document.elements[index].attrs.get("type", "").lower()
        if "ld+json" not in kind or blocks >= MAX_JSON_BLOCKS:
            continue
        blocks += 1
        for value in load_lenient(code):
            _flatten(value, index, found, by_id)
    _resolve_references(found, by_id)
    return found


def load_lenient(code: str) -> Iterator[Any]:
    """Parse JSON as sites write it: comments, control characters, trailing commas, several values, entities.

    Yields:
        Each whole value; nothing where nothing can be read.
    """
    text = _BLOCK_COMMENT.sub("", code).strip().rstrip(";")
    for attempt in range(4):
        if attempt == 1:
            text = _TRAILING_COMMA.sub(r"\1", _INNER_COMMENT.sub("", _LINE_COMMENT.sub("", text)))
        elif attempt == 2:
            text = _CONTROL.sub(" ", text)
        elif attempt == 3:
            if "&quot;" not in text and "&#34;" not in text:
                return
            text = html.unescape(text)
        values, whole = _load_all(text)
        if whole or attempt == 3:
            yield from values
            return
        if attempt == 2 and values:
            yield from values
            return


def _load_all(text: str) -> tuple[list[Any], bool]:
    decoder = json.JSONDecoder(strict=False)
    values: list[Any] = []
    at = 0
    while at < len(text) and len(values) < MAX_JSON_BLOCKS:
        if text[at] in " \t\r\n,;":
            at += 1
            continue
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return values, False
        values.append(value)
    return values, True


def _flatten(root: Any, element: int, found: list[Item], by_id: dict[str, Item]) -> None:
    """Turn nested JSON into items, with a list of work instead of recursion."""
    work: list[tuple[Any, Item | None, str]] = [(root, None, "")]
    while work and len(found) < MAX_ITEMS:
        value, holder, name = work.pop()
        if isinstance(value, list):
            work.extend((part, holder, name) for part in reversed(value[:1_000]))
        elif isinstance(value, dict):
            if "@value" in value:
                work.append((value["@value"], holder, name))
                continue
            item = _item_of(value, element)
            if holder is not None:
                holder.add(name, item)
            found.append(item)
            if item.identifier and len(item.properties) + len(value) > 2:
                by_id.setdefault(item.identifier, item)
            inner = [
                (part, item, _short(key))
                for key, part in value.items()
                if isinstance(key, str) and key not in {"@context", "@type", "@id"}
            ]
            work.extend((part, None if key == "@graph" else item, key) for part, item, key in reversed(inner[:500]))
        elif holder is not None and value is not None:
            holder.add(name, str(value)[:_MAX_VALUE] if not isinstance(value, bool) else str(value).lower())


def _item_of(value: dict[str, Any], element: int) -> Item:
    types = value.get("@type") or value.get("type") or ()
    names = [types] if isinstance(types, str) else [t for t in types if isinstance(t, str)] if isinstance(types, list) else []
    identifier = value.get("@id")
    return Item(
        tuple(_short(name) for name in names[:20]),
        "json-ld",
        element,
        identifier=identifier if isinstance(identifier, str) else "",
    )


def _short(name: str) -> str:
    """A term without its namespace: `https://schema.org/Person`, `schema:Person` and `Person` are one."""
    if name.startswith("@"):
        return name
    return re.split(r"[/#:]", name[:300])[-1]


def _resolve_references(found: list[Item], by_id: dict[str, Item]) -> None:
    for item in found:
        for values in item.properties.values():
            for at, value in enumerate(values):
                if isinstance(value, Item) and value.identifier and not value.properties:
                    whole = by_id.get(value.identifier)
                    if whole is not None and whole is not item:
                        values[at] = whole
