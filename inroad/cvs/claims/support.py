"""Which facts a line rests on.

A line is laid beside the facts that it may speak of; the ones that explain most of its words are its evidence, and only they may
grant what it claims. A number that stands in another highlight of the same job grants nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from inroad.cvs.claims.names import Known, read_known
from inroad.cvs.claims.quantities import Quantity, find_quantities
from inroad.cvs.claims.vocabulary import COMMON_DEEDS, NEUTRAL_WORDS
from inroad.cvs.claims.words import content_words, is_supported, split_words
from inroad.cvs.model import Fact
from inroad.cvs.profile import Profile

MAX_EVIDENCE = 4  # facts that one line may merge
_NEUTRAL = NEUTRAL_WORDS | COMMON_DEEDS


@dataclass(frozen=True, slots=True)
class Reading:
    """A fact with everything that is compared, read once.

    Attributes:
        fact: The fact.
        stems: Stems of its content words.
        quantities: Its quantities.
        known: Names that it knows.
    """

    fact: Fact
    stems: frozenset[str]
    quantities: tuple[Quantity, ...]
    known: Known


@dataclass(frozen=True, slots=True)
class Support:
    """What a line rests on.

    Attributes:
        readings: The facts, strongest first; empty when none speaks of the same thing.
        wanted: Stems of the line's telling words.
        missing: Those that no chosen fact explains.
    """

    readings: tuple[Reading, ...]
    wanted: tuple[str, ...]
    missing: tuple[str, ...]


class Ledger:
    """All facts of a profile, read for comparison.

    Args:
        profile: The person's facts.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.readings: Mapping[str, Reading] = {fact.id: read_fact(fact) for fact in profile.facts.values()}
        self._exact: dict[str, list[Fact]] = {}
        for fact in profile.facts.values():
            self._exact.setdefault(plain(fact.text), []).append(fact)

    def exact(self, line: str, entry: str | None = None) -> Fact | None:
        """Find the fact whose text a line repeats word for word, within one entry where one is given."""
        found = self._exact.get(plain(line), ())
        return next((fact for fact in found if entry is None or fact.entry == entry), None)

    def of_entry(self, entry: str) -> list[Reading]:
        """Return the facts of one entry, its own first."""
        return [reading for reading in self.readings.values() if reading.fact.entry == entry]


def plain(text: str) -> str:
    """Fold case, spacing, quotes and the last full stop."""
    return " ".join(text.casefold().replace("’", "'").replace("–", "-").split()).rstrip(".")


@lru_cache(maxsize=4_096)
def read_fact(fact: Fact) -> Reading:
    """Read a fact for comparison."""
    stems = frozenset(word.stem for word in content_words(split_words(fact.text)))
    return Reading(fact, stems, tuple(find_quantities(fact.text)), read_known(fact.text))


def telling_stems(line: str) -> tuple[str, ...]:
    """Return the stems of a line's words that say what it is about, each once."""
    quantities = find_quantities(line)
    words = [
        word
        for word in content_words(split_words(line))
        if word.text.lower() not in _NEUTRAL and not any(quantity.start <= word.start < quantity.end for quantity in quantities)
    ]
    return tuple(dict.fromkeys(word.stem for word in words))


def find_support(line: str, candidates: Iterable[Reading], *, limit: int = MAX_EVIDENCE) -> Support:
    """Choose the facts that explain a line's words, greedily; a further fact must explain at least two words more.

    Args:
        line: One line of the CV.
        candidates: Facts that it may rest on.
        limit: Most facts that it may merge.
    """
    wanted = telling_stems(line)
    explained = [(reading, {word for word in wanted if is_supported(word, reading.stems)}) for reading in candidates]
    chosen: list[Reading] = []
    missing = set(wanted)
    while len(chosen) < limit and explained:
        best, words = max(explained, key=lambda pair: (len(pair[1] & missing), _closeness(pair[0], line)))
        gain = len(words & missing)
        if gain < (2 if chosen else 1):
            break
        chosen.append(best)
        missing -= words
        explained = [pair for pair in explained if pair[0] is not best]
    return Support(tuple(chosen), wanted, tuple(word for word in wanted if word in missing))


def _closeness(reading: Reading, line: str) -> tuple[float, str]:
    """Prefer the fact whose own words the line repeats; then a fixed order."""
    words = {word.stem for word in split_words(line)}
    return len(words & reading.stems) / (len(reading.stems) or 1), reading.fact.id


def sentences(text: str) -> Sequence[str]:
    """Split a paragraph into sentences; "e.g." and "v2.0" do not end one."""
    return [part for part in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-ÞΑ-ΩА-Я0-9])", text.strip()) if part]
