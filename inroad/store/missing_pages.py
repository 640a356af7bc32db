"""Pages that sitemaps list no longer: missed by one complete reading, gone after the second.

What does not belong here: storing what is listed (`listings`), and pages that visits do not find (`gone_pages`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


def miss_pages(session: Session, sitemap_file_id: int, read_at: datetime, seen: Iterable[int]) -> int:
    """After a complete reading: pages that the sitemap listed and no longer lists, and no other sitemap does, are missed.

    A page is gone only after two complete readings without it; until then the sitemap keeps its claim on the page. Pages that
    were not found by a sitemap in the first place (the home page, linked ones) are not gone because a sitemap leaves them out.

    Args:
        session: Transaction.
        sitemap_file_id: The sitemap that was read to its end.
        read_at: When the reading began.
        seen: Ids of the pages it listed.

    Returns:
        Pages that are gone now.
    """
    ids = ",".join(map(str, seen))
    # Two sitemaps that drop a page at the same time take turns; else each would leave it to the other's listing.
    session.execute(_LOCK_MISSING, {"file": sitemap_file_id, "seen": ids})
    gone = session.scalar(_MISS, {"file": sitemap_file_id, "read_at": read_at, "seen": ids}) or 0
    session.execute(_UNLIST, {"file": sitemap_file_id, "seen": ids})
    return int(gone)


def miss_again(session: Session, sitemap_file_id: int, read_at: datetime) -> int:
    """After an answer that the sitemap is unchanged: what it lacked it still lacks, and that is the second reading without it.

    Returns:
        Pages that are gone now.
    """
    return int(session.scalar(_MISS_AGAIN, {"file": sitemap_file_id, "read_at": read_at}) or 0)


_LOCK_MISSING = text("""
    SELECT count(*) FROM (
        SELECT id FROM pages WHERE id IN (
            SELECT page_id FROM page_sitemaps WHERE sitemap_file_id = :file
            EXCEPT SELECT CAST(id AS bigint) FROM unnest(string_to_array(:seen, ',')) AS given(id)
        ) ORDER BY id FOR NO KEY UPDATE
    ) AS locked
""")
_MISS = text("""
    WITH missing AS (
        SELECT page_id FROM page_sitemaps WHERE sitemap_file_id = :file
        EXCEPT SELECT CAST(id AS bigint) FROM unnest(string_to_array(:seen, ',')) AS given(id)
    ), locked AS MATERIALIZED (
        SELECT pages.id FROM missing JOIN pages ON pages.id = missing.page_id
        WHERE pages.gone_at IS NULL AND pages.source = 'sitemap' AND NOT EXISTS (
            SELECT 1 FROM page_sitemaps AS other WHERE other.page_id = pages.id AND other.sitemap_file_id <> :file
        ) ORDER BY pages.id FOR NO KEY UPDATE OF pages
    ), missed AS (
        UPDATE pages SET missed_count = missed_count + 1, updated_at = now(),
            gone_at = CASE WHEN missed_count + 1 >= 2 THEN CAST(:read_at AS timestamptz) END
        FROM locked WHERE pages.id = locked.id RETURNING gone_at
    ) SELECT count(gone_at) FROM missed
""")
_UNLIST = text("""
    DELETE FROM page_sitemaps AS listing USING (
        SELECT page_id FROM page_sitemaps WHERE sitemap_file_id = :file
        EXCEPT SELECT CAST(id AS bigint) FROM unnest(string_to_array(:seen, ',')) AS given(id)
    ) AS missing
    WHERE listing.page_id = missing.page_id AND listing.sitemap_file_id = :file AND (
        EXISTS (SELECT 1 FROM page_sitemaps AS other WHERE other.page_id = listing.page_id AND other.sitemap_file_id <> :file)
        OR EXISTS (SELECT 1 FROM pages WHERE pages.id = listing.page_id AND pages.source <> 'sitemap')
    )
""")
_MISS_AGAIN = text("""
    WITH locked AS MATERIALIZED (
        SELECT pages.id FROM pages
        WHERE pages.domain_id = (SELECT domain_id FROM sitemap_files WHERE id = :file)
            AND pages.missed_count > 0 AND pages.gone_at IS NULL
            AND EXISTS (SELECT 1 FROM page_sitemaps WHERE page_id = pages.id AND sitemap_file_id = :file)
            -- One that took the page over while this one missed it could not be seen then.
            AND NOT EXISTS (SELECT 1 FROM page_sitemaps WHERE page_id = pages.id AND sitemap_file_id <> :file)
        ORDER BY pages.id FOR NO KEY UPDATE OF pages
    ), missed AS (
        UPDATE pages SET missed_count = missed_count + 1, updated_at = now(), gone_at = CAST(:read_at AS timestamptz)
        FROM locked WHERE pages.id = locked.id RETURNING 1
    ) SELECT count(*) FROM missed
""")


def lose_listings(session: Session, sitemap_file_ids: Sequence[int], read_at: datetime) -> int:
    """Takes away everything that some sitemaps list, because they are sitemaps no more.

    Args:
        session: Transaction.
        sitemap_file_ids: The sitemaps; two complete readings of their index lacked them.
        read_at: When the second reading began.

    Returns:
        Pages that are gone now: those that no other sitemap lists.
    """
    if not sitemap_file_ids:
        return 0
    given = {"files": list(sitemap_file_ids)}
    gone = session.scalar(_LOSE, {**given, "read_at": read_at}) or 0
    session.execute(_LOSE_LISTINGS, given)
    return int(gone)


_LOSE = text("""
    WITH lost AS MATERIALIZED (
        SELECT DISTINCT page_id FROM page_sitemaps WHERE sitemap_file_id = ANY(CAST(:files AS bigint[]))
    ), locked AS MATERIALIZED (
        SELECT pages.id FROM lost JOIN pages ON pages.id = lost.page_id
        WHERE pages.gone_at IS NULL AND pages.source = 'sitemap' AND NOT EXISTS (
            SELECT 1 FROM page_sitemaps AS other
            WHERE other.page_id = pages.id AND other.sitemap_file_id <> ALL(CAST(:files AS bigint[]))
        ) ORDER BY pages.id FOR NO KEY UPDATE OF pages
    ), gone AS (
        UPDATE pages SET missed_count = 2, gone_at = CAST(:read_at AS timestamptz), updated_at = now()
        FROM locked WHERE pages.id = locked.id RETURNING 1
    ) SELECT count(*) FROM gone
""")
_LOSE_LISTINGS = text("DELETE FROM page_sitemaps WHERE sitemap_file_id = ANY(CAST(:files AS bigint[]))")
