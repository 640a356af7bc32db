"""Rows of the guard's ledger: budgets, what is spent and reserved under them, model calls and their cached answers.

Each of `reserve`, `settle` and `reclaim` is one statement, the first two calls of functions in the server (migration 0004), so
that a row is locked for the server's own time and never for a round trip or a disk. Rows of `budget_spendings` are always locked
in the order of their key (budget, key, period), which is why two processes that hold several budgets cannot wait for each other
in a circle. What does not belong here: what a call may cost (`inroad.llm.prices`) and what to say when it is refused
(`inroad.guard.budget`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from inroad.store.alerts import raise_alert
from inroad.store.database import Database
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
        answer: The stored document, not yet held to its schema.
    """

    def __init__(self, answer: Any) -> None:
        super().__init__("stored")
        self.answer = answer


_RESERVE = """CALL guard_reserve(NULL::jsonb, %s::text, %s::text[], %s::text[], %s::text[], %s::numeric[], %s::float8,
%s::boolean, %s::jsonb, %s::text)"""
_SETTLE = (
    "SELECT guard_settle(%s::text, %s::text[], %s::numeric[], %s::bigint, %s::jsonb, %s::jsonb, %s::text, %s::jsonb, %s::text)"
)
_ENTER = "SELECT guard_enter(%s::jsonb)"

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


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer for the exact cache.

    Attributes:
        key: See `llm_answers.key`.
        document: JSON object.
        model: That gave it.
    """

    key: str
    document: Mapping[str, Any]
    model: str


async def reserve(
    database: Database,
    keys: Mapping[str, str],
    amounts: Mapping[str, Decimal | None],
    *,
    expires_s: float,
    counts_if_lost: bool,
    entry: LedgerEntry | None = None,
    answer_key: str | None = None,
) -> Booking:
    """Sets the amounts aside under every budget that applies, and enters the call in the ledger, in one round trip.

    Args:
        database: The application's.
        keys: Scope kind to key, "all" included.
        amounts: Unit to upper bound; None where there is none.
        expires_s: Seconds after which the reservation may be reclaimed.
        counts_if_lost: The provider may charge a call whose process died: an expired reservation counts as spent.
        entry: The ledger's row; None for services that have none.
        answer_key: Looked up in the cache first: what is found makes the call needless.

    Raises:
        OverLimit: A hard budget does not cover the call; nothing was set aside.
        Known: The cache has an answer; nothing was set aside.
    """
    call_id = uuid.uuid4().hex
    written = _entry_json(entry, amounts, "reserved") if entry else None
    lists = (list(keys), list(keys.values()), list(amounts), list(amounts.values()))
    rows = await database.fetch(_RESERVE, (call_id, *lists, expires_s, counts_if_lost, written, answer_key))
    said: dict[str, Any] = rows[0][0]
    if "known" in said:
        raise Known(said["known"])
    holds = tuple(_hold(item) for item in said["holds"])
    if said["over"]:
        raise OverLimit(next(hold for hold in holds if hold.is_over and not hold.is_soft))
    passed = [hold for hold in holds if hold.is_over and hold.spent + hold.reserved - (hold.amount or 0) <= hold.limit]
    if passed:
        await database.run(_record_soft, passed)
    return Booking(call_id, said["ledger_id"], holds, counts_if_lost)


def _hold(item: Mapping[str, Any]) -> Hold:
    exact = {name: None if item[name] is None else Decimal(item[name]) for name in ("amount", "limit", "spent", "reserved")}
    return Hold(**{**item, **exact})


def _record_soft(session: Session, holds: Sequence[Hold]) -> None:
    """One event and one alert when a soft budget is passed, not one for each call after it."""
    for hold in holds:
        message = f"The soft budget {hold.name} of {hold.limit.normalize():,f} {hold.unit} is passed."
        session.execute(insert(Event).values(level="warning", kind="budget-soft", subject=hold.name, message=message))
        raise_alert(session, f"budget-soft:{hold.name}:{hold.period_start}:{hold.unit}", message)


def _entry_json(entry: LedgerEntry, amounts: Mapping[str, Decimal | None], outcome: str) -> str:
    values: dict[str, Any] = {name: getattr(entry, name) for name in LedgerEntry.__slots__}
    values["reserved_tokens"] = int(amounts.get("tokens") or 0)
    values["reserved_usd"] = str(amounts.get("usd") or 0)
    return json.dumps(values | {"outcome": outcome})


async def settle(
    database: Database,
    booking: Booking,
    amounts: Mapping[str, Decimal | None],
    result: Mapping[str, Any] | None = None,
    answer: StoredAnswer | None = None,
) -> None:
    """Turns a reservation into what was really used (zero releases it), and completes the ledger's row, in one round trip.

    A reservation that expired meanwhile was either counted in full already (`counts_if_lost`) or given back; then the
    amounts are added now.

    Args:
        database: The application's.
        booking: From `reserve`.
        amounts: Unit to amount used; None counts the reserved amount.
        result: Columns of `llm_calls`: outcome, input_tokens, cached_tokens, output_tokens, cost_usd, credits_used, latency_ms,
            answer; those that are missing are NULL, the outcome "ok".
        answer: Kept for the cache.
    """
    late = None
    if booking.holds and not booking.counts_if_lost:
        late = json.dumps([[hold.budget_id, hold.key, hold.period_start] for hold in booking.holds])
    kept = (answer.key, json.dumps(answer.document), answer.model) if answer else (None, None, None)
    units, used = list(amounts), list(amounts.values())
    completed = json.dumps({"outcome": "ok", **(result or {})})
    await database.fetch(_SETTLE, (booking.call_id, units, used, booking.ledger_id, completed, late, *kept))


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
  coalesce(s.spent, 0), coalesce(s.reserved, 0), greatest(b.created_at, p.begun), now(), p.ends
FROM budgets b
CROSS JOIN LATERAL (SELECT CASE b.period WHEN 'day' THEN to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')
                                         WHEN 'month' THEN to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-01') ELSE '' END AS start,
  CASE WHEN b.period <> 'total' THEN date_trunc(b.period, now(), 'UTC') END AS begun,
  CASE WHEN b.period <> 'total' THEN date_trunc(b.period, now(), 'UTC') + CAST('1 ' || b.period AS interval) END AS ends) p
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
        ends: End of the period; None for "total".
    """

    hold: Hold
    counted_since: datetime
    now: datetime
    ends: datetime | None


def budget_rows(session: Session, *, limit: int = 1000) -> list[Standing]:
    """How every budget stands in its current period; a limit for each key gives one for each key seen."""
    return [Standing(Hold(*row[:-3]), *row[-3:]) for row in session.execute(_SHOW, {"limit": limit})]


COST_KINDS = ("cv", "domain", "posting", "tenant", "purpose", "provider", "model", "run", "day", "month")
_COSTS = text("""
SELECT key, count(*) AS calls, count(*) FILTER (WHERE outcome IN ('cached', 'replayed')) AS cached,
  count(*) FILTER (WHERE outcome = 'refused') AS refused, coalesce(sum(input_tokens), 0) AS input_tokens,
  coalesce(sum(output_tokens), 0) AS output_tokens, coalesce(sum(cost_usd), 0) AS cost_usd,
  coalesce(sum(credits_used), 0) AS credits
FROM (
  SELECT *, CASE :kind WHEN 'cv' THEN CASE WHEN purpose = 'cv' THEN concat_ws(' ', domain, posting) END
    WHEN 'domain' THEN domain WHEN 'posting' THEN posting WHEN 'tenant' THEN tenant WHEN 'purpose' THEN purpose
    WHEN 'provider' THEN provider WHEN 'model' THEN model WHEN 'run' THEN run
    WHEN 'day' THEN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
    WHEN 'month' THEN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM') END AS key
  FROM llm_calls
) AS calls
WHERE key IS NOT NULL GROUP BY key ORDER BY cost_usd DESC, key LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Cost:
    """What was spent on one CV, domain, posting, tenant, month, ...

    Attributes:
        key: The CV's domain and posting, the domain, "2026-01", ...
        calls: Attempts, those without a call included.
        cached: Answered without a call.
        refused: By a budget.
        input_tokens: Sent.
        output_tokens: Received.
        cost_usd: By the price table, or the bound where the endpoint reported nothing.
        credits: Of scraping services.
    """

    key: str
    calls: int
    cached: int
    refused: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    credits: float


def costs(session: Session, kind: str, *, limit: int = 1000) -> list[Cost]:
    """Costs by one of `COST_KINDS`, the dearest first."""
    rows = session.execute(_COSTS, {"kind": kind, "limit": limit})
    return [Cost(row[0], *map(int, row[1:6]), *map(float, row[6:8])) for row in rows]


def cv_cost_usd(session: Session, domain: str, posting: str) -> float:
    """What the model has cost for one posting's CV, all its versions."""
    where = (LlmCall.purpose == "cv", LlmCall.domain == domain, LlmCall.posting == posting)
    return float(session.scalar(select(func.coalesce(func.sum(LlmCall.cost_usd), 0)).where(*where)) or 0)


async def cached_answer(database: Database, key: str) -> dict[str, Any] | None:
    """The stored answer under a cache key, None when there is none."""
    rows = await database.fetch("SELECT answer FROM llm_answers WHERE key = %s", (key,))
    return rows[0][0] if rows else None


async def enter(database: Database, entry: LedgerEntry, *, outcome: str) -> None:
    """Writes a row for a call that was not made: answered from the cache, replayed, or refused."""
    await database.fetch(_ENTER, (_entry_json(entry, {}, outcome),))
