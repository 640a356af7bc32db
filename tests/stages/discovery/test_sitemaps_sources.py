"""Where sitemaps are found: robots.txt, other hosts it vouches for, well-known paths, feeds, and pages that link all others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from inroad.crawl.failures import HostBusy, permanent, transient
from inroad.crawl.fetch import WebClient
from inroad.crawl.sitemaps import sitemap_candidates
from inroad.stages import pages
from inroad.stages.sources import guessed_sitemaps
from inroad.stages.work import Work
from inroad.store import Database
from inroad.store.models import Domain, Page, SitemapFile
from tests.stages.discovery.conftest import NAME, ROOT, Discovery, Site, index, urlset

Discover = Callable[..., Discovery]
HOME = (
    "<!doctype html><html lang=en><head><title>Acme</title>{head}</head><body><h1>Acme</h1><p>We make gauges.</p>"
    "{body}</body></html>"
)


def found(database: Database) -> tuple[dict[str, str], set[str]]:
    """Sitemap files with their sources, and pages."""
    with database.begin() as session:
        files = {row.url.removeprefix(ROOT): row.source for row in session.scalars(select(SitemapFile))}
        return files, {url.removeprefix(ROOT) for url in session.scalars(select(Page.url))}


async def test_a_sitemap_on_a_host_that_robots_vouches_for_is_read_but_its_foreign_pages_are_not(
    site: Site, discover: Discover, database: Database
) -> None:
    """Shops keep their sitemaps on a host of their platform; what else lies there is not theirs."""
    site.documents["/robots.txt"] = b"User-agent: *\nAllow: /\nSitemap: http://files.platform.example/acme.xml\n"
    site.documents["files.platform.example/acme.xml"] = index(
        "http://files.platform.example/acme-1.xml", "http://elsewhere.example/x.xml", "/own.xml"
    )
    site.documents["files.platform.example/acme-1.xml"] = urlset("/a", "http://files.platform.example/b")
    site.documents["/own.xml"] = urlset("/c")
    await discover().visit()
    files, pages = found(database)
    assert files == {
        "http://files.platform.example/acme.xml": "robots",
        "http://files.platform.example/acme-1.xml": "index",
        "/own.xml": "index",
    }
    assert pages == {"/", "/a", "/c"}


async def test_a_friendly_page_under_a_well_known_path_is_no_sitemap(site: Site, discover: Discover, database: Database) -> None:
    """Servers that answer everything with 200 would end the search at the first guess."""
    del site.documents["/robots.txt"]
    site.documents["/sitemap.xml"] = b"Not here, sorry. Try the search."
    site.documents["/wp-sitemap.xml"] = urlset("/a")
    await discover().visit()
    assert found(database) == ({"/wp-sitemap.xml": "well-known"}, {"/", "/a"})


async def test_feeds_of_every_kind_are_sources(site: Site, discover: Discover, database: Database) -> None:
    """Small sites have a feed and no sitemap."""
    del site.documents["/robots.txt"]
    kinds = {"/rss": "application/rss+xml", "/atom": "application/atom+xml", "/feed.json": "application/feed+json"}
    links = "".join(f'<link rel="alternate" type="{kind}" href="{path}">' for path, kind in kinds.items())
    site.documents["/"] = HOME.format(head=links, body="").encode()
    site.documents["/rss"] = f"<rss version='2.0'><channel><item><link>{ROOT}/1</link></item></channel></rss>".encode()
    atom = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='{ROOT}/2'/></entry></feed>"
    site.documents["/atom"] = atom.encode()
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "3", "url": f"{ROOT}/3"}]}
    site.documents["/feed.json"] = json.dumps(feed).encode()
    await discover().visit()
    assert found(database) == (dict.fromkeys(kinds, "feed"), {"/", "/1", "/2", "/3"})


async def test_a_page_that_links_all_others_serves_where_no_sitemap_does(
    site: Site, discover: Discover, database: Database
) -> None:
    """Sites without an XML sitemap often have a page named so."""
    del site.documents["/robots.txt"]
    site.documents["/"] = HOME.format(head="", body='<footer><a href="/plan-du-site">Plan du site</a></footer>').encode()
    links = "<a href='/a'>A</a><a href='/b/'>B</a><a href='http://other.example/c'>C</a><a href='/d.pdf'>D</a>"
    site.documents["/plan-du-site"] = HOME.format(head="", body=links).encode()
    made = discover()
    await made.visit()
    assert found(database) == ({"/plan-du-site": "html"}, {"/", "/a", "/b/"})
    await made.visit(again=True)
    assert site.bodies_sent["/plan-du-site"] == 1


async def test_a_page_named_sitemap_is_not_read_where_a_sitemap_is(site: Site, discover: Discover, database: Database) -> None:
    """It would cost a request and tell nothing new."""
    site.documents["/"] = HOME.format(head="", body='<a href="/sitemap">Sitemap</a>').encode()
    site.documents["/sitemap.xml"] = urlset("/a")
    await discover().visit()
    assert found(database) == ({"/sitemap.xml": "robots"}, {"/", "/a"})


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", '<a href="/our-map.xml">Sitemap</a>'),
        ('<link rel="sitemap" type="application/xml" title="Map" href="/our-map.xml">', ""),
    ],
)
async def test_a_sitemap_that_the_home_page_links_is_not_guessed_for(
    site: Site, discover: Discover, database: Database, head: str, body: str
) -> None:
    """The link is better than a dozen requests."""
    del site.documents["/robots.txt"]
    site.documents["/"] = HOME.format(head=head, body=body).encode()
    site.documents["/our-map.xml"] = urlset("/a")
    await discover().visit()
    assert found(database) == ({"/our-map.xml": "well-known"}, {"/", "/a"})
    assert "/sitemap_index.xml" not in site.asked


async def test_every_spelling_of_a_robots_line_is_a_source(site: Site, discover: Discover, database: Database) -> None:
    """People write robots.txt by hand; each misread line is a whole site unread."""
    lines = (
        "sitemap:/one.xml",
        "SITEMAP : http://acme.example/two.xml # all",
        "Site-map: three.xml",
        "Sitemap http://acme.example/four.xml",
    )
    site.documents["/robots.txt"] = "\r\n".join(["User-agent: *", "Disallow:", *lines]).encode()
    for name in ("one", "two", "three", "four"):
        site.documents[f"/{name}.xml"] = urlset(f"/{name}")
    await discover().visit()
    files, pages = found(database)
    assert files == dict.fromkeys(("/one.xml", "/two.xml", "/three.xml", "/four.xml"), "robots")
    assert pages == {"/", "/one", "/two", "/three", "/four"}


async def test_every_well_known_path_is_tried_in_turn_and_none_after_the_first_that_answers(
    site: Site, discover: Discover, database: Database
) -> None:
    """A shop's or a news site's own path would never be found; and what is found must not be sought on."""
    del site.documents["/robots.txt"]
    site.documents["/sitemap_news.xml"] = urlset("/a")
    await discover().visit()
    assert found(database)[0] == {"/sitemap_news.xml": "well-known"}
    tried = [path for path in site.asked if path not in ("/", "/robots.txt")]
    assert tried[0] == "/sitemap.xml"
    assert "/feed/" not in tried


async def test_nothing_is_guessed_where_robots_names_a_sitemap(site: Site, discover: Discover, database: Database) -> None:
    """Forty requests for nothing, at every site."""
    site.documents["/sitemap.xml"] = urlset("/a")
    await discover().visit()
    assert Counter(site.asked) == Counter({"/robots.txt": 1, "/": 1, "/sitemap.xml": 1})


async def test_guessing_ends_at_a_site_that_answers_everything_with_one_page(
    site: Site, discover: Discover, database: Database
) -> None:
    """Applications of one page answer any path; forty more answers would say no more than two."""
    del site.documents["/robots.txt"]
    for candidate in sitemap_candidates(NAME):
        site.documents[urlsplit(candidate).path] = b"<!doctype html><html><title>Acme</title><div id=app></div>"
    await discover().visit()
    assert len([path for path in site.asked if path in site.documents and path != "/"]) == 2
    assert found(database)[0] == {}


class Refusing:
    """A client whose every answer is one error."""

    def __init__(self, error: Exception) -> None:
        self.error, self.asked = error, 0

    @asynccontextmanager
    async def stream(self, url: str, **_: Any) -> AsyncIterator[Any]:
        self.asked += 1
        raise self.error
        yield


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (transient("timeout", ROOT, "does not answer"), 1),
        (HostBusy("It asks for rest.", url=ROOT, retry_after_s=60.0), 1),
        (permanent("http-4xx", ROOT, "refuses (HTTP 403)"), 3),
        (permanent("not-found", ROOT, "does not exist"), len(sitemap_candidates(NAME))),
    ],
    ids=["down", "asks for rest", "refuses", "has none"],
)
async def test_guessing_ends_where_it_has_no_hope_or_no_welcome(error: Exception, asked: int) -> None:
    """Forty requests to a server that is overloaded are what makes it block us."""
    web = Refusing(error)
    assert await guessed_sitemaps(Domain(name=NAME, allowed_hosts=[]), web, f"{ROOT}/") == ()  # type: ignore[arg-type]
    assert web.asked == asked


async def test_links_of_the_home_page_are_the_last_resort(site: Site, discover: Discover, database: Database) -> None:
    """Small sites have neither sitemap nor feed; their contact page is one link away."""
    del site.documents["/robots.txt"]
    body = '<a href="/contact">Contact</a> <a href="/about-us/">About</a> <a href="http://elsewhere.example/">Elsewhere</a>'
    site.documents["/"] = HOME.format(head="", body=body).encode()
    made = discover()
    await made.visit()
    await made.working(_pages)
    with database.begin() as session:
        rows = {page.url.removeprefix(ROOT): (page.source, page.page_type) for page in session.scalars(select(Page))}
    assert rows == {"/": ("home", "HOME"), "/contact": ("link", "CONTACT_ROOT"), "/about-us/": ("link", "ABOUT")}


async def _pages(work: Work, _: WebClient) -> None:
    await pages.run(work, [NAME])


@pytest.mark.parametrize(
    "document",
    [
        '<rss version="0.91"><channel><title>x</title><item><title>t</title><link>{root}/a</link></item></channel></rss>',
        '<rss version="0.92"><channel><item><link> {root}/a </link><description>&lt;b&gt;</description></item></channel></rss>',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><item rdf:about="{root}/a"/></rdf:RDF>',
        '<rss version="2.0"><channel><item><guid isPermaLink="true">{root}/a</guid></item></channel></rss>',
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><link type="text/html" href="{root}/a"/></entry></feed>',
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/a"/><link rel="self" href="/x"/></entry></feed>',
        '{{"version": "https://jsonfeed.org/version/1", "items": [{{"id": "1", "url": "/a"}}]}}',
        "\ufeff{root}/a\r\n",
    ],
    ids=["RSS 0.91", "RSS 0.92", "RSS 1.0", "RSS 2.0", "Atom 0.3", "Atom 1.0", "JSON Feed", "text"],
)
async def test_every_format_that_robots_may_name_gives_its_pages(
    site: Site, discover: Discover, database: Database, document: str
) -> None:
    """Each format is the only list of pages that some site has."""
    site.documents["/sitemap.xml"] = document.format(root=ROOT).encode()
    await discover().visit()
    assert found(database) == ({"/sitemap.xml": "robots"}, {"/", "/a"})


async def test_a_home_page_that_never_ends_is_not_asked_for_under_every_name(
    site: Site, discover: Discover, database: Database
) -> None:
    """One slow site held its batch for three minutes: four names, each with all its attempts."""
    site.slow["/"] = 0.5
    await discover(request_timeout_s=0.2).visit()
    assert site.asked.count("/") == 1
    with database.begin() as session:
        row = session.scalars(select(Domain)).one()
    assert (row.sitemap_analysis_status, row.error_reason) == ("Queued", "timeout")
