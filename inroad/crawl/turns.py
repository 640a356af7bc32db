"""One process's side of a host: its stint there, its gate, and the turns that pass it.

What lives here: the values, and when a turn may pass. What does not: giving turns (`politeness`), and the rules of slowing down
(`paces`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from inroad.crawl.paces import Pace, distance_s, recovered


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


@dataclass(slots=True)
class HeldStint:
    """A host that is ours for a while; all moments are monotonic.

    Attributes:
        end: No request starts after it.
        next_at: The next request starts no sooner.
        crawl_delay_s: What robots.txt asks for.
        interval_s: The learned distance.
        loaded_s: The same as it was read.
        is_exclusive: It was taken for exact requests, whatever is known of the host.
    """

    end: float
    next_at: float
    crawl_delay_s: float | None
    interval_s: float | None
    loaded_s: float | None
    is_exclusive: bool

    @property
    def is_exact(self) -> bool:
        """Whether requests go one at a time: the host has asked for a distance."""
        return self.crawl_delay_s is not None or self.interval_s is not None

    def distance(self, floor_s: float) -> float:
        """Seconds between two requests, with our own floor."""
        return distance_s(floor_s, self.crawl_delay_s, self.interval_s)


@dataclass(slots=True)
class Gate:
    """The requests of one process to one host."""

    places: asyncio.Semaphore
    users: int = 0
    blocked_until: float = 0.0  # monotonic; known here at once, before the row has it
    stint: HeldStint | None = None
    order: asyncio.Lock = field(default_factory=asyncio.Lock)  # turns of one host are given in the order they were asked for
    closing: asyncio.TimerHandle | None = None


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


def is_due(gate: Gate) -> bool:
    """Whether a request may start now, in a stint of ours; while a place was waited for, the host's clock went on."""
    stint, now = gate.stint, time.monotonic()
    return stint is not None and max(stint.next_at, gate.blocked_until) <= now < stint.end


def leave(gate: Gate, pace: Pace, *, succeeded: bool) -> None:
    """An exact request is over: the distance counts from now, and a success shortens what was learned."""
    stint = gate.stint
    if stint is None:
        return
    if succeeded and stint.interval_s is not None:
        stint.interval_s = recovered(stint.interval_s, pace.floor_s)
    stint.next_at = time.monotonic() + stint.distance(pace.floor_s)
