"""A real browser for pages that are empty without scripts; it has no way to the network but through us.

What lives here: finding and starting an installed Chromium, rendering one page in it, and answering each of its requests from the
guarded web client. What does not: deciding which pages need it, and the rules that its requests obey (`fetch`).

Chromium gets no network at all: names do not resolve, and the only proxy is a port where nobody listens. What a page loads is
intercepted before that and answered by the web client, so robots, address rules, resolve rules, pace, proxy and the extra
certificate authority hold for sub-resources too.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urldefrag

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Page, Playwright, Route, WebSocketRoute, async_playwright
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Request as PageRequest

from inroad.crawl.failures import HostBusy, WebError, permanent, transient
from inroad.crawl.response import Response
from inroad.crawl.storage_state import StorageState
from inroad.guard.errors import InroadError
from inroad.settings import Settings

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SKIPPED: Final = frozenset({"image", "font", "media"})
_AT_ONCE: Final = 2  # pages open at one time; each takes 100 to 300 MB
_MAX_REQUESTS: Final = 120  # of one page; a heavy shop front makes about 80 without images
_MAX_POST_BYTES: Final = 65_536
_MAX_HEADER_BYTES: Final = 16_384  # of one sub-request
_CLOSE_S: Final = 5.0  # a page whose script never ends does not close either; then the browser goes
_START_S: Final = 30.0
_ARGUMENTS: Final = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-features=DnsOverHttps,OptimizationHints,MediaRouter,Prerender2",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",  # WebRTC would otherwise send UDP past every interception
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-bypass-list=<-loopback>",
    "--js-flags=--max-old-space-size=512",
)
# The page's own words about the connection, which is ours; and what would tell the site things we do not say.
_NOT_FORWARDED: Final = frozenset(
    {"host", "user-agent", "accept-encoding", "cookie", "connection", "content-length", "referer", "upgrade-insecure-requests",
     "if-none-match", "if-modified-since", "range", "proxy-authorization"}
)  # fmt: skip
_NOT_PASSED_BACK: Final = frozenset(
    {"content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie", "alt-svc", "link", "refresh",
     "content-disposition", "strict-transport-security", "report-to", "nel"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SubRequest:
    """One request of a page, for the guarded client to answer.

    Args:
        url: Absolute http(s) URL.
        method: GET, HEAD or POST.
        headers: What the page adds.
        content: Body of a POST.
        cookies: What the page's scripts have set, in Playwright's form; with navigations only.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    cookies: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


Answerer = Callable[[SubRequest], Awaitable[Response]]


def find_chromium() -> Path | None:
    """The installed Chromium or Chrome that would be used; None when there is none on the path."""
    return next((Path(found) for name in _NAMES if (found := shutil.which(name))), None)


class Browser:
    """One Chromium, started at first use and closed at the end.

    Args:
        settings: Time-outs, size limit, User-Agent.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._chromium: Chromium | None = None
        self._dead_port: socket.socket | None = None

    async def render(
        self,
        document: Response,
        answer: Answerer,
        *,
        wait_for: str | None = None,
        state: StorageState | None = None,
        on_left: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> Response:
        """Loads a page that was fetched already and gives its HTML as scripts have left it.

        Args:
            document: The page as fetched; it is not asked for again.
            answer: The guarded client: answers what the page loads; raises for everything that is not a success.
            wait_for: CSS selector to wait for; otherwise until the network is quiet for half a second.
            state: The session that the page is opened with.
            on_left: Given what scripts have left: cookies, and local storage where there was a session.

        Returns:
            A copy of `document` with the rendered HTML in UTF-8, and where the page ended up.

        Raises:
            FetchFailed: "needs-browser" where none is installed or it does not start; "body-too-large".
            FetchInterrupted: "timeout", "browser-failed".
        """
        begun = time.monotonic()
        async with self._places:
            context = await self._context(document.url, state)
            visit = _Visit(answer, document, state)
            try:
                async with asyncio.timeout(self._settings.request_timeout_s):
                    html, url = await visit.run(context, self._settings.request_timeout_s, wait_for)
                if on_left is not None:
                    await visit.leave(context, on_left)
            except TimeoutError as error:
                raise transient("timeout", document.url, "did not finish its scripts in time") from error
            except PlaywrightError as error:
                what = f"could not be rendered: {error.message.splitlines()[0][:200]}"
                raise transient("browser-failed", document.url, what) from error
            finally:
                await self._close(context)
        if len(html) > self._settings.body_bytes:
            raise permanent(
                "body-too-large", document.url, f"grew to more than {self._settings.body_bytes:,} bytes in the browser"
            )
        headers = {name: value for name, value in document.headers.items() if name not in _NOT_PASSED_BACK}
        return replace(
            document,
            url=url,
            headers={**headers, "content-type": "text/html; charset=utf-8"},
            body=html,
            body_bytes=len(html),
            duration_ms=document.duration_ms + (time.monotonic() - begun) * 1000,
            wire_bytes=document.wire_bytes + visit.wire_bytes,
            strategy="browser",
        )

    async def _context(self, url: str, state: StorageState | None = None) -> BrowserContext:
        """A context of its own for one page: no cookie, cache or storage of one site is seen by another."""
        chromium = await self._started(url)
        context = await chromium.new_context(
            user_agent=self._settings.full_user_agent,
            service_workers="block",
            accept_downloads=False,
            locale="en-GB",
            storage_state=cast("Any", state.as_playwright()) if state is not None else None,
        )
        context.set_default_timeout(self._settings.request_timeout_s * 1000)
        return context

    async def _started(self, url: str) -> Chromium:
        async with self._starting:
            if self._chromium is not None and self._chromium.is_connected():
                return self._chromium
            await self.aclose()
            path = find_chromium()
            if path is None:
                raise permanent("needs-browser", url, "needs a browser, and no Chromium is installed here")
            try:
                self._chromium = await self._launch(path)
            except (PlaywrightError, OSError) as error:
                why = str(error).strip().splitlines()[0][:200]
                raise permanent("needs-browser", url, f"needs a browser, and {path} does not start: {why}") from error
            return self._chromium

    async def _launch(self, path: Path) -> Chromium:
        # Bound and never listening: nobody else can take the port, so the proxy stays dead.
        self._dead_port = socket.socket()
        self._dead_port.bind(("127.0.0.1", 0))
        proxy = f"--proxy-server=127.0.0.1:{self._dead_port.getsockname()[1]}"
        self._playwright = await async_playwright().start()
        return await self._playwright.chromium.launch(
            executable_path=path,
            headless=True,
            args=[*_ARGUMENTS, proxy],
            chromium_sandbox=os.geteuid() != 0,  # Chromium's sandbox does not work for root
            handle_sigint=False,  # our own process decides what Ctrl-C means
            handle_sigterm=False,
            handle_sighup=False,
            timeout=_START_S * 1000,
        )

    async def _close(self, context: BrowserContext) -> None:
        try:
            async with asyncio.timeout(_CLOSE_S):
                await context.close()
        except (TimeoutError, PlaywrightError):
            await self.aclose()

    async def aclose(self) -> None:
        """Closes the browser; one that does not close is left to its driver, which ends with it."""
        chromium, playwright, dead_port = self._chromium, self._playwright, self._dead_port
        self._chromium = self._playwright = self._dead_port = None
        with suppress(TimeoutError, PlaywrightError):
            async with asyncio.timeout(_CLOSE_S):
                if chromium is not None:
                    await chromium.close()
        with suppress(TimeoutError, PlaywrightError):
            async with asyncio.timeout(_CLOSE_S):
                if playwright is not None:
                    await playwright.stop()
        if dead_port is not None:
            dead_port.close()


class _Visit:
    """One page in its own context: answers its requests and waits until it is done."""

    def __init__(self, answer: Answerer, document: Response, state: StorageState | None) -> None:
        self._answer = answer
        self._document = document
        self._has_state = state is not None
        self._given = {_identity(row) for row in state.cookies} if state is not None else set()
        self._is_document_given = False
        self._requests = 0
        self.wire_bytes = 0

    async def run(self, context: BrowserContext, limit_s: float, wait_for: str | None) -> tuple[bytes, str]:
        """The rendered HTML in UTF-8, and the page's address at the end."""
        deadline = time.monotonic() + limit_s * 0.8  # the rest is for reading the page out
        await context.route("**/*", self._on_request)
        await context.route_web_socket("**/*", _close_socket)
        page = await context.new_page()
        context.on("page", _close_popup)
        await page.goto(self._document.url, wait_until="domcontentloaded", timeout=limit_s * 1000)
        await _settle(page, max(0.1, deadline - time.monotonic()), wait_for)
        return (await page.content()).encode("utf-8", "replace"), urldefrag(page.url).url

    async def _on_request(self, route: Route, request: PageRequest) -> None:
        # A page that is closed while we fetch for it has no use for the answer.
        with suppress(PlaywrightError):
            if not self._is_document_given and request.is_navigation_request() and request.url == self._document.url:
                self._is_document_given = True
                await _fulfil(route, self._document)
                return
            self._requests += 1
            asked = _sub_request(request) if self._requests <= _MAX_REQUESTS else None
            if asked is not None and request.is_navigation_request():
                asked = replace(asked, cookies=self._new(await request.frame.page.context.cookies(request.url)))
            if asked is None:
                await route.abort("blockedbyclient")
                return
            await self._pass_on(route, asked)

    def _new(self, cookies: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
        """What scripts have set: the client knows the others, and may know them newer."""
        return tuple(row for row in cookies if _identity(row) not in self._given)

    async def leave(self, context: BrowserContext, on_left: Callable[[Mapping[str, Any]], None]) -> None:
        """Hands on what scripts have left; the page counts without it too."""
        with suppress(TimeoutError, PlaywrightError):
            async with asyncio.timeout(_CLOSE_S):
                on_left(await self._left(context))

    async def _left(self, context: BrowserContext) -> Mapping[str, Any]:
        if not self._has_state:
            return {"cookies": list(self._new(await context.cookies()))}
        state = await context.storage_state()
        return {"cookies": list(self._new(state.get("cookies", []))), "origins": state.get("origins", [])}

    async def _pass_on(self, route: Route, asked: SubRequest) -> None:
        try:
            answer = await self._answer(asked)
        except (WebError, HostBusy) as error:
            if error.response is None:
                await route.abort("failed")
                return
            answer = error.response
        except InroadError:
            await route.abort("failed")
            return
        self.wire_bytes += answer.wire_bytes
        await _fulfil(route, answer)


def _identity(cookie: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(cookie.get(key) for key in ("name", "domain", "path", "value"))


async def _settle(page: Page, limit_s: float, wait_for: str | None) -> None:
    """Waits for the selector or for a quiet network; when neither comes, the page counts as it stands."""
    with suppress(PlaywrightError):
        if wait_for is not None:
            await page.wait_for_selector(wait_for, state="attached", timeout=limit_s * 1000)
        else:
            await page.wait_for_load_state("networkidle", timeout=limit_s * 1000)


def _sub_request(request: PageRequest) -> SubRequest | None:
    """What the client is asked; None for what a page's text does not need or may not send."""
    if request.resource_type in _SKIPPED or not request.url.startswith(("http://", "https://")):
        return None
    content = request.post_data_buffer
    if request.method not in ("GET", "HEAD", "POST") or len(content or b"") > _MAX_POST_BYTES:
        return None
    headers = {
        name: value
        for name, value in request.headers.items()
        if name not in _NOT_FORWARDED and not name.startswith((":", "sec-"))
    }
    if sum(len(name) + len(value) for name, value in headers.items()) > _MAX_HEADER_BYTES:
        return None
    return SubRequest(request.url, request.method, headers, content if request.method == "POST" else None)


async def _fulfil(route: Route, answer: Response) -> None:
    headers = {name: value for name, value in answer.headers.items() if name not in _NOT_PASSED_BACK}
    await route.fulfill(status=answer.status, headers=headers, body=answer.body)


async def _close_popup(page: Page) -> None:
    with suppress(PlaywrightError):
        await page.close()


async def _close_socket(route: WebSocketRoute) -> None:
    with suppress(PlaywrightError):
        await route.close()
