"""Postings in one page: the front door `extract_postings`.

Order of belief: JSON-LD, microdata, RDFa; only a page without any of them is read by its headings. Boards' feeds are read
in `inroad.postings.boards`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from inroad.postings.assembly import MAX_DESCRIPTION_CHARS, build_posting
from inroad.postings.conditions import workplace
from inroad.postings.dates import days_ago
from inroad.postings.documents import parse_html
from inroad.postings.jobposting import draft_of
from inroad.postings.languages import detect_language
from inroad.postings.model import Posting
from inroad.postings.pages import (
    MIN_DESCRIPTION_CHARS,
    labelled_facts,
    main_region,
    page_lines,
    page_title,
    read_job_pages,
    text_of_lines,
)
from inroad.postings.pay import find_salary
from inroad.postings.structured_data import Item, attribute_items, json_ld_items

POSTING_EXTRACTOR_VERSION: Final = "postings-3"

MAX_POSTINGS: Final = 1_000

_WANTED: Final = frozenset({"JobPosting"})


def _from_items(items: list[Item], source: str, url: str, tree: LexborHTMLParser) -> list[Posting]:
    """Postings of structured data; the page's own title stands in where its only item names none."""
    found: dict[tuple[str, str], Posting] = {}
    for item in items[: MAX_POSTINGS * 2]:
        draft = draft_of(item)
        if not draft.title and len(items) == 1:
            draft.title = page_title(tree)
        posting = build_posting(draft, source=source, base_url=url)
        if posting is None:
            continue
        known = found.get((posting.key, posting.url))
        if known is None or len(posting.description) > len(known.description):
            found[posting.key, posting.url] = posting
    return list(found.values())[:MAX_POSTINGS]


def extract_postings(html: bytes | str, *, url: str, read_on: date | None = None) -> list[Posting]:
    """Reads the job postings that a page publishes.

    Args:
        html: The page's body; bytes are decoded by byte-order mark, declared charset or UTF-8.
        url: The page's address; relative links are read against it.
        read_on: The day on which the page was fetched, for "posted 3 days ago"; None leaves such dates unread.

    Returns:
        Postings in document order; empty for a page that publishes none. A page that only lists jobs gives none either: see
        `find_posting_links`.
    """
    postings = _read_page(parse_html(html), url)
    return [_dated(posting, read_on) for posting in postings] if read_on is not None else postings


def _dated(posting: Posting, read_on: date) -> Posting:
    """The day that "posted 3 days ago" means, in place of those words: they are others tomorrow."""
    day = days_ago(posting.details.get("posted"), read_on=read_on) if posting.posted_on is None else None
    if day is None:
        return posting
    return replace(posting, posted_on=day, details={name: value for name, value in posting.details.items() if name != "posted"})


def _read_page(tree: LexborHTMLParser, url: str) -> list[Posting]:
    postings = _from_items(json_ld_items(tree, _WANTED), "json-ld", url, tree)
    for syntax in ("microdata", "rdfa"):
        postings = postings or _from_items(attribute_items(tree, _WANTED, syntax=syntax), syntax, url, tree)
    if not postings:
        return read_job_pages(tree, url)
    return [_with_page_facts(_with_page_text(postings[0], tree), tree)] if len(postings) == 1 else postings


def _with_page_facts(posting: Posting, tree: LexborHTMLParser) -> Posting:
    """Fills in where the work is done, which structured data has no word for but "remote", from the page's labelled facts."""
    region = main_region(tree) if posting.remote is None else None
    facts = labelled_facts(page_lines(region)) if region is not None else {}
    return replace(posting, remote=workplace(facts["remote"])) if "remote" in facts else posting


def _with_page_text(posting: Posting, tree: LexborHTMLParser) -> Posting:
    """Fills in a description that the structured data left out or only teased, from the page around it."""
    region = main_region(tree)
    if region is None or len(posting.description) >= MIN_DESCRIPTION_CHARS:
        return posting
    text = text_of_lines(page_lines(region))[:MAX_DESCRIPTION_CHARS]
    if len(text) < max(MIN_DESCRIPTION_CHARS, 2 * len(posting.description)):
        return posting
    return replace(
        posting, description=text, language=posting.language or detect_language(text), salary=posting.salary or find_salary(text)
    )
