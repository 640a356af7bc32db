"""What is sent for a purpose: headers, limits and conditions of a request, and the checks of its URL.

What lives here: making an `Ask`. What does not: sending it (`exchange`) and the order around that (`calls`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx2

from inroad.crawl.exchange import Ask
from inroad.crawl.failures import permanent
from inroad.crawl.hosts import InvalidUrl, is_address
from inroad.crawl.redirects import request_url
from inroad.crawl.response import Purpose
from inroad.settings import Settings

_PAGE_TYPES: Final = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"
ACCEPT: Final[Mapping[Purpose, str]] = {
    "page": _PAGE_TYPES,
    "probe": _PAGE_TYPES,
    "sitemap": "application/xml,text/xml;q=0.9,text/plain;q=0.8,*/*;q=0.5",
    "robots": "text/plain,*/*;q=0.5",
    "board": "application/json,*/*;q=0.5",
}
"""The Accept header of each purpose."""

# RFC 6761 and 2606: names that nobody outside can look up.
_PRIVATE_NAMES: Final = (".localhost", ".local", ".internal", ".test", ".example", ".invalid", ".onion", ".home.arpa")


def make_ask(
    settings: Settings,
    url: str,
    *,
    purpose: Purpose,
    headers: Mapping[str, str],
    max_bytes: int | None,
    method: str = "GET",
    json_body: Any = None,
) -> Ask:
    """The first hop of a call.

    Args:
        settings: The limits of each purpose.
        url: Absolute http(s) URL.
        purpose: What it is for.
        headers: Beside the client's own.
        max_bytes: Unpacked bytes taken at most; None takes the setting for the purpose.
        method: GET, HEAD or POST.
        json_body: Sent as JSON.

    Raises:
        FetchFailed: "bad-response" where the URL cannot be asked for.
    """
    content = None
    if json_body is not None:
        content = json.dumps(json_body).encode()
        headers = {**headers, "Content-Type": "application/json"}
    return Ask(
        url=checked(url),
        method=method,
        headers=headers,
        content=content,
        purpose=purpose,
        max_bytes=max_bytes or (settings.sitemap_bytes if purpose == "sitemap" else settings.body_bytes),
        is_conditional="If-None-Match" in headers or "If-Modified-Since" in headers,
    )


def checked(url: str) -> str:
    """A URL as it is requested.

    Raises:
        FetchFailed: "bad-response".
    """
    try:
        return request_url(url)
    except InvalidUrl as error:
        raise permanent("bad-response", url, f"cannot be asked for: {error.message.removesuffix('.')}") from error


def check_public_name(url: str, settings: Settings) -> None:
    """Nothing of a private network is told to a scraping service.

    Raises:
        FetchFailed: "address-refused".
    """
    host = httpx2.URL(url).host.lower()
    is_private = is_address(host) or "." not in host or f".{host}".endswith(_PRIVATE_NAMES)
    if is_private or host in settings.allow_hosts:
        raise permanent("address-refused", url, "is not told to a scraping service: its host is not a public one")


def conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """Headers that make a request conditional on a copy at hand (RFC 9110 section 13)."""
    headers = {}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    return headers
