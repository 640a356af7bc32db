"""Recording fetched pages in batches: content, links, state and visit of up to fifty pages in one transaction.

What lives here: what a fetch or its failure leaves behind. What does not: fetching (`page_contents`), the statements
(`inroad.store.fetched`), and when a batch goes (`batching`).

A kill leaves all of a page or nothing: its claim (or its open visit) is the lease until the transaction that stores everything.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy.orm import Session

from inroad.guard.errors import InroadError
from inroad.reader_process import ReaderBug, call
from inroad.stages.batching import Batches
from inroad.stages.documents import Document, content_of
from inroad.stages.link_books import LinkBooks, LinkedFrom
from inroad.stages.readers import shared_readers
from inroad.stages.work import Work
from inroad.store import claims
from inroad.store.database import DatabaseUnavailable
from inroad.store.erased_people import content_without, erased_hashes
from inroad.store.fetched import PageVisit, StoredContent, change_fetched, complete_fetched, record_visits
from inroad.store.gone_pages import mark_missed
from inroad.store.models import Domain, Page
from inroad.store.posting_states import miss_again, miss_postings

log = logging.getLogger(__name__)
PAGES_AT_ONCE = 50
GONE = frozenset({"not-found", "soft-404"})


@dataclass(frozen=True, slots=True)
class Fetched:
    """How the fetch of one page ended.

    Attributes:
        domain: Whose page it is.
        page: Its row when it was claimed.
        document: What was read; None after a failure.
        error: Why nothing was read.
        visit_id: The open visit of a page that is visited again; None for a claimed one.
        postings: Canonical URLs that it lists as jobs.
        begun: Monotonic seconds.
    """

    domain: Domain
    page: Page
    document: Document | None = None
    error: InroadError | ReaderBug | None = None
    visit_id: int | None = None
    postings: Sequence[str] = ()
    begun: float = field(default_factory=time.monotonic)

    @property
    def is_again(self) -> bool:
        """Whether the page was Complete before."""
        return self.visit_id is not None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a fetch.

    Attributes:
        outcome: "new", "changed" or "unchanged"; "failed" for a failure; "lost" where the row went to another worker meanwhile.
        error: Of a failure.
    """

    outcome: str
    error: InroadError | ReaderBug | None


class PageRecorder:
    """Records the fetches of one run.

    Args:
        work: The run's context.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._books = LinkBooks(work.settings)
        self._batches: Batches[Fetched, str] = Batches(self._record_batch, most=PAGES_AT_ONCE)

    async def record(self, fetched: Fetched) -> Recorded:
        """Records one fetch; one that cannot be stored is recorded as a failure, so that its row does not come back for ever.

        Raises:
            DatabaseUnavailable: Nothing can be recorded.
        """
        try:
            return Recorded(await self._batches.add(fetched), fetched.error)
        except DatabaseUnavailable:
            raise
        except Exception as error:
            if fetched.error is not None:
                raise
            bug = ReaderBug(f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')[:300]}")
            log.exception("%s could not be stored", fetched.page.url)
            return Recorded(await self._batches.add(replace(fetched, document=None, error=bug)), bug)

    async def aclose(self) -> None:
        """Waits for what is on its way."""
        await self._batches.aclose()

    async def _record_batch(self, batch: Sequence[Fetched]) -> list[str | BaseException]:
        contents = [content_of(one.document) if one.document and _has_content(one) else None for one in batch]
        hashes = await self._work.database.run(erased_hashes)
        record = partial(_record, self._work, self._books, hashes)
        outcomes, linked, added = await self._work.database.run(record, batch, await _cleared(contents, hashes))
        self._books.remember(linked, added)
        return list(outcomes)


async def _cleared(contents: Sequence[StoredContent | None], hashes: frozenset[str]) -> Sequence[StoredContent | None]:
    """The contents without erased people; made in readers, as it takes as long as reading a page.

    Raises:
        ReaderBug, ReaderLost: One of them cannot be cleared.
    """
    if not hashes:
        return contents
    calls = [partial(content_without, one, hashes) for one in contents if one is not None]
    found = await shared_readers().read_many(call, calls)
    if fault := next((one for one in found if isinstance(one, BaseException)), None):
        raise fault
    cleared = iter(found)
    return [next(cleared) if one is not None else None for one in contents]


def _has_content(one: Fetched) -> bool:
    if one.document is None or one.document.response.not_modified:
        return False
    digest = one.document.digest
    return not one.is_again or digest is None or digest.content_hash != one.page.content_hash


def _record(
    work: Work,
    books: LinkBooks,
    hashes: frozenset[str],
    session: Session,
    batch: Sequence[Fetched],
    contents: Sequence[StoredContent | None],
) -> tuple[list[str], list[LinkedFrom], int]:
    """All of a batch; gives each fetch's outcome, and what the link books are to remember."""
    most = work.settings.max_attempts
    first = {one.page.id: c for one, c in zip(batch, contents, strict=True) if c is not None and not one.is_again}
    again = {one.page.id: c for one, c in zip(batch, contents, strict=True) if c is not None and one.is_again}
    ours = complete_fetched(session, sorted(first.items()), owner=work.owner, max_attempts=most, cleared_of=hashes)
    changed = change_fetched(session, sorted(again.items()), max_attempts=most, cleared_of=hashes)
    linked = [
        LinkedFrom(one.domain, one.document.digest.links, one.postings)
        for one in batch
        if one.page.id in ours | changed and one.document is not None and one.document.digest is not None
    ]
    added = books.add(session, linked)
    outcomes = [_outcome(session, work, one, ours, changed) for one in batch]
    visits = [_visit(one, outcome) for one, outcome in zip(batch, outcomes, strict=True) if outcome != "lost"]
    record_visits(session, visits, run=work.run)
    return outcomes, linked, added


def _outcome(session: Session, work: Work, one: Fetched, ours: set[int], changed: set[int]) -> str:
    if one.error is not None:
        return _failed(session, work, one, one.error)
    if not one.is_again:
        return "new" if one.page.id in ours else "lost"
    is_changed = one.page.id in changed or bool(miss_again(session, page_id=one.page.id))
    return "changed" if is_changed else "unchanged"


def _failed(session: Session, work: Work, one: Fetched, error: InroadError | ReaderBug) -> str:
    """A claimed page fails. One that was there and is not found any more is gone after the second time, and its jobs are closed.

    Other failures say nothing about a page that was read before.
    """
    if not one.is_again:
        return "failed" if claims.fail(session, Page, one.page.id, error, owner=work.owner) else "lost"
    if claims.describe_error(error)[0] in GONE:
        mark_missed(session, one.page.id)
        miss_postings(session, [], page_id=one.page.id)
    return "failed"


def _visit(one: Fetched, outcome: str) -> PageVisit:
    response = one.document.response if one.document is not None else None
    return PageVisit(
        one.page.id,
        one.page.domain_id,
        "error" if outcome == "failed" else outcome,
        time.monotonic() - one.begun,
        one.visit_id,
        http_status=response.status if response is not None else getattr(one.error, "status", None),
        body_bytes=response.wire_bytes if response is not None else None,
        duration_ms=response.duration_ms if response is not None else None,
        error_reason=claims.describe_error(one.error)[0] if one.error is not None else None,
    )
