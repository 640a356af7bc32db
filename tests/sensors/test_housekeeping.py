"""`silent_runs` ends a run whose process is gone, leaves the living alone, and keeps the pools' limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster import DagsterInstance, DagsterRunStatus
from sqlalchemy import update

from assets import operations
from inroad.store import Database
from inroad.store.models import Progress
from inroad.store.progress import beat
from sensors.housekeeping import silent_runs
from tests.sensors.conftest import Tick


def start(instance: DagsterInstance) -> str:
    """A run that has started."""

    @dg.op
    def work() -> None: ...

    @dg.job
    def crawl() -> None:
        work()

    run = instance.create_run_for_job(crawl)
    instance.report_dagster_event(dg.DagsterEvent("PIPELINE_START", "crawl"), run.run_id)
    return run.run_id


def status(instance: DagsterInstance, run_id: str) -> DagsterRunStatus:
    """A run's status."""
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def test_a_dead_run_is_ended_and_a_living_one_left_alone(
    tick: Tick, database: Database, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The default launcher never notices when worker and code server die together; the run would hold its place for ever."""
    dead, alive = start(instance), start(instance)
    for run_id in (dead, alive):
        database.call(beat, run_id, "sitemaps", done=1, total=2)
    assert tick(silent_runs) == ([], "Every run gives signs of life.")
    later = datetime.now(UTC) + timedelta(seconds=operations.SILENT_AFTER_S + 60)
    monkeypatch.setattr(operations, "now", lambda: later)
    with database.begin() as session:
        session.execute(update(Progress).where(Progress.run == alive).values(heartbeat_at=later))
    requests, reason = tick(silent_runs)
    assert requests == []
    assert reason == f"Ended 1 silent runs: {dead}."
    assert (status(instance, dead), status(instance, alive)) == (DagsterRunStatus.FAILURE, DagsterRunStatus.STARTED)
    assert tick(silent_runs) == ([], "Every run gives signs of life.")


def test_the_pools_get_the_limits_of_the_settings(tick: Tick, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under `dagster dev` nobody else sets them, and a pool without a limit bounds nothing."""
    monkeypatch.setenv("INROAD_POOL_WEB", "7")
    tick(silent_runs)
    limits = {pool.name: pool.limit for pool in instance.event_log_storage.get_pool_limits()}
    assert (limits["web"], set(limits)) == (7, {"web", "browser", "llm"})
