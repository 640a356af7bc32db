"""The storage class shares one pool per process, survives forks and restarts, and keeps passwords to itself."""

import os
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as db
import yaml
from dagster import DagsterInstance
from dagster._cli.utils import get_possibly_temporary_instance_for_cli
from dagster._core.instance.config import dagster_instance_config

from inroad.guard.errors import UserError
from inroad.store import embedded
from inroad.store.database import DatabaseUnavailable
from pipeline_defs import storage as storage_module
from pipeline_defs.event_log import BATCH_SIZE, BATCH_SIZE_VARIABLE, BatchingEventLogStorage
from pipeline_defs.pooled import dispose_engines, engine_for, psycopg2_url
from pipeline_defs.storage import PooledPostgresStorage

OpenInstance = Callable[..., DagsterInstance]
OTHERS_ENDED = (
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
)
CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize("url", ["mysql://user:hunter2@db/x", "hunter2", "", "postgresql://user:hunter2@db:port/x"])
def test_a_url_that_is_not_postgres_is_refused_without_repeating_it(url: str) -> None:
    """Otherwise a password lands in a log."""
    with pytest.raises(UserError, match="INROAD_DAGSTER_DATABASE_URL") as caught:
        psycopg2_url(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_any_postgres_url_gets_the_driver_that_dagster_can_use(scheme: str) -> None:
    """Otherwise SQLAlchemy 2.1 takes psycopg 3, on which storing an event fails."""
    found = db.make_url(psycopg2_url(f"{scheme}://u:p%40ss@h:5433/d?host=/run"))
    assert found == db.make_url("postgresql+psycopg2://u:p%40ss@h:5433/d?host=/run")
    assert found.password == "p@ss"


@pytest.mark.parametrize("place", ["127.0.0.1:1/x", "/nowhere?host=/nonexistent"])
def test_an_unreachable_database_is_one_sentence_without_the_password(place: str) -> None:
    """Otherwise a person reads a stack trace of two libraries, and the log keeps the password."""
    with pytest.raises(DatabaseUnavailable, match=r"(?s)Dagster's database at .*INROAD_DAGSTER_DATABASE_URL") as caught:
        PooledPostgresStorage(f"postgresql://user:hunter2@{place}")
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)
    dispose_engines()


def test_a_missing_database_is_named(server: embedded.Server) -> None:
    """Otherwise a misspelt name looks like a server that is down."""
    with pytest.raises(DatabaseUnavailable, match='"misspelt" does not exist'):
        PooledPostgresStorage(server.url("misspelt"))
    dispose_engines()


def test_dagsters_own_migrations_run_on_the_shared_pool(instance: DagsterInstance) -> None:
    """Otherwise `dagster instance migrate` fails after an upgrade of Dagster, and the old schema stays."""
    instance.upgrade()
    assert instance.event_log_storage.alembic_version()[0] == instance.event_log_storage.alembic_version()[1]  # type: ignore[attr-defined]


def test_dagster_commands_in_the_checkout_find_the_instance_without_a_home(
    dagster_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Otherwise `dagster dev` with nothing set shows an empty instance of its own, on SQLite."""
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("INROAD_DAGSTER_DATABASE_URL", dagster_url)
    monkeypatch.setenv("INROAD_HOME", str(tmp_path))
    monkeypatch.chdir(CHECKOUT)
    with get_possibly_temporary_instance_for_cli() as instance:
        assert isinstance(instance.event_log_storage, BatchingEventLogStorage)
        assert instance.storage_directory() == str(tmp_path / "dagster" / "storage")
        assert not instance.telemetry_enabled
    dispose_engines()


def test_three_storages_of_two_instances_share_one_engine(open_instance: OpenInstance, dagster_url: str) -> None:
    """Otherwise each instance that a daemon makes holds connections of its own until the server has none left."""
    storages = [
        storage
        for instance in (open_instance(dagster_url), open_instance(dagster_url))
        for storage in (instance.run_storage, instance.event_log_storage, instance.schedule_storage)
    ]
    engines = {id(storage._engine) for storage in storages}  # type: ignore[attr-defined]
    assert len(storages) == 6
    assert engines == {id(engine_for(psycopg2_url(dagster_url)))}


def test_the_web_server_keeps_the_pool(instance: DagsterInstance) -> None:
    """Otherwise the web server goes back to three engines of its own, up to 63 connections."""
    before = instance.event_log_storage._engine  # type: ignore[attr-defined]
    instance.optimize_for_webserver(statement_timeout=5000, pool_recycle=3600, max_overflow=20)
    assert instance.event_log_storage._engine is before  # type: ignore[attr-defined]
    assert instance.run_storage._engine is before  # type: ignore[attr-defined]


def test_connections_are_bounded_under_load(dagster_url: str) -> None:
    """Otherwise a page of the UI with many panels takes every connection of the server."""
    url = psycopg2_url(dagster_url)
    engine = engine_for(url, pool_size=1, max_overflow=2)
    engine.pool._timeout = 0.05  # type: ignore[attr-defined] # the time to wait is not what is looked at
    held = [engine.connect() for _ in range(3)]
    with pytest.raises(db.exc.TimeoutError):
        engine.connect()
    for connection in held:
        connection.close()
    dispose_engines(url)


def test_a_dropped_connection_costs_no_query(instance: DagsterInstance, dagster_url: str) -> None:
    """Otherwise the code server stays broken after PostgreSQL was restarted."""
    instance.add_dynamic_partitions("domains", ["a.example"])
    admin = db.create_engine(psycopg2_url(dagster_url), isolation_level="AUTOCOMMIT", poolclass=db.NullPool)
    with admin.connect() as connection:
        ended = connection.execute(db.text(OTHERS_ENDED)).all()
    assert ended
    assert instance.get_dynamic_partitions("domains") == ["a.example"]


def test_a_forked_child_uses_connections_of_its_own(instance: DagsterInstance) -> None:
    """Otherwise parent and child read each other's answers from one socket."""
    instance.add_dynamic_partitions("domains", ["a.example"])
    read_end, write_end = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other threads of this process do not matter to the child below
        pid = os.fork()
    if pid == 0:
        try:
            backends = _backends(instance)
            os.write(write_end, b",".join(str(backend).encode() for backend in backends))
        finally:
            os._exit(0)
    os.close(write_end)
    childs = {int(part) for part in os.read(read_end, 10_000).split(b",")}
    os.close(read_end)
    os.waitpid(pid, 0)
    assert len(childs) == 1
    assert not childs & set(_backends(instance))
    assert instance.get_dynamic_partitions("domains") == ["a.example"]


def _backends(instance: DagsterInstance) -> list[int]:
    with instance.event_log_storage.index_connection() as connection:  # type: ignore[attr-defined]
        return [int(connection.execute(db.text("select pg_backend_pid()")).scalar_one())]


def test_processes_that_start_together_make_the_tables_once(empty_url: str) -> None:
    """Otherwise the web server or the daemon dies at the first start: both find no tables and both make them."""
    failures: list[BaseException] = []

    def build() -> None:
        try:
            PooledPostgresStorage(empty_url)
        except BaseException as error:  # noqa: BLE001 - reported below
            failures.append(error)

    threads = [threading.Thread(target=build) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with engine_for(psycopg2_url(empty_url)).connect() as connection:
        assert len(connection.execute(db.text("select version_num from alembic_version")).all()) == 1
    dispose_engines()


def test_batches_are_on_unless_the_environment_says_otherwise(open_instance: OpenInstance, dagster_url: str) -> None:
    """Otherwise the batching storage is never handed a batch."""
    open_instance(dagster_url)
    assert os.environ[BATCH_SIZE_VARIABLE] == str(BATCH_SIZE)
    os.environ[BATCH_SIZE_VARIABLE] = "0"
    open_instance(dagster_url)
    assert os.environ[BATCH_SIZE_VARIABLE] == "0"


def test_the_url_comes_from_the_settings_and_not_from_the_file(
    dagster_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Otherwise the password would have to stand in `dagster.yaml`, and would be passed on the command line to children."""
    monkeypatch.setenv("INROAD_DAGSTER_DATABASE_URL", dagster_url.replace("postgresql://", "postgresql+psycopg://"))
    monkeypatch.setenv("INROAD_HOME", str(tmp_path))
    assert storage_module.dagster_url() == psycopg2_url(dagster_url)
    with DagsterInstance.from_config(str(CHECKOUT)) as instance:
        assert instance.storage_directory() == str(tmp_path / "dagster" / "storage")
        assert instance.get_ref().storage_data.config_dict == {"max_overflow": 16, "pool_size": 4}
        assert instance.event_log_storage.get_dynamic_partitions("domains") == []
    dispose_engines()


def test_the_instance_file_says_what_the_project_promises() -> None:
    """Otherwise usage reports leave the machine, lost runs keep their slots, or failed assets are run twice."""
    config, _ = dagster_instance_config(str(CHECKOUT))
    assert config["telemetry"] == {"enabled": False}
    assert config["nux"] == {"enabled": False}
    assert config["run_monitoring"]["enabled"]
    assert config["run_monitoring"]["free_slots_after_run_end_seconds"] == 15
    assert config["run_monitoring"]["max_runtime_seconds"] > 0
    assert config["run_retries"] == {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False}
    assert config["run_coordinator"]["class"] == "QueuedRunCoordinator"
    assert "http" not in (CHECKOUT / "dagster.yaml").read_text()


def test_the_workspace_loads_the_definitions_module() -> None:
    """Otherwise `dagster dev` in the checkout shows nothing."""
    workspace = yaml.safe_load((CHECKOUT / "workspace.yaml").read_text())
    assert workspace["load_from"][0]["python_module"]["module_name"] == "pipeline_defs.definitions"
