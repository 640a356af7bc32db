"""Where a domain's sitemaps are: what robots.txt names, what the home page links, what answers under a well-known path.

What does not belong here: reading them (`reading`) and the analysis that asks (`domains`).
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from inroad.crawl.fetch import WebClient
from inroad.crawl.links import Link, extract_links
from inroad.crawl.response import Response
from inroad.crawl.sitemaps import SitemapError, iter_sitemap, sitemap_candidates
from inroad.crawl.urls import canonical_url, host_of
from inroad.guard.errors import InroadError, PermanentError, TransientError
from inroad.stages.linking import own_urls
from inroad.stages.threads import in_thread
from inroad.store.models import Domain

# Seconds for asking for well-known paths where robots.txt and home page name no sitemap; all of them take 11 at the default pace.
PROBING_S = 20.0
# Answers that refuse a path, after which no further one is asked for.
REFUSED = frozenset({"http-4xx", "blocked"})
REFUSALS = 3
_FEED_PATH = re.compile(r"feed|rss|atom")
# Lines of one robots.txt that are followed; the setting bounds what a domain has in all.
NAMED_LIMIT = 1_000
LINKED_LIMIT = 3
SITEMAP_ENDINGS = (".xml", ".xml.gz", ".gz", ".txt", ".rss", ".atom")
# What sites call the page that links all others, in its address or in the words of the link to it.
HTML_SITEMAP_NAMES = frozenset(
    """
    sitemap site-map sitemaps html-sitemap sitemap-html sitemap-page site-index plan-du-site plan-site plan-de-site mapa-del-sitio
    mapa-web mapa-do-site mapa-do-sitio mapa-del-sito mappa-del-sito mappa-sito mapa-strony mapa-serwisu seitenubersicht
    seitenuebersicht seitenverzeichnis inhaltsverzeichnis paginaoverzicht
    """.split()  # noqa: SIM905 - a word list reads better as words
)


@dataclass(frozen=True, slots=True)
class Linked:
    """What a home page links that lists the site's pages.

    Attributes:
        sitemaps: Links to sitemap files.
        pages: Links to HTML sitemap pages.
    """

    sitemaps: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


def named_sitemaps(urls: Iterable[str], *, base: str) -> tuple[str, ...]:
    """The sitemaps that robots.txt names, canonical and each once; on another host too, for robots.txt vouches for it.

    https://www.sitemaps.org/protocol.html#submit_robots; the pages that such a sitemap lists must still be the domain's own.

    Args:
        urls: As written, relative ones too.
        base: Where robots.txt was read.
    """
    found: dict[str, None] = {}
    for url in urls:
        try:
            found[canonical_url(url, base=base)] = None
        except PermanentError:
            continue
        if len(found) >= NAMED_LIMIT:
            break
    return tuple(found)


def linked_sitemaps(domain: Domain, html: str, *, url: str) -> Linked:
    """The sitemaps, and the pages that link all others, that a home page links.

    Args:
        domain: Only its own are taken.
        html: The home page.
        url: Where it was read.
    """
    links = [link for link in extract_links(html, url=url) if _is_to_sitemap(link)]
    own = own_urls(domain, [link.url for link in links], base=url)
    files = [link for link in own if urlsplit(link).path.lower().endswith(SITEMAP_ENDINGS)]
    pages = [link for link in own if link not in files and link != canonical_url(url)]
    return Linked(tuple(files[:LINKED_LIMIT]), tuple(pages[:LINKED_LIMIT]))


def _is_to_sitemap(link: Link) -> bool:
    """An anchor that is called sitemap, or the head's `link rel=sitemap`."""
    return _is_called_sitemap(link) if link.kind == "anchor" else link.kind == "link" and "sitemap" in link.rel


def _is_called_sitemap(link: Link) -> bool:
    last = unquote(urlsplit(link.url).path).rstrip("/").rpartition("/")[2]
    return _slug(last.partition(".")[0]) in HTML_SITEMAP_NAMES or _slug(link.text) in HTML_SITEMAP_NAMES


def _slug(text: str) -> str:
    return "-".join(text[:60].lower().replace("ü", "u").replace("_", " ").replace("-", " ").split())


async def guessed_sitemaps(domain: Domain, web: WebClient, base: str, *, has_feeds: bool = False) -> tuple[str, ...]:
    """The first well-known path under which a sitemap or feed answers.

    Ends early where there is no hope or no welcome: the site answers everything with one page, refuses several paths, is down,
    asks for rest, or takes too long.

    Args:
        domain: It must be its own, after redirects too.
        web: The guarded client.
        base: The home page; its scheme and port are used.
        has_feeds: The home page names its feeds, so that none need be guessed.
    """
    until = time.monotonic() + PROBING_S
    answers: set[bytes] = set()
    refusals = 0
    for candidate in sitemap_candidates(host_of(base)):
        path = urlsplit(candidate).path
        if has_feeds and _FEED_PATH.search(path):
            continue
        try:
            async with web.stream(urljoin(base, path), purpose="sitemap") as response:
                is_one, begins = await in_thread(_examine, response)
            if is_one and (own := own_urls(domain, [response.url], base=base)):
                return tuple(own)
        except TransientError:
            return ()
        except InroadError as error:
            refusals += error.reason in REFUSED
            begins = b""
        if refusals >= REFUSALS or (begins and begins in answers) or time.monotonic() > until:
            return ()
        answers.add(begins)
    return ()


def _examine(response: Response) -> tuple[bool, bytes]:
    """Whether an answer begins like a sitemap, and a digest of its beginning.

    A server's friendly page for anything it does not know does not begin so; but it begins always in the same way.
    """
    begins = hashlib.sha256(next(response.iter_bytes(), b"")[:4_096]).digest()
    try:
        next(iter_sitemap(response.open(), url=response.url), None)
    except SitemapError:
        return False, begins
    return response.status == 200, begins
