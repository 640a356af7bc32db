"""How much a signal is believed.

What lives here: the probability that a value is right and the company's, by the place it was read from, and how agreeing signals
add up. What does not: finding anything.

The figures were chosen on one half of our own corpus with decoys added (other firms' mailboxes, profiles and addresses,
customers who praise) so that of the contacts at 0.9 nine in ten are right; `benchmarks/bench_contacts.py` prints the bins of
that half and of the other, with their sizes. On sites unlike that corpus they remain estimates that put the signals in order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

EMAIL: Final = {
    "mailto": 0.97,
    "text": 0.95,
    "obfuscated": 0.93,
    "cfemail": 0.96,
    "attributes": 0.92,
    "attribute": 0.85,
    "base64": 0.9,
    "rot13": 0.88,
    "reversed": 0.88,
    "hex": 0.88,
    "typo3": 0.93,
    "script": 0.88,
    "script-literal": 0.7,
}
STRUCTURED: Final = {"json-ld": 0.95, "microdata": 0.94, "rdfa": 0.92, "hcard": 0.92, "opengraph": 0.85, "vcard": 0.95}
# Other companies' streets are written like one's own: fairs, branches, customers. A second source makes it surer.
ADDRESS: Final = {"complete": 0.8, "street": 0.5, "map-link": 0.7}
CEILING: Final = 0.99
_HIDDEN: Final = 0.6
_ELSEWHERE: Final = 0.75


def when_hidden(confidence: float) -> float:
    """A value in a part of the page that is not shown at first: a dialogue's, or a trap."""
    return confidence * _HIDDEN


def when_elsewhere(confidence: float) -> float:
    """A mailbox or profile that shares no name with the page's site: as often a partner's or a designer's as its own."""
    return confidence * _ELSEWHERE


def agreeing(confidences: Iterable[float]) -> float:
    """The belief in a value that several signals or pages give.

    Signals on one site are far from independent (one template prints them all), so each further one takes away a quarter of the
    remaining doubt at most, in proportion to its own belief. The order does not matter.

    Args:
        confidences: Of the single sightings, 0 to 1; at least one.
    """
    ranked = sorted(confidences, reverse=True)
    belief = ranked[0]
    for further in ranked[1:6]:
        belief += (1.0 - belief) * 0.25 * further
    return round(min(max(belief, ranked[0]), max(CEILING, ranked[0])), 3)
