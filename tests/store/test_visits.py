"""Visits: what was looked at when, kept as long as something hangs on it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from inroad.store.models import Domain, Visit
from inroad.store.visits import trim_visits


def add_visit(session: Session, domain: int, subject: int, age_days: float, *, is_open: bool = False) -> int:
    begun = func.now() - timedelta(days=age_days)
    finished = {} if is_open else {"finished_at": begun, "outcome": "unchanged"}
    values = {"kind": "page", "subject_id": subject, "domain_id": domain, "started_at": begun, **finished}
    return session.scalars(insert(Visit).values(values).returning(Visit.id)).one()


def test_old_visits_go_but_the_last_two_of_each_subject_stay(session: Session) -> None:
    """The table grows by a row for each page and day; but whether a page is gone is told by its last two visits."""
    domain = session.scalars(insert(Domain).values(name="acme.example").returning(Domain.id)).one()
    often = [add_visit(session, domain, 1, age) for age in (400, 300, 200, 100, 1)]
    seldom = [add_visit(session, domain, 2, age) for age in (400, 300)]
    young = [add_visit(session, domain, 3, age) for age in (3, 2, 1)]
    running = add_visit(session, domain, 2, 200, is_open=True)
    assert trim_visits(session, older_than=timedelta(days=90), limit=2) == 2
    assert trim_visits(session, older_than=timedelta(days=90), limit=2) == 1
    assert trim_visits(session, older_than=timedelta(days=90)) == 0
    assert set(session.scalars(select(Visit.id))) == {*often[3:], *seldom, *young, running}
