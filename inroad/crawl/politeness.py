"""Politeness: when the next request to a host may leave.

What lives here: turns (one request's permission to leave now), the limits on requests in flight, and what follows from 429, 503
and Crawl-delay. What does not: the rows behind it (`inroad.store.hosts`), robots rules (`robots_cache`), and HTTP.

Two kinds of host. Most only have our own floor between requests: slots are given out ahead of time. A host that asked for more,
by Crawl-delay, 429 or 503, is exact: one request at a time among all processes, and its distance is counted from the end of the
last answer, so that neither a slow connection nor a waiting worker can bring two requests closer than was asked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import urlsplit

from inroad.crawl.failures import HostNotReady, permanent, shown
from inroad.settings import Settings

MAX_WAIT_S: Final = 30.0
"""Seconds that a call waits for its turn; a longer wait gives the row back, so that no worker sleeps on one host."""

MAX_CRAWL_DELAY_S: Final = 60.0
"""The longest Crawl-delay that is kept; with a longer one a domain would take days, and its owner means "stay away"."""

MAX_INTERVAL_S: Final = 60.0
"""Seconds that the learned distance grows to at most."""

_MAX_RETRY_AFTER_S: Final = 86_400.0  # a stranger's number: no host rests for more than a day on it
FIRST_INTERVAL_S: Final = 0.5
"""Seconds of the learned distance after a first refusal; doubled from then on."""

_RECOVERY: Final = 0.9  # of the learned distance stays after each success
_GRACE_S: Final = 21.0  # a request to an exact host is taken to have arrived by then: twice the time to connect, and a little
_MEMORY_HOSTS: Final = 10_000  # clocks kept before those at rest are dropped
_POLL_S: Final = 0.1  # between two looks at an exact host that another process holds


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a host may be asked.

    Args:
        floor_s: Our own least distance between requests, seconds.
        exclusive: One request at a time whatever is known of the host.
    """

    floor_s: float
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for the requests to one host, or to all hosts of a domain that has limits of its own.

    Args:
        key: Under which requests are counted together.
        floor_s: Least distance between requests, seconds.
        concurrency: Requests in flight in this process.
    """

    key: str
    floor_s: float
    concurrency: int


LimitsOf = Callable[[str], Awaitable[Limits]]


@dataclass(frozen=True, slots=True)
class Grant:
    """An answer to "may I send?".

    Args:
        is_granted: A slot was taken.
        wait_s: Seconds until the slot, or until it is worth asking again.
        is_exact: One request at a time; `finish` must be called.
        is_learned: The host has slowed us down before; successes are to be reported.
        is_blocked: The wait is the host's own Retry-After.
    """

    is_granted: bool
    wait_s: float
    is_exact: bool = False
    is_learned: bool = False
    is_blocked: bool = False


class PaceStore(Protocol):
    """Where the hosts' clocks are kept."""

    async def take(self, host: str, pace: Pace, *, bound_s: float, grace_s: float) -> Grant:
        """Takes the next slot of a host if it comes within `bound_s`; an exact one only if it is now."""

    async def blocked_s(self, host: str) -> float:
        """Seconds until the host may be asked again; 0 when it may."""

    async def finish(self, host: str, pace: Pace, *, recover: float) -> None:
        """An exact request is over: the distance counts from now; the learned part shrinks by `recover`."""

    async def slow_down(self, host: str, pace: Pace, *, retry_after_s: float | None) -> float:
        """The host refused: doubles the learned distance once per refusal period; gives the seconds until the next request."""

    async def keep_crawl_delay(self, host: str, crawl_delay_s: float | None) -> None:
        """Remembers what robots.txt asks for; counts from now."""


@dataclass(slots=True)
class _Clock:
    next_at: float = 0.0
    blocked_until: float = 0.0
    crawl_delay_s: float | None = None
    interval_s: float | None = None

    def interval(self, floor_s: float) -> float:
        return max(floor_s, self.crawl_delay_s or 0.0, self.interval_s or 0.0)


class MemoryPaces:
    """The clocks of one process that has no database; the same rules as `inroad.store.hosts`.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._hosts: dict[str, _Clock] = {}

    def _of(self, host: str) -> _Clock:
        if host not in self._hosts and len(self._hosts) >= _MEMORY_HOSTS:
            now = self._clock()
            for name in [name for name, held in self._hosts.items() if max(held.next_at, held.blocked_until) < now]:
                del self._hosts[name]
        return self._hosts.setdefault(host, _Clock())

    async def take(self, host: str, pace: Pace, *, bound_s: float, grace_s: float) -> Grant:
        """See `PaceStore`."""
        held, now = self._of(host), self._clock()
        ready_at = max(now, held.next_at, held.blocked_until)
        is_learned = held.interval_s is not None
        is_exact = pace.exclusive or is_learned or held.crawl_delay_s is not None
        wait_s = ready_at - now
        is_granted = wait_s <= 0 if is_exact else wait_s <= bound_s
        if is_granted:
            held.next_at = ready_at + held.interval(pace.floor_s) + (grace_s if is_exact else 0.0)
        return Grant(is_granted, wait_s, is_exact, is_learned, held.blocked_until > now)

    async def blocked_s(self, host: str) -> float:
        """See `PaceStore`."""
        return max(0.0, self._of(host).blocked_until - self._clock())

    async def finish(self, host: str, pace: Pace, *, recover: float) -> None:
        """See `PaceStore`."""
        held = self._of(host)
        if held.interval_s is not None and recover < 1:
            shrunk = held.interval_s * recover
            held.interval_s = shrunk if shrunk > max(pace.floor_s, FIRST_INTERVAL_S / 2) else None
        held.next_at = self._clock() + held.interval(pace.floor_s)

    async def slow_down(self, host: str, pace: Pace, *, retry_after_s: float | None) -> float:
        """See `PaceStore`."""
        held, now = self._of(host), self._clock()
        if held.blocked_until <= now:
            held.interval_s = min(MAX_INTERVAL_S, max(FIRST_INTERVAL_S, held.interval(pace.floor_s) * 2))
        rest_s = held.interval(pace.floor_s) if retry_after_s is None else retry_after_s
        held.blocked_until = max(held.blocked_until, now + rest_s)
        return held.blocked_until - now

    async def keep_crawl_delay(self, host: str, crawl_delay_s: float | None) -> None:
        """See `PaceStore`."""
        held = self._of(host)
        held.crawl_delay_s = crawl_delay_s
        held.next_at = max(held.next_at, self._clock() + (crawl_delay_s or 0.0))


@dataclass(slots=True)
class _Gate:
    """The requests of one process to one host."""

    places: asyncio.Semaphore
    users: int = 0
    blocked_until: float = 0.0  # monotonic; known here at once, before the row has it
    order: asyncio.Lock = field(default_factory=asyncio.Lock)  # turns of one host are given in the order they were asked for


@dataclass(slots=True)
class Turn:
    """Permission for one request to leave now.

    Args:
        waited_ms: How long it took.
    """

    waited_ms: float
    succeeded: bool = False

    def ended(self, *, succeeded: bool) -> None:
        """Says how the request ended: only successes let the pace recover."""
        self.succeeded = succeeded


class Politeness:
    """Gives turns for requests to hosts.

    Args:
        settings: `host_interval_s`, `host_concurrency`, `fetch_concurrency`.
        store: Where the hosts' clocks are kept.
        max_wait_s: Seconds that one call waits for its turn.
        limits_of: Tells the limits of a URL; None takes those of the settings for every host.
    """

    def __init__(
        self, settings: Settings, store: PaceStore, *, max_wait_s: float = MAX_WAIT_S, limits_of: LimitsOf | None = None
    ) -> None:
        self._settings = settings
        self._limits_of = limits_of or self._from_settings
        self._places = asyncio.Semaphore(settings.fetch_concurrency)
        self._store = store
        self._gates: dict[str, _Gate] = {}
        self.max_wait_s = max_wait_s

    async def _from_settings(self, url: str) -> Limits:
        return Limits(pace_key(url), self._settings.host_interval_s, self._settings.host_concurrency)

    @asynccontextmanager
    async def turn(self, url: str, *, exclusive: bool = False) -> AsyncIterator[Turn]:
        """Waits for the host's pace, then holds a place among the requests in flight.

        Args:
            url: What will be asked for.
            exclusive: One request to this host at a time, among all processes.

        Raises:
            HostNotReady: The turn would come later than `max_wait_s`.
        """
        limits = await self._limits_of(url)
        host, pace = limits.key, Pace(limits.floor_s, exclusive)
        async with self._gate(limits) as gate, gate.places:
            begun = time.monotonic()
            await gate.order.acquire()
            try:
                grant = await self._enter(url, host, gate, pace, begun)
            except BaseException:
                gate.order.release()
                raise
            if not grant.is_exact:
                gate.order.release()
            turn = Turn((time.monotonic() - begun) * 1000)
            try:
                yield turn
            finally:
                self._places.release()
                if grant.is_exact:
                    await self._leave(host, gate, pace, recovers=grant.is_learned and turn.succeeded)

    async def _leave(self, host: str, gate: _Gate, pace: Pace, *, recovers: bool) -> None:
        try:
            await self._store.finish(host, pace, recover=_RECOVERY if recovers else 1.0)
        finally:
            gate.order.release()

    @asynccontextmanager
    async def _gate(self, limits: Limits) -> AsyncIterator[_Gate]:
        host = limits.key
        gate = self._gates.setdefault(host, _Gate(asyncio.Semaphore(limits.concurrency)))
        gate.users += 1
        try:
            yield gate
        finally:
            gate.users -= 1
            if not gate.users:
                del self._gates[host]

    async def _enter(self, url: str, host: str, gate: _Gate, pace: Pace, begun: float) -> Grant:
        """Returns with a slot that is due and with a place among the requests in flight."""
        while True:
            await self._places.acquire()
            try:
                grant = await self._ask(url, host, gate, pace, begun)
            except BaseException:
                self._places.release()
                raise
            if grant.is_granted and grant.wait_s <= 0:
                return grant
            # No place among the requests in flight is held while one host makes us wait.
            self._places.release()
            is_certain = grant.is_granted or grant.is_blocked
            await asyncio.sleep(grant.wait_s if is_certain else min(grant.wait_s, _POLL_S))
            if grant.is_granted:
                await self._places.acquire()
                if await self._still_free(host, gate):
                    return grant
                self._places.release()

    async def _still_free(self, host: str, gate: _Gate) -> bool:
        """Whether the host has not asked for rest while we waited for our slot."""
        return gate.blocked_until <= time.monotonic() and await self._store.blocked_s(host) <= 0

    async def _ask(self, url: str, host: str, gate: _Gate, pace: Pace, begun: float) -> Grant:
        left_s = self.max_wait_s - (time.monotonic() - begun)
        known_s = gate.blocked_until - time.monotonic()
        if known_s > 0:
            grant = Grant(is_granted=False, wait_s=known_s, is_blocked=True)
        else:
            grant = await self._store.take(host, pace, bound_s=max(left_s, 0.0), grace_s=_GRACE_S)
        # An exact host that is merely held by another request looks busy for the grace too; it will not be.
        sure_s = grant.wait_s - (_GRACE_S if grant.is_exact and not grant.is_blocked else 0.0)
        if not grant.is_granted and (sure_s > left_s or left_s <= 0):
            raise HostNotReady(
                f"{shown(url)} has to wait: its host may be asked again in {max(sure_s, 1.0):.0f} s.",
                url=url,
                retry_after_s=max(sure_s, 1.0),
            )
        return grant

    async def slow_down(self, url: str, *, retry_after_s: float | None) -> float:
        """Takes a 429, a 503 or a block page into account, here at once and in all processes.

        Args:
            url: What was asked for.
            retry_after_s: What Retry-After says; None where it says nothing.

        Returns:
            Seconds until the host may be asked again.
        """
        limits = await self._limits_of(url)
        host = limits.key
        if retry_after_s is not None:
            retry_after_s = min(max(retry_after_s, 0.0), _MAX_RETRY_AFTER_S)
            if gate := self._gates.get(host):
                gate.blocked_until = max(gate.blocked_until, time.monotonic() + retry_after_s)
        return await self._store.slow_down(host, Pace(limits.floor_s), retry_after_s=retry_after_s)

    async def keep_crawl_delay(self, url: str, crawl_delay_s: float | None) -> None:
        """Remembers the Crawl-delay of a URL's host for all processes.

        Raises:
            FetchFailed: "crawl-delay-too-long" where it is longer than `MAX_CRAWL_DELAY_S`.
        """
        key = (await self._limits_of(url)).key
        await self._store.keep_crawl_delay(key, None if not crawl_delay_s else min(crawl_delay_s, MAX_CRAWL_DELAY_S))

    @staticmethod
    def check_crawl_delay(url: str, crawl_delay_s: float | None) -> None:
        """Refuses a host that asks for longer pauses than are kept.

        Raises:
            FetchFailed: "crawl-delay-too-long".
        """
        if crawl_delay_s is not None and crawl_delay_s > MAX_CRAWL_DELAY_S:
            what = f"is not read: robots.txt asks for {crawl_delay_s:g} s between requests, more than {MAX_CRAWL_DELAY_S:g} s"
            raise permanent("crawl-delay-too-long", url, what)


def origin_of(url: str) -> str:
    """Scheme, host and port of an absolute URL, the default port left out."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def pace_key(url: str) -> str:
    """The host whose pace a URL counts under: its origin, http and https on their default ports being one host."""
    origin = origin_of(url)
    parts = urlsplit(origin)
    return f"https://{parts.netloc}" if parts.scheme == "http" and parts.port is None else origin
