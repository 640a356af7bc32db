"""Stage `sitemaps`: reads the sitemap files that are due, adds those that they name, imports the pages that they list.

What lives here: which files are read and in what order, and what is recorded of each reading. What does not: the reading itself
(`reading`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from inroad.crawl.fetch import WebClient
from inroad.guard.errors import InroadError
from inroad.stages.origins import Origins
from inroad.stages.reading import Desk, LeaseLost, Reading, Room, open_room, read_sitemap
from inroad.stages.work import StageReport, Tally, Work, each_domain, note
from inroad.store import claims, visits
from inroad.store.database import DatabaseUnavailable
from inroad.store.missing_pages import miss_again, miss_pages
from inroad.store.models import Domain, SitemapFile
from inroad.store.sitemap_children import miss_children, miss_children_again
from inroad.store.sitemaps import (
    claim_sitemaps,
    close_visits,
    complete_sitemaps,
    sitemap_count,
    unchanged_by_index,
    update_sitemap,
)

STAGE = "sitemaps"
# Sitemaps of one domain at one time: some download while others are stored. The web client bounds the requests to a host.
AT_ONCE = 8
# How long a sitemap is not asked for because its index repeats its lastmod: some indexes never change theirs.
LASTMOD_TRUSTED = timedelta(days=7)


async def run(work: Work, web: WebClient, names: Sequence[str]) -> StageReport:
    """Reads what is due, children included as they become known, then visits the sitemaps read before again."""
    desk = Desk()

    async def handle(domain: Domain, tally: Tally) -> None:
        if domain.sitemap_curation_status == "Rejected":
            return
        await _Site(work, web, desk, domain, tally).bring_up_to_date()
        tally.counts["sitemaps"] = await work.database.run(sitemap_count, domain.id)

    try:
        return await each_domain(work, STAGE, names, handle)
    finally:
        desk.threads.shutdown(wait=False, cancel_futures=True)


class _Site:
    """The sitemaps of one domain in one run."""

    def __init__(self, work: Work, web: WebClient, desk: Desk, domain: Domain, tally: Tally) -> None:
        self._work, self._web, self._desk, self._domain, self._tally = work, web, desk, domain, tally
        self._room: Room | None = None
        self._origins = Origins(work, web, domain)

    async def bring_up_to_date(self) -> None:
        """First what was never read, then what was; what the second names is read at the end."""
        await self._read_claimed()
        if self._work.since is not None and await self._visit_again():
            await self._read_claimed()

    async def _read_claimed(self) -> None:
        """Claims files as places become free, until none is due and none is being read that could name more."""
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                rows = await self._work.database.run(self._claim, AT_ONCE - len(running)) if len(running) < AT_ONCE else []
                running |= {asyncio.create_task(self._read_first(row)) for row in rows}
                if not running:
                    return
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            await _cancel(running)

    def _claim(self, session: Session, limit: int) -> list[SitemapFile]:
        work = self._work
        return claim_sitemaps(session, self._domain.id, owner=work.owner, lease_s=work.settings.lease_s, limit=limit)

    async def _visit_again(self) -> bool:
        """Indexes first: what they say of their children decides which of those are asked for at all.

        Returns:
            Whether any file was due, and so may have named others.
        """
        due = await self._due_again()
        if not due:
            return False
        indexes = [row for row in due if row.kind == "index"]
        for row in indexes:
            await self._read_again(row)
        rest = await self._due_again() if indexes else due
        skipped = await self._skip(rest)
        await _each(AT_ONCE, [row for row in rest if row.id not in skipped], self._read_again)
        return True

    async def _due_again(self) -> list[SitemapFile]:
        assert self._work.since is not None
        not_visited = visits.not_visited_since("sitemap", SitemapFile, self._work.since)
        return await self._work.database.run(complete_sitemaps, [self._domain.id], not_visited)

    async def _skip(self, rows: Sequence[SitemapFile]) -> set[int]:
        """The files whose index says that they did not change; each gets a visit that asked for nothing."""
        work = self._work
        same = await work.database.run(unchanged_by_index, [row.id for row in rows], trusted_for=LASTMOD_TRUSTED)
        if not same:
            return same
        opened = await work.database.run(self._open, [row for row in rows if row.id in same])
        await work.database.run(close_visits, {opened[row.id]: row.page_count or 0 for row in rows if row.id in opened})
        for row in rows:
            if row.id in opened:
                self._tally.succeed("unchanged")
                self._tally.counts["skipped_sitemaps"] += 1
                self._tally.counts["unchanged_pages"] += row.page_count or 0
        return same

    async def _read_first(self, row: SitemapFile) -> None:
        visit = (await self._work.database.run(self._open, [row])).get(row.id)
        try:
            reading = await self._read(row, is_leased=True)
        except DatabaseUnavailable:
            raise
        except LeaseLost:
            return
        except InroadError as error:
            await self._work.database.run(self._record_failure, row, visit, error)
            self._tally.stop(row.url, error)
            return
        if await self._work.database.run(self._record_first, row, reading, visit):
            await self._count(row, reading, "new")

    async def _read_again(self, row: SitemapFile) -> None:
        visit = (await self._work.database.run(self._open, [row])).get(row.id)
        if visit is None:
            return
        try:
            reading = await self._read(row, is_leased=False)
        except DatabaseUnavailable:
            raise
        except InroadError as error:
            # "Could not read" is not "empty": what was imported stays.
            await self._work.database.run(visits.finish_visit, visit, "error", error_reason=error.reason)
            self._tally.stop(row.url, error)
            return
        await self._work.database.run(self._record_again, row, reading, visit)
        await self._count(row, reading, "unchanged" if reading.is_same else "changed")

    async def _read(self, row: SitemapFile, *, is_leased: bool) -> Reading:
        if self._room is None:
            self._room = await open_room(self._work, self._domain)
        if await self._has_room_for_more(row, self._room):
            row.etag = row.last_modified = row.content_hash = None
        limit = self._work.settings.sitemap_bytes
        async with self._web.stream(
            row.url, etag=row.etag, last_modified=row.last_modified, purpose="sitemap", max_bytes=limit
        ) as response:
            return await read_sitemap(
                self._work, self._desk, self._room, self._origins, self._domain, row, response, is_leased=is_leased
            )

    async def _has_room_for_more(self, row: SitemapFile, room: Room) -> bool:
        """Whether something was left out of a file that would be taken now; then it is read again, changed or not."""
        if not row.left_out_count:
            return False
        if row.kind != "index":
            return not room.is_full
        return await self._work.database.run(sitemap_count, row.domain_id) < self._work.settings.sitemaps_per_domain

    def _open(self, session: Session, rows: Sequence[SitemapFile]) -> dict[int, int]:
        work = self._work
        subjects = [(row.id, row.domain_id) for row in rows]
        return visits.open_visits(session, "sitemap", subjects, run=work.run, owner=work.owner, lease_s=work.settings.lease_s)

    def _record_first(self, session: Session, row: SitemapFile, reading: Reading, visit: int | None) -> bool:
        done = claims.complete(session, SitemapFile, row.id, owner=self._work.owner, **_facts(row, reading))
        if done:
            _miss(session, row, reading)
        _finish(session, row, visit, reading, "new" if done else "abandoned")
        return done

    def _record_again(self, session: Session, row: SitemapFile, reading: Reading, visit: int) -> None:
        update_sitemap(session, row.id, **_facts(row, reading))
        _miss(session, row, reading)
        _finish(session, row, visit, reading, "unchanged" if reading.is_same else "changed")

    def _record_failure(self, session: Session, row: SitemapFile, visit: int | None, error: InroadError) -> None:
        claims.fail(session, SitemapFile, row.id, error, owner=self._work.owner)
        if visit is not None:
            visits.finish_visit(session, visit, "error", error_reason=error.reason)

    async def _count(self, row: SitemapFile, reading: Reading, outcome: str) -> None:
        """Counts what a recorded reading found, and says it where something happened."""
        self._tally.succeed(outcome)
        found = {name.removesuffix("_count"): count for name, count in _page_counts(row, reading).items()}
        for name, count in found.items():
            self._tally.counts[f"{name}_pages"] += count
        if any(count for name, count in found.items() if name != "unchanged"):
            said = ", ".join(f"{found[name]:,} {name}" for name in ("new", "changed", "gone", "unchanged"))
            await note(self._work, "pages", f"Pages: {said}.", domain=self._domain, subject=row.url)
        if reading.left_out:
            sentence = f"{reading.left_out:,} pages or sitemaps were left out: a limit of this domain is reached."
            await note(self._work, "limit", sentence, domain=self._domain, subject=row.url, level="warning")


def _facts(row: SitemapFile, reading: Reading) -> dict[str, Any]:
    """What is written on the file. A reading that must be repeated leaves nothing by which the next one could be skipped."""
    if reading.is_same:
        return {"read_lastmod": row.listed_lastmod}
    is_final = reading.is_complete
    return {
        "kind": reading.kind,
        "etag": reading.response.etag if is_final else None,
        "last_modified": reading.response.last_modified if is_final else None,
        "content_hash": reading.digest if is_final else None,
        "read_lastmod": row.listed_lastmod if is_final else None,
        "url_count": reading.url_count,
        "page_count": reading.page_count,
        "left_out_count": reading.left_out or None,
        "body_bytes": reading.response.body_bytes,
        "is_truncated": not reading.is_complete,
    }


def _miss(session: Session, row: SitemapFile, reading: Reading) -> None:
    """Counts what a reading to the end lacked: pages that were listed, and sitemaps that were named."""
    if reading.is_same:
        reading.gone = miss_again(session, row.id, reading.read_at) + miss_children_again(session, row, reading.read_at)
    elif reading.is_complete and not reading.is_window:
        if reading.seen is not None:
            reading.gone = miss_pages(session, row.id, reading.read_at, reading.seen)
        reading.gone += miss_children(session, row, reading.read_at, reading.named)


def _finish(session: Session, row: SitemapFile, visit: int | None, reading: Reading, outcome: str) -> None:
    if visit is not None:
        facts = {"http_status": reading.response.status, "body_bytes": reading.response.wire_bytes, **_page_counts(row, reading)}
        visits.finish_visit(session, visit, outcome, duration_ms=reading.response.duration_ms, **facts)


def _page_counts(row: SitemapFile, reading: Reading) -> dict[str, int]:
    """Pages of a sitemap by what became of them, under the names of the visit's columns."""
    unchanged = (row.page_count or 0) if reading.is_same else reading.unchanged
    return {
        "new_count": reading.new,
        "changed_count": reading.changed,
        "unchanged_count": unchanged,
        "gone_count": reading.gone,
    }


async def _each(at_once: int, rows: Sequence[SitemapFile], read: Callable[[SitemapFile], Awaitable[None]]) -> None:
    """Reads files, a few at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(row: SitemapFile) -> None:
        async with gate:
            await read(row)

    async with asyncio.TaskGroup() as group:
        for row in rows:
            group.create_task(one(row))


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
