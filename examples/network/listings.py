"""Sitemaps and feeds: the lists that a site publishes of its own pages, built from the pages' front matter.

Sitemaps follow https://www.sitemaps.org/protocol.html, feeds RSS 2.0 and Atom (RFC 4287). Hostile lists are `behaviours`'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from fnmatch import fnmatchcase
from typing import Literal
from xml.sax.saxutils import escape

from examples.network.content import Resource, Source, gzip_bytes

PROTOCOL = "http://www.sitemaps.org/schemas/sitemap/0.9"
LISTINGS_MODIFIED = datetime(2026, 11, 16, 5, 30, tzinfo=UTC)
CONTENT_TYPES = {
    "index": "application/xml",
    "urlset": "application/xml",
    "text": "text/plain; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """One sitemap or feed.

    Attributes:
        path: Its address; one that ends in `.gz` is compressed.
        format: What kind of list it is.
        include: Shell patterns of the pages listed.
        exclude: Shell patterns of pages left out of those.
        children: For an index, the addresses of its lists.
        extra: Addresses listed although the site has no page there.
    """

    path: str
    format: Literal["index", "urlset", "text", "rss", "atom"]
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    children: Sequence[str] = ()
    extra: Sequence[str] = field(default=())

    def selects(self, path: str) -> bool:
        """Whether the page at `path` is listed."""
        wanted = any(fnmatchcase(path, pattern) for pattern in self.include)
        return wanted and not any(fnmatchcase(path, pattern) for pattern in self.exclude)


@dataclass(frozen=True, slots=True)
class _Entry:
    url: str
    title: str
    description: str
    modified: datetime | None


def build_listings(
    listings: Sequence[Listing], sources: Mapping[str, Source], *, origin: str, site_name: str, language: str
) -> dict[str, Resource]:
    """Every list of a site as bytes, by path."""
    built = {}
    for listing in listings:
        entries = _entries(listing, sources, origin)
        write = _WRITERS[listing.format]
        body = write(entries, origin, site_name, language).encode()
        if listing.path.endswith(".gz"):
            built[listing.path] = Resource(gzip_bytes(body), "application/gzip", LISTINGS_MODIFIED)
        else:
            built[listing.path] = Resource(body, CONTENT_TYPES[listing.format], LISTINGS_MODIFIED)
    return built


def _entries(listing: Listing, sources: Mapping[str, Source], origin: str) -> list[_Entry]:
    if listing.format == "index":
        return [_Entry(origin + child, "", "", LISTINGS_MODIFIED) for child in listing.children]
    entries = [
        _Entry(origin + path, source.facts["title"], source.facts.get("description", ""), source.modified)
        for path, source in sources.items()
        if listing.selects(path)
    ]
    if listing.format in ("rss", "atom"):
        entries.sort(key=lambda entry: entry.modified or LISTINGS_MODIFIED, reverse=True)
    return entries + [_Entry(origin + path, "", "", None) for path in listing.extra]


def _location(tag: str, entry: _Entry) -> str:
    lastmod = f"<lastmod>{entry.modified:%Y-%m-%d}</lastmod>" if entry.modified else ""
    return f"  <{tag}><loc>{escape(entry.url)}</loc>{lastmod}</{tag}>\n"


def _index(entries: list[_Entry], origin: str, site_name: str, language: str) -> str:
    del origin, site_name, language
    items = "".join(_location("sitemap", entry) for entry in entries)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{PROTOCOL}">\n{items}</sitemapindex>\n'


def _urlset(entries: list[_Entry], origin: str, site_name: str, language: str) -> str:
    del origin, site_name, language
    items = "".join(_location("url", entry) for entry in entries)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{PROTOCOL}">\n{items}</urlset>\n'


def _text(entries: list[_Entry], origin: str, site_name: str, language: str) -> str:
    del origin, site_name, language
    return "".join(f"{entry.url}\n" for entry in entries)


def _rss(entries: list[_Entry], origin: str, site_name: str, language: str) -> str:
    items = "".join(
        f"  <item>\n    <title>{escape(entry.title)}</title>\n    <link>{escape(entry.url)}</link>\n"
        f'    <guid isPermaLink="true">{escape(entry.url)}</guid>\n'
        f"    <pubDate>{format_datetime(entry.modified or LISTINGS_MODIFIED)}</pubDate>\n"
        f"    <description>{escape(entry.description)}</description>\n  </item>\n"
        for entry in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>\n'
        f"  <title>{escape(site_name)}</title>\n  <link>{origin}/</link>\n"
        f"  <description>{escape(site_name)}</description>\n  <language>{language}</language>\n{items}</channel></rss>\n"
    )


def _atom(entries: list[_Entry], origin: str, site_name: str, language: str) -> str:
    items = "".join(
        f'  <entry>\n    <title>{escape(entry.title)}</title>\n    <link href="{escape(entry.url)}"/>\n'
        f"    <id>{escape(entry.url)}</id>\n    <updated>{(entry.modified or LISTINGS_MODIFIED).isoformat()}</updated>\n"
        f"    <summary>{escape(entry.description)}</summary>\n  </entry>\n"
        for entry in entries
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">\n'
        f"  <title>{escape(site_name)}</title>\n  <id>{origin}/</id>\n  <updated>{LISTINGS_MODIFIED.isoformat()}</updated>\n"
        f"  <author><name>{escape(site_name)}</name></author>\n{items}</feed>\n"
    )


_WRITERS: dict[str, Callable[[list[_Entry], str, str, str], str]] = {
    "index": _index,
    "urlset": _urlset,
    "text": _text,
    "rss": _rss,
    "atom": _atom,
}
