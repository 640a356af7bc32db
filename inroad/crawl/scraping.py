"""Scraping services: pages fetched by somebody else's browsers, for credits, where a site does not answer us.

What lives here: one call to a service through the composed guard (budget, rate, breaker, retry, ledger), the limits on its
answer, and what its refusals mean. What does not: a service's own protocol (`scraperapi`, `firecrawl`), the site's permission and
pace (`fetch`), and deciding who fetches a page (`inroad.stages.strategies`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, Protocol

from inroad.crawl.exchange import Ask, Exchange
from inroad.crawl.failures import WebError, for_status, permanent, transient
from inroad.crawl.hosts import InvalidUrl
from inroad.crawl.redirects import request_url
from inroad.crawl.response import Response, Strategy
from inroad.guard.budget import Amounts
from inroad.guard.errors import InroadError, RateLimited, Scope
from inroad.guard.guard import Attempt, Call, Guard
from inroad.guard.retry import parse_retry_after
from inroad.guard.services import Service
from inroad.settings import Settings
from inroad.store.ledger import LedgerEntry

NO_CREDITS_S: Final = 3_600.0
"""Seconds for which a service whose credits are used up is left alone; they come back with a payment or a new month."""

_BUSY_S: Final = 30.0  # after a 429 without Retry-After
_MAX_CREDITS: Final = 10_000  # of one page; a larger number is no number of credits


@dataclass(frozen=True, slots=True)
class Order:
    """The request that asks a service for a page.

    Args:
        url: Of the service; the key is never in it.
        method: GET or POST.
        headers: With the key.
        content: Body of a POST.
        max_bytes: Of its answer, taken at most.
    """

    url: str
    max_bytes: int
    method: Literal["GET", "POST"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a service delivered.

    Args:
        url: Where the page was in the end, as the service says.
        status: The site's own HTTP status.
        body: The page.
        content_type: Of the page.
        credits: What it cost; None where the service does not say.
    """

    url: str
    status: int
    body: bytes = field(repr=False)
    content_type: str
    credits: int | None = None


class Refusal(Exception):
    """A service's answer that is no page: what it means, for the guard.

    Args:
        error: To be raised.
        is_charged: Whether it may have been charged all the same.
    """

    def __init__(self, error: InroadError, *, is_charged: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.is_charged = is_charged


class ServiceProtocol(Protocol):
    """How one service is spoken to."""

    @property
    def name(self) -> Strategy:
        """Of the service, also of its row in the guard's table."""

    @property
    def title(self) -> str:
        """For people."""

    @property
    def most_credits(self) -> int:
        """What one page costs at most."""

    def order(self, url: str, *, renders: bool, max_bytes: int, timeout_s: float) -> Order:
        """The request for a page, whose scripts are run where that is asked for."""

    def read(self, url: str, answer: Response) -> Delivery:
        """The page in an answer.

        Raises:
            Refusal: There is none in it.
        """


class ScrapingClient:
    """One service behind the guard.

    Args:
        protocol: How it is spoken to.
        settings: Limits.
        exchange: Sends one request, to checked addresses only.
        guard: Holds budget, rate and breaker.
        service: Its row of the guard's table.
    """

    def __init__(self, protocol: ServiceProtocol, settings: Settings, exchange: Exchange, guard: Guard, service: Service) -> None:
        self._protocol = protocol
        self._settings = settings
        self._exchange = exchange
        self._guard = guard
        self._service = service

    @property
    def name(self) -> Strategy:
        """As strategies are named."""
        return self._protocol.name

    async def fetch(
        self,
        url: str,
        *,
        renders: bool = True,
        scope: Scope | None = None,
        permission: Callable[[], Awaitable[None]] | None = None,
    ) -> Response:
        """Has one page fetched.

        Args:
            url: Absolute http(s) URL.
            renders: Whether the page's scripts must run, which some services charge more for.
            scope: What it is for; each part is held to its own budget.
            permission: Awaited first; raises where the page may not be asked for.

        Returns:
            The page, with `credits_used`; never an error's page.

        Raises:
            FetchFailed: The site's own 404 and the like; "service-key", "service-refused".
            FetchInterrupted: "service-failed", "service-malformed", "timeout".
            RateLimited: The service asks us to slow down, or its credits are used up ("service-credits").
            BudgetExceeded, CircuitOpen, BucketEmpty: Our own refusal; nothing was sent.
        """
        who = scope or Scope()
        call = Call(
            self._service,
            lambda attempt: self._attempt(url, renders, attempt),
            scope=who,
            purpose="fetch",
            estimate=Amounts(credits=self._protocol.most_credits),
            permission=permission,
            entry=lambda number: LedgerEntry("fetch", self.name, "", number, run=who.run, domain=who.domain, tenant=who.tenant),
        )
        answer = await self._guard.call(call)
        if fault := for_status(answer):
            raise fault
        return answer

    async def _attempt(self, url: str, renders: bool, attempt: Attempt) -> Response:
        limit_s = self._service.timeout_s
        order = self._protocol.order(url, renders=renders, max_bytes=self._settings.body_bytes, timeout_s=limit_s)
        try:
            answer = await self._send(url, order, limit_s)
            delivery = self._protocol.read(url, answer)
        except Refusal as refusal:
            if refusal.is_charged:
                attempt.charge_all()
                attempt.result["credits_used"] = self._protocol.most_credits
            raise refusal.error from None
        cost = delivery.credits if delivery.credits is not None else self._protocol.most_credits
        cost = min(max(cost, 0), _MAX_CREDITS)
        attempt.used = Amounts(credits=cost)
        attempt.result |= {"credits_used": cost, "latency_ms": answer.duration_ms}
        return Response(
            url=delivery.url,
            requested_url=url,
            status=delivery.status,
            headers={"content-type": delivery.content_type},
            body=delivery.body,
            duration_ms=answer.duration_ms,
            wire_bytes=answer.wire_bytes,
            body_bytes=len(delivery.body),
            strategy=self.name,
            credits_used=cost,
        )

    async def _send(self, url: str, order: Order, limit_s: float) -> Response:
        """The exchange; what happens to it is told of the page, and never repeats the service's URL."""
        body = bytearray()
        ask = Ask(order.url, order.method, order.headers, order.content, max_bytes=order.max_bytes)
        try:
            answer = await self._exchange.send(ask, self._exchange.prepare(ask), body.extend, limit_s)
        except WebError as error:
            is_sent = error.reason not in ("connect-failed", "unknown-host", "no-route", "address-refused", "proxy-failed")
            what = f"could not be fetched by {self._protocol.title}: its server {error.what}"
            reason = "timeout" if error.reason == "timeout" else "service-failed"
            raise Refusal(transient(reason, url, what), is_charged=is_sent) from error
        if answer.truncated and answer.status < 400:
            raise Refusal(transient("service-failed", url, f"came cut off from {self._protocol.title}"), is_charged=True)
        return replace(answer, body=bytes(body))


def refusal_of(status: int, url: str, title: str, answer: Response, said: str = "") -> Refusal:
    """What the statuses mean that all services share.

    Args:
        status: The service's own.
        url: The page.
        title: The service, for people.
        answer: With its headers.
        said: The service's own words.
    """
    words = f" ({' '.join(said.split())[:200]})" if said.strip() else ""
    if status == 402:
        message = f"{title} has no credits left{words}."
        mend = f"Buy credits at {title}, or unset its key; the page is asked for again later."
        return Refusal(RateLimited(message, retry_after_s=NO_CREDITS_S, reason="service-credits", mend=mend))
    if status == 429:
        asked_s = parse_retry_after(answer.headers)
        message = f"{title} asks us to slow down{words}."
        return Refusal(RateLimited(message, retry_after_s=asked_s if asked_s is not None else _BUSY_S))
    if status in (401, 403):
        return Refusal(permanent("service-key", url, f"was not fetched: {title} refuses our key{words}"))
    if status == 408:
        return Refusal(transient("timeout", url, f"did not answer {title} in time{words}"))
    if status >= 500:
        return Refusal(transient("service-failed", url, f"could not be fetched by {title}{words}"))
    return Refusal(permanent("service-refused", url, f"was refused by {title} with HTTP {status}{words}"))


def malformed(url: str, title: str, why: str) -> Refusal:
    """An answer that says 200 and holds no page: it may have been charged."""
    return Refusal(
        transient("service-malformed", url, f"came from {title} in a form that cannot be read: {why}"), is_charged=True
    )


def final_url(claimed: object, url: str) -> str:
    """Where a service says the page was; the URL that was asked for where it says nothing usable."""
    if not isinstance(claimed, str) or not claimed.strip():
        return url
    try:
        return request_url(claimed, base=url)
    except InvalidUrl:
        return url


def number(value: object) -> int | None:
    """A count as a service writes it; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and 0 <= value <= _MAX_CREDITS:
        return -int(-value // 1)  # a part of a credit counts as one
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value.strip()) <= 6:
        return int(value.strip())
    return None
