"""Plain words that were exchanged: a line that repeats a fact but for one thing, and that thing is another.

The line is laid word by word beside the fact. Where both agree before and after a gap, and the gap holds a thing in the line that
no fact knows and another in the fact that the line dropped, one took the other's place. Synonyms, function words and verbs are no
things. A line that follows its fact less closely is another wording, and its strange words are only pointed out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from inroad.cvs.claims.units import MULTIPLIED, ONES, PARTS, SCALES, TENS
from inroad.cvs.claims.vocabulary import (
    COMMON_DEEDS,
    FOREIGN_DEEDS,
    FOREIGN_FUNCTION_WORDS,
    FUNCTION_WORDS,
    IRREGULAR,
    NEUTRAL_WORDS,
    word_set,
)
from inroad.cvs.claims.words import Word, same_meaning, split_words, stem

MAX_WORDS = 90  # of a line and a sentence that are laid beside each other; a bullet has about 25
# Share of the line's words that the fact must repeat, in order.
CLOSE = 0.6
VERY_CLOSE = 0.75
_JOINING = FUNCTION_WORDS | NEUTRAL_WORDS | COMMON_DEEDS
_DEED_STEMS = frozenset(map(stem, COMMON_DEEDS))
_FOREIGN_JOINING = _JOINING | FOREIGN_FUNCTION_WORDS | FOREIGN_DEEDS
# Words for a thing of any kind: they say less than the word that they stand for.
_GENERAL = word_set(
    """system systems platform platforms solution solutions tool tools application applications app apps software product
    products service services project projects programme program initiative process processes site team teams group groups
    organisation organization company business environment infrastructure people staff area field domain activity activities
    operation operations task tasks item items unit units thing things matter function component components feature features
    setup landscape estate offering effort efforts measure measures"""
)
_PERIODS = word_set("hour hours day days week weeks month months quarter quarters year years decade decades")
_NUMBERS = ONES.keys() | TENS.keys() | SCALES.keys() | MULTIPLIED.keys() | PARTS.keys()
_VERB_LIKE = re.compile(r".{2,}(?:ed|ize|ise|izes|ises|ly)")
_FOREIGN_VERB_LIKE = re.compile(r".{2,}(?:(?<!it)é|ée|(?<!it)és|ées|ant|ando|iendo|ado|ada|ido|ida|í)")


@dataclass(frozen=True, slots=True)
class Swap:
    """One thing that stands where a fact has another.

    Attributes:
        said: The words of the line.
        true: The words of the fact.
        is_sure: Whether nothing but this differs enough to call it another wording.
    """

    said: str
    true: str
    is_sure: bool


def find_swap(line: str, facts: Sequence[str], known: frozenset[str], language: str = "en") -> Swap | None:
    """Find a thing of a line that took another's place.

    Args:
        line: One line of the CV.
        facts: Texts of the facts behind it.
        known: Stems of everything that those facts and the frame around them say.
        language: ISO 639-1 code of the person's own words.

    Returns:
        The first swap, a sure one before others; None when there is none.
    """
    words = split_words(line)[:MAX_WORDS]
    if len(words) < 2:
        return None
    found: list[Swap] = []
    for fact in facts:
        for sentence in re.split(r"(?<=[.!?])\s+", fact):
            found.extend(_compare(words, split_words(sentence)[:MAX_WORDS], known, language))
    return next((swap for swap in found if swap.is_sure), found[0] if found else None)


def _compare(words: Sequence[Word], truths: Sequence[Word], known: frozenset[str], language: str) -> Iterator[Swap]:
    pairs = _align(words, truths)
    share = len(pairs) / len(words)
    if share < CLOSE or len(pairs) < 2:
        return
    said = {word.text.casefold() for word in words}
    measured = {after.start for number, after in pairwise(words) if _is_number(number)}  # "24 months" is `amounts`' matter
    for gap, true_gap in _gaps(pairs, words, truths):
        foreign = [word for word in gap if _is_thing(word, language) and not _is_granted(word, true_gap, known)]
        foreign = [word for word in foreign if word.text.casefold() not in _PERIODS or word.start not in measured]
        dropped = [word for word in true_gap if _is_thing(word, language, is_true=True) and word.text.casefold() not in said]
        telling = [word for word in foreign if word.text.casefold() not in _GENERAL]
        if not telling or not dropped:
            continue
        is_sure = len(foreign) <= 2 and len(dropped) <= 2 and (language == "en" or (share >= VERY_CLOSE and len(telling) == 1))
        yield Swap(" ".join(word.text for word in telling), " ".join(word.text for word in dropped), is_sure)


def _align(words: Sequence[Word], truths: Sequence[Word]) -> list[tuple[int, int]]:
    """Pair the words of the longest common subsequence; synonyms and any two numbers are common."""
    rows, columns = len(words), len(truths)
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            if _agree(words[row], truths[column]):
                best[row][column] = best[row + 1][column + 1] + 1
            else:
                best[row][column] = max(best[row + 1][column], best[row][column + 1])
    pairs: list[tuple[int, int]] = []
    row = column = 0
    while row < rows and column < columns:
        if _agree(words[row], truths[column]):
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif best[row + 1][column] >= best[row][column + 1]:
            row += 1
        else:
            column += 1
    return pairs


def _agree(one: Word, other: Word) -> bool:
    if _is_number(one) or _is_number(other):
        return _is_number(one) and _is_number(other)  # what the numbers say is `amounts`' matter
    return same_meaning(one.stem, other.stem)


def _is_number(word: Word) -> bool:
    return word.text[0].isdigit() or word.text.casefold() in _NUMBERS


def _gaps(
    pairs: Sequence[tuple[int, int]], words: Sequence[Word], truths: Sequence[Word]
) -> Iterator[tuple[Sequence[Word], Sequence[Word]]]:
    before, true_before = -1, -1
    for row, column in [*pairs, (len(words), len(truths))]:
        gap, true_gap = words[before + 1 : row], truths[true_before + 1 : column]
        if gap and true_gap:
            yield gap, true_gap
        before, true_before = row, column


def _is_thing(word: Word, language: str, *, is_true: bool = False) -> bool:
    """Tell whether a word may name a thing or its kind; German says so with a capital."""
    text, folded = word.text, word.text.casefold()
    if folded in _PERIODS:
        return True
    if len(text) < 3 or not text.replace("-", "").isalpha() or folded in IRREGULAR or folded in _NUMBERS:
        return False
    if folded in (_JOINING if language == "en" else _FOREIGN_JOINING):
        return False
    if language == "en" and folded.endswith("ing") and word.stem in _DEED_STEMS:
        return False
    if language == "de":
        return text[0].isupper()
    if (text[0].isupper() and word.start > 0) or any(char.isupper() for char in text[1:]):
        return False  # a name: `names` looks at it
    if language == "en":
        return not _VERB_LIKE.fullmatch(folded)
    return is_true or not _FOREIGN_VERB_LIKE.fullmatch(folded)


def _is_granted(word: Word, gap: Sequence[Word], known: frozenset[str]) -> bool:
    """Tell whether the facts know a word or another form of it ("rota", "rotation"), or the gap holds a synonym."""
    own = word.stem
    if own in known or any(same_meaning(own, other.stem) for other in gap):
        return True
    return any(min(len(own), len(other)) >= 4 and (own.startswith(other) or other.startswith(own)) for other in known)
