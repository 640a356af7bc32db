"""Lookups of single keys: asked together, each answered, and nobody's cancellation is another's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from inroad.store import Database
from inroad.store.database import DatabaseUnavailable
from inroad.store.lookups import Lookups

Asked = list[list[str]]


def squares(asked: Asked, session: Session, keys: Sequence[str]) -> dict[str, int]:
    """The square of every number; nothing is known of other words."""
    asked.append(list(keys))
    session.execute(text("SELECT 1"))
    return {key: int(key) ** 2 for key in keys if key.isdigit()}


def book(database: Database) -> tuple[Lookups[str, int], Asked]:
    asked: Asked = []
    return Lookups(database, lambda session, keys: squares(asked, session, keys)), asked


async def test_fifty_tasks_ask_once(database: Database) -> None:
    """Fifty domains at work would else hold fifty connections, one after the other."""
    lookups, asked = book(database)
    assert await asyncio.gather(*(lookups.of(str(number)) for number in range(50))) == [number**2 for number in range(50)]
    assert len(asked) == 1


async def test_what_is_not_known_is_none(database: Database) -> None:
    """A missing row must not be an error, nor wait for ever."""
    lookups, _ = book(database)
    assert await lookups.of("seven") is None


async def test_a_later_question_is_asked_anew(database: Database) -> None:
    """Another process may have written the row meanwhile: an old answer would ask a site's robots.txt twice."""
    lookups, asked = book(database)
    assert await lookups.of("3") == await lookups.of("3") == 9
    assert asked == [["3"], ["3"]]


async def test_who_is_cancelled_takes_the_answer_from_nobody(database: Database) -> None:
    """One domain's time is up while others wait for the same row."""
    lookups, _ = book(database)
    first, second = asyncio.create_task(lookups.of("4")), asyncio.create_task(lookups.of("4"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 16


async def test_an_error_reaches_all_and_the_next_question_is_asked() -> None:
    """A database that was away for a moment must not silence the lookups for good."""
    lookups, _ = book(Database("postgresql://nobody@127.0.0.1:1/none"))
    for _ in range(2):
        answers = await asyncio.gather(lookups.of("1"), lookups.of("2"), return_exceptions=True)
        assert [type(answer) for answer in answers] == [DatabaseUnavailable, DatabaseUnavailable]
    with pytest.raises(DatabaseUnavailable):
        await lookups.of("3")
