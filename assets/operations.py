"""Jobs of the group `operations`: the sweep over scattered due rows, and housekeeping. They are not partitioned.

A sweep claims whatever is due, whichever domains it belongs to, and reports one materialisation for each domain that it touched.
"""

from datetime import timedelta
from pathlib import Path

from dagster import AssetMaterialization, Config, DagsterInstance, Failure, OpExecutionContext, in_process_executor, job, op
from pydantic import Field

from assets.materialising import VISIT_TAG, partition_metadata, summary, visit_since, working
from assets.retrying import only_transient_retried
from inroad.guard import tracing
from inroad.stages import STAGES, StageFailed, StageReport, Work, run_stage
from inroad.stages.work import Tally, now
from inroad.store import Database
from inroad.store.claims import release_lost
from inroad.store.due import due_domains
from inroad.store.progress import last_heartbeat
from inroad.store.results import stage_states
from inroad.store.visits import trim_visits
from pipeline_defs.policies import RETRY, WEB_POOL
from pipeline_defs.reaper import reap_silent_runs
from pipeline_defs.retention import purge_old_runs
from resources import DatabaseResource, FilesResource, LlmResource, WebResource

SWEEP_LIMIT = 1_000
# Stages write a heartbeat every few seconds; one CV or one document never takes this long.
SILENT_AFTER_S = 300.0
RUNS_KEPT = timedelta(days=30)
VISITS_KEPT = timedelta(days=90)


class SweepConfig(Config):
    """Which domains a sweep looks at."""

    names: list[str] = Field(default_factory=list, description="Domain names; empty takes those with due rows.")
    limit: int = Field(SWEEP_LIMIT, ge=1, description="Domains at most.")


@op(pool=WEB_POOL, retry_policy=RETRY, tags={"kind": "sweep"})
def sweep_due_rows(
    context: OpExecutionContext,
    config: SweepConfig,
    database: DatabaseResource,
    web: WebResource,
    llm: LlmResource,
    files: FilesResource,
) -> None:
    """Runs every stage on the domains with due rows.

    Raises:
        Failure: In some stage rows were due and none succeeded; the stages after it have run all the same.
    """
    with only_transient_retried():
        failed = _sweep(context, config, database, web, llm, files)
    if failed:
        raise Failure(" ".join(failed), allow_retries=False)


def _sweep(
    context: OpExecutionContext,
    config: SweepConfig,
    database: DatabaseResource,
    web: WebResource,
    llm: LlmResource,
    files: FilesResource,
) -> list[str]:
    failed: list[str] = []
    since = visit_since(context, database.settings().refresh_after_hours) if VISIT_TAG in context.run.tags else None
    with working(context, since, database, web, llm) as work:
        names = config.names or work.database.call(due_domains, limit=config.limit)
        for stage in STAGES:
            failed += _sweep_stage(context, work, stage, names, files.path())
    return failed


def _sweep_stage(context: OpExecutionContext, work: Work, stage: str, names: list[str], folder: Path) -> list[str]:
    report = run_stage(work, stage, names)
    _report(context, work, report, folder)
    with tracing.in_run(context.run.run_id):
        context.log.info(summary(report))
    try:
        report.raise_if_nothing_succeeded()
    except StageFailed as error:
        return [str(error)]
    return []


def _report(context: OpExecutionContext, work: Work, report: StageReport, folder: Path) -> None:
    """One materialisation for each domain that the stage touched, if it is a partition."""
    partitions = set(context.instance.get_dynamic_partitions("domains"))
    touched = [name for name, tally in report.tallies.items() if _is_touched(report.stage, tally) and name in partitions]
    states = work.database.call(stage_states, report.stage, touched)
    for name in touched:
        metadata = partition_metadata(report, states[name], name, folder)
        context.log_event(AssetMaterialization(asset_key=report.stage, partition=name, metadata=metadata))


def _is_touched(stage: str, tally: Tally) -> bool:
    """Whether a stage worked on rows of a domain. `pages` has no queue and looks at every domain; unchanged ones it left."""
    counts = tally.counts
    return counts["due"] > (counts["unchanged"] if stage == "pages" else 0)


@job(
    executor_def=in_process_executor,
    description="Works on every due row, whichever domain it belongs to, and reports each domain that it touched.",
)
def sweep() -> None:
    """The sweep."""
    sweep_due_rows()


def end_silent_runs(instance: DagsterInstance, store: Database, *, silent_after_s: float = SILENT_AFTER_S) -> list[str]:
    """Ends runs without a heartbeat for too long; returns their ids."""
    return reap_silent_runs(
        instance, silent_after_s=silent_after_s, last_heartbeat=lambda run_id: store.call(last_heartbeat, run_id), now=now()
    )


@op
def bring_back_lost(context: OpExecutionContext, database: DatabaseResource) -> None:
    """Returns rows of dead workers to their queues and ends runs whose process is gone."""
    store = database.open()
    released = store.call(release_lost)
    reaped = end_silent_runs(context.instance, store)
    context.log.info(f"released {released or 'no rows'}; ended {len(reaped)} silent runs")


@op
def purge_runs(context: OpExecutionContext) -> None:
    """Deletes old runs, except those that hold some partition's latest materialisation."""
    deleted = purge_old_runs(context.instance, finished_before=now() - RUNS_KEPT)
    context.log.info(f"deleted {len(deleted)} runs")


@op
def purge_visits(context: OpExecutionContext, database: DatabaseResource) -> None:
    """Deletes old visits, except the last two of each page, sitemap, board and domain."""
    store, deleted = database.open(), 0
    while count := store.call(trim_visits, older_than=VISITS_KEPT):
        deleted += count
    context.log.info(f"deleted {deleted} visits")


@job(executor_def=in_process_executor, description="Returns lost rows to their queues and ends runs whose process is gone.")
def release_leases() -> None:
    """The release of expired leases."""
    bring_back_lost()


@job(
    executor_def=in_process_executor,
    description="Deletes runs older than 30 days and visits older than 90, keeping what partitions and rows still hang on.",
)
def keep_tidy() -> None:
    """The retention of runs and visits."""
    purge_runs()
    purge_visits()
