"""Claiming due rows, giving them back, bringing back the lost: highest priority first, then the oldest, one worker at a time.

A claim is a lease. It ends when the worker records a result, when the lease expires, or when the worker is dead: each worker
holds a PostgreSQL advisory lock for its life, so a killed process's rows are claimable at once and not only after the lease.
"""

from __future__ import annotations

import contextlib
import secrets
from datetime import timedelta
from functools import cache, cached_property
from typing import Any, Generic, Self, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Integer,
    Interval,
    String,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from inroad.guard.errors import BucketEmpty, BudgetExceeded, InroadError, Paused, PermanentError
from inroad.store.database import Database
from inroad.store.models import Board, CvRow, Domain, Extraction, OutreachRow, Page, PostingRow, Processed, SitemapFile

# First key of the two-part advisory lock; the second is the worker's number.
LOCK_CLASS = 729_451_300
RETRY_BASE_S = 60.0
# Refused by a budget or a pause: tried again after this many seconds, or as soon as somebody sets a budget or ends the pause.
REFUSED_WAIT_S = 900.0
# Longest wait that somebody else's Retry-After gives a row (seconds); it may name the year 33715, which no datetime holds.
LONGEST_WAIT_S = 7 * 86_400.0
# The reasons of work that our own limits or a pause refused; nothing was tried, so no attempt is counted.
REFUSED: tuple[type[InroadError], ...] = (BudgetExceeded, BucketEmpty, Paused)
PROCESSED: tuple[type[Any], ...] = (Domain, SitemapFile, Page, Extraction, Board, PostingRow, CvRow, OutreachRow)

Row = TypeVar("Row", bound=Processed)


class Worker:
    """One process's identity as the holder of leases; use as a context manager.

    Attributes:
        name: What `lease_owner` says.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._number = secrets.randbelow(2**31)
        self._connection: Connection | None = None
        self.name = f"w{self._number}"

    def __enter__(self) -> Self:
        self._connection = self._database.engine.connect()
        self._connection.detach()  # not the pool's any more: the lock must live as long as the worker, and no longer
        self._connection.execute(text("SELECT pg_advisory_lock(:a, :b)"), {"a": LOCK_CLASS, "b": self._number})
        self._connection.commit()
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            with contextlib.suppress(DBAPIError):  # said, because a busy server sees a closed connection milliseconds later
                self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
            self._connection.close()
            self._connection = None


def _status(model: type[Any]) -> Any:
    return getattr(model, model.STATUS)


@cache  # to put it together costs as much as to have it answered
def live_owners() -> Any:
    """Select of the names of all workers that are alive."""
    return (
        select(text("'w' || objid::text"))
        .select_from(text("pg_locks"))
        .where(text(f"locktype = 'advisory' AND classid = {LOCK_CLASS} AND objsubid = 2 AND granted"))
    )


def is_lost(model: type[Any]) -> ColumnElement[bool]:
    """Whether a row is held by a lease that has expired or by a worker that is dead."""
    return and_(
        _status(model) == "Processing",
        or_(model.lease_expires_at < func.now(), model.lease_owner.not_in(live_owners())),
    )


def is_due(model: type[Any]) -> ColumnElement[bool]:
    """Whether a row may be claimed now."""
    return or_(and_(_status(model) == "Queued", model.next_attempt_at <= func.now()), is_lost(model))


class Claiming(Generic[Row]):
    """Claims due rows of one table by conditions that are known in advance.

    Args:
        model: The table.
        *where: Further conditions, such as the domain at work; what differs between claims is a `bindparam`, of another name
            than a column.
    """

    def __init__(self, model: type[Row], *where: ColumnElement[bool]) -> None:
        self._model: Any = model
        self._where = where

    @cached_property
    def _statement(self) -> Executable:
        model = self._model
        chosen = (
            select(model.id)
            .where(is_due(model), *self._where)
            .order_by(model.priority.desc(), model.id)
            .limit(bindparam("most", type_=Integer))
            .with_for_update(skip_locked=True, of=model)
            # Chosen once: PostgreSQL may run a subquery of IN again for each row, and each time the limit begins anew.
            .cte("chosen")
        )
        return (
            update(model)
            .where(model.id == chosen.c.id)
            .values(
                {
                    model.STATUS: "Processing",
                    "attempts": model.attempts + 1,
                    "lease_owner": bindparam("owner"),
                    "lease_expires_at": func.now() + bindparam("lease", type_=Interval),
                }
            )
            .returning(model)
            .execution_options(synchronize_session=False, populate_existing=True)
        )

    def claim(self, session: Session, *, owner: str, lease_s: float, limit: int = 100, **given: Any) -> list[Row]:
        """Claims rows.

        Args:
            session: In a transaction of its own: the claim holds once it commits.
            owner: `Worker.name`.
            lease_s: Seconds until the rows may be claimed by others.
            limit: Rows at most.
            **given: The values of the conditions' parameters.

        Returns:
            The claimed rows, highest priority first, then the oldest.
        """
        known = {"owner": owner, "lease": timedelta(seconds=lease_s), "most": limit, **given}
        rows = list(session.scalars(self._statement, known))
        return sorted(rows, key=lambda row: (-row.priority, row.id))


def claim(
    session: Session, model: type[Row], *where: ColumnElement[bool], owner: str, lease_s: float, limit: int = 100
) -> list[Row]:
    """`Claiming` for conditions that are made for this one claim."""
    return Claiming(model, *where).claim(session, owner=owner, lease_s=lease_s, limit=limit)


def renew(session: Session, model: type[Any], row_id: int, *, owner: str, lease_s: float) -> bool:
    """Extends a lease during long work; False when the row is no longer ours."""
    statement = (
        update(model)
        .where(model.id == row_id, model.lease_owner == owner, _status(model) == "Processing")
        .values(lease_expires_at=func.now() + timedelta(seconds=lease_s))
    )
    return bool(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def complete(session: Session, model: type[Any], row_id: int, /, *, owner: str, **values: Any) -> bool:
    """Records success. The attempts start again at nought, so that a row's state does not tell how often it was interrupted.

    Returns:
        False when the row is no longer ours: the lease went to another worker, whose result stands.
    """
    done = {model.STATUS: "Complete", "attempts": 0, "error": None, "error_reason": None, **_released(), **values}
    return _finish(session, model, row_id, owner, done)


def fail(session: Session, model: type[Any], row_id: int, error: BaseException, /, *, owner: str, **values: Any) -> bool:
    """Records a failure: permanent ones go to Error at once, others wait 1, 2, 4 ... minutes, Queued, until the last attempt.

    Work that our own limits or a pause refused was not attempted: it stays Queued with the reason, as often as that happens.
    """
    if isinstance(error, REFUSED):
        return _wait(session, model, row_id, error, owner, values)
    reason, sentence = describe_error(error)
    again = false() if isinstance(error, PermanentError) else model.attempts < model.max_attempts
    wait_s = min(getattr(error, "retry_after_s", None) or 0.0, LONGEST_WAIT_S)
    delay = func.greatest(RETRY_BASE_S * func.power(2.0, model.attempts - 1), wait_s)
    done = {
        model.STATUS: case((again, "Queued"), else_="Error"),
        "next_attempt_at": case((again, func.now() + delay * timedelta(seconds=1)), else_=model.next_attempt_at),
        "error": sentence,
        "error_reason": reason,
        **_released(),
        **values,
    }
    return _finish(session, model, row_id, owner, done)


def _wait(session: Session, model: type[Any], row_id: int, error: InroadError, owner: str, values: dict[str, Any]) -> bool:
    wait_s = getattr(error, "retry_after_s", None) or REFUSED_WAIT_S
    waiting = {
        model.STATUS: "Queued",
        "attempts": func.greatest(model.attempts - 1, 0),
        "next_attempt_at": func.now() + timedelta(seconds=wait_s),
        "error": str(error),
        "error_reason": error.reason,
        **_released(),
        **values,
    }
    return _finish(session, model, row_id, owner, waiting)


def wake_refused(session: Session) -> int:
    """Makes rows due that a budget or a pause refused: somebody has changed one; returns how many."""
    woken = 0
    for model in PROCESSED:
        refused = model.error_reason.in_((BudgetExceeded.reason, Paused.reason))
        where = (_status(model) == "Queued", refused, model.next_attempt_at > func.now())
        statement = update(model).where(*where).values(next_attempt_at=func.now())
        woken += session.execute(statement.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]
    return woken


def put_back(session: Session, model: type[Any], *, owner: str, domain_id: int | None = None) -> int:
    """Returns a worker's claimed rows that were not finished (Ctrl-C, time up) without counting the attempt; returns how many."""
    statement = update(model).where(model.lease_owner == owner, _status(model) == "Processing")
    if domain_id is not None:
        statement = statement.where((model.id if model is Domain else model.domain_id) == domain_id)
    values = {model.STATUS: "Queued", "attempts": func.greatest(model.attempts - 1, 0), **_released()}
    return int(session.execute(statement.values(values).execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def _released() -> dict[str, Any]:
    return {"lease_owner": None, "lease_expires_at": None}


def _finish(session: Session, model: type[Any], row_id: int, owner: str, values: dict[str, Any]) -> bool:
    statement = update(model).where(model.id == row_id, model.lease_owner == owner, _status(model) == "Processing").values(values)
    return bool(session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def describe_error(error: BaseException) -> tuple[str, str]:
    """The stable reason and the sentence for a row; a bug of ours says so, with its type."""
    if isinstance(error, InroadError):
        return error.reason, str(error)
    first = next(iter(str(error).splitlines()), "")[:300]
    return "bug", f"Unexpected {type(error).__name__}: {first}. Please report it."


def release_lost(session: Session) -> dict[str, int]:
    """Brings back rows of dead workers and expired leases; those that used up their attempts go to Error.

    Returns:
        Rows released, by table name.
    """
    released: dict[str, int] = {}
    for model in PROCESSED:
        spent = model.attempts >= model.max_attempts
        statement = (
            update(model)
            .where(is_lost(model))
            .values(
                {
                    model.STATUS: case((spent, "Error"), else_="Queued"),
                    "error": case((spent, "The worker died at every attempt."), else_=model.error),
                    "error_reason": case((spent, "worker-lost"), else_=model.error_reason),
                    **_released(),
                }
            )
        )
        count = session.execute(statement.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]
        if count:
            released[model.__tablename__] = count
    return released


def count_due(session: Session, model: type[Any], *where: ColumnElement[bool]) -> int:
    """Rows that a claim would take now."""
    return session.scalar(select(func.count()).select_from(model).where(is_due(model), *where)) or 0


def replay(session: Session, model: type[Any], *where: ColumnElement[bool]) -> int:
    """Queues dead letters (rows in Error) again with all their attempts; returns how many."""
    statement = (
        update(model)
        .where(_status(model) == "Error", *where)
        .values({model.STATUS: "Queued", "attempts": 0, "next_attempt_at": func.now(), **_released()})
    )
    return int(session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def state_counts(session: Session, model: type[Any], *where: ColumnElement[bool]) -> dict[str, int]:
    """Rows by processing state."""
    status = cast(_status(model), String)
    return {key: value for key, value in session.execute(select(status, func.count()).where(*where).group_by(status))}
