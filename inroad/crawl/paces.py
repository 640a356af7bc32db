"""Paces: how fast hosts may be asked, and who keeps their clocks.

What lives here: the values that pass between politeness and the keepers of clocks, the rules of slowing down and recovering, and
the keeper of one process without a database. What does not: turns (`politeness`), the keeper that all processes share
(`shared_paces`).

A process takes a host for a *stint*: a second in which it alone starts requests there, by a clock in its memory. At the end it
writes the clock back. Until then the row says the latest moment that the stint allows, so that a process that is killed costs its
successor a little patience and the host nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol
from urllib.parse import urlsplit

MAX_WAIT_S: Final = 30.0
"""Seconds that a call waits for its turn; a longer wait gives the row back, so that no worker sleeps on one host."""

MAX_CRAWL_DELAY_S: Final = 60.0
"""The longest Crawl-delay that is kept; with a longer one a domain would take days, and its owner means "stay away"."""

MAX_INTERVAL_S: Final = 60.0
"""Seconds that the learned distance grows to at most."""

MAX_RETRY_AFTER_S: Final = 86_400.0
"""A stranger's number: no host rests for more than a day on it."""

FIRST_INTERVAL_S: Final = 0.5
"""Seconds of the learned distance after a first refusal; doubled from then on."""

STINT_S: Final = 1.0
"""Seconds in which the holder of a host starts requests there; then whoever waits for the host has it."""

GRACE_S: Final = 21.0
"""A request to an exact host is taken to have arrived by then, whatever became of its sender: twice the time to connect."""

_RATE_STEP: Final = 0.05  # requests a second that each success adds to the learned rate
_MOST_SHRUNK: Final = 0.8  # of the learned distance stays after a success at least: from a long one the step would be a leap
_MEMORY_HOSTS: Final = 10_000  # clocks kept before those at rest are dropped


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
class StintAnswer:
    """What a keeper says to "may I have the host?".

    Args:
        is_granted: The host is the asker's until `STINT_S` after `wait_s`.
        wait_s: Seconds until a request may start; of a refusal, until it is worth asking again.
        crawl_delay_s: What robots.txt asks for.
        interval_s: The learned distance; None where the host never refused, or has been forgiven.
        is_certain: A refusal's wait is the host's own clock, and not another holder's stint.
    """

    is_granted: bool
    wait_s: float
    crawl_delay_s: float | None = None
    interval_s: float | None = None
    is_certain: bool = False


@dataclass(frozen=True, slots=True)
class StintEnd:
    """What the holder of a host gives back.

    Args:
        host: Which.
        next_s: Seconds until the next request may start.
        interval_s: The learned distance now.
        loaded_s: The learned distance as it was read; where the row says another by now, that one stands.
    """

    host: str
    next_s: float
    interval_s: float | None
    loaded_s: float | None


class PaceStore(Protocol):
    """Where the hosts' clocks are kept."""

    async def take(self, host: str, pace: Pace) -> StintAnswer:
        """Takes a host for a stint, if nobody holds it, nobody else was promised it, and a request may start soon."""

    async def give_back(self, end: StintEnd) -> None:
        """Ends a stint; nothing where it is no longer ours."""

    async def slow_down(self, host: str, pace: Pace, *, retry_after_s: float | None) -> float:
        """The host refused: ends the stint, doubles the learned distance once per refusal period; gives the seconds of rest."""

    async def keep_crawl_delay(self, host: str, crawl_delay_s: float | None) -> None:
        """Remembers what robots.txt asks for; counts from now."""

    async def aclose(self) -> None:
        """Ends; every host has been given back."""


@lru_cache(maxsize=4096)
def origin_of(url: str) -> str:
    """Scheme, host and port of an absolute URL, the default port left out."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


@lru_cache(maxsize=4096)
def pace_key(url: str) -> str:
    """The host whose pace a URL counts under: its origin, http and https on their default ports being one host."""
    origin = origin_of(url)
    parts = urlsplit(origin)
    return f"https://{parts.netloc}" if parts.scheme == "http" and parts.port is None else origin


def distance_s(floor_s: float, crawl_delay_s: float | None, interval_s: float | None) -> float:
    """Seconds between two requests: the largest of our floor, Crawl-delay and what was learned."""
    return max(floor_s, crawl_delay_s or 0.0, interval_s or 0.0)


def slowed(distance: float) -> float:
    """The learned distance after a refusal: the rate is halved, at most once in `MAX_INTERVAL_S`."""
    return min(MAX_INTERVAL_S, max(FIRST_INTERVAL_S, distance * 2))


def recovered(interval_s: float, floor_s: float) -> float | None:
    """The learned distance after a success: the rate grows by a fixed step. None where nothing is left to forgive."""
    shorter = max(interval_s * _MOST_SHRUNK, 1 / (1 / interval_s + _RATE_STEP))
    return shorter if shorter > max(floor_s, FIRST_INTERVAL_S / 2) else None


@dataclass(slots=True)
class _Clock:
    next_at: float = 0.0
    blocked_until: float = 0.0
    crawl_delay_s: float | None = None
    interval_s: float | None = None


class MemoryPaces:
    """The clocks of one process that has no database; the same rules as `inroad.store.hosts`, without anybody to share with.

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

    async def take(self, host: str, pace: Pace) -> StintAnswer:  # noqa: ARG002 - the protocol's shape
        """See `PaceStore`."""
        held, now = self._of(host), self._clock()
        wait_s = max(0.0, max(held.next_at, held.blocked_until) - now)
        # Never ahead into a rest: it may grow until then.
        is_granted = wait_s <= STINT_S and held.blocked_until <= now
        return StintAnswer(is_granted, wait_s, held.crawl_delay_s, held.interval_s, is_certain=not is_granted)

    async def give_back(self, end: StintEnd) -> None:
        """See `PaceStore`."""
        held = self._of(end.host)
        held.next_at = self._clock() + end.next_s
        if held.interval_s == end.loaded_s:
            held.interval_s = end.interval_s

    async def slow_down(self, host: str, pace: Pace, *, retry_after_s: float | None) -> float:
        """See `PaceStore`."""
        held, now = self._of(host), self._clock()
        if held.blocked_until <= now or held.interval_s is None:
            held.interval_s = slowed(distance_s(pace.floor_s, held.crawl_delay_s, held.interval_s))
        rest_s = distance_s(pace.floor_s, held.crawl_delay_s, held.interval_s)
        held.next_at = max(held.next_at, now + rest_s)
        held.blocked_until = max(held.blocked_until, now + (rest_s if retry_after_s is None else retry_after_s))
        return held.blocked_until - now

    async def keep_crawl_delay(self, host: str, crawl_delay_s: float | None) -> None:
        """See `PaceStore`."""
        held = self._of(host)
        held.crawl_delay_s = crawl_delay_s
        held.next_at = max(held.next_at, self._clock() + (crawl_delay_s or 0.0))

    async def aclose(self) -> None:
        """See `PaceStore`."""
