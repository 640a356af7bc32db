"""The stage `sitemaps`: what it refuses, what it imports, and what the limits leave out."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text, update

from inroad.stages import naming, reading
from inroad.stages.work import Work
from inroad.store import Database
from inroad.store.claims import Worker
from inroad.store.models import Event, Page, SitemapFile
from tests.stages.discovery.conftest import ROOT, Discovery, Site, index, numbered, urlset

Discover = Callable[..., Discovery]


def files(database: Database) -> dict[str, SitemapFile]:
    """Sitemap files by path."""
    with database.begin() as session:
        return {row.url.removeprefix(ROOT): row for row in session.scalars(select(SitemapFile))}


def paths(database: Database) -> set[str]:
    """Pages by path."""
    with database.begin() as session:
        return {url.removeprefix(ROOT) for url in session.scalars(select(Page.url))}


def scalar(database: Database, query: str) -> Any:
    """One value."""
    with database.begin() as session:
        return session.scalar(text(query))


async def test_a_page_of_another_domain_is_not_imported(site: Site, discover: Discover, database: Database) -> None:
    """A sitemap could fill a company's rows with anybody's pages."""
    site.documents["/sitemap.xml"] = urlset(
        "/a", "http://other.example/b", "http://notacme.example/c", "http://jobs.acme.example/d"
    )
    await discover().visit()
    assert paths(database) == {"/", "/a", "http://jobs.acme.example/d"}


async def test_an_html_answer_is_not_a_sitemap(site: Site, discover: Discover, database: Database) -> None:
    """A server's friendly page for everything would count as an empty sitemap, and all pages as gone."""
    site.documents["/sitemap.xml"] = b"<!doctype html><html><body><a href='/x'>x</a></body></html>"
    tally = await discover().visit()
    row = files(database)["/sitemap.xml"]
    assert (row.sitemap_import_status, row.error_reason) == ("Error", "html-instead-of-sitemap")
    assert tally.counts["failed"] == 1
    assert paths(database) == {"/"}


async def test_a_sitemap_that_lists_itself_or_an_ancestor_is_read_once(
    site: Site, discover: Discover, database: Database
) -> None:
    """A circle would be walked until the time is up."""
    site.documents["/sitemap.xml"] = index("/sitemap.xml", "/child.xml")
    site.documents["/child.xml"] = index("/sitemap.xml", "/child.xml", "/leaf.xml")
    site.documents["/leaf.xml"] = urlset("/a")
    await discover().visit()
    assert {path: row.depth for path, row in files(database).items()} == {"/sitemap.xml": 0, "/child.xml": 1, "/leaf.xml": 2}
    assert all(site.asked.count(path) == 1 for path in files(database))
    assert paths(database) == {"/", "/a"}


async def test_indexes_are_followed_to_the_depth_that_is_set(site: Site, discover: Discover, database: Database) -> None:
    """A server can answer every URL with an index of one more."""
    for level in range(9):
        site.documents[f"/{level or 'sitemap'}.xml"] = index(f"/{level + 1}.xml")
    await discover(sitemap_depth=3).visit()
    assert set(files(database)) == {"/sitemap.xml", "/1.xml", "/2.xml"}
    assert files(database)["/2.xml"].left_out_count == 1


async def test_no_more_sitemaps_than_the_setting_says(site: Site, discover: Discover, database: Database) -> None:
    """An index of 50,000 sitemaps would keep a crawler for days; what is left out must be said."""
    site.documents["/sitemap.xml"] = index(*numbered("/s", range(30)))
    await discover(sitemaps_per_domain=5).visit()
    assert len(files(database)) == 5
    with database.begin() as session:
        said = session.scalars(select(Event.message).where(Event.kind == "limit")).all()
    assert said == ["26 pages or sitemaps were left out: a limit of this domain is reached."]


async def test_known_sitemaps_take_no_room_from_new_ones(site: Site, discover: Discover, database: Database) -> None:
    """An index that grows at its end would never get its new files read."""
    site.documents["/sitemap.xml"] = index(*numbered("/s", range(4)))
    made = discover(sitemaps_per_domain=6)
    await made.visit()
    site.documents["/sitemap.xml"] = index(*numbered("/s", range(5)))
    await made.visit(again=True)
    assert "/s4" in files(database)


async def test_no_more_pages_than_the_setting_says(site: Site, discover: Discover, database: Database) -> None:
    """One site must not fill the database; concurrent sitemaps share the room."""
    site.documents["/sitemap.xml"] = index("/a.xml", "/b.xml", "/c.xml")
    for name in "abc":
        site.documents[f"/{name}.xml"] = urlset(*numbered(f"/{name}", range(50)))
    await discover(urls_per_domain=61).visit()
    assert len(paths(database)) == 61
    assert sum(row.left_out_count or 0 for row in files(database).values()) == 90


async def test_what_a_limit_left_out_is_read_once_there_is_room(site: Site, discover: Discover, database: Database) -> None:
    """An unchanged sitemap is not read again; without this a raised limit would change nothing."""
    site.documents["/sitemap.xml"] = urlset(*numbered("/p", range(20)))
    await discover(urls_per_domain=11).visit()
    await discover(urls_per_domain=11).visit(again=True)
    assert site.bodies_sent["/sitemap.xml"] == 1, "full: asked for, but not read again"
    await discover(urls_per_domain=1_000).visit(again=True)
    assert len(paths(database)) == 21


async def test_a_larger_document_than_the_limit_is_an_error(site: Site, discover: Discover, database: Database) -> None:
    """An endless body would fill the disk."""
    site.documents["/sitemap.xml"] = urlset(*numbered("/p", range(2_000)))
    await discover(sitemap_bytes=20_000).visit()
    row = files(database)["/sitemap.xml"]
    assert row.sitemap_import_status == "Error"
    assert row.error_reason in ("body-too-large", "sitemap-too-large")


async def test_a_gzip_bomb_is_an_error(site: Site, discover: Discover, database: Database) -> None:
    """A megabyte that unpacks to a gigabyte would fill the disk."""
    site.documents["/sitemap.xml"] = gzip.compress(urlset("/a") + b" " * 60_000_000)
    await discover().visit()
    assert files(database)["/sitemap.xml"].sitemap_import_status == "Error"


async def test_a_domain_ends_at_its_time_and_its_files_go_back(site: Site, discover: Discover, database: Database) -> None:
    """One slow site would hold up the batch; what it did not finish is not lost and not counted as an attempt."""
    site.documents["/sitemap.xml"] = index("/quick.xml", "/slow.xml")
    site.documents["/quick.xml"] = urlset("/a")
    site.documents["/slow.xml"] = urlset("/b")
    site.slow["/slow.xml"] = 60.0
    tally = await discover(domain_timeout_s=4.0).visit()
    assert [reason for _, reason, _ in tally.errors] == ["domain-timeout"]
    slow = files(database)["/slow.xml"]
    assert (slow.sitemap_import_status, slow.attempts, slow.lease_owner) == ("Queued", 0, None)
    assert paths(database) == {"/", "/a"}


async def test_children_download_while_others_are_imported(site: Site, discover: Discover, database: Database) -> None:
    """One after the other a slow child would hold up all that follow it."""
    children = numbered("/s", range(6))
    site.documents["/sitemap.xml"] = index(*children)
    for child in children:
        site.documents[child] = urlset(f"{child}/page")
        site.slow[child] = 0.2
    await discover().visit()
    assert site.at_once > 1
    assert len(paths(database)) == 7


async def test_a_page_in_several_sitemaps_is_one_row_with_every_listing(
    site: Site, discover: Discover, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Concurrent sitemaps with the same pages in other orders must neither double a page nor wait for each other for ever."""
    monkeypatch.setattr(naming, "BATCH", 50)
    names = [f"/{name}.xml" for name in "abcdef"]
    everything = numbered("/page-", range(400))
    site.documents["/sitemap.xml"] = index(*names)
    for turn, name in enumerate(names):
        shifted = everything[turn * 60 :] + everything[: turn * 60]
        site.documents[name] = urlset(*(shifted if turn % 2 else reversed(shifted)), lastmod=f"2026-10-0{turn + 1}")
    tally = await discover().visit()
    assert (tally.counts["new_pages"], tally.counts["failed"]) == (400, 0)
    assert len(paths(database)) == 401
    assert scalar(database, "SELECT count(*) FROM page_sitemaps") == 6 * 400
    assert scalar(database, "SELECT count(DISTINCT lastmod) FROM pages WHERE source = 'sitemap'") == 1
    assert scalar(database, "SELECT min(lastmod) FROM pages WHERE source = 'sitemap'") == "2026-10-06"


async def test_a_kill_between_batches_loses_and_doubles_nothing(
    site: Site, discover: Discover, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was stored before the kill stays; the file is read again from its start."""
    monkeypatch.setattr(naming, "BATCH", 10)
    site.documents["/sitemap.xml"] = urlset(*numbered("/p", range(95)))
    stored = reading.store_batch
    is_there = asyncio.Event()
    calls = 0

    async def stuck(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            is_there.set()
            await asyncio.sleep(3_600)
        await stored(*arguments)

    monkeypatch.setattr(reading, "store_batch", stuck)
    made = discover()
    visiting = asyncio.create_task(made.visit())
    await is_there.wait()
    visiting.cancel()
    await asyncio.gather(visiting, return_exceptions=True)
    assert len(paths(database)) == 31
    monkeypatch.setattr(reading, "store_batch", stored)
    tally = await made.visit()
    assert tally.counts["new_pages"] == 65
    assert scalar(database, "SELECT count(*) FROM page_sitemaps") == 95
    assert files(database)["/sitemap.xml"].sitemap_import_status == "Complete"


async def test_a_worker_that_lost_its_lease_records_nothing(
    site: Site, discover: Discover, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers would both finish the file, and the slower one overwrite the newer result."""
    monkeypatch.setattr(naming, "BATCH", 10)
    monkeypatch.setattr(reading, "RENEWALS_PER_LEASE", 1e9)
    site.documents["/sitemap.xml"] = urlset(*numbered("/p", range(40)))
    stored = reading.store_batch

    async def robbed(work: Work, *arguments: Any) -> None:
        await stored(work, *arguments)
        with database.begin() as session:
            session.execute(update(SitemapFile).values(lease_owner=other.name))

    monkeypatch.setattr(reading, "store_batch", robbed)
    with Worker(database) as other:
        await discover().visit()
    row = files(database)["/sitemap.xml"]
    assert (row.sitemap_import_status, row.lease_owner, row.content_hash) == ("Processing", other.name, None)


async def test_lastmods_that_are_no_line_of_text_are_dropped(site: Site, discover: Discover, database: Database) -> None:
    """A line break or a NUL inside would move every value behind it to another page."""
    body = urlset("/a", "/b", "/c", lastmod="2026-10-01").replace(b"2026-10-01", b"2026&#10;10\n01", 1)
    site.documents["/sitemap.xml"] = body.replace(b"2026-10-01", b"x&#0;y" + b"9" * 500, 1)
    await discover().visit()
    assert paths(database) == {"/", "/a", "/b", "/c"}
    with database.begin() as session:
        found = dict(session.execute(select(Page.url, Page.lastmod)).all())
    assert found[f"{ROOT}/c"] == "2026-10-01"
    assert all("\n" not in (value or "") and len(value or "") <= 64 for value in found.values())


async def test_a_file_that_waits_for_a_person_is_not_read(site: Site, discover: Discover, database: Database) -> None:
    """With manual curation nothing is asked for before somebody selected it."""
    site.documents["/sitemap.xml"] = urlset("/a")
    await discover(curation="manual").visit()
    assert files(database)["/sitemap.xml"].sitemap_import_status == "Waiting"
    assert "/sitemap.xml" not in site.asked
