"""Deleting old runs without making partitions look as if they had never been materialised.

What lives here: which finished runs go. What does not: ticks (`retention` in `dagster.yaml`), and the application's own rows.

Deleting a run deletes its events, and a partition's status is nothing but its events.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from pipeline_defs.event_log import BatchingEventLogStorage

FINISHED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
PAGE = 200


def purge_old_runs(instance: DagsterInstance, *, finished_before: datetime, limit: int = 10_000) -> list[str]:
    """Deletes finished runs and their events, except runs that hold some partition's latest materialisation.

    Safe to stop at any point and to repeat.

    Args:
        instance: An instance with our storage.
        finished_before: Runs that changed since then stay; aware.
        limit: Runs deleted at most in one call.

    Returns:
        Ids of the deleted runs.

    Raises:
        TypeError: The instance has another storage, which cannot say what a run holds.
        ValueError: A time without a zone.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, BatchingEventLogStorage):
        raise TypeError(f"retention needs the project's event log storage, not {type(storage).__name__}")
    if finished_before.tzinfo is None:
        raise ValueError("finished_before needs a time zone")
    deleted: list[str] = []
    for run_ids in _pages_of_old_runs(instance, finished_before):
        kept = storage.runs_with_latest_materializations(run_ids)
        for run_id in run_ids:
            if len(deleted) == limit:
                return deleted
            if run_id not in kept:
                instance.delete_run(run_id)
                deleted.append(run_id)
    return deleted


def _pages_of_old_runs(instance: DagsterInstance, finished_before: datetime) -> Iterator[list[str]]:
    """Ids of finished runs, oldest first, page by page; all ids are read first, since pages move when their runs are deleted."""
    old = RunsFilter(statuses=FINISHED, updated_before=finished_before)
    run_ids = list(instance.get_run_ids(filters=old))[::-1]
    for start in range(0, len(run_ids), PAGE):
        yield run_ids[start : start + PAGE]
