"""Stage `page_contents`: fetches the selected pages, judges and stores what came, follows the links worth following."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from inroad.crawl.fetch import WebClient
from inroad.crawl.response import as_strategy
from inroad.guard.errors import InroadError, PermanentError, Scope
from inroad.postings import find_posting_links
from inroad.stages.documents import Document, read_document, store_document
from inroad.stages.linking import add_linked_pages, is_own_url
from inroad.stages.selection import select_by_rule
from inroad.stages.work import StageReport, Tally, Work, each_domain
from inroad.store import claims, visits
from inroad.store.database import DatabaseUnavailable
from inroad.store.models import Domain, Page
from inroad.store.pages import complete_pages, mark_missed
from inroad.store.posting_states import miss_again, miss_postings

STAGE = "page_contents"


class RedirectedAway(PermanentError):
    """A page sends its visitors to another domain."""

    reason = "redirected-away"


async def run(work: Work, web: WebClient, names: Sequence[str]) -> StageReport:
    """Fetches the pages that are due, round after round until nothing more is selected, then visits the fetched ones again."""

    async def handle(domain: Domain, tally: Tally) -> None:
        while rows := await work.database.run(_claim, work, domain):
            async with asyncio.TaskGroup() as group:
                for page in rows:
                    group.create_task(_fetch(work, web, domain, page, tally))
        if work.since is not None:
            await _visit_again(work, web, domain, tally)

    return await each_domain(work, STAGE, names, handle)


def _claim(session: Session, work: Work, domain: Domain) -> list[Page]:
    """The next round: what is due, else what the rule selects from what the last round made known."""
    where = (Page.domain_id == domain.id, Page.page_curation_status == "Selected")
    for fill in (None, False, True):
        if fill is not None and (work.is_manual or not select_by_rule(session, work.settings, domain.id, fill=fill)):
            continue
        if rows := claims.claim(session, Page, *where, owner=work.owner, lease_s=work.settings.lease_s):
            return rows
    return []


async def _fetch(work: Work, web: WebClient, domain: Domain, page: Page, tally: Tally) -> None:
    visit = await work.database.run(_open, work, page)
    try:
        document = await _read(work, web, domain, page, known=None)
    except DatabaseUnavailable:
        raise
    except InroadError as error:
        await work.database.run(_record_failure, work, page, visit, error)
        tally.fail(page.url, error)
        return
    await work.database.run(_record, work, domain, page, document, visit)
    tally.succeed("new")


async def _read(work: Work, web: WebClient, domain: Domain, page: Page, *, known: Page | None) -> Document:
    scope = Scope(run=work.run, domain=domain.name)
    document = await read_document(web, page.url, known=known, wanted=as_strategy(page.fetch_strategy), scope=scope)
    if not is_own_url(domain, document.final_url):
        raise RedirectedAway(f"{page.url} leads to {document.final_url}, another company's site.", mend="Reject the page.")
    return document


async def _visit_again(work: Work, web: WebClient, domain: Domain, tally: Tally) -> None:
    assert work.since is not None
    due = await work.database.run(complete_pages, [domain.id], visits.not_visited_since("page", Page, work.since))
    async with asyncio.TaskGroup() as group:
        for page in due:
            group.create_task(_refresh(work, web, domain, page, tally))


async def _refresh(work: Work, web: WebClient, domain: Domain, page: Page, tally: Tally) -> None:
    visit = await work.database.run(_open, work, page)
    if visit is None:
        return
    try:
        document = await _read(work, web, domain, page, known=page)
    except DatabaseUnavailable:
        raise
    except InroadError as error:
        await work.database.run(_record_missing, page, visit, error)
        tally.fail(page.url, error)
        return
    changed = await work.database.run(_record_again, work, domain, page, document, visit)
    tally.succeed("changed" if changed else "unchanged")


def _open(session: Session, work: Work, page: Page) -> int | None:
    subject = [(page.id, page.domain_id)]
    opened = visits.open_visits(session, "page", subject, run=work.run, owner=work.owner, lease_s=work.settings.lease_s)
    return opened.get(page.id)


def _facts(document: Document) -> dict[str, Any]:
    response = document.response
    return {"http_status": response.status, "body_bytes": response.wire_bytes, "duration_ms": response.duration_ms}


def _record(session: Session, work: Work, domain: Domain, page: Page, document: Document, visit: int | None) -> None:
    """Content, links and the page's state in one transaction: a kill leaves all of it or nothing."""
    if not claims.complete(session, Page, page.id, owner=work.owner):
        return
    store_document(session, page, document, max_attempts=work.settings.max_attempts)
    _follow(session, work, domain, page, document)
    if visit is not None:
        visits.finish_visit(session, visit, "new", **_facts(document))


def _record_again(session: Session, work: Work, domain: Domain, page: Page, document: Document, visit: int) -> bool:
    is_new = not document.response.not_modified and store_document(
        session, page, document, max_attempts=work.settings.max_attempts
    )
    if is_new:
        _follow(session, work, domain, page, document)
    changed = is_new or bool(miss_again(session, page_id=page.id))
    visits.finish_visit(session, visit, "changed" if changed else "unchanged", **_facts(document))
    return changed


def _follow(session: Session, work: Work, domain: Domain, page: Page, document: Document) -> None:
    jobs = [link.url for link in find_posting_links(document.html, url=document.final_url)] if page.page_type == "CAREERS" else []
    add_linked_pages(session, work.settings, domain, document.html, url=document.final_url, postings=jobs)


def _record_failure(session: Session, work: Work, page: Page, visit: int | None, error: InroadError) -> None:
    claims.fail(session, Page, page.id, error, owner=work.owner)
    if visit is not None:
        visits.finish_visit(session, visit, "error", error_reason=error.reason, http_status=getattr(error, "status", None))


def _record_missing(session: Session, page: Page, visit: int, error: InroadError) -> None:
    """A page that was there and is not found any more is gone after the second time, and its jobs are closed with it.

    Other failures say nothing about it.
    """
    if error.reason in ("not-found", "soft-404"):
        mark_missed(session, page.id)
        miss_postings(session, [], page_id=page.id)
    visits.finish_visit(session, visit, "error", error_reason=error.reason, http_status=getattr(error, "status", None))
