"""Queries on contacts and companies: the do-not-contact list, what a company says of itself, reading contacts with their proof.

What does not belong here: storing what pages prove (`sightings`).
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.models import Company, ContactRow, ContactSource, Page, Suppression


def plain(value: Any) -> Any:
    """Mappings and tuples as the JSON column gives them back, so that comparing finds no false difference."""
    if hasattr(value, "items"):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


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
    values = {"name": name, "legal_name": legal_name, "description": description, "facts": plain(facts)}
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
