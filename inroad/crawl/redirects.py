"""Where a redirect leads: the target exactly as the server wrote it, in a form that can be sent.

What lives here: resolving a Location, and the method of the next request. What does not: the canonical form of a page's address
(`urls`): it drops tracker and session parameters, and a server that has just redirected to one of them would do so for ever.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin

from inroad.crawl.hosts import InvalidUrl
from inroad.crawl.urls import canonical_url

_MAX_LENGTH: Final = 8_192  # characters of a target; common servers refuse longer request lines
_EDGE: Final = "".join(map(chr, range(0x21)))
_INNER: Final = {ord(char): None for char in "\t\r\n"}
_TARGET = re.compile(r"(https?)://([^/?#]*)([^#]*)", re.IGNORECASE)
_UNSAFE = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]")


def request_url(text: str, *, base: str | None = None) -> str:
    """A URL as it is requested: scheme and host in canonical form, path and query as written, no fragment, no credentials.

    Args:
        text: Absolute URL, or any reference where `base` is given (RFC 9110 section 10.2.2).
        base: URL that a relative reference is resolved against.

    Raises:
        InvalidUrl: Not http(s), no such host, or longer than 8,192 characters.
    """
    text = text.strip(_EDGE).translate(_INNER)
    if len(text) > _MAX_LENGTH:
        raise InvalidUrl(f"The URL that starts with {text[:60]!r} has {len(text)} characters.", reason="url-too-long")
    head, mark, query = text.partition("?")
    text = head.replace("\\", "/") + mark + query
    try:
        joined = urljoin(base, text) if base else text
    except ValueError as error:  # a bracket without its partner
        raise InvalidUrl(f"{text[:80]!r} is not a URL.") from error
    match = _TARGET.match(joined)
    if match is None:
        raise InvalidUrl(f"{joined[:80]!r} is not an http or https URL.", reason="url-scheme")
    origin = canonical_url(f"{match[1]}://{match[2]}/").removesuffix("/")
    rest = match[3] if match[3].startswith("/") else f"/{match[3]}"
    return origin + _UNSAFE.sub(_encode, rest)


def next_method(status: int, method: str) -> str:
    """The method after a redirect (RFC 9110 section 15.4): 303 asks for GET; 301 and 302 turn POST into GET, as in browsers."""
    if status == 303 and method != "HEAD":
        return "GET"
    return "GET" if status in (301, 302) and method == "POST" else method


def _encode(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace"))
