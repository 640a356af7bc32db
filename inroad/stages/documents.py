"""Storing what was read of a page. Shared by the stages that visit pages; reading it is the matter of `strategies`."""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

from sqlalchemy.orm import Session

from inroad.crawl.html import page_language, page_title, readable_text
from inroad.stages.strategies import Document, NotContent, read_document
from inroad.store.models import Page
from inroad.store.pages import store_content, update_page

__all__ = ["Document", "NotContent", "read_document", "store_document", "stored_html"]

KEPT_HEADERS = ("content-type", "content-language", "last-modified", "etag", "server", "x-robots-tag", "link")
# Readable text of one page that is kept, in characters.
TEXT_LIMIT = 500_000


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
        "credits_used": response.credits_used,
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
