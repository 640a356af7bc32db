"""Runs whose process is gone are ended, and only those."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster import DagsterInstance, DagsterRunStatus
from hypothesis import given
from hypothesis import strategies as st

from pipeline_defs.pools import ensure_pools
from pipeline_defs.reaper import StartedRun, reap_silent_runs, silent_runs

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_time_without_patience_is_refused(seconds: float) -> None:
    """Otherwise a wrong setting ends every run."""
    with pytest.raises(ValueError, match="above 0"):
        silent_runs([], silent_after_s=seconds, last_heartbeat=lambda run_id: None, now=NOW)


@given(st.integers(0, 500), st.one_of(st.none(), st.integers(-500, 500)))
def test_a_run_is_silent_when_its_last_sign_is_too_old(started_ago: int, beat_ago: int | None) -> None:
    """Otherwise live runs are ended, or dead ones hold their slots for ever; a clock that runs ahead is a sign of life."""
    beat = None if beat_ago is None else NOW - timedelta(seconds=beat_ago)
    runs = [StartedRun("r", NOW - timedelta(seconds=started_ago))]
    found = silent_runs(runs, silent_after_s=120, last_heartbeat=lambda run_id: beat, now=NOW)
    last_sign = started_ago if beat_ago is None else min(started_ago, beat_ago)
    assert found == (["r"] if last_sign > 120 else [])


def _start(instance: DagsterInstance, *, canceling: bool = False) -> str:
    @dg.op(pool="web")
    def work() -> None: ...

    @dg.job
    def crawl() -> None:
        work()

    run = instance.create_run_for_job(crawl)
    instance.report_dagster_event(dg.DagsterEvent("PIPELINE_START", "crawl"), run.run_id)
    if canceling:
        instance.report_run_canceling(run)
    return run.run_id


def test_a_silent_run_fails_and_gives_its_slot_back(instance: DagsterInstance) -> None:
    """Otherwise the pool stays full after a crash and nothing crawls any more."""
    ensure_pools(instance, {"web": 1})
    dead, alive = _start(instance), _start(instance)
    storage = instance.event_log_storage
    assert storage.claim_concurrency_slot("web", dead, "work").is_claimed
    assert not storage.claim_concurrency_slot("web", alive, "work").is_claimed
    later = datetime.now(UTC) + timedelta(seconds=300)
    beats = {alive: later - timedelta(seconds=5)}
    assert reap_silent_runs(instance, silent_after_s=60, last_heartbeat=beats.get, now=later) == [dead]
    run, other = instance.get_run_by_id(dead), instance.get_run_by_id(alive)
    assert run is not None
    assert other is not None
    assert (run.status, other.status) == (DagsterRunStatus.FAILURE, DagsterRunStatus.STARTED)
    assert run.tags["dagster/failure_reason"] == "UNEXPECTED_TERMINATION"
    assert storage.claim_concurrency_slot("web", alive, "work").is_claimed


def test_a_silent_run_that_was_being_canceled_ends_canceled(instance: DagsterInstance) -> None:
    """Otherwise what a person canceled is run again as if it had crashed."""
    run_id = _start(instance, canceling=True)
    later = datetime.now(UTC) + timedelta(seconds=300)
    assert reap_silent_runs(instance, silent_after_s=60, last_heartbeat=lambda run_id: None, now=later) == [run_id]
    run = instance.get_run_by_id(run_id)
    assert run is not None
    assert run.status == DagsterRunStatus.CANCELED


def test_a_run_that_ended_meanwhile_is_left_alone(instance: DagsterInstance) -> None:
    """Otherwise a run that succeeded between the look and the deed is shown as failed."""
    run_id = _start(instance)

    def beat(asked: str) -> None:
        instance.report_dagster_event(dg.DagsterEvent("PIPELINE_SUCCESS", "crawl"), asked)

    later = datetime.now(UTC) + timedelta(seconds=300)
    assert reap_silent_runs(instance, silent_after_s=60, last_heartbeat=beat, now=later) == []
    run = instance.get_run_by_id(run_id)
    assert run is not None
    assert run.status == DagsterRunStatus.SUCCESS


def test_waiting_and_finished_runs_are_not_looked_at(instance: DagsterInstance) -> None:
    """Otherwise a long queue is mistaken for a crash."""

    @dg.job
    def idle() -> None: ...

    instance.create_run_for_job(idle)
    assert idle.execute_in_process(instance=instance).success
    later = datetime.now(UTC) + timedelta(days=1)
    assert reap_silent_runs(instance, silent_after_s=60, last_heartbeat=lambda run_id: None, now=later) == []
