"""Reading one page by the cheapest way that works: directly, else in a browser, else through a scraping service.

What lives here: the ladder, judging what each step brings, and what makes the next step worth its cost. What does not: the steps
themselves (`inroad.crawl.fetch`), and storing what was read (`documents`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from inroad.contacts.pdf import MEDIA_TYPE as PDF_TYPE
from inroad.contacts.pdf import is_pdf, pdf_as_html
from inroad.crawl.digest import PageBody, PageDigest, digest_page
from inroad.crawl.failures import LoggedOut, WebError
from inroad.crawl.fetch import WebClient
from inroad.crawl.html import decode_html
from inroad.crawl.response import Response, Strategy
from inroad.crawl.verdicts import Verdict, judge_page
from inroad.guard.errors import InroadError, PermanentError, Scope
from inroad.stages.threads import in_thread
from inroad.store.models import Page

HTML_TYPES: Final = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")
CARD_TYPES: Final = ("text/vcard", "text/x-vcard", "text/directory")
# What a browser may mend, and what a service may; a page that is not there, or a site that asks for time, is neither.
BROWSER_MENDS: Final = frozenset({"blocked", "needs-browser"})
SERVICE_MENDS: Final = frozenset({"blocked", "needs-browser", "browser-failed", "http-4xx"})
# The way to the service is closed; what the site itself said is then the better reason.
_SERVICE_SILENT: Final = frozenset(
    {"service-unavailable", "address-refused", "service-key", "service-refused", "budget-exceeded"}
)


class NotContent(PermanentError):
    """The answer is no content: a block page, a login wall, a soft 404, or a document that is no page."""

    reason = "not-content"


@dataclass(frozen=True, slots=True)
class Document:
    """A page as it was read.

    Attributes:
        response: The answer.
        html: The decoded document, of a PDF the page that its text makes; empty when it was not modified, or not wanted.
        digest: What was computed of it; None when it was not modified.
    """

    response: Response
    html: str
    digest: PageDigest | None = None

    @property
    def final_url(self) -> str:
        """Where the answer came from, after redirects."""
        return self.response.url


ReadPage = Callable[[PageBody], Awaitable[PageDigest]]
"""Computes what there is to know of a page, off the event loop."""


async def read_in_thread(page: PageBody) -> PageDigest:
    """`digest_page` in a thread, with the document itself."""
    return await asyncio.to_thread(digest_page, replace(page, keeps_html=True))


def steps(
    *, forced: Strategy | None, known: str | None, learned: Strategy | None, services: Sequence[Strategy]
) -> tuple[Strategy, ...]:
    """The ways to try for a page, in their order.

    Args:
        forced: What a person has decided for the page or its domain; nothing else is tried.
        known: How the page was read before.
        learned: What worked at its host lately where asking directly did not.
        services: The scraping services that are set up, the cheaper first.

    Returns:
        Direct comes first unless a service is known to be needed: the browser starts from what was fetched directly.
    """
    if forced is not None:
        return (forced,)
    first = next((name for name in services if name == known), None) or next((name for name in services if name == learned), None)
    if first is not None:
        return (first, *(name for name in services if name != first))
    return ("direct", "browser", *services)


async def read_document(
    web: WebClient,
    url: str,
    *,
    known: Page | None = None,
    wanted: Strategy | None = None,
    scope: Scope | None = None,
    read: ReadPage = read_in_thread,
) -> Document:
    """Reads a page by the cheapest way that works, and judges what came.

    Args:
        web: The guarded client.
        url: The page.
        known: The page's row from an earlier visit, whose validators make the request conditional.
        wanted: The one way that a person has decided for this page, before the domain's.
        scope: What it is for, for the budgets of paid ways.
        read: Computes what a page says.

    Raises:
        InroadError: With the reason why there is no content.
    """
    forced = wanted or await web.forced_strategy(url)
    learned = await web.learned_strategy(url) if web.services and forced is None else None
    climb = _Climb(web, url, known, scope, read)
    for step in steps(forced=forced, known=known.strategy if known else None, learned=learned, services=web.services):
        if forced is None and not climb.is_worth(step):
            continue
        try:
            document = await climb.take(step, is_forced=forced is not None)
        except InroadError as error:
            climb.note(step, error)
            continue
        if climb.fault is not None and step != "direct":
            await web.learn_strategy(url, step, document.response.credits_used)
        return document
    assert climb.fault is not None
    raise climb.fault


class _Climb:
    """One page on its way up the ladder."""

    def __init__(self, web: WebClient, url: str, known: Page | None, scope: Scope | None, read: ReadPage) -> None:
        self._web = web
        self._url = url
        self._known = known
        self._scope = scope
        self._read = read
        self._answered: Response | None = None
        self._site_fault: InroadError | None = None
        self.fault: InroadError | None = None

    def is_worth(self, step: Strategy) -> bool:
        """Whether a step may mend what the step before it met."""
        fault = self.fault
        if fault is None:
            return True
        if step == "browser":
            # Without one, a page that needs it must say so; a block page stays a block page.
            return fault.reason == "needs-browser" or (fault.reason in BROWSER_MENDS and self._web.can_render)
        if self._web.has_session(self._url):  # a service has no session, and would bring what the logged-out see
            return False
        site = self._site_fault or fault
        if site.reason == "http-4xx":
            return isinstance(site, WebError) and site.status == 403
        return site.reason in SERVICE_MENDS or self._site_fault is None

    def note(self, step: Strategy, error: InroadError) -> None:
        """Keeps the failure that says most: the site's own, unless a service may still bring the page later."""
        is_service = step not in ("direct", "browser")
        if not is_service:
            self._site_fault = error
        hides = (
            is_service and self._site_fault is not None and (isinstance(error, PermanentError) or error.reason in _SERVICE_SILENT)
        )
        if not hides:
            self.fault = error

    async def take(self, step: Strategy, *, is_forced: bool) -> Document:
        """One step.

        Raises:
            InroadError: With the reason why it brought no content.
        """
        if step == "direct":
            return await self._direct(is_forced=is_forced)
        if step == "browser":
            return await self._browser()
        renders = self.fault is None or self.fault.reason == "needs-browser"
        response = await self._web.scrape(self._url, step, renders=renders, scope=self._scope)
        return await self._judged(response)

    async def _direct(self, *, is_forced: bool) -> Document:
        known = self._known
        if known is not None and known.strategy == "browser" and not is_forced:
            # The shell of such a page says nothing about its content: it is rendered each time, and the content's hash decides.
            return await self._browser()
        try:
            response = await self._web.fetch(
                self._url, etag=known.etag if known else None, last_modified=known.last_modified if known else None
            )
        except WebError as error:
            raise await self._explained(error) from error
        if response.not_modified:
            return Document(response, "")
        return await self._judged(response)

    async def _browser(self) -> Document:
        try:
            response = await self._web.render(self._url, document=self._answered)
        except WebError as error:
            raise await self._explained(error) from error
        return await self._judged(response)

    async def _judged(self, response: Response) -> Document:
        if response.strategy == "direct":
            self._answered = response
        kind = _media_type(response)
        if kind == PDF_TYPE or (not kind and is_pdf(response.body)):
            return await self._digested(response, await in_thread(pdf_as_html, response.body))
        if kind and not kind.startswith((*HTML_TYPES, *CARD_TYPES)):
            raise NotContent(f"{response.url} is {kind}, not a page.", reason="not-html")
        if kind in CARD_TYPES:
            return await self._digested(response, decode_html(response.body, response.headers.get("content-type")))
        is_rendered = response.strategy != "direct"
        digest = await self._read(
            PageBody(response.url, response.status, response.headers, response.body, is_rendered=is_rendered)
        )
        if digest.verdict is not None:
            raise await self._not_content(response, digest.verdict)
        return Document(_without_body(response), digest.html, digest)

    async def _digested(self, response: Response, html: str) -> Document:
        """A document that is judged by its type alone."""
        headers, body = {"content-type": "text/html; charset=utf-8"}, html.encode("utf-8", "replace")
        digest = await self._read(PageBody(response.url, response.status, headers, body, is_judged=True))
        return Document(_without_body(response), html, digest)

    async def _explained(self, error: WebError) -> InroadError:
        """A refusal whose body is a block page or a login wall is told as that."""
        response = error.response
        if response is None or not response.body:
            return error
        verdict = await asyncio.to_thread(_verdict, response)
        if verdict is None or verdict.kind in ("needs-browser", "soft-404"):
            return error
        self._answered = response
        return await self._not_content(response, verdict)

    async def _not_content(self, response: Response, verdict: Verdict) -> InroadError:
        """The error of a verdict; a block page slows us down, a login wall puts the session in doubt."""
        url, is_rendered = response.url, response.strategy != "direct"
        if verdict.kind == "blocked" and response.strategy in ("direct", "browser"):
            await self._web.slow_down(url)
        if verdict.kind == "login" and self._web.has_session(url):
            self._web.doubt_session(url)
            return LoggedOut(url, f"asks for a login although there is a session ({verdict.evidence})", reason="logged-out")
        reason, what, mend = _VERDICTS[verdict.kind]
        if verdict.kind == "needs-browser" and not is_rendered:
            what, mend = (
                "is empty without scripts",
                "Install Chromium (Debian: apt install chromium) and set INROAD_BROWSER=auto.",
            )
        return NotContent(f"{url} {what} ({verdict.evidence}).", reason=reason, mend=mend)


def _without_body(response: Response) -> Response:
    """A page that was read is as large as what was read of it, while it waits to be recorded."""
    return replace(response, body=b"", body_bytes=len(response.body))


# What each verdict is called on a row, the sentence, and what can be done.
_VERDICTS: Final = {
    "blocked": ("blocked", "answers with a block page", "Ask less often (INROAD_HOST_INTERVAL_S), or set INROAD_PROXY."),
    "login": ("login-wall", "asks for a login", "Reject the page; what lies behind a login is not read."),
    "soft-404": ("soft-404", "says that the page does not exist, with a status that says it does", "Reject the page."),
    "needs-browser": (
        "needs-browser",
        "is empty even in a browser",
        "Look at the page; reject it if it is empty for people too.",
    ),
}


def _verdict(response: Response) -> Verdict | None:
    html = decode_html(response.body, response.headers.get("content-type"))
    return judge_page(response.status, response.headers, html, url=response.url)


def _media_type(response: Response) -> str:
    return response.headers.get("content-type", "").split(";")[0].strip().lower()
