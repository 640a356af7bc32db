"""Curation: one decision for many rows, and its way back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select

from inroad.store import Database
from inroad.store.curation import TABLES, NothingToUndo, decide, matching, undo
from inroad.store.domains import add_domains, domain_ids
from inroad.store.models import Page


@pytest.fixture
def pages(database: Database) -> Database:
    """Two companies with three pages each, one of them a contact page."""
    database.call(add_domains, ["a.example", "b.example"])
    ids = database.call(domain_ids, ["a.example", "b.example"])
    rows = [
        {"domain_id": number, "url": f"https://{name}/{path}", "source": "sitemap", "page_type": kind}
        for name, number in ids.items()
        for path, kind in (("contact", "CONTACT_ROOT"), ("blog/100%25", "BLOG"), ("blog/b", "BLOG"))
    ]
    with database.begin() as session:
        session.execute(insert(Page).values(rows))
    return database


def states(database: Database) -> dict[tuple[str, str], int]:
    """Pages by curation and processing status."""
    with database.begin() as session:
        statement = select(Page.page_curation_status, Page.page_processing_status, func.count()).group_by(
            Page.page_curation_status, Page.page_processing_status
        )
        return {(one, two): count for one, two, count in session.execute(statement)}


def test_selecting_queues_what_waited(pages: Database) -> None:
    """A selected page that stays in Waiting is never fetched."""
    where = matching(TABLES["pages"], kind="contact_root")
    assert pages.call(decide, "pages", "select", where, actor="ada", reason="contacts first")[0] == 2
    assert states(pages) == {("Selected", "Queued"): 2, ("New", "Waiting"): 4}


def test_undo_restores_every_row(pages: Database) -> None:
    """A wrong click on a hundred thousand rows must cost one click."""
    before = states(pages)
    pages.call(decide, "pages", "select", [], actor="ada", reason=None)
    pages.call(decide, "pages", "reject", matching(TABLES["pages"], domains=["a.example"]), actor="ada", reason="not ours")
    assert states(pages) == {("Rejected", "Waiting"): 3, ("Selected", "Queued"): 3}
    assert pages.call(undo, actor="ada") == ("pages", 3)
    assert states(pages) == {("Selected", "Queued"): 6}
    assert pages.call(undo, actor="ada") == ("pages", 6)
    assert states(pages) == before
    with pytest.raises(NothingToUndo):
        pages.call(undo, actor="ada")


def test_a_decision_that_changes_nothing_is_not_recorded(pages: Database) -> None:
    """An audit log of nothing hides what happened."""
    assert pages.call(decide, "pages", "reset", [], actor="ada", reason=None) == (0, 0)


def test_search_takes_wildcards_literally(pages: Database) -> None:
    """A person who searches for 100% does not mean everything that begins with 100."""
    where = matching(TABLES["pages"], search="100%")
    with pages.begin() as session:
        assert len(session.scalars(select(Page.id).where(*where)).all()) == 2
        assert session.scalars(select(Page.id).where(*matching(TABLES["pages"], search="_log/"))).all() == []
