"""The sensor `silent_runs`: ends runs whose process is gone and keeps the limits of the pools. It launches nothing."""

from dagster import DefaultSensorStatus, SensorEvaluationContext, SkipReason, sensor

from assets.operations import end_silent_runs
from pipeline_defs.pools import ensure_pools, pool_limits
from resources import DatabaseResource


@sensor(
    target=None,
    default_status=DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description="Ends runs that have given no sign of life for five minutes; Dagster's own monitoring misses some of them.",
)
def silent_runs(context: SensorEvaluationContext, database: DatabaseResource) -> SkipReason:
    """Looks at heartbeats and at the limits, every half minute: `dagster dev` starts without any other process of ours."""
    ensure_pools(context.instance, pool_limits(database.settings()))
    ended = end_silent_runs(context.instance, database.open())
    return SkipReason(f"Ended {len(ended)} silent runs: {', '.join(ended)}." if ended else "Every run gives signs of life.")
