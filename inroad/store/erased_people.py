"""Erased people in what is read anew: found by the SHA-256 that is kept of them, and masked before anything is stored.

A hash cannot be searched for, so everything in a text that may be a mailbox, a profile, an international number or a full name is
hashed and looked up. What does not belong here: what is stored already (`erasure`), whole contacts at the border (`suppression`).
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inroad.store.masking import MASK, changed_texts
from inroad.store.models import Suppression
from inroad.store.suppression import Rules, suppression_rules

# Characters of one text that are looked at; longer ones are cut by their readers long before.
MAX_TEXT = 5_000_000
_MAILBOX = re.compile(r"(?<![\w.+%\-])[\w.+%\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,6}")
_PROFILE = re.compile(r"https?://[^\s\"'<>]{4,300}")
_NUMBER = re.compile(r"(?:\+|\b00)[\d ()/.\-]{6,30}\d")
_WORD = re.compile(r"[^\W\d_][\w'’\-]{0,40}\.?")
_BEHIND_NAME = re.compile(r"(?:['’]s)?['’.\-]{0,5}$")
_SLUG = re.compile(r"(?<![^\W_])[^\W\d_]{2,30}(?:[-_.+][^\W\d_]{2,30}){1,9}(?![^\W_])")
_PART = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 4
_MOST_PARTS = 10


def without_erased_people(session: Session, value: Any) -> Any:
    """A value with every erased person in its texts masked; the same value where nobody was ever erased.

    Args:
        session: Transaction.
        value: Text, or lists and mappings of them; anything else stays as it is.
    """
    rules = suppression_rules(session)
    return changed_texts(value, lambda text: mask_erased(text, rules)) if rules.hashes else value


def erased_hashes(session: Session) -> frozenset[str]:
    """What is kept of erased people, without the rest of a do-not-contact list that may be long."""
    return frozenset(session.scalars(select(Suppression.value).where(Suppression.kind == "hash")))


def contents_without_erased(
    session: Session, fetched: Sequence[tuple[int, Any]], *, cleared_of: frozenset[str] = frozenset()
) -> Sequence[tuple[int, Any]]:
    """Pages with their contents, erased people masked in text, title, facts and document.

    Args:
        session: Transaction.
        fetched: Page id, and a frozen dataclass with the attributes of `inroad.store.fetched.StoredContent`.
        cleared_of: The hashes that the contents were cleared of before the transaction: where nobody was erased since, nothing
            is left to do here.
    """
    hashes = erased_hashes(session)
    return fetched if hashes <= cleared_of else [(number, content_without(content, hashes)) for number, content in fetched]


def content_without(content: Any, hashes: frozenset[str]) -> Any:
    """One content without the people of some hashes: 0.1 s for a page of 300 kB, so a matter for a reader of pages."""
    rules = Rules(hashes=hashes)
    html = zlib.decompress(content.html_zlib).decode("utf-8", "replace")
    clean = mask_erased(html, rules)
    facts = changed_texts(json.loads(content.http_facts), lambda text: mask_erased(text, rules))
    return replace(
        content,
        text=mask_erased(content.text, rules),
        title=mask_erased(content.title, rules) if content.title else content.title,
        http_facts=json.dumps(facts),
        html_zlib=content.html_zlib if clean == html else zlib.compress(clean.encode("utf-8", "replace"), 6),
    )


def mask_erased(text: str, rules: Rules) -> str:
    """A text with everything masked whose SHA-256 is on the list."""
    judged: dict[str, bool] = {}
    spans = set()
    for start, end, value in _candidates(text[:MAX_TEXT]):
        if value not in judged:
            judged[value] = rules.is_erased(value)
        if judged[value]:
            spans.add((start, end))
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):  # they may overlap
        if end > at:
            pieces += (text[at:start], MASK * (end - max(start, at)))
            at = end
    return "".join((*pieces, text[at:]))


def _candidates(text: str) -> Iterator[tuple[int, int, str]]:
    """Where something stands that may be a person's, and the form in which it would be erased."""
    if "@" in text:
        for hit in _MAILBOX.finditer(text):
            yield hit.start(), hit.end(), hit[0]
    if "://" in text:
        for hit in _PROFILE.finditer(text):
            yield hit.start(), hit.end(), hit[0].rstrip(".,;:)/")
            yield hit.start(), hit.end(), hit[0]
    for hit in _NUMBER.finditer(text):
        yield hit.start(), hit.end(), "+" + re.sub(r"\D", "", hit[0].replace("(0)", "")).removeprefix("00")
    yield from _names(text)
    yield from _slugs(text)


def _names(text: str) -> Iterator[tuple[int, int, str]]:
    """Each run of two to four words that begins with a capital: a full name is erased as its words with single spaces."""
    words: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        if words and not text[words[-1].end() : word.start()].isspace():
            words = []
        words = [*words[1 - _MOST_WORDS :], word] if words else [word]
        for first in range(len(words) - 1):
            if words[first][0][0].isupper():
                run = [one[0] for one in words[first:]]
                yield words[first].start(), word.end(), " ".join(run)
                bare = _BEHIND_NAME.sub("", run[-1])
                if bare != run[-1]:
                    yield words[first].start(), word.start() + len(bare), " ".join([*run[:-1], bare])


def _slugs(text: str) -> Iterator[tuple[int, int, str]]:
    """Each run of two to four parts of `/team/jane-doe`, `jane_doe.jpg` and `doe.jane@`, as the name they spell."""
    for hit in _SLUG.finditer(text):
        if text[max(0, hit.start() - 7) : hit.start()].endswith(("://", "://www.", "@")):
            continue  # a host: a company may be called after a person
        parts = list(_PART.finditer(text, hit.start(), hit.end()))[:_MOST_PARTS]
        for first in range(len(parts) - 1):
            for last in range(first + 1, min(first + _MOST_WORDS, len(parts))):
                run = [part[0] for part in parts[first : last + 1]]
                yield parts[first].start(), parts[last].end(), " ".join(run).lower()
                if last == first + 1:
                    yield parts[first].start(), parts[last].end(), f"{run[1]} {run[0]}".lower()
