"""One page, one row: http and https, with www. and without, decided by what the site answers and kept with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from inroad.crawl.fetch import WebClient
from inroad.stages import pages
from inroad.stages.origins import is_twin, known_aliases, renamed
from inroad.stages.work import Work
from inroad.store import Database
from inroad.store.models import Domain, Page, SitemapFile
from tests.stages.discovery.conftest import NAME, ROOT, Discovery, Site, index, urlset

Discover = Callable[..., Discovery]
WWW = f"http://www.{NAME}"


def moved(target: str) -> bytes:
    """A document that stands for a permanent redirect."""
    return b"-> " + target.encode()


def rows(database: Database) -> tuple[set[str], dict[str, Any]]:
    """URLs of all pages, and what is decided."""
    with database.begin() as session:
        return set(session.scalars(select(Page.url))), session.scalars(select(Domain.origin_aliases)).one()


@pytest.mark.parametrize(
    ("origin", "is_one"),
    [
        ("http://acme.example", False),
        ("https://acme.example", True),
        ("http://www.acme.example", True),
        ("https://www.acme.example", True),
        ("http://shop.acme.example", False),
        ("http://acme.example:8080", False),
        ("https://www.www.acme.example", False),
    ],
)
def test_only_scheme_and_www_make_a_twin(origin: str, is_one: bool) -> None:
    """A shop on a host of its own is another site."""
    assert is_twin(origin, "http://acme.example") is is_one


async def test_a_twin_that_redirects_is_the_same_page(site: Site, discover: Discover, database: Database) -> None:
    """Sitemaps mix both names; every page would be read, stored and shown twice."""
    site.documents["/sitemap.xml"] = urlset("/a", f"{WWW}/a", f"{WWW}/b", "/c")
    site.documents[f"www.{NAME}/a"] = moved(f"{ROOT}/a")
    site.documents["/a"] = b"<html><title>Gauges</title><p>A page about gauges, and what they are good for."
    made = discover()
    tally = await made.visit()
    urls, decided = rows(database)
    assert urls == {f"{ROOT}{path}" for path in ("/", "/a", "/b", "/c")}
    assert tally.counts["new_pages"] == 3
    assert (decided[WWW]["origin"], decided[WWW]["why"]) == (ROOT, "redirect")
    site.asked.clear()
    site.documents["/sitemap.xml"] = urlset("/a", f"{WWW}/d")
    await made.visit(again=True)
    assert f"{ROOT}/d" in rows(database)[0]
    assert "/a" not in site.asked, "decided once"


async def test_a_twin_that_names_the_other_as_canonical_is_the_same_page(
    site: Site, discover: Discover, database: Database
) -> None:
    """Servers that answer under both names say so in the page."""
    site.documents["/sitemap.xml"] = urlset(f"{WWW}/a")
    link = f'<html><head><link rel="Canonical" href="{ROOT}/a"></head><p>A page about gauges, and what they are good for.'
    site.documents["/a"] = link.encode()
    await discover().visit()
    urls, decided = rows(database)
    assert urls == {f"{ROOT}/", f"{ROOT}/a"}
    assert decided[WWW]["why"] == "canonical link"


async def test_one_sitemap_that_is_named_with_and_without_www_is_read_once(
    site: Site, discover: Discover, database: Database
) -> None:
    """Each name was a file of its own: asked for and read at every visit, and counted as another sitemap."""
    names = [f"{ROOT}/sitemap.xml", f"{WWW}/sitemap.xml", f"https://{NAME}/sitemap.xml"]
    site.documents["/robots.txt"] = "".join(f"Sitemap: {name}\n" for name in names).encode()
    site.documents["/sitemap.xml"] = index(f"{WWW}/part.xml", "/part.xml")
    site.documents["/part.xml"] = urlset("/a", f"{WWW}/b")
    for path in ("/", "/sitemap.xml", "/part.xml", "/b"):
        site.documents[f"www.{NAME}{path}"] = moved(f"{ROOT}{path}")
    made = discover()
    await made.visit()
    with database.begin() as session:
        assert session.scalars(select(SitemapFile.url).order_by(SitemapFile.id)).all() == [names[0], f"{ROOT}/part.xml"]
    assert rows(database)[0] == {f"{ROOT}{path}" for path in ("/", "/a", "/b")}
    site.asked.clear()
    await made.visit(again=True)
    assert site.asked.count("/sitemap.xml") == site.asked.count("/part.xml") == 1


async def test_a_front_page_that_leads_to_the_home_page_is_its_twin(site: Site, discover: Discover, database: Database) -> None:
    """Where the home page is /en/, no front page leads to the same path of the other name."""
    site.documents["/robots.txt"] = f"Sitemap: {WWW}/sitemap.xml\n".encode()
    site.documents["/en/"] = site.documents["/"]
    site.documents["/"] = moved(f"{ROOT}/en/")
    site.documents[f"www.{NAME}/"] = moved(f"{ROOT}/en/")
    site.documents["/sitemap.xml"] = urlset("/a")
    await discover().visit()
    urls, decided = rows(database)
    assert (urls, decided[WWW]["why"]) == ({f"{ROOT}/en/", f"{ROOT}/a"}, "redirect")


async def test_the_way_to_the_home_page_decides_without_a_further_request(
    site: Site, discover: Discover, database: Database
) -> None:
    """Most sites lead from one name to the other: asking again would cost each of them a request."""
    site.documents[f"{NAME}/"] = moved(f"{WWW}/")
    site.documents["/robots.txt"] = f"Sitemap: {ROOT}/sitemap.xml\n".encode()
    site.documents["/sitemap.xml"] = urlset("/a", f"{WWW}/b")
    await discover().visit()
    urls, decided = rows(database)
    assert urls == {f"{WWW}{path}" for path in ("/", "/a", "/b")}
    assert (decided[ROOT]["origin"], decided[ROOT]["why"]) == (WWW, "redirect")
    assert site.asked.count("/") == 2, "the redirect and the home page"


async def test_a_twin_that_answers_for_itself_keeps_its_pages(site: Site, discover: Discover, database: Database) -> None:
    """Two sites under almost one name would lose the pages of one of them."""
    site.documents["/sitemap.xml"] = urlset("/a", f"{WWW}/a")
    site.documents[f"www.{NAME}/a"] = b"<html><title>Other</title><p>Another site altogether, with its own words on the page."
    await discover().visit()
    urls, decided = rows(database)
    assert {f"{ROOT}/a", f"{WWW}/a"} <= urls
    assert decided[WWW]["origin"] == WWW


async def test_an_answer_that_says_nothing_decides_nothing(site: Site, discover: Discover, database: Database) -> None:
    """A dead page in a sitemap is no proof; the next run asks again, and at most two pages are asked for in one."""
    site.documents["/sitemap.xml"] = urlset(f"{WWW}/dead", "/a")
    site.documents[f"www.{NAME}/dead"] = moved(f"{ROOT}/")
    await discover().visit()
    urls, decided = rows(database)
    assert (f"{WWW}/dead" in urls, decided) == (True, {})
    assert site.asked.count("/dead") == 1


async def test_links_of_the_home_page_are_settled_before_they_are_rows(
    site: Site, discover: Discover, database: Database
) -> None:
    """Menus with absolute links of the old address would double every page that the sitemap lists."""
    body = f'<a href="{WWW}/contact">Contact</a> <a href="{WWW}/imprint">Imprint</a><p>We make gauges, and have since 1999.'
    site.documents["/"] = f"<!doctype html><html lang=en><title>Acme</title><h1>Acme</h1>{body}".encode()
    site.documents[f"www.{NAME}/contact"] = moved(f"{ROOT}/contact")
    site.documents["/contact"] = b"<html><title>Contact</title><p>Write to us, or call, or come by on any working day."
    site.documents["/sitemap.xml"] = urlset("/contact")
    made = discover()
    await made.visit()
    await made.working(_pages)
    assert rows(database)[0] == {f"{ROOT}/", f"{ROOT}/contact", f"{ROOT}/imprint"}


async def _pages(work: Work, _: WebClient) -> None:
    await pages.run(work, [NAME])


def test_what_was_decided_for_another_home_page_holds_no_longer() -> None:
    """A site that moves to www. would be renamed back to where it came from."""
    at = "2999-01-01T00:00:00+00:00"
    domain = Domain(
        name=NAME, home_url=f"{WWW}/", origin_aliases={WWW: {"origin": ROOT, "at": at}, ROOT: {"origin": WWW, "at": at}}
    )
    assert known_aliases(domain) == {ROOT: WWW}
    assert renamed(domain, f"{WWW}/a") == f"{WWW}/a"
    assert renamed(domain, f"{ROOT}/a?b") == f"{WWW}/a?b"


def test_an_origin_of_its_own_is_asked_again_after_a_month() -> None:
    """Sites move from http to https; their pages would stay doubled."""
    old = {"origin": WWW, "why": "answers itself", "at": "2020-01-01T00:00:00+00:00"}
    domain = Domain(name=NAME, home_url=f"{ROOT}/", origin_aliases={WWW: old})
    assert known_aliases(domain) == {}
