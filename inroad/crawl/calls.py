"""One call to a web site: attempts, hops and everything around each exchange.

What lives here: the order of the guard. Retry around everything; inside each attempt, for each hop: robots.txt, the breaker, the
host's turn, the exchange (whose connection obeys the address rules), the record. What does not: the parts themselves, and the
doors that stages call (`fetch`).
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

import httpx2
import stamina

from inroad.crawl.exchange import REDIRECTS, Ask, Exchange
from inroad.crawl.failures import HostBusy, WebError, for_status, is_transient, permanent, shown, transient
from inroad.crawl.hosts import InvalidUrl
from inroad.crawl.paces import pace_key
from inroad.crawl.policies import PolicyBook
from inroad.crawl.politeness import Politeness
from inroad.crawl.redirects import next_method, request_url
from inroad.crawl.response import Purpose, RequestRecord, Response
from inroad.crawl.turns import Turn
from inroad.guard import tracing
from inroad.guard.errors import InroadError
from inroad.guard.retry import parse_retry_after
from inroad.settings import Settings

_NOT_SAID_TWICE: Final = frozenset({"authorization", "cookie", "host"})


class BreakerRow(Protocol):
    """The circuit breakers of `inroad.guard.breaker`, as far as they are used here."""

    def call(self, name: str) -> AbstractAsyncContextManager[Any]:
        """Refuses with CircuitOpen, or lets the block run and learns from how it ends."""


@dataclass(frozen=True, slots=True)
class _Journey:
    """What holds for all hops of a call."""

    respect_robots: bool
    max_redirects: int
    attempt: int
    before_sending: Callable[[], Awaitable[None]] | None = None


class Calls:
    """Makes calls.

    Args:
        settings: Attempts, time-outs, redirects.
        exchange: Sends one request.
        politeness: Gives turns.
        permit: Asks robots.txt; raises where a URL may not be requested.
        policies: What a person has decided for the domain of each hop.
        breakers: Circuit breakers, one for each host; None goes without.
        on_request: Told of every attempt at every hop.
        clock: Now, aware.
    """

    def __init__(
        self,
        settings: Settings,
        exchange: Exchange,
        politeness: Politeness,
        permit: Callable[[str, Purpose], Awaitable[None]],
        policies: PolicyBook,
        *,
        breakers: BreakerRow | None,
        on_request: Callable[[RequestRecord], None] | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._exchange = exchange
        self._politeness = politeness
        self._permit = permit
        self._policies = policies
        self._breakers = breakers
        self._on_request = on_request
        self._clock = clock

    async def call(
        self,
        ask: Ask,
        write: Callable[[bytes], object],
        restart: Callable[[], object],
        *,
        respect_robots: bool,
        max_redirects: int | None,
        before_sending: Callable[[], Awaitable[None]] | None = None,
    ) -> Response:
        """Attempts a call until it succeeds, fails for good, or its attempts or time are used up.

        Args:
            ask: The first hop.
            write: Takes the pieces of the body.
            restart: Forgets what was written; an attempt or a hop begins anew.
            respect_robots: Whether each hop needs the permission of robots.txt.
            max_redirects: Redirects followed; None takes the setting.
            before_sending: Called when the first hop may leave; what it raises ends the call.

        Raises:
            FetchFailed, FetchInterrupted, HostBusy, CircuitOpen, DatabaseUnavailable: See `WebClient.fetch`.
        """
        journey = _Journey(
            respect_robots=respect_robots and self._settings.respect_robots,
            max_redirects=self._settings.redirects if max_redirects is None else max_redirects,
            attempt=1,
            before_sending=before_sending,
        )

        async def once(number: int) -> Response:
            restart()
            answer = await self._follow(ask, write, restart, replace(journey, attempt=number))
            is_last = number >= self._settings.retries
            if answer.truncated and ask.excess == "refuse" and not (is_last and answer.body_bytes):
                raise _cut_off(answer)
            return answer

        begun = time.monotonic()
        try:
            return await once(1)
        except Exception as error:  # noqa: BLE001 - raised again where it is decided about another attempt
            failed: Exception | None = error
        async for attempt in self._attempts(time.monotonic() - begun):
            with attempt:
                if failed is not None:
                    first, failed = failed, None
                    raise first
                return await once(attempt.num)
        raise AssertionError("the last attempt returns or raises")

    def _attempts(self, spent_s: float) -> AsyncIterator[stamina.Attempt]:
        """The attempts of one call with the pauses between them; the first goes without (0.2 ms)."""
        return stamina.retry_context(
            on=self._backoff,
            attempts=self._settings.retries,
            timeout=max(self._settings.retry_timeout_s - spent_s, 0.001),
            wait_initial=0.25,
            wait_max=5.0,
            wait_jitter=0.5,
        ).__aiter__()

    def _backoff(self, error: Exception) -> bool | float:
        """Whether to try again, or after how many seconds."""
        if isinstance(error, HostBusy):
            # A known end of the rest is waited for in the next attempt's turn, if that is soon.
            if error.response is None or (error.retry_after_s or 0.0) > self._politeness.max_wait_s:
                return False
            return 0.0
        return isinstance(error, WebError) and is_transient(error)

    async def _follow(
        self, ask: Ask, write: Callable[[bytes], object], restart: Callable[[], object], journey: _Journey
    ) -> Response:
        """One attempt: hop after hop to the first answer that is not a redirect."""
        requested, left_s = ask.url, self._settings.request_timeout_s
        passed: list[str] = []
        seen: set[tuple[str, str, str]] = set()
        spent_ms = 0.0
        while True:
            answer = await self._hop(ask, write, journey, left_s, seen)
            spent_ms += answer.duration_ms
            left_s = max(0.001, left_s - answer.duration_ms / 1000)
            location = answer.headers.get("location")
            if answer.status not in REDIRECTS or location is None:
                answer = replace(answer, requested_url=requested, redirects=tuple(passed), duration_ms=spent_ms)
                if fault := for_status(answer):
                    raise fault
                return answer
            passed.append(ask.url)
            if len(passed) > journey.max_redirects:
                raise permanent("too-many-redirects", requested, f"redirects more than {journey.max_redirects} times")
            restart()
            ask = _redirected(ask, answer.status, location)
            journey = replace(journey, before_sending=None)

    async def _hop(
        self, ask: Ask, write: Callable[[bytes], object], journey: _Journey, left_s: float, seen: set[tuple[str, str, str]]
    ) -> Response:
        """One permitted, paced, recorded exchange."""
        policy = await self._policies.of(ask.url)
        if journey.respect_robots and policy.respect_robots:
            await self._permit(ask.url, ask.purpose)
        breaker = self._breakers.call(f"web:{pace_key(ask.url)}") if self._breakers else nullcontext()
        async with breaker, self._politeness.turn(ask.url, exclusive=ask.purpose == "robots") as turn:
            if journey.before_sending is not None:
                await journey.before_sending()
            # Prepared only now: an answer that came while we waited may have set a cookie.
            request = self._exchange.prepare(ask, policy)
            step = (ask.method, ask.url, request.headers.get("cookie", ""))
            if step in seen:
                raise permanent("redirect-loop", ask.url, "redirects in a circle")
            seen.add(step)
            answer = await self._recorded(ask, request, write, journey, left_s, turn)
            turn.ended(succeeded=answer.status < 400)
            fault = await self._fault(answer)
            if fault is not None and answer.status >= 500:
                raise fault  # inside the breaker's block, which counts it
        if fault is not None:
            raise fault
        return answer

    async def _recorded(
        self,
        ask: Ask,
        request: httpx2.Request,
        write: Callable[[bytes], object],
        journey: _Journey,
        left_s: float,
        turn: Turn,
    ) -> Response:
        """The exchange itself; tells `on_request` and the trace how it went."""
        started_at, begun = self._clock(), time.monotonic()
        answer: Response | None = None
        reason: str | None = None
        try:
            with tracing.span(f"fetch {ask.purpose}", url=ask.url, method=ask.method, attempt=journey.attempt) as said:
                said["waited_ms"] = turn.waited_ms
                try:
                    answer = await self._exchange.send(ask, request, write, left_s)
                except InroadError as error:
                    said["reason"] = reason = error.reason
                    raise
                fault = for_status(answer) if answer.status not in REDIRECTS else None
                said["reason"] = reason = fault.reason if fault else None
                said["status"] = answer.status
            return answer
        finally:
            if self._on_request is not None:
                self._on_request(
                    RequestRecord(
                        url=ask.url,
                        method=ask.method,
                        purpose=ask.purpose,
                        strategy=ask.strategy,
                        started_at=started_at,
                        duration_ms=(time.monotonic() - begun) * 1000,
                        waited_ms=turn.waited_ms,
                        attempt=journey.attempt,
                        status=answer.status if answer else None,
                        reason=reason,
                        wire_bytes=answer.wire_bytes if answer else 0,
                    )
                )

    async def _fault(self, answer: Response) -> WebError | HostBusy | None:
        """The error of a 429 or 5xx; after 429 and 503 the host rests, for all processes."""
        if answer.status not in (429, 503):
            return for_status(answer) if answer.status >= 500 else None
        asked_s = parse_retry_after(answer.headers, now=self._clock())
        rest_s = await self._politeness.slow_down(answer.url, retry_after_s=asked_s)
        if answer.status == 503 and asked_s is None:
            return for_status(answer)
        return HostBusy(
            f"{shown(answer.url)} asks us to slow down (HTTP {answer.status}); next request in {rest_s:.0f} s.",
            url=answer.url,
            retry_after_s=rest_s,
            response=answer,
        )


def _redirected(ask: Ask, status: int, location: str) -> Ask:
    """The next hop's request.

    Raises:
        FetchFailed: "bad-response" where the target is not a web address.
    """
    try:
        url = request_url(location, base=ask.url)
    except InvalidUrl as error:
        raise permanent("bad-response", ask.url, f"redirects to {location[:120]!r}, which is not a web address") from error
    method = next_method(status, ask.method)
    headers = dict(ask.headers)
    if pace_key(url) != pace_key(ask.url):
        # What one host was told in confidence is not told to the next.
        headers = {name: value for name, value in headers.items() if name.lower() not in _NOT_SAID_TWICE}
    if method != ask.method:
        headers.pop("Content-Type", None)
    return replace(ask, url=url, method=method, headers=headers, content=ask.content if method == ask.method else None)


def _cut_off(answer: Response) -> WebError:
    return transient("connection-reset", answer.url, "ended before the end that it had announced", response=answer)
