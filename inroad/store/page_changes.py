"""What happened to a domain's pages: which are new, changed and gone since a moment, and the counts of each run.

What does not belong here: deciding it (`listings`, `missing_pages`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from inroad.store.models import Page, PageSitemap, Visit


@dataclass(frozen=True, slots=True)
class PageChanges:
    """Which pages of a domain are new, changed or gone since a moment; all others are unchanged.

    Attributes:
        new: URLs seen for the first time.
        changed: URLs of older pages that a sitemap lists with another lastmod.
        gone: URLs that two complete readings lacked.
    """

    new: list[str]
    changed: list[str]
    gone: list[str]


def page_changes(session: Session, domain_id: int, since: datetime, *, limit: int = 1_000) -> PageChanges:
    """Which pages changed since a moment, such as the start of a run; at most `limit` URLs of each kind."""
    mine = select(Page.url).where(Page.domain_id == domain_id).order_by(Page.url).limit(limit)
    listed = exists().where(PageSitemap.page_id == Page.id, PageSitemap.changed_at >= since)
    return PageChanges(
        new=list(session.scalars(mine.where(Page.first_seen_at >= since))),
        changed=list(session.scalars(mine.where(Page.first_seen_at < since, listed))),
        gone=list(session.scalars(mine.where(Page.gone_at >= since))),
    )


@dataclass(frozen=True, slots=True)
class RunPages:
    """What one run's sitemaps said of a domain's pages.

    Attributes:
        run: Run id.
        started_at: When its first sitemap was asked for.
        sitemaps: Sitemaps that were read, or known to be unchanged.
        new: Pages that were not known.
        changed: Known pages that a sitemap lists with another lastmod than before.
        unchanged: Other pages, counted once for each sitemap that lists them.
        gone: Pages that two complete readings lacked.
    """

    run: str
    started_at: datetime
    sitemaps: int
    new: int
    changed: int
    unchanged: int
    gone: int


def run_pages(session: Session, domain_id: int, *, limit: int = 10) -> list[RunPages]:
    """What the latest runs found of a domain's pages, newest first; runs that read none of its sitemaps are left out."""
    counts = (Visit.new_count, Visit.changed_count, Visit.unchanged_count, Visit.gone_count)
    began = func.min(Visit.started_at)
    statement = (
        select(Visit.run, began, func.count(), *(func.coalesce(func.sum(count), 0) for count in counts))
        .where(Visit.domain_id == domain_id, Visit.kind == "sitemap", Visit.run.is_not(None), Visit.new_count.is_not(None))
        .group_by(Visit.run)
        .order_by(began.desc())
        .limit(limit)
    )
    return [RunPages(run or "", started_at, *map(int, numbers)) for run, started_at, *numbers in session.execute(statement)]
