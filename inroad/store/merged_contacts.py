"""Contacts as all their sources tell them: what a sighting is, what sightings say together, and the rows of that.

What does not belong here: the sources themselves, and which contact a sighting belongs to (`sightings`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from inroad.store.contacts import plain

SOURCE_COLUMNS = ("snippet", "raw", "name", "role", "confidence", "details", "extractor_version")
# Where a source's details keep the value as that page spells it: its contact may go by another page's spelling.
SPELLING = "value"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One source with what its contact is, for merging; the attributes are those of `inroad.contacts.Contact`."""

    kind: str
    value: str
    raw: str
    page_url: str
    position: str
    method: str
    extractor_version: str
    snippet: str
    confidence: float
    name: str | None
    role: str | None
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Merged:
    """What a contact says, all its sources together."""

    value: str
    raw: str
    name: str | None
    role: str | None
    confidence: float
    details: dict[str, Any]


Identity = Callable[[Any], tuple[str, str]]
Merge = Callable[[Sequence[Sighting]], Merged]


def same_value(contact: Any) -> tuple[str, str]:
    """The strictest identity: one contact for each kind and value."""
    return contact.kind, contact.value


def surest(sightings: Sequence[Sighting]) -> Merged:
    """The plainest merging: what the most confident source says, whatever the sources' order."""
    ranked = sorted(sightings, key=lambda one: (-one.confidence, one.page_url, one.method, one.position))
    best = ranked[0]
    named = next((one for one in ranked if one.name), best)
    details: dict[str, Any] = {}
    for one in reversed(ranked):
        details.update(one.details)
    return Merged(best.value, best.raw, named.name, named.role, best.confidence, details)


def columns_of(merged: Merged) -> dict[str, Any]:
    """What a contact's row says beside its kind and value."""
    details = {key: value for key, value in plain(merged.details).items() if key != SPELLING}
    return {"raw": merged.raw, "name": merged.name, "role": merged.role, "confidence": merged.confidence, "details": details}


_ADD = text("""
    INSERT INTO contacts (domain_id, kind, value, raw, name, role, confidence, details)
    SELECT :domain_id, kind, value, raw, name, role, confidence, CAST(details AS jsonb)
    FROM unnest(CAST(:kinds AS text[]), CAST(:values AS text[]), CAST(:raws AS text[]), CAST(:names AS text[]),
                CAST(:roles AS text[]), CAST(:confidences AS float8[]), CAST(:details AS text[])) WITH ORDINALITY
        AS g (kind, value, raw, name, role, confidence, details, place)
    ORDER BY place
    RETURNING id, kind, value
""")


def add_contacts(session: Session, domain_id: int, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Adds contacts that nobody has yet; gives their ids in order."""
    if not rows:
        return []
    columns = {
        "kinds": [row["kind"] for row in rows],
        "values": [row["value"] for row in rows],
        "raws": [row["raw"] for row in rows],
        "names": [row["name"] for row in rows],
        "roles": [row["role"] for row in rows],
        "confidences": [row["confidence"] for row in rows],
        "details": [json.dumps(row["details"]) for row in rows],
    }
    added = {(kind, value): number for number, kind, value in session.execute(_ADD, {"domain_id": domain_id, **columns})}
    return [added[row["kind"], row["value"]] for row in rows]


_ROWS = text("""
    SELECT id, kind, value, raw, name, role, confidence, details, contact_curation_status
    FROM contacts WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id
""")
_SIGHTINGS = text("""
    SELECT s.contact_id, p.url, s.method, s.position, s.snippet, s.raw, s.name, s.role, s.confidence, s.details,
           s.extractor_version
    FROM contact_sources AS s JOIN pages AS p ON p.id = s.page_id WHERE s.contact_id = ANY(CAST(:ids AS bigint[]))
""")
_TAKEN = text("""
    SELECT kind, value, id FROM contacts WHERE domain_id = :domain_id AND value = ANY(CAST(:values AS text[]))
""")
_UPDATE = text("""
    UPDATE contacts SET value = g.value, raw = g.raw, name = g.name, role = g.role, confidence = g.confidence,
        details = CAST(g.details AS jsonb), updated_at = now()
    FROM unnest(CAST(:ids AS bigint[]), CAST(:values AS text[]), CAST(:raws AS text[]), CAST(:names AS text[]),
                CAST(:roles AS text[]), CAST(:confidences AS float8[]), CAST(:details AS text[]))
        AS g (id, value, raw, name, role, confidence, details)
    WHERE contacts.id = g.id
""")
_DROP_CONTACTS = text("DELETE FROM contacts WHERE id = ANY(CAST(:ids AS bigint[]))")


def bring_up_to_date(session: Session, domain_id: int, numbers: Iterable[int], merge: Merge) -> None:
    """Contacts as all their sources tell them together; one without sources goes, unless a person has decided on it."""
    ids = sorted(numbers)
    if not ids:
        return
    seen: dict[int, list[Any]] = {number: [] for number in ids}
    for source in session.execute(_SIGHTINGS, {"ids": ids}):
        seen[source.contact_id].append(source)
    rows = session.execute(_ROWS, {"ids": ids}).all()
    gone = [row.id for row in rows if not seen[row.id] and row.contact_curation_status == "New"]
    if gone:
        session.execute(_DROP_CONTACTS, {"ids": gone})
    merged = {row.id: merge([_stored_sighting(row.kind, source) for source in seen[row.id]]) for row in rows if seen[row.id]}
    taken = {
        (kind, value): number
        for kind, value, number in session.execute(
            _TAKEN, {"domain_id": domain_id, "values": [one.value for one in merged.values()]}
        )
    }
    changes: dict[int, dict[str, Any]] = {}
    for row in rows:
        if row.id in merged:
            value = merged[row.id].value
            is_free = taken.setdefault((row.kind, value), row.id) == row.id
            change = {"value": value if is_free else row.value, **columns_of(merged[row.id])}
            if any(getattr(row, name) != told for name, told in change.items()):
                changes[row.id] = change
    _change_contacts(session, changes)


def _change_contacts(session: Session, changes: Mapping[int, Mapping[str, Any]]) -> None:
    if changes:
        values = list(changes.values())
        columns = {
            "values": [change["value"] for change in values],
            "raws": [change["raw"] for change in values],
            "names": [change["name"] for change in values],
            "roles": [change["role"] for change in values],
            "confidences": [change["confidence"] for change in values],
            "details": [json.dumps(change["details"]) for change in values],
        }
        session.execute(_UPDATE, {"ids": list(changes), **columns})


def _stored_sighting(kind: str, source: Any) -> Sighting:
    told = {name: getattr(source, name) for name in SOURCE_COLUMNS}
    value = source.details.get(SPELLING, source.raw)
    return Sighting(kind=kind, value=value, page_url=source.url, position=source.position, method=source.method, **told)
