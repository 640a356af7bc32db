"""Work that a budget or limit refused is not lost: it waits with its reason, uncounted, until somebody sets a budget."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from inroad.guard.errors import BucketEmpty, BudgetExceeded, InroadError, TransientError
from inroad.guard.limits import set_budget
from inroad.store import Database
from inroad.store.claims import claim, fail
from inroad.store.models import Domain

REFUSALS: tuple[InroadError, ...] = (
    BudgetExceeded("The budget all has 0 left."),
    BucketEmpty("Next in an hour.", retry_after_s=3600),
)


def _claimed(session: Session) -> Domain:
    session.execute(update(Domain).values(next_attempt_at=Domain.created_at))
    (row,) = claim(session, Domain, owner="w1", lease_s=60)
    session.commit()
    return row


def _row(session: Session) -> Domain:
    return session.scalars(select(Domain).execution_options(populate_existing=True)).one()


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refused_work_waits_however_often_it_is_refused(session: Session, refusal: InroadError) -> None:
    """Three days without budget would otherwise make dead letters of everything that was due."""
    session.execute(insert(Domain).values(name="acme.example", max_attempts=2))
    for _ in range(5):
        row = _claimed(session)
        assert fail(session, Domain, row.id, refusal, owner="w1")
        session.commit()
    row = _row(session)
    assert (row.sitemap_analysis_status, row.attempts, row.error_reason) == ("Queued", 0, refusal.reason)
    assert row.error == str(refusal)
    assert claim(session, Domain, owner="w1", lease_s=60) == []


def test_a_fault_is_still_counted(session: Session) -> None:
    """The exception is for our own refusals alone."""
    session.execute(insert(Domain).values(name="acme.example", max_attempts=2))
    for _ in range(2):
        assert fail(session, Domain, _claimed(session).id, TransientError("down"), owner="w1")
        session.commit()
    assert _row(session).sitemap_analysis_status == "Error"


def test_setting_a_budget_wakes_what_a_budget_refused(database: Database, session: Session) -> None:
    """A person who raises the limit expects the work to go on, not in a quarter of an hour."""
    session.execute(insert(Domain).values(name="acme.example"))
    fail(session, Domain, _claimed(session).id, REFUSALS[0], owner="w1")
    session.commit()
    set_budget(database, "all", tokens=10**6)
    assert len(claim(session, Domain, owner="w1", lease_s=60)) == 1
