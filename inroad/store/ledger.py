"""Rows of the guard's ledger: what is spent and reserved under budgets, model calls and their cached answers.

Each of `reserve`, `settle` and `reclaim` is one statement, the first two calls of functions in the server (migrations 0008 and
0011), so that a row is locked for the server's own time and never for a round trip or a disk. Rows of `budget_spendings` are
always locked in the order of their key (budget, key, period), which is why two processes that hold several budgets cannot wait
for each other in a circle. What does not belong here: the limits (`budgets`), sums over the ledger (`costs`), what a call may
cost (`inroad.llm.prices`) and what to say when it is refused (`inroad.guard.budget`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from inroad.store.alerts import raise_alert
from inroad.store.bundles import Bundles
from inroad.store.database import Database
from inroad.store.models import Event


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
    """A successful `reserve`: what `settle` needs.

    Attributes:
        call_id: Of the reservations.
        ledger_id: Row of `llm_calls`; None for services that have none.
        holds: The budgets that are passed, and all of them where a lost call is given back.
        counts_if_lost: See `reserve`.
        is_held: Something is set aside, which is to be brought to disk soon (`flushing`).
    """

    call_id: str
    ledger_id: int | None
    holds: tuple[Hold, ...]
    counts_if_lost: bool
    is_held: bool = False


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


_BOOK = "CALL guard_book_all(NULL::jsonb, %s::jsonb)"
_CLOSE = "CALL guard_close_all(NULL::jsonb, %s::jsonb)"
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


class Ledger:
    """Reserving and settling from one process; calls of the same moment share their statements.

    Args:
        database: The application's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._book = Bundles(database, _BOOK, skips_cancelled=True)
        self._close = Bundles(database, _CLOSE)

    async def reserve(
        self,
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
        asked: dict[str, Any] = {
            "id": call_id,
            "keys": keys,
            "amounts": _exact(amounts),
            "expires_s": expires_s,
            "counts_if_lost": counts_if_lost,
            "answer_key": answer_key,
        }
        if entry:
            asked["entry"] = _entry_columns(entry, amounts, "reserved")
        said: dict[str, Any] = await self._book.send(asked)
        if "known" in said:
            raise Known(said["known"])
        holds = tuple(_hold(item) for item in said.get("holds", ()))
        if "over" in said:
            raise OverLimit(next(hold for hold in holds if hold.is_over and not hold.is_soft))
        passed = [hold for hold in holds if hold.is_over and hold.spent + hold.reserved - (hold.amount or 0) <= hold.limit]
        if passed:
            await self._database.run(_record_soft, passed)
        return Booking(call_id, said["ledger_id"], holds, counts_if_lost, said.get("is_held", False))

    async def settle(
        self,
        booking: Booking,
        amounts: Mapping[str, Decimal | None],
        result: Mapping[str, Any] | None = None,
        answer: StoredAnswer | None = None,
    ) -> None:
        """Turns a reservation into what was really used (zero releases it), and completes the ledger's row, in one round trip.

        A reservation that expired meanwhile was either counted in full already (`counts_if_lost`) or given back; then the
        amounts are added now.

        Args:
            booking: From `reserve`.
            amounts: Unit to amount used; None counts the reserved amount.
            result: Columns of `llm_calls`: outcome, input_tokens, cached_tokens, output_tokens, cost_usd, credits_used,
                latency_ms, answer; those that are missing are NULL, the outcome "ok".
            answer: Kept for the cache.
        """
        done: dict[str, Any] = {
            "id": booking.call_id,
            "amounts": _exact(amounts),
            "ledger_id": booking.ledger_id,
            "result": {"outcome": "ok", **(result or {})},
        }
        if booking.holds and not booking.counts_if_lost:
            done["late"] = [[hold.budget_id, hold.key, hold.period_start] for hold in booking.holds]
        if answer:
            done["answer"] = {"key": answer.key, "document": answer.document, "model": answer.model}
        await self._close.send(done)


def _exact(amounts: Mapping[str, Decimal | None]) -> dict[str, str | None]:
    """Amounts as JSON can carry them to the last digit; None where nothing bounds them."""
    return {unit: None if amount is None else str(amount) for unit, amount in amounts.items()}


def _hold(item: Mapping[str, Any]) -> Hold:
    exact = {name: None if item[name] is None else Decimal(item[name]) for name in ("amount", "limit", "spent", "reserved")}
    return Hold(**{**item, **exact})


def _record_soft(session: Session, holds: Sequence[Hold]) -> None:
    """One event and one alert when a soft budget is passed, not one for each call after it."""
    for hold in holds:
        message = f"The soft budget {hold.name} of {hold.limit.normalize():,f} {hold.unit} is passed."
        session.execute(insert(Event).values(level="warning", kind="budget-soft", subject=hold.name, message=message))
        raise_alert(session, f"budget-soft:{hold.name}:{hold.period_start}:{hold.unit}", message)


def _entry_columns(entry: LedgerEntry, amounts: Mapping[str, Decimal | None], outcome: str) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(entry, name) for name in LedgerEntry.__slots__}
    values["reserved_tokens"] = int(amounts.get("tokens") or 0)
    values["reserved_usd"] = str(amounts.get("usd") or 0)
    values["outcome"] = outcome
    return values


def reclaim(session: Session) -> int:
    """Takes back at most 1,000 expired reservations; those that may have been charged count as spent. Returns how many."""
    return int(session.execute(_RECLAIM).scalar_one())


async def cached_answer(database: Database, key: str) -> dict[str, Any] | None:
    """The stored answer under a cache key, None when there is none."""
    rows = await database.fetch("SELECT answer FROM llm_answers WHERE key = %s", (key,))
    return rows[0][0] if rows else None


async def enter(
    database: Database, entry: LedgerEntry, *, outcome: str, amounts: Mapping[str, Decimal | None] | None = None
) -> None:
    """Writes a row for a call that was not made: answered from the cache, replayed, or refused.

    Args:
        database: The application's.
        entry: The row.
        outcome: "cached", "replayed" or "refused".
        amounts: What a refused call would have set aside.
    """
    await database.fetch(_ENTER, (json.dumps(_entry_columns(entry, amounts or {}, outcome)),))
