"""Ending runs whose process is gone.

What lives here: which runs are silent, and ending them. What does not: when that is looked at, and how runs write their heartbeat
(the core's `progress` rows).

Dagster's own monitoring does not see it when a worker dies together with its code server, nor a process that ran a job by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter
from dagster._core.events import JobFailureData, RunFailureReason
from dagster._core.storage.dagster_run import RunRecord
from dagster._time import datetime_from_timestamp

# Runs that have not started yet are Dagster's monitoring's (start_timeout_seconds): they have no heartbeat to miss.
WATCHED = [DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
Heartbeat = Callable[[str], datetime | None]


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run that should have a living process.

    Attributes:
        run_id: Dagster's id.
        started_at: When it started; aware.
    """

    run_id: str
    started_at: datetime


def silent_runs(runs: Iterable[StartedRun], *, silent_after_s: float, last_heartbeat: Heartbeat, now: datetime) -> list[str]:
    """Which runs have given no sign of life for too long.

    Args:
        runs: Started runs.
        silent_after_s: Seconds without a heartbeat, or since the start for a run that never gave one.
        last_heartbeat: Time of a run's last heartbeat, aware; None when it has none.
        now: The present, aware.

    Returns:
        Ids of the silent ones, in the order given.

    Raises:
        ValueError: `silent_after_s` is not above 0.
    """
    if silent_after_s <= 0:
        raise ValueError("silent_after_s must be above 0")
    oldest_sign = now - timedelta(seconds=silent_after_s)
    return [run.run_id for run in runs if max(run.started_at, last_heartbeat(run.run_id) or run.started_at) < oldest_sign]


def reap_silent_runs(instance: DagsterInstance, *, silent_after_s: float, last_heartbeat: Heartbeat, now: datetime) -> list[str]:
    """Ends silent runs, as failed (or canceled, where that was asked for), and frees their slots in the pools.

    Args:
        instance: The instance whose runs are looked at.
        silent_after_s: See `silent_runs`.
        last_heartbeat: See `silent_runs`.
        now: See `silent_runs`.

    Returns:
        Ids of the runs that were ended.
    """
    records = instance.get_run_records(RunsFilter(statuses=WATCHED))
    runs = [StartedRun(record.dagster_run.run_id, _started_at(record)) for record in records]
    silent = silent_runs(runs, silent_after_s=silent_after_s, last_heartbeat=last_heartbeat, now=now)
    return [run_id for run_id in silent if _end(instance, run_id, silent_after_s)]


def _started_at(record: RunRecord) -> datetime:
    return datetime_from_timestamp(record.start_time or record.create_timestamp.timestamp())


def _end(instance: DagsterInstance, run_id: str, silent_after_s: float) -> bool:
    run = instance.get_run_by_id(run_id)
    if run is None or run.status not in WATCHED:  # it ended by itself since it was listed
        return False
    message = f"The process of this run gave no sign of life for {silent_after_s:g} seconds."
    if run.status == DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, message)
    else:
        # The reason lets the daemon launch the run again: only runs whose worker died are retried (`run_retries`).
        reason = JobFailureData(error=None, failure_reason=RunFailureReason.UNEXPECTED_TERMINATION)
        instance.report_run_failed(run, message, reason)
    instance.event_log_storage.free_concurrency_slots_for_run(run_id)
    return True
