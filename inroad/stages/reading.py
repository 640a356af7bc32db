"""Reading one sitemap: from its bytes to rows, batch by batch, in flat memory.

What lives here: what kind of document it is, and storing its batches while it is still being read. What does not: which entries
count (`naming`), which sitemaps are read and when, and what is recorded of a reading (`sitemaps`).

Parsing, canonical URLs and classification run in threads of their own, so that a document of 50 MB does not hold up the
requests of other sites; a batch of 4,000 entries takes about 50 ms there.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import zlib
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from inroad.crawl.charset import decode_html
from inroad.crawl.classify import CLASSIFIER_VERSION
from inroad.crawl.links import extract_links
from inroad.crawl.response import Response
from inroad.crawl.sitemaps import DEFAULT_LIMITS, NotASitemap, SitemapEntry, iter_sitemap
from inroad.stages.naming import BATCH, Found, Ownership, next_batch
from inroad.stages.origins import Origins
from inroad.stages.work import Work, now
from inroad.store import claims
from inroad.store.listings import Batch, Stored, count_pages_to, has_listings, import_pages, known_urls
from inroad.store.models import Domain, SitemapFile
from inroad.store.sitemap_children import name_children

# Places of a domain above which nobody counts: more than all of its readings can reserve at one time.
AMPLE = 12 * BATCH
# Documents read at one time in one process: two threads fill the interpreter, whatever the number of cores.
READERS = 2
# Batches stored at one time in one process; more would only wait for each other, and for the pool's connections.
WRITERS = 4
# Seconds between two renewals of a file's lease, by the part of the lease that may pass.
RENEWALS_PER_LEASE = 5
HTML_BYTES = 8_388_608
_FEED_START = re.compile(rb"<(?:[A-Za-z]\w{0,20}:)?(?:rss|feed|RDF)[\s>]|\"https?://(?:www\.)?jsonfeed\.org/")


class LeaseLost(Exception):
    """Another worker has the file now; its result stands."""


class Room:
    """How many more pages a domain may have; shared by all of its sitemaps that are read at one time."""

    def __init__(self, left: int) -> None:
        self._left = left

    @property
    def is_full(self) -> bool:
        """Whether no page more may come in."""
        return self._left <= 0

    @property
    def is_ample(self) -> bool:
        """Whether batches may reserve a place for each page, known or not, without taking it from another's new ones."""
        return self._left > AMPLE

    def take(self, wanted: int) -> int:
        """Reserves up to `wanted` places and returns how many."""
        taken = max(min(wanted, self._left), 0)
        self._left -= taken
        return taken

    def give_back(self, unused: int) -> None:
        """Returns places that were reserved and not needed."""
        self._left += unused


@dataclass(slots=True)
class Desk:
    """What the readings of one stage share: threads, and turns at the database."""

    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(READERS, thread_name_prefix="sitemap"))
    writers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(WRITERS))


@dataclass(slots=True)
class Reading:
    """What one reading of a sitemap found.

    Attributes:
        response: The answer's facts.
        read_at: When the reading began.
        digest: SHA-256 of the body; None when it was not modified.
        is_same: The content is the one that was read before.
        is_complete: Read to its own end.
        is_window: It lists only the latest pages (a feed, a news sitemap), so that nothing is gone because it is not listed.
        kind: "index", "pages", "feed" or "html".
        url_count: Entries in it, of whatever domain.
        page_count: Pages of the domain in it.
        new: Pages that were not known.
        changed: Pages that it lists with another lastmod than before.
        unchanged: The other pages.
        gone: Pages that two complete readings lacked.
        new_files: Sitemaps that were not known.
        left_out: Pages and sitemaps that were not taken because of a limit.
        seen: Ids of the pages that it lists, 8 bytes each; None where there is nothing that could be missing.
        named: Ids of the sitemaps that it names.
    """

    response: Response
    read_at: datetime
    digest: str | None = None
    is_same: bool = False
    is_complete: bool = True
    is_window: bool = False
    kind: str = "pages"
    url_count: int = 0
    page_count: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    new_files: int = 0
    left_out: int = 0
    seen: array[int] | None = None
    named: array[int] = field(default_factory=lambda: array("q"))


async def open_room(work: Work, domain: Domain) -> Room:
    """The room that is left in a domain."""
    limit = work.settings.urls_per_domain
    return Room(limit - await work.database.run(count_pages_to, domain.id, limit))


async def read_sitemap(
    work: Work, desk: Desk, room: Room, origins: Origins, domain: Domain, row: SitemapFile, response: Response, *, is_leased: bool
) -> Reading:
    """Reads an answer and stores what it lists while it is being read; what is stored stays when it breaks off.

    Args:
        work: The run's context.
        desk: Shared by the stage.
        room: Shared by the domain.
        origins: Shared by the domain; asked under which origin pages are rows.
        domain: Whose pages count.
        row: The sitemap file.
        response: Its answer, inside `WebClient.stream`.
        is_leased: The row is claimed, so that its lease is renewed meanwhile.

    Raises:
        SitemapError: It is none, or it breaks a limit.
        LeaseLost: The row is no longer ours.
    """
    reading = Reading(replace(response, body=b"", spool=None), now(), is_complete=not response.truncated)
    if response.not_modified:
        reading.digest, reading.is_same = row.content_hash, True
        return reading
    loop = asyncio.get_running_loop()
    reading.digest, reading.kind = await loop.run_in_executor(desk.threads, _look_at, response, row)
    if reading.digest == row.content_hash and not row.is_truncated:
        reading.is_same = True
        return reading
    reading.is_window = reading.kind == "feed"
    entries = _html_entries(response) if reading.kind == "html" else _entries(work, response)
    owner = Ownership(domain, row, origins)
    if await work.database.run(has_listings, row.id):
        reading.seen = array("q")
    renewed = loop.time()
    while (found := await loop.run_in_executor(desk.threads, next_batch, entries, owner)).count:
        if found.open_samples:
            await origins.settle(found.open_samples)
            found.pages = found.pages.renamed(owner.place)
            found.children = {owner.place(url) or url: lastmod for url, lastmod in found.children.items()}
        async with desk.writers:
            await store_batch(work, room, row, found, reading)
        if is_leased and loop.time() - renewed > work.settings.lease_s / RENEWALS_PER_LEASE:
            renewed = loop.time()
            if not await work.database.run(_renew, work, row):
                raise LeaseLost(row.url)
    return reading


def _renew(session: Session, work: Work, row: SitemapFile) -> bool:
    return claims.renew(session, SitemapFile, row.id, owner=work.owner, lease_s=work.settings.lease_s)


def _look_at(response: Response, row: SitemapFile) -> tuple[str, str]:
    """The body's digest and what kind of document it is, as far as its beginning tells."""
    digest = hashlib.sha256()
    head = b""
    for piece in response.iter_bytes():
        head = head or _unpacked(piece[:4_096])
        digest.update(piece)
    kind = "html" if row.source == "html" else "feed" if row.source == "feed" or _FEED_START.search(head[:2_048]) else "pages"
    return digest.hexdigest(), kind


def _unpacked(head: bytes) -> bytes:
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 2_048)
    except zlib.error:
        return b""


def _entries(work: Work, response: Response) -> Iterator[SitemapEntry]:
    limits = replace(DEFAULT_LIMITS, max_bytes=work.settings.sitemap_bytes)
    return iter_sitemap(response.open(), url=response.url, limits=limits)


def _html_entries(response: Response) -> Iterator[SitemapEntry]:
    """The links of an HTML sitemap page, in the thread that asks for the first."""
    html = decode_html(response.open().read(HTML_BYTES), response.headers.get("content-type"))
    links = [link for link in extract_links(html, url=response.url) if link.kind == "anchor"]
    if not links:
        raise NotASitemap(f"{response.url} links no page.", reason="empty-sitemap")
    for link in links:
        yield SitemapEntry(link.url)


async def store_batch(work: Work, room: Room, row: SitemapFile, found: Found, reading: Reading) -> None:
    """Stores one batch in one transaction: sitemaps become files to read, pages become rows."""
    reading.url_count += found.count
    reading.is_window = reading.is_window or found.is_news
    if found.children:
        reading.kind = "index"
        is_too_deep = row.depth + 1 >= work.settings.sitemap_depth
        named = await work.database.run(
            name_children,
            row,
            found.children,
            limit=0 if is_too_deep else work.settings.sitemaps_per_domain,
            waiting=work.is_manual,
            max_attempts=work.settings.max_attempts,
        )
        reading.new_files += named.new
        reading.left_out += named.left_out
        reading.named.extend(named.child_ids)
    if found.pages.urls:
        await _store_pages(work, room, row, found.pages, reading)


async def _store_pages(work: Work, room: Room, row: SitemapFile, pages: Batch, reading: Reading) -> None:
    if not room.is_ample:
        pages, taken = await _within(work, room, pages, reading)
    else:
        taken = room.take(len(pages.urls))
    new = 0
    try:
        stored: Stored = await work.database.run(
            import_pages,
            row.domain_id,
            row.id,
            pages,
            classifier_version=CLASSIFIER_VERSION,
            with_ids=reading.seen is not None,
        )
        new = stored.new
    finally:
        room.give_back(taken - new)
    reading.page_count += len(pages.urls)
    reading.new += stored.new
    reading.changed += stored.changed
    reading.unchanged += stored.unchanged
    if reading.seen is not None:
        reading.seen.extend(stored.page_ids)


async def _within(work: Work, room: Room, pages: Batch, reading: Reading) -> tuple[Batch, int]:
    """All known pages, and of the new ones as many as there is room for; how much of it they take."""
    known = await work.database.run(known_urls, pages.urls)
    unknown = [url for url in pages.urls if url not in known]
    taken = room.take(len(unknown))
    if taken == len(unknown):
        return pages, taken
    reading.left_out += len(unknown) - taken
    return pages.only(known | set(unknown[:taken])), taken
