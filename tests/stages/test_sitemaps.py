"""Stage `sitemaps`: every file once, children as they become known, and what a sitemap no longer lists."""

from __future__ import annotations

import pytest

from inroad.crawl.failures import transient
from inroad.store.models import Page, PageSitemap, SitemapFile
from tests.endtoend.snapshots import fingerprint
from tests.stages.bench import DOMAIN, SITE, Bench, index, page, urlset

ROOT, CHILD, OTHER = f"{SITE}/sitemap.xml", f"{SITE}/sitemap-pages.xml", f"{SITE}/sitemap-news.xml"


@pytest.fixture
def listed(bench: Bench) -> Bench:
    """A site whose robots.txt names one sitemap of two pages, read once."""
    bench.web.robots = f"User-agent: *\nDisallow:\nSitemap: {ROOT}\n"
    bench.web.pages[ROOT] = urlset("/about", "/news")
    bench.run("domains", "sitemaps")
    return bench


def gone(bench: Bench) -> list[str]:
    """Paths of the pages that are gone."""
    return [url.removeprefix(SITE) for url, moment in bench.rows(Page.url, Page.gone_at) if moment is not None]


def test_an_index_that_lists_itself_and_its_children_is_read_once_each(bench: Bench) -> None:
    """A loop would fetch for ever; a child read twice doubles the site's load."""
    bench.web.robots = f"Sitemap: {ROOT}"
    bench.web.pages |= {ROOT: index(ROOT, CHILD, OTHER), CHILD: urlset("/about"), OTHER: index(CHILD, ROOT)}
    bench.run("domains", "sitemaps")
    assert bench.rows(SitemapFile.url, SitemapFile.sitemap_import_status, SitemapFile.depth) == [
        (OTHER, "Complete", 1),
        (CHILD, "Complete", 1),
        (ROOT, "Complete", 0),
    ]
    assert sorted(url for url in bench.web.asked if "sitemap" in url) == [OTHER, CHILD, ROOT]
    assert f"{SITE}/about" in bench.rows(Page.url)


def test_sitemaps_of_another_company_are_left_alone(bench: Bench) -> None:
    """Otherwise one index can point us at anybody's site; only robots.txt may vouch for another host."""
    bench.web.robots = f"Sitemap: {SITE}/sitemap_index.xml"
    bench.web.pages[f"{SITE}/sitemap_index.xml"] = index("https://another.example/sitemap.xml")
    bench.run("domains", "sitemaps")
    assert bench.rows(SitemapFile.url) == [f"{SITE}/sitemap_index.xml"]
    assert not [url for url in bench.web.asked if "another" in url]


def test_a_sitemap_that_nobody_announces_is_found_where_sitemaps_usually_are(bench: Bench) -> None:
    """Many sites have one and do not say so; without it only links are left."""
    bench.web.pages[f"{SITE}/sitemap_index.xml"] = index(CHILD)
    bench.web.pages[CHILD] = urlset("/about")
    bench.run("domains", "sitemaps")
    assert {source for source in bench.rows(SitemapFile.source)} == {"well-known", "index"}
    assert f"{SITE}/about" in bench.rows(Page.url)


def test_an_html_page_under_a_sitemaps_name_is_no_sitemap(bench: Bench) -> None:
    """Sites that answer everything with their home page would end in an error that nobody can mend."""
    bench.web.pages[f"{SITE}/sitemap.xml"] = page("Kestrel")
    bench.run("domains", "sitemaps")
    assert bench.rows(SitemapFile.url) == []


def test_an_unchanged_sitemap_writes_nothing(listed: Bench) -> None:
    """The daily refresh of many companies must not rewrite their rows."""
    before = fingerprint(listed.database)
    report = listed.run("domains", "sitemaps", again=True)
    assert report.tallies[DOMAIN].counts["unchanged"] == 1
    assert fingerprint(listed.database) == before


def test_a_page_is_gone_only_after_two_complete_readings_without_it(listed: Bench) -> None:
    """A sitemap that is being rebuilt drops pages for a moment."""
    listed.web.pages[ROOT] = urlset("/about")
    listed.run("sitemaps", again=True)
    assert gone(listed) == []
    listed.web.pages[ROOT] = urlset("/about", "/team")
    listed.run("sitemaps", again=True)
    assert gone(listed) == ["/news"]


def test_a_page_that_is_listed_again_is_back(listed: Bench) -> None:
    """A seasonal page returns; its row and its history are still there."""
    for paths in (("/about",), ("/about", "/team"), ("/about", "/news")):
        listed.web.pages[ROOT] = urlset(*paths)
        listed.run("sitemaps", again=True)
    assert gone(listed) == []
    assert dict(listed.rows(Page.url, Page.missed_count))[f"{SITE}/news"] == 0


def test_a_page_that_another_sitemap_still_lists_is_not_missed(bench: Bench) -> None:
    """Pages move between the files of an index."""
    bench.web.robots = f"Sitemap: {ROOT}\nSitemap: {CHILD}"
    bench.web.pages |= {ROOT: urlset("/about", "/news"), CHILD: urlset("/news")}
    bench.run("domains", "sitemaps")
    assert len(bench.rows(PageSitemap.page_id)) == 3
    for paths in (("/about",), ("/about", "/team")):
        bench.web.pages[ROOT] = urlset(*paths)
        bench.run("sitemaps", again=True)
    assert gone(bench) == []


def test_a_sitemap_that_cannot_be_read_misses_nothing(listed: Bench) -> None:
    """What could not be read is not empty."""
    before = fingerprint(listed.database)
    listed.web.pages[ROOT] = transient("http-5xx", ROOT, "met a fault of the server (HTTP 500)")
    for _ in range(2):
        report = listed.run("sitemaps", again=True)
    assert report.tallies[DOMAIN].counts["failed"] == 1
    assert fingerprint(listed.database) == before
