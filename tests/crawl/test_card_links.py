"""Addresses in vCards: a person's own page is often linked from nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.crawl.card_links import MAX_LINKS, card_links, is_card
from inroad.crawl.digest import PageBody, digest_page

URL = "https://acme.example/files/ada.vcf"


def card(*lines: str) -> str:
    """A card of some lines."""
    return "\r\n".join(("BEGIN:VCARD", "VERSION:3.0", "FN:Ada", *lines, "END:VCARD", ""))


@pytest.mark.parametrize(
    "line",
    ["URL:mailto:ada@acme.example", "URL:", "URLS:https://acme.example/x", "NOTE:URL:https://acme.example/x", "URL:http://[bad/"],
)
def test_what_is_no_address_is_left_out(line: str) -> None:
    """A note that mentions an address, or a broken one, would become a page that is asked for."""
    assert card_links(card(line), url=URL) == []


@pytest.mark.parametrize(
    "line",
    [
        "URL:https://acme.example/team/ada",
        "url;type=WORK:https://acme.example/team/ada",
        "item1.URL;VALUE=uri:https\\://acme.example/team/ada",
        "URL:https://acme.example/te\r\n am/ada",
        "URL:../team/ada",
    ],
)
def test_an_address_is_read_as_cards_write_it(line: str) -> None:
    """Outlook, Apple and old phones write the same property in their own ways."""
    assert [(link.url, link.kind) for link in card_links(card(line), url=URL)] == [("https://acme.example/team/ada", "anchor")]


def test_an_address_book_ends_at_the_limit() -> None:
    """Thousands of people's pages are no pages of this company."""
    lines = [f"URL:https://acme.example/{number}" for number in range(2 * MAX_LINKS)]
    assert len(card_links(card(*lines, lines[0]), url=URL)) == MAX_LINKS


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    """A stranger's file must not end a reader."""
    assert all(link.url.startswith("http") for link in card_links(f"BEGIN:VCARD\nURL:{text}\n{text}", url=URL))


def test_a_digest_takes_the_links_of_a_card_to_its_own_site() -> None:
    """Else the card is read and the way to its person's page is lost."""
    text = card("URL:https://acme.example/team/ada", "URL:https://elsewhere.example/")
    assert is_card(text)
    body = PageBody(
        URL, 200, {"content-type": "text/html; charset=utf-8"}, text.encode(), hosts=("acme.example",), is_judged=True
    )
    assert [link.url for link in digest_page(body).links] == ["https://acme.example/team/ada"]
