# ruff: noqa: E501 - pages are kept as they would be written
"""Pages written to break us: every one comes back, with nothing lost that stands beside the attack."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroad.contacts import extract_company, extract_contacts
from inroad.contacts.encoding import decode_html
from inroad.contacts.nesting import MAX_OPEN_ELEMENTS, limit_nesting
from inroad.contacts.page_reading import MAX_ELEMENTS, parse_document

URL = "https://www.brightloom.example/"
SIZE = 120_000

REPEATED = [
    "a@", " at x dot ", "(at)", "a.b@c.d ", "@.", "Anna ", "Anna Müller, ", "Dr. ", "A ", "A-", "a-", "1", "1 2 ", "030-12-", "+49 30 1234567 ", "(((",
    "12 Main Street ", "12 Main Main ", "Am Alten ", "12 rue de la ", "Calle a, ", "Calle aa", "Via a", "San Jose, CA ", "12345 City ", "12345 A-", "SW1A 1AA ",
    "HRB 12 ", "VAT no ", "DE123456789 ", "CEO: ", "Geschäftsführer: Anna Müller, ", "Mon-Tue-Wed-", "Aa GmbH ", "Aa & ", "_", '"', "'+'", "PO Box 1 ", "Fax ",
    "RCS Aa ", "company registration number ", "since ", "Germany ", "é", "＠", "a\t", "a\n", "&at;", "<div>", "<b id=1>x", "<p><b><i>", "<ul><li>", "<style>.a{", "<svg>",
    "<script>'a'+'@'+", "<script>x='a@b';x+=", "['a','@',", "<a href='mailto:a@b.de'>", "<i data-email='YWFhYWFhYWE='>", "<i data-user=a data-domain=b.de>",
    "<script type='application/ld+json'>[", "<div itemscope itemprop=x>", "<div itemscope itemref='a a a' id=a itemprop=b>", "<div class='vcard fn adr'>",
    "<bdo dir=rtl>a", "<div hidden>a@", "<template>", "<select><option>", "<table><td></div>", "<a href='tel:1'>", "<!--", "<a b=' ", "<!", "]]>",
    "BEGIN:VCARD\n", "BEGIN%3AVCARD", "QkVHSU46VkNBUkQK", "<a href='https://www.google.com/maps?q=1.11,2.22'>", "<a href='https://maps.google.com/maps/place/1+Main+St,+A+12345/@'>",
    "<iframe src='//www.google.com/maps/embed?pb=!2d1.11!3d2.22!", "<tr><td>Anna Aa</td><td>Director</td></tr>", "<dl><dt>Xa Ya<dd>Director", "V93 X2K7 ", "Co. Kerry, ",
    "[put the at sign here] ", "[a b c at sign", "<?y ?>", "square foot 12 Main ", "Director\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", REPEATED, ids=[repr(piece)[:30] for piece in REPEATED])
def test_an_endless_repetition_comes_back(piece: str) -> None:
    """A pattern that takes quadratic time on one of these hangs a worker for hours on a page of 4 MB."""
    page = "<html><body>" + piece * (SIZE // len(piece))
    assert isinstance(extract_contacts(page, url=URL), list)
    assert extract_company(page, url=URL).page_url == URL


@pytest.mark.parametrize("word", ["Calle ", "Via ", "12 rue ", "Am ", "12345 ", "12 ", "Anna ", "HRB ", "E-Mail: ", "+49 "])
@pytest.mark.parametrize("tail", ["a", "A", "1", "-", ".", "a-", "A.", "a@"])
def test_one_endless_word_comes_back(word: str, tail: str) -> None:
    """Optional separators between repeated words are where patterns explode."""
    assert isinstance(extract_contacts(f"<p>{word}{tail * 4_000}</p>", url=URL), list)


def test_nesting_is_limited_and_what_stands_inside_is_still_read() -> None:
    """200,000 nested elements took the parser 82 seconds."""
    page = "<div>" * 60_000 + "ines@brightloom.example"
    assert [c.value for c in extract_contacts(page, url=URL)] == ["ines@brightloom.example"]
    document = parse_document(page, url=URL)
    assert len(document.elements) <= MAX_OPEN_ELEMENTS + 10


def test_unclosed_formatting_does_not_multiply() -> None:
    """Each new paragraph reopens every unclosed element: 1 MB became a billion nodes."""
    page = "<p>" + "".join(f"<b id=x{i}>" for i in range(3_000)) + "<p>x" * 10_000
    assert len(parse_document(page, url=URL).elements) <= MAX_ELEMENTS


def test_attributes_of_one_tag_are_limited() -> None:
    """100,000 attributes took the parser 16 seconds."""
    page = "<div " + " ".join(f"a{i}=1" for i in range(20_000)) + "><p>ines@brightloom.example</p>"
    assert [c.value for c in extract_contacts(page, url=URL)] == ["ines@brightloom.example"]


def test_ordinary_pages_pass_the_guard_unchanged() -> None:
    """The guard is for attacks; it may not touch what people write."""
    page = "<table>" + "<tr><td><p>a<li>b" * 3_000 + "</table>"
    assert limit_nesting(page)[0] == page


@pytest.mark.parametrize(
    "body", [b"", b"\x00" * 50, b"\xff\xfe", b"<", b"\xff" * 100, b"<html", b"PK\x03\x04", "<p>ä".encode("utf-16")]
)
def test_bytes_that_are_no_page_give_nothing(body: bytes) -> None:
    """Sites answer with anything."""
    assert extract_contacts(body, url=URL) == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('<meta charset="iso-8859-1"><p>Müller'.encode("cp1252"), "Müller"),
        ("<p>Müller".encode(), "Müller"),
        ("<p>Müller".encode("cp1252"), "Müller"),
        ('<meta http-equiv="content-type" content="text/html; charset=windows-1250"><p>Zażółć'.encode("cp1250"), "Zażółć"),
        ("\ufeff<p>Müller".encode(), "Müller"),
        (b"<meta charset=utf-8><p>" + b"M\xc3\xbcller \xff", "Müller"),
        (b"<meta charset=hex><p>M\xfcller", "Müller"),
    ],
)  # fmt: skip
def test_the_encoding_is_found_without_a_header(body: bytes, text: str) -> None:
    """Names with broken letters find nobody."""
    assert text in decode_html(body)


@given(
    st.lists(
        st.sampled_from(
            [piece[:40] for piece in REPEATED]
            + ["</p>", "</div>", ">", "\n", " ", "ines@brightloom.example", "Tel. 030 23125144"]
        ),
        max_size=60,
    )
)
def test_any_mixture_comes_back_with_evidence(pieces: list[str]) -> None:
    """Whatever is found carries its place and a belief between 0 and 1."""
    for contact in extract_contacts("".join(pieces), url=URL):
        assert 0.0 <= contact.confidence <= 1.0
        assert contact.value
        assert len(contact.snippet) <= 240
        assert contact.page_url == URL


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_come_back(body: bytes) -> None:
    """Only our own documented errors leave the room, and reading has none; what is found carries its proof."""
    assert all(contact.page_url == URL and contact.raw for contact in extract_contacts(body, url=URL))


@given(st.text(max_size=60))
def test_any_address_of_the_page_is_borne(url: str) -> None:
    """The page's address comes from links, which strangers write."""
    (contact,) = extract_contacts("<p>ines@brightloom.example</p><a href='x'>y</a>", url=url)
    assert (contact.value, contact.page_url) == ("ines@brightloom.example", url)


def test_quoted_signs_do_not_hide_a_tag_of_many_attributes() -> None:
    """30,000 attributes `a1=">"` in one tag took the parser 1.4 s, 100,000 of them 16 s: each is compared with all before it."""
    page = "<a " + " ".join(f'a{n}=">"' for n in range(30_000)) + ">ines@brightloom.example</a>"
    document = parse_document(page, url="https://www.brightloom.example/")
    assert max(len(element.attrs) for element in document.elements) <= 1_002
    assert limit_nesting(page)[0].endswith(">ines@brightloom.example</a>")


@pytest.mark.parametrize(
    "instruction", ["<?y ?>", "<?php echo 1 ?>", "<?xml version='1.0'?>", "<!ENTITY a 'b'>", "<![CDATA[x]]>", "<!>"]
)
def test_instructions_within_a_page_break_nothing(instruction: str) -> None:
    """The parser gives a processing instruction a node without a name; pages made by forgotten templates are full of them."""
    page = f"{instruction}<body><p>{instruction} ines@brightloom.example {instruction}</p>"
    assert [c.value for c in extract_contacts(page, url=URL)] == ["ines@brightloom.example"]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(REPEATED), min_size=1, max_size=4), st.sampled_from(["", "security.txt", "humans.txt", "a.vcf"]))
def test_any_few_pieces_repeated_to_a_large_page_come_back(pieces: list[str], name: str) -> None:
    """Two harmless pieces in turn may meet a pattern that neither does alone; quadratic work on 60 kB does not end in a test's time."""
    cycle = "".join(pieces)
    found = extract_contacts(cycle * (60_000 // len(cycle)), url=URL + name)
    assert all(contact.value and 0.0 <= contact.confidence <= 1.0 for contact in found)
