"""Queries on domains: adding them, finding them by name, recording an analysis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.erased_people import without_erased_people
from inroad.store.models import Domain

# PostgreSQL takes 65,535 parameters in one statement.
CHUNK = 5_000


def add_domains(session: Session, names: Iterable[str], *, source: str = "manual", max_attempts: int = 3) -> list[str]:
    """Adds domains that are not there yet.

    Args:
        session: Transaction.
        names: Registrable domains in lower-case ASCII (`inroad.crawl.urls.normalise_domain`).
        source: Where they came from.
        max_attempts: Attempts at the analysis before it stays in Error.

    Returns:
        The names that are new, in the order given.
    """
    wanted = list(dict.fromkeys(names))
    new: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        rows = [{"name": name, "source": source, "max_attempts": max_attempts} for name in wanted[start : start + CHUNK]]
        new.update(session.scalars(insert(Domain).values(rows).on_conflict_do_nothing().returning(Domain.name)))
    return [name for name in wanted if name in new]


def domain_ids(session: Session, names: Sequence[str]) -> dict[str, int]:
    """Ids of the domains that exist, by name, in insertion order."""
    out: dict[str, int] = {}
    for start in range(0, len(names), CHUNK):
        rows = session.execute(
            select(Domain.name, Domain.id).where(Domain.name.in_(names[start : start + CHUNK])).order_by(Domain.id)
        )
        out.update({name: number for name, number in rows})
    return out


def domain_names(session: Session) -> list[str]:
    """Names of all domains that are not rejected, in insertion order."""
    return list(session.scalars(select(Domain.name).where(Domain.sitemap_curation_status != "Rejected").order_by(Domain.id)))


def get_domains(session: Session, ids: Sequence[int]) -> list[Domain]:
    """Domain rows in insertion order."""
    return list(session.scalars(select(Domain).where(Domain.id.in_(ids)).order_by(Domain.id)))


def update_domain(session: Session, /, domain_id: int, **values: Any) -> None:
    """Writes values on a domain where at least one of them differs."""
    values = without_erased_people(session, values)
    different = [getattr(Domain, name).is_distinct_from(value) for name, value in values.items()]
    if different:
        from sqlalchemy import or_

        session.execute(
            update(Domain)
            .where(Domain.id == domain_id, or_(*different))
            .values(values)
            .execution_options(synchronize_session=False)
        )


def count_domains(session: Session) -> int:
    """Number of domains."""
    return session.scalar(select(func.count()).select_from(Domain)) or 0
