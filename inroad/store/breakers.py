"""Rows of `breakers`: read one, or change one under its lock. What a change does is decided in `inroad.guard.breaker`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from inroad.store.alerts import raise_alert, resolve_alert
from inroad.store.database import Database
from inroad.store.models import Breaker, Event


@dataclass(frozen=True, slots=True)
class BreakerState:
    """One breaker as every process sees it; times are the database's own.

    Attributes:
        state: "closed", "open" or "half-open".
        failure_count: Failures in a row while closed.
        success_count: Successful probes in a row while half-open.
        opened_at: When it last opened.
        open_until: No call before this moment.
        probe_expires_at: One process holds the probe until then; also that probe's identity.
    """

    state: str = "closed"
    failure_count: int = 0
    success_count: int = 0
    opened_at: datetime | None = None
    open_until: datetime | None = None
    probe_expires_at: datetime | None = None


_COLUMNS = (
    Breaker.state,
    Breaker.failure_count,
    Breaker.success_count,
    Breaker.opened_at,
    Breaker.open_until,
    Breaker.probe_expires_at,
)


_READ = """SELECT b.state, b.failure_count, b.success_count, b.opened_at, b.open_until, b.probe_expires_at, clock_timestamp()
FROM (SELECT 1) AS one LEFT JOIN breakers b ON b.name = %s"""


async def read_breaker(database: Database, name: str) -> tuple[BreakerState, datetime]:
    """The breaker's state (closed where no row exists) and the database's time, in one round trip."""
    row = (await database.fetch(_READ, (name,)))[0]
    return (BreakerState() if row[0] is None else BreakerState(*row[:-1])), row[-1]


def change_breaker(
    session: Session, name: str, change: Callable[[BreakerState, datetime], BreakerState]
) -> tuple[BreakerState, BreakerState, datetime]:
    """Changes one breaker while no other process can, and records an event when it opens or closes.

    Args:
        session: Commits at its end.
        name: Service, or service:host.
        change: Gives the new state for the old one and the time (aware, the database's).

    Returns:
        The state before, the state after, and the database's time.
    """
    session.execute(upsert(Breaker).values(name=name).on_conflict_do_nothing())
    row = session.execute(select(*_COLUMNS).where(Breaker.name == name).with_for_update()).one()
    # Taken after the lock: another process may have held it for a while.
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    before = BreakerState(*row)
    after = change(before, now)
    if after != before:
        session.execute(update(Breaker).where(Breaker.name == name).values(**asdict(after)))
        _record_turn(session, name, before, after)
    return before, after, now


def _record_turn(session: Session, name: str, before: BreakerState, after: BreakerState) -> None:
    if before.state == "closed" and after.state == "open":
        message = f"{name} failed {after.failure_count} times in a row; no calls until {after.open_until:%Y-%m-%d %H:%M:%S} UTC."
        values = {"level": "warning", "kind": "breaker-open", "subject": name, "message": message}
        raise_alert(session, f"breaker:{name}", message)
    elif before.state == "half-open" and after.state == "closed":
        values = {"level": "info", "kind": "breaker-closed", "subject": name, "message": f"{name} answers again."}
        resolve_alert(session, f"breaker:{name}")
    else:
        return
    session.execute(insert(Event).values(**values))
