"""The schedules: overdue neighbours in ranges, scattered ones in one sweep, nothing twice on one day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance, ScheduleDefinition
from sqlalchemy import update

from assets.materialising import VISIT_TAG
from inroad.stages.decisions import MOST_RANGES
from inroad.store import Database
from inroad.store.domains import add_domains, domain_ids
from inroad.store.models import Domain
from inroad.store.visits import finish_visit, open_visits
from pipeline_defs.partitions import add_domain_partitions, range_tags
from pipeline_defs.schedules import daily_refresh, daily_refresh_scattered
from tests.sensors.conftest import Asked

DailyTick = Callable[[ScheduleDefinition], Asked]
NAMES = [f"company{number:03}.example" for number in range(2 * MOST_RANGES + 3)]


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[DagsterInstance]:
    """An instance in a folder: a schedule's context opens its instance by reference."""
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield instance


def analyse(database: Database, instance: DagsterInstance, names: list[str]) -> None:
    """Domains that were analysed and are partitions."""
    database.call(add_domains, names)
    add_domain_partitions(instance, names)
    with database.begin() as session:
        session.execute(update(Domain).values(sitemap_analysis_status="Complete"))


def visit(database: Database, names: list[str]) -> None:
    """A visit that has just ended, to each."""
    for number in database.call(domain_ids, names).values():
        opened = database.call(open_visits, "domain", [(number, number)], run="r", owner="w1", lease_s=60)
        database.call(finish_visit, opened[number], "unchanged")


@pytest.mark.parametrize("schedule", [daily_refresh, daily_refresh_scattered], ids=lambda schedule: schedule.name)
def test_nothing_overdue_launches_nothing(
    daily_tick: DailyTick, database: Database, instance: DagsterInstance, schedule: ScheduleDefinition
) -> None:
    """Sites that were read an hour ago are left in peace."""
    analyse(database, instance, NAMES[:3])
    visit(database, NAMES[:3])
    requests, reason = daily_tick(schedule)
    assert requests == []
    assert reason.startswith("No ")


def test_overdue_neighbours_are_refreshed_in_ranges(daily_tick: DailyTick, database: Database, instance: DagsterInstance) -> None:
    """A run for each domain costs seconds each, and a range over fresh ones asks sites for nothing."""
    analyse(database, instance, NAMES[:6])
    visit(database, [NAMES[2]])
    requests, _ = daily_tick(daily_refresh)
    found = [(tuple(request.tags[key] for key in range_tags("", "")), request.tags[VISIT_TAG]) for request in requests]
    assert found == [((NAMES[0], NAMES[1]), "due"), ((NAMES[3], NAMES[5]), "due")]
    assert [request.run_key for request in requests] == [request.run_key for request in daily_tick(daily_refresh)[0]]
    assert all("2026-01-05" in str(request.run_key) for request in requests)
    assert daily_tick(daily_refresh_scattered)[0] == []


def test_scattered_domains_are_refreshed_in_one_sweep(
    daily_tick: DailyTick, database: Database, instance: DagsterInstance
) -> None:
    """Fifty ranges of one domain each would take minutes of run starts."""
    analyse(database, instance, NAMES)
    overdue, fresh = NAMES[::2], NAMES[1::2]
    visit(database, fresh)
    assert daily_tick(daily_refresh)[0] == []
    (request,), _ = daily_tick(daily_refresh_scattered)
    assert request.run_config == {"ops": {"sweep_due_rows": {"config": {"names": overdue}}}}
    assert request.tags[VISIT_TAG] == "due"
