"""Queries on sitemap files: adding them, those that are due again, recording a reading.

What does not belong here: which index names which (`sitemap_children`) and the pages that they list (`listings`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store import claims
from inroad.store.models import SitemapFile, Visit
from inroad.store.suppression import without_erased


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
        # Sorted: two indexes that name the same children take their locks in the same order.
        for url in sorted(without_erased(session, urls))
    ]
    if not rows:
        return 0
    return len(session.scalars(insert(SitemapFile).values(rows).on_conflict_do_nothing().returning(SitemapFile.id)).all())


def add_within_limit(
    session: Session,
    domain_id: int,
    urls: Sequence[str],
    *,
    source: str,
    limit: int,
    parent: SitemapFile | None = None,
    waiting: bool,
    max_attempts: int,
) -> tuple[int, int]:
    """`add_sitemaps` for as many as the domain may still have; those that it has take no room.

    Returns:
        How many are new, and how many were left out.
    """
    wanted = list(dict.fromkeys(urls))
    have = select(SitemapFile.url).where(SitemapFile.domain_id == domain_id, SitemapFile.url.in_(wanted))
    known = set(session.scalars(have)) if wanted else set()
    unknown = [url for url in wanted if url not in known]
    if not unknown:
        return 0, 0
    room = max(limit - sitemap_count(session, domain_id), 0)
    added = add_sitemaps(
        session, domain_id, unknown[:room], source=source, parent=parent, waiting=waiting, max_attempts=max_attempts
    )
    return added, max(len(unknown) - room, 0)


def sitemap_count(session: Session, domain_id: int) -> int:
    """Sitemap files of a domain."""
    return session.scalar(select(func.count()).select_from(SitemapFile).where(SitemapFile.domain_id == domain_id)) or 0


_DUE = claims.Claiming(
    SitemapFile, SitemapFile.domain_id == bindparam("of_domain"), SitemapFile.sitemap_curation_status != "Rejected"
)


def claim_sitemaps(session: Session, domain_id: int, *, owner: str, lease_s: float, limit: int) -> list[SitemapFile]:
    """Claims a domain's sitemap files that are due; see `claims.Claiming.claim`."""
    return _DUE.claim(session, owner=owner, lease_s=lease_s, limit=limit, of_domain=domain_id)


def complete_sitemaps(session: Session, domain_ids: Sequence[int], not_visited: Any) -> list[SitemapFile]:
    """Complete sitemap files of some domains that are due for a refresh, parents before their children."""
    statement = (
        select(SitemapFile)
        .where(
            SitemapFile.domain_id.in_(domain_ids),
            SitemapFile.sitemap_import_status == "Complete",
            SitemapFile.sitemap_curation_status != "Rejected",
            SitemapFile.gone_at.is_(None),
            not_visited,
        )
        .order_by(SitemapFile.depth, SitemapFile.id)
    )
    return list(session.scalars(statement))


def unchanged_by_index(session: Session, file_ids: Sequence[int], *, trusted_for: timedelta) -> set[int]:
    """Which files need not be asked for: their index gives them the lastmod that they were read at.

    Some indexes never change their lastmods, so that one is believed only for a time after the file itself was last asked for.
    """
    asked = exists().where(
        Visit.kind == "sitemap",
        Visit.subject_id == SitemapFile.id,
        Visit.http_status.is_not(None),
        Visit.error_reason.is_(None),
        Visit.started_at >= func.now() - trusted_for,
    )
    statement = select(SitemapFile.id).where(
        SitemapFile.id.in_(file_ids), SitemapFile.read_lastmod == SitemapFile.listed_lastmod, asked
    )
    return set(session.scalars(statement))


def close_visits(session: Session, unchanged: Mapping[int, int]) -> None:
    """Ends several visits that asked for nothing, by visit id, each with the pages that its sitemap still lists."""
    session.execute(_CLOSE, {"visits": list(unchanged), "counts": list(unchanged.values())})


_CLOSE = text("""
    UPDATE visits SET finished_at = clock_timestamp(), outcome = 'unchanged', lease_expires_at = NULL,
        new_count = 0, changed_count = 0, gone_count = 0, unchanged_count = given.pages
    FROM unnest(CAST(:visits AS bigint[]), CAST(:counts AS integer[])) AS given(id, pages) WHERE visits.id = given.id
""")


def update_sitemap(session: Session, sitemap_file_id: int, **values: Any) -> None:
    """Writes values on a sitemap file where at least one of them differs."""
    different = [getattr(SitemapFile, name).is_distinct_from(value) for name, value in values.items()]
    statement = update(SitemapFile).where(SitemapFile.id == sitemap_file_id, or_(*different)).values(values)
    session.execute(statement.execution_options(synchronize_session=False))
