"""Queries on contacts and companies: what one page proves, merged into one row per contact."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.models import Company, ContactRow, ContactSource, Domain, Page, Suppression

SOURCE_COLUMNS = ("snippet", "raw", "name", "role", "confidence", "details", "extractor_version")
# Where a source's details keep the value as that page spells it: its contact may go by another page's spelling.
SPELLING = "value"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One stored source with what its contact is, for merging; the attributes are those of `inroad.contacts.Contact`."""

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


def store_page_contacts(
    session: Session,
    domain_id: int,
    page_id: int,
    contacts: Sequence[Any],
    *,
    identity: Callable[[Any], tuple[str, str]] = same_value,
    merge: Callable[[Sequence[Sighting]], Merged] = surest,
) -> int:
    """Makes the stored sources of one page equal to what was read from it, and every contact they touch equal to its sources.

    Writes only what differs: reading the same page again changes no row. The result does not depend on the order of the pages.

    Args:
        session: Transaction.
        domain_id: The page's domain.
        page_id: The page.
        contacts: What was read from it, with the attributes of `inroad.contacts.Contact` (the store stands below that room).
        identity: Kind and the form in which two spellings of one contact are equal.
        merge: What all sightings of one contact say together.

    Returns:
        Contacts that the page proves.
    """
    kept = [contact for contact in contacts if not is_suppressed(session, contact.value)]
    ids = _contact_ids(session, domain_id, kept, identity)
    wanted: dict[tuple[int, str, str], dict[str, Any]] = {}
    for contact, contact_id in zip(kept, ids, strict=True):
        wanted.setdefault((contact_id, contact.method, contact.position), _source_values(contact))
    known = {
        (source.contact_id, source.method, source.position): source
        for source in session.scalars(select(ContactSource).where(ContactSource.page_id == page_id))
    }
    touched = {key[0] for key in wanted if key not in known} | {key[0] for key in known if key not in wanted}
    for key, source in known.items():
        if key not in wanted:
            session.delete(source)
        elif values := {name: value for name, value in wanted[key].items() if getattr(source, name) != value}:
            for name, value in values.items():
                setattr(source, name, value)
            touched.add(key[0])
    for (contact_id, method, position), values in wanted.items():
        if (contact_id, method, position) not in known:
            session.add(ContactSource(contact_id=contact_id, page_id=page_id, method=method, position=position, **values))
    session.flush()
    for contact_id in sorted(touched):
        _bring_up_to_date(session, contact_id, merge)
    return len({key[0] for key in wanted})


def _source_values(contact: Any) -> dict[str, Any]:
    values = {name: getattr(contact, name) for name in SOURCE_COLUMNS}
    return {**values, "details": {**_plain(contact.details), SPELLING: contact.value}}


def _plain(value: Any) -> Any:
    """Mappings and tuples as the JSON column gives them back, so that comparing finds no false difference."""
    if hasattr(value, "items"):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value


def _contact_ids(
    session: Session, domain_id: int, contacts: Sequence[Any], identity: Callable[[Any], tuple[str, str]]
) -> list[int]:
    """The contact's row of each sighting: the one of the same identity or value; a new one where there is none."""
    # Readings of two pages of one domain take turns: each must see the rows that the other adds.
    session.execute(select(Domain.id).where(Domain.id == domain_id).with_for_update(key_share=True))
    by_value: dict[tuple[str, str], int] = {}
    by_identity: dict[tuple[str, str], int] = {}
    for row in session.scalars(select(ContactRow).where(ContactRow.domain_id == domain_id).order_by(ContactRow.id)):
        by_value[row.kind, row.value] = row.id
        by_identity.setdefault(identity(row), row.id)
    out = []
    for contact in contacts:
        value, same = (contact.kind, contact.value), identity(contact)
        number = by_identity.get(same) or by_value.get(value)
        if number is None:
            row = ContactRow(domain_id=domain_id, kind=contact.kind, value=contact.value, raw=contact.raw, confidence=0.0)
            session.add(row)
            session.flush()
            number = by_value[value] = row.id
        by_identity.setdefault(same, number)
        out.append(number)
    return out


def _bring_up_to_date(session: Session, contact_id: int, merge: Callable[[Sequence[Sighting]], Merged]) -> None:
    """A contact as all its sources tell it together; one without sources goes, unless a person has decided on it."""
    row = session.get_one(ContactRow, contact_id, populate_existing=True)
    statement = select(ContactSource, Page.url).join(Page, Page.id == ContactSource.page_id)
    sightings = [
        _sighting(row.kind, source, url)
        for source, url in session.execute(statement.where(ContactSource.contact_id == contact_id))
    ]
    if not sightings:
        if row.contact_curation_status == "New":
            session.delete(row)
            session.flush()
        return
    merged = merge(sightings)
    values = {name: getattr(merged, name) for name in ("raw", "name", "role", "confidence")}
    values["details"] = {key: value for key, value in _plain(merged.details).items() if key != SPELLING}
    taken = select(ContactRow.id).where(
        ContactRow.domain_id == row.domain_id,
        ContactRow.kind == row.kind,
        ContactRow.value == merged.value,
        ContactRow.id != contact_id,
    )
    if session.scalar(taken) is None:
        values["value"] = merged.value
    different = [getattr(ContactRow, name).is_distinct_from(value) for name, value in values.items()]
    session.execute(
        update(ContactRow)
        .where(ContactRow.id == contact_id, or_(*different))
        .values(values)
        .execution_options(synchronize_session=False)
    )


def _sighting(kind: str, source: ContactSource, url: str) -> Sighting:
    told = {name: getattr(source, name) for name in SOURCE_COLUMNS}
    value = source.details.get(SPELLING, source.raw)
    return Sighting(kind=kind, value=value, page_url=url, position=source.position, method=source.method, **told)


def is_suppressed(session: Session, value: str) -> bool:
    """Whether a value is on the do-not-contact list: itself, its hash, its domain, or a pattern with * for any characters."""
    rules = session.info.get("suppressions")
    if rules is None:
        rules = session.info["suppressions"] = [(row.kind, row.value) for row in session.scalars(select(Suppression))]
    return any(_hits(kind, rule, value.lower()) for kind, rule in rules)


def _hits(kind: str, rule: str, value: str) -> bool:
    if kind == "hash":
        return hashlib.sha256(value.encode()).hexdigest() == rule
    if kind == "domain":
        return value.rpartition("@")[2] == rule or value.endswith("." + rule)
    if kind == "pattern":
        return re.fullmatch(".*".join(map(re.escape, rule.lower().split("*"))), value) is not None
    return value == rule.lower()


def suppress(session: Session, kind: str, value: str, *, made_by: str, reason: str | None = None) -> int:
    """Adds a rule to the do-not-contact list and removes what it hits; returns how many contacts went."""
    rule = {"kind": kind, "value": value.lower(), "made_by": made_by, "reason": reason}
    session.execute(insert(Suppression).values(rule).on_conflict_do_nothing())
    session.info.pop("suppressions", None)
    hits = [
        number
        for number, text in session.execute(select(ContactRow.id, ContactRow.value))
        if _hits(kind, value.lower(), text.lower())
    ]
    session.execute(delete(ContactRow).where(ContactRow.id.in_(hits)))
    return len(hits)


def store_company(
    session: Session, domain_id: int, *, name: str | None, legal_name: str | None, description: str | None, facts: Any
) -> bool:
    """Writes what a company says of itself where it differs; returns whether anything did."""
    values = {"name": name, "legal_name": legal_name, "description": description, "facts": _plain(facts)}
    statement = insert(Company).values(domain_id=domain_id, **values)
    different = or_(*(getattr(Company, column).is_distinct_from(statement.excluded[column]) for column in values))
    statement = statement.on_conflict_do_update(
        index_elements=["domain_id"], set_={**values, "updated_at": func.now()}, where=different
    )
    return session.scalars(statement.returning(Company.id)).first() is not None


def domain_contacts(session: Session, domain_id: int) -> list[tuple[ContactRow, list[tuple[ContactSource, str]]]]:
    """A domain's contacts with their sources and the sources' pages, most confident first."""
    rows = session.scalars(
        select(ContactRow)
        .where(ContactRow.domain_id == domain_id, ContactRow.contact_curation_status != "Rejected")
        .order_by(ContactRow.kind, ContactRow.confidence.desc(), ContactRow.value)
    ).all()
    sources: dict[int, list[tuple[ContactSource, str]]] = {row.id: [] for row in rows}
    statement = (
        select(ContactSource, Page.url)
        .join(Page, Page.id == ContactSource.page_id)
        .where(ContactSource.contact_id.in_(sources))
        .order_by(Page.url, ContactSource.method, ContactSource.position)
    )
    for source, url in session.execute(statement):
        sources[source.contact_id].append((source, url))
    return [(row, sources[row.id]) for row in rows]
