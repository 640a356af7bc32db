"""An HTML document as it comes from a stranger: decoded, bounded, parsed; and the addresses written in it.

Shared by every reader of pages in this package. Fetching is not done here, and no URL is judged beyond "is it http".
"""

from __future__ import annotations

import codecs
import re
from typing import Final
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

MAX_PAGE_CHARS: Final = 8_000_000
MAX_URL_CHARS: Final = 2_048

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w:.-]{2,40})", re.IGNORECASE)


def decode(source: bytes | str) -> str:
    """Decodes a page: byte-order mark, declared charset (first 2,048 bytes), UTF-8, else windows-1252.

    Args:
        source: The body as fetched, or text that is already decoded.

    Returns:
        At most `MAX_PAGE_CHARS` characters, without NUL.
    """
    if isinstance(source, str):
        return source[:MAX_PAGE_CHARS].replace("\x00", "")
    source = source[: MAX_PAGE_CHARS * 2]
    return _decode_bytes(source)[:MAX_PAGE_CHARS].replace("\x00", "")


def _decode_bytes(source: bytes) -> str:
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if source.startswith(mark):
            return source.decode(name, "replace")
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError:
        pass
    found = _CHARSET.search(source, 0, 2_048) or _XML_ENCODING.search(source, 0, 200)
    name = found.group(1).decode("ascii", "replace").lower() if found else "windows-1252"
    name = "windows-1252" if name in {"iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii"} else name
    try:
        return source.decode(codecs.lookup(name).name, "replace")
    except (LookupError, UnicodeError, ValueError):
        return source.decode("windows-1252", "replace")


def parse_html(source: bytes | str) -> LexborHTMLParser:
    """Parses a page of any size and quality; never raises for what a page contains."""
    return LexborHTMLParser(decode(source))


def absolute_url(href: object, base: str) -> str | None:
    """The http(s) address that a link means on a page, None for anything else.

    Args:
        href: The attribute or field as written.
        base: The address of the page or feed that it stands in.

    Returns:
        An absolute URL of at most `MAX_URL_CHARS` characters.
    """
    if not isinstance(href, str):
        return None
    href = re.sub(r"[\t\n\r]", "", href.strip())
    if not href or len(href) > MAX_URL_CHARS or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
        return None
    try:
        joined = urljoin(base, href)
        parts = urlsplit(joined)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return None
    except ValueError:
        return None
    return joined.replace(" ", "%20")


def host_of(url: str) -> str:
    """Lower-case host of a URL, "" when it has none."""
    try:
        return (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL ("https://acme.example"), "" when it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if not host or parts.scheme not in {"http", "https"}:
        return ""
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"
