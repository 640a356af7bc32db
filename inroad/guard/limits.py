"""The limits that people set, and how they stand: set, removed, shown, foretold.

What does not belong here: holding calls to them (`budget`) and the statements (`inroad.store.budgets`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from inroad.guard.budget import STEP
from inroad.guard.errors import UserError
from inroad.store import budgets, ledger
from inroad.store.claims import wake_refused
from inroad.store.database import Database
from inroad.store.offers import offer_again

KINDS = ("run", "domain", "posting", "purpose", "provider", "model", "tenant")
PERIODS = ("total", "day", "month")
UNITS = ("tokens", "usd", "credits")
# The column holds 16 digits before the point.
MAX_LIMIT = 10**15
MAX_KEY = 512
# A limit that is further away than ten years is not foretold.
FORECAST_S = 10 * 365 * 86_400.0


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
) -> int:
    """Sets one limit for each unit given; what was spent under it already stays counted.

    Args:
        database: The application's.
        scope: `all`, `KIND:KEY`, or `KIND` alone for a limit for each key.
        tokens: Input and output tokens.
        usd: US dollars.
        credits: A scraping service's credits.
        period: "total", "day" or "month" (UTC).
        soft: Record an event instead of refusing.

    Returns:
        Rows that are due now: those that waited for a budget, and those that rules did in the model's place (`store.offers`).

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
            exact = Decimal(str(limit)).quantize(STEP)
            budgets.put_budget(session, kind=kind, key=key, period=period, unit=unit, limit=exact, is_soft=soft)
        return wake_refused(session) + offer_again(session)


def remove_budget(database: Database, scope: str, *, unit: str, period: str = "total") -> bool:
    """Removes one limit and what was counted under it; False when there was none."""
    kind, key = parse_scope(scope)
    with database.begin() as session:
        was_there = budgets.drop_budget(session, kind=kind, key=key, period=period, unit=unit)
        wake_refused(session)
        offer_again(session)
        return was_there


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
    return [_status(standing) for standing in database.call(budgets.budget_rows)]


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


def _status(standing: budgets.Standing) -> BudgetStatus:
    hold = standing.hold
    scope = f"{hold.scope_kind}:{hold.key}" if hold.key else hold.scope_kind
    figures = (float(hold.limit), float(hold.spent), float(hold.reserved), float(hold.left))
    ahead = forecast(float(hold.spent), float(hold.limit), standing.counted_since, standing.now, standing.ends)
    return BudgetStatus(scope, hold.period, hold.unit, *figures, hold.is_soft, *ahead)
