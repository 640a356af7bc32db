"""Words as the fact gate compares them: tokens, stems, and when two of them mean the same.

The word lists are `vocabulary`'s. They are English first: that is what most CVs for international postings are written in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from inroad.cvs.claims.vocabulary import COMMON_DEEDS, FUNCTION_WORDS, IRREGULAR, NEUTRAL_WORDS, SYNONYMS

TOKEN = re.compile(r"\w+(?:[.]\w+)*(?:\+\+|#)?")
MAX_LINE_CHARS = 4_000


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line.

    Attributes:
        text: As written.
        stem: Folded form that is compared.
        start: First character in the line.
        end: Character after the last.
    """

    text: str
    stem: str
    start: int
    end: int


def split_words(text: str) -> list[Word]:
    """Split a line into words; a compound with hyphens gives its parts."""
    return [Word(found[0], stem(found[0]), found.start(), found.end()) for found in TOKEN.finditer(text[:MAX_LINE_CHARS])]


def content_words(words: list[Word]) -> list[Word]:
    """Keep the words that carry a meaning of their own: no function words, no digits."""
    return [word for word in words if word.text.lower() not in FUNCTION_WORDS and not word.text[0].isdigit()]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Fold a word to a form in which inflections and British or American spelling agree.

    >>> stem("migrations") == stem("Migrated")
    True
    """
    word = word.lower().removesuffix("'s")
    word = IRREGULAR.get(word, word)
    if len(word) <= 3 or not word.isalpha():
        return word
    word = word.replace("isation", "ization").replace("our", "or") if len(word) > 5 else word
    for ending, kept in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if word.endswith(ending):
            word = word.removesuffix(ending) + kept
            break
    else:
        word = word[:-1] if word.endswith("s") and word[-2] not in "sui" else word
    word = IRREGULAR.get(word, word)
    for ending in ("ization", "ising", "izing", "ised", "ized", "ise", "ize"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending) + "iz"
    for ending in (
        "ations",
        "ation",
        "ating",
        "ated",
        "ate",
        "ingly",
        "edly",
        "ments",
        "ment",
        "ings",
        "ing",
        "ions",
        "ion",
        "ed",
        "ers",
        "er",
        "ors",
        "or",
        "ly",
    ):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= (4 if ending in {"er", "ers", "or", "ors", "ate", "ion", "ly"} else 3):
            word = rest
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    word = word.removesuffix("e") if len(word) > 3 else word
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = {}
    for index, line in enumerate(SYNONYMS):
        for word in line.split():
            groups.setdefault(stem(word), set()).add(index)
    return {known: frozenset(indices) for known, indices in groups.items()}


@lru_cache(maxsize=100_000)
def same_meaning(one: str, other: str) -> bool:
    """Tell whether two stems are the same word, synonyms of the list, or a compound and its part ("microservice")."""
    if one == other:
        return True
    if not _groups().get(one, frozenset()).isdisjoint(_groups().get(other, frozenset())):
        return True
    short, long = sorted((one, other), key=len)
    if len(short) >= 6 and (long.startswith(short) or long.endswith(short)):
        return True
    return len(short) >= 7 and short[:6] == long[:6] and len(long) - len(short) <= 4


def is_common(word: str) -> bool:
    """Tell whether a lower-case word is one that any CV may use: it joins, praises, does, or is in the list of synonyms."""
    return word in FUNCTION_WORDS or word in NEUTRAL_WORDS or word in COMMON_DEEDS or stem(word) in _groups()


def meanings(word_stem: str) -> frozenset[str | int]:
    """Return the keys under which a stem is indexed: itself and the groups of synonyms that it belongs to."""
    return frozenset((word_stem, *_groups().get(word_stem, ())))


def is_supported(word_stem: str, stems: frozenset[str]) -> bool:
    """Tell whether any of the stems means the same as one stem."""
    return word_stem in stems or any(same_meaning(word_stem, other) for other in stems)
