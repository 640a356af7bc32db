"""Queries on sitemap files and the pages they list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Text, cast, delete, exists, func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from inroad.store.models import Page, PageSitemap, SitemapFile


def add_sitemaps(
    session: Session,
    domain_id: int,
    urls: Sequence[str],
    *,
    source: str,
    parent: SitemapFile | None = None,
    waiting: bool,
    max_attempts: int,
) -> int:
    """Adds sitemap files that the domain does not have yet; they are born Queued, or Waiting where a person selects first.

    Returns:
        How many are new.
    """
    rows = [
        {
            "domain_id": domain_id,
            "url": url,
            "source": source,
            "parent_id": parent.id if parent else None,
            "depth": parent.depth + 1 if parent else 0,
            "sitemap_import_status": "Waiting" if waiting else "Queued",
            "max_attempts": max_attempts,
        }
        for url in dict.fromkeys(urls)
    ]
    if not rows:
        return 0
    return len(session.scalars(insert(SitemapFile).values(rows).on_conflict_do_nothing().returning(SitemapFile.id)).all())


def sitemap_count(session: Session, domain_id: int) -> int:
    """Sitemap files of a domain."""
    return session.scalar(select(func.count()).select_from(SitemapFile).where(SitemapFile.domain_id == domain_id)) or 0


def complete_sitemaps(session: Session, domain_ids: Sequence[int], not_visited: Any) -> list[SitemapFile]:
    """Complete sitemap files of some domains that are due for a refresh."""
    statement = (
        select(SitemapFile)
        .where(SitemapFile.domain_id.in_(domain_ids), SitemapFile.sitemap_import_status == "Complete", not_visited)
        .order_by(SitemapFile.id)
    )
    return list(session.scalars(statement))


def import_pages(session: Session, domain_id: int, sitemap_file_id: int, rows: Sequence[dict[str, Any]]) -> int:
    """Stores one batch of a sitemap's pages: new ones are added, known ones only touched where something differs.

    Args:
        session: Transaction.
        domain_id: Domain that the pages belong to.
        sitemap_file_id: The sitemap that lists them.
        rows: url, page_type, priority_level, classifier_version and lastmod of each; no URL twice.

    Returns:
        How many pages are new.
    """
    if not rows:
        return 0
    columns = {
        name: [row[name] for row in rows]
        for name in ("url", "source", "page_type", "priority_level", "classifier_version", "lastmod")
    }
    new: int = session.scalar(_INSERT_PAGES, {"domain": domain_id, **columns}) or 0
    session.execute(
        _LINK_PAGES, {"domain": domain_id, "file": sitemap_file_id, "url": columns["url"], "lastmod": columns["lastmod"]}
    )
    _see_again(session, columns["url"])
    return new


# One statement with arrays for a thousand rows: a third of the time of multi-row VALUES. Sorted, so that two transactions that add
# the same pages take their locks in the same order.
_INSERT_PAGES = text("""
    WITH given AS (
        SELECT * FROM unnest(
            CAST(:url AS text[]), CAST(:source AS text[]), CAST(:page_type AS text[]), CAST(:priority_level AS smallint[]),
            CAST(:classifier_version AS text[]), CAST(:lastmod AS text[])
        ) AS t(url, source, page_type, priority_level, classifier_version, lastmod) ORDER BY url
    ), added AS (
        INSERT INTO pages (domain_id, url, source, page_type, priority_level, classifier_version, lastmod)
        SELECT :domain, url, source, page_type, priority_level, classifier_version, lastmod FROM given
        ON CONFLICT (url) DO NOTHING RETURNING id
    ) SELECT count(*) FROM added
""")
_LINK_PAGES = text("""
    INSERT INTO page_sitemaps (page_id, sitemap_file_id, lastmod)
    SELECT pages.id, :file, given.lastmod
    FROM unnest(CAST(:url AS text[]), CAST(:lastmod AS text[])) AS given(url, lastmod)
    JOIN pages ON pages.url = given.url AND pages.domain_id = :domain
    ORDER BY pages.id
    ON CONFLICT (page_id, sitemap_file_id) DO UPDATE SET lastmod = excluded.lastmod
    WHERE page_sitemaps.lastmod IS DISTINCT FROM excluded.lastmod
""")


def _see_again(session: Session, urls: Sequence[str]) -> None:
    statement = update(Page).where(Page.url.in_(urls), or_(Page.missed_count > 0, Page.gone_at.is_not(None)))
    session.execute(
        statement.values(missed_count=0, gone_at=None, last_seen_at=func.now()).execution_options(synchronize_session=False)
    )


def miss_pages(session: Session, sitemap_file_id: int, read_at: datetime, seen: Sequence[str] | None = None) -> int:
    """After a complete reading: pages that the sitemap listed and no longer lists, and no other sitemap does, are missed.

    A page is gone only after two complete readings without it; until then the sitemap keeps its claim on the page.

    Args:
        session: Transaction.
        sitemap_file_id: The sitemap that was read to its end.
        read_at: When the reading began.
        seen: The URLs it listed.

    Returns:
        Pages that are gone now.
    """
    other = aliased(PageSitemap)
    listed = select(func.unnest(cast(list(seen or ()), ARRAY(Text))))
    missing = (
        select(Page.id)
        .join(PageSitemap, PageSitemap.page_id == Page.id)
        .where(PageSitemap.sitemap_file_id == sitemap_file_id, Page.url.not_in(listed))
    )
    only_here = ~exists().where(other.page_id == Page.id, other.sitemap_file_id != sitemap_file_id)
    ids = list(session.scalars(missing.where(only_here)))
    gone = session.scalars(
        update(Page)
        .where(Page.id.in_(ids), Page.gone_at.is_(None))
        .values(
            missed_count=Page.missed_count + 1,
            gone_at=text("CASE WHEN missed_count + 1 >= 2 THEN CAST(:read_at AS timestamptz) END").bindparams(read_at=read_at),
        )
        .returning(Page.gone_at)
        .execution_options(synchronize_session=False)
    ).all()
    listed_elsewhere = [page for page in session.scalars(missing) if page not in set(ids)]
    drop = [(page, sitemap_file_id) for page in listed_elsewhere]
    if drop:
        session.execute(delete(PageSitemap).where(tuple_(PageSitemap.page_id, PageSitemap.sitemap_file_id).in_(drop)))
    return sum(moment is not None for moment in gone)


def update_sitemap(session: Session, sitemap_file_id: int, **values: Any) -> None:
    """Writes values on a sitemap file where at least one of them differs."""
    different = [getattr(SitemapFile, name).is_distinct_from(value) for name, value in values.items()]
    statement = update(SitemapFile).where(SitemapFile.id == sitemap_file_id, or_(*different)).values(values)
    session.execute(statement.execution_options(synchronize_session=False))
