"""Stage `postings`: reads the jobs that stored pages publish, and the boards at applicant-tracking systems that they link."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from inroad.crawl.fetch import WebClient
from inroad.crawl.html import decode_html
from inroad.guard.errors import InroadError, PermanentError
from inroad.postings import (
    POSTING_EXTRACTOR_VERSION,
    Board,
    BoardRequest,
    Posting,
    detail_request,
    extract_postings,
    find_boards,
    first_request,
    next_request,
    parse_board,
)
from inroad.postings.model import Salary
from inroad.stages.extractions import read_contents
from inroad.stages.work import StageReport, Tally, Work, each_domain
from inroad.store import claims, visits
from inroad.store.database import DatabaseUnavailable
from inroad.store.models import Board as BoardRow
from inroad.store.models import Domain, Page, PageContent, PostingRow
from inroad.store.pages import requeue_extractions
from inroad.store.postings import add_boards, complete_boards, miss_again, miss_postings, store_postings, update_board

STAGE = "postings"
KIND = "postings"
# Jobs of one board whose full text is asked for one by one; the rest keep what the feed says of them.
DETAILS = 100
COLUMNS = (
    "key", "title", "company", "location", "remote", "url", "description", "posted_on", "valid_through", "employment_type",
    "language", "department", "source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What one page says about jobs."""

    postings: tuple[Posting, ...]
    boards: tuple[Board, ...]


async def run(work: Work, web: WebClient, names: Sequence[str]) -> StageReport:
    """Reads pages first, then the boards that they made known, then visits known boards again."""
    await work.database.run(requeue_extractions, KIND, POSTING_EXTRACTOR_VERSION)

    def record(session: Session, page: Page, _content: PageContent, found: Found) -> int:
        return _record_page(session, work, page, found)

    async def handle(domain: Domain, tally: Tally) -> None:
        await read_contents(work, KIND, POSTING_EXTRACTOR_VERSION, domain, tally, read=_read, record=record)
        while rows := await work.database.run(_claim_boards, work, domain):
            for board in rows:
                await _read_board(work, web, board, tally)
        if work.since is not None:
            not_visited = visits.not_visited_since("board", BoardRow, work.since)
            for board in await work.database.run(complete_boards, [domain.id], not_visited):
                await _read_board(work, web, board, tally)

    return await each_domain(work, STAGE, names, handle)


def _read(html: str, page: Page, content: PageContent) -> Found:
    postings = extract_postings(html, url=content.final_url)
    if page.page_type not in ("POSTING", "CAREERS"):  # elsewhere only what the page itself declares to be a job
        postings = [posting for posting in postings if posting.source != "page"]
    return Found(tuple(postings), tuple(find_boards(html, url=content.final_url)))


def _record_page(session: Session, work: Work, page: Page, found: Found) -> int:
    rows = [posting_columns(posting) for posting in found.postings]
    store_postings(
        session,
        page.domain_id,
        rows,
        page_id=page.id,
        extractor_version=POSTING_EXTRACTOR_VERSION,
        max_attempts=work.settings.max_attempts,
    )
    miss_postings(session, [row["key"] for row in rows], page_id=page.id)
    add_boards(session, page.domain_id, page.id, found.boards, max_attempts=work.settings.max_attempts)
    return len(rows)


def _claim_boards(session: Session, work: Work, domain: Domain) -> list[BoardRow]:
    return claims.claim(session, BoardRow, BoardRow.domain_id == domain.id, owner=work.owner, lease_s=work.settings.lease_s)


async def _read_board(work: Work, web: WebClient, board: BoardRow, tally: Tally) -> None:
    is_first = board.board_import_status == "Processing"
    visit = await work.database.run(_open, work, board)
    if visit is None and not is_first:
        return
    try:
        postings, digest = await _fetch_board(web, board)
    except DatabaseUnavailable:
        raise
    except InroadError as error:
        await work.database.run(_record_failure, work, board, visit, error, is_first=is_first)
        tally.fail(board.url, error)
        return
    changed = await work.database.run(_record_board, work, board, postings, digest, visit, is_first=is_first)
    tally.succeed("new" if is_first else "changed" if changed else "unchanged")
    tally.counts["found"] += len(postings)


async def _fetch_board(web: WebClient, row: BoardRow) -> tuple[list[Posting], str]:
    """All pages of a board's public feed, and the full text of the jobs that the feed only names.

    Raises:
        InroadError: A page of the feed failed or is not what the provider publishes: then nothing of it counts as read.
    """
    board = Board(provider=row.provider, token=row.token, url=row.url, api_url=row.api_url, **row.facts)
    found: dict[str, Posting] = {}
    digest = hashlib.sha256()
    request: BoardRequest | None = first_request(board)
    while request is not None:
        payload, body = await _ask(web, request)
        digest.update(body)
        found.update((posting.key, posting) for posting in parse_board(board.provider, payload, url=board.url))
        request = next_request(board, payload, request)
    for posting in list(found.values())[:DETAILS]:
        with suppress(PermanentError):  # one job's page that is gone leaves that job as the feed lists it
            found[posting.key] = await _complete(web, board, posting)
    return list(found.values()), digest.hexdigest()


async def _complete(web: WebClient, board: Board, posting: Posting) -> Posting:
    """A job with its full text, from the feed's own answer for it or from the job's page; as listed where neither has it."""
    detail = detail_request(board, posting)
    if detail is not None:
        payload, _ = await _ask(web, detail)
        return next((full for full in parse_board(board.provider, payload, url=board.url) if full.key == posting.key), posting)
    if posting.description or not posting.url.startswith("http"):
        return posting
    response = await web.fetch(posting.url, purpose="board", accept="text/html")
    read = extract_postings(response.body, url=response.url)
    return replace(posting, description=read[0].description) if len(read) == 1 else posting


async def _ask(web: WebClient, request: BoardRequest) -> tuple[Any, bytes]:
    response = await web.fetch(
        request.url,
        purpose="board",
        method="POST" if request.method == "POST" else "GET",
        json_body=json.loads(request.body) if request.body else None,
        headers=request.headers,
    )
    return _payload(decode_html(response.body, response.headers.get("content-type"))), response.body


def _payload(text: str) -> Any:
    if text.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(text)
        except ValueError as error:
            raise PermanentError(f"The board's answer is not valid JSON: {error}.", reason="bad-response") from error
    return text


def _open(session: Session, work: Work, board: BoardRow) -> int | None:
    subject = [(board.id, board.domain_id)]
    opened = visits.open_visits(session, "board", subject, run=work.run, owner=work.owner, lease_s=work.settings.lease_s)
    return opened.get(board.id)


def _record_board(
    session: Session, work: Work, board: BoardRow, postings: Sequence[Posting], digest: str, visit: int | None, *, is_first: bool
) -> bool:
    changed = digest != board.content_hash
    if changed:
        rows = [posting_columns(posting) for posting in postings]
        store_postings(
            session,
            board.domain_id,
            rows,
            board_id=board.id,
            extractor_version=POSTING_EXTRACTOR_VERSION,
            max_attempts=work.settings.max_attempts,
        )
        miss_postings(session, [row["key"] for row in rows], board_id=board.id)
    elif miss_again(session, board_id=board.id):
        changed = True
    values = {"content_hash": digest, "posting_count": len(postings)}
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


def posting_columns(posting: Posting) -> dict[str, Any]:
    """A posting as columns of its row; the hash covers everything that it says."""
    values: dict[str, Any] = {name: getattr(posting, name) for name in COLUMNS}
    values["salary"] = asdict(posting.salary) if posting.salary else None
    values["details"] = json.loads(json.dumps(dict(posting.details), default=str, sort_keys=True))
    values = json.loads(json.dumps(values).replace("\\u0000", ""))
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode())
    return {**values, "content_hash": digest.hexdigest()}


def posting_from_row(row: PostingRow) -> Posting:
    """The value that a row holds."""
    values = {name: getattr(row, name) for name in COLUMNS}
    return Posting(**values, salary=Salary(**row.salary) if row.salary else None, details=row.details)
