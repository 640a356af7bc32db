"""One contact from its sightings on many pages.

What lives here: when two sightings are the same contact, and what the merged one says. What does not: reading pages
(`extraction`), storing.

The result depends on the set of sightings only, never on their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from inroad.contacts.addresses import address_key
from inroad.contacts.confidence import agreeing
from inroad.contacts.model import CONTACT_KINDS, Contact, ContactKind
from inroad.contacts.names import tidy_name


@dataclass(frozen=True, slots=True)
class MergedContact:
    """One contact of a company with every place it was read from.

    Attributes:
        kind: What the value is.
        value: The normalised value of the surest source.
        name: Whom it is bound to, by the surest source that says so.
        role: That person's role, by the surest source that says so.
        confidence: Belief in the value, all sources together, 0 to 1.
        sources: The sightings, surest first.
        details: Kind-specific facts, those of surer sources first.
    """

    kind: ContactKind
    value: str
    name: str | None
    role: str | None
    confidence: float
    sources: tuple[Contact, ...]
    details: Mapping[str, Any] = field(default_factory=dict)


def merge_contacts(contacts: Iterable[Contact]) -> list[MergedContact]:
    """Merge sightings, of one page or of a whole site.

    Args:
        contacts: In any order; the same sighting given twice counts once.

    Returns:
        One entry a contact, by kind, then falling confidence, then value.
    """
    groups: dict[tuple[str, str], dict[tuple[Any, ...], Contact]] = {}
    for contact in contacts:
        sighting = (contact.page_url, contact.position, contact.method, contact.raw, contact.value)
        group = groups.setdefault(identity(contact), {})
        if sighting not in group or _rank(contact) < _rank(group[sighting]):
            group[sighting] = contact
    merged = [_merged(list(group.values())) for group in groups.values()]
    order = {kind: at for at, kind in enumerate(CONTACT_KINDS)}
    return sorted(merged, key=lambda m: (order[m.kind], -m.confidence, m.value))


def identity(contact: Contact) -> tuple[str, str]:
    """Kind and the form in which two spellings of one contact are equal."""
    if contact.kind == "address":
        shared = address_key(contact.details.get("parts") or {})
        return contact.kind, "|".join(shared) if shared else re.sub(r"\W+", " ", contact.value.casefold()).strip()
    if contact.kind == "person":
        return contact.kind, " ".join(re.findall(r"\w+", tidy_name(contact.value).casefold()))
    if contact.kind == "social":
        return contact.kind, _profile_identity(contact)
    return contact.kind, contact.value.casefold()


def _profile_identity(contact: Contact) -> str:
    """Country and mobile hosts of a network (`fr-fr.facebook.com`, `m.facebook.com`) show the same profile."""
    parts = urlsplit(contact.value)
    network = contact.details.get("network") or parts.netloc
    return f"{network}:{parts.path.rstrip('/').casefold()}?{parts.query}"


def _rank(contact: Contact) -> tuple[Any, ...]:
    """Total order: the surest first, everything else only to break ties the same way every time."""
    return (
        -contact.confidence,
        contact.name is None,
        contact.role is None,
        contact.page_url,
        contact.position,
        contact.method,
        contact.value,
        contact.raw,
        contact.name or "",
        contact.role or "",
        contact.snippet,
        repr(sorted((str(key), repr(value)) for key, value in contact.details.items())),
    )


def _merged(sightings: list[Contact]) -> MergedContact:
    ranked = sorted(sightings, key=_rank)
    best = ranked[0]
    details: dict[str, Any] = {}
    for sighting in ranked:
        for key, value in sighting.details.items():
            details.setdefault(key, value)
    named = next((sighting for sighting in ranked if sighting.name), best)
    pages: dict[str, float] = {}
    for sighting in ranked:
        pages.setdefault(sighting.page_url, sighting.confidence)
    return MergedContact(
        kind=best.kind,
        value=best.value,
        name=named.name,
        role=named.role or next((sighting.role for sighting in ranked if sighting.role), None),
        confidence=agreeing(pages.values()),
        sources=tuple(ranked),
        details=details,
    )
