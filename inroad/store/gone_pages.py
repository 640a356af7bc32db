"""Pages that are gone: missed by visits, asked for again while only their sitemaps say so, and found after all.

What does not belong here: what sitemaps list no longer (`listings`).
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from sqlalchemy import ColumnElement, and_, func, select, text, update
from sqlalchemy.orm import Session, aliased

from inroad.store.models import Page, Visit

# Reasons of a visit's error that say that the page is not there.
NOT_FOUND = ("not-found", "soft-404")
# How long a page that its sitemaps lack is looked for.
DOUBTED_FOR = timedelta(days=30)


@cache
def is_in_doubt() -> ColumnElement[bool]:
    """Whether a page that is gone was not yet looked for twice since it last answered.

    A page that only its sitemaps call gone is asked for until two visits in a row have not found it: then its postings close.
    """
    answer, miss = aliased(Visit), aliased(Visit)
    answered = (
        select(func.max(answer.id))
        .where(answer.kind == "page", answer.subject_id == Page.id, answer.outcome.in_(("new", "changed", "unchanged")))
        .correlate(Page)
        .scalar_subquery()
    )
    missing = (
        select(func.count(miss.id))
        .where(miss.kind == "page", miss.subject_id == Page.id, miss.error_reason.in_(NOT_FOUND))
        .where(miss.id > func.coalesce(answered, 0))
        .correlate(Page)
    )
    return and_(Page.gone_at > func.now() - DOUBTED_FOR, missing.scalar_subquery() < 2)


def mark_missed(session: Session, page_id: int) -> None:
    """After a visit that did not find a known page: it is gone where the visit before did not find it either.

    What its sitemaps lack is counted apart, on the page.
    """
    before = (
        select(Visit.error_reason)
        .where(Visit.kind == "page", Visit.subject_id == page_id, Visit.outcome != "abandoned", Visit.finished_at < func.now())
        .order_by(Visit.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    session.execute(
        update(Page)
        .where(Page.id == page_id, Page.gone_at.is_(None), before.in_(NOT_FOUND))
        .values(gone_at=func.now())
        .execution_options(synchronize_session=False)
    )


def restore_found(session: Session, domain_id: int) -> int:
    """Takes back that pages are gone which have answered since: what sitemaps leave out may still be there.

    Their sitemaps have nothing more to say of them; when one lists them again, it is as if for the first time.

    Returns:
        How many are not gone after all.
    """
    return int(session.scalar(_RESTORE, {"domain": domain_id}) or 0)


_RESTORE = text("""
    WITH found AS MATERIALIZED (
        SELECT id FROM pages
        WHERE domain_id = :domain AND page_curation_status IN ('New', 'Selected') AND page_processing_status = 'Complete'
            AND gone_at IS NOT NULL AND EXISTS (
                SELECT 1 FROM visits WHERE kind = 'page' AND subject_id = pages.id AND started_at > pages.gone_at
                    AND outcome IN ('new', 'changed', 'unchanged')
            )
        ORDER BY id FOR NO KEY UPDATE
    ), unlisted AS (
        DELETE FROM page_sitemaps USING found WHERE page_id = found.id
    ), restored AS (
        UPDATE pages SET gone_at = NULL, missed_count = 0, updated_at = now() FROM found WHERE pages.id = found.id RETURNING 1
    ) SELECT count(*) FROM restored
""")
