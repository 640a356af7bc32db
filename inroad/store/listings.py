"""What sitemaps list: pages and listings stored batch by batch.

Everything about a batch is one statement for what is new and one for what is known, so that 2.6 million pages take minutes, and
a batch whose pages are all known and unchanged writes nothing. Any number of sitemaps may be imported at the same time: every
statement takes its locks in one order (new pages by URL, known ones by id).

What does not belong here: pages that are listed no longer (`missing_pages`), and what changed since when (`page_changes`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from inroad.store.models import Page, PageSitemap
from inroad.store.suppression import suppression_rules, without_erased


@dataclass(slots=True)
class Batch:
    """Pages of one batch, as columns; no URL twice, and no line break in any value.

    Attributes:
        urls: Canonical.
        page_types: As the classifier says.
        priority_levels: 1 to 3.
        lastmods: As the sitemap wrote them; empty for none.
    """

    urls: list[str] = field(default_factory=list)
    page_types: list[str] = field(default_factory=list)
    priority_levels: list[str] = field(default_factory=list)
    lastmods: list[str] = field(default_factory=list)

    def only(self, urls: set[str]) -> Batch:
        """The rows of some URLs."""
        kept = [index for index, url in enumerate(self.urls) if url in urls]
        columns = (self.urls, self.page_types, self.priority_levels, self.lastmods)
        return Batch(*([column[index] for index in kept] for column in columns))

    def renamed(self, place: Callable[[str], str | None]) -> Batch:
        """The rows under the URLs that a function gives them; of two that become one the first stays."""
        kept: dict[str, int] = {}
        for index, url in enumerate(self.urls):
            kept.setdefault(place(url) or url, index)
        columns = (self.page_types, self.priority_levels, self.lastmods)
        return Batch(list(kept), *([column[index] for index in kept.values()] for column in columns))


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a batch did.

    Attributes:
        new: Pages that were not known.
        changed: Known pages that this sitemap lists with another lastmod than before.
        unchanged: All others.
        page_ids: Of all pages in the batch, where they were asked for.
    """

    new: int
    changed: int
    unchanged: int
    page_ids: list[int]


def has_listings(session: Session, sitemap_file_id: int) -> bool:
    """Whether a sitemap was read before, to its end or not."""
    return bool(session.scalar(select(exists().where(PageSitemap.sitemap_file_id == sitemap_file_id))))


def count_pages_to(session: Session, domain_id: int, limit: int) -> int:
    """Pages of a domain, counted to `limit` and no further."""
    some = select(Page.id).where(Page.domain_id == domain_id).limit(limit).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def known_urls(session: Session, urls: Sequence[str]) -> set[str]:
    """Which URLs are pages already."""
    return set(session.scalars(_KNOWN, {"urls": "\n".join(urls)}))


def import_pages(
    session: Session,
    domain_id: int,
    sitemap_file_id: int,
    batch: Batch,
    *,
    classifier_version: str,
    with_ids: bool = False,
) -> Stored:
    """Stores one batch of a sitemap's pages: new ones are added, known ones only touched where something differs.

    Args:
        session: In a transaction of its own; it is durable with the next one that is (the one that completes the file).
        domain_id: Domain that the pages belong to.
        sitemap_file_id: The sitemap that lists them.
        batch: The pages.
        classifier_version: Who named them.
        with_ids: Whether the pages' ids are wanted.
    """
    if suppression_rules(session).hashes:
        batch = batch.only(without_erased(session, batch.urls))
    if not batch.urls:
        return Stored(0, 0, 0, [])
    _prepare(session)
    given = {
        "domain": domain_id,
        "file": sitemap_file_id,
        "urls": "\n".join(batch.urls),
        "lastmods": "\n".join(batch.lastmods),
        "with_ids": with_ids,
    }
    columns = {"types": "\n".join(batch.page_types), "levels": "\n".join(batch.priority_levels), "version": classifier_version}
    new, ids = session.execute(_ADD, {**given, **columns}).one()
    if new == len(batch.urls):
        return Stored(new, 0, 0, ids or [])
    # A statement of its own: its snapshot sees the pages that another transaction added while the first one waited for it.
    # It finds the new pages too, listed and with the lastmod that they have.
    changed, ids = session.execute(_LIST, given).one()
    return Stored(new, changed, len(batch.urls) - new - changed, ids or [])


def _prepare(session: Session) -> None:
    """Settings of this transaction only.

    A plan made while `pages` was small would read the whole table for every batch once it is large; and a lost batch costs no
    more than its repetition, because its file is not complete yet.
    """
    session.execute(
        text("SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('synchronous_commit', 'off', true)")
    )


# Columns travel as one text each and are taken apart by the server: a tenth of the time of arrays of parameters in the client.
_KNOWN = text(r"""
    SELECT page.url FROM unnest(string_to_array(:urls, E'\n')) AS given(url)
    CROSS JOIN LATERAL (SELECT url FROM pages WHERE pages.url = given.url LIMIT 1) AS page
""")
_ADD = text(r"""
    WITH added AS (
        INSERT INTO pages (domain_id, url, source, page_type, priority_level, classifier_version, lastmod)
        SELECT :domain, url, 'sitemap', page_type, CAST(priority_level AS smallint), CAST(:version AS text), lastmod
        FROM unnest(
            string_to_array(:urls, E'\n'), string_to_array(:types, E'\n'), string_to_array(:levels, E'\n'),
            string_to_array(:lastmods, E'\n', '')
        ) AS given(url, page_type, priority_level, lastmod)
        ORDER BY url
        ON CONFLICT (url) DO NOTHING RETURNING id, lastmod
    ), listed AS (
        INSERT INTO page_sitemaps (page_id, sitemap_file_id, lastmod) SELECT id, :file, lastmod FROM added ORDER BY id
    )
    SELECT count(*), array_agg(id) FILTER (WHERE :with_ids) FROM added
""")
# LATERAL with LIMIT keeps to one look-up in the index for each row, however few pages the statistics promise. The newest lastmod
# of all listings stays on the page, whatever the order in which sitemaps are read.
_LIST = text(r"""
    WITH found AS MATERIALIZED (
        SELECT page.id, given.lastmod, listing.page_id IS NOT NULL AS is_listed, listing.lastmod AS old_lastmod,
            page.is_missed OR given.lastmod > coalesce(page.lastmod, '') AS is_touched
        FROM unnest(string_to_array(:urls, E'\n'), string_to_array(:lastmods, E'\n', '')) AS given(url, lastmod)
        CROSS JOIN LATERAL (
            SELECT id, lastmod, missed_count > 0 OR gone_at IS NOT NULL AS is_missed
            FROM pages WHERE pages.url = given.url AND pages.domain_id = :domain LIMIT 1
        ) AS page
        LEFT JOIN LATERAL (
            SELECT page_id, lastmod FROM page_sitemaps WHERE page_id = page.id AND sitemap_file_id = :file LIMIT 1
        ) AS listing ON true
    ), listed AS (
        INSERT INTO page_sitemaps (page_id, sitemap_file_id, lastmod)
        SELECT id, :file, lastmod FROM found WHERE NOT is_listed ORDER BY id ON CONFLICT DO NOTHING
    ), changed AS (
        UPDATE page_sitemaps AS listing SET lastmod = found.lastmod, changed_at = now() FROM found
        WHERE found.is_listed AND found.lastmod IS DISTINCT FROM found.old_lastmod
            AND listing.page_id = found.id AND listing.sitemap_file_id = :file
        RETURNING 1
    ), locked AS MATERIALIZED (
        SELECT pages.id, found.lastmod FROM found JOIN pages ON pages.id = found.id
        WHERE found.is_touched ORDER BY pages.id FOR NO KEY UPDATE OF pages
    ), touched AS (
        UPDATE pages SET missed_count = 0, gone_at = NULL, last_seen_at = now(), updated_at = now(),
            lastmod = greatest(pages.lastmod, locked.lastmod)
        FROM locked WHERE pages.id = locked.id
    )
    SELECT (SELECT count(*) FROM changed), array_agg(id) FILTER (WHERE :with_ids) FROM found
""")
