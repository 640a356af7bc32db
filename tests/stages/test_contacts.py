"""Stage `contacts`: what several pages say of one contact is one row, whatever the order in which they are read."""

from __future__ import annotations

from itertools import permutations

import pytest
from sqlalchemy import delete

from inroad.contacts import Contact
from inroad.contacts.merging import identity
from inroad.stages.contacts import _merge
from inroad.store.domains import domain_ids
from inroad.store.models import ContactRow, ContactSource, Extraction, Page
from inroad.store.pages import add_pages
from inroad.store.sightings import store_page_contacts
from tests.endtoend.snapshots import fingerprint
from tests.stages.bench import DOMAIN, SITE, Bench, page

STAGES = ("domains", "pages", "page_contents", "contacts")
MAIL = '<a href="mailto:office@kestrel.example">office@kestrel.example</a>'
OFFICE = f'<p>Call us: <a href="tel:+441134960142">0113 496 0142</a>, {MAIL}</p>'


@pytest.fixture
def reachable(bench: Bench) -> Bench:
    """A site with the same address on two pages."""
    bench.web.pages |= {
        f"{SITE}/": page("Kestrel", links=["/contact", "/about"]),
        f"{SITE}/contact": page("Contact", OFFICE),
        f"{SITE}/about": page("About us", '<p>Write to <a href="mailto:office@kestrel.example">our office</a>.</p>'),
    }
    return bench


def test_one_contact_on_two_pages_is_one_row_with_both_proofs(reachable: Bench) -> None:
    """Two rows for one address are two letters to one person."""
    reachable.run(*STAGES)
    assert reachable.rows(ContactRow.kind, ContactRow.value) == [
        ("email", "office@kestrel.example"),
        ("phone", "+441134960142"),
    ]
    assert len(set(reachable.rows(ContactSource.contact_id))) == 2
    (email,) = [number for kind, number in reachable.rows(ContactRow.kind, ContactRow.id) if kind == "email"]
    assert (
        len(
            {
                page_id
                for contact_id, page_id in reachable.rows(ContactSource.contact_id, ContactSource.page_id)
                if contact_id == email
            }
        )
        == 2
    )


def test_reading_the_same_pages_again_writes_nothing(reachable: Bench) -> None:
    """Nothing changed, nothing written: also where everything is fetched anew."""
    reachable.run(*STAGES)
    before = fingerprint(reachable.database)
    reachable.run(*STAGES, again=True)
    assert fingerprint(reachable.database) == before


def test_a_contact_that_no_page_shows_any_more_goes_and_a_rejected_one_stays(reachable: Bench) -> None:
    """A person who has left must not be written to; who was rejected must not come back as new."""
    reachable.run(*STAGES)
    reachable.change(ContactRow.__table__.update().where(ContactRow.kind == "email").values(contact_curation_status="Rejected"))
    for path in ("contact", "about"):
        reachable.web.pages[f"{SITE}/{path}"] = page(path)
    reachable.run(*STAGES, again=True)
    assert reachable.rows(ContactRow.value, ContactRow.contact_curation_status) == [("office@kestrel.example", "Rejected")]


def test_a_newer_extractor_reads_stored_pages_again(reachable: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A better extractor should not cost the sites a second crawl."""
    reachable.run(*STAGES)
    asked = len(reachable.web.asked)
    monkeypatch.setattr("inroad.stages.contacts.EXTRACTOR_VERSION", "next")
    reachable.run("contacts")
    versions = reachable.rows(Extraction.kind, Extraction.extractor_version, Extraction.extraction_status)
    assert {entry for entry in versions if entry[0] == "contacts"} == {("contacts", "next", "Complete")}
    assert len(reachable.web.asked) == asked


def sighting(path: str, kind: str, value: str, confidence: float, **more: object) -> Contact:
    """One contact as one page shows it."""
    facts = {"raw": value, "position": "0", "method": "text", "extractor_version": "1", "snippet": value, "details": {}, **more}
    return Contact(kind=kind, value=value, page_url=SITE + path, confidence=confidence, **facts)  # type: ignore[arg-type]


STREET = {"parts": {"street": "Millrace Lane 4", "postcode": "LS1 4AB"}}
SPELLINGS = {
    "/contact": [
        sighting("/contact", "address", "Millrace Lane 4, LS1 4AB Leeds", 0.9, details=STREET),
        sighting("/contact", "person", "Ada Thorne", 0.6, name="Ada Thorne", role="Director"),
    ],
    "/about": [
        sighting("/about", "address", "Millrace Lane 4, Leeds LS1 4AB", 0.7, details=STREET),
        sighting("/about", "person", "Dr. Ada Thorne", 0.8, name="Dr. Ada Thorne"),
    ],
    "/imprint": [sighting("/imprint", "address", "Millrace Lane 4, Leeds, LS1 4AB, UK", 0.8, details=STREET)],
}


def test_spellings_merge_into_the_same_rows_in_every_order_of_the_pages(bench: Bench) -> None:
    """Pages are read as they come; after a kill they come in another order, and the rows must be the same."""
    database = bench.database
    domain_id = database.call(domain_ids, [DOMAIN])[DOMAIN]
    database.call(add_pages, domain_id, [{"url": SITE + path, "source": "link"} for path in SPELLINGS])
    numbers = dict(bench.rows(Page.url, Page.id))
    outcomes = []
    for order in permutations(SPELLINGS):
        bench.change(delete(ContactRow))
        for path in order:
            database.call(store_page_contacts, domain_id, numbers[SITE + path], SPELLINGS[path], identity=identity, merge=_merge)
        told = (ContactRow.kind, ContactRow.value, ContactRow.name, ContactRow.role, ContactRow.confidence, ContactRow.details)
        outcomes.append((bench.rows(*told), len(bench.rows(ContactSource.id))))
    assert all(outcome == outcomes[0] for outcome in outcomes)
    rows, sources = outcomes[0]
    assert [(kind, value, role) for kind, value, _, role, _, _ in rows] == [
        ("address", "Millrace Lane 4, LS1 4AB Leeds", None),
        ("person", "Dr. Ada Thorne", "Director"),
    ]
    assert rows[0][4] > 0.9  # three pages that agree are surer than one
    assert sources == 5


def test_links_to_videos_and_posts_are_no_contacts(reachable: Bench) -> None:
    """A film about the mill is nobody to write to; the channel that shows it is."""
    reachable.web.pages[f"{SITE}/contact"] = page(
        "Contact",
        '<a href="https://www.youtube.com/watch?v=abcdefghijk">Film</a> <a href="https://www.youtube.com/@kestrelmill">Channel</a>',
    )
    reachable.run(*STAGES)
    social = [value for kind, value in reachable.rows(ContactRow.kind, ContactRow.value) if kind == "social"]
    assert social == ["https://www.youtube.com/@kestrelmill"]
