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
from inroad.store.pages import requeue_extractions
from resources import DatabaseResource

UNFINISHED = [DagsterRunStatus.QUEUED, DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED]
INTERVAL_S = 30


def build_sweep_sensor(
    name: str,
    look: Callable[[Session], tuple[int, str]],
    description: str,
    prepare: Callable[[Database], None] | None = None,
    behind: Sequence[Callable[[Session], tuple[int, str]]] = (),
) -> SensorDefinition:
    """A sensor that sweeps when something of its kind is due.

    Args:
        name: The sensor's name.
        look: Counts and fingerprints what is due.
        description: For the UI.
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
        backlog = Backlog(sum(store.call(count)[0] for count in behind), database.settings().queue_depth)
        last = Launched.read(context.cursor)
        decision = plan_sweep(name, Due(*store.call(look)), is_running=is_running, now=now(), last=last, backlog=backlog)
        if isinstance(decision, Skip):
            return SkipReason(decision.reason)
        context.log.info(decision.reason)
        return SensorResult(run_requests=[RunRequest(run_key=decision.key)], cursor=decision.launched.write())

    return evaluate


def bring_back(database: Database) -> None:
    """Queues what was lost: rows of dead workers, and contents that an older extractor read."""
    database.call(release_lost)
    versions = (("contacts", EXTRACTOR_VERSION), ("companies", EXTRACTOR_VERSION), ("postings", POSTING_EXTRACTOR_VERSION))
    for kind, version in versions:
        database.call(requeue_extractions, kind, version)


queued_sitemaps = build_sweep_sensor(
    "queued_sitemaps",
    due_sitemaps,
    "Sweeps when sitemap files are due; brings back expired leases and rows whose rule changed.",
    prepare=bring_back,
    behind=(due_pages, due_postings),
)
selected_pages = build_sweep_sensor(
    "selected_pages", due_pages, "Sweeps when selected pages, stored contents or job boards are due.", behind=(due_postings,)
)
selected_postings = build_sweep_sensor(
    "selected_postings", due_postings, "Sweeps when postings are to be matched or selected ones wait for their CV."
)
