# ruff: noqa: E501 - pages are kept as they would be written
"""Structured data in five syntaxes, broken as sites break it, and social links told from share buttons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.contacts import extract_contacts
from inroad.contacts.registrations import numbers_in
from inroad.contacts.socials import profile_of
from inroad.contacts.structured import load_lenient

URL = "https://www.brightloom.example/"


def values(html: str, kind: str) -> set[str]:
    return {contact.value for contact in extract_contacts(html, url=URL) if contact.kind == kind}


@pytest.mark.parametrize("code", ["", "{", "nonsense", "[" * 50_000, '{"a":' * 50_000, "{'a': 1}", "null", "\x00"])
def test_broken_json_gives_nothing_and_breaks_nothing(code: str) -> None:
    """One bad block may not hide the rest of the page."""
    assert [value for value in load_lenient(code) if isinstance(value, dict)] == []


@pytest.mark.parametrize(
    "code",
    [
        '{"@type":"Organization","email":"ines@brightloom.example"}',
        '/* made by a plugin */ {"@type":"Organization","email":"ines@brightloom.example",}',
        '{"@graph":[{"@type":"WebSite"},{"@type":"Organization","contactPoint":[{"email":"mailto:ines@brightloom.example"}]}]}',
        '{"@type":"Organization","description":"two\nlines","email":"ines@brightloom.example"}',
        '<!-- {"@type":"Organization","email":"ines@brightloom.example"} -->',
        '{"@type":"WebPage"}{"@type":"Organization","email":"ines@brightloom.example"}',
    ],
)
def test_json_ld_is_read_as_sites_write_it(code: str) -> None:
    """Strict parsers lose a tenth of the web here."""
    assert values(f"<script type='application/ld+json'>{code}</script>", "email") == {"ines@brightloom.example"}


@pytest.mark.parametrize(
    "html",
    [
        "<div itemscope itemtype='http://schema.org/Person'><a itemprop='email' href='mailto:ines@brightloom.example'>x</a></div>",
        "<div vocab='https://schema.org/' typeof='Person'><span property='email'>ines@brightloom.example</span></div>",
        "<div class='vcard'><span class='fn'>Ines Falk</span><a class='email' href='mailto:ines@brightloom.example'>x</a></div>",
        "<div class='h-card'><a class='p-name u-email' href='mailto:ines@brightloom.example'>Ines Falk</a></div>",
        "<meta property='og:email' content='ines@brightloom.example'>",
        "<div itemscope itemref='m' itemtype='http://schema.org/Person'></div><p id='m'><b itemprop='email'>ines@brightloom.example</b></p>",
    ],
)
def test_every_syntax_gives_the_same_contact(html: str) -> None:
    """The syntax is the site's choice, not ours."""
    assert values(html, "email") == {"ines@brightloom.example"}


@pytest.mark.parametrize(
    "link",
    [
        "https://www.facebook.com/sharer/sharer.php?u=https://brightloom.example",
        "https://twitter.com/intent/tweet?text=x",
        "https://www.linkedin.com/shareArticle?url=x",
        "https://pinterest.com/pin/create/button/?url=x",
        "https://www.instagram.com/legal/terms/",
        "https://www.facebook.com/policies",
        "https://facebook.com.evil.example/brightloom",
        "https://notfacebook.com/brightloom",
        "https://www.youtube.com/playlist?list=PL1",
        "javascript:alert(1)//facebook.com/x",
        "https://[bad/facebook.com/x",
        "https://t.me/+AbCdEf",
    ],
)
def test_links_that_name_nobody_are_refused(link: str) -> None:
    """A share button is not a profile."""
    assert profile_of(link) is None


@pytest.mark.parametrize(
    ("link", "network", "kind", "url"),
    [
        ("http://www.facebook.com/brightloom/?ref=x", "facebook", "profile", "https://www.facebook.com/brightloom"),
        (
            "https://www.linkedin.com/company/brightloom/about/",
            "linkedin",
            "company",
            "https://www.linkedin.com/company/brightloom",
        ),
        ("https://de.linkedin.com/in/ines-falk", "linkedin", "person", "https://de.linkedin.com/in/ines-falk"),
        ("https://twitter.com/#!/brightloom", "twitter", "profile", "https://twitter.com/brightloom"),
        ("https://x.com/brightloom", "twitter", "profile", "https://x.com/brightloom"),
        ("https://youtube.com/@brightloom/videos", "youtube", "company", "https://youtube.com/@brightloom"),
        ("https://www.youtube.com/watch?v=abc123&t=4", "youtube", "video", "https://www.youtube.com/watch?v=abc123"),
        ("https://player.vimeo.com/video/316439784?h=1", "vimeo", "video", "https://player.vimeo.com/video/316439784"),
        ("https://www.xing.com/companies/brightloomgmbh", "xing", "company", "https://www.xing.com/companies/brightloomgmbh"),
        (
            "https://www.facebook.com/profile.php?id=100000000000001",
            "facebook",
            "profile",
            "https://www.facebook.com/profile.php?id=100000000000001",
        ),
        ("//www.instagram.com/brightloom/", "instagram", "profile", "https://www.instagram.com/brightloom"),
        ("https://bsky.app/profile/brightloom.example", "bluesky", "profile", "https://bsky.app/profile/brightloom.example"),
    ],
)
def test_profiles_are_told_by_network_and_kind(link: str, network: str, kind: str, url: str) -> None:
    """Tracking parts and sub-pages would make one profile many."""
    profile = profile_of(link)
    assert profile is not None
    assert (profile.network, profile.kind, profile.url) == (network, kind, url)


@pytest.mark.parametrize(
    "line",
    [
        "USt-IdNr. DE123456789",
        "SIREN 123 456 789",
        "NIP 123-456-78-90",
        "ABN 11 111 111 111",
        "P.IVA 12345678901",
        "HRB",
        "VAT included",
        "Steuernummer folgt",
    ],
)
def test_numbers_with_wrong_check_digits_are_refused(line: str) -> None:
    """Check digits exist to catch inventions and misprints."""
    assert list(numbers_in(line)) == []


@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        ("Btw-nummer: NL991827442B01", "vat", "NL991827442B01"),
        ("USt-IdNr.: DE 136 695 976", "vat", "DE136695976"),
        ("Amtsgericht Bremen, HRB 12345 HB", "handelsregister", "HRB 12345 HB"),
        ("SIRET : 732 829 320 00074", "siret", "73282932000074"),
        ("RCS Paris B 732 829 320", "siren", "732829320"),
        ("KvK-nummer: 12345678", "kvk", "12345678"),
        ("Registered in England and Wales. Company number 01234567", "company-number", "01234567"),
        ("ABN 51 824 753 556", "abn", "51824753556"),
        ("FN 123456a, Handelsgericht Wien", "firmenbuch", "FN 123456a"),
        ("NIP: 526-104-08-28", "nip", "5261040828"),
        ("CIF: B-12345678", "nif", "B12345678"),
    ],
)
def test_register_numbers_are_read_beside_their_labels(line: str, kind: str, value: str) -> None:
    """They prove which legal person is behind a site."""
    assert (kind, value) in {(found[0], found[1]) for found in numbers_in(line)}


@given(st.text(max_size=300))
def test_no_link_and_no_json_breaks_the_readers(text: str) -> None:
    """Everything on a page is written by strangers."""
    for link in ("https://facebook.com/" + text, text):
        assert (profile := profile_of(link)) is None or profile.url.startswith("https://")
    assert all(
        not isinstance(value, str) or value in text for value in load_lenient(text) if "\\" not in text and "&" not in text
    )
    assert all(0 <= start < end <= len(text) for _, _, start, end, _ in numbers_in(text))


@pytest.mark.parametrize(
    "card",
    [
        '<img class="h-card" src="jane.jpg" alt="Jane Doe">',
        '<abbr class="h-card" title="Jane Doe">JD</abbr>',
        '<div class="h-card"><span><img src="jane.jpg" alt="Jane Doe"></span></div>',
        '<a class="h-card" href="/jane"><img src="jane.jpg" alt="Jane Doe"></a>',
    ],
)
def test_a_card_is_called_as_its_only_picture_is(card: str) -> None:
    """Team pages made of portraits name people nowhere else (microformats2, section 3.5)."""
    found = extract_contacts(f"<html><body>{card}</body></html>", url="https://www.brightloom.example/team")
    assert [(contact.kind, contact.value, contact.method) for contact in found if contact.kind == "person"] == [
        ("person", "Jane Doe", "hcard")
    ]


def test_a_card_of_a_brand_names_nobody() -> None:
    """A blog signs its entries with its own name."""
    page = '<div class="h-card"><img src="logo.png" alt="Brightloom Showroom"></div><p class="h-card">Harris Showroom</p>'
    found = extract_contacts(f"<html><body>{page}</body></html>", url="https://www.brightloom.example/")
    assert [contact for contact in found if contact.kind == "person"] == []
