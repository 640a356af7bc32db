"""Politeness: when the next request to a host may leave.

What lives here: giving turns (one request's permission to leave now) within a process's stints at hosts, and the limits on
requests in flight. What does not: the turns' parts (`turns`), the rules of slowing down (`paces`), the rows behind the stints
(`inroad.store.hosts`), robots rules (`robots_cache`), and HTTP.

Two kinds of host. Most only have our own floor between requests. A host that asked for more, by Crawl-delay, 429 or 503, is
exact: one request at a time among all processes, and its distance is counted from the end of the last answer, so that neither a
slow connection nor a waiting worker can bring two requests closer than was asked. After a Retry-After there is exactly one probe.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from inroad.crawl.failures import HostNotReady, permanent, shown
from inroad.crawl.paces import (
    MAX_CRAWL_DELAY_S,
    MAX_RETRY_AFTER_S,
    MAX_WAIT_S,
    STINT_S,
    Pace,
    PaceStore,
    StintEnd,
    pace_key,
)
from inroad.crawl.turns import Gate, HeldStint, Limits, LimitsOf, Turn, is_due, leave
from inroad.settings import Settings
from inroad.store.database import DatabaseUnavailable

_LINGER_S: Final = 0.05  # that a host is kept when its last request is over: the next of a chain comes a moment later
_POLL_S: Final = 0.1  # between two looks at a host that another process holds: much shorter than a promise of it lasts


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
        self._gates: dict[str, Gate] = {}
        self._giving: set[asyncio.Task[None]] = set()
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
        pace = Pace(limits.floor_s, exclusive)
        async with self._gate(limits) as gate, gate.places:
            begun = time.monotonic()
            await gate.order.acquire()
            try:
                is_exact = await self._enter(url, limits.key, gate, pace, begun)
            except BaseException:
                gate.order.release()
                raise
            if not is_exact:
                gate.order.release()
            turn = Turn((time.monotonic() - begun) * 1000)
            try:
                yield turn
            finally:
                self._places.release()
                if is_exact:
                    leave(gate, pace, succeeded=turn.succeeded)
                    gate.order.release()

    @asynccontextmanager
    async def staying(self, url: str) -> AsyncIterator[None]:
        """Keeps a host, once it is taken, until the block ends: what is learned there is written before others come.

        The lease still ends when it must.
        """
        async with self._gate(await self._limits_of(url)):
            yield

    @asynccontextmanager
    async def _gate(self, limits: Limits) -> AsyncIterator[Gate]:
        host = limits.key
        gate = self._gates.setdefault(host, Gate(asyncio.Semaphore(limits.concurrency)))
        gate.users += 1
        if gate.closing is not None:
            gate.closing.cancel()
            gate.closing = None
        try:
            yield gate
        finally:
            gate.users -= 1
            if not gate.users:
                self._left(host, gate)

    def _left(self, host: str, gate: Gate) -> None:
        """Nobody here wants the host any more: it is given back in a moment."""
        if gate.stint is None:
            self._gates.pop(host, None)
        else:
            gate.closing = asyncio.get_running_loop().call_later(_LINGER_S, self._close, host, gate)

    def _close(self, host: str, gate: Gate) -> None:
        task = asyncio.ensure_future(self._give_back(host, gate))
        self._giving.add(task)
        task.add_done_callback(self._giving.discard)
        if not gate.users:
            self._gates.pop(host, None)

    async def _give_back(self, host: str, gate: Gate) -> None:
        stint, gate.stint = gate.stint, None
        if stint is not None:
            next_s = max(0.0, stint.next_at - time.monotonic())
            with contextlib.suppress(DatabaseUnavailable):  # then the row says more than it need, and the lease ends by itself
                await self._store.give_back(StintEnd(host, next_s, stint.interval_s, stint.loaded_s))

    async def aclose(self) -> None:
        """Gives every host back."""
        for host, gate in list(self._gates.items()):
            if gate.closing is not None:
                gate.closing.cancel()
            self._close(host, gate)
        if self._giving:
            await asyncio.wait(list(self._giving))
        await self._store.aclose()

    async def _enter(self, url: str, host: str, gate: Gate, pace: Pace, begun: float) -> bool:
        """Returns when a request may start, with a place among the requests in flight; tells whether it goes alone."""
        while True:
            wait_s, is_certain = await self._wait_for(host, gate, pace)
            if wait_s > 0:
                left_s = self.max_wait_s - (time.monotonic() - begun)
                if left_s <= 0 or (is_certain and wait_s > left_s):
                    raise _not_ready(url, wait_s)
                await asyncio.sleep(wait_s if is_certain else min(wait_s, _POLL_S))
                continue
            # No place among the requests in flight is held while one host makes us wait.
            await self._places.acquire()
            if is_due(gate):
                break
            self._places.release()
        stint = gate.stint
        assert stint is not None
        stint.next_at = time.monotonic() + stint.distance(pace.floor_s)
        return pace.exclusive or stint.is_exact

    async def _wait_for(self, host: str, gate: Gate, pace: Pace) -> tuple[float, bool]:
        """Seconds until a request may start in a stint of ours, 0 for now, and whether that is certain."""
        now = time.monotonic()
        if gate.blocked_until > now:
            return gate.blocked_until - now, True
        stint = gate.stint
        if stint is not None and (max(now, stint.next_at) >= stint.end or (pace.exclusive and not stint.is_exclusive)):
            await self._give_back(host, gate)
            stint = None
        if stint is None:
            asked_at = time.monotonic()
            answer = await self._store.take(host, pace)
            if not answer.is_granted:
                return max(answer.wait_s, 0.001), answer.is_certain
            now = time.monotonic()
            gate.stint = stint = HeldStint(
                end=asked_at + answer.wait_s + STINT_S,
                next_at=now + answer.wait_s,
                crawl_delay_s=answer.crawl_delay_s,
                interval_s=answer.interval_s,
                loaded_s=answer.interval_s,
                is_exclusive=pace.exclusive,
            )
            if gate.blocked_until > now:  # a refusal came in meanwhile
                return gate.blocked_until - now, True
        return max(0.0, stint.next_at - time.monotonic()), True

    async def slow_down(self, url: str, *, retry_after_s: float | None) -> float:
        """Takes a 429, a 503 or a block page into account, here at once and in all processes.

        Args:
            url: What was asked for.
            retry_after_s: What Retry-After says; None where it says nothing.

        Returns:
            Seconds until the host may be asked again.
        """
        limits = await self._limits_of(url)
        host, gate = limits.key, self._gates.get(limits.key)
        if retry_after_s is not None:
            retry_after_s = min(max(retry_after_s, 0.0), MAX_RETRY_AFTER_S)
        if gate is not None:
            gate.stint = None  # its clock is out of date; what the row says holds for us too
            if retry_after_s is not None:
                gate.blocked_until = max(gate.blocked_until, time.monotonic() + retry_after_s)
        asked_at = time.monotonic()
        rest_s = await self._store.slow_down(host, Pace(limits.floor_s), retry_after_s=retry_after_s)
        if gate is not None:
            gate.blocked_until = max(gate.blocked_until, asked_at + rest_s)
        return rest_s

    async def keep_crawl_delay(self, url: str, crawl_delay_s: float | None) -> None:
        """Remembers the Crawl-delay of a URL's host for all processes; one beyond `MAX_CRAWL_DELAY_S` is cut to that."""
        key = (await self._limits_of(url)).key
        delay_s = None if not crawl_delay_s else min(crawl_delay_s, MAX_CRAWL_DELAY_S)
        await self._store.keep_crawl_delay(key, delay_s)
        gate = self._gates.get(key)
        if gate is not None and gate.stint is not None:
            gate.stint.crawl_delay_s = delay_s
            gate.stint.next_at = max(gate.stint.next_at, time.monotonic() + (delay_s or 0.0))
            if delay_s is not None:
                # The lease was not taken for exact requests, which may outlast it: the next one takes it anew.
                gate.stint.end = min(gate.stint.end, gate.stint.next_at)

    @staticmethod
    def check_crawl_delay(url: str, crawl_delay_s: float | None) -> None:
        """Refuses a host that asks for longer pauses than are kept.

        Raises:
            FetchFailed: "crawl-delay-too-long".
        """
        if crawl_delay_s is not None and crawl_delay_s > MAX_CRAWL_DELAY_S:
            what = f"is not read: robots.txt asks for {crawl_delay_s:g} s between requests, more than {MAX_CRAWL_DELAY_S:g} s"
            raise permanent("crawl-delay-too-long", url, what)


def _not_ready(url: str, wait_s: float) -> HostNotReady:
    wait_s = max(wait_s, 1.0)
    return HostNotReady(
        f"{shown(url)} has to wait: its host may be asked again in {wait_s:.0f} s.", url=url, retry_after_s=wait_s
    )
