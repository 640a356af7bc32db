"""Queries on pages: adding those found by links, selecting, storing content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, and_, bindparam, cast, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert
from sqlalchemy.orm import Session

from inroad.store import claims
from inroad.store.gone_pages import is_in_doubt
from inroad.store.models import Extraction, Page, PageContent
from inroad.store.suppression import without_erased


def add_pages(session: Session, domain_id: int, rows: Sequence[dict[str, Any]]) -> int:
    """Adds pages that are not there yet, and gives known ones a better type where the new link tells one.

    Which link is seen first depends on the network; the type must not: the smallest pair of priority and type wins in any order.

    Args:
        session: Transaction.
        domain_id: Domain that they belong to.
        rows: url, source, page_type, priority_level, classifier_version, and any other column.

    Returns:
        How many are new or better named.
    """
    allowed = without_erased(session, [row["url"] for row in rows])
    rows = [row for row in rows if row["url"] in allowed]
    if not rows:
        return 0
    # Sorted: two transactions that add the same pages take their locks in the same order.
    unique = sorted({row["url"]: {**row, "domain_id": domain_id} for row in reversed(rows)}.items())
    # The table and not the class: the ORM's bulk insert cannot compile ON CONFLICT (SQLAlchemy 2.1.9).
    statement = insert(Page.__table__).values([row for _, row in unique])  # type: ignore[arg-type]
    given = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["url"],
        set_={"page_type": given.page_type, "priority_level": given.priority_level},
        where=and_(
            Page.domain_id == given.domain_id,
            tuple_(given.priority_level, given.page_type) < tuple_(Page.priority_level, Page.page_type),
        ),
    )
    return len(session.scalars(statement.returning(Page.id)).all())


def page_ranks(session: Session, urls: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Priority and type of those URLs that are pages already; the smaller pair names a page better (`add_pages`)."""
    statement = select(Page.url, Page.priority_level, Page.page_type).where(Page.url == func.any(cast(urls, ARRAY(Text))))
    return {url: (level, page_type) for url, level, page_type in session.execute(statement)}


def page_count(session: Session, domain_id: int, *, source: str | None = None) -> int:
    """Pages of a domain, of one source or of all."""
    statement = select(func.count()).select_from(Page).where(Page.domain_id == domain_id)
    return session.scalar(statement if source is None else statement.where(Page.source == source)) or 0


def selectable(session: Session, domain_id: int) -> list[Page]:
    """Pages that a rule may choose from: not rejected, not gone; light rows in a fixed order."""
    statement = (
        select(Page)
        .where(Page.domain_id == domain_id, Page.page_curation_status != "Rejected", Page.gone_at.is_(None))
        .order_by(Page.priority_level, func.length(Page.url), Page.url)
        .limit(20_000)
    )
    return list(session.scalars(statement))


def select_pages(session: Session, page_ids: Sequence[int], *, by: str, reason: str, max_attempts: int) -> int:
    """Marks new pages as Selected and queues them; returns how many."""
    statement = (
        update(Page)
        .where(Page.id.in_(page_ids), Page.page_curation_status == "New", Page.page_processing_status == "Waiting")
        .values(
            page_curation_status="Selected",
            curated_by=by,
            curated_at=func.now(),
            curation_reason=reason,
            page_processing_status="Queued",
            next_attempt_at=func.now(),
            max_attempts=max_attempts,
        )
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def unfinished_pages(session: Session, domain_id: int) -> int:
    """Selected pages of a domain that are still to be fetched, now or later."""
    statement = select(func.count()).select_from(Page)
    return (
        session.scalar(statement.where(Page.domain_id == domain_id, Page.page_processing_status.in_(("Queued", "Processing"))))
        or 0
    )


_DUE = claims.Claiming(Page, Page.domain_id == bindparam("of_domain"), Page.page_curation_status == "Selected")


def claim_selected(session: Session, domain_id: int, *, owner: str, lease_s: float, limit: int) -> list[Page]:
    """Claims a domain's selected pages that are due; see `claims.Claiming.claim`."""
    return _DUE.claim(session, owner=owner, lease_s=lease_s, limit=limit, of_domain=domain_id)


def complete_pages(session: Session, domain_ids: Sequence[int], not_visited: Any) -> list[Page]:
    """Complete pages of some domains that are due for a refresh.

    One that only its sitemaps call gone is among them until two visits in a row have not found it: then its postings close.
    """
    statement = (
        select(Page)
        .where(
            Page.domain_id.in_(domain_ids),
            Page.page_processing_status == "Complete",
            Page.page_curation_status != "Rejected",
            or_(Page.gone_at.is_(None), is_in_doubt()),
            not_visited,
        )
        .order_by(Page.id)
    )
    return list(session.scalars(statement))


def update_page(session: Session, page_id: int, **values: Any) -> None:
    """Writes values on a page where at least one of them differs."""
    different = [getattr(Page, name).is_distinct_from(value) for name, value in values.items()]
    session.execute(
        update(Page).where(Page.id == page_id, or_(*different)).values(values).execution_options(synchronize_session=False)
    )


def newest_contents(session: Session, domain_id: int, page_types: Sequence[str] | None = None) -> list[tuple[Page, PageContent]]:
    """The newest content of every page of a domain that has one, in order of the pages' URLs."""
    newest = (
        select(PageContent.page_id, func.max(PageContent.version).label("version"))
        .where(PageContent.domain_id == domain_id)
        .group_by(PageContent.page_id)
        .subquery()
    )
    statement = (
        select(Page, PageContent)
        .join(PageContent, PageContent.page_id == Page.id)
        .join(newest, (newest.c.page_id == PageContent.page_id) & (newest.c.version == PageContent.version))
        .where(Page.gone_at.is_(None))
        .order_by(Page.url)
    )
    if page_types is not None:
        statement = statement.where(Page.page_type.in_(page_types))
    return [(page, content) for page, content in session.execute(statement)]


def unread_contents(session: Session, domain_id: int) -> list[tuple[Page, PageContent]]:
    """The contents of a domain that no reading for contacts has completed."""
    statement = (
        select(Page, PageContent)
        .join(PageContent, PageContent.page_id == Page.id)
        .join(Extraction, Extraction.page_content_id == PageContent.id)
        .where(Extraction.domain_id == domain_id, Extraction.kind == "contacts", Extraction.extraction_status != "Complete")
        .limit(200)
    )
    return [(page, content) for page, content in session.execute(statement)]


def contents_by_id(session: Session, content_ids: Sequence[int]) -> dict[int, tuple[Page, PageContent, bool]]:
    """Page and content by content id, and whether it is the page's newest version."""
    newest = select(PageContent.page_id, func.max(PageContent.version).label("version")).group_by(PageContent.page_id)
    newest = newest.where(PageContent.page_id.in_(select(PageContent.page_id).where(PageContent.id.in_(content_ids))))
    top = newest.subquery()
    statement = (
        select(Page, PageContent, (top.c.version == PageContent.version).label("is_newest"))
        .join(PageContent, PageContent.page_id == Page.id)
        .join(top, top.c.page_id == PageContent.page_id)
        .where(PageContent.id.in_(content_ids))
    )
    return {content.id: (page, content, bool(is_newest)) for page, content, is_newest in session.execute(statement)}


def requeue_extractions(session: Session, kind: str, version: str) -> int:
    """Queues again what an older version of an extractor has read; returns how many."""
    # Only the newest content of each page is worth reading again.
    newest = (
        select(PageContent.id).ext(distinct_on(PageContent.page_id)).order_by(PageContent.page_id, PageContent.version.desc())
    )
    statement = (
        update(Extraction)
        .where(
            Extraction.kind == kind,
            Extraction.extraction_status.in_(("Complete", "Error")),
            Extraction.extractor_version.is_distinct_from(version),
            Extraction.page_content_id.in_(newest),
        )
        .values(extraction_status="Queued", attempts=0, next_attempt_at=func.now())
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def page_by_url(session: Session, url: str) -> Page | None:
    """A page by its canonical URL."""
    return session.scalar(select(Page).where(Page.url == url))
