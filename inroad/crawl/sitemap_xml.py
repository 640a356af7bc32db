"""XML sitemaps, sitemap indexes, RSS and Atom, read as they stream.

What lives here: the reader that makes entries of the pieces. What does not: bytes and encodings (`sitemap_stream`), finding the
pieces (`sitemap_markup`), which elements mean what (`sitemap_dialects`), other formats (`sitemaps`).

The reader is lenient where sites are careless (unescaped ampersands, unclosed elements, missing or wrong namespaces, stray
angle brackets, a file cut off in the middle) and strict where attackers are (document types, entities). It builds no tree
and never expands an entity, so memory is one chunk. Plain entries are matched whole, about four times as fast as
element by element; everything else goes through the element reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from inroad.crawl.sitemap_dialects import (
    DATES,
    ENTRY_TAGS,
    FIELDS,
    OPAQUE,
    ROOTS,
    Dialect,
    dialect_of,
    feed_location,
    is_guid_without_link,
)
from inroad.crawl.sitemap_markup import (
    MAX_FIELD_CHARS,
    Markup,
    attributes_of,
    local_name,
    next_markup,
    refuse_declaration,
    unescaped,
)
from inroad.crawl.sitemap_model import Alternate, EntryKind, NotASitemap, SitemapEntry, SitemapLimits, SitemapTooLarge

Resolve = Callable[[str], str | None]
"""Turns a location as written into an absolute http(s) URL; None when it is none."""

_EXTENSIONS: Final = frozenset({"image", "video", "news"})
_MAX_EXTENSIONS: Final = 1_000  # images an entry may have by Google's rules; alternates and videos are held to the same
_MAX_EXTENSION_FIELDS: Final = 64
_MAX_MARKUP_PER_ENTRY: Final = 200_000  # pieces read without an entry coming of them; an entry with 1,000 images has 10,000

_FLAT_ENTRY = re.compile(
    r"\s*<(url|sitemap)>\s*<loc>\s*(https?://[^<\s&]+)\s*</loc>\s*"
    r"(?:<lastmod>\s*([^<\s&]*)\s*</lastmod>\s*)?"
    r"(?:<changefreq>\s*([A-Za-z]*)\s*</changefreq>\s*)?"
    r"(?:<priority>\s*([^<\s&]*)\s*</priority>\s*)?"
    r"</\1>"
)


class _Entry:
    """An entry under construction."""

    __slots__ = ("alternates", "extension", "extension_name", "fields", "images", "kind", "locations", "news", "text", "videos")

    def __init__(self, kind: EntryKind) -> None:
        self.kind = kind
        self.locations: list[str] = []
        self.fields: dict[str, str] = {}
        self.alternates: list[Alternate] = []
        self.images: list[str] = []
        self.videos: list[dict[str, str]] = []
        self.news: dict[str, str] | None = None
        self.extension_name = ""
        self.extension: dict[str, str] = {}
        self.text = ""


class XmlSitemapReader:
    """Reads a document fed in pieces.

    Args:
        resolve: Makes locations absolute.
        limits: What is too much.
    """

    def __init__(self, resolve: Resolve, limits: SitemapLimits) -> None:
        self._resolve = resolve
        self._limits = limits
        self._buffer = ""
        self._dialect: Dialect | None = None
        self._entry: _Entry | None = None
        self._field = ""
        self._field_text: list[str] = []
        self._field_chars = 0
        self._skipping = ""
        self._idle_markup = 0
        self._priorities: dict[str | None, float | None] = {None: None}

    def feed(self, text: str) -> Iterator[SitemapEntry]:
        """Takes a piece of the document and yields the entries that became whole.

        Raises:
            NotASitemap: The root element is another document's.
            UnsafeXml: A document type or an entity declaration.
            SitemapTooLarge: One piece of markup passes the limit.
        """
        self._buffer += text
        yield from self._read(is_final=False)

    def finish(self) -> Iterator[SitemapEntry]:
        """Yields what is whole in an entry that was never closed.

        Raises:
            NotASitemap: There was no element at all.
        """
        yield from self._read(is_final=True)
        if self._dialect is None:
            raise NotASitemap("The document has no element of a sitemap or feed.")
        self._field = ""
        yield from self._close_entry()

    def _read(self, *, is_final: bool) -> Iterator[SitemapEntry]:
        buffer, position = self._buffer, 0
        flat = _FLAT_ENTRY.match
        while True:
            if self._entry is None and self._dialect == "sitemap" and not self._skipping:
                while match := flat(buffer, position):
                    self._idle_markup = 0
                    yield self._flat_entry(match)
                    position = match.end()
            markup = next_markup(buffer, position, is_final=is_final)
            if markup is None:
                break
            position = markup.end
            self._idle_markup += 1
            if self._idle_markup > _MAX_MARKUP_PER_ENTRY:
                raise SitemapTooLarge(f"{_MAX_MARKUP_PER_ENTRY:,} pieces of markup hold no entry.")
            yield from self._take(markup)
        self._buffer = buffer[position:]
        if len(self._buffer) > self._limits.max_markup_chars:
            raise SitemapTooLarge(f"One piece of markup has more than {self._limits.max_markup_chars:,} characters.")

    def _flat_entry(self, match: re.Match[str]) -> SitemapEntry:
        tag, url, lastmod, changefreq, priority = match.groups()
        if priority not in self._priorities:
            self._remember_priority(priority)
        return SitemapEntry(
            url,
            "page" if tag == "url" else "sitemap",
            lastmod or None,
            changefreq.lower() if changefreq else None,
            self._priorities[priority],
        )

    def _remember_priority(self, priority: str) -> None:
        if len(self._priorities) > 1_000:
            self._priorities = {None: None}
        self._priorities[priority] = _priority(priority)

    def _take(self, markup: Markup) -> Iterator[SitemapEntry]:
        if self._skipping:
            if markup.kind == "close" and local_name(markup.name) == self._skipping:
                self._skipping = ""
        elif markup.kind == "open":
            yield from self._open(local_name(markup.name), markup)
        elif markup.kind == "close":
            yield from self._close(local_name(markup.name))
        elif markup.kind == "text":
            self._add_text(unescaped(markup.text))
        elif markup.kind == "cdata":
            self._add_text(markup.text)
        elif markup.kind == "declaration":
            refuse_declaration(markup.text)

    def _open(self, name: str, markup: Markup) -> Iterator[SitemapEntry]:
        if self._dialect is None:
            self._dialect = dialect_of(name)
        if name in ENTRY_TAGS[self._dialect]:
            yield from self._close_entry()
            self._entry = _Entry("sitemap" if name == "sitemap" else "page")
            if self._dialect == "rss" and (about := attributes_of(markup.text).get("rdf:about")):
                self._entry.fields["about"] = about
        elif self._entry is not None:
            self._open_inside(self._entry, name, markup)

    def _open_inside(self, entry: _Entry, name: str, markup: Markup) -> None:
        assert self._dialect is not None
        if name in OPAQUE[self._dialect]:
            self._skipping = "" if markup.is_empty else name
        elif self._dialect == "sitemap" and name in _EXTENSIONS and not entry.extension_name:
            self._end_field(entry)
            entry.extension_name, entry.extension = ("" if markup.is_empty else name), {}
        elif name == "link" and "href" in markup.text:
            self._add_link(entry, attributes_of(markup.text))
        elif name in FIELDS[self._dialect] or entry.extension_name:
            self._end_field(entry)
            is_value = not markup.is_empty and not is_guid_without_link(name, markup.text)
            self._field, self._field_text, self._field_chars = (name if is_value else ""), [], 0

    def _add_link(self, entry: _Entry, attributes: dict[str, str]) -> None:
        url = self._resolve(attributes.get("href", ""))
        relation = attributes.get("rel", "alternate").lower()
        if url is None or relation != "alternate":
            return
        if self._dialect == "sitemap":
            if len(entry.alternates) < _MAX_EXTENSIONS:
                entry.alternates.append(Alternate(attributes.get("hreflang", "").lower(), url))
        elif attributes.get("type", "text/html") in ("text/html", "application/xhtml+xml") or not entry.locations:
            entry.fields.setdefault("href", url)

    def _close(self, name: str) -> Iterator[SitemapEntry]:
        entry = self._entry
        if entry is None or self._dialect is None:
            return
        if name == self._field:
            self._end_field(entry)
        elif name == entry.extension_name:
            self._end_field(entry)
            self._end_extension(entry)
        elif name in ENTRY_TAGS[self._dialect] or name in ROOTS:
            self._end_field(entry)
            yield from self._close_entry()

    def _add_text(self, text: str) -> None:
        if self._field and self._field_chars <= MAX_FIELD_CHARS:
            self._field_text.append(text)
            self._field_chars += len(text)
        elif self._entry is not None and not self._field and len(self._entry.text) < MAX_FIELD_CHARS:
            self._entry.text += text.strip()

    def _end_field(self, entry: _Entry) -> None:
        name, self._field = self._field, ""
        if not name:
            return
        value = "".join(self._field_text).strip()
        if not value or self._field_chars > MAX_FIELD_CHARS:
            return
        if entry.extension_name:
            if len(entry.extension) < _MAX_EXTENSION_FIELDS:
                entry.extension.setdefault(name, value)
        elif name == "loc":
            if len(entry.locations) < _MAX_EXTENSIONS:
                entry.locations.append(value)
        else:
            entry.fields.setdefault(name, value)

    def _end_extension(self, entry: _Entry) -> None:
        name, found = entry.extension_name, entry.extension
        entry.extension_name, entry.extension = "", {}
        if name == "image" and len(entry.images) < _MAX_EXTENSIONS:
            if url := self._resolve(found.get("loc", "")):
                entry.images.append(url)
        elif name == "video" and found and len(entry.videos) < _MAX_EXTENSIONS:
            entry.videos.append(found)
        elif name == "news" and found and entry.news is None:
            entry.news = found

    def _close_entry(self) -> Iterator[SitemapEntry]:
        entry, self._entry = self._entry, None
        if entry is None:
            return
        self._end_field(entry)
        if self._dialect == "sitemap":
            locations = entry.locations or [entry.text if entry.text.startswith(("http://", "https://")) else ""]
        else:
            locations = [feed_location(entry.fields)]
        lastmod = next((entry.fields[name] for name in DATES if name in entry.fields), None)
        for location in locations:
            if url := self._resolve(location):
                self._idle_markup = 0
                yield SitemapEntry(
                    url,
                    entry.kind,
                    lastmod,
                    entry.fields.get("changefreq", "").lower() or None,
                    _priority(entry.fields.get("priority")),
                    tuple(entry.alternates),
                    tuple(entry.images),
                    tuple(entry.videos),
                    entry.news,
                )


def _priority(text: str | None) -> float | None:
    if not text or len(text) > 16:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if 0.0 <= value <= 1.0 else None
