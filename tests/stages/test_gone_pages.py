"""Pages that only their sitemaps call gone, and sitemaps that their index names no longer."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from inroad.store.models import Page, PageSitemap, PostingRow, SitemapChild, SitemapFile
from tests.endtoend.snapshots import fingerprint
from tests.stages.bench import DOMAIN, SITE, Bench, index, job_posting, page, urlset

ROOT, CHILD, OTHER = f"{SITE}/sitemap.xml", f"{SITE}/sitemap-jobs.xml", f"{SITE}/sitemap-news.xml"
JOB = f"{SITE}/careers/meteorologist"
ALL = ("domains", "sitemaps", "pages", "page_contents", "postings")


def gone(bench: Bench) -> list[str]:
    """Paths of the pages that are gone."""
    return [url.removeprefix(SITE) for url, moment in bench.rows(Page.url, Page.gone_at) if moment is not None]


@pytest.fixture
def hiring(bench: Bench) -> Bench:
    """A site whose sitemap lists one job, read once."""
    bench.web.robots = f"User-agent: *\nDisallow:\nSitemap: {ROOT}\n"
    bench.web.pages |= {
        ROOT: urlset("/about", "/careers/meteorologist"),
        f"{SITE}/about": page("About us"),
        JOB: job_posting("Meteorologist", "You calibrate wind sensors and read the sky."),
    }
    bench.run(*ALL)
    assert bench.rows(PostingRow.title, PostingRow.closed_at) == [("Meteorologist", None)]
    return bench


def test_a_job_that_leaves_the_sitemap_and_the_site_is_closed_by_the_second_visit(hiring: Bench) -> None:
    """A page that is gone was never asked for again, so that its job stayed open for ever."""
    hiring.web.pages[ROOT] = urlset("/about")
    del hiring.web.pages[JOB]
    hiring.run(*ALL, again=True)
    assert hiring.rows(PostingRow.closed_at) == [None]
    hiring.run(*ALL, again=True)
    assert gone(hiring) == ["/careers/meteorologist"]
    assert hiring.rows(PostingRow.closed_at) != [None]
    hiring.web.asked.clear()
    hiring.run(*ALL, again=True)
    assert JOB not in hiring.web.asked, "looked for twice and never again"


def test_a_page_that_leaves_the_sitemap_and_still_answers_is_not_gone(hiring: Bench) -> None:
    """Shops list only part of their pages; their contacts would be dropped without proof."""
    hiring.web.pages[ROOT] = urlset("/about")
    hiring.run(*ALL, again=True)
    hiring.run("sitemaps", again=True)
    assert gone(hiring) == ["/careers/meteorologist"]
    hiring.run("page_contents", "postings", again=True)
    assert gone(hiring) == []
    assert hiring.rows(PostingRow.closed_at) == [None]
    settled = fingerprint(hiring.database)
    hiring.run(*ALL, again=True)
    assert fingerprint(hiring.database) == settled


def test_one_failed_visit_and_one_missing_listing_are_not_two_of_a_kind(hiring: Bench) -> None:
    """A short outage on the day on which a sitemap is rebuilt would remove the page."""
    hiring.web.pages[ROOT] = urlset("/about")
    shown = hiring.web.pages.pop(JOB)
    hiring.run(*ALL, again=True)
    assert gone(hiring) == []
    hiring.web.pages |= {ROOT: urlset("/about", "/careers/meteorologist"), JOB: shown}
    hiring.run(*ALL, again=True)
    del hiring.web.pages[JOB]
    hiring.run(*ALL, again=True)
    assert gone(hiring) == [], "not in a row"


@pytest.fixture
def indexed(bench: Bench) -> Bench:
    """A site whose index names two sitemaps, read once."""
    bench.web.robots = f"User-agent: *\nDisallow:\nSitemap: {ROOT}\n"
    bench.web.pages |= {ROOT: index(CHILD, OTHER), CHILD: urlset("/jobs/1", "/both"), OTHER: urlset("/news", "/both")}
    bench.run("domains", "sitemaps")
    return bench


@pytest.mark.parametrize("answers", [True, False])
def test_pages_of_a_sitemap_that_its_index_drops_are_gone_after_two_readings(indexed: Bench, answers: bool) -> None:
    """A platform renames its sitemaps with each release; the pages of the old ones stayed listed for ever."""
    indexed.web.pages[ROOT] = index(OTHER)
    if not answers:
        del indexed.web.pages[CHILD]
    indexed.run("sitemaps", again=True)
    assert gone(indexed) == []
    report = indexed.run("sitemaps", again=True)
    assert gone(indexed) == ["/jobs/1"]
    assert report.tallies[DOMAIN].counts["gone_pages"] == 1
    assert dict(indexed.rows(SitemapFile.url, SitemapFile.sitemap_import_status))[CHILD] == "Complete"
    indexed.web.asked.clear()
    settled = fingerprint(indexed.database)
    indexed.run("sitemaps", again=True)
    assert CHILD not in indexed.web.asked
    assert fingerprint(indexed.database) == settled


def test_a_sitemap_that_is_named_again_is_read_again(indexed: Bench) -> None:
    """A release is rolled back; its pages would stay gone."""
    indexed.web.pages[ROOT] = index(OTHER)
    indexed.run("sitemaps", again=True)
    indexed.run("sitemaps", again=True)
    indexed.web.pages[ROOT] = index(OTHER, CHILD)
    indexed.run("sitemaps", again=True)
    assert gone(indexed) == []
    assert (
        CHILD not in dict(indexed.rows(SitemapFile.url, SitemapFile.gone_at)) or indexed.rows(SitemapFile.gone_at) == [None] * 3
    )


def test_a_sitemap_that_another_index_names_stays(bench: Bench) -> None:
    """Moving a sitemap from one index to another would remove all of its pages."""
    bench.web.robots = f"User-agent: *\nDisallow:\nSitemap: {ROOT}\nSitemap: {OTHER}\n"
    bench.web.pages |= {ROOT: index(CHILD), OTHER: index(CHILD), CHILD: urlset("/jobs/1")}
    bench.run("domains", "sitemaps")
    assert len(bench.rows(SitemapChild.child_id)) == 2
    bench.web.pages[ROOT] = index()
    for _ in range(3):
        bench.run("sitemaps", again=True)
    assert gone(bench) == []
    bench.web.pages[OTHER] = index(ROOT)
    for _ in range(2):
        bench.run("sitemaps", again=True)
    assert gone(bench) == ["/jobs/1"]


def test_what_a_dropped_index_named_is_dropped_with_it(bench: Bench) -> None:
    """Only the index itself would go, and the sitemaps below it be read for ever."""
    middle = f"{SITE}/middle.xml"
    bench.web.robots = f"User-agent: *\nDisallow:\nSitemap: {ROOT}\n"
    bench.web.pages |= {ROOT: index(middle, OTHER), middle: index(CHILD), CHILD: urlset("/jobs/1"), OTHER: urlset("/news")}
    bench.run("domains", "sitemaps")
    bench.web.pages[ROOT] = index(OTHER)
    for _ in range(2):
        bench.run("sitemaps", again=True)
    assert gone(bench) == ["/jobs/1"]
    with bench.database.begin() as session:
        assert session.scalar(select(func.count()).select_from(SitemapFile).where(SitemapFile.gone_at.is_not(None))) == 2
        assert session.scalar(select(func.count()).select_from(PageSitemap)) == 1


def test_an_index_that_cannot_be_read_drops_nothing(indexed: Bench) -> None:
    """An error page under the index's address would remove the whole company."""
    indexed.web.pages[ROOT] = page("Maintenance")
    for _ in range(3):
        indexed.run("sitemaps", again=True)
    assert gone(indexed) == []
