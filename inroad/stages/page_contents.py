"""Stage `page_contents`: fetches the selected pages, judges and stores what came, follows the links worth following.

What lives here: which pages are fetched when, and reading one. What does not: the ways to read a page (`strategies`), computing
what it says (`inroad.crawl.digest`, in other processes where there is much), and recording (`page_records`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from inroad.crawl.digest import PageBody, PageDigest, digest_page
from inroad.crawl.fetch import WebClient
from inroad.crawl.response import as_strategy
from inroad.guard import tracing
from inroad.guard.errors import InroadError, PermanentError, Scope
from inroad.postings import find_posting_links
from inroad.reader_process import ReaderBug
from inroad.stages.documents import Document, read_document
from inroad.stages.linking import is_own_url, own_urls
from inroad.stages.missing_kinds import MAILBOX, KindSearch, add_well_known
from inroad.stages.page_readers import PageReaders
from inroad.stages.page_records import Fetched, PageRecorder
from inroad.stages.selection import select_by_rule
from inroad.stages.work import StageReport, Tally, Work, each_domain
from inroad.store import claims, visits
from inroad.store.database import DatabaseUnavailable
from inroad.store.gone_pages import restore_found
from inroad.store.models import Domain, Page
from inroad.store.pages import claim_selected, complete_pages

STAGE = "page_contents"
CLAIMED: Final = 200
"""Pages of one domain that are claimed at one time; more are claimed when half of them are done."""


class RedirectedAway(PermanentError):
    """A page sends its visitors to another domain."""

    reason = "redirected-away"


async def run(work: Work, web: WebClient, names: Sequence[str]) -> StageReport:
    """Fetches the pages that are due, round after round until nothing more is selected, then visits the fetched ones again."""
    readers = PageReaders(digest_page)
    async with aclosing(PageRecorder(work)) as recorder:

        async def handle(domain: Domain, tally: Tally) -> None:
            visitor = _Visitor(work, web, domain, tally, recorder, readers)
            await visitor.fetch_due()
            if work.since is not None:
                await visitor.visit_again()

        return await each_domain(work, STAGE, names, handle)


class _Visitor:
    """Fetches the pages of one domain."""

    def __init__(
        self,
        work: Work,
        web: WebClient,
        domain: Domain,
        tally: Tally,
        recorder: PageRecorder,
        readers: PageReaders,
    ) -> None:
        self._work = work
        self._web = web
        self._domain = domain
        self._tally = tally
        self._recorder = recorder
        self._readers = readers
        self._hosts = (domain.name, *domain.allowed_hosts)
        self._kinds = KindSearch(work, domain)
        self._has_fetched = self._has_probed = False

    async def fetch_due(self) -> None:
        """What is due, and when all of that is done what the rule selects from what it made known and what is missing."""
        claim, work = self._work.database.run, self._work
        async with asyncio.TaskGroup() as group:
            running: set[asyncio.Task[None]] = set()
            while True:
                # The rule sees the links of the whole round: it chooses only when nothing is on its way.
                rows = await claim(_claim, work, self._domain, selects=not running)
                if not rows and not running and not work.is_manual:
                    rows = await self._claim_further()
                if not rows and not running:
                    return
                self._has_fetched = True
                running |= {group.create_task(self._fetch(page)) for page in rows}
                running = await _until(running, CLAIMED // 2 if len(rows) == CLAIMED else 0)

    async def _claim_further(self) -> list[Page]:
        """What fills the room that the wanted pages leave: first what may hold the kinds of contacts that are missing."""
        rows = await self._claim_filling(await self._kinds.missing())
        if rows or not self._has_fetched or self._has_probed:
            return rows
        self._has_probed = True
        if await self._kinds.lacking(MAILBOX) and await add_well_known(self._work, self._web, self._domain):
            return await self._claim_filling(MAILBOX)
        return []

    async def _claim_filling(self, missing: Collection[str]) -> list[Page]:
        return await self._work.database.run(_claim_filling, self._work, self._domain, missing)

    async def visit_again(self) -> None:
        """Pages that are Complete and had no visit since the run's moment."""
        assert self._work.since is not None
        is_due = visits.not_visited_since("page", Page, self._work.since)
        due = await self._work.database.run(complete_pages, [self._domain.id], is_due)
        running: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            for start in range(0, len(due), CLAIMED):
                opened = await self._work.database.run(_open, self._work, due[start : start + CLAIMED])
                pages = [page for page in due[start : start + CLAIMED] if page.id in opened]
                running |= {group.create_task(self._refresh(page, opened[page.id])) for page in pages}
                running = await _until(running, CLAIMED // 2)
        if any(page.gone_at is not None for page in due):  # only their sitemaps say so, and some may have answered
            await self._work.database.run(restore_found, self._domain.id)

    async def _fetch(self, page: Page) -> None:
        await self._readers.room()
        recorded = await self._recorder.record(await self._read(Fetched(self._domain, page), known=None))
        if recorded.outcome == "new":
            self._tally.succeed("new")
        elif recorded.error is not None:
            self._tally.stop(page.url, recorded.error)

    async def _refresh(self, page: Page, visit_id: int) -> None:
        await self._readers.room()
        recorded = await self._recorder.record(await self._read(Fetched(self._domain, page, visit_id=visit_id), known=page))
        if recorded.error is not None:
            self._tally.stop(page.url, recorded.error)
        else:
            self._tally.succeed(recorded.outcome)

    async def _read(self, asked: Fetched, *, known: Page | None) -> Fetched:
        """Reads a page; a failure is a result too."""
        page = asked.page
        with tracing.span("page", url=page.url) as said:
            try:
                document = await self._document(page, known)
                postings = await self._postings(page, document)
            except DatabaseUnavailable:
                raise
            except (InroadError, ReaderBug) as error:  # our bug in one document is its row's, and the others go on
                said["reason"] = claims.describe_error(error)[0]
                return replace(asked, error=error)
            said["status"], said["strategy"] = document.response.status, document.response.strategy
            return replace(asked, document=document, postings=postings)

    async def _document(self, page: Page, known: Page | None) -> Document:
        async def read(body: PageBody) -> PageDigest:
            return await self._readers.read(replace(body, hosts=self._hosts, keeps_html=_lists_jobs(page)))

        scope = Scope(run=self._work.run, domain=self._domain.name)
        wanted = as_strategy(page.fetch_strategy)
        document = await read_document(self._web, page.url, known=known, wanted=wanted, scope=scope, read=read)
        if not is_own_url(self._domain, document.final_url):
            raise RedirectedAway(f"{page.url} leads to {document.final_url}, another company's site.", mend="Reject the page.")
        return document

    async def _postings(self, page: Page, document: Document) -> list[str]:
        if not document.html or not _lists_jobs(page):
            return []
        found = await asyncio.to_thread(find_posting_links, document.html, url=document.final_url)
        return own_urls(self._domain, [link.url for link in found], base=document.final_url)


def _lists_jobs(page: Page) -> bool:
    return page.page_type == "CAREERS"


async def _until(running: set[asyncio.Task[None]], left: int) -> set[asyncio.Task[None]]:
    """Waits until no more than some tasks are unfinished, at least one of them at a time; gives those."""
    while len(running) > left:
        _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    return running


def _claim(session: Session, work: Work, domain: Domain, *, selects: bool) -> list[Page]:
    """The next pages: what is due, else, where nothing is on its way, what the rule wants."""
    if rows := _claim_due(session, work, domain):
        return rows
    if not selects or work.is_manual or not select_by_rule(session, work.settings, domain.id, fill=False):
        return []
    return _claim_due(session, work, domain)


def _claim_filling(session: Session, work: Work, domain: Domain, missing: Collection[str]) -> list[Page]:
    """What the rule selects for the room that is left."""
    if not select_by_rule(session, work.settings, domain.id, fill=True, missing=missing):
        return []
    return _claim_due(session, work, domain)


def _claim_due(session: Session, work: Work, domain: Domain) -> list[Page]:
    return claim_selected(session, domain.id, owner=work.owner, lease_s=work.settings.lease_s, limit=CLAIMED)


def _open(session: Session, work: Work, pages: Sequence[Page]) -> dict[int, int]:
    subjects = [(page.id, page.domain_id) for page in pages]
    return visits.open_visits(session, "page", subjects, run=work.run, owner=work.owner, lease_s=work.settings.lease_s)
