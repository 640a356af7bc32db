"""Maps: coordinates are read from every kind of link, and given to an address only where no other can be meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.contacts import Contact, extract_contacts
from inroad.contacts.map_links import coordinates_in, place_in

SITE = "https://www.brightloom.example/"
STREET = "<p>14 Mill Lane<br>Leeds LS1 4AP</p>"
OTHER = "<p>7 Harbour Street<br>Bristol BS1 5TR</p>"
POINT = (53.7997, -1.5492)
MAP = f"https://www.google.com/maps?q={POINT[0]},{POINT[1]}"


def addresses(html: str) -> dict[str, Contact]:
    """The addresses of a page by value."""
    return {contact.value: contact for contact in extract_contacts(html, url=SITE) if contact.kind == "address"}


@pytest.mark.parametrize(
    "link",
    [
        "https://www.google.com/search?q=53.7997,-1.5492",
        "https://maps.evil.example/?q=53.7997,-1.5492",
        "https://www.google.com/maps?q=0.000,0.000",
        "https://www.google.com/maps?q=99.1234,-1.5492",
        "https://www.google.com/maps?q=53,-1",
        "https://www.google.com/maps?q=Mill+Lane",
        "geo:here",
        "https://[",
        "",
    ],
)
def test_what_names_no_place_on_earth_is_refused(link: str) -> None:
    """A point that is none would send visitors into the sea."""
    assert coordinates_in(link) is None


@pytest.mark.parametrize(
    "link",
    [
        MAP,
        "//maps.google.co.uk/maps?f=q&ll=53.7997,-1.5492&z=14",
        "https://www.google.de/maps/place/Brightloom/@53.7,-1.5,17z/data=!3m1!4b1!4m5!3m4!1s0x0:0x0!8m2!3d53.7997!4d-1.5492",
        "https://www.google.com/maps/@53.7997,-1.5492,15z",
        "https://www.google.com/maps/embed?pb=!1m18!1m12!1m3!1d2356.1!2d-1.5492!3d53.7997!2m3!1f0",
        "https://www.google.com/maps/search/?api=1&query=53.7997%2C-1.5492",
        "https://www.google.com/maps/dir/?api=1&destination=53.7997,-1.5492",
        "https://maps.googleapis.com/maps/api/staticmap?markers=color:red|53.7997,-1.5492&zoom=12",
        "https://www.openstreetmap.org/?mlat=53.7997&mlon=-1.5492#map=17/53.1/-1.1",
        "https://www.openstreetmap.org/#map=18/53.7997/-1.5492",
        "https://www.openstreetmap.org/export/embed.html?bbox=1%2C2&layer=mapnik&marker=53.7997%2C-1.5492",
        "https://maps.apple.com/?ll=53.7997,-1.5492&q=Brightloom",
        "https://www.bing.com/maps?cp=53.7997~-1.5492&lvl=16",
        "https://www.bing.com/maps/default.aspx?sp=point.53.7997_-1.5492_Brightloom",
        "https://waze.com/ul?ll=53.7997,-1.5492&navigate=yes",
        "geo:53.7997,-1.5492;u=35",
    ],
)
def test_every_map_s_link_is_read(link: str) -> None:
    """Each service writes its own; Google alone has eight ways, one of them with the longitude first."""
    assert coordinates_in(link) == POINT


def test_the_map_beside_an_address_gives_it_its_coordinates() -> None:
    """Two branches on one page: each map belongs to the address in its own card."""
    page = f"<div>{STREET}<a href='{MAP}'>Map</a></div><div>{OTHER}<iframe src='https://www.openstreetmap.org/?mlat=51.45&mlon=-2.59'></iframe></div>"
    assert {value: contact.details.get("coordinates") for value, contact in addresses(page).items()} == {
        "14 Mill Lane, Leeds, LS1 4AP": POINT,
        "7 Harbour Street, Bristol, BS1 5TR": (51.45, -2.59),
    }


def test_a_map_that_may_be_either_s_is_neither_s() -> None:
    """Never guessed."""
    found = addresses(f"<div>{STREET}{OTHER}</div><a href='{MAP}'>Map</a>")
    assert len(found) == 2
    assert not any("coordinates" in contact.details for contact in found.values())


@pytest.mark.parametrize(
    "place",
    [
        f"<a href='{MAP}'>How to find us</a>",
        "<meta name='ICBM' content='53.7997, -1.5492'>",
        "<meta name='geo.position' content='53.7997;-1.5492'>",
        "<div id=map data-lat='53.7997' data-lng='-1.5492'></div>",
    ],
)
def test_one_place_and_one_address_belong_together(place: str) -> None:
    """The map stands at the foot of the page, the address at its head."""
    (contact,) = addresses(f"{place}<section>{STREET}</section>{'<p>wool</p>' * 600}").values()
    assert contact.details["coordinates"] == POINT


def test_an_address_that_only_the_map_link_spells_out_is_found_there() -> None:
    """A picture of the street with a link behind it is all that some pages have."""
    link = "https://www.google.com/maps/search/?api=1&query=14+Mill+Lane%2C+Leeds+LS1+4AP"
    assert place_in(link) == "14 Mill Lane, Leeds LS1 4AP"
    (contact,) = addresses(f"<a href='{link}'><img src=x></a>").values()
    assert (contact.value, contact.method) == ("14 Mill Lane, Leeds, LS1 4AP", "map-link")


def test_a_map_link_that_spells_a_written_address_adds_its_point_to_it() -> None:
    """One address written twice is one contact."""
    link = "https://maps.apple.com/?address=14+Mill+Lane,+Leeds+LS1+4AP&ll=53.7997,-1.5492"
    found = addresses(f"<div>{STREET}{OTHER}</div><a href='{link}'>x</a>")
    assert {value: contact.details.get("coordinates") for value, contact in found.items()} == {
        "14 Mill Lane, Leeds, LS1 4AP": POINT,
        "7 Harbour Street, Bristol, BS1 5TR": None,
    }


def test_structured_places_keep_their_own_coordinates() -> None:
    """schema.org says which address is meant; a map elsewhere on the page does not change it."""
    data = (
        '{"@type":"LocalBusiness","address":{"@type":"PostalAddress","streetAddress":"14 Mill Lane","addressLocality":"Leeds",'
        '"postalCode":"LS1 4AP"},"hasMap":"https://www.google.com/maps?q=53.1111,-1.2222"}'
    )
    (contact,) = addresses(f"<script type='application/ld+json'>{data}</script><a href='{MAP}'>x</a>").values()
    assert contact.details["coordinates"] == (53.1111, -1.2222)


@given(st.text("https://w.googlecmapsq=?&@!3d4,-.0%2C1/:~#", max_size=120))
def test_any_link_is_borne(link: str) -> None:
    """Links are strangers' text."""
    point = coordinates_in("https://www.google.com/maps" + link)
    assert point is None or (abs(point[0]) <= 90 and abs(point[1]) <= 180)
    assert len(place_in(link)) <= 300
