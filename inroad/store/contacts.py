"""Queries on contacts and companies: what a company says of itself, reading contacts with their proof.

What does not belong here: storing what pages prove (`sightings`), the do-not-contact list (`suppression`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.erased_people import without_erased_people
from inroad.store.models import Company, ContactRow, ContactSource, Page


def plain(value: Any) -> Any:
    """Mappings and tuples as the JSON column gives them back, so that comparing finds no false difference."""
    if hasattr(value, "items"):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def store_company(
    session: Session, domain_id: int, *, name: str | None, legal_name: str | None, description: str | None, facts: Any
) -> bool:
    """Writes what a company says of itself where it differs; returns whether anything did."""
    values = without_erased_people(
        session, {"name": name, "legal_name": legal_name, "description": description, "facts": plain(facts)}
    )
    statement = insert(Company).values(domain_id=domain_id, **values)
    different = or_(*(getattr(Company, column).is_distinct_from(statement.excluded[column]) for column in values))
    statement = statement.on_conflict_do_update(
        index_elements=["domain_id"], set_={**values, "updated_at": func.now()}, where=different
    )
    return session.scalars(statement.returning(Company.id)).first() is not None


# The same in every output: the most confident source, then the first page by URL.
BEST_PROOF = (ContactSource.confidence.desc(), Page.url, ContactSource.method, ContactSource.position)


def domain_contacts(session: Session, domain_id: int) -> list[tuple[ContactRow, list[tuple[ContactSource, str]]]]:
    """A domain's contacts with their sources and the sources' pages, most confident first: the first source is the best proof."""
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
        .order_by(*BEST_PROOF)
    )
    for source, url in session.execute(statement):
        sources[source.contact_id].append((source, url))
    return [(row, sources[row.id]) for row in rows]


def kinds_of_contacts(session: Session, domain_id: int, *, least: float) -> set[str]:
    """The kinds of contacts that a domain has with at least some confidence, rejected ones too: they were found."""
    statement = select(ContactRow.kind).where(ContactRow.domain_id == domain_id, ContactRow.confidence >= least)
    return set(session.scalars(statement.distinct()))
