"""The sweep works on scattered due rows and tells which domains it touched; housekeeping brings back what was lost."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from dagster import AssetKey, DagsterInstance, Definitions
from sqlalchemy import func, select, update

from assets.materialising import VISIT_TAG
from inroad.store import Database
from inroad.store.models import Domain, SitemapFile
from pipeline_defs.inprocess import run_job, run_ranges
from pipeline_defs.partitions import add_domain_partitions
from tests.assets.conftest import FakeWeb, add, values

NAMES = [f"company{number}.example" for number in range(5)]
SCATTERED = {NAMES[1], NAMES[4]}


def queue_sitemaps(database: Database, names: Iterable[str]) -> None:
    """Makes the sitemaps of some domains due again, with other content to be read."""
    ids = select(Domain.id).where(Domain.name.in_(list(names)))
    with database.begin() as session:
        session.execute(
            update(SitemapFile)
            .where(SitemapFile.domain_id.in_(ids))
            .values(sitemap_import_status="Queued", content_hash=None, attempts=0)
        )


def touched(instance: DagsterInstance, run_id: str) -> dict[str, list[str]]:
    """Partitions that a run materialised, by asset."""
    out: dict[str, list[str]] = {}
    for entry in instance.all_logs(run_id):
        event = entry.dagster_event
        if event is not None and event.is_step_materialization and event.asset_key and event.partition:
            out.setdefault(event.asset_key.to_user_string(), []).append(event.partition)
    return {asset: sorted(names) for asset, names in out.items()}


@pytest.fixture
def crawled(database: Database, web: FakeWeb, defs: Definitions, instance: DagsterInstance) -> None:
    """Five domains whose sitemaps were read."""
    add(database, *NAMES)
    web.add(*NAMES)
    (result,) = run_ranges(defs, instance, job_name="pipeline", keys=NAMES, assets=["domains", "sitemaps"])
    assert result.success, result.errors
    web.requests.clear()


def test_a_sweep_in_which_nothing_succeeds_fails(defs: Definitions, instance: DagsterInstance, database: Database) -> None:
    """Otherwise a lost network makes green sweeps, one after the other."""
    add(database, *NAMES)
    result = run_job(defs, instance, job_name="sweep")
    assert not result.success
    assert "All 5 due rows of domains failed: unknown-host (5)." in result.errors["sweep_due_rows"]


def test_a_sweep_touches_the_due_domains_and_no_other(
    crawled: None, database: Database, web: FakeWeb, defs: Definitions, instance: DagsterInstance
) -> None:
    """A range that covers scattered domains would mark all those between them as done."""
    queue_sitemaps(database, SCATTERED)
    result = run_job(defs, instance, job_name="sweep")
    assert result.success, result.errors
    reported = touched(instance, result.run_id)
    assert reported["sitemaps"] == sorted(SCATTERED)
    assert "domains" not in reported
    assert {url.split("/")[2] for url in web.requests} <= {*NAMES}
    assert {url for url in web.requests if url.endswith(".xml")} == {f"https://{name}/sitemap.xml" for name in SCATTERED}
    record = instance.fetch_materializations(AssetKey("sitemaps"), limit=1).records[0]
    assert record.asset_materialization is not None
    assert values(record.asset_materialization)["rows/complete"] == 1


def test_a_second_sweep_finds_nothing(
    crawled: None, database: Database, web: FakeWeb, defs: Definitions, instance: DagsterInstance
) -> None:
    """Otherwise a sweep that follows another does its work again, and reports domains that nobody touched."""
    run_job(defs, instance, job_name="sweep")
    web.requests.clear()
    result = run_job(defs, instance, job_name="sweep")
    assert result.success
    assert (touched(instance, result.run_id), web.requests) == ({}, [])


def test_a_domain_that_is_no_partition_yet_is_worked_on_and_not_reported(
    database: Database, web: FakeWeb, defs: Definitions, instance: DagsterInstance
) -> None:
    """An event for a partition that does not exist would be shown nowhere, and counted as one."""
    add(database, *NAMES[:2])
    web.add(*NAMES[:2])
    add_domain_partitions(instance, NAMES[:1])
    result = run_job(defs, instance, job_name="sweep")
    assert result.success, result.errors
    assert touched(instance, result.run_id)["domains"] == NAMES[:1]
    with database.begin() as session:
        states = set(session.scalars(select(Domain.sitemap_analysis_status)))
    assert states == {"Complete"}


def test_a_sweep_over_named_domains_visits_them_again_when_told(
    crawled: None, web: FakeWeb, defs: Definitions, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daily refresh of scattered domains names them; without the tag finished rows are left alone."""
    config = {"ops": {"sweep_due_rows": {"config": {"names": [NAMES[2]]}}}}
    run_job(defs, instance, job_name="sweep", run_config=config)
    assert not [url for url in web.requests if url.endswith(".xml")]
    monkeypatch.setenv("INROAD_REFRESH_AFTER_HOURS", "0.0000001")
    result = run_job(defs, instance, job_name="sweep", run_config=config, tags={VISIT_TAG: "due"})
    assert result.success, result.errors
    assert [url for url in web.requests if url.endswith(".xml")] == [f"https://{NAMES[2]}/sitemap.xml"]


def test_the_hourly_release_returns_the_rows_of_dead_workers(
    crawled: None, database: Database, defs: Definitions, instance: DagsterInstance
) -> None:
    """Otherwise what a killed worker held waits for somebody who looks."""
    with database.begin() as session:
        session.execute(
            update(SitemapFile).values(
                sitemap_import_status="Processing", lease_owner="w1", lease_expires_at=func.now(), attempts=1
            )
        )
    assert run_job(defs, instance, job_name="release_leases").success
    with database.begin() as session:
        assert set(session.scalars(select(SitemapFile.sitemap_import_status))) == {"Queued"}
