"""What a page says against a name: goods, words, and parts of other names.

What lives here: dropping what looked like a person and is none, or is one that stands on the page in full. What does not: finding
people (`people`), the shape of names (`names`).
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from inroad.contacts.document import Document
from inroad.contacts.finding import Finding
from inroad.contacts.name_runs import MAY_FOLLOW, bare_word, is_english_word, may_begin_name
from inroad.contacts.names import is_given_name, is_plain_word, is_surname, is_word_and_surname

_MAX_TEXT: Final = 300_000
_MAX_QUESTIONS: Final = 60


def without_products(found: list[Finding]) -> list[Finding]:
    """Drop what a shop calls its goods: one given name with five or more different words behind it, and never a role."""
    followers: dict[str, set[str]] = {}
    for finding in found:
        if finding.role is None:
            first, _, rest = finding.value.partition(" ")
            followers.setdefault(first, set()).add(rest)
    return [f for f in found if f.role is not None or not _are_goods(f, followers[f.value.partition(" ")[0]])]


def _are_goods(finding: Finding, words: set[str]) -> bool:
    """Whether the words behind one given name are goods: five or more of them, most of which are nobody's surname."""
    if len(words) < 5 or (is_surname(finding.value.rpartition(" ")[2]) and len(words) < 8):
        return False
    return sum(is_surname(word.rpartition(" ")[2]) for word in words) * 2 < len(words)


def without_words(document: Document, found: list[Finding]) -> list[Finding]:
    """Drop "Veronica Dress" where the page has dresses, "Frank Sheets" where it has Frank Towels, and never a role.

    At most the first 300,000 characters and 60 words are looked at; a name that would need more is dropped.
    """
    text = document.text[:_MAX_TEXT]
    judged: dict[tuple[str, bool], bool] = {}
    kept = []
    for finding in found:
        first, last = finding.value.partition(" ")[0], bare_word(finding.value.rpartition(" ")[2])
        if finding.role is None and "honorific" not in finding.details and (is_english_word(last) or is_given_name(last)):
            questions = [(first, False)]
            if is_word_and_surname(last):
                questions.append((last.lower(), True))
            for question in questions:
                if question not in judged:
                    judged[question] = len(judged) >= _MAX_QUESTIONS or _speaks_against(text, *question)
            if any(judged[question] for question in questions):
                continue
        kept.append(finding)
    return kept


def _speaks_against(text: str, word: str, is_surname_asked: bool) -> bool:
    return _is_used_as_word(text, word) if is_surname_asked else _names_goods(text, word)


def _names_goods(text: str, first: str) -> bool:
    """Whether a given name stands before three different English words that are nobody's names."""
    behind = {hit[1] for hit in islice(re.finditer(rf"\b{re.escape(first)} ([A-Z][a-z]{{1,20}})", text), 50)}
    return sum(is_plain_word(word) and word.lower() not in MAY_FOLLOW for word in behind) >= 3


def _is_used_as_word(text: str, word: str) -> bool:
    """Whether a text has a word in lower case, in the plural, or behind a capitalised word that is nobody's first name."""
    for hit in islice(re.finditer(rf"\b{re.escape(word)}(e?s)?\b", text, re.IGNORECASE), 30):
        if hit[1] or hit[0][0].islower():
            return True
        before = text[max(0, hit.start() - 25) : hit.start()].rpartition("\n")[2]
        neighbour = before[:-1].rpartition(" ")[2] if before.endswith(" ") else ""
        if neighbour[:1].isupper() and neighbour[-1].isalpha() and not (may_begin_name(neighbour) or is_surname(neighbour)):
            return True
    return False


def without_parts(found: list[Finding]) -> list[Finding]:
    """Drop a part of a name beside the whole: "Mr Larsen" or "Mia" where the page names Mia Larsen.

    Args:
        found: Findings of any kind; what a dropped person's is goes to the whole where only one fits.
    """
    whole: dict[str, list[tuple[list[str], Finding]]] = {}
    for finding in found:
        if finding.kind == "person":
            tokens = _plain_tokens(finding.value)
            for token in set(tokens) if len(tokens) > 1 else ():
                whole.setdefault(token, []).append((tokens, finding))
    dropped: set[int] = set()
    for finding in found:
        if finding.kind != "person" or finding.method not in {"text", "pdf"}:
            continue
        tokens = _plain_tokens(finding.value)
        fuller = [other for theirs, other in whole.get(tokens[0], ())[:50] if _is_part(tokens, theirs)] if tokens else []
        if fuller:
            dropped.add(id(finding))
            if len({other.value for other in fuller}) == 1 and finding.role and not fuller[0].role:
                fuller[0].role, fuller[0].confidence = finding.role, max(finding.confidence, fuller[0].confidence)
    return [finding for finding in found if id(finding) not in dropped]


def _plain_tokens(name: str) -> list[str]:
    return [token for token in (piece.strip(".,'’").casefold() for piece in name.split()) if token]


def _is_part(tokens: list[str], whole: list[str]) -> bool:
    """One name of two or more; or the same first and last name with others between or behind them."""
    if len(tokens) == len(whole):  # "Zoran Zaevs" beside "Zoran Zaev"
        return tokens[:-1] == whole[:-1] and tokens[-1] == whole[-1] + "s"
    if len(tokens) > len(whole):
        return False
    if len(tokens) == 1:
        return tokens[0] in (whole[0], whole[-1])
    return tokens[0] == whole[0] and (tokens[-1] == whole[-1] or tokens == whole[: len(tokens)])
