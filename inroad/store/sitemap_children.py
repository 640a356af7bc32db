"""Which sitemaps an index names: taking new ones, and retiring those that no index names any more.

What does not belong here: the sitemap files themselves (`sitemaps`) and the pages that they list (`listings`).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from inroad.store.missing_pages import lose_listings
from inroad.store.models import SitemapFile
from inroad.store.sitemaps import add_within_limit


@dataclass(frozen=True, slots=True)
class Named:
    """What taking one piece of an index did.

    Attributes:
        new: Sitemaps that were not known.
        left_out: Sitemaps that were not taken because of the domain's limit.
        child_ids: Those that are known now, new or not.
    """

    new: int
    left_out: int
    child_ids: array[int]


def name_children(
    session: Session, parent: SitemapFile, lastmods: dict[str, str | None], *, limit: int, waiting: bool, max_attempts: int
) -> Named:
    """Takes what one piece of an index names: new files are added, and the index's lastmod of its own children is kept.

    A file that lists itself or an ancestor names what is known already, so that no circle is walked twice. One that was retired
    is read again.

    Args:
        session: Transaction.
        parent: The index.
        lastmods: The children's canonical URLs in document order, with the index's lastmod of each.
        limit: Sitemap files that the domain may have.
        waiting: Whether a person selects what is read.
        max_attempts: Attempts at each file.
    """
    new, left_out = add_within_limit(
        session,
        parent.domain_id,
        list(lastmods),
        source="index",
        limit=limit,
        parent=parent,
        waiting=waiting,
        max_attempts=max_attempts,
    )
    given = {"parent": parent.id, "domain": parent.domain_id, "urls": list(lastmods)}
    session.execute(_LISTED_LASTMODS, {**given, "lastmods": [lastmods[url] for url in lastmods]})
    child_ids = array("q", session.scalars(_CHILD_IDS, given))
    named = {"parent": parent.id, "children": list(child_ids)}
    session.execute(_NAME, named)
    session.execute(_WAKE, named)
    return Named(new, left_out, child_ids)


_LISTED_LASTMODS = text("""
    UPDATE sitemap_files AS file SET listed_lastmod = given.lastmod, updated_at = now()
    FROM unnest(CAST(:urls AS text[]), CAST(:lastmods AS text[])) AS given(url, lastmod)
    WHERE file.parent_id = :parent AND file.url = given.url AND file.listed_lastmod IS DISTINCT FROM given.lastmod
""")
_CHILD_IDS = text("SELECT id FROM sitemap_files WHERE domain_id = :domain AND url = ANY(CAST(:urls AS text[])) ORDER BY id")
_NAME = text("""
    INSERT INTO sitemap_children AS known (parent_id, child_id)
    SELECT :parent, id FROM unnest(CAST(:children AS bigint[])) AS given(id)
    ON CONFLICT (parent_id, child_id) DO UPDATE SET missed_count = 0 WHERE known.missed_count > 0
""")
_WAKE = text("""
    UPDATE sitemap_files SET gone_at = NULL, updated_at = now(), attempts = 0, next_attempt_at = now(),
        sitemap_import_status = CASE sitemap_curation_status WHEN 'Rejected' THEN sitemap_import_status ELSE 'Queued' END
    WHERE id = ANY(CAST(:children AS bigint[])) AND gone_at IS NOT NULL
""")


def miss_children(session: Session, parent: SitemapFile, read_at: datetime, seen: Sequence[int]) -> int:
    """After a complete reading of an index: what it named and names no longer is missed, and retired after the second time.

    Args:
        session: Transaction.
        parent: The index, or what used to be one.
        read_at: When the reading began.
        seen: Ids of the sitemaps that it names.

    Returns:
        Pages that are gone now, because only retired sitemaps listed them.
    """
    session.execute(_MISS, {"parent": parent.id, "seen": list(seen)})
    return _retire_missed(session, parent, read_at)


def miss_children_again(session: Session, parent: SitemapFile, read_at: datetime) -> int:
    """After an answer that an index is unchanged: what it did not name it still does not, and that is the second reading.

    Returns:
        Pages that are gone now.
    """
    session.execute(_MISS_AGAIN, {"parent": parent.id})
    return _retire_missed(session, parent, read_at)


_MISS = text("""
    UPDATE sitemap_children SET missed_count = missed_count + 1
    WHERE parent_id = :parent AND NOT child_id = ANY(CAST(:seen AS bigint[]))
""")
_MISS_AGAIN = text("UPDATE sitemap_children SET missed_count = missed_count + 1 WHERE parent_id = :parent AND missed_count > 0")


def _retire_missed(session: Session, parent: SitemapFile, read_at: datetime) -> int:
    """Ends the namings that were missed twice, retires what no path of namings reaches any more, and its listings with it."""
    if not session.execute(_FORGET, {"parent": parent.id}).first():
        return 0
    return retire_unreached(session, parent.domain_id, read_at)


def retire_unreached(session: Session, domain_id: int, read_at: datetime) -> int:
    """Retires what neither robots.txt, a guess, a person nor any path of namings from those reaches, and its listings with it.

    Args:
        session: Transaction.
        domain_id: Whose sitemaps.
        read_at: When the reading that proved it began.

    Returns:
        Pages that are gone now.
    """
    retired = list(session.scalars(_RETIRE, {"domain": domain_id, "read_at": read_at}))
    return lose_listings(session, retired, read_at)


_FORGET = text("DELETE FROM sitemap_children WHERE parent_id = :parent AND missed_count >= 2 RETURNING child_id")
# A file that robots.txt, a guess or a person names stays, whatever indexes say of it. What is retired is no dead letter.
_RETIRE = text("""
    WITH RECURSIVE reached AS (
        SELECT id FROM sitemap_files WHERE domain_id = :domain AND source NOT IN ('index', 'unnamed')
        UNION SELECT naming.child_id FROM reached JOIN sitemap_children AS naming ON naming.parent_id = reached.id
    )
    UPDATE sitemap_files SET gone_at = :read_at, updated_at = now(), etag = NULL, last_modified = NULL, content_hash = NULL,
        read_lastmod = NULL, error = NULL, error_reason = NULL,
        sitemap_import_status = CASE sitemap_import_status WHEN 'Processing' THEN 'Processing' ELSE 'Complete' END
    WHERE domain_id = :domain AND source IN ('index', 'unnamed') AND gone_at IS NULL AND id NOT IN (SELECT id FROM reached)
    RETURNING id
""")
