"""Whether an open posting is probably stale: still listed, and most likely no longer meant.

A judgement with its reason and no more: closing takes two complete readings without the posting, whatever is said here.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from inroad.postings.sections import fold

STALE_AFTER_DAYS: Final = 180
"""Half a year: four times as long as an opening commonly stays unfilled."""

MAX_CHARS: Final = 20_000

_FILLED: Final = re.compile(
    r"\b(?:(?:position|role|vacancy|job|post|opening) (?:has been|is(?: now| already)?|was) (?:filled|closed|taken)"
    r"|no longer (?:accepting|taking|receiving) applications|applications? (?:are|is|have) (?:now )?(?:been )?closed"
    r"|job (?:has )?expired"
    r"|stelle (?:ist|wurde) (?:bereits |leider )?(?:besetzt|vergeben)|bewerbungsfrist ist abgelaufen"
    r"|(?:poste|offre) (?:est |a ete )?(?:deja )?pourvue?|offre expiree|candidatures closes"
    r"|(?:vacante|puesto|oferta) (?:ya )?(?:esta |ha sido )?(?:cubiert[oa]|cerrad[oa])|(?:posizione"
    r"|offerta) (?:e stata )?(?:chiusa|coperta|scaduta)"
    r"|vacature is (?:reeds |inmiddels )?(?:vervuld|gesloten))\b"
)


def stale_reason(
    *, posted_on: str | None, valid_through: str | None, description: str, first_seen: date, today: date
) -> str | None:
    """Says why a posting that is still listed is probably stale.

    Args:
        posted_on: ISO date as published.
        valid_through: ISO date as published.
        description: The text; its first `MAX_CHARS` characters are read.
        first_seen: When it was first read; stands in for a date that is not published.
        today: The day of the judgement.

    Returns:
        One sentence that is the same on every later day; None for a posting that is probably meant.
    """
    if valid_through and valid_through < today.isoformat():
        return f"It was open until {valid_through}."
    found = _FILLED.search(fold(description[:MAX_CHARS]))
    if found:
        return f"Its text says: {found.group()!r}."
    bound = (today - timedelta(days=STALE_AFTER_DAYS)).isoformat()
    if posted_on and posted_on < bound:
        return f"It was posted on {posted_on}, more than {STALE_AFTER_DAYS} days ago."
    if not posted_on and first_seen.isoformat() < bound:
        return f"It was first seen on {first_seen.isoformat()}, more than {STALE_AFTER_DAYS} days ago, and names no date."
    return None
