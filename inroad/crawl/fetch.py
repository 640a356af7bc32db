"""The guarded web client: the one way from Inroad to a web site.

What lives here: the client's composition and the doors that stages call. What does not: the order of the guard (`calls`), its
parts (`transport`, `robots_cache`, `politeness`, `exchange`, `browser`), and judging content (`verdicts`).

The HTTP library only sends: it neither retries nor redirects, and keeps no cookies.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, Self, cast

import httpx2

from inroad.crawl.asking import ACCEPT, check_public_name, checked, conditions, make_ask
from inroad.crawl.calls import BreakerRow, Calls
from inroad.crawl.codings import ACCEPT_ENCODING
from inroad.crawl.cookies import SiteCookies
from inroad.crawl.exchange import Ask, Exchange
from inroad.crawl.failures import HostBusy, WebError, permanent
from inroad.crawl.network import Lookup, NetworkRules, Resolver, SystemLookup
from inroad.crawl.paces import MAX_WAIT_S, MemoryPaces, pace_key
from inroad.crawl.policies import PolicyBook
from inroad.crawl.politeness import Politeness
from inroad.crawl.proxies import ProxyTurns
from inroad.crawl.redirects import request_url
from inroad.crawl.response import Purpose, RequestRecord, Response, Strategy
from inroad.crawl.robots import MAX_ROBOTS_BYTES
from inroad.crawl.robots_cache import RobotsCache, RobotsFile
from inroad.crawl.scraping import ServiceProtocol
from inroad.crawl.sessions import Sessions
from inroad.crawl.shared_paces import DatabasePaces
from inroad.crawl.storage_state import as_cookie
from inroad.crawl.strategies import LearnedStrategies, scraping_clients
from inroad.crawl.transport import RoutedTransport, tls_context
from inroad.crawl.turns import Limits
from inroad.guard.errors import Scope
from inroad.guard.sync import run_sync
from inroad.guard.vault import Vault
from inroad.settings import Settings
from inroad.store import Database

if TYPE_CHECKING:  # Playwright takes 0.3 s to import, and most runs need no browser
    from inroad.crawl.browser import Browser
    from inroad.crawl.browser_visit import SubRequest

_ROBOTS_REDIRECTS: Final = 5  # RFC 9309 section 2.3.1.2
_IN_MEMORY: Final = 1_048_576  # bytes of a streamed body before it goes to a file
_CONTENT: Final = frozenset({"page", "board"})


class WebClient:
    """Fetches from web sites within every rule; an async context manager, one for each process and loop.

    Args:
        settings: Time-outs, limits, resolve rules, proxy, User-Agent, politeness.
        database: Shares politeness and robots.txt with all processes; None keeps them in this client.
        breakers: Circuit breakers, one for each host; None goes without.
        on_request: Told of every attempt at every hop; must not block.
        browser: "auto" or "off"; None takes the setting.
        lookup: Finds a name's addresses; None asks the system.
        clock: Now, aware; for Retry-After dates and the record.
        max_wait_s: Seconds that a call waits for its turn at a host before the row goes back.
        services: Scraping services in place of those whose keys are set.

    Raises:
        SettingsError: A resolve rule, the CA file or the proxy cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database | None = None,
        *,
        breakers: BreakerRow | None = None,
        on_request: Callable[[RequestRecord], None] | None = None,
        browser: Literal["auto", "off"] | None = None,
        lookup: Lookup | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        max_wait_s: float = MAX_WAIT_S,
        services: Sequence[ServiceProtocol] | None = None,
    ) -> None:
        self.settings = settings
        self.agent = settings.user_agent.partition("/")[0].strip()
        self.browser_mode = browser or settings.browser
        self.cookies = SiteCookies()
        vault = Vault(settings)
        self.policies = PolicyBook(database, vault)
        self._system_lookup = SystemLookup()
        resolver = Resolver(NetworkRules.from_settings(settings), lookup or self._system_lookup)
        self._transport = RoutedTransport(settings, resolver, tls_context(settings), ProxyTurns(database))
        self._browser: Browser | None = None
        store = DatabasePaces(database) if database is not None else MemoryPaces()
        self._politeness = politeness = Politeness(settings, store, max_wait_s=max_wait_s, limits_of=self._limits)
        self._robots = RobotsCache(self._download_robots, politeness, self.agent, database)
        exchange = Exchange(
            self._transport,
            {"User-Agent": settings.full_user_agent, "Accept-Encoding": ACCEPT_ENCODING},
            self.cookies,
            httpx2.Timeout(settings.read_timeout_s, connect=settings.connect_timeout_s, pool=None),
        )
        self._calls = Calls(
            settings,
            exchange,
            politeness,
            self._robots.permit,
            self.policies,
            breakers=breakers,
            on_request=on_request,
            clock=clock,
        )
        self._sessions = Sessions(self.cookies, database, vault, self._probe)
        self._learned = LearnedStrategies(database)
        self._services = scraping_clients(settings, exchange, database, None if services is None else list(services))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Keeps the sessions, closes every connection, and the browser if it was started."""
        try:
            await self._sessions.save()
        finally:
            await self._close()

    async def _close(self) -> None:
        await self._politeness.aclose()
        if self._browser is not None:
            await self._browser.aclose()
        await self._transport.aclose()
        self._system_lookup.close()

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        max_bytes: int | None = None,
        accept: str | None = None,
        purpose: Purpose = "page",
        method: Literal["GET", "HEAD", "POST"] = "GET",
        json_body: Any = None,
        headers: Mapping[str, str] | None = None,
        respect_robots: bool = True,
        max_redirects: int | None = None,
    ) -> Response:
        """Fetches one URL, redirects followed.

        Args:
            url: Absolute http(s) URL.
            etag: ETag of the copy at hand; makes the request conditional.
            last_modified: Last-Modified of the copy at hand, as written; makes the request conditional.
            max_bytes: Unpacked bytes taken at most; by default the setting for the purpose.
            accept: Accept header; by default that of the purpose.
            purpose: What it is for: sets Accept and the limit, and is recorded.
            method: GET, HEAD or POST.
            json_body: Sent as JSON with POST.
            headers: Further headers; dropped when a redirect leaves the host.
            respect_robots: False asks without robots.txt's permission; the caller records who decided that.
            max_redirects: Redirects followed; by default the setting.

        Returns:
            A success (2xx), or a 304 with `not_modified` to a conditional request.

        Raises:
            FetchFailed: A failure that stays; see `failures` for the reasons.
            FetchInterrupted: A failure that may pass, after `settings.retries` attempts.
            HostBusy: 429, 503 with Retry-After, or a turn that would come too late; carries `retry_after_s`.
            CircuitOpen: The host's breaker is open.
            DatabaseUnavailable: Politeness cannot be kept without it.
        """
        ask = make_ask(
            self.settings,
            url,
            purpose=purpose,
            method=method,
            json_body=json_body,
            max_bytes=max_bytes,
            headers={**conditions(etag, last_modified), **(headers or {}), "Accept": accept or ACCEPT[purpose]},
        )
        await self._enter(url, needs_login=purpose in _CONTENT)
        return await self._whole(ask, respect_robots=respect_robots, max_redirects=max_redirects)

    @asynccontextmanager
    async def stream(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        max_bytes: int | None = None,
        accept: str | None = None,
        purpose: Purpose = "sitemap",
        respect_robots: bool = True,
        max_redirects: int | None = None,
    ) -> AsyncIterator[Response]:
        """`fetch` for large documents: the body lies in a temporary file, read by `open()` or `iter_bytes()` inside the block.

        Memory holds 1 MiB of it at most. The arguments and errors are those of `fetch`.
        """
        ask = make_ask(
            self.settings,
            url,
            purpose=purpose,
            max_bytes=max_bytes,
            headers={**conditions(etag, last_modified), "Accept": accept or ACCEPT[purpose]},
        )
        await self._enter(url, needs_login=purpose in _CONTENT)
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:

            def restart() -> None:
                spool.seek(0)
                spool.truncate()

            answer = await self._calls.call(ask, spool.write, restart, respect_robots=respect_robots, max_redirects=max_redirects)
            yield replace(answer, spool=cast("BinaryIO", spool))

    async def render(
        self, url: str, *, document: Response | None = None, wait_for: str | None = None, respect_robots: bool = True
    ) -> Response:
        """Fetches a page and lets its scripts run in a browser, whose every request comes back to this client.

        Args:
            url: Absolute http(s) URL.
            document: The page where it was fetched a moment ago; saves its site a second request.
            wait_for: CSS selector to wait for; otherwise until the page's network is quiet.
            respect_robots: As for `fetch`; holds for what the page loads too.

        Returns:
            The page with the HTML as scripts have left it, in UTF-8; `strategy` is "browser".

        Raises:
            FetchFailed: As `fetch`; "needs-browser" where no Chromium is installed or the setting forbids it.
            FetchInterrupted: As `fetch`; "browser-failed" where Chromium broke down.
            HostBusy, CircuitOpen, DatabaseUnavailable: As `fetch`.
        """
        from inroad.crawl.browser import Browser, find_chromium

        if self.browser_mode == "off":
            raise permanent("needs-browser", url, "needs a browser, and INROAD_BROWSER is off")
        if find_chromium() is None:
            raise permanent("needs-browser", url, "needs a browser, and no Chromium is installed here")
        await self._enter(url, needs_login=True)
        document = document or await self.fetch(url, respect_robots=respect_robots)
        if self._browser is None:
            self._browser = Browser(self.settings)

        async def answer(asked: SubRequest) -> Response:
            if asked.cookies:
                self.cookies.put(asked.url, [as_cookie(row) for row in asked.cookies])
            return await self._whole(self._ask_for_page(asked), respect_robots=respect_robots)

        def keep(left: Mapping[str, Any]) -> None:
            self._sessions.take(document.url, left)

        return await self._browser.render(
            document, answer, wait_for=wait_for, state=self._sessions.state_for(document.url), on_left=keep
        )

    @property
    def can_render(self) -> bool:
        """Whether a browser is allowed and installed."""
        from inroad.crawl.browser import find_chromium

        return self.browser_mode != "off" and find_chromium() is not None

    @property
    def services(self) -> tuple[Strategy, ...]:
        """The scraping services that can be asked, in the order in which they are tried."""
        return tuple(self._services)

    async def scrape(self, url: str, service: Strategy, *, renders: bool = True, scope: Scope | None = None) -> Response:
        """Has a page fetched by a scraping service, at the pace and with the permission of its site.

        Args:
            url: Absolute http(s) URL.
            service: One of `services`.
            renders: Whether the page's scripts must run.
            scope: What it is for; its domain is filled in.

        Returns:
            The page, with `credits_used`; `strategy` is the service.

        Raises:
            FetchFailed, FetchInterrupted: As `ScrapingClient.fetch`; "service-unavailable", "address-refused".
            RateLimited, BudgetExceeded, CircuitOpen: As `ScrapingClient.fetch`.
            HostBusy: The site's own pace lets no request through soon enough.
        """
        url = checked(url)
        if service not in self._services:
            raise permanent("service-unavailable", url, f"is to be fetched by {service}, which is not set up here")
        policy = await self.policies.of(url)
        who = scope or Scope()

        async def permission() -> None:
            check_public_name(url, self.settings)
            if self.settings.respect_robots and policy.respect_robots:
                await self._robots.permit(url)

        async with self._politeness.turn(url) as turn:
            answer = await self._services[service].fetch(
                url, renders=renders, scope=replace(who, domain=who.domain or policy.domain or None), permission=permission
            )
            turn.ended(succeeded=True)
            return answer

    async def slow_down(self, url: str) -> None:
        """Lowers the rate of a URL's host: its answer was a block page, whatever its status said."""
        await self._politeness.slow_down(url, retry_after_s=None)

    async def forced_strategy(self, url: str) -> Strategy | None:
        """The one way to fetch its pages that a person has decided for a URL's domain."""
        return (await self.policies.of(url)).strategy

    async def learned_strategy(self, url: str) -> Strategy | None:
        """What worked lately at a URL's host where asking directly did not."""
        return await self._learned.of(url)

    async def learn_strategy(self, url: str, strategy: Strategy, credits_used: int) -> None:
        """Remembers what worked at a URL's host, and what it cost."""
        await self._learned.learn(url, strategy, credits_used)

    def has_session(self, url: str) -> bool:
        """Whether a URL's domain is asked with a session."""
        return self._sessions.is_held(url)

    def doubt_session(self, url: str) -> None:
        """A page asked for a login: the domain's next request asks the session's probe anew."""
        self._sessions.doubt(url)

    async def _limits(self, url: str) -> Limits:
        policy, settings = await self.policies.of(url), self.settings
        return Limits(
            pace_key(url),
            settings.host_interval_s if policy.interval_s is None else policy.interval_s,
            settings.host_concurrency if policy.concurrency is None else policy.concurrency,
        )

    async def _enter(self, url: str, *, needs_login: bool) -> None:
        """Loads the session of a URL's domain, where it has one, and asks its probe where that is due."""
        await self._sessions.enter(url, await self.policies.of(url), needs_login=needs_login)

    async def _probe(self, url: str) -> Response:
        headers = {"Accept": ACCEPT["probe"]}
        ask = Ask(url=checked(url), headers=headers, purpose="probe", max_bytes=self.settings.body_bytes)
        return await self._whole(ask, respect_robots=True)

    def _ask_for_page(self, asked: SubRequest) -> Ask:
        """What a page in the browser loads: one request like any other."""
        return Ask(
            url=checked(asked.url),
            method=asked.method,
            headers=asked.headers,
            content=asked.content,
            max_bytes=self.settings.body_bytes,
            strategy="browser",
        )

    async def robots_for(self, url: str) -> RobotsFile:
        """What robots.txt of a URL's origin says; read once a day for all processes.

        Raises:
            HostBusy: The host lets no request through soon enough.
            InvalidUrl: Not an http(s) URL.
        """
        return await self._robots.get(request_url(url))

    async def _download_robots(self, url: str, before_sending: Callable[[], Awaitable[None]]) -> Response:
        ask = Ask(url=url, headers={"Accept": ACCEPT["robots"]}, purpose="robots", max_bytes=MAX_ROBOTS_BYTES, excess="cut")
        return await self._whole(ask, respect_robots=False, max_redirects=_ROBOTS_REDIRECTS, before_sending=before_sending)

    async def _whole(
        self,
        ask: Ask,
        *,
        respect_robots: bool,
        max_redirects: int | None = None,
        before_sending: Callable[[], Awaitable[None]] | None = None,
    ) -> Response:
        """The answer with its body in memory; an error's answer gets its body too, as that often says who blocks and why."""
        body = bytearray()

        def write(piece: bytes) -> None:
            body.extend(piece)

        try:
            answer = await self._calls.call(
                ask,
                write,
                body.clear,
                respect_robots=respect_robots,
                max_redirects=max_redirects,
                before_sending=before_sending,
            )
        except (WebError, HostBusy) as error:
            if error.response is not None:
                error.response = replace(error.response, body=bytes(body))
            raise
        return replace(answer, body=bytes(body))


async def _fetch_once(settings: Settings, url: str, options: Mapping[str, Any]) -> Response:
    async with WebClient(settings) as client:
        return await client.fetch(url, **options)


def fetch_sync(settings: Settings, url: str, **options: Any) -> Response:
    """`WebClient.fetch` from plain code, also where an event loop already runs (the caller's loop waits meanwhile).

    Args:
        settings: As for `WebClient`.
        url: Absolute http(s) URL.
        **options: As for `WebClient.fetch`.

    Raises:
        InroadError: As `WebClient.fetch`.
    """
    return run_sync(_fetch_once(settings, url, options))
