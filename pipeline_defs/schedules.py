"""Schedules: the daily refresh of domains that are due, the hourly release of expired leases, the weekly tidying."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dagster import DefaultScheduleStatus, RunRequest, ScheduleDefinition, ScheduleEvaluationContext, SkipReason, schedule

from assets.materialising import VISIT_TAG
from assets.operations import keep_tidy, release_leases, sweep
from inroad.stages.decisions import plan_refresh
from inroad.store.visits import overdue_domains
from pipeline_defs.jobs import pipeline
from pipeline_defs.partitions import DOMAINS, contiguous_ranges, range_tags
from resources import DatabaseResource

# Domains refreshed by one day's tick at most; the rest is overdue the next day and comes first then.
PER_DAY = 100_000


@schedule(
    cron_schedule="0 5 * * *",
    target=[pipeline, sweep],
    default_status=DefaultScheduleStatus.RUNNING,
    description="Visits domains again whose last visit is older than INROAD_REFRESH_AFTER_HOURS.",
)
def daily_refresh(context: ScheduleEvaluationContext, database: DatabaseResource) -> Iterator[RunRequest | SkipReason]:
    """Neighbouring domains in ranges, scattered ones in one sweep."""
    older_than = timedelta(hours=database.settings().refresh_after_hours)
    overdue = database.open().call(overdue_domains, older_than=older_than, limit=PER_DAY)
    if not overdue:
        yield SkipReason("No domain is due for a refresh.")
        return
    ranges = contiguous_ranges(context.instance.get_dynamic_partitions(DOMAINS), overdue)
    plan = plan_refresh(overdue, ranges)
    day = context.scheduled_execution_time.date().isoformat()
    for first, last in plan.ranges:
        tags = {**range_tags(first, last), VISIT_TAG: "due"}
        yield RunRequest(run_key=f"refresh:{day}:{first}:{last}", job_name=pipeline.name, tags=tags)
    if plan.sweep:
        config = {"ops": {"sweep_due_rows": {"config": {"names": list(plan.sweep)}}}}
        yield RunRequest(run_key=f"refresh:{day}:sweep", job_name=sweep.name, run_config=config, tags={VISIT_TAG: "due"})


hourly_release = ScheduleDefinition(
    name="hourly_release", job=release_leases, cron_schedule="7 * * * *", default_status=DefaultScheduleStatus.RUNNING
)
weekly_tidying = ScheduleDefinition(
    name="weekly_tidying", job=keep_tidy, cron_schedule="30 4 * * 0", default_status=DefaultScheduleStatus.RUNNING
)
