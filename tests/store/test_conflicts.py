"""Transactions that wait for each other: PostgreSQL ends one, and it is done again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from inroad.store import Database
from inroad.store.database import DatabaseUnavailable
from inroad.store.domains import add_domains
from inroad.store.models import Domain

NAMES = ["one.example", "two.example"]


class Crossing:
    """Takes two rows in the order given; on the first attempt both parties hold one before either asks for the other."""

    def __init__(self) -> None:
        self.both = threading.Barrier(2)
        self.attempts: list[str] = []

    def __call__(self, session: Session, first: str, second: str) -> str:
        session.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
        self.attempts.append(first)
        session.execute(update(Domain).where(Domain.name == first).values(priority=Domain.priority + 1))
        if self.attempts.count(first) == 1:
            self.both.wait(10)
        session.execute(update(Domain).where(Domain.name == second).values(priority=Domain.priority + 1))
        return first


def run_both(work: Callable[[str, str], object]) -> None:
    """Two threads that take the rows in opposite order."""
    threads = [threading.Thread(target=work, args=pair) for pair in (NAMES, NAMES[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)


@pytest.mark.parametrize("door", ["call", "run"])
def test_the_loser_of_a_deadlock_is_done_again(database: Database, door: str) -> None:
    """Otherwise the whole stage stops with the advice to start a PostgreSQL that runs."""
    database.call(add_domains, NAMES)
    crossing, ended = Crossing(), []
    with database.begin() as session:
        session.execute(update(Domain).values(priority=100))

    def work(first: str, second: str) -> None:
        if door == "call":
            ended.append(database.call(crossing, first, second))
        else:
            ended.append(asyncio.run(database.run(crossing, first, second)))

    run_both(work)
    assert sorted(ended) == NAMES
    assert len(crossing.attempts) == 3
    with database.begin() as session:
        assert session.scalars(select(Domain.priority)).all() == [102, 102]


def test_another_refusal_of_the_server_is_told_at_once(database: Database) -> None:
    """A full disk or a cancelled statement does not pass by asking again in the same second."""
    attempts = []

    def too_slow(session: Session) -> None:
        attempts.append(1)
        session.execute(text("SET LOCAL statement_timeout = '1ms'"))
        session.execute(text("SELECT pg_sleep(1)"))

    with pytest.raises(DatabaseUnavailable, match="statement timeout"):
        database.call(too_slow)
    assert len(attempts) == 1
