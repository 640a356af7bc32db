"""Whether a fact grants a quantity: the same value, unit, currency, bound, period, direction and thing counted.

What is read from a line belongs to `quantities`. Here two of them are compared; everything that is not shown to be granted is
refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from inroad.cvs.claims.quantities import Quantity
from inroad.cvs.claims.units import ANYBODY, AUDIENCE
from inroad.cvs.claims.vocabulary import word_set
from inroad.cvs.claims.words import is_supported, same_meaning, stem

_NEUTRAL = frozenset(
    map(stem, word_set("new big large total different various main key core major own separate distinct further"))
)
_DIFFERENT_KINDS = {
    "money": "currency",
    "percent": "unit",
    "seconds": "unit",
    "months": "unit",
    "bytes": "unit",
    "points": "unit",
    "times": "unit",
    "year": "date",
}


def explain_ungranted(claim: Quantity, granted: Sequence[tuple[Quantity, frozenset[str]]]) -> tuple[str, str] | None:
    """Say why no fact grants a quantity.

    Args:
        claim: The quantity of the CV's line.
        granted: The quantities of the facts that the line rests on, each with the stems of its whole fact.

    Returns:
        (kind of finding, explanation), or None when one of the facts grants it.
    """
    reasons: list[tuple[int, str, str]] = []
    for index, (fact, stems) in enumerate(granted):
        siblings = [other for position, (other, other_stems) in enumerate(granted) if position != index and other_stems is stems]
        reason = _mismatch(claim, fact, stems, siblings)
        if reason is None:
            return None
        reasons.append(reason)
    if any(_is_derived(claim, one, two) for one, two in _changes([fact for fact, _ in granted])):
        return None
    closest = max(reasons, default=(0, "", ""))
    if closest[0] > 0:
        return closest[1], closest[2]
    kind = "headcount" if claim.dimension == "people" else "date" if claim.dimension == "year" else "number"
    return kind, f"{claim.text!r} is in none of the facts behind this line"


def grants_span(claim: Quantity, months: Sequence[int], *, is_experience: bool = False) -> bool:
    """Tell whether a duration ("over 8 years", "18 months") follows from the dates of an entry or of the whole career.

    Args:
        claim: The quantity.
        months: Spans in months that the dates allow.
        is_experience: The line says that it is how long the person has worked; then fewer are true as well.
    """
    if claim.dimension != "months":
        return False
    wanted = claim.values[0]
    if is_experience and claim.bound in {"over", ""}:
        return any(wanted <= span + (0 if claim.bound == "over" else 1) for span in months)
    slack = 1 if wanted < 24 else 7
    return any(abs(wanted - span) <= slack for span in months)


def _mismatch(
    claim: Quantity, fact: Quantity, stems: frozenset[str], siblings: Sequence[Quantity]
) -> tuple[int, str, str] | None:
    """Give (how close, kind, explanation) for the first thing that differs, None when the fact grants the claim."""
    values = _value_mismatch(claim, fact)
    if not _same_dimension(claim, fact):
        same_number = not _bare_mismatch(claim, fact)
        kind = "currency" if "money" in {claim.dimension, fact.dimension} else _DIFFERENT_KINDS.get(fact.dimension, "unit")
        return (2 if same_number else 0), kind, f"{claim.text!r} differs in kind from {fact.text!r} in the profile"
    if values:
        return 1, values[0], f"{claim.text!r} {values[1]} {fact.text!r} in the profile"
    if claim.currency and claim.currency != fact.currency:
        return 4, "currency", f"{claim.text!r} is another currency than {fact.text!r} in the profile"
    if {claim.change, fact.change} == {"from", "to"}:
        return 3, "direction", f"{claim.text!r} stands at the other end of the change in the profile"
    if claim.period and claim.period != fact.period and claim.period not in stems:
        return (
            3,
            "unit",
            f"{claim.text!r} is per {claim.period}, the profile says {'per ' + fact.period if fact.period else 'no period'}",
        )
    if not _same_head(claim, fact, stems):
        kind = "headcount" if claim.dimension == "people" else "number"
        return 3, kind, f"{claim.text!r} counts another thing than the profile does"
    if any(_belongs_elsewhere(claim, fact, other) for other in siblings):
        return 3, "number", f"{claim.text!r} belongs to another part of the fact"
    return None


def _value_mismatch(claim: Quantity, fact: Quantity) -> tuple[str, str] | None:
    kind = "headcount" if claim.dimension == "people" else "date" if claim.dimension == "year" else "number"
    for value in claim.values:
        for known in _comparable(claim, fact):
            problem = _compare(claim, fact, value, known)
            if problem is None:
                return None
            if value == known:
                return "number", problem
    return kind, "is not"


def _comparable(claim: Quantity, fact: Quantity) -> Iterator[Fraction]:
    for known in fact.values:
        if claim.dimension == "percent" and fact.dimension == "times":
            yield (known - 1) * 100
        elif claim.dimension == "times" and fact.dimension == "percent":
            yield 1 + known / 100
        else:
            yield known


def _compare(claim: Quantity, fact: Quantity, value: Fraction, known: Fraction) -> str | None:
    if claim.span is not None:
        top = fact.span if fact.span is not None else known
        return None if value <= known and top <= claim.span else "is not"
    if fact.span is not None:
        return "is more exact than"
    if value == known:
        spread = claim.dimension == "count" and value <= 12  # "over 3 regions" is where, not how many
        if claim.bound == "over" and fact.bound != "over" and not spread:
            return "says more than"
        if fact.bound == "up to" and claim.bound not in {"up to", "under", "about"}:
            return "drops the bound of"
        if fact.bound == "under" and claim.bound not in {"under", "about", "up to"}:
            return "drops the bound of"
        return None
    if claim.bound == "over":
        return None if value < known <= value * Fraction(5, 4) and fact.bound in {"", "over", "about"} else "is not"
    if claim.bound in {"under", "up to"}:
        return None if value * Fraction(4, 5) <= known < value and fact.bound != "over" else "is not"
    if claim.bound == "about":
        return None if abs(value - known) <= known / 12 else "is not"
    return None if _is_rounding(claim, value, known) else "is not"


def _is_rounding(claim: Quantity, value: Fraction, known: Fraction) -> bool:
    """4,812 may be written as 4.8k or 4,800: rounded to at least two digits, and never 48 as 50."""
    unit = claim.precision
    while unit >= 1 and value % (unit * 10) == 0 and value >= unit * 100:
        unit *= 10
    return unit > 0 and value >= unit * 10 and abs(value - known) * 2 <= unit and known % unit != 0


def _bare_mismatch(claim: Quantity, fact: Quantity) -> bool:
    digits = [text.strip("€$£%+ ").lower() for text in (claim.text, fact.text)]
    return claim.values[0] != fact.values[0] and digits[0].split(" ")[0] != digits[1].split(" ")[0]


def _same_dimension(claim: Quantity, fact: Quantity) -> bool:
    if claim.dimension == fact.dimension:
        return True
    pair = {claim.dimension, fact.dimension}
    if pair == {"count", "people"} or pair == {"percent", "times"}:
        return True
    if pair == {"count", "year"}:
        return not claim.head
    if pair == {"count", "times"}:
        return (
            bool({stem("occasions"), stem("times")} & {*claim.head, *fact.head})
            or (claim.dimension == "times" and not fact.head)
            or (claim.dimension == "count" and claim.head[-1:] != () and claim.head[-1] in fact.context)
        )  # "14,000 downloads"
    return claim.dimension == "count" and fact.dimension == "money" and not claim.head


def _same_head(claim: Quantity, fact: Quantity, stems: frozenset[str]) -> bool:
    if claim.dimension not in {"count", "people"} or fact.dimension not in {"count", "people"}:
        return True
    named = [word for word in claim.head if word not in _NEUTRAL] or list(claim.head)
    if not named:
        return True
    if claim.dimension == "people" and not ANYBODY.isdisjoint(claim.head):
        return fact.dimension == "people" or not fact.head or not AUDIENCE.isdisjoint(fact.head)
    if fact.dimension == "people" and claim.dimension == "people" and not ANYBODY.isdisjoint(fact.head):
        return is_supported(named[0], stems) or is_supported(named[-1], stems) or fact.head == ("person",)
    if not fact.head:
        return is_supported(named[-1], stems)
    near = any(same_meaning(word, other) for word in named for other in (*fact.head, *fact.context))
    return near and is_supported(named[-1], stems)


def _belongs_elsewhere(claim: Quantity, fact: Quantity, other: Quantity) -> bool:
    """Tell whether the claim's clause speaks of what another number of the same fact measures."""
    if claim.dimension == "year" or (claim.dimension in {"count", "people"} and claim.head and fact.head):
        return False  # the thing counted has been compared already
    if not _same_dimension(fact, other) or fact.values == other.values or (fact.change and other.change):
        return False
    own, foreign = fact.context - other.context, other.context - fact.context
    shared = sum(any(same_meaning(word, known) for known in own) for word in claim.context)
    strange = sum(any(same_meaning(word, known) for known in foreign) for word in claim.context)
    return strange > shared


def _changes(facts: Sequence[Quantity]) -> Iterator[tuple[Quantity, Quantity]]:
    for one, two in pairwise(facts):
        if {one.change, two.change} == {"from", "to"} and one.dimension == two.dimension:
            yield (one, two) if one.change == "from" else (two, one)


def _is_derived(claim: Quantity, before: Quantity, after: Quantity) -> bool:
    """Grant what follows from "from 45 to 12 minutes": 73 % less, 33 minutes less, 3.75 times as fast."""
    old, new, value = before.values[0], after.values[0], claim.values[0]
    if not old or not new or claim.bound == "over":
        return False
    if claim.dimension == "percent":
        return abs(abs(old - new) / old * 100 - value) <= Fraction(1, 2)
    if claim.dimension == "times":
        return any(abs(ratio - value) <= Fraction(1, 20) for ratio in (old / new, new / old))
    return claim.dimension == before.dimension and bool(claim.dimension != "count" or claim.head) and abs(old - new) == value
