# ruff: noqa: E501 - pages are kept as they would be written
"""People: products and places refused, roles and labels read, values bound to the right person."""

from __future__ import annotations

import pytest

from inroad.contacts import Contact, extract_contacts
from inroad.contacts.names import is_person_name, tidy_name

URL = "https://www.brightloom.example/team"


def people(html: str) -> dict[str, Contact]:
    return {contact.value: contact for contact in extract_contacts(html, url=URL) if contact.kind == "person"}


@pytest.mark.parametrize(
    "html",
    [
        "<p>Privacy Policy</p>",
        "<p>Martin Luther King Drive 12</p>",
        "<p>George Washington University</p>",
        "<p>Calvin Klein</p>",
        "<p>Frank Towels, Frank Sheets, Frank Duvets, Frank Pillows, Frank Blankets, Frank Quilts, Frank Rugs, Frank Mats</p>",
        "<p>Santa Monica</p>",
        "<p>Contact Us Today</p>",
        "<div itemscope itemtype='https://schema.org/Review'><span itemprop='author'>Anna Kessler</span></div>",
    ],
)
def test_what_only_looks_like_a_name_is_refused(html: str) -> None:
    """A letter to Mr Privacy Policy is worse than none."""
    assert {value for value in people(html) if value != "Anna Kessler"} == set()


@pytest.mark.parametrize(
    ("html", "name", "role"),
    [
        ("<p>Geschäftsführer: Dr. Ines Falk, Jörg Sandmann</p>", "Ines Falk", "Geschäftsführer"),
        ("<p>Vertreten durch den Geschäftsführer:<br>Jörg Sandmann</p>", "Jörg Sandmann", "Geschäftsführer"),
        ("<p>Directeur de la publication : Hélène Marchand</p>", "Hélène Marchand", "Directeur de la publication"),
        ("<p>Legale rappresentante: Giulia Ferrari</p>", "Giulia Ferrari", "Legale rappresentante"),
        ("<h3>Miriam Holt</h3><p>Head of Purchasing</p>", "Miriam Holt", "Head of Purchasing"),
        ("<p>Miriam Holt, Head of Purchasing</p>", "Miriam Holt", "Head of Purchasing"),
        ("<p>Press contact: Miriam Holt</p>", "Miriam Holt", "Press contact"),
        ("<p>CEO: Miriam Holt</p>", "Miriam Holt", "CEO"),
    ],
)
def test_roles_stand_beside_names_and_before_them(html: str, name: str, role: str) -> None:
    """Without the role nobody knows whom to write to."""
    found = people(html)
    assert found[name].role == role
    assert found[name].confidence >= 0.85


def test_team_cards_bind_mail_and_phone_to_their_own_person() -> None:
    """A mix-up sends one person's letter to another."""
    page = """<div class="team"><div><h3>Miriam Holt</h3><p>Head of Purchasing</p><a href="mailto:m.holt@brightloom.example">Mail</a>
    <a href="tel:+493023125144">Call</a></div><div><h3>Karl Brandt</h3><p>Workshop manager</p>
    <a href="mailto:workshop@brightloom.example">Mail</a></div></div><footer><a href="mailto:info@brightloom.example">Mail</a></footer>"""
    owners = {c.value: c.name for c in extract_contacts(page, url=URL) if c.kind in {"email", "phone"}}
    assert owners == {
        "m.holt@brightloom.example": "Miriam Holt",
        "+493023125144": "Miriam Holt",
        "workshop@brightloom.example": "Karl Brandt",
        "info@brightloom.example": None,
    }


def test_a_mailbox_called_after_somebody_is_theirs_wherever_it_stands() -> None:
    """Long lists of addresses often stand far from the names."""
    page = (
        "<p>Jörg Müßig, Owner</p><p>Ines Falk, Sales manager</p>"
        + "<p>Some text.</p>" * 40
        + "<p>joerg.muessig@brightloom.example</p>"
    )
    owner = next(c for c in extract_contacts(page, url=URL) if c.kind == "email")
    assert (owner.name, owner.role) == ("Jörg Müßig", "Owner")


def test_structured_people_carry_role_and_address() -> None:
    """What a site states itself needs no guessing."""
    page = """<script type="application/ld+json">{"@type":"Organization","name":"Brightloom","employee":[{"@type":"Person","name":"Ines Falk",
    "jobTitle":"Sales","email":"mailto:ines@brightloom.example"}]}</script>"""
    found = extract_contacts(page, url=URL)
    assert {(c.kind, c.value, c.role) for c in found} == {
        ("person", "Ines Falk", "Sales"),
        ("email", "ines@brightloom.example", "Sales"),
    }


def test_names_are_tidied() -> None:
    """The same person with and without a doctorate is one person."""
    assert tidy_name("Prof. Dr. MAX MUSTERFELD") == "Max Musterfeld"
    assert tidy_name("Miriam Holt, MBA") == "Miriam Holt"
    assert is_person_name("Ludwig van den Berg")
    assert not is_person_name("Opening Hours")
    assert not is_person_name("x" * 500)
