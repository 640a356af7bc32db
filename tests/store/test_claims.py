"""Claims: each due row by one worker at a time, none lost when a worker dies, none tried for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, text, update

from inroad.guard.errors import PermanentError, RateLimited, TransientError
from inroad.store import Database
from inroad.store.claims import Worker, claim, complete, count_due, fail, put_back, release_lost, replay
from inroad.store.domains import add_domains
from inroad.store.models import Domain


@pytest.fixture
def rows(database: Database) -> Database:
    """Five domains that wait for their analysis."""
    database.call(add_domains, [f"company{number}.example" for number in range(5)])
    return database


def row(database: Database, number: int = 0) -> Domain:
    """One domain as it is stored now."""
    with database.begin() as session:
        return session.scalars(select(Domain).where(Domain.name == f"company{number}.example")).one()


def test_two_workers_never_claim_the_same_row(rows: Database) -> None:
    """A doubled claim fetches a page twice and writes two results."""
    with Worker(rows) as one, Worker(rows) as two:
        first = rows.call(claim, Domain, owner=one.name, lease_s=60, limit=3)
        second = rows.call(claim, Domain, owner=two.name, lease_s=60, limit=3)
        third = rows.call(claim, Domain, owner=two.name, lease_s=60, limit=3)
    assert [len(first), len(second), len(third)] == [3, 2, 0]
    assert not {item.id for item in first} & {item.id for item in second}


def test_a_claim_takes_no_more_than_its_limit_whatever_plan_postgres_chooses(rows: Database) -> None:
    """A nested loop that chose rows anew for each row took all five, and left the other workers none."""
    with Worker(rows) as worker, rows.begin() as session:
        for node in ("hashjoin", "mergejoin", "hashagg", "material", "sort", "indexscan", "bitmapscan"):
            session.execute(text(f"SET LOCAL enable_{node} = off"))
        assert len(claim(session, Domain, owner=worker.name, lease_s=60, limit=3)) == 3


def test_the_highest_priority_goes_first_then_the_oldest(rows: Database) -> None:
    """A person who raises a company's priority expects it next."""
    with rows.begin() as session:
        session.execute(update(Domain).where(Domain.name == "company3.example").values(priority=5))
    with Worker(rows) as worker:
        claimed = rows.call(claim, Domain, owner=worker.name, lease_s=60)
    assert [item.name for item in claimed] == [f"company{number}.example" for number in (3, 0, 1, 2, 4)]


def test_a_dead_workers_rows_are_claimable_at_once(rows: Database) -> None:
    """After kill -9 nobody should wait for the lease of five minutes."""
    with Worker(rows) as dead:
        rows.call(claim, Domain, owner=dead.name, lease_s=3600)
        assert rows.call(count_due, Domain) == 0
    with Worker(rows) as worker:
        assert len(rows.call(claim, Domain, owner=worker.name, lease_s=60)) == 5


def test_an_expired_lease_is_claimable_while_its_worker_lives(rows: Database) -> None:
    """A worker that hangs must not keep its rows for ever."""
    with Worker(rows) as hanging, Worker(rows) as other:
        rows.call(claim, Domain, owner=hanging.name, lease_s=0.0)
        taken = rows.call(claim, Domain, owner=other.name, lease_s=60)
        assert len(taken) == 5
        assert rows.call(complete, Domain, taken[0].id, owner=hanging.name) is False
        assert rows.call(complete, Domain, taken[0].id, owner=other.name) is True


def test_transient_failures_wait_longer_each_time_and_end_as_dead_letters(rows: Database) -> None:
    """Retrying for ever hides the fault, retrying at once hammers the site."""
    waits = []
    with Worker(rows) as worker:
        for _ in range(3):
            with rows.begin() as session:
                session.execute(update(Domain).values(next_attempt_at=func.now()))
            rows.call(claim, Domain, Domain.name == "company0.example", owner=worker.name, lease_s=60)
            rows.call(fail, Domain, row(rows).id, TransientError("No answer.", reason="timeout"), owner=worker.name)
            with rows.begin() as session:
                waits.append(session.scalars(select(Domain.next_attempt_at - func.now()).where(Domain.id == row(rows).id)).one())
    assert [round(wait / timedelta(minutes=1)) for wait in waits[:2]] == [1, 2]
    assert (row(rows).sitemap_analysis_status, row(rows).error_reason, row(rows).attempts) == ("Error", "timeout", 3)
    assert rows.call(replay, Domain, Domain.id == row(rows).id) == 1
    assert (row(rows).sitemap_analysis_status, row(rows).attempts) == ("Queued", 0)


def test_a_permanent_failure_is_not_tried_again(rows: Database) -> None:
    """A page that is gone was asked for thousands of times in another system."""
    with Worker(rows) as worker:
        rows.call(claim, Domain, owner=worker.name, lease_s=60, limit=1)
        rows.call(fail, Domain, row(rows).id, PermanentError("Gone.", reason="not-found"), owner=worker.name)
    assert (row(rows).sitemap_analysis_status, row(rows).error) == ("Error", "Gone.")


def test_retry_after_longer_than_our_own_wait_is_kept(rows: Database) -> None:
    """Asking before Retry-After ends gets the address blocked."""
    with Worker(rows) as worker:
        rows.call(claim, Domain, owner=worker.name, lease_s=60, limit=1)
        rows.call(fail, Domain, row(rows).id, RateLimited("Slow down.", retry_after_s=900), owner=worker.name)
    with rows.begin() as session:
        assert session.scalars(
            select(Domain.next_attempt_at > func.now() + timedelta(minutes=14)).where(Domain.id == row(rows).id)
        ).one()


@pytest.mark.parametrize("seconds", [1e12, 1e300])
def test_a_retry_after_of_ages_is_cut(rows: Database, seconds: float) -> None:
    """No datetime holds the year 33715: the row could not even be read any more."""
    with Worker(rows) as worker:
        rows.call(claim, Domain, owner=worker.name, lease_s=60, limit=1)
        rows.call(fail, Domain, row(rows).id, RateLimited("Slow down.", retry_after_s=seconds), owner=worker.name)
    with rows.begin() as session:
        due = session.scalars(select(Domain.next_attempt_at).where(Domain.id == row(rows).id)).one()
    assert timedelta(days=6) < due - datetime.now(UTC) < timedelta(days=8)


def test_rows_put_back_do_not_count_the_attempt(rows: Database) -> None:
    """Three Ctrl-C would otherwise use up a row's attempts."""
    with Worker(rows) as worker:
        rows.call(claim, Domain, owner=worker.name, lease_s=60)
        assert rows.call(put_back, Domain, owner=worker.name) == 5
    assert (row(rows).sitemap_analysis_status, row(rows).attempts) == ("Queued", 0)


def test_a_row_that_kills_every_worker_ends_in_error(rows: Database) -> None:
    """A poisonous document must not kill workers for ever."""
    for _ in range(3):
        with Worker(rows) as worker:
            assert rows.call(claim, Domain, Domain.name == "company0.example", owner=worker.name, lease_s=60)
        released = rows.call(release_lost)
        assert released == {"domains": 1}
    assert (row(rows).sitemap_analysis_status, row(rows).error_reason) == ("Error", "worker-lost")


def test_success_leaves_no_trace_of_interruptions(rows: Database) -> None:
    """A run that was killed must end with the same rows as one that was not."""
    with Worker(rows) as dead:
        rows.call(claim, Domain, owner=dead.name, lease_s=60)
    with Worker(rows) as worker:
        for item in rows.call(claim, Domain, owner=worker.name, lease_s=60):
            rows.call(complete, Domain, item.id, owner=worker.name)
    done = row(rows)
    assert (done.sitemap_analysis_status, done.attempts, done.lease_owner, done.error) == ("Complete", 0, None, None)


def test_adding_the_same_domains_again_adds_nothing(database: Database) -> None:
    """Lists overlap; a company is one row."""
    assert database.call(add_domains, ["a.example", "b.example", "a.example"]) == ["a.example", "b.example"]
    assert database.call(add_domains, ["b.example", "c.example"]) == ["c.example"]
    with database.begin() as session:
        session.execute(insert(Domain).values(name="d.example"))
    assert database.call(add_domains, ["d.example"]) == []
