# ruff: noqa: E501 - pages are kept as they would be written
"""Phones: numbers of other kinds refused, the country found, and the pre-filter as good as the whole matcher."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberMatcher

from inroad.contacts import Contact, extract_contacts
from inroad.contacts.phones import text_windows

URL = "https://www.brightloom.example/contact"


def phones(html: str, *, region: str | None = None, url: str = URL) -> list[Contact]:
    return [contact for contact in extract_contacts(html, url=url, region=region) if contact.kind == "phone"]


@pytest.mark.parametrize(
    ("html", "region"),
    [
        ("<p>IBAN DE89 3704 0044 0532 0130 00</p>", "DE"),
        ("<p>HRB 123456, USt-IdNr. DE136695976, Steuernummer 27/123/45678</p>", "DE"),
        ("<p>Order no. 4155550132</p>", "US"),
        ("<p>Posted 2024-03-12 10:30, price 1.299,00</p>", "DE"),
        ("<p>Your IP address is 5.167.214.238</p>", "US"),
        ("<p>For Model 500/600/1200 only</p>", "US"),
        ("<p>SIRET 732 829 320 00074</p>", "FR"),
        ("<p>ISBN 978-3-16-148410-0</p>", "DE"),
        ("<a href='tel:+49000000000'>x</a>", "DE"),
        ("<script>var n = '+49 30 1234567'</script>", "DE"),
        ("<p><span style='display:none'>030 1234567</span></p>", "DE"),
    ],
)
def test_numbers_of_other_kinds_are_refused(html: str, region: str) -> None:
    """Otherwise people ring tax offices and order numbers."""
    assert phones(html, region=region) == []


@pytest.mark.parametrize(
    ("html", "region", "expected"),
    [
        ("<p>Tel. 030 / 2312 5144</p>", "DE", "+493023125144"),
        ("<p>Tel.: +49 (0)30 23125144</p>", None, "+493023125144"),
        ("<p>Téléphone : 01 44 55 66 77</p>", "FR", "+33144556677"),
        ("<p>(415) 555-2671</p>", "US", "+14155552671"),
        ("<p>Call 1-800-FLOWERS today</p>", "US", "+18003569377"),
        ("<a href='tel:004930%2023125144'>call</a>", None, "+493023125144"),
        ("<a href='https://wa.me/4915123456789'>chat</a>", None, "+4915123456789"),
        ("<a href='https://api.whatsapp.com/send?phone=4915123456789&text=hi'>chat</a>", None, "+4915123456789"),
        ("<a href='viber://chat?number=%2B4915123456789'>chat</a>", None, "+4915123456789"),
        ("<a href='callto:+4930-23125144'>call</a>", None, "+493023125144"),
        ("<p>Tel.&#xFF1A;&#xFF10;30 23125144</p>", "DE", "+493023125144"),
    ],
)
def test_numbers_are_read_as_e164(html: str, region: str | None, expected: str) -> None:
    """One form for every way of writing, so that the same number on two pages is one contact."""
    assert [phone.value for phone in phones(html, region=region)] == [expected]


def test_fax_and_extension_are_told_by_their_labels() -> None:
    """A fax machine that is rung as a phone is a wrong contact."""
    found = {
        p.value: p.details
        for p in phones("<p>Telefon: 030 23125144<br>Telefax: 030 23125145</p><p>Tel/Fax: 030 23125146</p>", region="DE")
    }
    assert found["+493023125145"]["type"] == "fax"
    assert found["+493023125144"]["type"] != "fax"
    assert found["+493023125146"]["type"] != "fax"
    assert phones("<p>Phone: (415) 555-2671 ext. 88</p>", region="US")[0].details["extension"] == "88"


@pytest.mark.parametrize(
    ("html", "url", "expected"),
    [
        ("<html lang='fr'><p>Tél. 01 44 55 66 77</p>", URL, "+33144556677"),
        ("<p>Tel. 0161 496 0123</p>", "https://brightloom.co.uk/", "+441614960123"),
        ("<p>1 High Street, Leeds LS1 4AP</p><p>Tel: 0113 496 0123</p>", URL, "+441134960123"),
        ('<script type="application/ld+json">{"@type":"PostalAddress","addressCountry":"AT","streetAddress":"Ring 1"}</script><p>Tel. 01 5131200</p>', URL,
         "+4315131200"),
        ("<p>Poland office</p><p>Tel. 22 695 29 00</p>", URL, "+48226952900"),
    ],
)  # fmt: skip
def test_the_country_is_found_from_what_the_page_says(html: str, url: str, expected: str) -> None:
    """A national number read in the wrong country is another person's number."""
    assert expected in {phone.value for phone in phones(html, url=url)}


_NUMBERS = [
    phonenumbers.format_number(number, style)
    for region in ("US", "DE", "GB", "FR", "IT", "PL", "NL", "ES", "CH", "AT", "SE", "BR")
    if (number := phonenumbers.example_number(region)) is not None
    for style in (phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.NATIONAL)
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(_NUMBERS), st.text(alphabet="abc 0123456789.-/()+,\n", max_size=40)), max_size=8),
    st.sampled_from(["US", "DE", "GB", "FR"]),
)
def test_the_pre_filter_loses_nothing_that_the_whole_matcher_finds(parts: list[str], region: str) -> None:
    """The speed may not cost a single number."""
    text = " wird ".join(parts)
    whole = {(match.start, match.raw_string) for match in PhoneNumberMatcher(text, region)}
    windows = {
        (start + match.start, match.raw_string)
        for start, end in text_windows(text)
        for match in PhoneNumberMatcher(text[start:end], region)
    }
    assert whole <= windows


def test_digits_that_only_count_are_hardly_believed() -> None:
    """A template's +48 123 456 789 is a valid number, and nobody's."""
    (template,) = extract_contacts("<p>Tel: +48 123 456 789</p>", url="https://acme.example/")
    (number,) = extract_contacts("<p>Tel: +48 123 457 689</p>", url="https://acme.example/")
    assert template.confidence < 0.6 < number.confidence
