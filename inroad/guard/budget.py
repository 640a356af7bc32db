"""Budgets that cannot be overspent: reserve an upper bound before the call, settle what was used after it.

A call is held to every budget whose scope it is in: `all`, and for each of run, domain, posting, purpose, provider, model and
tenant both `KIND:KEY` and `KIND` alone (a limit for each key). Periods are days and months in UTC; an amount counts in the
period in which it was reserved. A hard budget refuses, a soft one records an event. Spending counts from the moment the budget
is first set.

What does not belong here: the statements (`inroad.store.ledger`) and prices (`inroad.llm.prices`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from inroad.guard.errors import BudgetExceeded, Scope, UserError
from inroad.store import ledger
from inroad.store.claims import wake_refused
from inroad.store.database import Database

KINDS = ("run", "domain", "posting", "purpose", "provider", "model", "tenant")
PERIODS = ("total", "day", "month")
UNITS = ("tokens", "usd", "credits")
# The column holds 16 digits before the point.
MAX_LIMIT = 10**15
MAX_KEY = 512
# Seconds after which a reservation that nobody settled is taken back; longer than any call may last.
EXPIRES_S = 300.0
# A limit that is further away than ten years is not foretold.
FORECAST_S = 10 * 365 * 86_400.0
_STEP = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a call may use or has used.

    Attributes:
        tokens: Input and output together.
        usd: Price in US dollars; None when no price is known.
        credits: A scraping service's own unit.
    """

    tokens: int = 0
    usd: float | None = 0.0
    credits: float = 0.0

    def as_units(self) -> dict[str, Decimal | None]:
        """By the ledger's unit names, dollars rounded up to its eighth digit."""
        usd = None if self.usd is None else Decimal(repr(self.usd)).quantize(_STEP, ROUND_CEILING)
        return {"tokens": Decimal(self.tokens), "usd": usd, "credits": Decimal(repr(self.credits)).quantize(_STEP, ROUND_CEILING)}


NOTHING = Amounts()


@dataclass(frozen=True, slots=True)
class Reservation:
    """An amount set aside; give it to `settle` or `release` exactly once."""

    provider: str
    estimate: Amounts
    booking: ledger.Booking | None


class Budgets:
    """All budgets of an installation.

    Args:
        database: Holds them for all processes; with None there are no budgets and nothing is recorded.
        expires_s: Seconds after which a reservation whose process died is taken back.
    """

    def __init__(self, database: Database | None, *, expires_s: float = EXPIRES_S) -> None:
        self._database = database
        self._expires_s = expires_s

    async def reserve(
        self,
        scope: Scope,
        purpose: str,
        provider: str,
        model: str = "",
        estimate: Amounts = NOTHING,
        *,
        entry: ledger.LedgerEntry | None = None,
        counts_if_lost: bool = False,
        expires_s: float | None = None,
        answer_key: str | None = None,
    ) -> Reservation:
        """Sets an upper bound aside under every budget that applies.

        Args:
            scope: What the call is for.
            purpose: The pipeline's layer: "people", "cv", ...
            provider: The service: "openai", "firecrawl", ...
            model: Empty for services without models.
            estimate: Upper bound; what is not used comes back with `settle`.
            entry: Row for the ledger of model calls.
            counts_if_lost: The provider may charge a call whose process died; then an expired reservation counts as spent.
            expires_s: Longest time the call may last.
            answer_key: Looked up in the cache of answers first; what is found makes the call needless.

        Raises:
            BudgetExceeded: A hard budget does not cover the estimate; nothing was set aside.
            ledger.Known: The cache has an answer; nothing was set aside.
        """
        if self._database is None:
            return Reservation(provider, estimate, None)
        keys = scope_keys(scope, purpose=purpose, provider=provider, model=model)
        options: dict[str, Any] = {
            "expires_s": expires_s or self._expires_s,
            "counts_if_lost": counts_if_lost,
            "entry": entry,
            "answer_key": answer_key,
        }
        try:
            booking = await ledger.reserve(self._database, keys, estimate.as_units(), **options)
        except ledger.OverLimit:
            booking = await self._reserve_again(keys, estimate, options)
        return Reservation(provider, estimate, booking)

    async def _reserve_again(self, keys: Mapping[str, str], estimate: Amounts, options: dict[str, Any]) -> ledger.Booking:
        """Takes expired reservations back first: a killed process must not make the budget refuse what it covers."""
        assert self._database
        await self._database.run(ledger.reclaim)
        try:
            return await ledger.reserve(self._database, keys, estimate.as_units(), **options)
        except ledger.OverLimit as refusal:
            if entry := options["entry"]:
                await ledger.enter(self._database, entry, outcome="refused")
            raise _exceeded(refusal.hold) from None

    async def settle(
        self,
        reservation: Reservation,
        used: Amounts | None = None,
        result: Mapping[str, Any] | None = None,
        answer: ledger.StoredAnswer | None = None,
    ) -> None:
        """Counts what was used in place of the reservation.

        Args:
            reservation: From `reserve`.
            used: What the service reported; None counts the whole estimate.
            result: Columns of the ledger's row.
            answer: Kept for the cache.
        """
        if self._database and reservation.booking:
            amounts = (used or reservation.estimate).as_units()
            await ledger.settle(self._database, reservation.booking, amounts, result, answer)

    async def release(self, reservation: Reservation, result: Mapping[str, Any] | None = None) -> None:
        """Gives the reservation back: the service charged nothing."""
        await self.settle(reservation, NOTHING, result)

    async def reclaim(self) -> int:
        """Takes back expired reservations; returns how many."""
        return await self._database.run(ledger.reclaim) if self._database else 0


def scope_keys(scope: Scope, *, purpose: str, provider: str, model: str = "") -> dict[str, str]:
    """Every scope kind that a call has a key for, with the key; "all" has the empty one."""
    keys = {"run": scope.run, "domain": scope.domain, "posting": scope.posting, "tenant": scope.tenant}
    keys |= {"purpose": purpose, "provider": provider, "model": model}
    return {"all": ""} | {kind: key for kind, key in keys.items() if key}


def _exceeded(hold: ledger.Hold) -> BudgetExceeded:
    mend = "Raise it with `inroad budget set`, or wait for its next period."
    if hold.amount is None:
        message = f"The budget {hold.name} is in {hold.unit}, and no price is known for this model."
        mend = "Limit it in tokens, with --soft, or choose a model whose price is known."
    else:
        message = (
            f"The budget {hold.name} has {hold.left.normalize():,f} of {hold.limit.normalize():,f} {hold.unit} left; "
            f"the call may need {hold.amount.normalize():,f}."
        )
    return BudgetExceeded(message, budget=hold.name, left=float(hold.left), mend=mend)


def parse_scope(scope: str) -> tuple[str, str]:
    """Kind and key of `all`, `KIND` or `KIND:KEY`.

    Raises:
        UserError: Names what is valid.
    """
    kind, _, key = scope.strip().partition(":")
    kind, key = kind.strip().lower(), key.strip()
    valid = f"valid is all, or KIND or KIND:KEY with KIND of {', '.join(KINDS)}"
    if (kind == "all" and ":" in scope) or kind not in ("all", *KINDS) or (":" in scope and not key):
        raise UserError(f"{scope!r} is not a budget's scope; {valid}.", reason="bad-scope")
    if len(key) > MAX_KEY or "\x00" in key:
        raise UserError(f"A budget's key has at most {MAX_KEY} characters and no NUL.", reason="bad-scope")
    return kind, key.lower() if kind == "domain" else key


def set_budget(
    database: Database,
    scope: str,
    *,
    tokens: float | None = None,
    usd: float | None = None,
    credits: float | None = None,  # noqa: A002 - the unit's name
    period: str = "total",
    soft: bool = False,
) -> None:
    """Sets one limit for each unit given; what was spent under it already stays counted.

    Args:
        database: The application's.
        scope: `all`, `KIND:KEY`, or `KIND` alone for a limit for each key.
        tokens: Input and output tokens.
        usd: US dollars.
        credits: A scraping service's credits.
        period: "total", "day" or "month" (UTC).
        soft: Record an event instead of refusing.

    Raises:
        UserError: A wrong scope, period or limit; nothing was set.
    """
    kind, key = parse_scope(scope)
    if period not in PERIODS:
        raise UserError(f"{period!r} is not a budget's period; valid is {', '.join(PERIODS)}.", reason="bad-period")
    limits = {unit: limit for unit, limit in zip(UNITS, (tokens, usd, credits), strict=True) if limit is not None}
    if not limits:
        raise UserError("A budget needs a limit: --tokens, --usd or --credits.", reason="bad-limit")
    for unit, limit in limits.items():
        if not 0 <= limit <= MAX_LIMIT:
            raise UserError(f"{limit} {unit} is not a limit; valid is 0 to {MAX_LIMIT:,}.", reason="bad-limit")
    with database.begin() as session:
        for unit, limit in limits.items():
            exact = Decimal(str(limit)).quantize(_STEP)
            ledger.put_budget(session, kind=kind, key=key, period=period, unit=unit, limit=exact, is_soft=soft)
        wake_refused(session)


def remove_budget(database: Database, scope: str, *, unit: str, period: str = "total") -> bool:
    """Removes one limit and what was counted under it; False when there was none."""
    kind, key = parse_scope(scope)
    with database.begin() as session:
        wake_refused(session)
        return ledger.drop_budget(session, kind=kind, key=key, period=period, unit=unit)


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """How one budget stands in its current period.

    Attributes:
        scope: "all", "KIND:KEY", or "KIND" for a limit for each of which no key was seen.
        period: "total", "day" or "month".
        unit: "tokens", "usd" or "credits".
        limit: The limit.
        spent: Settled.
        reserved: Set aside by calls in flight.
        left: Limit less spent and reserved, not below zero.
        is_soft: Recorded and not refused.
        expected: What will be spent at the period's end at the pace so far; None for "total", or where nothing was spent.
        runs_out_at: When the limit is reached at that pace; None where that is not within the period.
    """

    scope: str
    period: str
    unit: str
    limit: float
    spent: float
    reserved: float
    left: float
    is_soft: bool
    expected: float | None = None
    runs_out_at: datetime | None = None


def show_budgets(database: Database) -> list[BudgetStatus]:
    """Every budget as it stands now, expired reservations taken back first."""
    with database.begin() as session:
        ledger.reclaim(session)
    return [_status(standing) for standing in database.call(ledger.budget_rows)]


def forecast(
    spent: float, limit: float, since: datetime, now: datetime, ends: datetime | None
) -> tuple[float | None, datetime | None]:
    """What will be spent by the period's end, and when the limit is reached, at the average pace so far.

    Args:
        spent: Since `since`.
        limit: The budget.
        since: When counting began.
        now: The time.
        ends: The period's end; None for none.
    """
    elapsed_s = max((now - since).total_seconds(), 1.0)
    if spent <= 0:
        return None, None
    expected = None if ends is None else spent + spent / elapsed_s * max((ends - now).total_seconds(), 0.0)
    left_s = max(limit - spent, 0.0) / spent * elapsed_s
    if left_s > FORECAST_S or (ends is not None and now + timedelta(seconds=left_s) >= ends):
        return expected, None
    return expected, now + timedelta(seconds=left_s)


def _status(standing: ledger.Standing) -> BudgetStatus:
    hold = standing.hold
    scope = f"{hold.scope_kind}:{hold.key}" if hold.key else hold.scope_kind
    figures = (float(hold.limit), float(hold.spent), float(hold.reserved), float(hold.left))
    ahead = forecast(float(hold.spent), float(hold.limit), standing.counted_since, standing.now, standing.ends)
    return BudgetStatus(scope, hold.period, hold.unit, *figures, hold.is_soft, *ahead)
