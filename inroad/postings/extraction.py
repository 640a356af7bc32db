"""Postings in one page: the front door `extract_postings`.

Order of belief: JSON-LD, microdata, RDFa; only a page without any of them is read by its headings. Boards' feeds are read
in `inroad.postings.boards`.
"""

from __future__ import annotations

from typing import Final

from inroad.postings.assembly import build_posting
from inroad.postings.documents import parse_html
from inroad.postings.jobposting import draft_of
from inroad.postings.model import Posting
from inroad.postings.structured_data import Item, attribute_items, json_ld_items

POSTING_EXTRACTOR_VERSION: Final = "postings-1"

MAX_POSTINGS: Final = 1_000

_WANTED: Final = frozenset({"JobPosting"})


def _from_items(items: list[Item], source: str, url: str) -> list[Posting]:
    found: dict[tuple[str, str], Posting] = {}
    for item in items[: MAX_POSTINGS * 2]:
        posting = build_posting(draft_of(item), source=source, base_url=url)
        if posting is None:
            continue
        known = found.get((posting.key, posting.url))
        if known is None or len(posting.description) > len(known.description):
            found[posting.key, posting.url] = posting
    return list(found.values())[:MAX_POSTINGS]


def extract_postings(html: bytes | str, *, url: str) -> list[Posting]:
    """Reads the job postings that a page publishes.

    Args:
        html: The page's body; bytes are decoded by byte-order mark, declared charset or UTF-8.
        url: The page's address; relative links are read against it.

    Returns:
        Postings in document order; empty for a page that publishes none. A page that only lists jobs gives none either: see
        `find_posting_links`.
    """
    tree = parse_html(html)
    postings = _from_items(json_ld_items(tree, _WANTED), "json-ld", url)
    for syntax in ("microdata", "rdfa"):
        postings = postings or _from_items(attribute_items(tree, _WANTED, syntax=syntax), syntax, url)
    return postings
