"""Fixtures shared by all tests: a real PostgreSQL with the migrations applied, and settings that point into a temporary home."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from inroad.settings import Settings, load_settings
from inroad.store import Database, embedded
from inroad.store.database import create_database
from inroad.store.migrate import upgrade

_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> None:
    """Removes INROAD_ variables and files of the person who runs the tests, so that every machine tests the same."""
    for name in [name for name in os.environ if name.startswith("INROAD_")]:
        del os.environ[name]
    os.environ["INROAD_CONFIG"] = os.devnull


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Server]:
    """A running embedded server of its own."""
    home = tmp_path_factory.mktemp("server")
    for folder in (home, home.parent):  # pytest makes them for its user only; as root the server's own user must enter them
        folder.chmod(0o755)
    settings = load_settings(home=home)
    server = embedded.ensure_running(settings)
    # The tests' data need not survive a power cut.
    with _admin(server).connect() as connection:
        for option in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {option} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield server
    embedded.stop(settings)


def _admin(server: embedded.Server) -> Engine:
    url = server.url("postgres").replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")


@pytest.fixture(scope="session")
def _template(server: embedded.Server) -> str:
    url = server.url("inroad_template")
    create_database(url)
    database = Database(url)
    upgrade(database)
    database.close()
    return "inroad_template"


@pytest.fixture
def postgres_url(server: embedded.Server) -> Iterator[str]:
    """URL (no driver) of an empty database of the test's own."""
    name = f"empty_{next(_numbers)}"
    create_database(server.url(name))
    yield server.url(name)
    _drop(server, name)


@pytest.fixture
def database(server: embedded.Server, _template: str) -> Iterator[Database]:
    """A migrated database of the test's own."""
    name = f"test_{next(_numbers)}"
    with _admin(server).connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {_template}"))
    database = Database(server.url(name))
    yield database
    database.close()
    _drop(server, name)


def _drop(server: embedded.Server, name: str) -> None:
    with _admin(server).connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session on the test's own database; what is not committed is rolled back."""
    with Session(database.engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    """Settings with a temporary home and the test's own database."""
    return load_settings(home=tmp_path / "home", database_url=database.url)
