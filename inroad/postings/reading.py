"""A posting given by hand: an HTML page, plain text or a PDF, as bytes.

The person says that it is a posting, so nothing here doubts it; what cannot be read is named.
"""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any, Final

from inroad.guard.errors import PermanentError
from inroad.postings.assembly import Draft, build_posting
from inroad.postings.careers import find_posting_links
from inroad.postings.documents import decode, parse_html
from inroad.postings.extraction import extract_postings
from inroad.postings.model import Posting
from inroad.postings.pages import main_region, meta, page_lines, page_title, text_of_lines
from inroad.postings.plaintext import one_line, tidy_lines
from inroad.postings.sections import heading_kind

MAX_SOURCE_BYTES: Final = 20_000_000
MAX_PDF_PAGES: Final = 50
MIN_TEXT_CHARS: Final = 40

_HTML: Final = re.compile(r"<(?:!doctype html|html|head|body|div|p|h[1-6]|ul|article|section|table)\b", re.IGNORECASE)
_TITLE_LABEL: Final = re.compile(
    r"\A(?:job title|title|position|role|stelle|stellenbezeichnung|poste|intitulé du poste|puesto)\s*:\s*(?=\S)", re.IGNORECASE
)
_OTHER_FORMATS: Final = {
    b"PK\x03\x04": "a Word, OpenDocument or zip file",
    b"\xd0\xcf\x11\xe0": "an old Word file",
    b"{\\rtf": "an RTF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a gzip file",
}


def read_posting(source: bytes, *, url: str, media_type: str | None = None, read_on: date | None = None) -> Posting:
    """Reads a posting that a person hands in.

    Args:
        source: The file's or answer's bytes, at most `MAX_SOURCE_BYTES`.
        url: Where it came from: its address, or a file's URL or path.
        media_type: Content-Type, when known; the bytes themselves decide where it says nothing.
        read_on: The day on which it was fetched, for "posted 3 days ago".

    Returns:
        The posting; its title from the page's structured data, heading or first line.

    Raises:
        PermanentError: Nothing can be read; the reason is one of "empty-posting", "too-large", "unreadable-pdf", "encrypted-pdf",
            "scanned-pdf", "pdf-support-missing", "unsupported-format", "posting-list".
    """
    if len(source) > MAX_SOURCE_BYTES:
        raise PermanentError(
            f"The posting {url:.200} has {len(source):,} bytes; at most {MAX_SOURCE_BYTES:,} are read.", reason="too-large"
        )
    if not source.strip():
        raise PermanentError(f"The posting {url:.200} is empty.", reason="empty-posting")
    kind = (media_type or "").partition(";")[0].strip().lower()
    if source[:1024].lstrip().startswith(b"%PDF-") or kind == "application/pdf":
        return _from_text(_pdf_text(source, url), url)
    other = next((name for magic, name in _OTHER_FORMATS.items() if source.startswith(magic)), None)
    if other is not None:
        raise PermanentError(
            f"The posting {url:.200} is {other}.", reason="unsupported-format", mend="Give it as HTML, PDF or plain text."
        )
    text = decode(source)
    if kind in {"text/html", "application/xhtml+xml"} or (kind != "text/plain" and _HTML.search(text[:20_000])):
        return _from_html(text, url, read_on)
    return _from_text(text, url)


def _from_html(text: str, url: str, read_on: date | None) -> Posting:
    postings = extract_postings(text, url=url, read_on=read_on)
    if postings:
        here = [posting for posting in postings if posting.url.rstrip("/") == url.rstrip("/")]
        return max(here or postings, key=lambda posting: len(posting.description))
    links = find_posting_links(text, url=url)
    tree = parse_html(text)
    region, title = main_region(tree), page_title(tree)
    body = text_of_lines(page_lines(region)) if region is not None else ""
    if len(links) >= 3 and not any(heading_kind(line) in {"must", "responsibilities"} for line in body.split("\n")):
        raise PermanentError(
            f"The page {url:.200} lists {len(links)} jobs and is not one posting.",
            reason="posting-list",
            mend="Give the address of one of them.",
        )
    if title is None:
        return _from_text(body, url)
    return _built(Draft(title=title, company=meta(tree, "og:site_name"), description=[(None, body)]), url)


def _from_text(text: str, url: str) -> Posting:
    """Plain text: the title is the first line that is not a section's heading, or the line that is labelled so."""
    lines = tidy_lines(text).split("\n")
    labelled = next((index for index, line in enumerate(lines[:40]) if _TITLE_LABEL.match(line)), None)
    index = (
        labelled
        if labelled is not None
        else next((i for i, line in enumerate(lines) if line and heading_kind(line) is None), None)
    )
    if index is None:
        raise PermanentError(f"The posting {url:.200} holds no text.", reason="empty-posting")
    title = one_line(_TITLE_LABEL.sub("", lines[index]).removeprefix("- "), limit=300)
    rest = "\n".join(lines[index + 1 :]).strip()
    return _built(Draft(title=title, description=[(None, rest or lines[index])]), url)


def _built(draft: Draft, url: str) -> Posting:
    posting = build_posting(draft, source="file", base_url=url)
    if posting is None or len(posting.description) < MIN_TEXT_CHARS:
        raise PermanentError(
            f"The posting {url:.200} holds no description.", reason="empty-posting", mend="Paste the posting's text into a file."
        )
    return posting


def _pdf_text(source: bytes, url: str) -> str:
    try:
        import pypdf
    except ImportError as missing:
        raise PermanentError(
            f"The posting {url:.200} is a PDF, and the package pypdf is not installed.",
            reason="pdf-support-missing",
            mend="Install it with `pip install pypdf`, or give the posting as text.",
        ) from missing
    try:
        pages = _pdf_pages(pypdf.PdfReader(io.BytesIO(source), strict=False))
    except Exception as fault:
        raise PermanentError(f"The PDF {url:.200} is damaged: {type(fault).__name__}.", reason="unreadable-pdf") from fault
    if pages is None:
        raise PermanentError(f"The PDF {url:.200} is protected by a password.", reason="encrypted-pdf")
    text = unwrap_lines("\n".join(pages))
    if len(text.strip()) < MIN_TEXT_CHARS:
        raise PermanentError(
            f"The PDF {url:.200} holds no text; it is probably a scan.", reason="scanned-pdf", mend="Give it as text or HTML."
        )
    return text


def _pdf_pages(reader: Any) -> list[str] | None:
    """Text of at most `MAX_PDF_PAGES` pages; None when a password is needed."""
    if reader.is_encrypted and not reader.decrypt(""):
        return None
    return [reader.pages[index].extract_text() or "" for index in range(min(len(reader.pages), MAX_PDF_PAGES))]


def unwrap_lines(text: str) -> str:
    """Joins lines that a page's width broke: the second goes on in lower case where the first ended in mid-sentence."""
    out: list[str] = []
    for line in tidy_lines(text).split("\n"):
        goes_on = bool(line) and line[0].islower() and bool(out) and len(out[-1]) > 40 and out[-1][-1] not in ".:;!?"
        if goes_on:
            out[-1] = out[-1][:-1] + line if out[-1].endswith("-") and out[-1][-2:-1].isalpha() else f"{out[-1]} {line}"
        else:
            out.append(line)
    return "\n".join(out)
