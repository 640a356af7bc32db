"""A real browser for pages that are empty without scripts; it has no way to the network but through us.

What lives here: finding, starting and ending an installed Chromium, and rendering a page in it. What does not: the page's own
requests (`browser_visit`), deciding which pages need it, and the rules that its requests obey (`fetch`).

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
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from inroad.crawl.browser_visit import CLOSE_S, NOT_PASSED_BACK, Answerer, BrowserVisit
from inroad.crawl.failures import permanent, transient
from inroad.crawl.response import Response
from inroad.crawl.storage_state import StorageState
from inroad.settings import Settings

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_AT_ONCE: Final = 2  # pages open at one time; each takes 100 to 300 MB
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
            visit = BrowserVisit(answer, document, state)
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
        headers = {name: value for name, value in document.headers.items() if name not in NOT_PASSED_BACK}
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
            async with asyncio.timeout(CLOSE_S):
                await context.close()
        except (TimeoutError, PlaywrightError):
            await self.aclose()

    async def aclose(self) -> None:
        """Closes the browser; one that does not close is left to its driver, which ends with it."""
        chromium, playwright, dead_port = self._chromium, self._playwright, self._dead_port
        self._chromium = self._playwright = self._dead_port = None
        with suppress(TimeoutError, PlaywrightError):
            async with asyncio.timeout(CLOSE_S):
                if chromium is not None:
                    await chromium.close()
        with suppress(TimeoutError, PlaywrightError):
            async with asyncio.timeout(CLOSE_S):
                if playwright is not None:
                    await playwright.stop()
        if dead_port is not None:
            dead_port.close()
