"""One line of free text against the facts that it rests on: every claim is granted or named.

Here the parts come together: evidence, quantities, names, scope, statements. Which facts a line may rest on is the caller's
decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from inroad.cvs.claims.additions import find_addition
from inroad.cvs.claims.amounts import explain_ungranted, grants_span
from inroad.cvs.claims.contrasts import find_contrasts
from inroad.cvs.claims.deeds import exceeds_deed
from inroad.cvs.claims.names import NUMERIC_MONTH, Known, find_months, find_names, is_known, is_near, merge_known
from inroad.cvs.claims.quantities import Quantity, find_quantities
from inroad.cvs.claims.scope import exceeds_scope
from inroad.cvs.claims.statements import iter_statements, turns_direction
from inroad.cvs.claims.subjects import find_foreign_subject
from inroad.cvs.claims.support import Reading, Support, find_support
from inroad.cvs.claims.swaps import find_swap
from inroad.cvs.claims.units import ANYBODY
from inroad.cvs.claims.vocabulary import COMMON_DEEDS, FOREIGN_DEEDS, FOREIGN_FUNCTION_WORDS, NEUTRAL_WORDS
from inroad.cvs.claims.words import is_supported, stem
from inroad.cvs.model import Severity

# Share of a line's telling words that its facts must explain. Below the first it is another statement; a person's own rewording
# of one fact stays above the second nearly always.
MIN_EXPLAINED = 0.34
FAIR_EXPLAINED = 0.5
_EXPERIENCE = re.compile(
    r"['’+]*\s+(?:of|in|as|at|building|working|designing|developing|across|with|spent|experience|professional)\b", re.IGNORECASE
)
_COMMON = frozenset(map(stem, NEUTRAL_WORDS | COMMON_DEEDS | ANYBODY)) | {"team"}


@dataclass(frozen=True, slots=True)
class Ground:
    """What a line may rest on.

    Attributes:
        candidates: Facts whose statements it may repeat.
        frame: Facts that are true of all of them (the entry itself, its summary): they grant names and dates, not numbers.
        everything: What the whole profile knows by name; fields of knowledge may come from anywhere in it.
        dates: ISO dates that frame the line.
        months: Spans in months that the dates allow.
        is_summary: A summary speaks of the whole career: names may come from any fact.
        language: ISO 639-1 code of the person's own words.
    """

    candidates: Sequence[Reading]
    frame: Sequence[Reading]
    everything: Known
    dates: Sequence[str] = ()
    months: Sequence[int] = ()
    is_summary: bool = False
    language: str = "en"


Claim = tuple[Severity, str, str]


def check_line(line: str, ground: Ground) -> list[Claim]:
    """Check one line.

    Args:
        line: One sentence or bullet.
        ground: What it may rest on.

    Returns:
        (severity, kind, explanation) for each claim that nothing grants.
    """
    support = find_support(line, ground.candidates, limit=8 if ground.is_summary else 4)
    texts = [reading.fact.text for reading in support.readings]
    found: list[Claim] = [*_check_support(support, ground)]
    found.extend(("block", kind, text) for kind, text in _check_quantities(line, support, ground))
    found.extend(("block", kind, text) for kind, text in _check_names(line, support, ground))
    found.extend(("block", "date", text) for text in _check_months(line, support, ground))
    found.extend(_check_subject(line, support, ground))
    scope = exceeds_scope(line, texts)
    if scope:
        found.append(("block", "scope", scope))
    if not ground.is_summary:
        found.extend(("block", kind, text) for kind, text in _check_told(line, support, ground))
    direction = None if ground.is_summary else turns_direction(line, texts)
    if direction:
        found.append(("block", "direction", direction))
    stated = [reading for reading in ground.candidates if ground.is_summary and reading.fact.kind not in {"highlight", "summary"}]
    grounds = [*texts, *(reading.fact.text for reading in (*ground.frame, *stated))]
    found.extend(("block", kind, text) for kind, text in iter_statements(line, grounds, texts))
    return found


def _check_support(support: Support, ground: Ground) -> Iterator[Claim]:
    if not support.wanted:
        return
    share = 1 - len(support.missing) / len(support.wanted)
    missing = ", ".join(support.missing[:6])
    if not support.readings or (share < MIN_EXPLAINED and not ground.is_summary):
        yield "block", "unsupported", f"no fact of the profile says this ({missing})"
    elif share < FAIR_EXPLAINED and not ground.is_summary:
        yield "warn", "wording", f"the facts behind this line do not speak of {missing}"


def _check_told(line: str, support: Support, ground: Ground) -> Iterator[tuple[str, str]]:
    """Compare what a line of one entry tells with its facts: another deed, the contrary, or more than they say."""
    texts = [reading.fact.text for reading in support.readings]
    deed = exceeds_deed(line, texts)
    if deed:
        yield "deed", deed
    yield from find_contrasts(line, texts)
    around = (*support.readings, *ground.frame)
    known = frozenset().union(*(reading.stems for reading in around))
    addition = find_addition(line, known, [reading.fact.text for reading in around]) if texts else None
    if addition:
        yield "addition", f"no fact behind this line says {addition!r}"


def _check_subject(line: str, support: Support, ground: Ground) -> Iterator[Claim]:
    foreign = find_foreign_subject(line, "\n".join(reading.fact.text for reading in (*ground.candidates, *ground.frame)))
    if foreign:
        yield "block", "subject", f"the profile does not speak of {foreign!r} here"
    known = frozenset().union(*(reading.stems for reading in support.readings))
    swap = find_swap(line, [reading.fact.text for reading in support.readings], known, ground.language)
    if swap:
        yield "block" if swap.is_sure else "warn", "subject", f"{swap.said!r} stands where the profile says {swap.true!r}"


def _check_quantities(line: str, support: Support, ground: Ground) -> Iterator[tuple[str, str]]:
    granted = [(quantity, reading.stems) for reading in support.readings for quantity in reading.quantities]
    # A fact that gives a year or a time of its own is not measured by the dates of its entry.
    own_years = not ground.is_summary and any(quantity.dimension == "year" for quantity, _ in granted)
    own_spans = not ground.is_summary and any(quantity.dimension == "months" for quantity, _ in granted)
    dated = [(found.start(), found.end()) for found in NUMERIC_MONTH.finditer(line)]
    further = [reading for reading in ground.candidates if reading not in support.readings] if ground.is_summary else []
    for claim in find_quantities(line):
        is_experience = bool(_EXPERIENCE.match(line, claim.end)) and (ground.is_summary or "experience" in line.lower())
        if (
            any(start <= claim.start < end for start, end in dated)
            or (_is_framed(claim, ground) and not (own_years and claim.dimension == "year"))
            or (not own_spans and grants_span(claim, ground.months, is_experience=is_experience))
        ):
            continue
        if _says_none(claim, support.readings):
            continue
        own = list(granted)
        own += [
            (quantity, reading.stems)
            for reading in further
            if _shares_subject(claim, reading.stems)
            for quantity in reading.quantities
        ]
        reason = explain_ungranted(claim, own)
        if reason:
            yield reason


def _shares_subject(claim: Quantity, stems: frozenset[str]) -> bool:
    """Tell whether a fact speaks of what a number of a summary is about: there any fact may be meant, and 35 is in many."""
    telling = {*claim.context, *claim.head} - _COMMON
    return any(is_supported(word, stems) for word in telling)


def _is_framed(claim: Quantity, ground: Ground) -> bool:
    return claim.dimension == "year" and any(date.startswith(str(claim.values[0])) for date in ground.dates)


def _says_none(claim: Quantity, readings: Iterable[Reading]) -> bool:
    """Tell whether a zero means that something did not happen; what that is, is checked as a statement."""
    return claim.values[0] == 0 and any(
        {"no", "without", "zero"} & set(reading.fact.text.lower().split()) for reading in readings
    )


def _check_names(line: str, support: Support, ground: Ground) -> Iterator[tuple[str, str]]:
    readings = [*support.readings, *ground.frame]
    known = ground.everything if ground.is_summary else merge_known(reading.known for reading in readings)
    for name in find_names(line):
        if is_known(name, known) or (ground.language == "de" and _is_german_noun(name.text, known, support)):
            continue
        is_field = name.canonical is not None and not name.is_tool  # a field of knowledge, not a product
        if is_field and (
            is_known(name, ground.everything) or is_near(name, ground.everything) or _is_reworded(name.text, support)
        ):
            continue
        kind = "tool" if name.canonical else "name"
        where = " for this work" if is_known(name, ground.everything) else ""
        yield kind, f"the profile does not name {name.text!r}{where}"


def _is_german_noun(text: str, known: Known, support: Support) -> bool:
    """Tell whether a word with a capital is a plain noun that the facts know, by another form or another word for it."""
    if _is_inflected(text, known):
        return True
    is_plain = text[1:].islower() and text.isalpha()
    return is_plain and any(is_supported(stem(text), reading.stems) for reading in support.readings)


def _is_inflected(text: str, known: Known) -> bool:
    """Tell whether a German noun, which has a capital like a name, is another form of a known word, or joins or does."""
    folded = text.casefold()
    if any(char.isupper() or char.isdigit() for char in text[1:]):
        return False
    if folded in FOREIGN_FUNCTION_WORDS or folded in FOREIGN_DEEDS:
        return True
    shared = max(5, len(folded) - 4)
    return any(word[:shared] == folded[:shared] for word in known.words if len(word) >= shared)


def _is_reworded(text: str, support: Support) -> bool:
    """A field of knowledge in lower case ("data migration") may reword what the fact tells ("moved ... tables")."""
    found = find_support(text, support.readings)
    return bool(found.wanted) and not found.missing


def _check_months(line: str, support: Support, ground: Ground) -> Iterator[str]:
    known = {iso for reading in support.readings for _, iso in find_months(reading.fact.text)}
    if ground.is_summary or not known:  # a fact with months of its own is not dated by its entry's
        known |= {date[:7] for date in ground.dates}
    for text, iso in find_months(line):
        if iso not in known:
            yield f"{text!r} is in none of the facts behind this line"
