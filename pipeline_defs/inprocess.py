"""Materialising through Dagster in one's own process: for the command line and for tests, without a daemon and without pools.

What lives here: running a job so that every run is in the UI with its events, and opening an instance for it. What does not:
which domains, and the progress that a person sees (the core's `progress` rows).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any

from dagster import AssetKey, DagsterEvent, DagsterInstance, DagsterRunStatus, Definitions, JobDefinition
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._core.events import RunFailureReason
from dagster._core.execution.api import execute_run_iterator
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.tags import MAX_RETRIES_TAG, REPOSITORY_LABEL_TAG
from dagster._core.utils import make_new_run_id
from dagster._utils.interrupts import check_captured_interrupt
from dagster_shared.error import SerializableErrorInfo

from pipeline_defs.partitions import DOMAINS, add_domain_partitions, contiguous_ranges, range_tags

LOCATION = "inroad"
# Captured output costs two processes a run and would swallow what the command prints; no queue and no daemon are needed. Pools by
# run are kept by the queue alone, so that steps claim no slot: a killed process's claim would make the next command wait.
_OVERRIDES: Mapping[str, object] = {
    "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager", "config": {}},
    "run_coordinator": {"module": "dagster._core.run_coordinator", "class": "DefaultRunCoordinator", "config": {}},
    "concurrency": {"pools": {"granularity": "run"}},
}
Listener = Callable[[DagsterEvent], None]


@dataclass(frozen=True, slots=True)
class RunResult:
    """How one run ended.

    Attributes:
        run_id: The run's id, as in the UI.
        status: Dagster's final status.
        seconds: Wall time.
        errors: Message of each failed step, by step key; of the run, under "run", when it failed before or between its steps.
        first: First domain of the run's range; None for a run without one.
        last: Last domain of the run's range.
    """

    run_id: str
    status: DagsterRunStatus
    seconds: float
    errors: Mapping[str, str] = field(default_factory=dict)
    first: str | None = None
    last: str | None = None

    @property
    def success(self) -> bool:
        """Whether every step succeeded."""
        return self.status == DagsterRunStatus.SUCCESS


@contextmanager
def open_instance(folder: Path | None = None, *, launches: bool = False) -> Iterator[DagsterInstance]:
    """The project's instance.

    Args:
        folder: Folder of `dagster.yaml`; default the checkout.
        launches: Exactly as the file says, for a process that queues, launches or cancels runs. Otherwise as suits a process
            that executes runs itself: no queue, no pools, no captured output.

    Raises:
        inroad.guard.errors.UserError: A setting is wrong, or no server can be started.
        inroad.store.database.DatabaseUnavailable: The database cannot be reached.
    """
    from inroad.settings import CHECKOUT

    overrides = None if launches else dict(_OVERRIDES)
    with DagsterInstance.from_ref(InstanceRef.from_dir(str(folder or CHECKOUT), overrides=overrides)) as instance:
        yield instance


def run_ranges(
    defs: Definitions,
    instance: DagsterInstance,
    *,
    job_name: str,
    keys: Iterable[str],
    assets: Iterable[str] = (),
    run_config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
    limit: int | None = None,
    on_event: Listener | None = None,
) -> list[RunResult]:
    """Executes a job in this process over domains, one run for each range of neighbouring partition keys.

    A range that fails does not keep the next from running.

    Args:
        defs: Definitions whose job executes in-process; overrides are given when they are built.
        instance: Where runs and events go, best from `open_instance`.
        job_name: A job over assets that are partitioned by domain.
        keys: Registrable domains; new ones become partition keys, in their order.
        assets: Names of the job's assets to materialise; default all.
        run_config: Configuration of each run.
        tags: Further tags of each run.
        limit: Domains in a run at most; default by the number of all domains.
        on_event: Called with each event of a run as it happens.

    Returns:
        One result a run, in order.

    Raises:
        KeyboardInterrupt: Ctrl-C or SIGTERM arrived. The run in hand is marked as failed, no further one is started.
        dagster.DagsterInvalidSubsetError: The job has no such asset; nothing was run.
    """
    wanted = list(dict.fromkeys(keys))
    job = _select(defs.resolve_job_def(job_name), assets)
    add_domain_partitions(instance, wanted)
    ranges = contiguous_ranges(instance.get_dynamic_partitions(DOMAINS), wanted, limit=limit)
    results = []
    for first, last in ranges:
        own_tags = {**(tags or {}), **range_tags(first, last)}
        result = _execute(job, instance, run_config=run_config or {}, tags=own_tags, on_event=on_event)
        results.append(replace(result, first=first, last=last))
    return results


def run_job(
    defs: Definitions,
    instance: DagsterInstance,
    *,
    job_name: str,
    run_config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
    on_event: Listener | None = None,
) -> RunResult:
    """Executes a job without partitions in this process, as one run.

    Args:
        defs: Definitions whose job executes in-process.
        instance: Where the run and its events go, best from `open_instance`.
        job_name: A job that is not partitioned.
        run_config: The run's configuration.
        tags: Further tags of the run.
        on_event: Called with each event as it happens.

    Raises:
        KeyboardInterrupt: Ctrl-C or SIGTERM arrived. The run is marked as failed.
    """
    job = defs.resolve_job_def(job_name)
    return _execute(job, instance, run_config=run_config or {}, tags=tags or {}, on_event=on_event)


def _select(job: JobDefinition, assets: Iterable[str]) -> JobDefinition:
    """The part of a job that materialises some of its assets."""
    keys = {AssetKey.from_user_string(name) for name in assets}
    return job.get_subset(asset_selection=keys) if keys else job


def _execute(
    job: JobDefinition,
    instance: DagsterInstance,
    *,
    run_config: Mapping[str, Any],
    tags: Mapping[str, str],
    on_event: Listener | None,
) -> RunResult:
    run_id = make_new_run_id()
    start = monotonic()
    errors: dict[str, str] = {}
    interrupted = False
    with _termination_signal_kept():
        try:
            for event in _events_of_new_run(job, instance, run_id, run_config, tags):
                interrupted = interrupted or check_captured_interrupt() or _is_interruption(event)
                if interrupted and (event.is_step_up_for_retry or event.is_step_failure):
                    raise KeyboardInterrupt
                if event.is_step_failure and event.step_key:
                    errors[event.step_key] = _message(event.step_failure_data.error)
                elif event.is_run_failure and not errors:
                    errors["run"] = _message(event.job_failure_data.error)
                if on_event is not None:
                    on_event(event)
        except BaseException:
            _fail_unfinished(instance, run_id)
            raise
    if interrupted:
        raise KeyboardInterrupt
    finished = instance.get_run_by_id(run_id)
    status = finished.status if finished else DagsterRunStatus.FAILURE
    return RunResult(run_id, status, monotonic() - start, errors)


def _events_of_new_run(
    job: JobDefinition, instance: DagsterInstance, run_id: str, run_config: Mapping[str, Any], tags: Mapping[str, str]
) -> Iterator[DagsterEvent]:
    own_tags = {
        REPOSITORY_LABEL_TAG: f"__repository__@{LOCATION}",  # lists the run under the code location in the UI
        MAX_RETRIES_TAG: "0",  # the daemon must not launch again what a person ran here
    }
    run = instance.create_run_for_job(
        job,
        run_id=run_id,
        run_config=_without_console_log(job, run_config),
        tags={**job.run_tags, **tags, **own_tags},
        asset_selection=job.asset_selection,
    )
    yield from execute_run_iterator(InMemoryJob(job), run, instance)


def _is_interruption(event: DagsterEvent) -> bool:
    if event.is_step_up_for_retry:  # a retry policy makes Dagster retry a step that Ctrl-C has ended
        return _is_caused_by(event.step_retry_data.error, DagsterExecutionInterruptedError)
    if event.is_step_failure:
        return any(
            _is_caused_by(event.step_failure_data.error, kind) for kind in (DagsterExecutionInterruptedError, KeyboardInterrupt)
        )
    return event.is_run_failure and event.job_failure_data.failure_reason == RunFailureReason.UNEXPECTED_TERMINATION


def _is_caused_by(error: SerializableErrorInfo | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if error.cls_name == kind.__name__:
            return True
        error = error.cause or error.context
    return False


def _message(error: SerializableErrorInfo | None) -> str:
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
