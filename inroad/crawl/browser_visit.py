"""One page in the browser: each of its requests is answered by the guarded web client.

What lives here: intercepting, what a page may ask for, waiting until it is done, and what its scripts leave. What does not: the
browser itself (`browser`), and the rules that its requests obey (`fetch`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urldefrag

from playwright.async_api import BrowserContext, Page, Route, WebSocketRoute
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Request as PageRequest

from inroad.crawl.failures import HostBusy, WebError
from inroad.crawl.response import Response
from inroad.crawl.storage_state import StorageState
from inroad.guard.errors import InroadError

_SKIPPED: Final = frozenset({"image", "font", "media"})
_MAX_REQUESTS: Final = 120  # of one page; a heavy shop front makes about 80 without images
_MAX_POST_BYTES: Final = 65_536
_MAX_HEADER_BYTES: Final = 16_384  # of one sub-request
QUIET_S: Final = 10.0
"""Seconds that a page has to fall quiet: one with a ticker or a chat never does, and has long said what it says."""
CLOSE_S: Final = 5.0
"""Seconds to end: a page whose script never ends does not close either; then the browser goes."""

# The page's own words about the connection, which is ours; and what would tell the site things we do not say.
_NOT_FORWARDED: Final = frozenset(
    {"host", "user-agent", "accept-encoding", "cookie", "connection", "content-length", "referer", "upgrade-insecure-requests",
     "if-none-match", "if-modified-since", "range", "proxy-authorization"}
)  # fmt: skip
NOT_PASSED_BACK: Final = frozenset(
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


class BrowserVisit:
    """One page in its own context: answers its requests and waits until it is done.

    Args:
        answer: The guarded client.
        document: The page as fetched; it is not asked for again.
        state: The session that the page is opened with.

    Attributes:
        wire_bytes: Of all bodies that the page loaded, as sent.
    """

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
            async with asyncio.timeout(CLOSE_S):
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
            await page.wait_for_load_state("networkidle", timeout=min(limit_s, QUIET_S) * 1000)


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
    headers = {name: value for name, value in answer.headers.items() if name not in NOT_PASSED_BACK}
    await route.fulfill(status=answer.status, headers=headers, body=answer.body)


async def _close_popup(page: Page) -> None:
    with suppress(PlaywrightError):
        await page.close()


async def _close_socket(route: WebSocketRoute) -> None:
    with suppress(PlaywrightError):
        await route.close()
