"""Instances on databases of their own: ours, and stock dagster-postgres to compare with."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from dagster import DagsterInstance
from dagster._core.instance.ref import InstanceRef

from inroad.store import embedded
from inroad.store.database import create_database
from pipeline_defs.event_log import BATCH_SIZE_VARIABLE
from pipeline_defs.pooled import dispose_engines, psycopg2_url
from pipeline_defs.storage import PooledPostgresStorage
from tests.databases import Databases

OpenInstance = Callable[..., DagsterInstance]
OURS = {"module": "pipeline_defs.storage", "class": "PooledPostgresStorage"}
_numbers = itertools.count(1)


@pytest.fixture
def empty_url(server: embedded.Server) -> str:
    """URL of an empty database of the test's own."""
    url = server.url(f"empty_dagster_{next(_numbers)}")
    create_database(url)
    return url


@pytest.fixture(scope="session")
def dagster_databases(server: embedded.Server) -> Iterator[Databases]:
    """Databases with Dagster's tables."""
    url = server.url("dagster_template")
    create_database(url)
    PooledPostgresStorage(url)
    dispose_engines()
    os.environ.pop(BATCH_SIZE_VARIABLE, None)
    databases = Databases(server, "dagster_template")
    yield databases
    databases.close()


@pytest.fixture
def make_dagster_url(dagster_databases: Databases) -> Iterator[Callable[[], str]]:
    """Makes databases with Dagster's tables, for the length of the test."""
    taken: list[str] = []

    def make() -> str:
        taken.append(dagster_databases.take())
        return taken[-1]

    yield make
    for url in taken:
        dagster_databases.give_back(url)


@pytest.fixture
def dagster_url(make_dagster_url: Callable[[], str]) -> str:
    """URL of a database of the test's own with Dagster's tables."""
    return make_dagster_url()


@pytest.fixture
def open_instance(tmp_path: Path, make_dagster_url: Callable[[], str]) -> Iterator[OpenInstance]:
    """Opens an instance on a database: `open_instance(url, stock=False, **sections of dagster.yaml)`.

    Takes the maker of databases, so that its connections end before the databases are given back.
    """
    before = os.environ.pop(BATCH_SIZE_VARIABLE, None)
    with ExitStack() as stack:

        def open_(url: str, *, stock: bool = False, **sections: object) -> DagsterInstance:
            storage = {"postgres": {"postgres_url": psycopg2_url(url)}} if stock else {"custom": OURS | {"config": {"url": url}}}
            home = tmp_path / f"home{next(_numbers)}"
            home.mkdir()
            reference = InstanceRef.from_dir(
                str(home), overrides={"storage": storage, "telemetry": {"enabled": False}} | sections
            )
            return stack.enter_context(DagsterInstance.from_ref(reference))

        yield open_
    dispose_engines()
    os.environ.pop(BATCH_SIZE_VARIABLE, None)
    if before is not None:
        os.environ[BATCH_SIZE_VARIABLE] = before


@pytest.fixture
def instance(open_instance: OpenInstance, dagster_url: str) -> DagsterInstance:
    """An instance with our storage on an empty database."""
    return open_instance(dagster_url)
