"""Rows of the guard's ledger: budgets, what is spent and reserved under them, model calls and their cached answers.

Each of `reserve`, `settle` and `reclaim` is one statement. Rows of `budget_spendings` are always locked in the order of their
key (budget, key, period), which is why two processes that hold several budgets cannot wait for each other in a circle.
What does not belong here: what a call may cost (`inroad.llm.prices`) and what to say when it is refused (`inroad.guard.budget`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from inroad.store.models import Budget, Event, LlmCall


@dataclass(frozen=True, slots=True)
class Hold:
    """What one budget sets aside for one call, and how the budget then stands.

    Attributes:
        budget_id: Row of `budgets`.
        scope_kind: "all", "run", "domain", "posting", "purpose", "provider", "model" or "tenant".
        key: The scope's key; empty for "all".
        period: "total", "day" or "month".
        period_start: ISO date of the period's first day (UTC); empty for "total".
        unit: "tokens", "usd" or "credits".
        amount: Set aside by this call; None where nothing bounds it (a model without a known price).
        limit: The budget.
        is_soft: Passing it is recorded and not refused.
        spent: Settled so far.
        reserved: Set aside by all calls in flight, this one included.
    """

    budget_id: int
    scope_kind: str
    key: str
    period: str
    period_start: str
    unit: str
    amount: Decimal | None
    limit: Decimal
    is_soft: bool
    spent: Decimal
    reserved: Decimal

    @property
    def name(self) -> str:
        """The budget as `inroad budget` names it: "domain:acme.example, month"."""
        scope = f"{self.scope_kind}:{self.key}" if self.scope_kind != "all" else "all"
        return scope if self.period == "total" else f"{scope}, {self.period}"

    @property
    def left(self) -> Decimal:
        """What the other calls leave of the limit; never below zero."""
        return max(self.limit - self.spent - self.reserved + (self.amount or 0), Decimal(0))

    @property
    def is_over(self) -> bool:
        """Whether this call would pass the limit, or cannot be held to it."""
        return self.amount is None or self.spent + self.reserved > self.limit


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """The part of a row of `llm_calls` that is known before the call; see the table's columns."""

    purpose: str
    provider: str
    model: str
    attempt: int
    run: str | None = None
    domain: str | None = None
    posting: str | None = None
    tenant: str | None = None
    trace_id: str | None = None
    price_version: str | None = None
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """A successful `reserve`: what `settle` needs."""

    call_id: str
    ledger_id: int | None
    holds: tuple[Hold, ...]
    counts_if_lost: bool


class OverLimit(Exception):
    """A hard budget does not cover the call; the transaction must be rolled back.

    Args:
        hold: The first budget that refuses.
    """

    def __init__(self, hold: Hold) -> None:
        super().__init__(hold.name)
        self.hold = hold


class Known(Exception):
    """The call need not be made: its answer is stored.

    Args:
        answer: What `unless` found.
    """

    def __init__(self, answer: Any) -> None:
        super().__init__("stored")
        self.answer = answer


_ENTER = """
  INSERT INTO llm_calls (purpose, provider, model, attempt, run, domain, posting, tenant, trace_id, price_version, prompt,
    outcome, reserved_tokens, reserved_usd, reservation_expires_at)
  VALUES (:purpose, :provider, :model, :attempt, :run, :domain, :posting, :tenant, :trace_id, :price_version, :prompt, :outcome,
    :reserved_tokens, :reserved_usd, clock_timestamp() + make_interval(secs => :expires_s))
  RETURNING id
"""

_HOLD = """
WITH wanted AS MATERIALIZED (
  SELECT b.id, b.scope_kind, v.key, b.period, b.unit, b.limit_amount, b.is_soft, u.amount,
    CASE b.period WHEN 'day' THEN to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')
                  WHEN 'month' THEN to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-01') ELSE '' END AS period_start
  FROM budgets b
  JOIN unnest(CAST(:kinds AS text[]), CAST(:keys AS text[])) AS v(kind, key)
    ON b.scope_kind = v.kind AND b.scope_key IN ('', v.key)
  JOIN unnest(CAST(:units AS text[]), CAST(:amounts AS numeric[])) AS u(unit, amount) ON u.unit = b.unit
), held AS (
  INSERT INTO budget_spendings AS s (budget_id, key, period_start, reserved)
  SELECT id, key, period_start, coalesce(amount, 0) FROM wanted ORDER BY id, key, period_start
  ON CONFLICT (budget_id, key, period_start) DO UPDATE SET reserved = s.reserved + excluded.reserved
  RETURNING budget_id, key, spent, reserved
), booked AS (
  INSERT INTO budget_reservations (call_id, budget_id, key, period_start, amount, expires_at, counts_if_lost)
  SELECT :call_id, id, key, period_start, amount, clock_timestamp() + make_interval(secs => :expires_s), :counts_if_lost
  FROM wanted WHERE amount IS NOT NULL
)"""

_HELD = """
SELECT w.id, w.scope_kind, w.key, w.period, w.period_start, w.unit, w.amount, w.limit_amount, w.is_soft, h.spent, h.reserved
FROM wanted w JOIN held h ON h.budget_id = w.id AND h.key = w.key ORDER BY w.id, w.key
"""

_RESERVE = text(_HOLD + _HELD)
# With a row in the ledger: its id comes first, also where no budget applies.
_RESERVE_AND_ENTER = text(
    f"{_HOLD}, entered AS ({_ENTER}) SELECT e.id, t.* FROM entered e LEFT JOIN ({_HELD}) AS t ON true"  # noqa: S608 - constants
)
_ENTER_ONLY = text(_ENTER)

# The commit need not wait for the disk: a settlement lost in a crash leaves its reservation, which then counts in full.
_SETTLE = text("""
WITH gone AS (
  DELETE FROM budget_reservations WHERE call_id = :call_id RETURNING budget_id, key, period_start, amount
), moved AS (
  INSERT INTO budget_spendings AS s (budget_id, key, period_start, reserved, spent)
  SELECT g.budget_id, g.key, g.period_start, g.amount, coalesce(u.amount, g.amount)
  FROM gone g JOIN budgets b ON b.id = g.budget_id
  LEFT JOIN unnest(CAST(:units AS text[]), CAST(:amounts AS numeric[])) AS u(unit, amount) ON u.unit = b.unit
  ORDER BY g.budget_id, g.key, g.period_start
  ON CONFLICT (budget_id, key, period_start)
  DO UPDATE SET reserved = s.reserved - excluded.reserved, spent = s.spent + excluded.spent
), completed AS (
  UPDATE llm_calls SET outcome = :outcome, input_tokens = :input_tokens, cached_tokens = :cached_tokens,
    output_tokens = :output_tokens, cost_usd = :cost_usd, latency_ms = :latency_ms, answer = :answer
  WHERE id = :ledger_id
)
SELECT count(*), set_config('synchronous_commit', 'off', true) FROM gone
""")

_SPEND_LATE = text("""
INSERT INTO budget_spendings AS s (budget_id, key, period_start, spent)
SELECT b.id, h.key, h.period_start, coalesce(u.amount, 0)
FROM unnest(CAST(:ids AS bigint[]), CAST(:keys AS text[]), CAST(:starts AS text[])) AS h(budget_id, key, period_start)
JOIN budgets b ON b.id = h.budget_id
JOIN unnest(CAST(:units AS text[]), CAST(:amounts AS numeric[])) AS u(unit, amount) ON u.unit = b.unit
ORDER BY b.id, h.key, h.period_start
ON CONFLICT (budget_id, key, period_start) DO UPDATE SET spent = s.spent + excluded.spent
""")

_RECLAIM = text("""
WITH gone AS (
  DELETE FROM budget_reservations WHERE id IN (
    SELECT id FROM budget_reservations WHERE expires_at <= clock_timestamp() ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED)
  RETURNING budget_id, key, period_start, amount, counts_if_lost
), moved AS (
  INSERT INTO budget_spendings AS s (budget_id, key, period_start, reserved, spent)
  SELECT budget_id, key, period_start, sum(amount), coalesce(sum(amount) FILTER (WHERE counts_if_lost), 0)
  FROM gone GROUP BY budget_id, key, period_start ORDER BY budget_id, key, period_start
  ON CONFLICT (budget_id, key, period_start)
  DO UPDATE SET reserved = s.reserved - excluded.reserved, spent = s.spent + excluded.spent
), lost AS (
  UPDATE llm_calls SET outcome = 'lost', input_tokens = reserved_tokens, output_tokens = 0, cost_usd = reserved_usd
  WHERE id IN (
    SELECT id FROM llm_calls WHERE outcome = 'reserved' AND reservation_expires_at <= clock_timestamp()
    ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED)
)
SELECT count(*) FROM gone
""")

# What `settle` writes into the ledger's row where the caller says nothing.
RESULT: dict[str, Any] = {
    "outcome": "ok",
    "input_tokens": None,
    "cached_tokens": None,
    "output_tokens": None,
    "cost_usd": None,
    "latency_ms": None,
    "answer": None,
}


def _split(mapping: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    return list(mapping), list(mapping.values())


def reserve(
    session: Session,
    keys: Mapping[str, str],
    amounts: Mapping[str, Decimal | None],
    *,
    expires_s: float,
    counts_if_lost: bool,
    entry: LedgerEntry | None = None,
    unless: Callable[[Session], Any] | None = None,
) -> Booking:
    """Sets the amounts aside under every budget that applies, and enters the call in the ledger.

    Args:
        session: Must be rolled back when this raises.
        keys: Scope kind to key, "all" included.
        amounts: Unit to upper bound; None where there is none.
        expires_s: Seconds after which the reservation may be reclaimed.
        counts_if_lost: The provider may charge a call whose process died: an expired reservation counts as spent.
        entry: The ledger's row; None for services that have none.
        unless: Looked up first, in the same transaction: what it finds makes the call needless.

    Raises:
        OverLimit: A hard budget does not cover the call.
        Known: `unless` found something.
    """
    if unless and (answer := unless(session)) is not None:
        raise Known(answer)
    kinds, values = _split(keys)
    units, bounds = _split(amounts)
    parameters: dict[str, Any] = {"kinds": kinds, "keys": values, "units": units, "amounts": bounds, "expires_s": expires_s}
    parameters |= {"call_id": uuid.uuid4().hex, "counts_if_lost": counts_if_lost}
    ledger_id: int | None = None
    if entry:
        rows = session.execute(_RESERVE_AND_ENTER, parameters | _columns(entry, amounts, "reserved")).all()
        ledger_id = rows[0][0]
        holds = tuple(Hold(*row[1:]) for row in rows if row[1] is not None)
    else:
        holds = tuple(Hold(*row) for row in session.execute(_RESERVE, parameters))
    for hold in holds:
        if hold.is_over and not hold.is_soft:
            raise OverLimit(hold)
    _record_soft(session, holds)
    return Booking(parameters["call_id"], ledger_id, holds, counts_if_lost)


def _record_soft(session: Session, holds: tuple[Hold, ...]) -> None:
    """One event when a soft budget is passed, not one for each call after it."""
    for hold in holds:
        if hold.is_over and hold.spent + hold.reserved - (hold.amount or 0) <= hold.limit:
            message = f"The soft budget {hold.name} of {hold.limit.normalize():,f} {hold.unit} is passed."
            session.execute(insert(Event).values(level="warning", kind="budget-soft", subject=hold.name, message=message))


def _columns(entry: LedgerEntry, amounts: Mapping[str, Decimal | None], outcome: str) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in LedgerEntry.__slots__}
    reserved = {"reserved_tokens": int(amounts.get("tokens") or 0), "reserved_usd": amounts.get("usd") or Decimal(0)}
    return values | reserved | {"outcome": outcome}


def settle(
    session: Session,
    booking: Booking,
    amounts: Mapping[str, Decimal | None],
    result: Mapping[str, Any] | None = None,
    also: Callable[[Session], None] | None = None,
) -> None:
    """Turns a reservation into what was really used (zero releases it), and completes the ledger's row.

    A reservation that expired meanwhile was either counted in full already (`counts_if_lost`) or given back; then the
    amounts are added now.

    Args:
        session: Commits at its end.
        booking: From `reserve`.
        amounts: Unit to amount used; None counts the reserved amount.
        result: Columns of `llm_calls`; see `RESULT`.
        also: What else is written in the same transaction.
    """
    units, used = _split(amounts)
    parameters = {"call_id": booking.call_id, "units": units, "amounts": used, "ledger_id": booking.ledger_id}
    gone = session.execute(_SETTLE, parameters | RESULT | dict(result or {})).one()[0]
    if booking.holds and not gone and not booking.counts_if_lost:
        starts = [hold.period_start for hold in booking.holds]
        late = {"ids": [hold.budget_id for hold in booking.holds], "keys": [hold.key for hold in booking.holds]}
        session.execute(_SPEND_LATE, late | {"starts": starts, "units": units, "amounts": used})
    if also:
        also(session)


def reclaim(session: Session) -> int:
    """Takes back at most 1,000 expired reservations; those that may have been charged count as spent. Returns how many."""
    return int(session.execute(_RECLAIM).scalar_one())


def put_budget(session: Session, *, kind: str, key: str, period: str, unit: str, limit: Decimal, is_soft: bool) -> None:
    """Sets one limit; what was spent under it stays."""
    values = {"limit_amount": limit, "is_soft": is_soft}
    statement = upsert(Budget).values(scope_kind=kind, scope_key=key, period=period, unit=unit, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["scope_kind", "scope_key", "period", "unit"], set_=values))


def drop_budget(session: Session, *, kind: str, key: str, period: str, unit: str) -> bool:
    """Removes one limit with what was counted under it; False when there was none."""
    where = (Budget.scope_kind == kind, Budget.scope_key == key, Budget.period == period, Budget.unit == unit)
    return session.execute(delete(Budget).where(*where).returning(Budget.id)).first() is not None


_SHOW = text("""
SELECT b.id, b.scope_kind, coalesce(s.key, b.scope_key), b.period, p.start, b.unit, CAST(0 AS numeric), b.limit_amount, b.is_soft,
  coalesce(s.spent, 0), coalesce(s.reserved, 0)
FROM budgets b
CROSS JOIN LATERAL (SELECT CASE b.period WHEN 'day' THEN to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')
                                         WHEN 'month' THEN to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-01') ELSE '' END AS start) p
LEFT JOIN budget_spendings s ON s.budget_id = b.id AND s.period_start = p.start
ORDER BY b.scope_kind, b.scope_key, b.period, b.unit, s.key LIMIT :limit
""")


def budget_rows(session: Session, *, limit: int = 1000) -> list[Hold]:
    """How every budget stands in its current period; a limit for each key gives one for each key seen."""
    return [Hold(*row) for row in session.execute(_SHOW, {"limit": limit})]


_LOOK_UP = text("SELECT answer FROM llm_answers WHERE key = :key")
_STORE = text(
    "INSERT INTO llm_answers (key, answer, model) VALUES (:key, CAST(:answer AS jsonb), :model) ON CONFLICT (key) DO NOTHING"
)


def cached_answer(session: Session, key: str) -> dict[str, Any] | None:
    """The stored answer under a cache key, None when there is none."""
    found: dict[str, Any] | None = session.execute(_LOOK_UP, {"key": key}).scalar_one_or_none()
    return found


def store_answer(session: Session, key: str, answer: dict[str, Any], model: str) -> None:
    """Keeps one answer; the first one stays."""
    session.execute(_STORE, {"key": key, "answer": json.dumps(answer), "model": model})


def complete_entry(session: Session, entry: LedgerEntry, *, outcome: str) -> None:
    """Writes a row for a call that was not made: answered from the cache, or refused."""
    ledger_id = session.execute(_ENTER_ONLY, _columns(entry, {}, outcome) | {"expires_s": 0.0}).scalar_one()
    zero = {"input_tokens": 0, "cached_tokens": 0, "output_tokens": 0, "cost_usd": 0, "reservation_expires_at": None}
    session.execute(update(LlmCall).where(LlmCall.id == ledger_id).values(**zero))
