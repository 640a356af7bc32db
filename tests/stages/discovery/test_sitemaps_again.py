"""The stage `sitemaps` on later visits: what is not asked for, what is not read, and which pages are new, changed and gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text

from inroad.store import Database
from inroad.store.models import Domain, Event, Page, SitemapFile
from inroad.store.page_changes import PageChanges, page_changes
from tests.stages.discovery.conftest import NAME, ROOT, Discovery, Site, index, urlset

Discover = Callable[..., Discovery]
OLD, NEW = "2026-10-01", "2026-11-20"


def snapshot(database: Database) -> dict[str, list[Any]]:
    """Every row of the discovery's tables with the transaction that wrote it."""
    tables = ("domains", "sitemap_files", "pages", "page_sitemaps", "page_urls")
    with database.begin() as session:
        return {table: list(session.execute(text(f"SELECT xmin::text, t.* FROM {table} t ORDER BY 2, 3"))) for table in tables}


def gone(database: Database) -> set[str]:
    """Pages that are gone, by path."""
    with database.begin() as session:
        return {url.removeprefix(ROOT) for url in session.scalars(select(Page.url).where(Page.gone_at.is_not(None)))}


async def test_an_unchanged_site_costs_one_conditional_request_a_sitemap_and_writes_nothing(
    site: Site, discover: Discover, database: Database
) -> None:
    """Every night each page row would be written again."""
    site.documents["/sitemap.xml"] = index("/a.xml", "/b.xml")
    site.documents["/a.xml"], site.documents["/b.xml"] = urlset("/1", "/2", lastmod=OLD), urlset("/2", "/3")
    made = discover()
    await made.visit()
    before = snapshot(database)
    assert len(before["page_sitemaps"]) == 4
    site.asked.clear()
    tally = await made.visit(again=True)
    assert sorted(path for path in site.asked if path.endswith(".xml")) == ["/a.xml", "/b.xml", "/sitemap.xml"]
    assert all(site.bodies_sent[path] == 1 for path in ("/a.xml", "/b.xml", "/sitemap.xml"))
    assert snapshot(database) == before
    assert (tally.counts["unchanged"], tally.counts["unchanged_pages"], tally.counts["new_pages"]) == (3, 4, 0)


async def test_a_child_whose_index_repeats_its_lastmod_is_not_asked_for(
    site: Site, discover: Discover, database: Database
) -> None:
    """A site with thousands of sitemaps would be asked for each of them every night."""
    site.documents["/sitemap.xml"] = index(("/a.xml", OLD), ("/b.xml", OLD), "/c.xml")
    for name in "abc":
        site.documents[f"/{name}.xml"] = urlset(f"/{name}")
    made = discover()
    await made.visit()
    site.documents["/sitemap.xml"] = index(("/a.xml", OLD), ("/b.xml", NEW), "/c.xml")
    site.documents["/b.xml"] = urlset("/b", "/b2")
    site.asked.clear()
    tally = await made.visit(again=True)
    assert sorted(path for path in site.asked if path.endswith(".xml")) == ["/b.xml", "/c.xml", "/sitemap.xml"]
    assert (tally.counts["skipped_sitemaps"], tally.counts["new_pages"]) == (1, 1)


async def test_a_lastmod_is_not_believed_for_ever(site: Site, discover: Discover, database: Database) -> None:
    """Some indexes never change their lastmods; their children would never be read again."""
    site.documents["/sitemap.xml"] = index(("/a.xml", OLD))
    site.documents["/a.xml"] = urlset("/a")
    made = discover()
    await made.visit()
    with database.begin() as session:
        session.execute(text("UPDATE visits SET started_at = started_at - interval '8 days'"))
    site.documents["/a.xml"] = urlset("/a", "/b")
    tally = await made.visit(again=True)
    assert (tally.counts["skipped_sitemaps"], tally.counts["new_pages"]) == (0, 1)


async def test_a_run_says_which_pages_are_new_changed_unchanged_and_gone(
    site: Site, discover: Discover, database: Database
) -> None:
    """A person wants to know what happened at a company since yesterday."""
    site.documents["/sitemap.xml"] = urlset("/same", "/edited", "/removed", lastmod=OLD)
    made = discover()
    first = await made.visit()
    assert (first.counts["new_pages"], first.counts["unchanged_pages"]) == (3, 0)
    began = datetime.now(UTC)
    site.documents["/sitemap.xml"] = urlset("/same", "/edited", "/added", lastmod=OLD, lastmods={"/edited": NEW})
    second = await made.visit(again=True)
    counts = {name: second.counts[f"{name}_pages"] for name in ("new", "changed", "unchanged", "gone")}
    assert counts == {"new": 1, "changed": 1, "unchanged": 1, "gone": 0}
    third = await made.visit(again=True)
    assert (third.counts["gone_pages"], gone(database)) == (1, {"/removed"})
    with database.begin() as session:
        domain = session.scalars(select(Domain.id).where(Domain.name == NAME)).one()
        changes = page_changes(session, domain, began)
        said = session.scalars(select(Event.message).where(Event.kind == "pages").order_by(Event.id)).all()
    assert changes == PageChanges([f"{ROOT}/added"], [f"{ROOT}/edited"], [f"{ROOT}/removed"])
    assert said[1] == "Pages: 1 new, 1 changed, 0 gone, 1 unchanged."
    assert len(said) == 3


async def test_a_page_is_gone_only_after_two_readings_without_it_and_comes_back(
    site: Site, discover: Discover, database: Database
) -> None:
    """A sitemap that was written while the shop was being rebuilt would close every page at once."""
    site.documents["/sitemap.xml"] = full = urlset("/a", "/b")
    made = discover()
    await made.visit()
    site.documents["/sitemap.xml"] = urlset("/a")
    await made.visit(again=True)
    assert gone(database) == set()
    site.documents["/sitemap.xml"] = urlset("/a", "/c")
    await made.visit(again=True)
    assert gone(database) == {"/b"}
    site.documents["/sitemap.xml"] = full
    await made.visit(again=True)
    assert "/b" not in gone(database)


async def test_what_could_not_be_read_is_not_empty(site: Site, discover: Discover, database: Database) -> None:
    """An error page would make all pages of a company gone."""
    site.documents["/sitemap.xml"] = urlset("/a", "/b")
    made = discover()
    await made.visit()
    site.documents["/sitemap.xml"] = b"<!doctype html><html>maintenance</html>"
    for _ in range(3):
        await made.visit(again=True)
    assert gone(database) == set()


async def test_a_page_that_another_sitemap_took_over_at_the_same_moment_is_not_gone(
    site: Site, discover: Discover, database: Database
) -> None:
    """Two sitemaps are read side by side: the one that drops a page may not see yet that the other lists it."""
    site.documents["/sitemap.xml"] = index("/a.xml", "/b.xml")
    site.documents["/a.xml"], site.documents["/b.xml"] = urlset("/1", "/moved"), urlset("/2", "/moved")
    made = discover()
    await made.visit()
    with database.begin() as session:
        session.execute(text("UPDATE pages SET missed_count = 1 WHERE url LIKE '%/moved'"))
    await made.visit(again=True)
    assert gone(database) == set()


async def test_a_page_in_another_sitemap_or_found_by_links_is_not_gone(
    site: Site, discover: Discover, database: Database
) -> None:
    """Moving a page from one sitemap to another removes it from nowhere."""
    site.documents["/sitemap.xml"] = index("/a.xml", "/b.xml")
    site.documents["/a.xml"], site.documents["/b.xml"] = urlset("/1", "/moved", "/linked"), urlset("/2")
    made = discover()
    await made.visit()
    with database.begin() as session:
        session.execute(text("UPDATE pages SET source = 'link' WHERE url LIKE '%/linked'"))
    site.documents["/a.xml"], site.documents["/b.xml"] = urlset("/1"), urlset("/2", "/moved")
    for _ in range(3):
        await made.visit(again=True)
    assert gone(database) == set()


async def test_a_page_that_leaves_a_feed_is_not_gone(site: Site, discover: Discover, database: Database) -> None:
    """A feed lists the latest pages; older ones are still there."""
    feed = '<rss version="2.0"><channel><item><link>{root}/{number}</link></item></channel></rss>'
    site.documents["/sitemap.xml"] = feed.format(root=ROOT, number=1).encode()
    made = discover()
    await made.visit()
    for number in (2, 3, 4):
        site.documents["/sitemap.xml"] = feed.format(root=ROOT, number=number).encode()
        await made.visit(again=True)
    assert gone(database) == set()
    with database.begin() as session:
        assert session.scalar(text("SELECT count(*) FROM pages WHERE source = 'sitemap'")) == 4


def robots(*names: str) -> bytes:
    """A robots.txt that names sitemaps."""
    return "".join(f"Sitemap: {ROOT}{name}\n" for name in names).encode() + b"User-agent: *\nAllow: /\n"


async def next_day(made: Discovery) -> None:
    """A visit for which robots.txt is read anew."""
    with made.database.begin() as session:
        session.execute(text("UPDATE hosts SET robots_fetched_at = robots_fetched_at - interval '2 days'"))
        session.execute(text("UPDATE sitemap_files SET unnamed_at = unnamed_at - interval '2 days'"))
    await made.visit(again=True)


async def test_a_sitemap_that_robots_names_no_longer_is_retired_after_two_readings(
    site: Site, discover: Discover, database: Database
) -> None:
    """A site that moved to another system kept the pages of the old one for ever."""
    site.documents["/robots.txt"] = robots("/old.xml", "/new.xml")
    site.documents |= {"/old.xml": index("/part.xml"), "/part.xml": urlset("/a", "/b"), "/new.xml": urlset("/b", "/c")}
    made = discover()
    await made.visit()
    site.documents["/robots.txt"] = robots("/new.xml")
    await next_day(made)
    assert gone(database) == set(), "one reading proves nothing"
    await made.visit(again=True)
    assert gone(database) == set(), "the same reading is no second one"
    await next_day(made)
    assert gone(database) == {"/a"}
    site.asked.clear()
    await next_day(made)
    assert not {"/old.xml", "/part.xml"} & set(site.asked)
    site.documents["/robots.txt"] = robots("/new.xml", "/old.xml")
    await next_day(made)
    assert gone(database) == set()
    assert {"/old.xml", "/part.xml"} <= set(site.asked)


@pytest.mark.parametrize("answer", [b"User-agent: *\nAllow: /\n", None])
async def test_a_robots_file_that_names_no_sitemap_retires_none(
    site: Site, discover: Discover, database: Database, answer: bytes | None
) -> None:
    """A file that is gone, or was cut down to its rules, says nothing of sitemaps."""
    site.documents["/sitemap.xml"] = urlset("/a")
    made = discover()
    await made.visit()
    if answer is None:
        del site.documents["/robots.txt"]
    else:
        site.documents["/robots.txt"] = answer
    for _ in range(3):
        await next_day(made)
    assert gone(database) == set()
    with database.begin() as session:
        assert session.scalars(select(SitemapFile.gone_at)).all() == [None]


async def test_a_sitemap_that_an_index_still_names_outlives_its_line_in_robots(
    site: Site, discover: Discover, database: Database
) -> None:
    """Who names a file twice may drop one of the names."""
    site.documents["/robots.txt"] = robots("/all.xml", "/part.xml")
    site.documents |= {"/all.xml": index("/part.xml"), "/part.xml": urlset("/a")}
    made = discover()
    await made.visit()
    site.documents["/robots.txt"] = robots("/all.xml")
    for _ in range(3):
        await next_day(made)
    assert gone(database) == set()


async def test_a_home_page_that_was_refused_and_is_given_now_is_no_error_any_more(
    site: Site, discover: Discover, database: Database
) -> None:
    """Its row kept the old error beside the new content, and every report named it."""
    home = site.documents.pop("/")
    made = discover()
    await made.visit()
    site.documents["/"] = home
    await next_day(made)
    with database.begin() as session:
        row = session.scalars(select(Page).where(Page.source == "home")).one()
    assert (row.page_processing_status, row.error, row.content_hash is not None) == ("Complete", None, True)
