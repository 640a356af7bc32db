"""Fixtures shared by all tests: a real PostgreSQL with the migrations applied, and settings that point into a temporary home."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from inroad.settings import Settings, get_settings, load_settings
from inroad.stages import readers
from inroad.store import Database, embedded
from inroad.store.database import create_database
from inroad.store.migrate import upgrade
from tests.databases import Databases
from tests.statements import share_statements

gc.disable()  # until everything is imported, see `pytest_collection_finish`
_numbers = itertools.count(1)
# Most of a test's wall time is waiting (for servers, locks, other processes): two workers a core keep the cores busy. More than
# eight would each pay for a server and for importing Dagster, and hold 0.4 GB.
WORKERS_PER_CORE = 2
MOST_WORKERS = 8

# Modules of 15 s and more on two cores, the longest first.
LONGEST = (
    "test_demo.py",
    "test_materialising.py",
    "test_politeness.py",
    "test_browser.py",
    "test_operations.py",
    "test_backfilling.py",
    "test_checking.py",
    "test_hostile_pages.py",
    "test_faults.py",
    "test_sitemaps_import.py",
    "test_installation.py",
    "test_inprocess.py",
    "test_commands.py",
)

# `make test` draws fewer examples than `make test-all`; a test that names its own number keeps it.
hypothesis.settings.register_profile("quick", max_examples=40, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=200, deadline=None)


def pytest_configure(config: pytest.Config) -> None:
    """Chooses the number of examples, and lets Ctrl-C reach what the tests start: a shell's background job ignores it."""
    share_statements()
    hypothesis.settings.load_profile("quick" if "not slow" in config.getoption("markexpr") else "thorough")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with the longest modules: a module is done by one worker, and one that begins last leaves the others idle."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Takes what was imported out of Python's search for garbage: going through a million objects that stay took a tenth of the
    tests' processor time."""
    gc.freeze()
    gc.enable()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """What `-n auto` means here."""
    return min(WORKERS_PER_CORE * len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 4, MOST_WORKERS)


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> None:
    """Removes INROAD_ variables and files of the person who runs the tests, so that every machine tests the same."""
    for name in [name for name in os.environ if name.startswith("INROAD_")]:
        del os.environ[name]
    os.environ["INROAD_CONFIG"] = os.devnull


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    """A command hands its settings to Dagster's processes through the environment: the next test must not find them there."""
    before = dict(os.environ)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()
    if os.environ != before:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(autouse=True)
def _read_here() -> Iterator[None]:
    """Pages are read in the test's own process, however many the tests before it read: other processes would not see what a test
    puts in place of a function. Tests of reading in other processes make their own `Readers`.

    It does without `monkeypatch`: that would then be undone after every other fixture, and what a test has replaced would still
    be replaced while its database is emptied.
    """
    own = readers.Readers(workers=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(readers, "_shared", (os.getpid(), own))
        yield
    own.close()


def make_home() -> Path:
    """A home that the embedded server's own user can enter: pytest's folders are for one user only, and as root the data would
    go to /var/lib and stay there."""
    home = Path(tempfile.mkdtemp(prefix="inroad-test-"))
    home.chmod(0o755)
    return home


def remove_home(home: Path) -> None:
    """Stops the embedded server of a home and removes both."""
    settings = load_settings(home=home)
    embedded.stop(settings)
    data = embedded.describe(settings).data.parent
    for folder in (data, home):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of the test's own, for tests that start an embedded server of their own."""
    home = make_home()
    yield home
    remove_home(home)


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.Server]:
    """A running embedded server for all tests of this process."""
    home = make_home()
    settings = load_settings(home=home)
    server = embedded.ensure_running(settings)
    # The tests' data need not survive a power cut; and what autovacuum does, and when, would change the plans of later tests.
    with _admin(server).connect() as connection:
        for option in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(text(f"ALTER SYSTEM SET {option} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield server
    remove_home(home)


def _admin(server: embedded.Server) -> Engine:
    url = server.url("postgres").replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")


@pytest.fixture(scope="session")
def databases(server: embedded.Server) -> Iterator[Databases]:
    """Migrated databases, one for each test at a time."""
    url = server.url("inroad_template")
    create_database(url)
    database = Database(url)
    upgrade(database)
    database.close()
    databases = Databases(server, "inroad_template")
    yield databases
    databases.close()


@pytest.fixture
def postgres_url(server: embedded.Server) -> Iterator[str]:
    """URL (no driver) of an empty database of the test's own."""
    name = f"empty_{next(_numbers)}"
    create_database(server.url(name))
    yield server.url(name)
    _drop(server, name)


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """A migrated database of the test's own."""
    database = Database(databases.take())
    yield database
    database.close()
    databases.give_back(database.url)


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


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Names packed or long bytes by their length: gzip stores the time, and workers must collect the same names."""
    is_packed = isinstance(val, bytes) and (val[:2] == b"\x1f\x8b" or len(val) > 60)
    return f"{argname}-{len(val)}-bytes" if is_packed and isinstance(val, bytes) else None
