"""Dagster's event log on Postgres, with many partitions' events stored in one go.

What lives here: storing materialisation, observation and planned events in batches, reading partition keys, and telling which
runs hold a latest materialisation. What does not: connections (`pooled`), and the rest, which is dagster-postgres's.

A run over N partitions of an asset emits N planned and N materialisation events. Stock dagster-postgres stores planned ones
singly, about five statements each; here a batch costs four statements, whatever its size.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import sqlalchemy as db
from dagster import DagsterEventType
from dagster._core.events import ASSET_CHECK_EVENTS, BATCH_WRITABLE_EVENTS
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.migration import ASSET_KEY_INDEX_COLS
from dagster._core.storage.event_log.schema import AssetEventTagsTable, DynamicPartitionsTable, SqlEventLogStorageTable
from dagster_postgres import PostgresEventLogStorage
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pipeline_defs.pooled import PooledConnections

# Events that the instance collects before it calls `store_event_batch`; 0 (Dagster's default) means that it never does.
BATCH_SIZE_VARIABLE = "DAGSTER_EVENT_BATCH_SIZE"
BATCH_SIZE = 1000


def enable_batches() -> None:
    """Makes Dagster hand over events in batches, in this process and its children, unless the environment says otherwise."""
    os.environ.setdefault(BATCH_SIZE_VARIABLE, str(BATCH_SIZE))


def latest_per_asset(events: Sequence[EventLogEntry], event_ids: Sequence[int]) -> list[tuple[EventLogEntry, int]]:
    """The last event of each asset and event type, all that the index of assets keeps of a batch.

    Args:
        events: Stored events in their order; those without an asset key are left out.
        event_ids: Their storage ids.

    Returns:
        Pairs ordered by asset key, so that concurrent batches lock the index's rows in one order, then by storage id.
    """
    latest: dict[tuple[str, str], tuple[EventLogEntry, int]] = {}
    for event, event_id in zip(events, event_ids, strict=True):
        dagster_event = event.get_dagster_event()
        if dagster_event.asset_key and dagster_event.event_type not in ASSET_CHECK_EVENTS:
            latest[dagster_event.asset_key.to_string(), dagster_event.event_type_value] = (event, event_id)
    return [pair for _, pair in sorted(latest.items(), key=lambda item: (item[0][0], item[1][1]))]


class BatchingEventLogStorage(PooledConnections, PostgresEventLogStorage):
    """`PostgresEventLogStorage` on the shared pool, which stores batches as batches."""

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Stores events of any batchable types and assets in one transaction: events, tags and the index of assets.

        All or nothing: Dagster answers a failure here by storing the events singly, which would double what was kept.

        Args:
            events: Entries of types in Dagster's `BATCH_WRITABLE_EVENTS`, in the order of their storage ids to be.

        Raises:
            ValueError: An event of another type.
        """
        events = [event for event in events if not event.get_dagster_event().is_asset_failed_to_materialize]
        foreign = {event.get_dagster_event().event_type for event in events} - BATCH_WRITABLE_EVENTS
        if foreign:
            raise ValueError(f"not storable in a batch: {sorted(event_type.value for event_type in foreign)}")
        if events:
            event_ids = self._store_asset_events(events)
            self._store_planned_checks(events, event_ids)

    def _store_asset_events(self, events: Sequence[EventLogEntry]) -> list[int]:
        rows = [self._event_to_row(event) for event in events]
        insert = SqlEventLogStorageTable.insert().returning(SqlEventLogStorageTable.c.id, sort_by_parameter_order=True)
        # Both answers are remembered; asked here, so that the transaction below needs no second connection.
        self.has_table(AssetEventTagsTable.name)
        self.has_secondary_index(ASSET_KEY_INDEX_COLS)
        with self.index_transaction() as conn:
            event_ids = list(conn.scalars(insert, rows))
            self._store_asset_event_tags(conn, events, event_ids)
            for event, event_id in latest_per_asset(events, event_ids):
                self._store_asset_event(conn, event, event_id)
        return event_ids

    def _store_planned_checks(self, events: Sequence[EventLogEntry], event_ids: Sequence[int]) -> None:
        for event, event_id in zip(events, event_ids, strict=True):
            if event.dagster_event_type == DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED:
                self.store_asset_check_event(event, event_id)

    def has_table(self, table_name: str) -> bool:
        """Whether a table exists; a yes is remembered, since Dagster asks before most statements and never drops one."""
        ask = super().has_table
        return self._remembers(table_name, lambda: ask(table_name))

    def _has_asset_key_col_on_connection(self, conn: db.Connection, column_name: str) -> bool:
        """Whether the index of assets has a column; Dagster reads the whole schema for it, three times a step."""
        ask = super()._has_asset_key_col_on_connection
        return self._remembers(f"asset_keys.{column_name}", lambda: ask(conn, column_name))

    def _remembers(self, name: str, ask: Callable[[], bool]) -> bool:
        known: set[str] = self.__dict__.setdefault("_known_names", set())
        if name not in known and ask():
            known.add(name)
        return name in known

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """All keys of a dynamic partitions definition, in insertion order.

        As one array: 100,000 keys take 0.02 s, as rows 0.2 s; the daemon reads them for each asset of a run over a range.
        """
        keys = DynamicPartitionsTable.c
        ordered = db.select(db.func.array_agg(aggregate_order_by(keys.partition, keys.id)))
        with self.index_connection() as conn:
            return conn.scalar(ordered.where(keys.partitions_def_name == partitions_def_name)) or []

    def get_dynamic_partitions_in_range(self, partitions_def_name: str, first: str, last: str) -> list[str] | None:
        """Keys of a dynamic partitions definition from one to another, both included, in insertion order.

        Dagster itself reads all keys and cuts the range out of them: 100,000 keys for each look.

        Returns:
            The keys; empty when `first` comes after `last`; None when one of the two does not exist.
        """
        keys = DynamicPartitionsTable.c
        named = db.select(keys.id, keys.partition).where(keys.partitions_def_name == partitions_def_name)
        with self.index_connection() as conn:
            ids = {row.partition: row.id for row in conn.execute(named.where(keys.partition.in_({first, last})))}
            if ids.keys() != {first, last}:
                return None
            in_range = named.where(keys.id.between(ids[first], ids[last])).order_by(keys.id)
            return [row.partition for row in conn.execute(in_range)]

    def runs_with_latest_materializations(self, run_ids: Sequence[str]) -> set[str]:
        """Which of some runs hold the latest materialisation of any asset's partition, or of an asset without partitions.

        Args:
            run_ids: Runs to look at, some hundreds at a time.

        Returns:
            Those whose events cannot be deleted without a partition looking as if it had never been materialised.
        """
        mine = SqlEventLogStorageTable.c
        materialized = DagsterEventType.ASSET_MATERIALIZATION.value
        ours = (
            db.select(mine.run_id, mine.asset_key, mine.partition, db.func.max(mine.id).label("id"))
            .where(mine.run_id.in_(run_ids), mine.dagster_event_type == materialized)
            .group_by(mine.run_id, mine.asset_key, mine.partition)
            .subquery()
        )
        later = SqlEventLogStorageTable.alias().c
        newer = [later.asset_key == ours.c.asset_key, later.dagster_event_type == materialized, later.id > ours.c.id]
        # Two queries: "both are NULL" beside "both are equal" in one would keep Postgres from using the index on partitions.
        in_partition = db.exists().where(*newer, later.partition == ours.c.partition)
        in_asset = db.exists().where(*newer, later.partition.is_(None))
        queries = (
            db.select(ours.c.run_id).distinct().where(ours.c.partition.is_not(None), ~in_partition),
            db.select(ours.c.run_id).distinct().where(ours.c.partition.is_(None), ~in_asset),
        )
        with self.index_connection() as conn:
            return {run_id for query in queries for run_id in conn.scalars(query)}
