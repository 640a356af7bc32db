"""Queries on contacts and companies: what one page proves, merged into one row per contact."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.models import Company, ContactRow, ContactSource, Page, Suppression

SOURCE_COLUMNS = ("snippet", "raw", "name", "role", "confidence", "details", "extractor_version")


def store_page_contacts(session: Session, domain_id: int, page_id: int, contacts: Sequence[Any]) -> int:
    """Makes the stored sources of one page equal to what was read from it, and every contact they touch equal to its sources.

    Writes only what differs: reading the same page again changes no row.

    Args:
        session: Transaction.
        domain_id: The page's domain.
        page_id: The page.
        contacts: What was read from it, with the attributes of `inroad.contacts.Contact` (the store stands below that room).

    Returns:
        Contacts that the page proves.
    """
    kept = [contact for contact in contacts if not is_suppressed(session, contact.value)]
    ids = _contact_ids(session, domain_id, kept)
    wanted: dict[tuple[int, str, str], Any] = {}
    for contact in kept:
        wanted.setdefault((ids[contact.kind, contact.value], contact.method, contact.position), contact)
    known = {
        (source.contact_id, source.method, source.position): source
        for source in session.scalars(select(ContactSource).where(ContactSource.page_id == page_id))
    }
    touched = {key[0] for key in wanted if key not in known} | {key[0] for key in known if key not in wanted}
    for key, source in known.items():
        if key not in wanted:
            session.delete(source)
        elif values := {name: value for name, value in _source_values(wanted[key]).items() if getattr(source, name) != value}:
            for name, value in values.items():
                setattr(source, name, value)
            touched.add(key[0])
    for (contact_id, method, position), contact in wanted.items():
        if (contact_id, method, position) not in known:
            values = _source_values(contact)
            session.add(ContactSource(contact_id=contact_id, page_id=page_id, method=method, position=position, **values))
    session.flush()
    for contact_id in sorted(touched):
        _merge(session, contact_id)
    return len({key[0] for key in wanted})


def _source_values(contact: Any) -> dict[str, Any]:
    values = {name: getattr(contact, name) for name in SOURCE_COLUMNS}
    return {**values, "details": _plain(contact.details)}


def _plain(value: Any) -> Any:
    """Mappings and tuples as the JSON column gives them back, so that comparing finds no false difference."""
    if hasattr(value, "items"):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value


def _contact_ids(session: Session, domain_id: int, contacts: Sequence[Any]) -> dict[tuple[str, str], int]:
    keys = sorted({(contact.kind, contact.value) for contact in contacts})
    first = {(contact.kind, contact.value): contact for contact in reversed(contacts)}
    if keys:
        rows = [
            {"domain_id": domain_id, "kind": kind, "value": value, "raw": first[kind, value].raw, "confidence": 0.0}
            for kind, value in keys
        ]
        session.execute(insert(ContactRow).values(rows).on_conflict_do_nothing())
    statement = select(ContactRow.kind, ContactRow.value, ContactRow.id).where(ContactRow.domain_id == domain_id)
    return {(kind, value): number for kind, value, number in session.execute(statement)}


def _merge(session: Session, contact_id: int) -> None:
    """A contact from all its sources, whatever their order: the most confident source names it, agreement raises confidence."""
    statement = select(ContactSource, Page.url).join(Page, Page.id == ContactSource.page_id)
    sources = [(source, url) for source, url in session.execute(statement.where(ContactSource.contact_id == contact_id))]
    if not sources:
        session.execute(delete(ContactRow).where(ContactRow.id == contact_id, ContactRow.contact_curation_status == "New"))
        return
    sources.sort(key=lambda pair: (-pair[0].confidence, pair[1], pair[0].method, pair[0].position))
    best = sources[0][0]
    named = next((source for source, _ in sources if source.name), best)
    details: dict[str, Any] = {}
    for source, _ in reversed(sources):
        details.update(source.details)
    values = {
        "raw": best.raw,
        "name": named.name,
        "role": named.role or next((source.role for source, _ in sources if source.role and source.name == named.name), None),
        "confidence": best.confidence,
        "details": details,
    }
    different = [getattr(ContactRow, name).is_distinct_from(value) for name, value in values.items()]
    session.execute(
        update(ContactRow)
        .where(ContactRow.id == contact_id, or_(*different))
        .values(values)
        .execution_options(synchronize_session=False)
    )


def drop_page_contacts(session: Session, page_id: int) -> None:
    """Removes what a page proved, when the page is gone or its content is no content."""
    touched = session.scalars(
        delete(ContactSource).where(ContactSource.page_id == page_id).returning(ContactSource.contact_id)
    ).all()
    for contact_id in sorted(set(touched)):
        _merge(session, contact_id)


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
