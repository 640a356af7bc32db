"""The instance's storage class, which `dagster.yaml` names: runs, events and schedules of Dagster in one pooled Postgres.

What lives here: finding the database and composing the three storages over it. What does not: the pool (`pooled`), the batched
event log (`event_log`), and making the server or the database (`inroad.store.embedded`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as db
from dagster import Field, IntSource, StringSource
from dagster._config.config_schema import UserConfigSchema
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.event_log import EventLogStorage
from dagster._core.storage.runs import RunStorage
from dagster._core.storage.schedules import ScheduleStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData
from dagster_postgres import PostgresRunStorage, PostgresScheduleStorage
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from inroad.store.database import DatabaseUnavailable
from pipeline_defs.event_log import BatchingEventLogStorage, enable_batches
from pipeline_defs.pooled import MAX_OVERFLOW, POOL_SIZE, PooledConnections, engine_for, psycopg2_url

# One table of each storage, by which Dagster itself tells whether it was created.
_TABLES = {"runs", "instance_info", "event_logs", "jobs"}
# Any constant will do, the same in all processes: "inroad" in ASCII.
_CREATION_LOCK = 0x696E726F6164


class PooledRunStorage(PooledConnections, PostgresRunStorage):
    """`PostgresRunStorage` on the shared pool."""


class PooledScheduleStorage(PooledConnections, PostgresScheduleStorage):
    """`PostgresScheduleStorage` on the shared pool."""


def dagster_url() -> str:
    """The URL of Dagster's own database, from the settings, else from the embedded server, which is started.

    Raises:
        inroad.guard.errors.UserError: A setting is wrong, or no server can be started.
    """
    from inroad.settings import load_settings
    from inroad.store.opening import dagster_database_url

    return psycopg2_url(dagster_database_url(load_settings()))


def _create_missing_tables(engine: Engine, url: str) -> None:
    """Makes Dagster's tables where they are missing, one process at a time: the web server and the daemon start together.

    Raises:
        DatabaseUnavailable: The server cannot be reached, or has no such database.
    """

    def missing() -> set[str]:
        return _TABLES - set(db.inspect(engine).get_table_names())

    try:
        if not missing():
            return
    except OperationalError as error:
        raise _unavailable(engine.url, error) from error
    with engine.connect() as conn:
        conn.execute(db.select(db.func.pg_advisory_lock(_CREATION_LOCK)))
        try:
            if missing():
                for storage in (PooledRunStorage, BatchingEventLogStorage, PooledScheduleStorage):
                    storage(url, should_autocreate_tables=True)
        finally:
            conn.execute(db.select(db.func.pg_advisory_unlock(_CREATION_LOCK)))


def _unavailable(url: db.URL, error: OperationalError) -> DatabaseUnavailable:
    where = f"{url.host or url.query.get('host', 'localhost')}{f':{url.port}' if url.port else ''}/{url.database}"
    detail = (str(error.orig).strip().splitlines() or ["no answer"])[0]
    return DatabaseUnavailable(
        f"Dagster's database at {where} cannot be used: {detail}.",
        mend="Start PostgreSQL, or correct INROAD_DAGSTER_DATABASE_URL, then try again.",
    )


class PooledPostgresStorage(DagsterStorage, ConfigurableClass):
    """Dagster's storage on one pool of Postgres connections per process.

    Args:
        url: PostgreSQL URL of Dagster's own database; its driver is set here.
        pool_size: Connections that each process keeps open.
        max_overflow: Further ones that it may open under load.
        inst_data: What Dagster read from `dagster.yaml`.

    Raises:
        inroad.guard.errors.UserError: Not a PostgreSQL URL.
        DatabaseUnavailable: The server cannot be reached, or has no such database.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = POOL_SIZE,
        max_overflow: int = MAX_OVERFLOW,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        self._inst_data = inst_data
        self.url = psycopg2_url(url)
        enable_batches()
        _create_missing_tables(engine_for(self.url, pool_size=pool_size, max_overflow=max_overflow), self.url)
        self._run_storage = PooledRunStorage(self.url, should_autocreate_tables=False)
        self._event_log_storage = BatchingEventLogStorage(self.url, should_autocreate_tables=False)
        self._schedule_storage = PooledScheduleStorage(self.url, should_autocreate_tables=False)
        for storage in (self._run_storage, self._event_log_storage, self._schedule_storage):
            storage.pool_size, storage.max_overflow = pool_size, max_overflow
        super().__init__()  # type: ignore[no-untyped-call]

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """What may stand under `config:` in `dagster.yaml`."""
        return {
            "url": Field(
                StringSource, is_required=False, description="Default: INROAD_DAGSTER_DATABASE_URL, else the embedded server's."
            ),
            "pool_size": Field(IntSource, is_required=False, default_value=POOL_SIZE),
            "max_overflow": Field(IntSource, is_required=False, default_value=MAX_OVERFLOW),
        }

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> PooledPostgresStorage:
        """Builds the storage from the checked configuration; called by Dagster in each of its processes."""
        return cls(
            config_value.get("url") or dagster_url(),
            pool_size=config_value.get("pool_size", POOL_SIZE),
            max_overflow=config_value.get("max_overflow", MAX_OVERFLOW),
            inst_data=inst_data,
        )

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """What Dagster read from `dagster.yaml`; holds no password unless the file does."""
        return self._inst_data

    @property
    def event_log_storage(self) -> EventLogStorage:
        """Events, assets, partitions and pools."""
        return self._event_log_storage

    @property
    def run_storage(self) -> RunStorage:
        """Runs, their tags, backfills and the daemon's heartbeats."""
        return self._run_storage

    @property
    def schedule_storage(self) -> ScheduleStorage:
        """Sensors, schedules and their ticks."""
        return self._schedule_storage
