"""Stage `postings`: reads the jobs that stored pages publish, and the boards at applicant-tracking systems that they link.

What does not belong here: asking a board's feed (`board_reading`), and a posting as columns of its row (`posting_columns`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from inroad.crawl.digest import read_unpacked
from inroad.crawl.fetch import WebClient
from inroad.guard import Scope
from inroad.guard.errors import InroadError
from inroad.llm.job_pages import ReadJobPage
from inroad.postings import (
    POSTING_EXTRACTOR_VERSION,
    Board,
    Posting,
    stale_reason,
    title_key,
)
from inroad.postings.page_findings import read_jobs
from inroad.reader_process import call
from inroad.stages.annotations import find_marks_again
from inroad.stages.board_reading import BoardReading, read_board
from inroad.stages.documents import stored_html
from inroad.stages.extractions import Purpose, attempt, read_due
from inroad.stages.handed_postings import visit_handed
from inroad.stages.posting_columns import posting_as_read, posting_columns, posting_from_row
from inroad.stages.readers import shared_readers
from inroad.stages.threads import in_thread
from inroad.stages.work import StageReport, Tally, Work, each_domain, note, now
from inroad.store import claims, visits
from inroad.store.boards import add_boards, board_postings, complete_boards, employer_name, update_board
from inroad.store.claims import REFUSED
from inroad.store.database import DatabaseUnavailable
from inroad.store.extractions import DueReading
from inroad.store.models import Board as BoardRow
from inroad.store.models import Domain, Page
from inroad.store.offers import offered_from
from inroad.store.pages import requeue_extractions
from inroad.store.posting_intake import store_postings
from inroad.store.posting_states import Listing, OpenPosting, miss_postings, open_postings, settle_listings

STAGE = "postings"
KIND = "postings"

__all__ = ["Found", "posting_columns", "posting_from_row", "run"]


@dataclass(frozen=True, slots=True)
class Found:
    """What one page says about jobs.

    Attributes:
        postings: The jobs.
        boards: Boards that it links.
        reader: "rules", or "rules and llm" where only the model saw the job.
        note: Why the model gave nothing; None where it was not asked or answered. Such a page was not read whole, and says
            nothing about jobs that it does not show.
        refused_at: From when on it is offered to the model again, which a budget, a pause or a fault kept from it.
    """

    postings: tuple[Posting, ...]
    boards: tuple[Board, ...]
    reader: str = "rules"
    note: str | None = None
    refused_at: datetime | None = None

    def as_columns(self) -> dict[str, Any]:
        """What the extraction's row says."""
        return {"reader": self.reader, "reader_note": self.note, "refused_at": self.refused_at}


async def run(work: Work, web: WebClient, names: Sequence[str]) -> StageReport:
    """Reads pages first, then the boards that they made known, then visits known boards again; last it judges what is stale."""
    await work.database.run(requeue_extractions, KIND, POSTING_EXTRACTOR_VERSION)

    def record(session: Session, read: Sequence[tuple[DueReading, Found]]) -> list[int]:
        return [_record_page(session, work, one.page, found) for one, found in read]

    async def handle(domain: Domain, tally: Tally) -> None:
        ask = work.open_job_pages(Scope(run=work.run, domain=domain.name))
        read = partial(_read_all, ask, work.settings.llm_when_refused == "wait")
        await read_due(work, Purpose(KIND, POSTING_EXTRACTOR_VERSION, read, record, Found.as_columns), domain, tally)
        while rows := await work.database.run(_claim_boards, work, domain):
            for board in rows:
                await _visit_board(work, web, domain, board, tally)
        if work.since is not None:
            not_visited = visits.not_visited_since("board", BoardRow, work.since)
            for board in await work.database.run(complete_boards, [domain.id], not_visited):
                await _visit_board(work, web, domain, board, tally)
        await visit_handed(work, web, domain, tally)
        await work.database.run(_settle, domain)

    return await each_domain(work, STAGE, names, handle)


async def _read_all(ask: ReadJobPage | None, waits: bool, due: Sequence[DueReading]) -> list[Found | BaseException]:
    """The rules in readers, and then the model on the jobs' own pages from which they read nothing."""
    calls = [
        partial(read_unpacked, read_jobs, one.content.html_zlib, url=one.content.final_url, read_on=one.content.fetched_at.date())
        for one in due
    ]
    found = await shared_readers().read_many(call, calls)
    return [await _reading(ask, waits, one, jobs) for one, jobs in zip(due, found, strict=True)]


async def _reading(
    ask: ReadJobPage | None, waits: bool, due: DueReading, read: tuple[tuple[Posting, ...], tuple[Board, ...]] | BaseException
) -> Found | BaseException:
    if isinstance(read, BaseException):
        return read
    postings, boards = read
    if due.page.page_type not in ("POSTING", "CAREERS"):  # elsewhere only what the page itself declares to be a job
        return Found(tuple(posting for posting in postings if posting.source != "page"), boards)
    if postings or ask is None or due.page.page_type != "POSTING":
        return Found(postings, boards)
    return await attempt(in_thread(_asked, ask, waits, due, boards))


def _asked(ask: ReadJobPage, waits: bool, due: DueReading, boards: tuple[Board, ...]) -> Found:
    try:
        job = ask(stored_html(due.content.html_zlib), due.content.final_url)
    except InroadError as error:
        if waits and isinstance(error, REFUSED):
            raise
        return Found((), boards, note=str(error), refused_at=offered_from(error))
    return Found((job,), boards, "rules and llm") if job is not None else Found((), boards)


def _record_page(session: Session, work: Work, page: Page, found: Found) -> int:
    _store(session, work, page.domain_id, found.postings, page_id=page.id)
    if found.note is None:
        miss_postings(session, [posting.key for posting in found.postings], page_id=page.id)
    add_boards(session, page.domain_id, page.id, found.boards, max_attempts=work.settings.max_attempts)
    return len(found.postings)


def _store(
    session: Session,
    work: Work,
    domain_id: int,
    postings: Sequence[Posting],
    *,
    page_id: int | None = None,
    board_id: int | None = None,
) -> int:
    """Stores postings and finds the marks on the changed ones again; returns how many are new or changed."""
    employer = employer_name(session, domain_id) if postings else None
    changed = store_postings(
        session,
        domain_id,
        [posting_columns(posting, employer=employer) for posting in postings],
        page_id=page_id,
        board_id=board_id,
        extractor_version=POSTING_EXTRACTOR_VERSION,
        max_attempts=work.settings.max_attempts,
        title_key=title_key,
    )
    find_marks_again(session, changed)
    return len(changed)


def _claim_boards(session: Session, work: Work, domain: Domain) -> list[BoardRow]:
    return claims.claim(session, BoardRow, BoardRow.domain_id == domain.id, owner=work.owner, lease_s=work.settings.lease_s)


async def _visit_board(work: Work, web: WebClient, domain: Domain, board: BoardRow, tally: Tally) -> None:
    is_first = board.board_import_status == "Processing"
    visit = await work.database.run(_open, work, board)
    if visit is None and not is_first:
        return
    try:
        known = {row.key: posting_as_read(row) for row in await work.database.run(board_postings, board.id)}
        reading = await read_board(web, board, known)
    except DatabaseUnavailable:
        raise
    except InroadError as error:
        await work.database.run(_record_failure, work, board, visit, error, is_first=is_first)
        tally.stop(board.url, error)
        return
    changed = await work.database.run(_record_board, work, board, reading, visit, is_first=is_first)
    if reading.shortfall:
        sentence = f"{board.url} was read in part, so that nothing of it is closed. {reading.shortfall}"
        await note(work, "partial-board", sentence, domain=domain, subject=board.url, level="warning")
    tally.succeed("new" if is_first else "changed" if changed else "unchanged")
    tally.counts["found"] += len(reading.postings)


def _open(session: Session, work: Work, board: BoardRow) -> int | None:
    subject = [(board.id, board.domain_id)]
    opened = visits.open_visits(session, "board", subject, run=work.run, owner=work.owner, lease_s=work.settings.lease_s)
    return opened.get(board.id)


def _record_board(
    session: Session, work: Work, board: BoardRow, reading: BoardReading, visit: int | None, *, is_first: bool
) -> bool:
    changed = bool(_store(session, work, board.domain_id, reading.postings, board_id=board.id))
    if reading.shortfall is None:  # what could not be read whole says nothing about what is not in it
        changed |= bool(miss_postings(session, [posting.key for posting in reading.postings], board_id=board.id))
    values = {"content_hash": reading.digest, "posting_count": len(reading.postings)}
    changed |= reading.digest != board.content_hash
    if is_first:
        claims.complete(session, BoardRow, board.id, owner=work.owner, **values)
    elif changed:
        update_board(session, board.id, **values)
    if visit is not None:
        visits.finish_visit(session, visit, "new" if is_first else "changed" if changed else "unchanged")
    return changed


def _record_failure(
    session: Session, work: Work, board: BoardRow, visit: int | None, error: InroadError, *, is_first: bool
) -> None:
    if is_first:
        claims.fail(session, BoardRow, board.id, error, owner=work.owner)
    if visit is not None:
        visits.finish_visit(session, visit, "error", error_reason=error.reason)


def _settle(session: Session, domain: Domain) -> int:
    """Judges which of a domain's open postings are probably stale; returns how many changed their state."""
    today = now().date()

    def listing(row: OpenPosting) -> Listing:
        reason = stale_reason(
            posted_on=row.posted_on,
            valid_through=row.valid_through,
            description=row.description,
            first_seen=row.first_seen_at.date(),
            today=today,
        )
        if reason is not None:
            return Listing("stale", reason)
        return Listing("listed") if row.state == "stale" else Listing(row.state, row.reason)

    return settle_listings(session, [(row.id, listing(row)) for row in open_postings(session, domain.id)])
