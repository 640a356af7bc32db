"""Where sitemaps are found: robots.txt, other hosts it vouches for, well-known paths, feeds, and pages that link all others."""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import select

from inroad.store import Database
from inroad.store.models import Page, SitemapFile
from tests.stages.discovery.conftest import ROOT, Discovery, Site, index, urlset

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


async def test_a_sitemap_that_the_home_page_links_is_not_guessed_for(site: Site, discover: Discover, database: Database) -> None:
    """The link is better than a dozen requests."""
    del site.documents["/robots.txt"]
    site.documents["/"] = HOME.format(head="", body='<a href="/our-map.xml">Sitemap</a>').encode()
    site.documents["/our-map.xml"] = urlset("/a")
    await discover().visit()
    assert found(database) == ({"/our-map.xml": "well-known"}, {"/", "/a"})
    assert "/sitemap_index.xml" not in site.asked
