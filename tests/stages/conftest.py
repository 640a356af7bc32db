"""The company that the stages' tests work on, with a database of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from inroad.settings import Settings
from inroad.store import Database
from inroad.store.domains import add_domains
from tests.databases import Databases
from tests.stages.bench import DOMAIN, SITE, Bench, FakeWeb, States, page


@pytest.fixture
def make_bench(database: Database, settings: Settings) -> Callable[..., Bench]:
    """Makes the bench with changed settings."""

    def make(**changes: Any) -> Bench:
        database.call(add_domains, [DOMAIN])
        return Bench(database, settings.model_copy(update=changes), FakeWeb({f"{SITE}/": page("Kestrel")}))

    return make


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    """One company whose site is a home page."""
    return make_bench()


@pytest.fixture(scope="session")
def states(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> States:
    """Benches that stages have worked on already."""
    return States(databases, tmp_path_factory.mktemp("states"))
