"""Reading one page: fetch, judge, decode; and storing what was read. Shared by the stages that visit pages."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from inroad.crawl.fetch import WebClient
from inroad.crawl.html import decode_html, page_language, page_title, readable_text
from inroad.crawl.response import Response
from inroad.crawl.verdicts import Verdict, judge_page
from inroad.guard.errors import InroadError, PermanentError
from inroad.store.models import Page
from inroad.store.pages import store_content, update_page

KEPT_HEADERS = ("content-type", "content-language", "last-modified", "etag", "server", "x-robots-tag", "link")
HTML_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")
# Readable text of one page that is kept, in characters.
TEXT_LIMIT = 500_000


class NotContent(PermanentError):
    """The answer is no content: a block page, a login wall, a soft 404, or a document that is no page."""

    reason = "not-content"


@dataclass(frozen=True, slots=True)
class Document:
    """A page as it was read.

    Attributes:
        response: The answer.
        html: The decoded document; empty when it was not modified.
    """

    response: Response
    html: str

    @property
    def final_url(self) -> str:
        """Where the answer came from, after redirects."""
        return self.response.url


async def read_document(web: WebClient, url: str, *, known: Page | None = None) -> Document:
    """Fetches a page, in a browser where it is empty without one, and judges what came.

    Args:
        web: The guarded client.
        url: The page.
        known: The page's row from an earlier visit, whose validators make the request conditional.

    Raises:
        InroadError: With the reason why there is no content.
    """
    if known is not None and known.strategy == "browser":
        # The shell of such a page says nothing about its content: it is rendered each time, and the content's hash decides.
        return await _render(web, url)
    try:
        response = await web.fetch(url, etag=known.etag if known else None, last_modified=known.last_modified if known else None)
    except InroadError as error:
        raise _explained(error) from error
    if response.not_modified:
        return Document(response, "")
    _check_type(response)
    html = decode_html(response.body, response.headers.get("content-type"))
    verdict = judge_page(response.status, response.headers, html, url=response.url)
    if verdict is not None and verdict.kind == "needs-browser":
        return await _render(web, url, response)
    if verdict is not None:
        raise _not_content(response.url, verdict)
    return Document(response, html)


async def _render(web: WebClient, url: str, fetched: Response | None = None) -> Document:
    response = await web.render(url, document=fetched)
    html = decode_html(response.body, "text/html; charset=utf-8")
    verdict = judge_page(response.status, response.headers, html, url=response.url)
    if verdict is not None:
        raise _not_content(response.url, verdict)
    return Document(response, html)


# What each verdict is called on a row, the sentence, and what can be done.
_VERDICTS = {
    "blocked": ("blocked", "answers with a block page", "Ask less often (INROAD_HOST_INTERVAL_S), or set INROAD_PROXY."),
    "login": ("login-wall", "asks for a login", "Reject the page; what lies behind a login is not read."),
    "soft-404": ("soft-404", "says that the page does not exist, with a status that says it does", "Reject the page."),
    "needs-browser": (
        "needs-browser",
        "is empty even in a browser",
        "Look at the page; reject it if it is empty for people too.",
    ),
}


def _not_content(url: str, verdict: Verdict) -> NotContent:
    reason, what, mend = _VERDICTS[verdict.kind]
    return NotContent(f"{url} {what} ({verdict.evidence}).", reason=reason, mend=mend)


def _explained(error: InroadError) -> InroadError:
    """A refusal whose body is a block page or a login wall is told as that."""
    response = getattr(error, "response", None)
    if response is None or not response.body:
        return error
    html = decode_html(response.body, response.headers.get("content-type"))
    verdict = judge_page(response.status, response.headers, html, url=response.url)
    if verdict is None or verdict.kind in ("needs-browser", "soft-404"):
        return error
    return _not_content(response.url, verdict)


def _check_type(response: Response) -> None:
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind and not kind.startswith(HTML_TYPES):
        raise NotContent(f"{response.url} is {kind}, not a page.", reason="not-html")


def store_document(session: Session, page: Page, document: Document, *, max_attempts: int) -> bool:
    """Stores a page's content as a new version unless it is the same as the newest one; writes only what differs.

    Returns:
        Whether the content is new or changed.
    """
    response, html = document.response, document.html
    digest = hashlib.sha256(html.encode("utf-8", "replace")).hexdigest()
    if page.content_hash == digest:
        return False
    content: dict[str, Any] = {
        "strategy": response.strategy,
        "http_status": response.status,
        "final_url": response.url,
        "http_facts": {
            "headers": {name: _clean(value) for name, value in response.headers.items() if name in KEPT_HEADERS},
            "redirects": list(response.redirects),
        },
        "content_type": _clean(response.headers.get("content-type")),
        "content_hash": digest,
        "body_bytes": len(response.body),
        "title": _clean(page_title(html)),
        "language": page_language(html),
        "text": _clean(readable_text(html))[:TEXT_LIMIT],
        "html_zlib": zlib.compress(html.encode("utf-8", "replace"), 6),
    }
    stored = store_content(session, page.id, page.domain_id, content, max_attempts=max_attempts)
    update_page(
        session,
        page.id,
        content_hash=digest,
        title=content["title"],
        etag=_clean(response.etag),
        last_modified=_clean(response.last_modified),
        http_status=response.status,
        strategy=response.strategy,
    )
    return stored is not None


def _clean(text: Any) -> Any:
    """PostgreSQL's text holds no NUL; a stranger's text may."""
    return text.replace("\x00", "") if isinstance(text, str) else text


def stored_html(html_zlib: bytes) -> str:
    """The document that `store_document` compressed."""
    return zlib.decompress(html_zlib).decode("utf-8", "replace")
