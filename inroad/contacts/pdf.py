"""The text of a PDF as a page: a section for each of its pages, a paragraph for each line.

What lives here: reading bytes that anybody may have sent, within limits of size, pages, text and time. What does not: finding
contacts, which read the page that is made here like any other, and drawing.

pypdf bounds what a stream may unpack to and how many objects it may hold; the limits here are lower, because a company's sheet
needs 2 MB and a catalogue is not worth more.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Iterator
from html import escape
from typing import Any, Final

from pypdf import PageObject, PdfReader, apply_configuration

from inroad.guard.errors import PermanentError

MAX_BYTES: Final = 10_000_000
MAX_PAGES: Final = 30
MAX_CHARACTERS: Final = 400_000
TIME_LIMIT_S: Final = 5.0
READ_FROM: Final = "data-read-from"
"""Attribute of the made page's root that says what it was made of."""
MEDIA_TYPE: Final = "application/pdf"
_MAX_LINKS: Final = 200
_LIMITS: Final[dict[str, Any]] = {
    "maximum_declared_stream_length": MAX_BYTES,
    "zlib_maximum_output_length": 20_000_000,
    "lzw_maximum_output_length": 20_000_000,
    "run_length_maximum_output_length": 20_000_000,
    "array_based_stream_maximum_output_length": 20_000_000,
    "stream_decoding_work_maximum_length": 60_000_000,
    "stream_parsing_work_maximum_count": 500_000,
    "page_tree_maximum_entries": 20_000,
    "xform_maximum_invocations_per_extraction": 500,
}
# It reports each fault of a file as a warning; faulty files are the rule.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


class UnreadablePdf(PermanentError):
    """A PDF is damaged, encrypted, larger than is read, or holds no text."""

    reason = "unreadable-pdf"


def is_pdf(body: bytes) -> bool:
    """Whether a document is a PDF: its mark stands within the first 1,024 bytes (ISO 32000-1, annex H.3.4.1)."""
    return b"%PDF-" in body[:1_024]


def pdf_as_html(body: bytes) -> str:
    """A PDF's text as an HTML page.

    Args:
        body: The file.

    Returns:
        A page whose root says `data-read-from="application/pdf"`, with a section `#page-N` for each of the first 30 pages, their
        lines as paragraphs and their links. Characters are at most 400,000; what takes longer than 5 s of processor time is cut.

    Raises:
        UnreadablePdf: It is damaged, encrypted, larger than 10 MB, or holds no text.
    """
    if len(body) > MAX_BYTES or not is_pdf(body):
        raise UnreadablePdf(f"The document is no PDF of at most {MAX_BYTES:,} bytes.")
    sections: list[str] = []
    try:
        with apply_configuration(**_LIMITS):
            reader = PdfReader(io.BytesIO(body))
            title = _title(reader)
            sections.extend(_sections(reader))
    except Exception as error:  # a hostile file makes a parser raise anything; what was read before it counts
        if not sections:
            raise UnreadablePdf(f"The PDF cannot be read: {type(error).__name__}.") from error
    if not sections:
        raise UnreadablePdf("The PDF holds no text; a scan has none.")
    head = f"<head><title>{escape(title)}</title></head>"
    return f'<!doctype html><html {READ_FROM}="{MEDIA_TYPE}">{head}<body>{"".join(sections)}</body></html>'


def _title(reader: PdfReader) -> str:
    found = reader.metadata.title if reader.metadata else None
    return " ".join(str(found or "").split())[:300]


class _OutOfTime(Exception):
    """The time for this file is used up."""


def _sections(reader: PdfReader) -> Iterator[str]:
    deadline, room = time.thread_time() + TIME_LIMIT_S, MAX_CHARACTERS

    def watch(*_: Any) -> None:
        if time.thread_time() > deadline:
            raise _OutOfTime

    for number, page in enumerate(reader.pages, 1):
        if number > MAX_PAGES or room <= 0:
            return
        try:
            text = page.extract_text(visitor_operand_before=watch)[:room]
        except _OutOfTime:
            return
        room -= len(text)
        lines = [" ".join(line.split()) for line in text.replace("\x00", "").splitlines()]
        content = "".join(f"<p>{escape(line)}</p>" for line in lines if line) + "".join(_links(page))
        if content:
            yield f'<section id="page-{number}">{content}</section>'


def _links(page: PageObject) -> Iterator[str]:
    """The targets of link annotations; their words stand in the page's text."""
    annotations = page.get("/Annots")
    for reference in list(annotations.get_object() if annotations is not None else ())[:_MAX_LINKS]:
        action = reference.get_object().get("/A")
        uri = action.get_object().get("/URI") if action is not None else None
        if isinstance(uri, str) and len(uri) <= 1_000:
            yield f'<a href="{escape(uri)}"></a>'
