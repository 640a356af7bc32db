"""Stage `sitemaps`: reads the sitemap files that are due, adds those that they name, imports the pages that they list."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from inroad.crawl.fetch import WebClient
from inroad.crawl.response import Response
from inroad.crawl.sitemaps import DEFAULT_LIMITS, SitemapEntry, iter_sitemap
from inroad.crawl.urls import canonical_url
from inroad.guard.errors import InroadError, PermanentError
from inroad.stages.linking import is_asset, is_own_url, page_row
from inroad.stages.work import StageReport, Tally, Work, each_domain, note, now
from inroad.store import claims, visits
from inroad.store.database import DatabaseUnavailable
from inroad.store.models import Domain, SitemapFile
from inroad.store.pages import page_count
from inroad.store.sitemaps import add_sitemaps, complete_sitemaps, import_pages, miss_pages, sitemap_count, update_sitemap

STAGE = "sitemaps"
# Pages stored in one transaction: large enough for multi-row inserts, small enough that others wait little for its locks.
BATCH = 1_000


@dataclass(slots=True)
class Reading:
    """What one reading of a sitemap found.

    Attributes:
        response: The answer's facts.
        digest: SHA-256 of the body; None when it was not modified.
        is_same: The content is the one that was read before.
        is_complete: Read to its own end, within the limits.
        url_count: Entries in it, of whatever domain.
        new: Pages and sitemaps that were not known.
        seen: Canonical URLs of the pages that it lists for this domain.
        is_index: It names sitemaps.
    """

    response: Response
    digest: str | None = None
    is_same: bool = False
    is_complete: bool = True
    url_count: int = 0
    new: int = 0
    seen: list[str] = field(default_factory=list)
    is_index: bool = False


async def run(work: Work, web: WebClient, names: Sequence[str]) -> StageReport:
    """Reads what is due, children included as they become known, then visits the sitemaps read before again."""

    async def handle(domain: Domain, tally: Tally) -> None:
        if domain.sitemap_curation_status == "Rejected":
            return
        while rows := await work.database.run(_claim, work, domain):
            async with asyncio.TaskGroup() as group:
                for row in rows:
                    group.create_task(_read_first(work, web, domain, row, tally))
        if work.since is not None:
            await _visit_again(work, web, domain, tally)
        tally.counts["sitemaps"] = await work.database.run(sitemap_count, domain.id)

    return await each_domain(work, STAGE, names, handle)


def _claim(session: Session, work: Work, domain: Domain) -> list[SitemapFile]:
    where = (SitemapFile.domain_id == domain.id, SitemapFile.sitemap_curation_status != "Rejected")
    return claims.claim(session, SitemapFile, *where, owner=work.owner, lease_s=work.settings.lease_s, limit=16)


async def _visit_again(work: Work, web: WebClient, domain: Domain, tally: Tally) -> None:
    assert work.since is not None
    not_visited = visits.not_visited_since("sitemap", SitemapFile, work.since)
    due = await work.database.run(complete_sitemaps, [domain.id], not_visited)
    async with asyncio.TaskGroup() as group:
        for row in due:
            group.create_task(_read_again(work, web, domain, row, tally))
    # A changed index may have named new sitemaps.
    while rows := await work.database.run(_claim, work, domain):
        async with asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(_read_first(work, web, domain, row, tally))


async def _read_first(work: Work, web: WebClient, domain: Domain, row: SitemapFile, tally: Tally) -> None:
    visit = await work.database.run(_open, work, row)
    try:
        reading = await _read(work, web, domain, row)
    except DatabaseUnavailable:
        raise
    except InroadError as error:
        await work.database.run(_record_failure, work, row, visit, error)
        tally.fail(row.url, error)
        return
    await work.database.run(_record, work, row, reading, visit, is_first=True)
    tally.succeed("new")
    tally.counts["new_pages"] += reading.new


async def _read_again(work: Work, web: WebClient, domain: Domain, row: SitemapFile, tally: Tally) -> None:
    visit = await work.database.run(_open, work, row)
    if visit is None:
        return
    try:
        reading = await _read(work, web, domain, row)
    except DatabaseUnavailable:
        raise
    except InroadError as error:
        # "Could not read" is not "empty": what was imported stays.
        await work.database.run(visits.finish_visit, visit, "error", error_reason=error.reason)
        tally.fail(row.url, error)
        return
    await work.database.run(_record, work, row, reading, visit, is_first=False)
    tally.succeed("unchanged" if reading.is_same else "changed")
    tally.counts["new_pages"] += reading.new


def _open(session: Session, work: Work, row: SitemapFile) -> int | None:
    subject = [(row.id, row.domain_id)]
    opened = visits.open_visits(session, "sitemap", subject, run=work.run, owner=work.owner, lease_s=work.settings.lease_s)
    return opened.get(row.id)


async def _read(work: Work, web: WebClient, domain: Domain, row: SitemapFile) -> Reading:
    """Fetches a sitemap and, unless it is unchanged, stores what it lists while it is being read."""
    limit = work.settings.sitemap_bytes
    async with web.stream(
        row.url, etag=row.etag, last_modified=row.last_modified, purpose="sitemap", max_bytes=limit
    ) as response:
        facts = replace(response, body=b"", spool=None)
        if response.not_modified:
            return Reading(facts, digest=row.content_hash, is_same=True)
        digest = await asyncio.to_thread(_digest, response)
        if digest == row.content_hash:
            return Reading(facts, digest=digest, is_same=True)
        reading = Reading(facts, digest=digest, is_complete=not response.truncated)
        limits = replace(DEFAULT_LIMITS, max_bytes=limit)
        entries = iter_sitemap(response.open(), url=response.url, limits=limits)
        known = await work.database.run(page_count, domain.id)
        # Parsing runs in a thread: a 50 MB document must not hold up the requests of other sites.
        while batch := await asyncio.to_thread(lambda: list(islice(entries, BATCH))):
            if known + len(reading.seen) > work.settings.urls_per_domain:
                reading.is_complete = False
                await note(
                    work,
                    "limit",
                    f"More than {work.settings.urls_per_domain} pages; the rest was left.",
                    domain=domain,
                    subject=row.url,
                )
                break
            await work.database.run(_store, work, domain, row, batch, reading)
        return reading


def _digest(response: Response) -> str:
    digest = hashlib.sha256()
    for piece in response.iter_bytes():
        digest.update(piece)
    return digest.hexdigest()


def _store(
    session: Session, work: Work, domain: Domain, row: SitemapFile, batch: Sequence[SitemapEntry], reading: Reading
) -> None:
    """One batch of entries: sitemaps become files to read, pages become rows."""
    reading.url_count += len(batch)
    claims.renew(session, SitemapFile, row.id, owner=work.owner, lease_s=work.settings.lease_s)
    children = [url for entry, url in _own(domain, batch) if entry.kind == "sitemap"]
    if children:
        reading.is_index = True
        reading.new += _add_children(session, work, domain, row, children)
    pages = {url: entry for entry, url in _own(domain, batch) if entry.kind == "page" and not is_asset(url)}
    rows = [
        page_row(url, source="sitemap", lastmod=str(entry.lastmod) if entry.lastmod else None) for url, entry in pages.items()
    ]
    reading.new += import_pages(session, domain.id, row.id, rows)
    reading.seen.extend(pages)


def _own(domain: Domain, batch: Sequence[SitemapEntry]) -> Iterator[tuple[SitemapEntry, str]]:
    for entry in batch:
        try:
            url = canonical_url(entry.url)
        except PermanentError:
            continue
        if is_own_url(domain, url):
            yield entry, url


def _add_children(session: Session, work: Work, domain: Domain, row: SitemapFile, urls: Sequence[str]) -> int:
    """Adds an index's sitemaps within depth and number; a sitemap that lists itself or an ancestor is known already."""
    settings = work.settings
    room = settings.sitemaps_per_domain - sitemap_count(session, domain.id)
    if row.depth + 1 >= settings.sitemap_depth or room <= 0:
        return 0
    return add_sitemaps(
        session, domain.id, urls[:room], source="index", parent=row, waiting=work.is_manual, max_attempts=settings.max_attempts
    )


def _record(session: Session, work: Work, row: SitemapFile, reading: Reading, visit: int | None, *, is_first: bool) -> None:
    if not reading.is_same:
        values: dict[str, Any] = {
            "kind": "index" if reading.is_index else "pages",
            "etag": reading.response.etag,
            "last_modified": reading.response.last_modified,
            "content_hash": reading.digest,
            "url_count": reading.url_count,
            "body_bytes": reading.response.body_bytes,
            "is_truncated": not reading.is_complete,
        }
        if is_first:
            claims.complete(session, SitemapFile, row.id, owner=work.owner, **values)
        else:
            update_sitemap(session, row.id, **values)
        if reading.is_complete:
            miss_pages(session, row.id, now(), reading.seen)
    elif is_first:
        claims.complete(session, SitemapFile, row.id, owner=work.owner)
    if visit is not None:
        outcome = "new" if is_first else "unchanged" if reading.is_same else "changed"
        facts = {"http_status": reading.response.status, "body_bytes": reading.response.wire_bytes}
        visits.finish_visit(session, visit, outcome, duration_ms=reading.response.duration_ms, **facts)


def _record_failure(session: Session, work: Work, row: SitemapFile, visit: int | None, error: InroadError) -> None:
    claims.fail(session, SitemapFile, row.id, error, owner=work.owner)
    if visit is not None:
        visits.finish_visit(session, visit, "error", error_reason=error.reason)
