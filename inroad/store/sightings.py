"""Storing contacts: what pages prove, merged into one row per contact, for a batch of pages in a few statements.

What does not belong here: when two sightings are one contact and what they say together (the callers' functions `identity` and
`merge`), the contacts' rows (`merged_contacts`), and all other queries on contacts (`contacts`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from inroad.store.contacts import plain
from inroad.store.erasure import forget_again
from inroad.store.merged_contacts import (
    SOURCE_COLUMNS,
    SPELLING,
    Identity,
    Merge,
    Merged,
    Sighting,
    add_contacts,
    bring_up_to_date,
    columns_of,
    same_value,
    surest,
)
from inroad.store.models import Domain
from inroad.store.suppression import admitted

_Key = tuple[int, int, str, str]  # contact, page, method, position: what makes a source


def store_page_contacts(
    session: Session,
    domain_id: int,
    page_id: int,
    contacts: Sequence[Any],
    *,
    identity: Identity = same_value,
    merge: Merge = surest,
) -> int:
    """`store_contacts` for one page.

    Returns:
        Contacts that the page proves.
    """
    return store_contacts(session, domain_id, [(page_id, contacts)], identity=identity, merge=merge)[0]


def store_contacts(
    session: Session,
    domain_id: int,
    readings: Sequence[tuple[int, Sequence[Any]]],
    *,
    identity: Identity = same_value,
    merge: Merge = surest,
) -> list[int]:
    """Makes the stored sources of some pages equal to what was read from them, and every contact they touch equal to its sources.

    Writes only what differs: reading the same pages again changes no row. The result does not depend on the order of the pages.

    Args:
        session: Transaction.
        domain_id: The pages' domain.
        readings: Page id and what was read from it, with the attributes of `inroad.contacts.Contact` (the store stands below that
            room); no page twice.
        identity: Kind and the form in which two spellings of one contact are equal.
        merge: What all sightings of one contact say together.

    Returns:
        For each page the contacts that it proves.
    """
    # Readings of two pages of one domain take turns: each must see the rows that the other adds.
    name = session.scalars(select(Domain.name).where(Domain.id == domain_id).with_for_update(key_share=True)).one()
    urls = {number: url for number, url in session.execute(_URLS, {"page_ids": [page_id for page_id, _ in readings]})}
    kept = []
    for page_id, found in readings:
        may_pass, held = admitted(session, name, found)
        kept.append((page_id, forget_again(session, page_id, may_pass, held) if held else may_pass))
    matched = _Matched(session, domain_id, [one for _, found in kept for one in found], identity)
    for page_id, found in kept:
        for contact in found:
            matched.take(page_id, urls[page_id], contact)
    known = _known_sources(session, [page_id for page_id, _ in readings])
    wanted = matched.wanted(session, merge)
    touched = _write_sources(session, wanted, known) - matched.born
    bring_up_to_date(session, domain_id, touched, merge)
    proven: dict[int, set[int]] = {}
    for contact_id, page_id, _, _ in wanted:
        proven.setdefault(page_id, set()).add(contact_id)
    return [len(proven.get(page_id, ())) for page_id, _ in readings]


_URLS = text("SELECT id, url FROM pages WHERE id = ANY(CAST(:page_ids AS bigint[]))")


@dataclass(slots=True)
class _Group:
    """Sightings of one contact in this batch; `number` is its row, None where it has none yet."""

    kind: str
    value: str
    number: int | None
    sources: dict[tuple[int, str, str], Sighting] = field(default_factory=dict)


class _Matched:
    """Which row each sighting of a batch belongs to: the one of the same identity or value; a new one where there is none."""

    def __init__(self, session: Session, domain_id: int, found: Iterable[Any], identity: Identity) -> None:
        self._domain_id = domain_id
        self._identity = identity
        self._groups: list[_Group] = []
        self._by_value: dict[tuple[str, str], int | _Group] = {}
        self._by_identity: dict[tuple[str, str], int | _Group] = {}
        self._by_number: dict[int, _Group] = {}
        self.born: set[int] = set()
        given = {(contact.kind, contact.value) for contact in found}
        asked = {
            "domain_id": domain_id,
            "spelled": sorted({kind for kind, _ in given}.intersection(_SPELLED)),
            "values": sorted({value for _, value in given}),
            "lowered": sorted({value.casefold() for _, value in given}),
        }
        for row in session.execute(_CONTACTS, asked):
            self._by_value[row.kind, row.value] = row.id
            self._by_identity.setdefault(identity(row), row.id)

    def take(self, page_id: int, page_url: str, contact: Any) -> None:
        """Adds one sighting; the first of a page, method and position counts."""
        value, same = (contact.kind, contact.value), self._identity(contact)
        found = self._by_identity.get(same) or self._by_value.get(value)
        group = self._group(found, contact)
        if found is None:
            self._by_value[value] = group
        self._by_identity.setdefault(same, group)
        group.sources.setdefault((page_id, contact.method, contact.position), _as_sighting(contact, page_url))

    def _group(self, found: int | _Group | None, contact: Any) -> _Group:
        if isinstance(found, _Group):
            return found
        if found in self._by_number:
            return self._by_number[found]
        group = _Group(contact.kind, contact.value, found)
        self._groups.append(group)
        if found is not None:
            self._by_number[found] = group
        return group

    def wanted(self, session: Session, merge: Merge) -> dict[_Key, Sighting]:
        """The sources that the batch's pages are to have, by their keys; contacts that are new are added, merged already."""
        new = [group for group in self._groups if group.number is None]
        rows = [self._row(group, merge(list(group.sources.values()))) for group in new]
        for group, number in zip(new, add_contacts(session, self._domain_id, rows), strict=True):
            group.number = number
            self.born.add(number)
        return {
            (group.number, page_id, method, position): sighting
            for group in self._groups
            if group.number is not None
            for (page_id, method, position), sighting in group.sources.items()
        }

    def _row(self, group: _Group, merged: Merged) -> dict[str, Any]:
        """A new contact goes by the value of all its sources together, unless another contact has it."""
        if self._by_value.setdefault((group.kind, merged.value), group) is group:
            group.value = merged.value
        return {"kind": group.kind, "value": group.value, **columns_of(merged)}


def _as_sighting(contact: Any, page_url: str) -> Sighting:
    told = {name: getattr(contact, name) for name in SOURCE_COLUMNS if name != "details"}
    details = {**plain(contact.details), SPELLING: contact.value}
    return Sighting(
        kind=contact.kind,
        value=contact.value,
        page_url=page_url,
        position=contact.position,
        method=contact.method,
        details=details,
        **told,
    )


# Of these kinds one contact has many spellings, and all of a domain's are compared; of the others only letters' case may differ,
# and a directory of ten thousand mailboxes is not loaded for each batch of pages.
_SPELLED = ("address", "person", "social")
_CONTACTS = text("""
    SELECT id, kind, value, details FROM contacts
    WHERE domain_id = :domain_id AND (
        kind = ANY(CAST(:spelled AS text[])) OR value = ANY(CAST(:values AS text[]))
        OR lower(value) = ANY(CAST(:lowered AS text[]))
    )
    ORDER BY id
""")
_SOURCES = text("""
    SELECT id, contact_id, page_id, method, position, snippet, raw, name, role, confidence, details, extractor_version
    FROM contact_sources WHERE page_id = ANY(CAST(:page_ids AS bigint[]))
""")


def _known_sources(session: Session, page_ids: Sequence[int]) -> dict[_Key, Any]:
    rows = session.execute(_SOURCES, {"page_ids": list(page_ids)})
    return {(row.contact_id, row.page_id, row.method, row.position): row for row in rows}


_DROP_SOURCES = text("DELETE FROM contact_sources WHERE id = ANY(CAST(:ids AS bigint[]))")
_GIVEN_SOURCES = """
    unnest(CAST(:contact_ids AS bigint[]), CAST(:page_ids AS bigint[]), CAST(:methods AS text[]), CAST(:positions AS text[]),
           CAST(:snippets AS text[]), CAST(:raws AS text[]), CAST(:names AS text[]), CAST(:roles AS text[]),
           CAST(:confidences AS float8[]), CAST(:details AS text[]), CAST(:versions AS text[]))
        AS g (contact_id, page_id, method, position, snippet, raw, name, role, confidence, details, extractor_version)
"""
_PUT_SOURCES = text(f"""
    INSERT INTO contact_sources (contact_id, page_id, method, position, snippet, raw, name, role, confidence, details,
                                 extractor_version)
    SELECT contact_id, page_id, method, position, snippet, raw, name, role, confidence, CAST(details AS jsonb), extractor_version
    FROM {_GIVEN_SOURCES}
    ON CONFLICT (contact_id, page_id, method, position) DO UPDATE SET snippet = excluded.snippet, raw = excluded.raw,
        name = excluded.name, role = excluded.role, confidence = excluded.confidence, details = excluded.details,
        extractor_version = excluded.extractor_version
""")  # noqa: S608 - both halves are constants of this module


def _write_sources(session: Session, wanted: Mapping[_Key, Sighting], known: Mapping[_Key, Any]) -> set[int]:
    """Gives the contacts whose sources are others now."""
    gone = [key for key in known if key not in wanted]
    if gone:
        session.execute(_DROP_SOURCES, {"ids": [known[key].id for key in gone]})
    put = {key: one for key, one in wanted.items() if key not in known or _differs(known[key], one)}
    if put:
        session.execute(
            _PUT_SOURCES,
            {
                "contact_ids": [key[0] for key in put],
                "page_ids": [key[1] for key in put],
                "methods": [key[2] for key in put],
                "positions": [key[3] for key in put],
                "snippets": [one.snippet for one in put.values()],
                "raws": [one.raw for one in put.values()],
                "names": [one.name for one in put.values()],
                "roles": [one.role for one in put.values()],
                "confidences": [one.confidence for one in put.values()],
                "details": [json.dumps(one.details) for one in put.values()],
                "versions": [one.extractor_version for one in put.values()],
            },
        )
    return {key[0] for key in (*gone, *put)}


def _differs(row: Any, sighting: Sighting) -> bool:
    return any(getattr(row, name) != getattr(sighting, name) for name in SOURCE_COLUMNS)
