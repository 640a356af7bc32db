"""A CV as Markdown, plain text and JSON."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from inroad.cvs.layout import Document, Entry, Link

TEXT_WIDTH = 96  # characters


def draw_markdown(document: Document) -> str:
    """Draw the document as CommonMark; what a person wrote is escaped, so that it never becomes markup."""
    return "\n".join(_markdown_lines(document)).strip() + "\n"


def draw_text(document: Document) -> str:
    """Draw the document as plain text of at most 96 characters a line, words never broken."""
    return "\n".join(_text_lines(document)).strip() + "\n"


def draw_json(resume: Mapping[str, Any]) -> str:
    """Write the JSON Resume, keys in the document's order."""
    return json.dumps(resume, ensure_ascii=False, indent=2) + "\n"


def _markdown_lines(document: Document) -> Iterator[str]:
    yield f"# {_escape(document.name)}\n" if document.name else ""
    yield f"{_escape(document.headline)}\n" if document.headline else ""
    yield " | ".join(map(_markdown_link, document.contacts)) + "\n" if document.contacts else ""
    for section in document.sections:
        yield f"\n## {_escape(section.title)}\n"
        yield f"{_escape(section.text)}\n" if section.text else ""
        for entry in section.entries:
            yield from _markdown_entry(entry)
        yield from (
            f"- **{_escape(name)}**: {_escape(text)}" if name and text else f"- {_escape(name or text)}"
            for name, text in section.pairs
        )


def _markdown_entry(entry: Entry) -> Iterator[str]:
    yield f"\n### {_escape(entry.title)}\n" if entry.title else ""
    place = " | ".join(_escape(part) for part in (entry.place, entry.dates) if part)
    yield f"{place}\n" if place else ""
    yield f"*{_escape(entry.note)}*\n" if entry.note else ""
    yield f"{_markdown_link(entry.link)}\n" if entry.link else ""
    yield from (f"{_escape(text)}\n" for text in entry.texts)
    yield from (f"- {_escape(text)}" for text in entry.bullets)


def _markdown_link(link: Link) -> str:
    if not link.url:
        return _escape(link.text)
    target = re.sub(r"[<>\\\s]", "", link.url)
    return f"[{_escape(link.text)}](<{target}>)"


def _escape(text: str) -> str:
    """Escape what CommonMark would read as markup: inline signs anywhere, block signs at the start of the line."""
    text = re.sub(r"([\\`*\[\]<>])|(?<!\w)_|_(?!\w)", lambda found: "\\" + found[0], text)
    return re.sub(r"^(#{1,6}(?=\s)|[-+](?=\s)|=+$|-+$|\d{1,9}(?=[.)]\s))", lambda found: _escape_block(found[0]), text)


def _escape_block(sign: str) -> str:
    return f"{sign}\\" if sign[0].isdigit() else f"\\{sign}"


def _text_lines(document: Document) -> Iterator[str]:
    yield document.name
    yield document.headline
    yield from _wrap(" | ".join(contact.text for contact in document.contacts))
    for section in document.sections:
        yield f"\n{section.title.upper()}\n{'-' * len(section.title)}"
        yield from _wrap(section.text)
        for entry in section.entries:
            yield from _text_entry(entry)
        for name, text in section.pairs:
            yield from _wrap(f"{name}: {text}" if name and text else name or text)


def _text_entry(entry: Entry) -> Iterator[str]:
    yield ""
    yield from _wrap(entry.title)
    yield from _wrap(" | ".join(part for part in (entry.place, entry.dates) if part))
    yield from _wrap(" ".join(part for part in (entry.note, entry.link.text if entry.link else "") if part))
    for text in entry.texts:
        yield from _wrap(text)
    for text in entry.bullets:
        yield from _wrap(text, first="- ", rest="  ")


def _wrap(text: str, *, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text, TEXT_WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
