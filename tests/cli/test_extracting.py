"""`inroad extract` and `inroad sitemap`: the readers on one document, hostile ones included."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.conftest import Inroad

URL = "https://acme.example/contact"
PAGE = """<html><body><h1>Contact</h1><p>Write to <a href="mailto:office@acme.example">office@acme.example</a></p>
<script type="application/ld+json">{"@context":"https://schema.org","@type":"JobPosting","title":"Welder",
"description":"<p>You weld steel frames in our workshop and check every seam that you made before it leaves.</p>",
"datePosted":"2026-11-02","hiringOrganization":{"@type":"Organization","name":"Acme"},
"jobLocation":{"@type":"Place","address":{"@type":"PostalAddress","addressLocality":"Kiel"}}}</script></body></html>"""


@pytest.mark.parametrize("what", ["contacts", "postings"])
def test_a_file_that_cannot_be_read_is_named(inroad: Inroad, tmp_path: Path, what: str) -> None:
    """The sentence must name the file."""
    outcome = inroad("extract", what, tmp_path / "none.html", "--url", URL)
    assert outcome.code == 1
    assert "none.html" in outcome.err


def test_an_address_that_is_none_is_refused(inroad: Inroad, tmp_path: Path) -> None:
    """Without a real address relative links would lead nowhere."""
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    outcome = inroad("extract", "contacts", page, "--url", "mailto:x@y.example")
    assert outcome.code == 1
    assert "mailto" in outcome.err


def test_a_page_over_the_limit_is_refused(inroad: Inroad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of any size must not fill the memory."""
    monkeypatch.setenv("INROAD_BODY_BYTES", "10000")
    page = tmp_path / "page.html"
    page.write_bytes(b"a" * 10_001)
    outcome = inroad("extract", "contacts", page, "--url", URL)
    assert outcome.code == 1
    assert "INROAD_BODY_BYTES" in outcome.err


def test_contacts_and_postings_of_a_page(inroad: Inroad, tmp_path: Path) -> None:
    """The same readers as the pipeline's, so that a person can see why a contact is there or not."""
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    found = inroad("extract", "contacts", page, "--url", URL, "--json").json
    assert ("email", "office@acme.example") in [(item["kind"], item["value"]) for item in found]
    assert all(item["page_url"] == URL for item in found)
    jobs = inroad("extract", "postings", page, "--url", URL, "--json").json
    assert [(job["title"], job["location"]) for job in jobs] == [("Welder", "Kiel")]
    shown = inroad("extract", "postings", page, "--url", URL)
    assert "1 postings." in shown.out
    assert "Welder" in shown.out


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"<html><body>Not here</body></html>", "HTML"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><urlset><url><loc>&a;</loc></url></urlset>', ""),
        (gzip.compress(b" " * 40_000_000), ""),
    ],
)
def test_what_is_no_sitemap_is_one_sentence(inroad: Inroad, tmp_path: Path, body: bytes, words: str) -> None:
    """Bombs, pages and nothing at all end in words and exit status 1."""
    file = tmp_path / "sitemap.xml"
    file.write_bytes(body)
    outcome = inroad("sitemap", file)
    assert outcome.code == 1
    assert outcome.err.startswith("inroad: ")
    assert words in outcome.err


def test_a_sitemap_is_listed(inroad: Inroad, tmp_path: Path) -> None:
    """Relative addresses are resolved against the place that the file came from."""
    file = tmp_path / "sitemap.xml.gz"
    file.write_bytes(
        gzip.compress(
            b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://acme.example/a</loc>'
            b"<lastmod>2026-01-02</lastmod></url><url><loc>/b</loc></url></urlset>"
        )
    )
    outcome = inroad("sitemap", file, "--url", "https://acme.example/sitemap.xml.gz")
    assert outcome.out.splitlines() == ["page\thttps://acme.example/a\t2026-01-02", "page\thttps://acme.example/b"]
    assert "2 entries" in outcome.err
    lines = inroad("sitemap", file, "--url", "https://acme.example/sitemap.xml.gz", "--json").out.splitlines()
    assert [json.loads(line)["url"] for line in lines] == ["https://acme.example/a", "https://acme.example/b"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=400))
def test_no_bytes_break_the_command(inroad: Inroad, tmp_path: Path, body: bytes) -> None:
    """Whatever a stranger's file holds, the command ends by itself with 0 or 1."""
    file = tmp_path / "any"
    file.write_bytes(body)
    assert inroad("sitemap", file).code in (0, 1)
    assert inroad("extract", "contacts", file, "--url", URL).code == 0
