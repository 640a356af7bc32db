# ruff: noqa: E501 - pages are kept as they would be written
"""People: products and places refused, roles and labels read, values bound to the right person."""

from __future__ import annotations

import pytest

from inroad.contacts import Contact, extract_contacts
from inroad.contacts.binding import is_of_somebody_else
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
        "<p>Conversational AI Platform: build an agent. Start your AI Journey.</p>",
        "<p>« Support réactif. » M. LeroyBureaux, Cergy</p>",
        "<p>Anna Price Drops</p><p>George W. Hewlett High School</p><p>Randall Frost Thermostats</p>",
        "<h2>Veronica Dress</h2><p>All our dresses are made to measure.</p>",
        "<p>Von Risiken und Nebenwirkungen</p><p>Von Rechts wegen</p><p>Loma de Tiscapa</p><p>Día del Trabajador</p>",
        "<ul><li>Iran</li><li>Hong Kong</li><li>Sierra Leone</li><li>Jan Mayen</li></ul>",
        "<label>Min Price</label><label>Max Price</label><label>Min SqFt</label>",
        "<dl><dt>Anwendung der Elektronik</dt><dd>Halbleiter Bauteile</dd></dl>",
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
        ("<p>Krasmir Tomolov, Head of Sales</p>", "Krasmir Tomolov", "Head of Sales"),
        ("<p>Das Lager ist voll, sagte HDE-Präsident Miriam Holt am Mittwoch.</p>", "Miriam Holt", "HDE-Präsident"),
        ("<p>„Ein Erfolg“, sagt die Präsidentin der Kammer, Miriam Holt.</p>", "Miriam Holt", "Präsidentin der Kammer"),
        ("<div><b>Miriam Holt</b><span>Head of Purchasing</span></div>", "Miriam Holt", "Head of Purchasing"),
        ("<h4>Jane Dress</h4><p>Office Manager</p><p>We sell no dresses.</p>", "Jane Dress", "Office Manager"),
    ],
)
def test_roles_stand_beside_names_and_before_them(html: str, name: str, role: str) -> None:
    """Without the role nobody knows whom to write to."""
    found = people(html)
    assert found[name].role == role
    assert found[name].confidence >= 0.85


@pytest.mark.parametrize(
    ("html", "names"),
    [
        ("<p>Mia Larsen leads it. Ask Mr. Larsen, or Mrs Mia.</p>", {"Mia Larsen"}),
        ("<p>Dr. Thorne wrote it.</p><p>Marcus Thorne</p><p>Aris Thorne</p>", {"Marcus Thorne", "Aris Thorne"}),
        ("<p>Jansen dankt Piotr Tarnowski.</p><p>Piotr Tarnowskis Abschied war laut.</p>", {"Piotr Tarnowski"}),
        ("<p>Brian A. Harris, M.D.</p><p>Brian Harris</p>", {"Brian A. Harris"}),
        ("<p>Juan Ignacio Kuczynski firmó.</p>", {"Juan Ignacio Kuczynski"}),
        ("<p>Von Ulrich Nitsche</p>", {"Ulrich Nitsche"}),
    ],
)
def test_a_part_of_a_name_is_no_person_beside_the_whole(html: str, names: set[str]) -> None:
    """One person would stand twice in the list, once without a surname."""
    assert set(people(html)) == names


@pytest.mark.parametrize(
    ("html", "value"),
    [
        ("<p>David O'Hallaron</p>", "David O'Hallaron"),
        ("<p>Heather Madden-Yehlin, Hygiene Coordinator</p>", "Heather Madden-Yehlin"),
        ("<p>Yuanyuan Zhou</p>", "Yuanyuan Zhou"),
        ("<p>Founded by Walter (Bill) Babb in 1990</p>", "Walter Babb"),
        ("<p>Gary “The Glove” Payton</p>", "Gary Payton"),
    ],
)
def test_names_of_many_shapes_are_read_whole(html: str, value: str) -> None:
    """Apostrophes, hyphens, nicknames and romanised Chinese stand in names everywhere."""
    assert set(people(html)) == {value}


@pytest.mark.parametrize("html", ["<p>Zhong Shan Road 89</p>", "<p>Hong Kong Island</p>", "<p>Long Park</p>", "<p>Can Han</p>"])
def test_places_spelt_in_pinyin_are_no_people(html: str) -> None:
    """Chinese streets are written with the same syllables."""
    assert people(html) == {}


@pytest.mark.parametrize(
    "html", ["<p>Contact<br>Miriam Holt</p>", "<p>Miriam Holt<br>Contact now</p>", "<p>Miriam Holt, Contact</p>"]
)
def test_a_button_is_no_role(html: str) -> None:
    """ "Dear Contact now" is nobody's title."""
    assert people(html)["Miriam Holt"].role is None


def test_a_part_gives_its_role_to_the_only_name_it_fits() -> None:
    """The surname alone often stands beside the title."""
    found = people("<p>Our founders are listed below.</p><p>Mia Larsen</p><p>News of the day</p><p>CEO: Dr. Larsen</p><p>x</p>")
    assert set(found) == {"Mia Larsen"}


def test_many_people_of_one_first_name_stay() -> None:
    """A directory of a big office has eight Davids, and is no catalogue."""
    last = ["Keller", "Osgood", "Petrov", "Lindqvist", "Baumann", "Okafor", "Fischer", "Novak", "Schmidt"]
    assert len(people("".join(f"<p>David {name}</p>" for name in last))) == len(last)


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


@pytest.mark.parametrize(
    "html",
    [
        "<li>Anbindung von Anlagen über MQTT</li>",
        "<p>Binnen weniger Tage Zeitpunkt und Ort mitteilen</p>",
        "<h2>Marine Welder</h2>",
        "<p>She is a Kerry Gandelow of eighteen feet.</p>",
    ],
)
def test_particles_and_common_words_begin_no_name(html: str) -> None:
    """ "von" is a given name in one country and a preposition in another; a job is not its holder."""
    assert people(html) == {}


def bound(html: str) -> dict[str, str | None]:
    """Whom each e-mail and phone of a page is bound to."""
    return {c.value: c.name for c in extract_contacts(html, url=URL) if c.kind in {"email", "phone"}}


def test_a_record_that_holds_a_mailbox_names_its_owner() -> None:
    """Rare given names are in no list: what an hCard says of them stands above closeness."""
    cards = "".join(
        f"<li class=h-card><b class=p-name>{name}</b>, <span class=p-job-title>Editor</span>, "
        f"<a class=u-email href='mailto:{mail}@brightloom.example'>{mail}@brightloom.example</a></li>"
        for name, mail in (("Miriam Holt", "miriam"), ("Zwenka Quarn", "zwenka"), ("Ozzo Brill", "ozzo"))
    )
    assert bound(f"<ul>{cards}</ul>") == {
        "miriam@brightloom.example": "Miriam Holt",
        "zwenka@brightloom.example": "Zwenka Quarn",
        "ozzo@brightloom.example": "Ozzo Brill",
    }


def test_the_neighbour_of_an_unknown_name_does_not_get_their_mailbox() -> None:
    """A person nobody recognised still has a row of a table: the row's values are not the next row's."""
    page = """<table><tr><td>Jörg Sandmann</td><td>Leiter Betrieb</td><td>030 2312 5144</td></tr>
    <tr><td>Xzqva Ümlgh</td><td>desk@brightloom.example</td><td>030 2312 5155</td></tr></table>"""
    assert bound(page)["desk@brightloom.example"] is None
    page = "<div><p>Miriam Holt, Publisher</p><p>ffion@brightloom.example</p><p>a.demirci@brightloom.example</p></div>"
    assert bound(page) == {"ffion@brightloom.example": None, "a.demirci@brightloom.example": None}


def test_the_company_s_own_number_below_two_directors_is_neither_s() -> None:
    """An imprint lists its directors in one line and the switchboard in the next."""
    page = """<p>Vertreten durch die Geschäftsführer: Dr. Ines Falk, Jörg Sandmann<br>Telefon: 030 2312 5144<br>
    E-Mail: info@brightloom.example</p>"""
    assert set(bound(page).values()) == {None}


@pytest.mark.parametrize(
    ("address", "name", "expected"),
    [
        ("ffion@x.example", "Imogen Carrow", True),
        ("a.demirci@x.example", "Jörg Sandmann", True),
        ("j.sandmann@x.example", "Jörg Sandmann", False),
        ("sandmann.j@x.example", "Jörg Sandmann", False),
        ("js@x.example", "Jörg Sandmann", False),
        ("workshop@x.example", "Jörg Sandmann", False),
        ("bob@x.example", "Bobby Sandmann", False),
    ],
)
def test_a_mailbox_may_say_whose_it_is_not(address: str, name: str, expected: bool) -> None:
    """Binding one person's mailbox to another sends a letter to the wrong reader."""
    assert is_of_somebody_else(address, name) is expected


def test_the_role_above_a_name_belongs_to_the_name_above_it() -> None:
    """In a list of names and roles one person without a role must not get the neighbour's."""
    found = people("<p>Miriam Holt</p><p>Managing Director</p><p>Owen Carrick</p><p>Keeps the looms running since 1998.</p>")
    assert found["Miriam Holt"].role == "Managing Director"
    assert found["Owen Carrick"].role is None


@pytest.mark.parametrize(
    "page",
    [
        "<h2>Red Bull</h2><p>Marketing</p>",
        "<h2>Northern Lights</h2><p>Contact us about our Director</p>",
        "<table><tr><td>Blue Widget</td><td>Sales</td></tr></table>",
        "<p>Zwirn Kettgarn</p><p>Wolle und Seide</p>",
        "<dl><dt>Opening Hours</dt><dd>Manager on duty</dd></dl>",
    ],
)
def test_a_heading_above_a_word_of_titles_is_nobody(page: str) -> None:
    """Half of the headings of a shop have the shape of a name."""
    assert people(page) == {}


def test_a_name_that_no_list_knows_is_read_beside_its_title() -> None:
    """No list knows all names; a team's page says who is one by what stands beside it."""
    found = people(
        "<dl><dt>Quirijn Zwaagdijk</dt><dd>Directeur</dd><dt>Inès Bouchard</dt><dd>Responsable des ressources humaines</dd></dl>"
    )
    assert {name: person.role for name, person in found.items()} == {
        "Quirijn Zwaagdijk": "Directeur",
        "Inès Bouchard": "Responsable des ressources humaines",
    }


def test_a_table_s_second_column_is_roles_where_half_of_it_is() -> None:
    """ "Office and accounts" is no title by its words, and is one between "Owner" and "Yard foreman"."""
    rows = (("Nuala Keohane", "Owner"), ("Diarmuid Falvey", "Yard foreman"), ("Saoirse Lyne", "Office and accounts"))
    table = "".join(f"<tr><td><b>{name}</b></td><td>{role}</td></tr>" for name, role in rows)
    assert {name: person.role for name, person in people(f"<table>{table}</table>").items()} == dict(rows)


def test_a_table_of_anything_else_gives_nobody_a_role() -> None:
    """Winners and their towns stand in tables too."""
    rows = (("Nuala Keohane", "Galway"), ("Diarmuid Falvey", "Cork"), ("Saoirse Lyne", "Head of the harbour"))
    table = "".join(f"<tr><td>{name}</td><td>{place}</td></tr>" for name, place in rows)
    found = people(f"<table>{table}</table>")
    assert [found[name].role for name in ("Nuala Keohane", "Diarmuid Falvey")] == [None, None]


def test_what_stands_beside_one_person_is_surer_than_what_several_are_called() -> None:
    """An imprint calls two directors "Geschäftsführer"; the team's page calls one of them by her own title."""
    imprint = people(
        "<p>Vertreten durch die Geschäftsführer: Dr. Ines Falk, Jörg Sandmann</p><p>Verantwortlich: Uwe Petersen</p>"
    )
    team = people("<table><tr><td>Dr. Ines Falk</td><td>Geschäftsführerin</td></tr></table>")
    assert team["Ines Falk"].confidence > imprint["Ines Falk"].confidence > imprint["Uwe Petersen"].confidence
