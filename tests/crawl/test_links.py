"""Links: every page a visitor could reach, each once, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.crawl.links import MAX_LINKS, Link, extract_links, feed_links
from inroad.crawl.urls import InvalidUrl, canonical_url

URL = "https://acme.example/de/"


@pytest.mark.parametrize(
    "href", ["mailto:a@b.example", "tel:+49", "javascript:void(0)", "#top", "", "data:text/html,x", "http://", "http://[x/"]
)
def test_what_is_no_page_is_no_link(href: str) -> None:
    """Otherwise the crawl queues mail addresses and scripts."""
    assert extract_links(f'<a href="{href}">x</a>', url=URL) == []


def test_links_are_canonical_deduplicated_and_in_document_order() -> None:
    """Otherwise one page is fetched under five names, and the footer's imprint before the contact page."""
    html = (
        '<head><link rel="Canonical" href="/de/"></head><a href="kontakt"></a><a href="/de/kontakt#form">Kontakt  <b>hier</b></a>'
        '<iframe src="https://jobs.example/board?x=1"></iframe><a href="/jobs?utm_source=x" rel="nofollow me">Jobs</a>'
        '<area href="/map" alt="x"><script src="/app.js"></script><a href="/team"><img alt="Das Team"></a>'
    )
    assert extract_links(html, url=URL) == [
        Link("https://acme.example/de/", "", ("canonical",), "link"),
        Link("https://acme.example/de/kontakt", "Kontakt hier", (), "anchor"),
        Link("https://jobs.example/board?x=1", "", (), "frame"),
        Link("https://acme.example/jobs", "Jobs", ("nofollow", "me"), "anchor"),
        Link("https://acme.example/map", "", (), "anchor"),
        Link("https://acme.example/app.js", "", (), "script"),
        Link("https://acme.example/team", "Das Team", (), "anchor"),
    ]


def test_the_base_element_moves_relative_links() -> None:
    """Otherwise they all lead to 404s."""
    assert extract_links('<base href="https://b.example/x/"><a href="y">y</a>', url=URL)[0].url == "https://b.example/x/y"


def test_the_number_and_length_of_links_is_bounded() -> None:
    """Otherwise a link farm fills the table from one page."""
    html = "".join(f'<a href="/{n}">{"x" * 500}</a>' for n in range(MAX_LINKS + 50))
    links = extract_links(html, url=URL)
    assert len(links) == MAX_LINKS
    assert max(len(link.text) for link in links) == 200


def test_feeds_are_found_by_their_type() -> None:
    """Otherwise sites whose only map is a feed have no pages."""
    html = (
        '<link rel="alternate" type="application/rss+xml" href="/feed"><link rel="stylesheet" type="text/css" href="/x.css">'
        '<link rel="alternate" type="application/atom+xml; charset=utf-8" href="/atom">'
        '<link rel="alternate" hreflang="de" href="/de">'
        '<link rel="alternate" type="application/feed+json" href="javascript:x">'
    )
    assert feed_links(html, URL) == ["https://acme.example/feed", "https://acme.example/atom"]


@given(st.text(max_size=120))
def test_no_href_crashes_the_reader(href: str) -> None:
    """Otherwise one odd link loses all the others of the page."""
    links = extract_links(f'<a href="{href}">x</a><a href="/ok">ok</a>', url=URL)
    assert all(link.url.startswith(("http://", "https://")) for link in links)


@given(
    st.text(alphabet="abÄ1/\\.?&=#:;%2eE@ \t\n-_+'", max_size=30),
    st.sampled_from(
        ["https://acme.example/de/a;b?c=d", "http://ann:pw@ACME.example:8080/x/../y", "https://acme.example:443", URL]
    ),
)
def test_a_path_from_the_root_leads_where_it_leads_from_any_page(path: str, page: str) -> None:
    """Such targets are remembered for the whole site; one that depended on the page would send the crawl elsewhere."""
    href = f"/a{path}"
    try:
        expected = [canonical_url(href.strip(), base=page)]
    except InvalidUrl:
        expected = []
    found = [link.url for link in extract_links(f'<a href="{href.replace("&", "&amp;")}">x</a>', url=page)]
    assert found == expected
