"""Sensors and schedules tick on a real database, with Dagster's instance in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dagster import (
    DagsterInstance,
    RunRequest,
    ScheduleDefinition,
    SensorDefinition,
    SensorResult,
    SkipReason,
    build_schedule_context,
    build_sensor_context,
)

from inroad.settings import get_settings
from inroad.store import Database
from resources import DatabaseResource
from resources import database as database_module

# What one tick asked for: the runs, and why none.
Asked = tuple[list[RunRequest], str]
Tick = Callable[[SensorDefinition], Asked]


@pytest.fixture
def resource(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatabaseResource]:
    """The test's database as the sensors get it."""
    monkeypatch.setenv("INROAD_HOME", str(tmp_path / "home"))
    get_settings.cache_clear()
    resource = DatabaseResource(url=database.url)
    yield resource
    resource.open().close()
    database_module._open.cache_clear()
    get_settings.cache_clear()


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    """An instance in memory."""
    with DagsterInstance.ephemeral() as instance:
        yield instance


def asked(answer: Any) -> Asked:
    """An answer's runs and reason, whatever form it has."""
    if answer is None:
        return [], ""
    if isinstance(answer, SkipReason):
        return [], answer.skip_message or ""
    if isinstance(answer, RunRequest):
        return [answer], ""
    return list(answer if isinstance(answer, list) else answer.run_requests or []), ""


@pytest.fixture
def tick(instance: DagsterInstance, resource: DatabaseResource) -> Tick:
    """Evaluates a sensor once, and keeps its cursor for the next time, as the daemon does."""
    cursors: dict[str, str | None] = {}

    def evaluate(sensor: SensorDefinition) -> Asked:
        context = build_sensor_context(instance=instance, resources={"database": resource}, cursor=cursors.get(sensor.name))
        answer = sensor(context)
        if isinstance(answer, SensorResult) and answer.cursor is not None:
            cursors[sensor.name] = answer.cursor
        return asked(answer)

    return evaluate


@pytest.fixture
def daily_tick(instance: DagsterInstance, resource: DatabaseResource) -> Callable[[ScheduleDefinition], Asked]:
    """Evaluates a schedule once, on the fifth of January 2026."""

    def evaluate(schedule: ScheduleDefinition) -> Asked:
        at = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)
        resources = {"database": resource}
        with build_schedule_context(
            instance=instance, instance_ref=instance.get_ref(), scheduled_execution_time=at, resources=resources
        ) as context:
            return asked(schedule(context))

    return evaluate
