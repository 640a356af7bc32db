"""Naming what a sitemap lists: which entries count for its domain, under which URL, and what each page is for.

What lives here: entries in, batches of named pages out, in threads of their own. What does not: storing them (`reading`), and
deciding on other schemes and hosts (`origins`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from inroad.crawl.classify import classify_page
from inroad.crawl.sitemaps import SitemapEntry
from inroad.crawl.urls import canonical_url
from inroad.guard.errors import PermanentError
from inroad.stages.linking import is_asset, is_own_url
from inroad.stages.origins import Origins, entrance, origin_of
from inroad.store.listings import Batch
from inroad.store.models import Domain, SitemapFile

# Entries of one batch: large enough that a statement's own cost is nothing, small enough that others wait little for its locks.
BATCH = 4_000
LASTMOD_CHARS = 64


@dataclass(slots=True)
class Found:
    """One batch, named.

    Attributes:
        count: Entries.
        children: Sitemaps that it names, with their lastmod.
        pages: Pages of the domain.
        is_news: It has entries of Google's news extension.
        open_samples: Pages of origins that may be the home page's under another scheme or host, and are not decided yet; of a
            sitemap its origin's front page.
    """

    count: int
    children: dict[str, str | None] = field(default_factory=dict)
    pages: Batch = field(default_factory=Batch)
    is_news: bool = False
    open_samples: list[str] = field(default_factory=list)


class Ownership:
    """Which entries of a sitemap count for its domain, and under which origin; remembers each origin's answer.

    Pages must be the domain's own. Sitemaps may also lie on the host of the sitemap that names them, which robots.txt vouched
    for.

    Args:
        domain: The domain.
        row: The sitemap file that is read.
        origins: What is decided on the domain's other schemes and hosts.
    """

    def __init__(self, domain: Domain, row: SitemapFile, origins: Origins) -> None:
        self._domain = domain
        self._origins = origins
        self._vouched = origin_of(row.url)
        self._own: dict[str, bool] = {}

    def place(self, url: str) -> str | None:
        """The URL that a page is a row under; None where it is not the domain's own."""
        origin = origin_of(url)
        if not self._is_own(origin, url):
            return None
        target = self._origins.aliases.get(origin, origin)
        return url if target == origin else target + url[len(origin) :]

    def is_open(self, origin: str) -> bool:
        """Whether it is yet to be decided under which origin the pages of one are rows."""
        return self._origins.is_open(origin)

    def vouches(self, url: str) -> bool:
        """Whether a sitemap under this canonical URL may be read for the domain."""
        origin = origin_of(url)
        return origin == self._vouched or self._is_own(origin, url)

    def _is_own(self, origin: str, url: str) -> bool:
        known = self._own.get(origin)
        if known is None:
            if len(self._own) > 1_000:  # a sitemap of as many hosts is none; forget rather than grow
                self._own.clear()
            known = self._own[origin] = is_own_url(self._domain, url)
        return known


def next_batch(entries: Iterator[SitemapEntry], owner: Ownership) -> Found:
    """Reads and names the next entries; a batch of none is the end."""
    return name_entries(list(islice(entries, BATCH)), owner)


def name_entries(entries: list[SitemapEntry], owner: Ownership) -> Found:
    """Puts entries into canonical form, leaves out what is not the domain's, and classifies the rest."""
    found = Found(len(entries))
    pages: dict[str, str] = {}
    for entry in entries:
        try:
            url = canonical_url(entry.url)
        except PermanentError:
            continue
        if entry.kind == "sitemap":
            if owner.vouches(url):
                found.children[owner.place(url) or url] = _lastmod(entry.lastmod) or None
        elif (placed := owner.place(url)) is not None and not is_asset(placed):
            pages[placed] = _lastmod(entry.lastmod)
            found.is_news = found.is_news or entry.news is not None
    batch = found.pages
    batch.urls, batch.lastmods = list(pages), list(pages.values())
    for url in batch.urls:
        page_type, level = classify_page(url)
        batch.page_types.append(page_type)
        batch.priority_levels.append(str(level))
    last = {**{origin_of(url): entrance(url) for url in found.children}, **{origin_of(url): url for url in batch.urls}}
    if any(owner.is_open(origin) for origin in last):
        first = {origin_of(url): url for url in reversed(batch.urls)}
        samples = dict.fromkeys([*first.values(), *last.values()])
        found.open_samples = [url for url in samples if owner.is_open(origin_of(url))]
    return found


def _lastmod(written: str | None) -> str:
    """A lastmod as it is stored: one line of printable characters; empty for none."""
    if not written:
        return ""
    text = written.strip()[:LASTMOD_CHARS]
    return text if text.isprintable() else ""
