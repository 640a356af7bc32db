"""The databases that tests get: whatever a test did, the next one finds what the first one found."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from inroad.store import Database
from inroad.store.domains import add_domains
from inroad.store.models import Domain
from tests.databases import Databases

TABLES = "SELECT relname, relpages, reltuples FROM pg_class WHERE relname IN ('domains', 'pages') ORDER BY relname"


def ids(url: str) -> list[int]:
    """Adds two domains and gives their ids in the order in which the table holds them."""
    database = Database(url)
    database.call(add_domains, ["one.example", "two.example"])
    with database.begin() as session:
        found = list(session.scalars(text("SELECT id FROM domains")))
    database.close()
    return found


def tables(url: str) -> tuple[list[tuple[object, ...]], int]:
    """What the planner knows of two tables, and how many domains there are."""
    database = Database(url)
    with database.begin() as session:
        known = [tuple(row) for row in session.execute(text(TABLES))]
        count = session.query(Domain).count()
    database.close()
    return known, count


@pytest.mark.parametrize("left", ["nothing", "rows", "an open connection"])
def test_a_database_is_given_on_as_new(databases: Databases, left: str) -> None:
    """Otherwise a test would fail, or not, by what another one did before it."""
    url = databases.take()
    new = tables(url)
    first = ids(url)
    other = Database(url)
    if left == "rows":
        other.call(add_domains, [f"{number}.example" for number in range(500)])
        with other.begin() as session:
            session.execute(text("DELETE FROM domains WHERE id % 2 = 0"))
            session.execute(text("UPDATE domains SET updated_at = now()"))
    if left == "an open connection":
        other.engine.connect()
    else:
        other.close()
    databases.give_back(url)
    again = databases.take()
    assert tables(again) == new
    assert new[1] == 0
    assert ids(again) == first
    databases.give_back(again)


def test_a_state_is_put_in_place_of_another(databases: Databases) -> None:
    """Tests that start from a copied state must start from nothing else, with the next numbers of the original."""
    url = databases.take()
    ids(url)
    rows = databases.copy(url)
    database = Database(url)
    database.call(add_domains, ["three.example"])
    databases.fill(url, rows)
    database.call(add_domains, ["four.example"])
    with database.begin() as session:
        found = session.execute(text("SELECT id, name FROM domains ORDER BY id")).all()
    assert [tuple(row) for row in found] == [(1, "one.example"), (2, "two.example"), (3, "four.example")]
    database.close()
    databases.give_back(url)
