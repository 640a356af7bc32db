"""Killing the pipeline at any moment loses nothing and doubles nothing: the next run ends with the rows of an undisturbed one."""

from __future__ import annotations

import random
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import ProgrammingError

from examples.network import ExampleNetwork
from inroad.store.claims import PROCESSED
from tests.endtoend.command import PROFILE, Command, on_network
from tests.endtoend.conftest import MakeCommand, database_of
from tests.endtoend.snapshots import final_rows

pytestmark = pytest.mark.slow
# The company with a Crawl-delay needs ten seconds for its pages and would only make every run longer.
SLOW_COMPANY = "waterkant-logistiek.example"
MOMENTS = 5
SEED = 20261121


class Pipeline:
    """Runs of the pipeline on the network's companies, and what each leaves behind."""

    def __init__(self, network: ExampleNetwork, make_command: MakeCommand) -> None:
        self._network, self._make = network, make_command
        self.arguments = ["run", *(name for name in network.domains if name != SLOW_COMPANY), "--profile", str(PROFILE), "--json"]

    def fresh(self) -> Command:
        """A command with an empty database, on a network that has not been asked anything."""
        self._network.reset()
        command = self._make()
        command.environment |= on_network(self._network)
        return command

    def finish(self, command: Command) -> dict[str, Counter[str]]:
        """Runs to the end; the rows then."""
        ended = command(*self.arguments)
        assert ended.status == 0, ended.sentence
        database = database_of(command)
        try:
            return final_rows(database)
        finally:
            database.close()


@pytest.fixture(scope="module")
def pipeline(network: ExampleNetwork, make_command: MakeCommand) -> Pipeline:
    return Pipeline(network, make_command)


@dataclass(frozen=True)
class Undisturbed:
    """A run that nothing disturbed: its rows, and how many rows were worked on in all."""

    rows: dict[str, Counter[str]]
    finished: int


@pytest.fixture(scope="module")
def undisturbed(pipeline: Pipeline) -> Undisturbed:
    command = pipeline.fresh()
    return Undisturbed(pipeline.finish(command), count_rows(command, "Complete", "Error"))


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_killed_run_is_finished_by_the_next_with_the_same_rows(
    pipeline: Pipeline, undisturbed: Undisturbed, moment: int
) -> None:
    """Power cuts and the kernel's out-of-memory killer ask nobody; a row lost or doubled then is never found again."""
    share = (moment + random.Random(SEED + moment).random()) / MOMENTS
    command = pipeline.fresh()
    killed = command.start_and_signal(signal.SIGKILL, finished(command, int(undisturbed.finished * share)), *pipeline.arguments)
    assert killed.status == -signal.SIGKILL
    assert differences(pipeline.finish(command), undisturbed.rows) == []


def test_ctrl_c_ends_with_one_sentence_and_the_next_run_goes_on(pipeline: Pipeline, undisturbed: Undisturbed) -> None:
    """Who stops a run must neither read a traceback nor wait for leases to expire."""
    command = pipeline.fresh()
    ended = command.start_and_signal(signal.SIGINT, finished(command, undisturbed.finished // 3), *pipeline.arguments)
    assert ended.status == 130
    assert ended.sentence == "inroad: stopped; nothing is lost, and the same command goes on from here."
    assert count_rows(command, "Processing") == 0
    assert differences(pipeline.finish(command), undisturbed.rows) == []


def finished(command: Command, wanted: int) -> Callable[[], bool]:
    """Tells when a run has finished so many rows: a moment of the work, however fast the machine is."""
    return lambda: count_rows(command, "Complete", "Error") >= wanted


def count_rows(command: Command, *states: str) -> int:
    """Rows in some processing states, of all tables; none while the tables are being made."""
    database = database_of(command)
    try:
        with database.begin() as session:
            counts = [
                select(func.count()).where(getattr(model, model.STATUS).in_(states)).scalar_subquery() for model in PROCESSED
            ]
            return sum(session.execute(select(*counts)).one())
    except ProgrammingError:
        return 0
    finally:
        database.close()


def differences(found: dict[str, Counter[str]], wanted: dict[str, Counter[str]]) -> list[str]:
    """Rows that one run has and the other has not, or has more often."""
    assert all(wanted[table] for table in ("domains", "pages", "contacts", "cvs"))  # the guard sees something
    out = []
    for table, rows in wanted.items():
        out += [f"{table}: only after the kill, or doubled: {row}" for row in found[table] - rows]
        out += [f"{table}: missing after the kill: {row}" for row in rows - found[table]]
    return out
