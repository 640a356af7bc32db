"""A person's name and addresses in texts: the ways in which they are written, and masking them.

A mask is as long as what it hides, so that positions in a text stay right. What does not belong here: which rows are searched
(`erasure`), and what is kept of an erased person (`suppression`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

MASK = "█"


def forms_of(values: Collection[str], written: Collection[str] = ()) -> list[str]:
    """Every way in which values may stand in a text, the longest first.

    Args:
        values: Addresses, numbers, profiles and full names as stored.
        written: As pages wrote them.
    """
    seen = {*values, *written}
    for value in values:
        seen |= {value[1:]} if value[:1] == "+" and value[1:].isdigit() else set()
        for words in _spellings(value):
            first, last = words[0], words[-1]
            seen |= {" ".join(words), f"{last}, {' '.join(words[:-1])}", f"{last} {' '.join(words[:-1])}", f"{first} {last}"}
    seen |= {quote(form) for form in seen} | {escape(form) for form in seen} | {json.dumps(form)[1:-1] for form in seen}
    return sorted((form for form in seen if len(form) >= 3), key=len, reverse=True)


def slugs_of(values: Collection[str]) -> set[str]:
    """A full name as addresses of pages and mailboxes write it: `jane-doe`, `jane_doe`, `doe.jane`, `j%C3%B6rg-berg`."""
    found: set[str] = set()
    for value in values:
        spellings = _spellings(value)
        for spelt in (*spellings, *(tuple(map(quote, words)) for words in spellings)):
            for order in (spelt, spelt[::-1], (spelt[0], spelt[-1]), (spelt[-1], spelt[0])):
                found |= {sign.join(order) for sign in ("-", "_", ".", "+", "%20")}
    return found


def names_of(values: Collection[str]) -> set[str]:
    """Full names in every spelling of their accents: `jörg berg`, `jorg berg`, `joerg berg`."""
    return {" ".join(words) for value in values for words in _spellings(value)}


def _spellings(value: str) -> set[tuple[str, ...]]:
    """A full name's words in lower case, with its accents, without them, and with German umlauts written out."""
    words = value.lower().split()
    if not 2 <= len(words) <= 4 or any(character in value for character in "@/+0123456789"):
        return set()
    return {tuple(words), tuple(map(_plain, words)), tuple(map(_umlauts, words))}


def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).replace("ß", "ss")


def _umlauts(word: str) -> str:
    return _plain(word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ø", "oe"))


def pattern_of(forms: Sequence[str]) -> re.Pattern[str]:
    """The forms as whole words, in any case and with any white space: "Ann" does not mask "Annual". Linear: no form repeats."""
    parts = [r"\s+".join(map(re.escape, form.split())) for form in forms]
    return re.compile(rf"(?<![\w@])(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


def masked(value: Any, pattern: re.Pattern[str]) -> Any:
    """The value with every hit masked; of lists and mappings every text below them, without recursion."""
    return changed_texts(value, lambda text: pattern.sub(lambda hit: MASK * len(hit[0]), text))


def changed_texts(value: Any, change: Callable[[str], str]) -> Any:
    """A copy of a value with every text in it changed: of mappings the keys too, without recursion."""
    root = [value]
    stack: list[tuple[Any, Any]] = [(root, 0)]
    while stack:
        holder, key = stack.pop()
        item = holder[key]
        if isinstance(item, str):
            holder[key] = change(item)
        elif isinstance(item, list | tuple):
            holder[key] = copy = list(item)
            stack += [(copy, number) for number in range(len(copy))]
        elif isinstance(item, dict):
            holder[key] = kept = {change(name) if isinstance(name, str) else name: below for name, below in item.items()}
            stack += [(kept, name) for name in kept]
    return root[0]
