"""What the UI and the daemon read after batched stores is what stock dagster-postgres gives."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as db
from dagster import AssetKey, DagsterEventType, DagsterInstance
from dagster._core.definitions.events import (
    AssetMaterializationFailure,
    AssetMaterializationFailureReason,
    AssetMaterializationFailureType,
)
from dagster._core.definitions.observe import observe
from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.events import AssetFailedToMaterializeData, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    AssetKeyTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.partition_status_cache import get_and_update_asset_status_cache_value
from dagster._time import get_current_timestamp

from pipeline_defs.event_log import BATCH_SIZE_VARIABLE, BatchingEventLogStorage, latest_per_asset
from pipeline_defs.partitions import DOMAINS, DomainPartitions, add_domain_partitions

OpenInstance = Callable[..., DagsterInstance]
KEYS = [f"d{number:03}.example" for number in range(12)]
ASSETS = [AssetKey("sitemaps"), AssetKey("pages"), AssetKey("doomed"), AssetKey("seen"), AssetKey("total")]


def _assets(partitions: dg.PartitionsDefinition) -> list[Any]:
    @dg.asset(partitions_def=partitions, code_version="7", check_specs=[dg.AssetCheckSpec("counted", asset="sitemaps")])
    def sitemaps(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        for key in context.partition_keys:
            context.add_asset_metadata({"rows": len(key), "key": key}, partition_key=key)
        return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True, metadata={"n": len(context.partition_keys)})])

    @dg.asset(partitions_def=partitions, deps=[sitemaps], code_version="7")
    def pages(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"of": len(context.partition_keys)}, tags={"stage": "pages"})

    @dg.asset(partitions_def=partitions, deps=[sitemaps], code_version="7")
    def doomed(context: dg.AssetExecutionContext) -> None:
        raise dg.Failure("this site is down", allow_retries=False)

    @dg.observable_source_asset(partitions_def=partitions)
    def seen(context) -> dg.DataVersionsByPartition:
        return dg.DataVersionsByPartition({key: f"v-{key}" for key in context.partition_keys})

    @dg.asset(deps=[pages], code_version="7")
    def total() -> None: ...

    return [sitemaps, pages, doomed, seen, total]


def _tags(first: str, last: str) -> dict[str, str]:
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


def _run_everything(instance: DagsterInstance, partitions: dg.PartitionsDefinition) -> list[str]:
    """Two overlapping ranges, one single partition, observations and an unpartitioned asset; the run ids in order."""
    add_domain_partitions(instance, KEYS)
    sitemaps, pages, doomed, seen, total = _assets(partitions)
    results = [
        dg.materialize([sitemaps, pages, doomed], instance=instance, tags=_tags(KEYS[0], KEYS[7]), raise_on_error=False),
        dg.materialize([sitemaps, pages], instance=instance, tags=_tags(KEYS[5], KEYS[9])),
        dg.materialize([sitemaps, pages, doomed], instance=instance, partition_key=KEYS[11], raise_on_error=False),
        dg.materialize([total, sitemaps, pages], instance=instance, selection=[total]),
        observe([seen], instance=instance, tags=_tags(KEYS[2], KEYS[6])),
    ]
    assert [result.success for result in results] == [False, True, False, True, True]
    return [result.run_id for result in results]


def _rank(run_ids: list[str], run_id: str | None) -> int | None:
    return run_ids.index(run_id) if run_id else None


def _events(instance: DagsterInstance, run_ids: list[str]) -> list[Any]:
    seen = []
    for run_id in run_ids:
        for record in instance.get_records_for_run(run_id).records:
            event = record.event_log_entry.dagster_event
            assert event is not None
            data: Any = event.event_specific_data
            happened = getattr(data, "materialization", None) or getattr(data, "asset_observation", None)
            shape = (sorted(happened.metadata), dict(happened.tags or {}), happened.description) if happened else None
            shape = shape and (shape[0], {k: v for k, v in shape[1].items() if "version" in k and "event" not in k}, shape[2])
            seen.append(
                (event.event_type_value, event.step_key, event.asset_key, event.partition, record.event_log_entry.level, shape)
            )
    return seen


def _order_of_ids(instance: DagsterInstance) -> dict[int, int]:
    with instance.event_log_storage.index_connection() as conn:  # type: ignore[attr-defined]
        return {
            row.id: n
            for n, row in enumerate(conn.execute(db.select(SqlEventLogStorageTable.c.id).order_by(SqlEventLogStorageTable.c.id)))
        }


def _asset_view(
    instance: DagsterInstance, key: AssetKey, partitions: dg.PartitionsDefinition, run_ids: list[str]
) -> dict[str, Any]:
    order = _order_of_ids(instance)
    storage = instance.event_log_storage
    (record,) = instance.get_asset_records([key])
    entry = record.asset_entry
    latest = storage.get_latest_storage_id_by_partition(key, DagsterEventType.ASSET_MATERIALIZATION)
    planned = storage.get_latest_planned_materialization_info(key)
    attempts = storage.get_latest_asset_partition_materialization_attempts_without_materializations(key)
    with partition_loading_context(dynamic_partitions_store=instance):
        status = get_and_update_asset_status_cache_value(instance, key, partitions if key != AssetKey("total") else None)
    return {
        "last materialization": entry.last_materialization_record
        and (
            order[entry.last_materialization_record.storage_id],
            entry.last_materialization_record.partition_key,
            _rank(run_ids, entry.last_materialization_record.run_id),
        ),
        "last run": _rank(run_ids, entry.last_run_id),
        "last planned run": _rank(run_ids, entry.last_planned_materialization_run_id),
        "materialized": storage.get_materialized_partitions(key),
        "latest by partition": {partition: order[storage_id] for partition, storage_id in latest.items()},
        "latest tags": storage.get_latest_tags_by_partition(
            key, DagsterEventType.ASSET_MATERIALIZATION, tag_keys=["dagster/data_version"]
        ),
        "planned": planned and (order[planned.storage_id], _rank(run_ids, planned.run_id)),
        "unfinished": {partition: (_rank(run_ids, run), order[event]) for partition, (run, event) in attempts.items()},
        "status": status
        and (
            status.partitions_def_id is not None,
            status.serialized_materialized_partition_subset,
            status.serialized_failed_partition_subset,
            status.serialized_in_progress_partition_subset,
            order[status.latest_storage_id],
        ),
    }


def _rows(instance: DagsterInstance, run_ids: list[str]) -> dict[str, Any]:
    order = _order_of_ids(instance)
    tags, keys, checks = AssetEventTagsTable.c, AssetKeyTable.c, AssetCheckExecutionsTable.c
    volatile = ("input_event_pointer", "input_data_version", "data_version")
    with instance.event_log_storage.index_connection() as conn:  # type: ignore[attr-defined]
        tag_rows = conn.execute(db.select(tags.asset_key, tags.key, tags.value, tags.event_id, tags.event_timestamp)).all()
        key_rows = conn.execute(
            db.select(keys.asset_key, keys.last_run_id, keys.last_materialization_timestamp, keys.wipe_timestamp)
        ).all()
        check_rows = conn.execute(
            db.select(
                checks.check_name, checks.run_id, checks.execution_status, checks.partition, checks.evaluation_event_storage_id
            )
        ).all()
        events = conn.execute(db.select(SqlEventLogStorageTable.c.id, SqlEventLogStorageTable.c.timestamp)).all()
    times = {row.id: row.timestamp for row in events}
    assert all(times[row.event_id] == row.event_timestamp for row in tag_rows)
    return {
        "tags": sorted(
            (row.asset_key, row.key, "" if any(v in row.key for v in volatile) else row.value, order[row.event_id])
            for row in tag_rows
        ),
        "keys": sorted(
            (row.asset_key, _rank(run_ids, row.last_run_id), row.last_materialization_timestamp is not None, row.wipe_timestamp)
            for row in key_rows
        ),
        "checks": sorted(
            (
                row.check_name,
                _rank(run_ids, row.run_id),
                row.execution_status,
                row.partition,
                order[row.evaluation_event_storage_id],
            )
            for row in check_rows
        ),
    }


@pytest.mark.slow
def test_everything_read_after_batches_equals_stock(
    open_instance: OpenInstance, empty_url: str, make_dagster_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise partitions show a wrong status, or runs start from a wrong picture, and nobody can say why."""
    stock = open_instance(empty_url, stock=True)
    plain, ours_too = dg.DynamicPartitionsDefinition(name=DOMAINS), DomainPartitions(name=DOMAINS)
    stock_runs = _run_everything(stock, plain)
    calls: list[int] = []
    store = BatchingEventLogStorage.store_event_batch
    monkeypatch.setattr(
        BatchingEventLogStorage, "store_event_batch", lambda self, events: (calls.append(len(events)), store(self, events))[1]
    )
    for batch_size, largest in (("1000", 24), ("3", 3)):
        calls.clear()
        ours = open_instance(make_dagster_url())
        monkeypatch.setenv(BATCH_SIZE_VARIABLE, batch_size)
        our_runs = _run_everything(ours, ours_too)
        monkeypatch.delenv(BATCH_SIZE_VARIABLE)
        assert max(calls) >= largest, "no batch was stored: the comparison would compare nothing"
        kinds = Counter(event[0] for event in _events(ours, our_runs))
        assert (kinds["ASSET_MATERIALIZATION"], kinds["ASSET_MATERIALIZATION_PLANNED"], kinds["ASSET_OBSERVATION"]) == (29, 43, 5)
        assert _events(ours, our_runs) == _events(stock, stock_runs)
        for key in ASSETS:
            assert _asset_view(ours, key, ours_too, our_runs) == _asset_view(stock, key, plain, stock_runs), key
        assert _rows(ours, our_runs) == _rows(stock, stock_runs)


def _entries(instance: DagsterInstance, keys: list[str], asset: str = "pages") -> list[EventLogEntry]:
    entries = []
    for key in keys:
        event = dg.DagsterEvent(
            event_type_value=DagsterEventType.ASSET_MATERIALIZATION.value,
            job_name="job",
            event_specific_data=StepMaterializationData(
                dg.AssetMaterialization(asset, partition=key, tags={"dagster/code_version": "1"})
            ),
        )
        entries.append(EventLogEntry(None, "DEBUG", "", "run", get_current_timestamp(), job_name="job", dagster_event=event))
    return entries


def _count(instance: DagsterInstance, table: db.Table) -> int:
    with instance.event_log_storage.index_connection() as conn:  # type: ignore[attr-defined]
        return int(conn.execute(db.select(db.func.count()).select_from(table)).scalar_one())


def test_an_event_that_cannot_be_batched_is_refused_before_anything_is_stored(instance: DagsterInstance) -> None:
    """Otherwise run status events would be stored without the run's status being changed."""
    start = dg.DagsterEvent(event_type_value=DagsterEventType.RUN_START.value, job_name="job")
    entry = EventLogEntry(None, "DEBUG", "", "run", get_current_timestamp(), job_name="job", dagster_event=start)
    with pytest.raises(ValueError, match="PIPELINE_START"):
        instance.event_log_storage.store_event_batch([*_entries(instance, KEYS), entry])
    assert _count(instance, SqlEventLogStorageTable) == 0


def test_a_batch_that_fails_leaves_nothing_behind(instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise Dagster's answer, storing them singly, doubles every event of the batch."""

    def fail(*args: object) -> None:
        raise RuntimeError("the index cannot be written")

    storage = instance.event_log_storage
    monkeypatch.setattr(type(storage), "_store_asset_event", fail)
    with pytest.raises(RuntimeError, match="the index"):
        storage.store_event_batch(_entries(instance, KEYS))
    assert _count(instance, SqlEventLogStorageTable) == _count(instance, AssetEventTagsTable) == 0
    monkeypatch.undo()
    storage.store_event_batch(_entries(instance, KEYS))
    assert _count(instance, SqlEventLogStorageTable) == len(KEYS)


def test_an_empty_batch_and_failures_to_materialize_store_nothing(instance: DagsterInstance) -> None:
    """Otherwise an empty list becomes an empty INSERT, or events appear that stock never stores."""
    failure = AssetMaterializationFailure(
        asset_key=AssetKey("pages"),
        description=None,
        partition=KEYS[0],
        failure_type=AssetMaterializationFailureType.FAILED,
        reason=AssetMaterializationFailureReason.FAILED_TO_MATERIALIZE,
    )
    event = dg.DagsterEvent(
        event_type_value=DagsterEventType.ASSET_FAILED_TO_MATERIALIZE.value,
        job_name="job",
        event_specific_data=AssetFailedToMaterializeData(failure),
    )
    entry = EventLogEntry(None, "DEBUG", "", "run", get_current_timestamp(), job_name="job", dagster_event=event)
    instance.event_log_storage.store_event_batch([])
    instance.event_log_storage.store_event_batch([entry])
    assert _count(instance, SqlEventLogStorageTable) == 0
    instance.event_log_storage.store_event_batch([entry, *_entries(instance, KEYS[:1])])
    assert _count(instance, SqlEventLogStorageTable) == 1


def test_concurrent_batches_over_the_same_assets_all_arrive(instance: DagsterInstance) -> None:
    """Otherwise two runs lock the index of assets in opposite orders and one loses its events to a deadlock."""
    names = ["a", "b", "c", "d"]
    batches = [
        [entry for name in order for entry in _entries(instance, KEYS, name)]
        for order in (names, names[::-1], names[2:] + names[:2], names[::-1])
    ]
    failures: list[BaseException] = []

    def store(batch: list[EventLogEntry]) -> None:
        try:
            for _ in range(5):
                instance.event_log_storage.store_event_batch(batch)
        except BaseException as error:  # noqa: BLE001 - reported below
            failures.append(error)

    threads = [threading.Thread(target=store, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert _count(instance, SqlEventLogStorageTable) == 4 * 5 * 4 * len(KEYS)


def test_the_index_keeps_the_last_event_of_each_asset(instance: DagsterInstance) -> None:
    """Otherwise the UI shows an older materialisation as the latest."""
    entries = [*_entries(instance, KEYS[:3], "b"), *_entries(instance, KEYS[:2], "a"), *_entries(instance, KEYS[3:4], "b")]
    kept = latest_per_asset(entries, range(1, 7))
    assert [(entry.get_dagster_event().asset_key.path[0], event_id) for entry, event_id in kept] == [("a", 5), ("b", 6)]
