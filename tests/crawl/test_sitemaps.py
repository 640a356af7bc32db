"""Sitemaps: hostile ones are refused, careless ones are read, big ones stay small in memory."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroad.crawl.sitemaps import (
    NotASitemap,
    SitemapEntry,
    SitemapError,
    SitemapLimits,
    SitemapTooLarge,
    UnsafeXml,
    iter_sitemap,
    parse_lastmod,
    sitemap_candidates,
)

URL = "https://acme.example/maps/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def read(body: bytes | str, limits: SitemapLimits | None = None) -> list[SitemapEntry]:
    raw = body.encode() if isinstance(body, str) else body
    return list(iter_sitemap(raw, url=URL, limits=limits) if limits else iter_sitemap(raw, url=URL))


def urls(body: bytes | str) -> list[str]:
    return [entry.url for entry in read(body)]


def urlset(*locations: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><urlset {NS}>'
        + "".join(f"<url><loc>{x}</loc></url>" for x in locations)
        + "</urlset>"
    )


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   \n ",
        "<!DOCTYPE html><html><body>Not found</body></html>",
        "<html><head><title>Sitemap</title></head><body><a href='/x'>x</a></body></html>",
        "<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'x'><html/>",
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
        "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
        "Not found",
        '{"error": "not found"}',
        "{broken",
        "[" * 100_000,
        '{"a":' * 100_000,
        "\x89PNG\r\n\x1a\n" + "x" * 5000,
        "<",
        "<!-- only a comment -->",
    ],
)
def test_what_is_no_sitemap_is_refused(body: str) -> None:
    """Otherwise an error page counts as a sitemap that lists nothing, and every page of the site looks gone."""
    with pytest.raises(NotASitemap):
        read(body)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE urlset [<!ENTITY a "b">]>',
        '<!DOCTYPE urlset [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE urlset SYSTEM "http://evil.example/x.dtd">',
        "<!DOCTYPE lolz [" + "".join(f'<!ENTITY l{n} "&l{n - 1};&l{n - 1};">' for n in range(1, 30)) + "]>",
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "x" [<!ENTITY a "b">]>',
        '<!ENTITY a "b">',
    ],
)
def test_document_types_and_entities_are_refused(declaration: str) -> None:
    """Otherwise a sitemap reads local files, calls other hosts or grows without end."""
    with pytest.raises(UnsafeXml):
        read(f'<?xml version="1.0"?>{declaration}<urlset><url><loc>https://acme.example/&a;</loc></url></urlset>')


def test_a_gzip_bomb_is_refused_while_it_inflates() -> None:
    """Otherwise 200 kB on the wire become 200 MB of work."""
    bomb = gzip.compress(b"<urlset>" + b" " * 60_000_000)
    with pytest.raises(SitemapTooLarge):
        read(bomb)


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        (urlset("https://acme.example/a") * 3, SitemapLimits(max_bytes=100)),
        (gzip.compress(b"https://acme.example/a\n" * 100), SitemapLimits(max_bytes=1000)),
        (urlset(*[f"https://acme.example/{n}" for n in range(20)]), SitemapLimits(max_entries=10)),
        ("<urlset><url><loc>" + "<![CDATA[" + "x" * 500_000, SitemapLimits(max_markup_chars=100_000)),
        ("<urlset>" + "<a></a>" * 150_000, SitemapLimits()),
        ("<urlset>" + "<" * 300_000, SitemapLimits()),
    ],
)
def test_each_limit_is_enforced_while_streaming(body: bytes | str, limits: SitemapLimits) -> None:
    """Otherwise a stranger decides how much memory and time a worker spends."""
    with pytest.raises(SitemapTooLarge):
        read(body, limits)


def test_what_came_before_a_limit_was_yielded() -> None:
    """Otherwise one entry too many loses a whole site."""
    entries = iter_sitemap(
        urlset("https://a.example/1", "https://a.example/2").encode(), url=URL, limits=SitemapLimits(max_entries=1)
    )
    assert next(entries).url == "https://a.example/1"
    with pytest.raises(SitemapTooLarge):
        next(entries)


def test_every_field_of_a_page_is_read() -> None:
    """Otherwise freshness and priority, which decide what is fetched first, are guesses."""
    (entry,) = read(
        f"<urlset {NS}><url><loc> https://acme.example/a?x=1&amp;y=2 </loc><lastmod>2026-10-01</lastmod>"
        "<changefreq>Weekly</changefreq><priority>0.8</priority></url></urlset>"
    )
    assert entry == SitemapEntry("https://acme.example/a?x=1&y=2", "page", "2026-10-01", "weekly", 0.8)


def test_an_index_lists_sitemaps() -> None:
    """Otherwise child sitemaps are fetched as pages and their pages are never found."""
    entries = read(
        f"<sitemapindex {NS}><sitemap><loc>https://acme.example/a.xml.gz</loc><lastmod>2026-01-02</lastmod></sitemap></sitemapindex>"
    )
    assert [(e.url, e.kind, e.lastmod) for e in entries] == [("https://acme.example/a.xml.gz", "sitemap", "2026-01-02")]


def test_extensions_are_read_and_their_locations_are_not_pages() -> None:
    """Otherwise images are imported as pages, and language versions are lost."""
    (entry,) = read(
        f'<urlset {NS} xmlns:i="x" xmlns:xhtml="y"><url><loc>https://acme.example/a</loc>'
        '<xhtml:link rel="alternate" hreflang="DE" href="/de/a?b=1&amp;c=2"/>'
        '<xhtml:link rel="alternate" hreflang="en" href="javascript:x"/>'
        "<i:image><i:loc>https://acme.example/a.png</i:loc></i:image><image><loc>/b.png</loc></image>"
        '<v:video><v:title>T &amp; U</v:title><v:player_loc allow="a>b">https://acme.example/p</v:player_loc></v:video>'
        "<n:news><n:publication><n:name>Acme News</n:name></n:publication><n:title>New</n:title></n:news></url></urlset>"
    )
    assert entry.url == "https://acme.example/a"
    assert entry.alternates == (("de", "https://acme.example/de/a?b=1&c=2"),)
    assert entry.images == ("https://acme.example/a.png", "https://acme.example/b.png")
    assert entry.videos == ({"title": "T & U", "player_loc": "https://acme.example/p"},)
    assert entry.news is not None
    assert entry.news["title"] == "New"
    assert entry.news["name"] == "Acme News"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<urlset><url><loc>https://a.example/x?a=1&b=2&copy=3</loc></url></urlset>", ["https://a.example/x?a=1&b=2&copy=3"]),
        ("<urlset><url><loc><![CDATA[https://a.example/x?a&b]]></loc></url></urlset>", ["https://a.example/x?a&b"]),
        ("<x:urlset><x:url><x:loc>https://a.example/x</x:loc></x:url></x:urlset>", ["https://a.example/x"]),
        ("<URLSET><URL><LOC>https://a.example/x</LOC></URL></URLSET>", ["https://a.example/x"]),
        ("\n\n <?xml version='1.0'?><urlset><url><loc>https://a.example/x</loc></url></urlset>", ["https://a.example/x"]),
        (
            "<br />\n<b>Warning</b>: x in y\n<?xml version='1.0'?><urlset><url><loc>https://a.example/x</loc></url></urlset>",
            ["https://a.example/x"],
        ),
        (
            "<urlset><url><loc>https://a.example/1</loc><lastmod>2026<</lastmod></url><url><loc>https://a.example/2</loc></url></urlset>",
            ["https://a.example/1", "https://a.example/2"],
        ),
        (
            "<urlset><url><loc>https://a.example/1<url><loc>https://a.example/2</loc></urlset>",
            ["https://a.example/1", "https://a.example/2"],
        ),
        (
            "<urlset><!-- <url><loc>https://a.example/no</loc></url> --><url><loc>https://a.example/x</loc></url></urlset>",
            ["https://a.example/x"],
        ),
        (
            "<urlset><url><loc>/team</loc></url><url><loc>jobs</loc></url></urlset>",
            ["https://acme.example/team", "https://acme.example/maps/jobs"],
        ),
        (
            "<urlset><url><loc>mailto:x@a.example</loc></url><url><loc></loc></url><url><loc>https://a.example/x</loc></url></urlset>",
            ["https://a.example/x"],
        ),
        ("<urlset><url><loc>https://a.example/x&#x20AC;</loc></url></urlset>", ["https://a.example/x€"]),
        ("<urlset></urlset>", []),
        ("<urlset/>", []),
    ],
)
def test_careless_markup_is_read(body: str, found: list[str]) -> None:
    """Otherwise one unescaped ampersand hides every page after it."""
    assert urls(body) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            (
                '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.example/rss.dtd">'
                '<rss version="0.91"><channel>'
                "<link>https://a.example/</link><item><title>T</title><link>https://a.example/1</link></item></channel></rss>"
            ),
            [("https://a.example/1", None)],
        ),
        (
            '<rdf:RDF><channel><link>https://a.example/</link></channel><item rdf:about="https://a.example/1"><dc:date>2026-01-01</dc:date></item></rdf:RDF>',
            [("https://a.example/1", "2026-01-01")],
        ),
        (
            (
                '<rss version="2.0"><channel><atom:link href="https://a.example/feed" rel="self"/><item><link>https://a.example/1</link>'
                '<guid isPermaLink="false">77</guid><pubDate>Mon, 05 Oct 2026 10:00:00 GMT</pubDate>'
                "<description>&lt;a&gt;</description>"
                "<content:encoded><![CDATA[<link>https://a.example/no</link>]]></content:encoded></item>"
                "<item><guid>https://a.example/2</guid></item></channel></rss>"
            ),
            [("https://a.example/1", "Mon, 05 Oct 2026 10:00:00 GMT"), ("https://a.example/2", None)],
        ),
        (
            (
                '<feed xmlns="atom"><link href="https://a.example/"/><entry><link rel="edit" href="/edit"/>'
                '<link href="/1"/><updated>2026-02-03T04:05:06Z</updated>'
                '<content type="xhtml"><div><link href="https://a.example/no"/></div></content></entry></feed>'
            ),
            [("https://acme.example/1", "2026-02-03T04:05:06Z")],
        ),
        (
            '<feed version="0.3"><entry><link rel="alternate" type="text/html" href="https://a.example/1"/><modified>2003-12-13T18:30:02Z</modified></entry></feed>',
            [("https://a.example/1", "2003-12-13T18:30:02Z")],
        ),
        (
            json.dumps(
                {
                    "version": "https://jsonfeed.org/version/1.1",
                    "items": [{"url": "/1", "date_modified": "2026-01-01"}, {"id": 5}, 7],
                }
            ),
            [("https://acme.example/1", "2026-01-01")],
        ),
        (
            "\ufeffhttps://a.example/1\r\n\r\n# comment\rhttps://a.example/2",
            [("https://a.example/1", None), ("https://a.example/2", None)],
        ),
    ],
)
def test_feeds_and_texts_are_sitemaps_too(body: str, found: list[tuple[str, str | None]]) -> None:
    """Otherwise sites that publish only a feed have no pages."""
    assert [(entry.url, entry.lastmod) for entry in read(body)] == found


@pytest.mark.parametrize(
    "raw",
    [
        urlset("https://a.example/ü").encode("utf-8"),
        b"\xef\xbb\xbf" + urlset("https://a.example/ü").encode("utf-8"),
        urlset("https://a.example/ü").encode("utf-16"),
        urlset("https://a.example/ü").encode("utf-16-le"),
        urlset("https://a.example/ü").encode("utf-16-be"),
        urlset("https://a.example/ü").replace("UTF-8", "ISO-8859-1").encode("latin-1"),
        urlset("https://a.example/ü").encode("latin-1"),
        urlset("https://a.example/ü").replace("UTF-8", "utf-16").encode("utf-8"),
        urlset("https://a.example/ü").replace("UTF-8", "no-such-thing").encode("utf-8"),
        gzip.compress(urlset("https://a.example/ü").encode("utf-8")),
        gzip.compress(gzip.compress(urlset("https://a.example/ü").encode("utf-8"))) + b"\0\0\0",
    ],
)
def test_any_encoding_is_read_declared_or_not(raw: bytes) -> None:
    """Otherwise pages with an umlaut in their address are lost."""
    assert urls(raw) == ["https://a.example/ü"]


@pytest.mark.parametrize("prefix", ["<urlset>\n", "<urlset xmlns:x='y'><url><loc>https://a.example/odd</loc><x:y/></url>"])
@given(cut=st.integers(0, 2000), step=st.integers(1, 97))
@settings(max_examples=60)
def test_a_truncated_file_yields_what_was_whole_however_it_arrives(prefix: str, cut: int, step: int) -> None:
    """Otherwise a dropped connection, or the size of a network packet, changes which pages exist."""
    body = (
        prefix
        + "".join(f"<url>\n<loc>https://a.example/{n}</loc><priority>0.5</priority>\n</url>" for n in range(20))
        + "</urlset>"
    )
    piece = body[: len(prefix) + cut].encode()

    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(step, size or step))

    whole = piece.decode().count("</loc>")
    found = [entry.url for entry in iter_sitemap(Trickle(piece), url=URL)]
    assert len(found) == whole
    assert found == urls(piece)


def test_a_truncated_gzip_yields_what_was_whole() -> None:
    """Otherwise a dropped connection loses the pages that had arrived."""
    import random

    chance = random.Random(7)
    body = urlset(*[f"https://a.example/{chance.random()}" for _ in range(500)]).encode()
    packed = gzip.compress(body)
    found = urls(packed[: len(packed) // 2])
    assert 100 < len(found) < 500


def test_a_damaged_gzip_is_refused() -> None:
    """Otherwise garbage counts as an empty sitemap."""
    with pytest.raises(NotASitemap):
        read(b"\x1f\x8b" + b"garbage" * 50)


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(body: bytes) -> None:
    """Otherwise one odd file ends the visit of its domain."""
    for raw in (body, b"<urlset>" + body, b"<urlset><url><loc>https://a.example/" + body, b"\x1f\x8b\x08" + body):
        try:
            entries = read(raw)
        except SitemapError as error:
            entries = []
            assert error.reason  # noqa: PT017 - either outcome is right, nothing else may escape
        assert all(entry.url.lower().startswith(("http://", "https://")) for entry in entries)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-01", datetime(2026, 10, 1, tzinfo=UTC)),
        ("2026-10", datetime(2026, 10, 1, tzinfo=UTC)),
        ("2026-10-01T12:30:00+02:00", datetime(2026, 10, 1, 10, 30, tzinfo=UTC)),
        ("2026-10-01T12:30:00.123Z", datetime(2026, 10, 1, 12, 30, tzinfo=UTC)),
        ("2026-10-01 12:30", datetime(2026, 10, 1, 12, 30, tzinfo=UTC)),
        ("Thu, 01 Oct 2026 12:30:00 GMT", datetime(2026, 10, 1, 12, 30, tzinfo=UTC)),
        ("2026-13-45", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        ("9" * 500, None),
    ],
)
def test_dates_are_read_or_unknown(text: str | None, moment: datetime | None) -> None:
    """Otherwise a broken date fails an import, or an unchanged page is fetched for ever."""
    assert parse_lastmod(text) == moment


def test_the_usual_places_come_first() -> None:
    """Otherwise a site without a Sitemap line costs forty requests instead of one."""
    candidates = sitemap_candidates("acme.example")
    assert candidates[:2] == ["https://acme.example/sitemap.xml", "https://acme.example/sitemap_index.xml"]
    assert len(candidates) == len(set(candidates))
