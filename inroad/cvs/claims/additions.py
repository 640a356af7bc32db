"""Parts of a line that nothing of its facts stands behind: an effect, an adopter, a praise hung on a true sentence.

A line is cut at its joints; each piece must share a telling word with the facts, or say nothing of its own. That holds in every
language, since it compares words and knows none of the phrases; those belong to `statements`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from inroad.cvs.claims.quantities import find_quantities
from inroad.cvs.claims.units import MULTIPLIED, ONES, PARTS, PEOPLE, SCALES, TENS
from inroad.cvs.claims.vocabulary import (
    COMMON_DEEDS,
    FOREIGN_DEEDS,
    FOREIGN_FUNCTION_WORDS,
    FUNCTION_WORDS,
    NEUTRAL_WORDS,
    word_set,
)
from inroad.cvs.claims.words import MAX_LINE_CHARS, is_supported, split_words

_JOINT = re.compile(
    r"\s*[,;:()–—]\s+|\s*[()]\s*|\.\s+|\s+-\s+"
    r"|\s+(?=(?:which|who|whose|thereby|thus|therefore|so that|resulting in|leading to|enabling|allowing|causing|ensuring"
    r"|and (?:so|thus|thereby|thereafter|then|also|later|won|saved|received|became|was|were)"
    r"|wodurch|sodass|so dass|womit|dadurch|und (?:damit|so|dadurch|somit)|was (?:zu|den|die|das)"
    r"|ce qui|permettant|évitant|entraînant|d['’]où|et (?:ainsi|donc)"
    r"|lo que|lo cual|permitiendo|evitando|y (?:así|por tanto|con ello))\b)",
    re.IGNORECASE,
)
# A piece that tells an effect: half of it may not be new.
_EFFECT = re.compile(
    r"(?:which|thereby|thus|so that|resulting|leading|enabling|allowing|causing|and (?:so|thus|thereby)|wodurch|sodass"
    r"|so dass|womit"
    r"|dadurch|und (?:damit|so|dadurch)|was|ce qui|permettant|évitant|entraînant|et ainsi|d['’]où l|lo que|lo cual"
    r"|permitiendo|evitando|y así)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:increas|rais|grew|grow|boost|lift|gain|higher|rose|cut|reduc|lower|decreas|drop|sav|improv|faster|better|doubl"
    r"|tripl|halv|steig|stieg|erhöh|höher|senk|gesenkt|reduzier|verring|verbess|spar|augment|haus|amélior|rédu|baiss|dimin|économ"
    r"|aument|mejor|reduc|redu[jc]|disminu|ahorr)",
    re.IGNORECASE,
)
_NUMBERS = ONES.keys() | TENS.keys() | SCALES.keys() | MULTIPLIED.keys() | PARTS.keys()
# What introduces a piece or tells how, and is no matter of its own.
_SILENT = (
    FUNCTION_WORDS
    | FOREIGN_FUNCTION_WORDS
    | NEUTRAL_WORDS
    | COMMON_DEEDS
    | FOREIGN_DEEDS
    | _NUMBERS
    | word_set(
        """leading bringing using adding giving taking thanks means way total each every hands-on end-to-end example instance
        namely
        including particular notably respectively among others mainly mostly chiefly especially e.g i.e etc
        insbesondere beispielsweise darunter unter anderem hierfür dafür hierbei jeweils
        notamment ainsi dont entre autres especialmente incluido incluida entre otros"""
    )
)


def find_addition(line: str, known: frozenset[str], facts: Sequence[str]) -> str | None:
    """Find a piece of a line of which no fact says anything.

    Args:
        line: One line of the CV.
        known: Stems of everything that the facts behind it and the entry around them say.
        facts: Texts of those facts, for words that are parts of compounds.

    Returns:
        The piece as written, or None.
    """
    pieces = list(_pieces(line[:MAX_LINE_CHARS]))
    folded = " ".join(facts).casefold()
    for piece in pieces[1:]:
        telling = _telling(piece)
        told = sum(_is_told(word, stem, known, folded) for word, stem in telling)
        is_effect = _EFFECT.match(piece) is not None
        if telling and (not told or (is_effect and 2 * told <= len(telling))):
            return piece
        if is_effect and _CHANGE.search(piece) and not _CHANGE.search(folded):
            return piece
    return _tail(line, known, folded, facts)


def _tail(line: str, known: frozenset[str], folded: str, facts: Sequence[str]) -> str | None:
    """Find what is hung on a whole fact without a joint: the fact's words are all there, and two or more new ones come after
    them.
    """
    strongest = _telling(facts[0]) if facts else []
    said = frozenset(stem for _, stem in _telling(line))
    if not strongest or sum(not is_supported(stem, said) for _, stem in strongest) > 1:
        return None
    tail: list[str] = []
    for word, stem in reversed(_telling(line)):
        if _is_told(word, stem, known, folded):
            break
        tail.append(word)
    return " ".join(reversed(tail)) if len(tail) >= 2 else None


def _pieces(line: str) -> Iterator[str]:
    start = 0
    for found in _JOINT.finditer(line):
        yield line[start : found.start()]
        start = found.end()
    yield line[start:]


def _telling(piece: str) -> list[tuple[str, str]]:
    measured = [(found.start, found.end) for found in find_quantities(piece)]
    return [
        (word.text.casefold(), word.stem)
        for word in split_words(piece)
        if len(word.text) > 2
        and word.text.casefold() not in _SILENT
        and word.stem not in PEOPLE
        and not word.text[0].isdigit()
        and not any(start <= word.start < end for start, end in measured)
    ]


def _is_told(word: str, stem: str, known: frozenset[str], folded: str) -> bool:
    """Tell whether the facts have a word, a form of it, or a compound with it ("Zahlungsplattform")."""
    if is_supported(stem, known):
        return True
    return (len(word) >= 5 and word[:5] in folded) or any(len(other) >= 5 and other in word for other in known)
