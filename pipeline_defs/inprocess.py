"""Materialising through Dagster in one's own process: for the command line and for tests, without a daemon and without pools.

What lives here: running a job over domains so that every run is in the UI with its events, and opening an instance for it. What
does not: which domains, and the progress that a person sees (the core's `progress` rows).

Pools are left out by building the definitions without them: a claim of a process that was killed would make the next run wait.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from dagster import DagsterEvent, DagsterInstance, DagsterRunStatus, Definitions, JobDefinition
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.events import RunFailureReason
from dagster._core.execution.api import execute_run_iterator
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    MAX_RETRIES_TAG,
    REPOSITORY_LABEL_TAG,
)
from dagster._core.utils import make_new_run_id
from dagster._utils.interrupts import check_captured_interrupt

from pipeline_defs.partitions import DOMAINS, add_domain_partitions, contiguous_ranges

LOCATION = "inroad"
# Captured output costs two processes a run and would swallow what the command prints; no queue and no daemon are needed.
_OVERRIDES: Mapping[str, object] = {
    "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager", "config": {}},
    "run_coordinator": {"module": "dagster._core.run_coordinator", "class": "DefaultRunCoordinator", "config": {}},
}


@dataclass(frozen=True, slots=True)
class RangeResult:
    """How one run over a range of domains ended.

    Attributes:
        run_id: The run's id, as in the UI.
        first: First domain of the range.
        last: Last domain of the range.
        status: Dagster's final status.
        seconds: Wall time.
        errors: Message of each failed step, by step key.
    """

    run_id: str
    first: str
    last: str
    status: DagsterRunStatus
    seconds: float
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def success(self) -> bool:
        """Whether every step succeeded."""
        return self.status == DagsterRunStatus.SUCCESS


@contextmanager
def open_instance(folder: Path | None = None) -> Iterator[DagsterInstance]:
    """The project's instance for a process that executes its runs itself.

    Args:
        folder: Folder of `dagster.yaml`; default the checkout.

    Raises:
        inroad.guard.errors.UserError: A setting is wrong, or no server can be started.
        inroad.store.database.DatabaseUnavailable: The database cannot be reached.
    """
    from inroad.settings import CHECKOUT

    with DagsterInstance.from_ref(InstanceRef.from_dir(str(folder or CHECKOUT), overrides=dict(_OVERRIDES))) as instance:
        yield instance


def run_ranges(
    defs: Definitions,
    instance: DagsterInstance,
    *,
    job_name: str,
    keys: Iterable[str],
    run_config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
    limit: int | None = None,
    on_event: Callable[[DagsterEvent], None] | None = None,
) -> list[RangeResult]:
    """Executes a job in this process over domains, one run for each range of neighbouring partition keys.

    A range that fails does not keep the next from running.

    Args:
        defs: Definitions whose job executes in-process; overrides are given when they are built.
        instance: Where runs and events go, best from `open_instance`.
        job_name: A job over assets that are partitioned by domain.
        keys: Registrable domains; new ones become partition keys, in their order.
        run_config: Configuration of each run.
        tags: Further tags of each run.
        limit: Domains in a run at most; default by the number of all domains.
        on_event: Called with each event of a run as it happens.

    Returns:
        One result a run, in order.

    Raises:
        KeyboardInterrupt: Ctrl-C or SIGTERM arrived. The run in hand is marked as failed, no further one is started.
    """
    wanted = list(dict.fromkeys(keys))
    add_domain_partitions(instance, wanted)
    job = defs.resolve_job_def(job_name)
    all_keys = instance.get_dynamic_partitions(DOMAINS)
    config = _without_console_log(job, run_config or {})
    with _termination_signal_kept():
        return [
            _run_range(job, instance, first, last, config, tags or {}, on_event)
            for first, last in contiguous_ranges(all_keys, wanted, limit=limit)
        ]


def _run_range(
    job: JobDefinition,
    instance: DagsterInstance,
    first: str,
    last: str,
    run_config: Mapping[str, Any],
    tags: Mapping[str, str],
    on_event: Callable[[DagsterEvent], None] | None,
) -> RangeResult:
    own_tags = {
        ASSET_PARTITION_RANGE_START_TAG: first,
        ASSET_PARTITION_RANGE_END_TAG: last,
        REPOSITORY_LABEL_TAG: f"__repository__@{LOCATION}",  # lists the run under the code location in the UI
        MAX_RETRIES_TAG: "0",  # the daemon must not launch again what a person ran here
    }
    run_id = make_new_run_id()
    start = monotonic()
    errors: dict[str, str] = {}
    interrupted = False
    try:
        run = instance.create_run_for_job(job, run_id=run_id, run_config=run_config, tags={**job.run_tags, **tags, **own_tags})
        for event in execute_run_iterator(InMemoryJob(job), run, instance):
            interrupted = interrupted or check_captured_interrupt() or _is_interruption(event)
            if event.is_step_failure and event.step_key:
                errors[event.step_key] = _message(event)
            if on_event is not None:
                on_event(event)
    except BaseException:
        _fail_unfinished(instance, run_id)
        raise
    if interrupted:
        raise KeyboardInterrupt
    finished = instance.get_run_by_id(run_id)
    status = finished.status if finished else DagsterRunStatus.FAILURE
    return RangeResult(run_id, first, last, status, monotonic() - start, errors)


def _is_interruption(event: DagsterEvent) -> bool:
    return event.is_run_failure and event.job_failure_data.failure_reason == RunFailureReason.UNEXPECTED_TERMINATION


def _message(event: DagsterEvent) -> str:
    error = event.step_failure_data.error
    while error and error.cause:  # Dagster wraps what an asset raised in one error of its own
        error = error.cause
    return error.message.strip() if error else "failed without an error"


def _fail_unfinished(instance: DagsterInstance, run_id: str) -> None:
    run = instance.get_run_by_id(run_id)
    if run is not None and not run.is_finished:
        instance.report_run_failed(run, "The process that executed this run was interrupted.")


def _without_console_log(job: JobDefinition, run_config: Mapping[str, Any]) -> dict[str, Any]:
    """Adds to a run's configuration that its events are not printed; they are in the event log."""
    loggers = dict(run_config.get("loggers", {}))
    if "console" in job.loggers:
        loggers.setdefault("console", {"config": {"log_level": "CRITICAL"}})
    return {**run_config, "loggers": loggers} if loggers else dict(run_config)


@contextmanager
def _termination_signal_kept() -> Iterator[None]:
    """Restores the handler of SIGTERM, which Dagster replaces by that of SIGINT at each run and leaves so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
