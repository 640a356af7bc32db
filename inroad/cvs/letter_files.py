"""A draft as files: PDF, DOCX and text, each read back before it is kept.

What does not belong here: what a draft says (`letters`).
"""

from __future__ import annotations

import io
import re
import textwrap
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import docx

from inroad.cvs.docx import read_docx, repack
from inroad.cvs.docx_styles import set_page, set_properties, set_styles
from inroad.cvs.glyphs import choose_families
from inroad.cvs.layout import Document
from inroad.cvs.letters import Draft
from inroad.cvs.looks import DEFAULT_PAPER, DEFAULT_TEMPLATE, find_look, find_paper
from inroad.cvs.model import CvBlocked, Finding
from inroad.cvs.pdf import compile_template, read_pdf
from inroad.cvs.rendering import CREATED_AT_S
from inroad.cvs.text import TEXT_WIDTH


def draw_letter(draft: Draft, *, template: str = DEFAULT_TEMPLATE, paper: str = DEFAULT_PAPER) -> dict[str, bytes]:
    """Draw a letter as PDF, DOCX and text.

    Args:
        draft: The letter.
        template: Whose colours and fonts it takes.
        paper: One of `looks.PAPERS`.

    Returns:
        File of each format; the same draft gives the same bytes.

    Raises:
        CvBlocked: A character cannot be drawn, or a file does not give every line back.
    """
    _, lacking = choose_families("".join(iter_lines(draft)))
    if lacking:
        shown = ", ".join(f"{char} (U+{ord(char):04X})" for char in lacking[:8])
        raise CvBlocked([Finding("block", "glyph", "", f"no font has a glyph for {shown}")])
    files = {
        "pdf": compile_template("letter", _data(draft), "".join(iter_lines(draft)), draft.subject, template, paper),
        "docx": _draw_docx(draft, template, paper),
        "txt": draw_letter_text(draft).encode(),
    }
    for name, text in (("PDF", read_pdf(files["pdf"])), ("DOCX", read_docx(files["docx"]))):
        lost = _first_lost(draft, text)
        if lost:
            raise CvBlocked([Finding("block", "read-back", "", f"the {name} does not give back {lost[:80]!r} in its place")])
    return files


def draw_letter_text(draft: Draft) -> str:
    """Draw a draft as plain text, ready to be pasted into a mail."""
    lines = [draft.subject, "", draft.salutation, ""]
    for index, part in enumerate(draft.parts):
        is_deed = part.kind == "deed" and len(draft.parts) > 3
        mark = "- " if is_deed else ""
        lines += textwrap.wrap(
            part.shown, TEXT_WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip
        following = draft.parts[index + 1].kind if index + 1 < len(draft.parts) else ""
        lines += [] if is_deed and following == "deed" else [""]
    return "\n".join([*lines, draft.regards, draft.name, *draft.contacts]) + "\n"


def iter_lines(draft: Draft) -> Iterator[str]:
    """Yield every text of a letter in the order in which it is read."""
    yield draft.name
    yield from draft.contacts
    yield draft.subject
    yield draft.salutation
    yield from (part.shown for part in draft.parts)
    yield draft.regards


def _data(draft: Draft) -> dict[str, Any]:
    return asdict(draft) | {"parts": [{"kind": part.kind, "text": part.shown} for part in draft.parts]}


def _draw_docx(draft: Draft, template: str, paper: str) -> bytes:
    word = docx.Document()
    set_page(word, find_paper(paper))
    set_properties(word, Document(draft.language, draft.name, draft.subject, (), ()), datetime.fromtimestamp(CREATED_AT_S, UTC))
    set_styles(word, find_look(template), draft.language)
    word.add_paragraph(draft.name, style="Title")
    if draft.contacts:
        word.add_paragraph(" | ".join(draft.contacts), style="Contact")
    word.add_paragraph(draft.subject, style="Heading 2")
    word.add_paragraph(draft.salutation)
    for part in draft.parts:
        word.add_paragraph(part.shown, style="List Bullet" if part.kind == "deed" else "Normal")
    word.add_paragraph(draft.regards)
    word.add_paragraph(draft.name)
    buffer = io.BytesIO()
    word.save(buffer)
    return repack(buffer.getvalue())


def _first_lost(draft: Draft, text: str) -> str | None:
    squeezed, position = _squeezed(text), 0
    for line in filter(None, map(_squeezed, iter_lines(draft))):
        found = squeezed.find(line, position)
        if found < 0:
            return line
        position = found + len(line)
    return None


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
