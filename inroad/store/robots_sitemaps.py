"""Which sitemaps robots.txt names: retiring those that it names no longer, and taking up again those that it names once more.

What does not belong here: adding new ones (`sitemaps`), and what indexes name (`sitemap_children`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from inroad.store.sitemap_children import retire_unreached


def keep_named(session: Session, domain_id: int, urls: Sequence[str]) -> int:
    """Takes up again what robots.txt names: it was retired, or missed, or only an index had named it.

    Args:
        session: Transaction.
        domain_id: Whose sitemaps.
        urls: Canonical URLs that it names.

    Returns:
        How many were retired and are read again.
    """
    return len(session.execute(_NAMED, {"domain": domain_id, "urls": list(urls)}).all())


_NAMED = text("""
    WITH known AS MATERIALIZED (
        SELECT id, gone_at IS NOT NULL AS was_gone FROM sitemap_files
        WHERE domain_id = :domain AND url = ANY(CAST(:urls AS text[]))
            AND (unnamed_at IS NOT NULL OR gone_at IS NOT NULL OR source IN ('index', 'unnamed'))
        ORDER BY id FOR UPDATE
    ), named AS (
        UPDATE sitemap_files AS file SET source = 'robots', unnamed_at = NULL, gone_at = NULL, updated_at = now(),
            attempts = CASE WHEN was_gone THEN 0 ELSE attempts END,
            next_attempt_at = CASE WHEN was_gone THEN now() ELSE next_attempt_at END,
            sitemap_import_status = CASE WHEN was_gone AND sitemap_curation_status <> 'Rejected' THEN 'Queued'
                ELSE sitemap_import_status END
        FROM known WHERE file.id = known.id RETURNING was_gone
    ) SELECT 1 FROM named WHERE was_gone
""")


def miss_unnamed(session: Session, domain_id: int, origin: str, urls: Sequence[str]) -> int:
    """After a reading of robots.txt: what it named and names no longer is missed, and retired after the second reading.

    Nothing happens where the file was not found, or where no other reading has come in since: it is read once a day at most.

    Args:
        session: Transaction.
        domain_id: Whose sitemaps.
        origin: Scheme, host and port that robots.txt was read from, as in `hosts`.
        urls: Canonical URLs that it names; all of them, and at least one: a file without any says nothing of sitemaps.

    Returns:
        Pages that are gone now, because only retired sitemaps listed them.
    """
    given = {"domain": domain_id, "origin": origin, "urls": list(urls)}
    retired_at: datetime | None = None
    for source, read_at in session.execute(_UNNAMED, given):
        retired_at = read_at if source == "unnamed" else retired_at
    return retire_unreached(session, domain_id, retired_at) if retired_at is not None else 0


_UNNAMED = text("""
    WITH reading AS (
        SELECT robots_fetched_at AS at FROM hosts WHERE host = :origin AND robots_status = 'found'
    ), missed AS MATERIALIZED (
        SELECT id FROM sitemap_files, reading
        WHERE domain_id = :domain AND source = 'robots' AND gone_at IS NULL AND NOT url = ANY(CAST(:urls AS text[]))
            AND (unnamed_at IS NULL OR unnamed_at < reading.at)
        ORDER BY id FOR UPDATE OF sitemap_files
    )
    UPDATE sitemap_files AS file SET updated_at = now(), unnamed_at = coalesce(unnamed_at, reading.at),
        source = CASE WHEN unnamed_at IS NULL THEN source ELSE 'unnamed' END
    FROM missed, reading WHERE file.id = missed.id
    RETURNING file.source, reading.at
""")
