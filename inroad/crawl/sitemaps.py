"""Sitemaps in every form sites publish them: XML, text, RSS, Atom, JSON Feed, compressed or not.

What lives here: recognising the format, the text and JSON readers, dates, and where sitemaps usually are. What does not:
fetching, recursion into child sitemaps and storing (the stages); markup (`sitemap_xml`), bytes (`sitemap_stream`).

Formats: https://www.sitemaps.org/protocol.html with Google's image, video, news and hreflang extensions, RSS 0.9x, 1.0 and
2.0, Atom 0.3 and 1.0 (RFC 4287), https://www.jsonfeed.org/version/1.1/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import chain
from typing import Any, BinaryIO, Final
from urllib.parse import urljoin

from inroad.crawl.sitemap_model import (
    DEFAULT_LIMITS,
    Alternate,
    NotASitemap,
    SitemapEntry,
    SitemapError,
    SitemapLimits,
    SitemapTooLarge,
    UnsafeXml,
)
from inroad.crawl.sitemap_stream import text_chunks
from inroad.crawl.sitemap_xml import Resolve, XmlSitemapReader
from inroad.crawl.urls import canonical_url

__all__ = [
    "DEFAULT_LIMITS",
    "Alternate",
    "NotASitemap",
    "SitemapEntry",
    "SitemapError",
    "SitemapLimits",
    "SitemapTooLarge",
    "UnsafeXml",
    "iter_sitemap",
    "parse_lastmod",
    "sitemap_candidates",
]

_PEEK_CHARS: Final = 4_096
_MAX_JSON_CHARS: Final = 16_777_216
_MAX_TEXT_LINE_CHARS: Final = 65_536
_MAX_LINES_BEFORE_A_URL: Final = 100
_XML_START = re.compile(r"<\?xml|<(?:[A-Za-z]\w{0,20}:)?(?:urlset|sitemapindex|rss|feed|RDF)[\s>]", re.IGNORECASE)
_HTML_START = re.compile(r"<(?:!DOCTYPE\s+html|html|head|body)\b", re.IGNORECASE)
_ABSOLUTE = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_W3C_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s?(Z|[+\-]\d{2}:?\d{2})?)?)?)?",
    re.IGNORECASE,
)

# The union of what ultimate-sitemap-parser, trafilatura, WordPress, Yoast, Shopify and Wix look for or write, most likely first.
_WELL_KNOWN_PATHS: Final = (
    "/sitemap.xml",
    "/sitemap_index.xml",
    "/wp-sitemap.xml",
    "/sitemap-index.xml",
    "/sitemap.xml.gz",
    "/sitemap_index.xml.gz",
    "/sitemap-index.xml.gz",
    "/sitemapindex.xml",
    "/sitemap/sitemap.xml",
    "/sitemap/index.xml",
    "/sitemap/sitemap-index.xml",
    "/sitemaps/sitemap.xml",
    "/sitemap-0.xml",
    "/sitemap1.xml",
    "/page-sitemap.xml",
    "/post-sitemap.xml",
    "/pages-sitemap.xml",
    "/store-products-sitemap.xml",
    "/sitemap_pages_1.xml",
    "/sitemap_products_1.xml",
    "/sitemap_news.xml",
    "/sitemap-news.xml",
    "/sitemap_news-index.xml",
    "/sitemap-news-index.xml",
    "/sitemap_news.xml.gz",
    "/sitemap-news.xml.gz",
    "/sitemap_google.xml",
    "/google_sitemap.xml",
    "/.sitemap.xml",
    "/sitemap",
    "/sitemap/",
    "/sitemaps/",
    "/admin/config/search/xmlsitemap",
    "/sitemap.txt",
    "/sitemap.php",
    "/sitemap.rss",
    "/sitemap.atom",
    "/rss.xml",
    "/atom.xml",
    "/feed.xml",
    "/feed/",
    "/feed.json",
)


def iter_sitemap(source: bytes | BinaryIO, *, url: str, limits: SitemapLimits = DEFAULT_LIMITS) -> Iterator[SitemapEntry]:
    """The entries of a sitemap, index or feed, as they stream.

    Compression, encoding and format are told from the content and not from names or headers. Truncated input yields what
    was whole.

    Args:
        source: The body, or a file opened in binary mode.
        url: Where it was read; relative locations are resolved against it.
        limits: What is too much.

    Yields:
        Entries in document order; `url` is absolute http(s).

    Raises:
        NotASitemap: Something else, recognised before anything was yielded.
        SitemapTooLarge: A limit was passed.
        UnsafeXml: A document type definition or entities.
    """
    for count, entry in enumerate(_entries(text_chunks(source, limits), _resolver(url), limits), start=1):
        if count > limits.max_entries:
            raise SitemapTooLarge(f"The sitemap {url[:200]} has more than {limits.max_entries:,} entries.")
        yield entry


def sitemap_candidates(domain: str) -> list[str]:
    """Where a domain's sitemap usually is, most likely first; for domains whose robots.txt names none."""
    return [f"https://{domain}{path}" for path in _WELL_KNOWN_PATHS]


def parse_lastmod(text: str | None) -> datetime | None:
    """Reads a date as sitemaps and feeds write it.

    Args:
        text: W3C date-time (https://www.w3.org/TR/NOTE-datetime) or RFC 822; a date without zone is taken as UTC.

    Returns:
        Aware UTC; None when it is not a date.
    """
    if not text or len(text) > 64:
        return None
    try:
        if match := _W3C_DATE.fullmatch(text.strip()):
            return _w3c_date(match)
        read = parsedate_to_datetime(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _w3c_date(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second, zone = match.groups()
    digits = (zone or "Z").upper().replace("Z", "+0000").replace(":", "")
    aware = (
        f"{int(year):04}-{int(month or 1):02}-{int(day or 1):02}T{int(hour or 0):02}:{minute or '00'}:{second or '00'}{digits}"
    )
    return datetime.strptime(aware, "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)


def _entries(chunks: Iterator[str], resolve: Resolve, limits: SitemapLimits) -> Iterator[SitemapEntry]:
    """Tells the format from the first characters and reads on from them."""
    head = ""
    for chunk in chunks:
        head = (head + chunk).lstrip()
        if len(head) >= _PEEK_CHARS:
            break
    if not head.strip("\0 \t\r\n"):
        raise NotASitemap("The sitemap is empty.", reason="empty-sitemap")
    start = _XML_START.search(head[:_PEEK_CHARS])
    if head.startswith("<") and _HTML_START.match(head) and (start is None or _HTML_START.match(head, start.end())):
        raise NotASitemap("The answer is an HTML page.", reason="html-instead-of-sitemap")
    if head.startswith("<") or start is not None:
        # What stands before the XML is a server's warning.
        beginning = head[start.start() :] if start is not None and not head.startswith("<!") else head
        yield from _read_xml(chain([beginning], chunks), resolve, limits)
    elif head.startswith("{"):
        yield from _read_json(chain([head], chunks), resolve)
    else:
        yield from _read_text(chain([head], chunks), resolve)


def _read_xml(chunks: Iterator[str], resolve: Resolve, limits: SitemapLimits) -> Iterator[SitemapEntry]:
    reader = XmlSitemapReader(resolve, limits)
    for chunk in chunks:
        yield from reader.feed(chunk)
    yield from reader.finish()


def _read_text(chunks: Iterator[str], resolve: Resolve) -> Iterator[SitemapEntry]:
    """One URL a line; other lines are passed over, but a text that does not start with any is no sitemap."""
    found = passed = 0
    for line in _lines(chunks):
        if not line:
            continue
        resolved = resolve(line) if _ABSOLUTE.match(line) and not any(c in " <>" for c in line) else None
        if resolved:
            found += 1
            yield SitemapEntry(resolved)
        elif not found:
            passed += 1
            if passed > _MAX_LINES_BEFORE_A_URL:
                break
    if not found:
        raise NotASitemap("The answer is a text without URLs.")


def _lines(chunks: Iterator[str]) -> Iterator[str]:
    rest = ""
    for chunk in chunks:
        *lines, rest = (rest + chunk).replace("\r", "\n").split("\n")
        if len(rest) > _MAX_TEXT_LINE_CHARS:
            rest = "\0"  # too long for a URL; what follows on this line is not one either
        for line in lines:
            yield line.strip()
    yield rest.strip()


def _read_json(chunks: Iterator[str], resolve: Resolve) -> Iterator[SitemapEntry]:
    """JSON Feed: the `url` of each item."""
    feed = _load_json(chunks)
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(feed.get("version", "")):
        raise NotASitemap("The answer is JSON, but not a JSON Feed.")
    for item in items:
        location = item.get("url") or item.get("external_url") or item.get("id") if isinstance(item, dict) else None
        if isinstance(location, str) and (url := resolve(location)):
            changed = item.get("date_modified") or item.get("date_published")
            yield SitemapEntry(url, lastmod=changed if isinstance(changed, str) else None)


def _load_json(chunks: Iterator[str]) -> Any:
    text = ""
    for chunk in chunks:
        text += chunk
        if len(text) > _MAX_JSON_CHARS:
            raise SitemapTooLarge(f"The JSON Feed has more than {_MAX_JSON_CHARS:,} characters.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotASitemap("The answer is broken JSON.") from error


def _resolver(base: str) -> Resolve:
    """Locations as written stay as written when they are absolute; only relative ones are resolved."""
    root = canonical_url(base)

    def resolve(location: str) -> str | None:
        location = location.strip()
        if _ABSOLUTE.match(location):
            return location
        if not location or _OTHER_SCHEME.match(location):
            return None
        try:
            resolved = urljoin(root, location)
        except ValueError:
            return None
        return resolved if _ABSOLUTE.match(resolved) else None

    return resolve
