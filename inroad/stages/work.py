"""What every stage works with: settings, database, identity, the web, progress; and the loop over the domains of a batch.

A stage is "bring these domains' rows up to date": claim due rows, call the pure functions, record. One bad row or domain never
ends the batch: its rows carry the error. What does not belong here: what any one stage does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from inroad.guard import tracing
from inroad.guard.errors import InroadError, Paused, PermanentError, Scope, TransientError
from inroad.settings import Settings
from inroad.stages.resting import RestWatch
from inroad.store import Database
from inroad.store import progress as progress_rows
from inroad.store.claims import PROCESSED, REFUSED, Worker, describe_error, put_back
from inroad.store.database import DatabaseUnavailable
from inroad.store.domains import domain_ids, get_domains
from inroad.store.models import Domain

if TYPE_CHECKING:
    from inroad.contacts import Contact
    from inroad.crawl.fetch import WebClient
    from inroad.cvs import Writer
    from inroad.llm.job_pages import ReadJobPage
    from inroad.llm.postings import Improve

log = logging.getLogger(__name__)
# Seconds between two writes of a stage's position; the reaper calls a run dead after many times this.
BEAT_S = 2.0
# Domains at work at one time in one stage; the web client bounds the requests.
DOMAINS_AT_ONCE = 64


class StageFailed(TransientError):
    """Something was due in a batch and nothing of it succeeded."""

    reason = "stage-failed"


@dataclass(slots=True)
class Tally:
    """What happened in one domain, counted: never what was tried.

    Attributes:
        counts: due, new, changed, unchanged, failed, deferred, and what the stage adds.
        errors: Subject, reason and sentence of each failure.
        has_transient: One of the failures may pass by itself.
    """

    counts: Counter[str] = field(default_factory=Counter)
    errors: list[tuple[str, str, str]] = field(default_factory=list)
    has_transient: bool = False

    def succeed(self, outcome: str) -> None:
        """Counts one success: "new", "changed" or "unchanged"."""
        self.counts["due"] += 1
        self.counts[outcome] += 1

    def fail(self, subject: str, error: BaseException) -> None:
        """Counts one failure."""
        reason, sentence = describe_error(error)
        self.counts["due"] += 1
        self.counts["failed"] += 1
        self.errors.append((subject, reason, sentence))
        self.has_transient |= not isinstance(error, PermanentError)

    def stop(self, subject: str, error: BaseException) -> None:
        """Counts work that did not succeed: as waiting where a limit of ours refused it, else as a failure."""
        if isinstance(error, REFUSED):
            self.counts["waiting"] += 1
        else:
            self.fail(subject, error)

    @property
    def succeeded(self) -> int:
        """Successes of any outcome."""
        return self.counts["new"] + self.counts["changed"] + self.counts["unchanged"]


@dataclass(slots=True)
class StageReport:
    """What a stage did, by domain name.

    Attributes:
        stage: The stage's name.
        tallies: One for each domain of the batch.
        seconds: Wall time of each domain.
    """

    stage: str
    tallies: dict[str, Tally] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def total(self, name: str) -> int:
        """One count over all domains."""
        return sum(tally.counts[name] for tally in self.tallies.values())

    def raise_if_nothing_succeeded(self) -> None:
        """Fails the batch when something was due, nothing succeeded and it may be more than the sites' own faults.

        In the first stage any total failure counts. Later ones also end in permanent answers (a page that is gone), which are the
        site's fault and final; there a transient failure must be among them.

        Raises:
            StageFailed: With the reasons and their counts.
        """
        if not self.total("failed") or any(tally.succeeded for tally in self.tallies.values()):
            return
        if self.stage != "domains" and not any(tally.has_transient for tally in self.tallies.values()):
            return
        reasons = Counter(reason for tally in self.tallies.values() for _, reason, _ in tally.errors)
        listed = ", ".join(f"{reason} ({count})" for reason, count in reasons.most_common(5))
        raise StageFailed(
            f"All {self.total('failed')} due rows of {self.stage} failed: {listed}.", mend="The rows carry each error."
        )


@dataclass(frozen=True, slots=True)
class StageProgress:
    """A stage's position: domains done of the batch's total; the report comes with the last one."""

    stage: str
    done: int
    total: int
    report: StageReport | None = None


Listener = Callable[[StageProgress], None]
_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tells a listener every position of every stage of this process, whoever runs it."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


# From a page's readable text and its URL to the people whom the rules may have missed.
FindPeople = Callable[[str, str], "list[Contact]"]


def _nobody(_scope: Scope) -> FindPeople | None:
    return None


def _rules_only(_scope: Scope) -> Improve | None:
    return None


def _headings_only(_scope: Scope) -> ReadJobPage | None:
    return None


@dataclass(slots=True)
class Work:
    """One run's context; made by `open_work`.

    Attributes:
        settings: All settings.
        database: The application's database.
        owner: Name on the leases.
        run: Run id, for visits, progress and the ledger.
        since: Complete rows without a visit since then are visited again; None visits none.
        open_web: Makes the guarded client of a stage that visits sites.
        open_writer: Makes the model that words a CV for a scope; None where CVs are written by rules.
        open_people: Makes the model that finds people on a page; None where only rules do.
        open_structurer: Makes the model that takes the rest of a posting apart; None where only rules do.
        open_job_pages: Makes the model that reads job pages which the rules cannot; None where only rules do.
    """

    settings: Settings
    database: Database
    owner: str
    run: str
    since: datetime | None = None
    open_web: Callable[[], AbstractAsyncContextManager[WebClient]] = field(kw_only=True)
    open_writer: Callable[[Scope], Writer | None] = field(kw_only=True)
    open_people: Callable[[Scope], FindPeople | None] = field(kw_only=True, default=_nobody)
    open_structurer: Callable[[Scope], Improve | None] = field(kw_only=True, default=_rules_only)
    open_job_pages: Callable[[Scope], ReadJobPage | None] = field(kw_only=True, default=_headings_only)

    @property
    def is_manual(self) -> bool:
        """Whether a person selects what is processed."""
        return self.settings.curation == "manual"


@contextmanager
def open_work(
    settings: Settings,
    database: Database,
    *,
    run: str | None = None,
    since: datetime | None = None,
    open_web: Callable[[], AbstractAsyncContextManager[WebClient]] | None = None,
    open_writer: Callable[[Scope], Writer | None] | None = None,
    open_people: Callable[[Scope], FindPeople | None] | None = None,
    open_structurer: Callable[[Scope], Improve | None] | None = None,
    open_job_pages: Callable[[Scope], ReadJobPage | None] | None = None,
) -> Iterator[Work]:
    """A context whose leases end with it: rows that were claimed and not finished go back to the queue, uncounted."""
    tracing.start(settings)
    with Worker(database) as worker:
        work = Work(
            settings,
            database,
            worker.name,
            run or uuid.uuid4().hex,
            since,
            open_web=open_web or (lambda: _web(settings, database)),
            open_writer=open_writer or (lambda scope: _writer(settings, database, scope)),
            open_people=open_people or (lambda scope: _people(settings, database, scope)),
            open_structurer=open_structurer or (lambda scope: _structurer(settings, database, scope)),
            open_job_pages=open_job_pages or (lambda scope: _job_pages(settings, database, scope)),
        )
        try:
            yield work
        finally:
            database.call(_put_all_back, worker.name)


def _web(settings: Settings, database: Database) -> AbstractAsyncContextManager[WebClient]:
    from inroad.crawl.fetch import WebClient
    from inroad.guard.gate import Gate
    from inroad.guard.services import services

    return WebClient(settings, database, breakers=Gate(database, services(settings)["web"]))


def _writer(settings: Settings, database: Database, scope: Scope) -> Writer | None:
    from inroad.llm.writer import open_cv_writer

    return open_cv_writer(settings, database, scope)


def _people(settings: Settings, database: Database, scope: Scope) -> FindPeople | None:
    from inroad.llm.people import open_people_finder

    return open_people_finder(settings, database, scope)


def _structurer(settings: Settings, database: Database, scope: Scope) -> Improve | None:
    from inroad.llm.postings import open_structurer

    return open_structurer(settings, database, scope)


def _job_pages(settings: Settings, database: Database, scope: Scope) -> ReadJobPage | None:
    from inroad.llm.job_pages import open_job_page_reader

    return open_job_page_reader(settings, database, scope)


def _put_all_back(session: Any, owner: str, domain_id: int | None = None) -> None:
    for model in PROCESSED:
        put_back(session, model, owner=owner, domain_id=domain_id)


async def each_domain(
    work: Work, stage: str, names: Sequence[str], handle: Callable[[Domain, Tally], Awaitable[None]]
) -> StageReport:
    """Runs a stage's work on every domain of a batch, many at a time, each within its own wall clock.

    Args:
        work: The run's context.
        stage: Name for progress and the report.
        names: The batch; names that are no domain rows are left out. Of what a person lets rest, or has rejected, no row is
            claimed; where that happens meanwhile, the domain's turn ends and its rows go back.
        handle: Works on one domain and counts in its tally. Row errors are its own matter; what it raises is counted here.

    Raises:
        DatabaseUnavailable: Nothing can be recorded, so the batch stops.
    """
    report = StageReport(stage)
    ids = await work.database.run(domain_ids, list(names))
    domains = await work.database.run(get_domains, list(ids.values()))
    meter = _Meter(work, stage, len(domains))
    meter.step(0)
    rests = RestWatch(work.database, stage)
    await rests.look()
    gate = asyncio.Semaphore(DOMAINS_AT_ONCE)

    async def one(domain: Domain) -> None:
        async with gate:
            tally = report.tallies[domain.name] = Tally()
            start = time.perf_counter()
            rest = rests.of(domain.name)
            if rest or domain.sitemap_curation_status == "Rejected":
                if rest:
                    _rested(stage, domain, tally, rest.sentence)
                else:
                    tally.counts["rejected"] += 1
                    log.info("%s of %s: a person has rejected the domain.", stage, domain.name)
                report.seconds[domain.name] = 0.0
                meter.step(1)
                return
            try:
                with tracing.span("row", domain=domain.name):
                    await _within_time(work, stage, domain, tally, handle, rests)
            finally:
                report.seconds[domain.name] = time.perf_counter() - start
            meter.step(1)

    over = asyncio.Event()
    beating = asyncio.gather(meter.beat_until(over), rests.look_until(over))
    try:
        async with asyncio.TaskGroup() as group:
            for domain in domains:
                group.create_task(one(domain))
    except* DatabaseUnavailable as errors:
        raise errors.exceptions[0] from None
    finally:
        over.set()
        await asyncio.gather(beating, return_exceptions=True)
    await meter.finish(report)
    return report


async def _within_time(
    work: Work,
    stage: str,
    domain: Domain,
    tally: Tally,
    handle: Callable[[Domain, Tally], Awaitable[None]],
    rests: RestWatch,
) -> None:
    limit = work.settings.domain_timeout_s
    try:
        async with asyncio.timeout(limit) as turn:
            with rests.ending(domain.name, turn):
                await handle(domain, tally)
    except TimeoutError:
        await work.database.run(_put_all_back, work.owner, domain.id)
        if rest := rests.of(domain.name):
            _rested(stage, domain, tally, rest.sentence)
            return
        error = TransientError(
            f"{domain.name}: no end after {limit:g} s.", reason="domain-timeout", mend="The rest follows later."
        )
        tally.fail(domain.name, error)
        await note(work, "error", str(error), domain=domain, level="warning")
    except Exception as error:  # noqa: BLE001 - a fault in one domain must not end the batch; it is recorded and fails the check
        await _record_fault(work, stage, domain, tally, _leaf(error))


def _rested(stage: str, domain: Domain, tally: Tally, sentence: str) -> None:
    tally.counts["paused"] += 1
    log.info("%s of %s: %s", stage, domain.name, sentence)


def _leaf(error: BaseException) -> BaseException:
    """The first error of a task group, a lost database before all others."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    leaves = [_leaf(inner) for inner in error.exceptions]
    return next((leaf for leaf in leaves if isinstance(leaf, DatabaseUnavailable)), leaves[0])


async def _record_fault(work: Work, stage: str, domain: Domain, tally: Tally, error: BaseException) -> None:
    if isinstance(error, DatabaseUnavailable):
        raise error
    await work.database.run(_put_all_back, work.owner, domain.id)
    if isinstance(error, Paused):
        _rested(stage, domain, tally, str(error))
        return
    tally.stop(domain.name, error)
    if not isinstance(error, InroadError):
        log.error("bug in %s", domain.name, exc_info=error)
        await note(work, "bug", describe_error(error)[1], domain=domain, level="error")


async def note(work: Work, kind: str, message: str, *, domain: Domain, subject: str | None = None, level: str = "info") -> None:
    """Records an event about a domain."""
    await work.database.run(
        progress_rows.record_event, kind, message, domain_id=domain.id, subject=subject, level=level, run=work.run
    )


class _Meter:
    """Tells listeners every step, and the database every `BEAT_S` seconds, however long one domain takes."""

    def __init__(self, work: Work, stage: str, total: int) -> None:
        self._work, self._stage, self._total, self._done = work, stage, total, 0

    def step(self, count: int, report: StageReport | None = None) -> None:
        self._done += count
        for listener in _listeners:
            listener(StageProgress(self._stage, self._done, self._total, report))

    async def beat_until(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self._beat(finished=False)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), BEAT_S)

    async def finish(self, report: StageReport) -> None:
        self.step(0, report)
        await self._beat(finished=True)

    async def _beat(self, *, finished: bool) -> None:
        work = self._work
        await work.database.run(progress_rows.beat, work.run, self._stage, done=self._done, total=self._total, finished=finished)


def now() -> datetime:
    """The time now, aware and UTC."""
    return datetime.now(UTC)
