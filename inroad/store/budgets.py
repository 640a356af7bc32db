"""Rows of `budgets`: the limits that people set, and how each stands in its period.

What does not belong here: reserving and settling under them (`ledger`), and what a limit means (`inroad.guard.budget`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from inroad.store.ledger import Hold
from inroad.store.models import Budget


def put_budget(session: Session, *, kind: str, key: str, period: str, unit: str, limit: Decimal, is_soft: bool) -> None:
    """Sets one limit; what was spent under it stays."""
    values = {"limit_amount": limit, "is_soft": is_soft}
    statement = upsert(Budget).values(scope_kind=kind, scope_key=key, period=period, unit=unit, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["scope_kind", "scope_key", "period", "unit"], set_=values))


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit as it is to be set; see `put_budget`."""

    kind: str
    key: str
    period: str
    unit: str
    limit: Decimal
    is_soft: bool


def limits_left(session: Session) -> list[Limit]:
    """Limits under which somebody else may spend what is left now: those for each key as they are, others less what is gone."""
    columns = (Budget.scope_kind, Budget.scope_key, Budget.period, Budget.unit, Budget.limit_amount, Budget.is_soft)
    rows = session.execute(select(*columns).where(Budget.scope_key == ""))
    whole = [Limit(*row[:4], Decimal(repr(row[4])), row[5]) for row in rows]
    holds = [standing.hold for standing in budget_rows(session)]
    return whole + [Limit(hold.scope_kind, hold.key, hold.period, hold.unit, hold.left, hold.is_soft) for hold in holds]


def drop_budget(session: Session, *, kind: str, key: str, period: str, unit: str) -> bool:
    """Removes one limit with what was counted under it; False when there was none."""
    where = (Budget.scope_kind == kind, Budget.scope_key == key, Budget.period == period, Budget.unit == unit)
    return session.execute(delete(Budget).where(*where).returning(Budget.id)).first() is not None


# Days and months are those of UTC: added to a moment with a zone, a month would be one of the server's own zone, which ends three
# days early in New York's March.
_SHOW = text("""
SELECT b.id, b.scope_kind, coalesce(s.key, b.scope_key), b.period, p.start, b.unit, CAST(0 AS numeric), b.limit_amount, b.is_soft,
  coalesce(s.spent, 0), coalesce(s.reserved, 0), greatest(b.created_at, p.begun AT TIME ZONE 'UTC'), t.now,
  p.ends AT TIME ZONE 'UTC'
FROM budgets b
CROSS JOIN (SELECT coalesce(CAST(:now AS timestamptz), now()) AS now) t
CROSS JOIN LATERAL (SELECT CASE WHEN b.period <> 'total' THEN date_trunc(b.period, t.now AT TIME ZONE 'UTC') END AS begun) d
CROSS JOIN LATERAL (SELECT d.begun, coalesce(to_char(d.begun, 'YYYY-MM-DD'), '') AS start,
  CASE WHEN b.period <> 'total' THEN d.begun + CAST('1 ' || b.period AS interval) END AS ends) p
LEFT JOIN budget_spendings s ON s.budget_id = b.id AND s.period_start = p.start
ORDER BY b.scope_kind, b.scope_key, b.period, b.unit, s.key LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """How one budget stands in its current period.

    Attributes:
        hold: Limit and amounts.
        counted_since: Start of the period, or when the budget was set if that is later.
        now: The database's time.
        ends: End of the period; None for "total". All three in UTC.
    """

    hold: Hold
    counted_since: datetime
    now: datetime
    ends: datetime | None


def budget_rows(session: Session, *, limit: int = 1000, now: datetime | None = None) -> list[Standing]:
    """How every budget stands in its current period; a limit for each key gives one for each key seen.

    Args:
        session: Reads.
        limit: Rows at most.
        now: A moment in the period that is asked for; None takes the database's time.
    """
    rows = session.execute(_SHOW, {"limit": limit, "now": now})
    return [Standing(Hold(*row[:-3]), *map(_in_utc, row[-3:])) for row in rows]


def _in_utc(moment: datetime | None) -> Any:
    """In UTC: the server's own zone would be reckoned with by its wall clock, on which some days have 23 or 25 hours."""
    return moment.astimezone(UTC) if moment else None
