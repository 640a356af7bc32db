"""What a sitemap says: its entries, its limits and its errors.

What lives here: the values that every sitemap format is read into. What does not: the reading (`sitemaps` and its readers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from inroad.guard.errors import PermanentError

EntryKind = Literal["page", "sitemap"]


class SitemapError(PermanentError):
    """A sitemap that cannot be read; what was whole before the fault has been yielded."""

    reason = "sitemap"


class NotASitemap(SitemapError):
    """The answer is something else: an HTML page, an error document, binary data, nothing at all."""

    reason = "not-a-sitemap"


class SitemapTooLarge(SitemapError):
    """A limit was passed: bytes, expansion, entries, or one piece of markup."""

    reason = "sitemap-too-large"


class UnsafeXml(SitemapError):
    """A document type definition or entities, which no sitemap needs and attacks are made of."""

    reason = "unsafe-xml"


@dataclass(frozen=True, slots=True)
class SitemapLimits:
    """How much of a sitemap is read.

    Attributes:
        max_bytes: Bytes after decompression. sitemaps.org allows 52,428,800; four times that is seen in the wild.
        max_expansion: Bytes out per byte in of a compressed sitemap, checked past 8 MiB; very regular ones reach about 100, a
            bomb 1,000.
        max_entries: Entries. sitemaps.org allows 50,000.
        max_markup_chars: Characters of one piece of markup (a tag, a comment, a CDATA section) or of one text.
    """

    max_bytes: int = 209_715_200
    max_expansion: int = 250
    max_entries: int = 1_000_000
    max_markup_chars: int = 1_048_576


DEFAULT_LIMITS: Final = SitemapLimits()


class Alternate(NamedTuple):
    """A page in another language (`xhtml:link rel="alternate"`)."""

    hreflang: str
    url: str


class SitemapEntry(NamedTuple):
    """One page or child sitemap.

    Attributes:
        url: Absolute http(s) URL as written, relative ones resolved; not yet canonical.
        kind: "page", or "sitemap" for a child of an index.
        lastmod: As written (W3C date-time in sitemaps, RFC 822 in RSS); `parse_lastmod` reads it.
        changefreq: Lower case, as written.
        priority: 0 to 1.
        alternates: Other language versions.
        images: Image URLs.
        videos: One mapping of element names to texts per video.
        news: Element names to texts of the news extension; None when there is none.
    """

    url: str
    kind: EntryKind = "page"
    lastmod: str | None = None
    changefreq: str | None = None
    priority: float | None = None
    alternates: tuple[Alternate, ...] = ()
    images: tuple[str, ...] = ()
    videos: tuple[Mapping[str, str], ...] = ()
    news: Mapping[str, str] | None = None
