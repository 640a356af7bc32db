"""Structured data in a page: JSON-LD, microdata and RDFa, all brought to the same form of nested dictionaries.

An item is a dictionary with "@type" and property names without prefix. Only finding and mending happens here; what a
JobPosting's properties mean is read in `inroad.postings.jobposting`. Sources: JSON-LD 1.1, HTML Living Standard section
"Microdata", RDFa Lite 1.1.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from inroad.postings.json_mending import mend_syntax
from inroad.postings.plaintext import walk

MAX_BLOCK_CHARS: Final = 2_000_000
MAX_MENDED_CHARS: Final = 300_000
"""Mending reads a block character by character, about 0.3 s a million; longer blocks must be right as they are."""

MAX_BLOCKS: Final = 200
MAX_VALUES: Final = 100_000
"""JSON values visited in one page; a page of a thousand jobs has about 30,000."""

Item = dict[str, Any]

_PREFIX = re.compile(r"\A(?:https?://(?:www\.)?schema\.org/|schema:|s:)", re.IGNORECASE)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_BAD_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])|\\u(?![0-9a-fA-F]{4})")
_WRAPPING = re.compile(
    r"\A\s*(?:<!--|<!\[CDATA\[|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?://\s*)?(?:-->|\]\]>)(?:\s*\*/)?\s*\Z"
)
_LINE_COMMENT = re.compile(r"^[ \t]*//[^\n]*$", re.MULTILINE)


def local_name(name: str) -> str:
    """A type or property name without the schema.org prefix."""
    return _PREFIX.sub("", name.strip())


def types_of(item: Item) -> frozenset[str]:
    """The local names of an item's types."""
    declared = item.get("@type") or item.get("type")
    names = declared if isinstance(declared, list) else [declared]
    found = (local_name(name) for name in names[:20] if isinstance(name, str))
    return frozenset(name[:1].upper() + name[1:] for name in found)


def _loads(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _escape_stray_quotes(text: str) -> str:
    """Escapes quotes that stand inside a string: a closing quote is followed by one of `,:]}` or the end."""
    out: list[str] = []
    inside = escaped = False
    for index, char in enumerate(text):
        if not inside:
            inside = char == '"'
        elif escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            rest = text[index + 1 : index + 40].lstrip()
            inside = bool(rest) and rest[0] not in ",:]}"
            if inside:
                out.append("\\")
        out.append(char)
    return "".join(out)


def _close_open_brackets(text: str) -> str:
    """Completes a block that was cut off: closes an open string and every open bracket."""
    open_brackets: list[str] = []
    inside = escaped = False
    for char in text:
        if inside:
            escaped, inside = (False, True) if escaped else (char == "\\", char != '"')
        elif char == '"':
            inside = True
        elif char in "{[":
            open_brackets.append("}" if char == "{" else "]")
        elif char in "}]" and open_brackets:
            open_brackets.pop()
    tail = ('"' if inside else "") + "".join(reversed(open_brackets))
    return (text.rstrip("\\") if inside else text.rstrip(",: \t\r\n")) + tail


def load_json(text: str) -> list[Any]:
    """Reads a JSON-LD block, mending what sites commonly break.

    Mended: comments and CDATA around the block, control characters, HTML-escaped quotes, trailing commas and semicolons, bad
    escapes, unescaped quotes inside text, several objects in one block, a block cut off at its end, and JavaScript for JSON.

    Args:
        text: Content of the script element; longer than `MAX_BLOCK_CHARS` is not read.

    Returns:
        The documents in it; empty when it cannot be read.
    """
    if len(text) > MAX_BLOCK_CHARS:
        return []
    text = _WRAPPING.sub("", text.strip().lstrip("\ufeff")).strip().rstrip(";").strip()
    if not text:
        return []
    whole = _loads(text)
    if whole is not None:
        return [whole]
    if len(text) > MAX_MENDED_CHARS:
        return _concatenated(text)
    mended = [text, html.unescape(text) if "&quot;" in text[:200] else text]
    mended.append(_BAD_ESCAPE.sub(r"\\\\", _TRAILING_COMMA.sub(r"\1", _LINE_COMMENT.sub("", mended[1]))))
    mended.append(_TRAILING_COMMA.sub(r"\1", _escape_stray_quotes(mended[2])))
    mended.append(_TRAILING_COMMA.sub(r"\1", mend_syntax(mended[1])))
    for attempt in dict.fromkeys(mended[1:]):
        value = _loads(attempt)
        if value is not None:
            return [value]
    return _concatenated(mended[2]) or [value for value in [_loads(_close_open_brackets(mended[2]))] if value is not None]


def _concatenated(text: str) -> list[Any]:
    decoder = json.JSONDecoder(strict=False)
    values: list[Any] = []
    position = 0
    while position < len(text) and len(values) < MAX_BLOCKS:
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        values.append(value)
        while position < len(text) and text[position] in " \t\r\n,;":
            position += 1
    return values


def _plain_keys(item: Item) -> Item:
    return {local_name(key): value for key, value in item.items() if isinstance(key, str)}


def items_in(value: Any) -> Iterator[Item]:
    """Every dictionary inside a JSON value, in document order, without recursion, at most `MAX_VALUES` values."""
    stack: list[Any] = [value]
    seen = 0
    while stack and seen < MAX_VALUES:
        current = stack.pop()
        seen += 1
        if isinstance(current, dict):
            yield current
            stack.extend(reversed([child for child in current.values() if isinstance(child, dict | list)]))
        elif isinstance(current, list):
            stack.extend(reversed([child for child in current if isinstance(child, dict | list)]))


def json_ld_items(tree: LexborHTMLParser, wanted: frozenset[str]) -> list[Item]:
    """Items of the wanted types in a page's JSON-LD, with references by "@id" to other items filled in.

    Args:
        tree: The parsed page.
        wanted: Local type names, such as {"JobPosting"}.

    Returns:
        Items in document order.
    """
    everything: list[Item] = []
    blocks = 0
    for node in tree.css("script")[:2_000]:
        kind = (node.attributes.get("type") or "").lower()
        if "ld+json" not in kind and kind != "application/json+ld":
            continue
        blocks += 1
        if blocks > MAX_BLOCKS:
            break
        for document in load_json(node.text()):
            everything.extend(_plain_keys(item) for item in items_in(document))
        if len(everything) > MAX_VALUES:
            break
    by_id = {item["@id"]: item for item in everything if isinstance(item.get("@id"), str) and len(item) > 1}
    return [_resolved(item, by_id) for item in everything if types_of(item) & wanted]


def _resolved(item: Item, by_id: dict[str, Item]) -> Item:
    """Replaces {"@id": ...} values by the items they name, one level deep."""

    def fill(value: Any) -> Any:
        if isinstance(value, dict) and set(value) <= {"@id", "@type"} and isinstance(value.get("@id"), str):
            return by_id.get(value["@id"], value)
        return value

    return {key: [fill(v) for v in value] if isinstance(value, list) else fill(value) for key, value in item.items()}


# --- attributes in the markup itself: microdata and RDFa Lite -------------------------------------------------------------

_SYNTAXES: Final = {"microdata": ("itemscope", "itemtype", "itemprop"), "rdfa": ("typeof", "typeof", "property")}
_URL_ATTRIBUTES: Final = {
    "a": "href",
    "area": "href",
    "link": "href",
    "img": "src",
    "iframe": "src",
    "embed": "src",
    "object": "data",
}


def _value_of(node: LexborNode, *, as_markup: bool) -> str | None:
    attributes = node.attributes
    if "content" in attributes:
        return attributes["content"]
    tag = node.tag or ""
    if tag in _URL_ATTRIBUTES and not as_markup:
        return attributes.get(_URL_ATTRIBUTES[tag]) or attributes.get("resource")
    if tag == "time" and attributes.get("datetime"):
        return attributes["datetime"]
    if tag in {"data", "meter"} and attributes.get("value"):
        return attributes["value"]
    return node.inner_html if as_markup else node.text(separator=" ").strip()


def _add(item: Item, name: str, value: Any) -> None:
    known = item.get(name)
    if known is None:
        item[name] = value
    elif isinstance(known, list):
        known.append(value)
    else:
        item[name] = [known, value]


# Texts whose line breaks and lists matter are kept as markup; a link around a title is still its text.
_MARKUP_PROPERTIES: Final = frozenset(
    {"description", "responsibilities", "qualifications", "skills", "experienceRequirements", "educationRequirements"}
    | {"jobBenefits", "incentiveCompensation", "benefits", "workHours"}
)
_TEXT_PROPERTIES: Final = frozenset({"title", "name", "hiringOrganization", "jobLocation", "addressLocality", "employmentType"})


def attribute_items(tree: LexborHTMLParser, wanted: frozenset[str], *, syntax: str) -> list[Item]:
    """Items of the wanted types written in attributes.

    Args:
        tree: The parsed page.
        wanted: Local type names.
        syntax: "microdata" or "rdfa".

    Returns:
        Items in document order; nested items are nested dictionaries.
    """
    scope, type_name, _ = _SYNTAXES[syntax]
    roots = [
        node
        for node in tree.css(f"[{scope}][{type_name}]")[:2_000]
        if {local_name(name) for name in (node.attributes.get(type_name) or "").split()} & wanted
    ]
    return [_read_item(node, syntax) for node in roots[:MAX_BLOCKS]]


def _read_item(root: LexborNode, syntax: str) -> Item:
    scope, type_name, property_name = _SYNTAXES[syntax]
    item: Item = {"@type": [local_name(name) for name in (root.attributes.get(type_name) or "").split()]}
    stack: list[tuple[LexborNode, Item]] = [(root, item)]
    for event, node in walk(root):
        if event == "text" or node.mem_id == root.mem_id:
            continue
        if event == "close":
            if stack[-1][0].mem_id == node.mem_id:
                stack.pop()
            continue
        attributes = node.attributes
        names = [local_name(name) for name in (attributes.get(property_name) or "").split()[:10]]
        nested: Item | None = None
        if scope in attributes:
            nested = {"@type": [local_name(name) for name in (attributes.get(type_name) or "").split()]}
        for name in names:
            _add(stack[-1][1], name, nested if nested is not None else _property(node, name))
        if nested is not None:
            stack.append((node, nested))
    return item


def _property(node: LexborNode, name: str) -> str | None:
    if name in _MARKUP_PROPERTIES:
        return _value_of(node, as_markup=True)
    if name in _TEXT_PROPERTIES and "content" not in node.attributes:
        return node.text(separator=" ").strip()
    return _value_of(node, as_markup=False)
