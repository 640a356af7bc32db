# ruff: noqa: E501 - documents are kept as they would be written
"""Documents that are no HTML: PDF, vCard, security.txt and humans.txt are read like pages, and break nothing."""

from __future__ import annotations

import base64
import zlib
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroad.contacts import extract_company, extract_contacts
from inroad.contacts import pdf as pdf_room
from inroad.contacts.formats import as_html
from inroad.contacts.page_reading import parse_document
from inroad.contacts.pdf import UnreadablePdf, pdf_as_html
from inroad.contacts.vcards import MAX_CARD, read_vcards
from tests.contacts.pdf_files import make_pdf

SITE = "https://www.brightloom.example/"
CARD = """BEGIN:VCARD
VERSION:3.0
N:Marsh;Fiona;;Dr.;
FN:Dr. Fiona Marsh
ORG:Brightloom Ltd;Sales
TITLE:Head of Sales
TEL;TYPE=WORK,VOICE:+44 161 496 0123
item1.TEL;TYPE=FAX:+44 161 496 0124
EMAIL;TYPE=INTERNET:fiona.marsh@
 brightloom.example
ADR;TYPE=WORK:;;14 Mill Lane;Leeds;;LS1 4AP;United Kingdom
GEO:53.79;-1.54
URL:https://www.linkedin.com/in/fionamarsh
END:VCARD
"""
OF_CARD = [
    ("address", "14 Mill Lane, Leeds, LS1 4AP, United Kingdom"),
    ("email", "fiona.marsh@brightloom.example"),
    ("person", "Fiona Marsh"),
    ("phone", "+441614960123"),
    ("phone", "+441614960124"),
    ("social", "https://www.linkedin.com/in/fionamarsh"),
]


def found(document: bytes | str, url: str = SITE) -> list[tuple[str, str]]:
    """Kind and value of everything found, sorted."""
    return sorted((contact.kind, contact.value) for contact in extract_contacts(document, url=url))


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7",
        b"%PDF-1.7\n" + b"\x00" * 5_000,
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
        make_pdf(["", " "]),
        make_pdf(["x"])[:90],
        b"no pdf",
    ],
    ids=["mark only", "zeros", "its own parent", "no text", "cut", "another format"],
)
def test_a_pdf_that_cannot_be_read_is_refused_and_gives_nothing(body: bytes) -> None:
    """A parser of a hostile format raises anything; only our own error may leave the room."""
    with pytest.raises(UnreadablePdf) as caught:
        pdf_as_html(body)
    assert caught.value.reason == "unreadable-pdf"
    assert found(body) == []


def test_an_oversized_pdf_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsing costs many times the size in memory."""
    body = make_pdf(["info@brightloom.example"])
    monkeypatch.setattr(pdf_room, "MAX_BYTES", len(body) - 1)
    monkeypatch.setattr(pdf_room, "PdfReader", lambda *_: pytest.fail("parsed"))
    with pytest.raises(UnreadablePdf, match="bytes"):
        pdf_as_html(body)


def test_a_bomb_in_a_pdf_is_not_unpacked() -> None:
    """A stream of 60 kB that unpacks to 60 MB must not fill the memory of a worker."""
    bomb = zlib.compress(b"BT " + b" " * 60_000_000 + b"ET", 9)
    body = make_pdf(["x"])
    start = body.index(b"<</Filter")
    end = body.index(b"endstream") + len(b"endstream")
    packed = body[:start] + b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(bomb), bomb) + body[end:]
    with pytest.raises(UnreadablePdf):
        pdf_as_html(packed)


def test_what_takes_too_long_is_cut_and_what_was_read_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first page of a catalogue names the company; the rest may not hold a worker."""
    body = make_pdf(["info@brightloom.example"], ["late@brightloom.example"])
    clock = iter([0.0] * 12 + [99.0] * 1_000)
    monkeypatch.setattr(pdf_room.time, "thread_time", lambda: next(clock))
    assert found(body, SITE + "sheet.pdf") == [("email", "info@brightloom.example")]


def test_pages_and_text_of_a_pdf_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A price list has a thousand pages."""
    monkeypatch.setattr(pdf_room, "MAX_PAGES", 2)
    html = pdf_as_html(make_pdf(["one"], ["two"], ["three"]))
    assert "two" in html
    assert "three" not in html


def test_the_contacts_of_a_pdf_are_found_with_their_page() -> None:
    """Imprints and press sheets are PDFs; the proof must say where in them a value stands."""
    body = make_pdf(
        ["Brightloom Ltd", "14 Mill Lane", "Leeds LS1 4AP"],
        ["Managing Director: Fiona Marsh", "Phone: +44 161 496 0123", "press (at) brightloom.example", "M\xfcller & Co"],
        link="mailto:office@brightloom.example",
    )
    contacts = {contact.value: contact for contact in extract_contacts(body, url=SITE + "press.pdf")}
    assert contacts["Fiona Marsh"].role == "Managing Director"
    assert contacts["Fiona Marsh"].position.startswith("html>body>section#page-2>p")
    assert contacts["+441614960123"].method == "pdf"
    assert contacts["press@brightloom.example"].method == "obfuscated"
    assert contacts["office@brightloom.example"].method == "mailto"
    assert any(contact.kind == "address" for contact in contacts.values())
    assert "Müller &amp; Co" in pdf_as_html(body)
    assert extract_company(body, url=SITE).legal_name is not None


def test_the_stored_page_of_a_pdf_gives_the_same_contacts() -> None:
    """What is kept is the page made of it; a newer extractor reads that and not the file."""
    body = make_pdf(["Phone: +44 161 496 0123, desk@brightloom.example"])
    assert extract_contacts(pdf_as_html(body), url=SITE) == extract_contacts(body, url=SITE)


@pytest.mark.parametrize(
    ("document", "url"),
    [
        (CARD, SITE + "fiona.vcf"),
        (CARD.replace("\n", "\r\n").encode("utf-8"), SITE + "card?id=7"),
        (f"<a href='data:text/vcard;charset=utf-8,{quote(CARD)}'>Save</a>", SITE),
        (f"<a href='data:text/vcard;base64,{base64.b64encode(CARD.encode()).decode()}'>Save</a>", SITE),
        (f"<script type='text/x-vcard'>{CARD}</script>", SITE),
        (f"<img src='https://qr.example/?size=9&amp;data={quote(CARD)}&amp;x=1'>", SITE),
        ("<script>let card='" + CARD.replace("\n", "\\n") + "';</script>", SITE),
        (f"<textarea>{CARD}</textarea>", SITE),
    ],
    ids=["file", "bytes with CRLF", "data link", "base64 link", "script", "QR code", "string in a script", "textarea"],
)
def test_a_card_is_read_wherever_it_stands(document: bytes | str, url: str) -> None:
    """The button "save contact" often holds more than the page shows."""
    assert found(document, url) == OF_CARD
    contacts = extract_contacts(document, url=url)
    assert {contact.method for contact in contacts} == {"vcard"}
    assert next(c for c in contacts if c.kind == "email").role == "Head of Sales"
    assert next(c for c in contacts if c.kind == "address").details["coordinates"] == (53.79, -1.54)


def test_a_card_of_version_two_is_decoded() -> None:
    """Phones and old address books still write quoted-printable."""
    card = "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg\nEMAIL:j@brightloom.example\nTEL;WORK:030=\n23125144\nEND:VCARD"
    (item,) = read_vcards(parse_document(card, url=SITE + "a.vcf"))
    assert item.text("name") == "Jörg Müller"
    assert item.is_a("Person")


def test_a_company_card_names_nobody() -> None:
    """A card whose name is its organisation is no person's."""
    card = "BEGIN:VCARD\nFN:Brightloom Ltd\nORG:Brightloom Ltd\nTEL:+441614960123\nEND:VCARD"
    assert found(card, SITE + "a.vcf") == [("phone", "+441614960123")]


def test_cards_without_end_and_endless_cards_come_back() -> None:
    """Each beginning looks for its end: 20,000 of them must not look through the whole page each."""
    assert read_vcards(parse_document("<pre>" + "BEGIN:VCARD\n" * 20_000, url=SITE)) == []
    endless = "BEGIN:VCARD\n" + "EMAIL:a@b.example\n" * MAX_CARD
    assert read_vcards(parse_document(f"<pre>{endless}END:VCARD", url=SITE)) == []
    assert len(read_vcards(parse_document("<pre>" + "BEGIN:VCARD\nFN:A B\nEND:VCARD\n" * 9_000, url=SITE))) == 1


SECURITY = """-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

# write to nobody@brightloom.example
Contact: mailto:security@brightloom.example
Contact: https://vault.example/report
Contact: tel:+44-161-496-0123
Encryption: https://keys.example/pub@keys.example
Expires: 2027-01-01T00:00:00.000Z
Acknowledgments: thanks@vault.example
-----BEGIN PGP SIGNATURE-----
iQ@brightloom.example
"""


def test_security_txt_gives_its_contacts_and_nothing_else() -> None:
    """RFC 9116: comments, keys and signatures hold addresses that are nobody's."""
    contacts = extract_contacts(SECURITY.encode(), url=SITE + ".well-known/security.txt")
    assert [(c.kind, c.value, c.method) for c in contacts] == [
        ("email", "security@brightloom.example", "security.txt"),
        ("phone", "+441614960123", "security.txt"),
    ]


def test_humans_txt_names_who_made_the_site() -> None:
    """One person a line, which an HTML parser would run together."""
    text = "/* TEAM */\n\tDeveloper: Fiona Marsh\n\tContact: fiona [at] brightloom.example\n\tTwitter: @fionamarsh\n"
    contacts = extract_contacts(text, url=SITE + "humans.txt")
    assert [(c.kind, c.value, c.role, c.method) for c in contacts] == [
        ("person", "Fiona Marsh", "Developer", "humans.txt"),
        ("email", "fiona@brightloom.example", None, "humans.txt"),
        ("social", "https://twitter.com/fionamarsh", None, "humans.txt"),
    ]


def test_a_page_called_txt_that_is_html_stays_html() -> None:
    """Servers answer with their friendly page for anything that is not there."""
    page = "<!doctype html><html><body><p>Not here</p></body></html>"
    assert as_html(page, url=SITE + "humans.txt") == page


@given(
    st.text("BEGIN:VCARDend\n\r =;,\\ntelFN@.example%3A0 ", max_size=200),
    st.sampled_from(["a.vcf", "security.txt", "humans.txt", ""]),
)
def test_any_card_and_any_text_comes_back(text: str, name: str) -> None:
    """Whatever a stranger writes there, the belief and the place are sound."""
    for contact in extract_contacts(f"BEGIN:VCARD\n{text}\nEND:VCARD" if name != "humans.txt" else text, url=SITE + name):
        assert 0.0 <= contact.confidence <= 1.0
        assert contact.value


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 900))
def test_any_damage_to_a_pdf_is_borne(noise: bytes, at: int) -> None:
    """Files are cut and mangled on the way; the worst is nothing found."""
    body = make_pdf(["desk@brightloom.example"])
    damaged = body[:at] + noise + body[at + len(noise) :]
    assert all(0.0 <= contact.confidence <= 1.0 for contact in extract_contacts(damaged, url=SITE))
