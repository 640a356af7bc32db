"""Moments come in UTC, whatever zone a person's own server has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from inroad.store import Database

_ASK = "SELECT timestamptz '2026-10-25 02:30+00', current_setting('TimeZone')"


@pytest.fixture
def abroad(database: Database) -> Database:
    """A server whose clock is New York's, as Debian's is on a machine there."""
    with database.begin() as session:
        session.execute(text(f"ALTER DATABASE {make_url(database.url).database} SET TimeZone = 'America/New_York'"))
    return Database(database.url)


def _ask(session: Session) -> tuple[datetime, str]:
    moment, zone = session.execute(text(_ASK)).one()
    return moment, zone


async def test_every_door_gives_moments_in_utc(database: Database, abroad: Database) -> None:
    """`inroad status` prints them with "UTC" behind; four hours away, a person looks for a run that has not begun."""
    try:
        found = [abroad.call(_ask), await abroad.run(_ask), (await abroad.fetch(_ASK))[0]]
    finally:
        abroad.close()
        with database.begin() as session:
            session.execute(text(f"ALTER DATABASE {make_url(database.url).database} RESET TimeZone"))
    for moment, zone in found:
        assert zone == "UTC"
        assert moment.utcoffset() == timedelta(0)
        assert moment == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)
