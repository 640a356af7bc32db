"""What is stored of a page that was read. Shared by the stages that visit pages; reading it is the matter of `strategies`."""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy.orm import Session

from inroad.crawl.digest import digest_html, unpacked
from inroad.stages.strategies import Document, NotContent, read_document
from inroad.store.fetched import StoredContent, change_fetched
from inroad.store.models import Page

__all__ = ["Document", "NotContent", "content_of", "read_document", "store_document", "stored_html"]

KEPT_HEADERS: Final = ("content-type", "content-language", "last-modified", "etag", "server", "x-robots-tag", "link")


def content_of(document: Document) -> StoredContent:
    """A page's content as columns; `digest` is computed here only where nobody has."""
    response, digest = document.response, document.digest or digest_html(document.html, url=document.final_url)
    headers = {name: _clean(value) for name, value in response.headers.items() if name in KEPT_HEADERS}
    return StoredContent(
        content_hash=digest.content_hash,
        strategy=response.strategy,
        credits_used=response.credits_used,
        http_status=response.status,
        final_url=response.url,
        http_facts=json.dumps({"headers": headers, "redirects": list(response.redirects)}),
        content_type=_clean(response.headers.get("content-type")),
        body_bytes=response.body_bytes,
        title=_clean(digest.title),
        language=digest.language,
        text=_clean(digest.text),
        html_zlib=digest.packed,
        etag=_clean(response.etag),
        last_modified=_clean(response.last_modified),
    )


def store_document(session: Session, page: Page, document: Document, *, max_attempts: int) -> bool:
    """Stores a page's content as a new version unless it is the same as the newest one; writes only what differs.

    Returns:
        Whether the content is new or changed.
    """
    content = content_of(document)
    if page.content_hash == content.content_hash:
        return False
    return bool(change_fetched(session, [(page.id, content)], max_attempts=max_attempts))


def _clean(text: Any) -> Any:
    """PostgreSQL's text holds no NUL; a stranger's text may."""
    return text.replace("\x00", "") if isinstance(text, str) else text


def stored_html(html_zlib: bytes) -> str:
    """The document that was packed for `html_zlib`."""
    return unpacked(html_zlib)
