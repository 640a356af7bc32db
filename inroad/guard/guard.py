"""The composed guard: permission, bounded retry, and inside each attempt pauses, breaker, budget, rate, call, settlement.

One object for a process; its state is in the database, so that limits hold over threads, processes and machines. What does
not belong here: the parts themselves (beside this module) and any service's protocol.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from inroad.guard import tracing
from inroad.guard.breaker import Breakers
from inroad.guard.budget import NOTHING, Amounts, Budgets, Reservation
from inroad.guard.errors import NotCalled, RateLimited, Scope, TransientError
from inroad.guard.pauses import Pauses
from inroad.guard.rate import RateLimiter
from inroad.guard.retry import retrying
from inroad.guard.services import Service
from inroad.store.database import Database, DatabaseUnavailable
from inroad.store.ledger import LedgerEntry, StoredAnswer

T = TypeVar("T")
log = logging.getLogger(__name__)
# Seconds that a reservation outlives its call's time-out: the wait for the rate limit and our own work.
RESERVATION_SLACK_S = 60.0


@dataclass(slots=True)
class Attempt:
    """One attempt at a call; the caller of the service reports here what it used.

    Attributes:
        number: From 1.
        estimate: The upper bound that is set aside.
        used: What the service reported. Left None, an answered call counts the whole estimate, a failed one nothing.
        result: Columns of the ledger's row; `outcome` is set by the guard where the caller does not.
        answer: What the cache keeps of it.
    """

    number: int
    estimate: Amounts
    used: Amounts | None = None
    result: dict[str, Any] = field(default_factory=dict)
    answer: StoredAnswer | None = None

    def charge_all(self) -> None:
        """The service may have charged the call although no whole answer arrived."""
        self.used = self.estimate


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """What is to be called, and for whom.

    Attributes:
        service: Its row of the table.
        attempt: Makes one attempt; must raise `InroadError`s only.
        key: Host or endpoint: breakers and buckets are per service and key. Never a secret.
        scope: What the call is for.
        purpose: The pipeline's layer.
        provider: Budget scope; the service's name by default.
        model: Budget scope.
        estimate: Upper bound of one attempt.
        permission: Awaited first; raises where the call is not allowed.
        entry: Makes the ledger's row of an attempt; None for services that have no ledger.
        answer_key: Looked up in the cache of answers just before the first reservation; `call` then raises
            `inroad.store.ledger.Known` with what it found.
    """

    service: Service
    attempt: Callable[[Attempt], Awaitable[T]]
    key: str = ""
    scope: Scope = field(default_factory=Scope)
    purpose: str = ""
    provider: str = ""
    model: str = ""
    estimate: Amounts = NOTHING
    permission: Callable[[], Awaitable[None]] | None = None
    entry: Callable[[int], LedgerEntry] | None = None
    answer_key: str | None = None

    @property
    def name(self) -> str:
        """Of its breaker and bucket."""
        return f"{self.service.name}:{self.key}" if self.key else self.service.name


class Guard:
    """Lets calls out.

    Args:
        database: Holds budgets, buckets and breakers for all processes; None keeps the latter two in this object.
    """

    def __init__(self, database: Database | None = None) -> None:
        self.breakers = Breakers(database)
        self.rates = RateLimiter(database)
        self.budgets = Budgets(database)
        self.pauses = Pauses(database)

    async def call(self, call: Call[T]) -> T:
        """Makes one guarded call.

        Raises:
            Paused, BudgetExceeded, CircuitOpen, BucketEmpty: Our own refusal; the service was not called.
            RateLimited, TransientError, PermanentError: The last attempt's, after bounded retries.
        """
        if call.permission:
            await call.permission()
        return await retrying(call.service.retry, lambda number: self._attempt(call, number))

    async def _attempt(self, call: Call[T], number: int) -> T:
        await self.pauses.check(call.service.name, call.key, call.scope)  # before each: the wait for the next one may be a minute
        with tracing.span(f"call {call.service.name}", **_described(call, number)) as said:
            return await self._guarded(call, number, said)

    async def _guarded(self, call: Call[T], number: int, said: dict[str, Any]) -> T:
        async with self.breakers.call(call.name, call.service.breaker):
            reservation = await self._reserve(call, number)
            attempt = Attempt(number, call.estimate)
            try:
                answer = await self._send(call, attempt)
            except BaseException as error:
                await self._after_failure(call, attempt, reservation, error)
                said.update(_accounted(attempt))
                raise
            attempt.result.setdefault("outcome", "ok")
            said.update(_accounted(attempt))
            await self._settle(reservation, attempt.used, attempt)
            return answer

    async def _reserve(self, call: Call[T], number: int) -> Reservation:
        return await self.budgets.reserve(
            call.scope,
            call.purpose,
            call.provider or call.service.name,
            call.model,
            call.estimate,
            entry=_traced(call.entry(number)) if call.entry else None,
            counts_if_lost=call.service.charges_lost,
            expires_s=call.service.timeout_s + call.service.max_wait_s + RESERVATION_SLACK_S,
            answer_key=call.answer_key if number == 1 else None,
        )

    async def _send(self, call: Call[T], attempt: Attempt) -> T:
        if call.service.rate:
            await self.rates.acquire(call.name, call.service.rate, max_wait_s=call.service.max_wait_s)
        try:
            async with asyncio.timeout(call.service.timeout_s):
                return await call.attempt(attempt)
        except TimeoutError:
            _charge_unanswered(call.service, attempt)
            message = f"{call.name} gave no whole answer within {call.service.timeout_s:g} s."
            raise TransientError(message, reason="timeout") from None
        except asyncio.CancelledError:
            _charge_unanswered(call.service, attempt)
            raise

    async def _settle(self, reservation: Reservation, used: Amounts | None, attempt: Attempt) -> None:
        # A task that is cancelled here still settles (see `store.bundles`), or what was set aside would wait for its expiry.
        try:
            await self.budgets.settle(reservation, used, attempt.result, attempt.answer)
        except DatabaseUnavailable as error:
            # The answer is worth more than its entry: the reservation stands until it expires and is counted then.
            log.warning("A call to %s could not be settled: %s", reservation.provider, error)

    async def _after_failure(self, call: Call[T], attempt: Attempt, reservation: Reservation, error: BaseException) -> None:
        attempt.result.setdefault("outcome", _outcome(error))
        await self._settle(reservation, attempt.used or NOTHING, attempt)
        if isinstance(error, RateLimited) and not isinstance(error, NotCalled) and error.retry_after_s and call.service.rate:
            await self.rates.block(call.name, error.retry_after_s)


def _traced(entry: LedgerEntry) -> LedgerEntry:
    return entry if entry.trace_id else replace(entry, trace_id=tracing.current_trace_id())


def _described(call: Call[Any], number: int) -> dict[str, Any]:
    scope = {"domain": call.scope.domain, "posting": call.scope.posting, "tenant": call.scope.tenant}
    return {"key": call.key, "purpose": call.purpose, "model": call.model, "attempt": number, **scope}


def _accounted(attempt: Attempt) -> dict[str, Any]:
    """What the span says of an attempt: never a prompt or an answer."""
    return {name: attempt.result.get(name) for name in ("outcome", "input_tokens", "output_tokens", "cached_tokens", "cost_usd")}


def _outcome(error: BaseException) -> str:
    if isinstance(error, asyncio.CancelledError):
        return "cancelled"
    return str(getattr(error, "reason", "bug"))


def _charge_unanswered(service: Service, attempt: Attempt) -> None:
    if service.charges_lost and attempt.used is None:
        attempt.charge_all()
