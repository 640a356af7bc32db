# ruff: noqa: E501 - pages are kept as they would be written
"""Postal addresses in text: sentences and prices refused, the shapes of many countries read, parts kept."""

from __future__ import annotations

import pytest

from inroad.contacts import Contact, extract_contacts
from inroad.contacts.postal import one_line

URL = "https://www.brightloom.example/contact"


def addresses(html: str, *, region: str | None = None) -> list[Contact]:
    return [contact for contact in extract_contacts(html, url=URL, region=region) if contact.kind == "address"]


@pytest.mark.parametrize(
    "html",
    [
        "<p>We drove 300 miles in the rain and 20 people came.</p>",
        "<p>Founded 1987, 12345 Customers trust us</p>",
        "<p>Prices from $500 per Street</p>",
        "<p>Open from 9:00 to 17:00, Monday to Friday</p>",
        "<p>Version 10115 Berlin</p>",
        "<p>Berlin is a city</p>",
        "<p>5 Reasons Why This Way Is New</p>",
        "<p>BP : 5574</p>",
        "<p>Postfach 3000</p>",
        "<p>Im Juni 2016</p><p>In der Regel 5-15</p><p>Im Jahr 1480</p>",
        "<p>Platz 15</p><p>Lernfeld 9-14</p><p>Anbauhöhe 1800 – 2000</p>",
        "<p>March 21, 2023 No Comments</p>",
        "<p>geboren 1977 in Erfurt, 1997 Studium an der Hochschule</p>",
        "<p>08:51 Na Av.</p><p>2021 FOGS GREEN</p>",
    ],
)
def test_what_is_no_address_is_refused(html: str) -> None:
    """An address is never guessed."""
    assert addresses(html, region="DE") == []


@pytest.mark.parametrize(
    ("html", "region", "street", "postcode", "city"),
    [
        ("1204 West Ash Street<br>Suite B<br>Windsor, CO 80550", "US", "1204 West Ash Street", "80550", "Windsor"),
        ("Am Alten Hafen 7a<br>28195 Bremen", "DE", "Am Alten Hafen 7a", "28195", "Bremen"),
        ("Lindenstraße 12, D-10969 Berlin", "DE", "Lindenstraße 12", "10969", "Berlin"),
        ("12 rue de la Paix<br>75002 Paris", "FR", "12 rue de la Paix", "75002", "Paris"),
        ("Calle de Alcalá, 45<br>28014 Madrid", "ES", "Calle de Alcalá, 45", "28014", "Madrid"),
        ("Via Garibaldi 8, 20121 Milano (MI)", "IT", "Via Garibaldi 8", "20121", "Milano"),
        ("Keizersgracht 241, 1016 EA Amsterdam", "NL", "Keizersgracht 241", "1016 EA", "Amsterdam"),
        ("ul. Marszałkowska 10/4<br>00-590 Warszawa", "PL", "ul. Marszałkowska 10/4", "00-590", "Warszawa"),
        ("14 Mill Lane, Leeds LS1 4AP", "GB", "14 Mill Lane", "LS1 4AP", "Leeds"),
        ("Mariahilfer Straße 88<br>A-1070 Wien", "AT", "Mariahilfer Straße 88", "1070", "Wien"),
        ("250 Yonge Street, Toronto, ON M5B 2L7", "CA", "250 Yonge Street", "M5B 2L7", "Toronto"),
    ],
)
def test_the_shapes_of_many_countries_are_read(html: str, region: str, street: str, postcode: str, city: str) -> None:
    """Each country writes its own way; one that stops working loses a whole market."""
    found = addresses(f"<p>{html}</p>", region=region)
    assert len(found) == 1
    parts = found[0].details["parts"]
    assert (parts["street"], parts["postcode"], parts["city"]) == (street, postcode, city)
    assert found[0].details["complete"] is True


def test_two_spellings_of_one_address_are_one_contact() -> None:
    """Structured data and footer usually say the same thing twice."""
    page = """<div class="vcard"><span class="fn org">Brightloom</span><div class="adr"><span class="street-address">1204 W. Ash St.</span>
    <span class="locality">Windsor</span>, <span class="region">CO</span> <span class="postal-code">80550</span></div></div>
    <footer>1204 W Ash Street, Windsor, CO 80550</footer>"""
    assert len(addresses(page, region="US")) == 1


def test_structured_addresses_keep_their_coordinates() -> None:
    """Maps need them, and they cannot be had again from the text."""
    page = """<script type="application/ld+json">{"@type":"LocalBusiness","name":"Brightloom","geo":{"latitude":"53.08","longitude":8.8},
    "address":{"@type":"PostalAddress","streetAddress":"Am Alten Hafen 7a","postalCode":"28195","addressLocality":"Bremen","addressCountry":"DE"}}</script>"""
    found = addresses(page)[0]
    assert found.value == "Am Alten Hafen 7a, 28195 Bremen, DE"
    assert found.details["coordinates"] == (53.08, 8.8)
    assert found.name == "Brightloom"


def test_one_line_follows_the_country() -> None:
    """Postcode before the city in Europe, behind it in America."""
    assert one_line({"street": "Ring 1", "postcode": "1010", "city": "Wien"}) == "Ring 1, 1010 Wien"
    assert (
        one_line({"street": "1 Main St", "city": "Windsor", "region": "CO", "postcode": "80550"})
        == "1 Main St, Windsor, CO 80550"
    )


@pytest.mark.parametrize(
    ("html", "value"),
    [
        (
            "<html lang=fr><footer>Atelier Roux, 18 rue des Cordiers, 69001 Lyon. Mentions légales</footer>",
            "18 rue des Cordiers, 69001 Lyon",
        ),
        ("<p>Bergweg 4, 9000 St. Gallen, Schweiz</p>", "Bergweg 4, 9000 St. Gallen, Schweiz"),
        ("<html lang=de><footer>Kristall AG, Seilergraben 41, 8001 Zürich · Impressum</footer>", "Seilergraben 41, 8001 Zürich"),
        ("<p>Sluiskade 21<br>3011 KD Rotterdam</p>", "Sluiskade 21, 3011 KD Rotterdam"),
        (
            "<footer>Vexel Ltd, Unit 9, Ropewalk Trading Estate, Leeds LS10 1QT</footer>",
            "Unit 9, Ropewalk Trading Estate, Leeds, LS10 1QT",
        ),
    ],
)
def test_an_address_ends_where_its_line_goes_on_with_something_else(html: str, value: str) -> None:
    """Each footer that glues another word to it would make a further contact of one address."""
    found = [c for c in extract_contacts(html, url="https://www.brightloom.example/") if c.kind == "address"]
    assert [contact.value for contact in found] == [value]


@pytest.mark.parametrize(
    ("html", "value"),
    [
        (
            "<p>Brightloom, The Slip, Strand Road, Ballinree, Co. Kerry, V93 X2K7, Ireland</p>",
            "The Slip, Strand Road, Ballinree, Co. Kerry V93 X2K7, Ireland",
        ),
        ("<p>Dublin office: 4 Grand Canal Square, Dublin 2, D02 X525</p>", "4 Grand Canal Square, Dublin 2, D02 X525"),
    ],
)
def test_irish_addresses_are_read_by_their_eircode(html: str, value: str) -> None:
    """Half of Ireland's houses have a name and no number: the code is what makes the line an address."""
    found = [c for c in extract_contacts(html, url="https://www.brightloom.example/") if c.kind == "address"]
    assert [contact.value for contact in found] == [value]


@pytest.mark.parametrize(
    ("html", "value"),
    [
        ("<p>Adresse Wundtstr 40-44<br>14057 Berlin</p>", "Wundtstr 40-44, 14057 Berlin"),
        ("<p>Geschäftsstelle Littenstraße 9 10179 Berlin Telefon 030 3069310</p>", "Littenstraße 9, 10179 Berlin"),
        ("<p>Reederkammer Littenstraße 9<br>10179 Berlin</p>", "Littenstraße 9, 10179 Berlin"),
        ("<p>Hansa Rohre GmbH &amp; Co. KG W.-C.-Röntgen-Str. 2<br>04509 Delitzsch</p>", "W.-C.-Röntgen-Str. 2, 04509 Delitzsch"),
        ("<p>Eisgrubengasse 2–6 / 2, 2334 Vösendorf</p>", "Eisgrubengasse 2–6/2, 2334 Vösendorf"),
        ("<p>Alte Jakobstraße 5, 10969 Berlin</p>", "Alte Jakobstraße 5, 10969 Berlin"),
        ("<p>An der Grünwalder Brücke 1, 82049 München</p>", "An der Grünwalder Brücke 1, 82049 München"),
        ("<p>Düsseldorfer Landstraße 12, 47249 Duisburg</p>", "Düsseldorfer Landstraße 12, 47249 Duisburg"),
    ],
)
def test_labels_and_companies_are_no_part_of_a_street(html: str, value: str) -> None:
    """A letter to "Adresse Wundtstr. 40" shows that nobody has read it."""
    assert [contact.value for contact in addresses(html, region="DE")] == [value]


def test_a_street_alone_is_dropped_beside_the_whole_address() -> None:
    """The heading shows the street, the card below has all of it: one address, once."""
    page = """<h2>772 North Market Street</h2><p>Call 530 221 3500 before you come.</p><div class="vcard"><span class="fn org">Denham Tires</span><div class="adr">
    <span class="street-address">772 North Market Street</span>, <span class="locality">Redding</span>,
    <span class="region">CA</span> <span class="postal-code">96003</span></div></div>"""
    assert [contact.value for contact in addresses(page, region="US")] == ["772 North Market Street, Redding, CA 96003"]


def test_a_sign_within_a_street_is_a_comma() -> None:
    """Designers put bars between the parts; a letter has none."""
    (found,) = addresses("<p>1190 Kennestone Circle NW | Suite 120<br>Marietta, GA 30066</p>", region="US")
    assert found.value == "1190 Kennestone Circle NW, Suite 120, Marietta, GA 30066"


def test_a_state_that_is_written_out_stands_behind_its_city() -> None:
    """Australians and Americans write the code behind the state, whether or not they shorten it."""
    (found,) = addresses("<p>105 Macquarie Street<br>Hobart, Tasmania 7000</p>", region="AU")
    assert found.value == "105 Macquarie Street, Hobart, Tasmania 7000"


def test_of_two_parts_of_an_address_the_longer_stays() -> None:
    """The page title has the street, the footer the town as well."""
    page = "<p>1391 Smizer Mill Road</p><p>Open daily, call us before you come to our place.</p><p>1391 Smizer Mill Road, Fenton, MO</p>"
    assert [contact.value for contact in addresses(page, region="US")] == ["1391 Smizer Mill Road, Fenton, MO"]
