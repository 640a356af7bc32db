"""Old runs go, and no partition forgets that it was materialised."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster import AssetKey, DagsterInstance

from pipeline_defs import retention
from pipeline_defs.inprocess import run_ranges
from pipeline_defs.partitions import domain_partitions
from pipeline_defs.retention import purge_old_runs

KEYS = [f"d{number}.example" for number in range(6)]


def _definitions() -> dg.Definitions:
    @dg.asset(partitions_def=domain_partitions)
    def pages() -> None: ...

    @dg.asset
    def total() -> None: ...

    @dg.asset(partitions_def=domain_partitions)
    def doomed() -> None:
        raise RuntimeError("down")

    jobs = [dg.define_asset_job(name, selection=[name]) for name in ("pages", "doomed", "total")]
    return dg.Definitions(assets=[pages, total, doomed], jobs=jobs, executor=dg.in_process_executor)


def _run(instance: DagsterInstance, keys: list[str], job: str = "pages") -> str:
    (result,) = run_ranges(_definitions(), instance, job_name=job, keys=keys)
    return result.run_id


def _later() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def test_an_instance_that_cannot_tell_is_refused() -> None:
    """Otherwise the status of every partition is deleted with the runs."""
    with DagsterInstance.ephemeral() as ephemeral, pytest.raises(TypeError, match="storage"):
        purge_old_runs(ephemeral, finished_before=_later())


def test_a_time_without_a_zone_is_refused(instance: DagsterInstance) -> None:
    """Otherwise a local time deletes runs that are hours too young."""
    with pytest.raises(ValueError, match="zone"):
        purge_old_runs(instance, finished_before=datetime(2026, 1, 1))  # noqa: DTZ001 - the refused input


def test_runs_that_hold_a_latest_materialization_stay(instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the UI shows domains as never done, and a backfill does them all again."""
    monkeypatch.setattr(retention, "PAGE", 2)
    _run(instance, KEYS)  # makes the partitions; each is materialised again below
    first = _run(instance, KEYS[:3])
    replaced = _run(instance, KEYS[3:])
    second = _run(instance, KEYS[1:])
    failed = _run(instance, KEYS[:2], "doomed")
    old_total = instance_run_total(instance)
    new_total = instance_run_total(instance)
    before = instance.event_log_storage.get_latest_storage_id_by_partition(
        AssetKey("pages"), dg.DagsterEventType.ASSET_MATERIALIZATION
    )
    deleted = purge_old_runs(instance, finished_before=_later())
    left = {run.run_id for run in instance.get_runs()}
    assert left == {first, second, new_total}
    assert {replaced, failed, old_total} <= set(deleted)
    storage = instance.event_log_storage
    assert storage.get_latest_storage_id_by_partition(AssetKey("pages"), dg.DagsterEventType.ASSET_MATERIALIZATION) == before
    assert storage.get_materialized_partitions(AssetKey("pages")) == set(KEYS)
    assert instance.all_logs(replaced) == []
    assert purge_old_runs(instance, finished_before=_later()) == []


def instance_run_total(instance: DagsterInstance) -> str:
    """Materialises the asset without partitions."""
    result = _definitions().resolve_job_def("total").execute_in_process(instance=instance)
    return result.run_id


def test_young_runs_stay_and_the_limit_holds(instance: DagsterInstance) -> None:
    """Otherwise one call deletes for hours, or takes away what a person still reads."""
    runs = [_run(instance, KEYS[:1]) for _ in range(4)]
    assert purge_old_runs(instance, finished_before=datetime.now(UTC) - timedelta(hours=1)) == []
    assert purge_old_runs(instance, finished_before=_later(), limit=2) == runs[:2]
    assert {run.run_id for run in instance.get_runs()} == set(runs[2:])
