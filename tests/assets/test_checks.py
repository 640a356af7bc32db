"""The health checks pass while sites are read, and fail with a table of what is stuck."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from dagster import AssetCheckResult, AssetCheckSeverity
from sqlalchemy import func, update

from assets.checks import build_health_check
from inroad.store import Database
from inroad.store.models import Domain
from inroad.store.results import HEALTH
from resources import DatabaseResource
from tests.assets.conftest import add


def check(resource: DatabaseResource, stage: str = "domains") -> AssetCheckResult:
    """The result of one stage's check."""
    result = build_health_check(stage)(resource)
    assert isinstance(result, AssetCheckResult)
    return result


def put(database: Database, names: list[str], **values: Any) -> None:
    """Writes values on some domains."""
    with database.begin() as session:
        session.execute(update(Domain).where(Domain.name.in_(names)).values(**values))


def names(count: int) -> list[str]:
    """Invented domains."""
    return [f"company{number}.example" for number in range(count)]


def test_more_failures_than_the_threshold_fail_the_check_and_name_the_domains(
    database: Database, resource: DatabaseResource
) -> None:
    """Otherwise a blocked address shows as a green asset over rows that all failed."""
    add(database, *names(5))
    put(database, names(5)[:2], sitemap_analysis_status="Complete")
    put(database, names(5)[2:], sitemap_analysis_status="Error", error="No name server knows it.", error_reason="unknown-host")
    result = check(resource)
    assert (result.passed, result.severity) == (False, AssetCheckSeverity.ERROR)
    told = {key: value.value for key, value in result.metadata.items()}
    assert (told["complete"], told["failed"], told["lost"], told["failure_rate"]) == (2, 3, 0, 0.6)
    table = str(told["stuck"]).splitlines()
    assert table[0] == "| domain | state | reason | rows |"
    assert table[2:] == [f"| {name} | Error | unknown-host | 1 |" for name in names(5)[2:]]


def test_rows_held_by_a_dead_worker_fail_the_check_as_a_warning(database: Database, resource: DatabaseResource) -> None:
    """Otherwise work that nobody does looks like work in progress."""
    add(database, *names(2))
    put(database, names(1), sitemap_analysis_status="Processing", lease_owner="w1", lease_expires_at=func.now(), attempts=1)
    result = check(resource)
    assert (result.passed, result.severity) == (False, AssetCheckSeverity.WARN)
    assert "| company0.example | Processing |" in str(result.metadata["stuck"].value)


def test_what_waits_and_what_is_overdue_are_in_tables_of_their_own(database: Database, resource: DatabaseResource) -> None:
    """A person looks for the domains, and not for a number."""
    add(database, *names(3))
    put(database, names(2), sitemap_analysis_status="Complete")
    put(database, names(3)[2:], next_attempt_at=datetime(2026, 1, 5, 12, 30, tzinfo=UTC))
    result = check(resource)
    assert result.passed
    told = {key: str(value.value) for key, value in result.metadata.items()}
    assert told["overdue"] == "2"
    assert told["overdue_domains"].splitlines()[2:] == ["| company0.example |", "| company1.example |"]
    assert told["waiting"].splitlines()[2:] == ["| company2.example | 1 | 2026-01-05 12:30 |"]
    assert "stuck" not in told


def test_some_failures_are_normal(database: Database, resource: DatabaseResource) -> None:
    """Sites die; a check that is always red is looked at by nobody."""
    add(database, *names(4))
    put(database, names(4)[:2], sitemap_analysis_status="Complete")
    put(database, names(4)[2:], sitemap_analysis_status="Error", error="Gone.", error_reason="not-found")
    result = check(resource)
    assert result.passed
    assert result.metadata["failure_rate"].value == 0.5


@pytest.mark.parametrize("stage", HEALTH)
def test_nothing_to_check_passes(resource: DatabaseResource, stage: str) -> None:
    """Otherwise every check of a fresh installation is red, or divides by nought."""
    result = check(resource, stage)
    assert result.passed
    assert result.metadata["failure_rate"].value == 0.0
    assert "stuck" not in result.metadata
