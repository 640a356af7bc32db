"""Canonical URLs, hosts and registrable domains: one form per page, and no address in disguise."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inroad.crawl.urls import (
    MAX_URL_LENGTH,
    InvalidUrl,
    canonical_url,
    has_known_suffix,
    host_of,
    normalise_domain,
    registrable_domain,
    same_site,
)
from inroad.guard.errors import PermanentError


@pytest.mark.parametrize(
    "url",
    [
        "ftp://acme.example/",
        "javascript:alert(1)",
        "mailto:info@acme.example",
        "/about",
        "acme.example",
        "",
        "http://",
        "http://a b.example/",
        "http://acme.example:99999/",
        "http://acme.example:x/",
        "http://[::1/",
        "http://1.2.3.4.5/",
        "http://256.1.1.1/",
        "http://a..example/",
        "http://-/",
        "https://acme.example/" + "a" * MAX_URL_LENGTH,
        "https://" + "a." * 9000 + "example/",
        "https://" + "ü" * 80 + ".example/",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    """Otherwise a link to a mail client, or a host that cannot exist, becomes a row that is fetched for ever."""
    with pytest.raises(InvalidUrl) as caught:
        canonical_url(url)
    assert isinstance(caught.value, PermanentError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://acme.example", "https://acme.example/"),
        ("HTTPS://ACME.Example:443/", "https://acme.example/"),
        ("http://acme.example:80/x", "http://acme.example/x"),
        ("http://acme.example:8080/x", "http://acme.example:8080/x"),
        ("https://acme.example./x", "https://acme.example/x"),
        ("https://acme.example/a/../b/./c", "https://acme.example/b/c"),
        ("https://acme.example/%2e%2e/x/%2E", "https://acme.example/x/"),
        ("https://acme.example/../../etc", "https://acme.example/etc"),
        ("https://acme.example/a.b/.well-known", "https://acme.example/a.b/.well-known"),
        ("https://acme.example/%7ejoe/%c3%bc", "https://acme.example/~joe/%C3%BC"),
        ("https://acme.example/über uns", "https://acme.example/%C3%BCber%20uns"),
        ("https://acme.example/100%", "https://acme.example/100%25"),
        ("https://acme.example/a%2Fb", "https://acme.example/a%2Fb"),
        ("https://acme.example/?a[]=1", "https://acme.example/?a%5B%5D=1"),
        ("https://acme.example/x?b=2&a=1", "https://acme.example/x?b=2&a=1"),
        ("https://acme.example/x?&a=1&", "https://acme.example/x?a=1"),
        ("https://acme.example/x#team", "https://acme.example/x"),
        ("https://acme.example/x?", "https://acme.example/x"),
        ("https://acme.example\\x\\y", "https://acme.example/x/y"),
        ("  https://ac\nme.example/\t", "https://acme.example/"),
        ("https://user:secret@acme.example/", "https://acme.example/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://☃.example/", "https://xn--n3h.example/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0177.0.0.1/", "http://127.0.0.1/"),
        ("http://[0:0:0:0:0:0:0:1]/", "http://[::1]/"),
        ("http://%61cme.example/", "http://acme.example/"),
    ],
)
def test_each_spelling_of_a_page_has_one_form(url: str, canonical: str) -> None:
    """Otherwise the same page is stored and fetched twice, or 127.0.0.1 in disguise walks past the guard."""
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    "query",
    [
        "utm_source=x",
        "UTM_Campaign=y",
        "gclid=1",
        "fbclid=1",
        "mc_eid=1",
        "_hsenc=1",
        "msclkid=1",
        "PHPSESSID=1",
        "pk_campaign=z",
        "utm%5Fsource=x",
    ],
)
def test_tracker_parameters_are_dropped_and_others_stay(query: str) -> None:
    """Otherwise every campaign makes a new row of the same page."""
    assert canonical_url(f"https://acme.example/jobs?{query}") == "https://acme.example/jobs"
    assert canonical_url(f"https://acme.example/jobs?id=7&{query}&page=2") == "https://acme.example/jobs?id=7&page=2"


def test_parameters_that_only_look_like_trackers_stay() -> None:
    """Otherwise a posting's address loses the parameter that names the posting."""
    url = "https://acme.example/jobs?gh_jid=123&ref=abc&source=x&sid=4"
    assert canonical_url(url) == url


@pytest.mark.parametrize(
    ("reference", "resolved"),
    [
        ("team", "https://acme.example/about/team"),
        ("../kontakt", "https://acme.example/kontakt"),
        ("/jobs", "https://acme.example/jobs"),
        ("//cdn.acme.example/x", "https://cdn.acme.example/x"),
        ("?page=2", "https://acme.example/about/us?page=2"),
        ("", "https://acme.example/about/us?q=1"),
        ("#top", "https://acme.example/about/us?q=1"),
        ("http://other.example/x", "http://other.example/x"),
        ("https:jobs", "https://acme.example/about/jobs"),
        ("\\jobs", "https://acme.example/jobs"),
    ],
)
def test_references_resolve_as_browsers_resolve_them(reference: str, resolved: str) -> None:
    """Otherwise links found on a page lead somewhere a visitor never goes."""
    assert canonical_url(reference, base="https://acme.example/about/us?q=1#f") == resolved


@given(st.one_of(st.text(max_size=60), st.text(alphabet="htps:/.%2eEü?#&=;[]@\\a0x \t", max_size=60)))
@example("http://a/%")
@example("https:\\\\a/..//b")
def test_canonical_form_is_a_fixed_point_and_nothing_else_escapes(text: str) -> None:
    """Otherwise the unique index holds two rows of a page, or one odd link ends a whole crawl."""
    for url in (text, f"https://acme.example/{text}", f"http://{text}"):
        try:
            once = canonical_url(url, base="https://acme.example/x")
        except InvalidUrl:
            continue
        assert canonical_url(once) == once
        assert once.isascii()
        assert len(once) <= MAX_URL_LENGTH
        assert "#" not in once


def _outcome(url: str) -> str:
    try:
        return canonical_url(url)
    except InvalidUrl as error:
        return error.reason


@settings(max_examples=60)
@given(st.sampled_from(["a-", "a.", "../", "%", "&", "%2e/", "a/", "utm_a&", ";", "@", "[", "xn--"]), st.integers(100, 8000))
def test_long_repetitions_end_at_once(unit: str, count: int) -> None:
    """Otherwise one crafted link holds a worker for minutes: nothing here may be worse than linear."""
    for url in (f"https://{unit * count}", f'https://acme.example/{unit * count}!"', f"https://acme.example/?{unit * count}"):
        assert _outcome(url).startswith(("https://", "url-"))


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://www.acme.co.uk/x", "acme.co.uk"),
        ("jobs.acme.example:8080", "acme.example"),
        ("WWW.Acme.Test", "acme.test"),
        ("a.b.localhost", "b.localhost"),
        ("acme.github.io", "acme.github.io"),
        ("github.io", "github.io"),
        ("bücher.de", "xn--bcher-kva.de"),
        ("host.unknownsuffix", "host.unknownsuffix"),
    ],
)
def test_registrable_domain_is_what_the_owner_registered(text: str, domain: str) -> None:
    """Otherwise pages of one company belong to another."""
    assert registrable_domain(text) == domain


@pytest.mark.parametrize(
    "text", ["127.0.0.1", "http://[::1]/", "localhost", "example", "co.uk", "", "http://0x7f.1/", "ftp://acme.de"]
)
def test_addresses_single_labels_and_suffixes_have_no_registrable_domain(text: str) -> None:
    """Otherwise a private address is taken for a company."""
    with pytest.raises(InvalidUrl):
        registrable_domain(text)


@pytest.mark.parametrize(
    "text", ["https://www.Acme.example/about", "acme.example", "ACME.example.", " <https://acme.example> ", "@acme.example"]
)
def test_what_a_person_types_becomes_the_domain(text: str) -> None:
    """Otherwise a pasted address is refused or makes a second row for the company."""
    assert normalise_domain(text) == "acme.example"


@pytest.mark.parametrize(
    "text", ["", "acme", "Acme GmbH", "index.html", "192.168.1.1", "http://", "co.uk", "ftp://acme.de", "x" * 9000]
)
def test_what_is_no_domain_is_refused_with_the_mend(text: str) -> None:
    """Otherwise a typing error costs a run before anybody learns of it."""
    with pytest.raises(InvalidUrl) as caught:
        normalise_domain(text)
    assert "acme.example" in caught.value.mend


def test_same_site_compares_registrable_domains() -> None:
    """Otherwise links to the careers subdomain look foreign, or a neighbour under the same suffix looks like home."""
    assert same_site("https://www.acme.co.uk/x", "jobs.acme.co.uk")
    assert not same_site("https://acme.co.uk/", "https://bolt.co.uk/")
    assert not same_site("https://a.github.io/", "https://b.github.io/")
    assert same_site("http://127.0.0.1:1/", "http://127.0.0.1:2/")
    assert not same_site("http://127.0.0.1/", "http://127.0.0.2/")
    assert not same_site("nonsense url", "nonsense url")


def test_host_of_is_canonical_and_without_port() -> None:
    """Otherwise politeness counts one host under several names."""
    assert host_of("https://WWW.Acme.example:8443/x") == "www.acme.example"
    assert host_of("http://user@[::1]:80/") == "::1"
    with pytest.raises(InvalidUrl):
        host_of("/relative")


def test_reserved_suffixes_are_known_and_files_are_not() -> None:
    """Otherwise `logo.png` reads as a domain and `acme.example` does not."""
    assert has_known_suffix("acme.example")
    assert has_known_suffix("acme.de")
    assert not has_known_suffix("logo.png")
