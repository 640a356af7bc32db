"""Sensors that launch a sweep: `queued_sitemaps`, `selected_pages`, `selected_postings`."""

from collections.abc import Callable, Sequence

from dagster import (
    DagsterRunStatus,
    DefaultSensorStatus,
    RunRequest,
    RunsFilter,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)
from sqlalchemy.orm import Session

from assets.operations import sweep
from inroad.contacts import EXTRACTOR_VERSION
from inroad.postings import POSTING_EXTRACTOR_VERSION
from inroad.stages.decisions import Backlog, Due, Launched, Skip, plan_sweep
from inroad.stages.work import now
from inroad.store import Database
from inroad.store.claims import release_lost
from inroad.store.due import due_pages, due_postings, due_sitemaps
from inroad.store.offers import offer_again
from inroad.store.pages import requeue_extractions
from inroad.store.pauses import resting_stages
from resources import DatabaseResource

UNFINISHED = [DagsterRunStatus.QUEUED, DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED]
INTERVAL_S = 30


def build_sweep_sensor(
    name: str,
    look: Callable[[Session], tuple[int, str]],
    description: str,
    *,
    stages: Sequence[str],
    prepare: Callable[[Database], None] | None = None,
    behind: Sequence[Callable[..., tuple[int, str]]] = (),
) -> SensorDefinition:
    """A sensor that sweeps when something of its kind is due.

    Args:
        name: The sensor's name.
        look: Counts and fingerprints what is due.
        description: For the UI.
        stages: Those whose rows are looked at, for saying which of them rest.
        prepare: Done first at each tick.
        behind: Count what waits in the later stages: past a limit nothing new is begun.
    """

    @sensor(
        name=name,
        job=sweep,
        default_status=DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=INTERVAL_S,
        description=description,
    )
    def evaluate(context: SensorEvaluationContext, database: DatabaseResource) -> SensorResult | SkipReason:
        store = database.open()
        if prepare is not None:
            prepare(store)
        is_running = context.instance.get_runs_count(RunsFilter(job_name=sweep.name, statuses=UNFINISHED)) > 0
        backlog = backlog_of(database, behind)
        last = Launched.read(context.cursor)
        due = Due(*store.call(look))
        paused = " ".join(sorted({rest.sentence for rest in store.call(resting_stages, stages).values()}))
        decision = plan_sweep(name, due, is_running=is_running, now=now(), last=last, backlog=backlog, paused=paused)
        if isinstance(decision, Skip):
            return SkipReason(decision.reason)
        context.log.info(decision.reason)
        return SensorResult(run_requests=[RunRequest(run_key=decision.key)], cursor=decision.launched.write())

    return evaluate


def backlog_of(database: DatabaseResource, behind: Sequence[Callable[..., tuple[int, str]]]) -> Backlog:
    """What waits in the later stages, what rests there included: it has to be worked on all the same."""
    return Backlog(sum(database.open().call(count, resting=True)[0] for count in behind), database.settings().queue_depth)


def bring_back(database: Database) -> None:
    """Queues what was lost: rows of dead workers, contents that an older extractor read, what a new month's budget covers."""
    database.call(release_lost)
    database.call(offer_again)
    versions = (("contacts", EXTRACTOR_VERSION), ("companies", EXTRACTOR_VERSION), ("postings", POSTING_EXTRACTOR_VERSION))
    for kind, version in versions:
        database.call(requeue_extractions, kind, version)


queued_sitemaps = build_sweep_sensor(
    "queued_sitemaps",
    due_sitemaps,
    "Sweeps when sitemap files are due; brings back expired leases and rows whose rule changed.",
    stages=("domains", "sitemaps"),
    prepare=bring_back,
    behind=(due_pages, due_postings),
)
selected_pages = build_sweep_sensor(
    "selected_pages",
    due_pages,
    "Sweeps when selected pages, stored contents or job boards are due.",
    stages=("page_contents", "contacts", "companies", "postings"),
    behind=(due_postings,),
)
selected_postings = build_sweep_sensor(
    "selected_postings",
    due_postings,
    "Sweeps when postings are to be matched or selected ones wait for their CV.",
    stages=("matches", "cvs", "outreach"),
)
