"""Budgets that cannot be overspent: reserve an upper bound before the call, settle what was used after it.

A call is held to every budget whose scope it is in: `all`, and for each of run, domain, posting, purpose, provider, model and
tenant both `KIND:KEY` and `KIND` alone (a limit for each key). Periods are days and months in UTC; an amount counts in the
period in which it was reserved. A hard budget refuses, a soft one records an event. Spending counts from the moment the budget
is first set.

What does not belong here: setting and showing limits (`limits`), the statements (`inroad.store.ledger`) and prices
(`inroad.llm.prices`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from inroad.guard.errors import BudgetExceeded, Scope
from inroad.store import ledger
from inroad.store.database import Database
from inroad.store.flushing import Flushes

# Seconds after which a reservation that nobody settled is taken back; longer than any call may last.
EXPIRES_S = 300.0
# The column's last digit; dollars are rounded up to it.
STEP = Decimal("0.00000001")


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
        usd = None if self.usd is None else Decimal(repr(self.usd)).quantize(STEP, ROUND_CEILING)
        return {"tokens": Decimal(self.tokens), "usd": usd, "credits": Decimal(repr(self.credits)).quantize(STEP, ROUND_CEILING)}


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
        self._ledger = ledger.Ledger(database) if database else None
        self._flushes = Flushes(database) if database else None
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
        if self._ledger is None:
            return Reservation(provider, estimate, None)
        keys = scope_keys(scope, purpose=purpose, provider=provider, model=model)
        options: dict[str, Any] = {
            "expires_s": expires_s or self._expires_s,
            "counts_if_lost": counts_if_lost,
            "entry": entry,
            "answer_key": answer_key,
        }
        try:
            booking = await self._ledger.reserve(keys, estimate.as_units(), **options)
        except ledger.OverLimit:
            booking = await self._reserve_again(keys, estimate, options)
        if self._flushes and booking.is_held:
            self._flushes.begin()  # beside the call: waiting for a busy disk costs more than all the rest of the guard
        return Reservation(provider, estimate, booking)

    async def _reserve_again(self, keys: Mapping[str, str], estimate: Amounts, options: dict[str, Any]) -> ledger.Booking:
        """Takes expired reservations back first: a killed process must not make the budget refuse what it covers."""
        assert self._database
        assert self._ledger
        await self._database.run(ledger.reclaim)
        try:
            return await self._ledger.reserve(keys, estimate.as_units(), **options)
        except ledger.OverLimit as refusal:
            if entry := options["entry"]:
                await ledger.enter(self._database, entry, outcome="refused", amounts=estimate.as_units())
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
        if self._ledger and reservation.booking:
            amounts = (used or reservation.estimate).as_units()
            await self._ledger.settle(reservation.booking, amounts, result, answer)

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
