"""Rate limits: one token bucket for each service and key, shared by all processes through the database.

A bucket of `burst` tokens that refills so that no window of the period, wherever it starts, sees more than the limit: a plain
bucket of 600 that refills 600 a day would allow 1,200 within a day. What does not belong here: politeness to web sites
(`inroad.crawl`), which depends on what their robots.txt says.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from dataclasses import dataclass

from inroad.guard.errors import BucketEmpty, UserError
from inroad.store import rates
from inroad.store.database import Database

# Longest Retry-After that closes a bucket (seconds): a stranger must not close it for ever.
MAX_BLOCK_S = 86_400.0
# A waiting call holds its worker no longer than this by default (seconds); then its work goes back to its row.
MAX_WAIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `limit` calls in any window of `period_s` seconds.

    Attributes:
        limit: Calls.
        period_s: Length of the window in seconds.
        burst: Calls that may follow each other at once; by default a quarter of the limit. A larger burst means a slower
            refill, because both together must stay within the limit.
    """

    limit: int
    period_s: float
    burst: int | None = None

    def __post_init__(self) -> None:
        """Raises UserError for a limit, period or burst that no bucket can have."""
        if self.limit < 1 or self.period_s <= 0 or not 1 <= self.size <= self.limit:
            raise UserError(f"{self} is not a rate; limit and burst are at least 1, burst at most the limit.", reason="bad-rate")

    @property
    def size(self) -> int:
        """Tokens that the bucket holds."""
        return self.burst if self.burst is not None else max(1, self.limit // 4)

    @property
    def refill(self) -> float:
        """Tokens a second: a half-open window of the period then sees at most size + refill * period - 1 = limit calls."""
        return (self.limit + 1 - self.size) / self.period_s


@dataclass(slots=True)
class _Bucket:
    tokens: float
    refilled_at: float
    blocked_until: float = 0.0


class RateLimiter:
    """The token buckets of all services.

    Args:
        database: Holds them for all processes; None keeps them in this object.
    """

    def __init__(self, database: Database | None = None) -> None:
        self._database = database
        self._buckets: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    async def acquire(self, name: str, rate: Rate, *, cost: int = 1, max_wait_s: float = MAX_WAIT_S) -> float:
        """Waits for a token, within a bound.

        Args:
            name: Service, or service:key; never a secret itself.
            rate: The limit; give the same one for the same name.
            cost: Tokens that the call takes.
            max_wait_s: Longest wait in seconds.

        Returns:
            Seconds waited.

        Raises:
            BucketEmpty: The wait would be longer; `retry_after_s` says how long. Nothing was taken.
        """
        if not 1 <= cost <= rate.size:
            raise UserError(f"A call that takes {cost} never fits a bucket of {rate.size}.", reason="bad-rate")
        began = time.monotonic()
        while True:
            wait = await self._take(name, rate, cost)
            waited = time.monotonic() - began
            if wait <= 0:
                return waited
            if waited + wait > max_wait_s:
                message = f"The rate limit of {name} ({rate.limit} in {rate.period_s:g} s) allows the next call in {wait:.0f} s."
                raise BucketEmpty(message, retry_after_s=wait)
            # Jitter, so that the waiting calls of all processes do not ask in the same millisecond.
            await asyncio.sleep(wait + random.uniform(0, min(0.05, wait)))  # noqa: S311 - not for secrets

    async def block(self, name: str, seconds: float) -> None:
        """Gives no token for a while, in every process: the service's Retry-After."""
        seconds = min(max(seconds, 0.0), MAX_BLOCK_S)
        if self._database:
            await self._database.run(rates.block, name, seconds=seconds)
            return
        with self._lock:
            bucket = self._buckets.setdefault(name, _Bucket(0.0, time.monotonic()))
            bucket.blocked_until = max(bucket.blocked_until, time.monotonic() + seconds)

    async def _take(self, name: str, rate: Rate, cost: int) -> float:
        if self._database:
            values = {"burst": float(rate.size), "refill": rate.refill, "cost": float(cost)}
            return await self._database.run(rates.take, name, **values)
        return self._take_from_memory(name, rate, cost)

    def _take_from_memory(self, name: str, rate: Rate, cost: int) -> float:
        with self._lock:
            now = time.monotonic()
            bucket = self._buckets.setdefault(name, _Bucket(float(rate.size), now))
            bucket.tokens = min(float(rate.size), bucket.tokens + (now - bucket.refilled_at) * rate.refill)
            bucket.refilled_at = now
            wait = max((cost - bucket.tokens) / rate.refill, bucket.blocked_until - now)
            if wait <= 0:
                bucket.tokens -= cost
            return wait
