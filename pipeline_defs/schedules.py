"""Schedules: the daily refresh of domains that are due, the hourly release of expired leases, the weekly tidying."""

from datetime import timedelta

from dagster import DefaultScheduleStatus, RunRequest, ScheduleDefinition, ScheduleEvaluationContext, SkipReason, schedule

from assets.materialising import VISIT_TAG
from assets.operations import keep_tidy, release_leases, sweep
from inroad.stages.decisions import Refresh, plan_refresh
from inroad.store.visits import overdue_domains
from pipeline_defs.jobs import pipeline
from pipeline_defs.partitions import DOMAINS, contiguous_ranges, range_tags
from resources import DatabaseResource

# Domains refreshed by one day's tick at most; the rest is overdue the next day and comes first then.
PER_DAY = 100_000


def plan(context: ScheduleEvaluationContext, database: DatabaseResource) -> Refresh:
    """What is overdue today, and how to visit it."""
    older_than = timedelta(hours=database.settings().refresh_after_hours)
    overdue = database.open().call(overdue_domains, older_than=older_than, limit=PER_DAY)
    return plan_refresh(overdue, contiguous_ranges(context.instance.get_dynamic_partitions(DOMAINS), overdue))


@schedule(
    cron_schedule="0 5 * * *",
    job=pipeline,
    default_status=DefaultScheduleStatus.RUNNING,
    description="Visits domains again whose last visit is older than INROAD_REFRESH_AFTER_HOURS, in ranges of neighbours.",
)
def daily_refresh(context: ScheduleEvaluationContext, database: DatabaseResource) -> list[RunRequest] | SkipReason:
    """One run for each range of neighbouring domains."""
    day = context.scheduled_execution_time.date().isoformat()
    requests = [
        RunRequest(run_key=f"refresh:{day}:{first}:{last}", tags={**range_tags(first, last), VISIT_TAG: "due"})
        for first, last in plan(context, database).ranges
    ]
    return requests or SkipReason("No neighbouring domains are due for a refresh.")


@schedule(
    cron_schedule="0 5 * * *",
    job=sweep,
    default_status=DefaultScheduleStatus.RUNNING,
    description="The same for domains too scattered for ranges, in one sweep.",
)
def daily_refresh_scattered(context: ScheduleEvaluationContext, database: DatabaseResource) -> RunRequest | SkipReason:
    """One sweep over all scattered domains."""
    names = list(plan(context, database).sweep)
    if not names:
        return SkipReason("No scattered domains are due for a refresh.")
    config = {"ops": {"sweep_due_rows": {"config": {"names": names}}}}
    day = context.scheduled_execution_time.date().isoformat()
    return RunRequest(run_key=f"refresh:{day}:sweep", run_config=config, tags={VISIT_TAG: "due"})


hourly_release = ScheduleDefinition(
    name="hourly_release",
    job=release_leases,
    cron_schedule="7 * * * *",
    default_status=DefaultScheduleStatus.RUNNING,
    description="Returns rows of dead workers to their queues and ends runs whose process is gone.",
)
weekly_tidying = ScheduleDefinition(
    name="weekly_tidying",
    job=keep_tidy,
    cron_schedule="30 4 * * 0",
    default_status=DefaultScheduleStatus.RUNNING,
    description="Deletes old runs, except those that hold a partition's latest materialisation.",
)
