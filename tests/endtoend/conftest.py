"""The example network, served for one module's runs, and databases of the test's own on the shared server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from examples.network import ExampleNetwork
from inroad.store import Database
from tests.databases import Databases
from tests.endtoend.command import CalledHere, Command

MakeCommand = Callable[[], Command]


@pytest.fixture(scope="module")
def network() -> Iterator[ExampleNetwork]:
    """The network, served by the test's process, so that what was asked can be counted."""
    with ExampleNetwork() as network:
        yield network


@pytest.fixture(scope="module")
def make_command(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> MakeCommand:
    """Makes commands with a home and a database of their own; the server outlives whatever happens to them."""

    def make() -> Command:
        return Command(tmp_path_factory.mktemp("home"), {"INROAD_DATABASE_URL": databases.take()})

    return make


@pytest.fixture
def command(make_command: MakeCommand) -> Command:
    """A command that has never run."""
    return make_command()


def database_of(command: Command) -> Database:
    """The database that a command's runs write."""
    return Database(command.environment["INROAD_DATABASE_URL"])


@pytest.fixture
def command_here(make_command: MakeCommand) -> CalledHere:
    """A command that has never run, called in this process."""
    made = make_command()
    return CalledHere(made.home, made.environment)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder for a command that needs no database."""
    return tmp_path / "home"
