# ruff: noqa: E501 - pages are kept as they would be written
"""One contact from many sightings, whatever their order, and the company's facts as they are written."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from inroad.contacts import Contact, extract_company, extract_contacts, merge_contacts

URL = "https://www.brightloom.example/impressum"


def contact(value: str = "ines@brightloom.example", *, page: str = "/", confidence: float = 0.9, **changes: object) -> Contact:
    base = Contact(
        kind="email", value=value, raw=value, page_url=f"https://www.brightloom.example{page}", position="p:1", method="text",
        extractor_version="1", snippet=value, confidence=confidence,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def test_the_same_contact_on_many_pages_is_one_with_every_source() -> None:
    """A footer on 200 pages must not become 200 rows."""
    merged = merge_contacts([contact(page=f"/{n}") for n in range(5)] + [contact("info@brightloom.example")])
    assert [(m.value, len(m.sources)) for m in merged] == [("ines@brightloom.example", 5), ("info@brightloom.example", 1)]
    assert merged[0].confidence > 0.9


def test_the_same_sighting_twice_counts_once() -> None:
    """Reading a page again may not make its contacts surer."""
    assert merge_contacts([contact(), contact()]) == merge_contacts([contact()])


def test_name_and_role_come_from_the_surest_source_that_has_them() -> None:
    """The team page knows the name, the footer does not."""
    merged = merge_contacts([contact(confidence=0.97), contact(page="/team", confidence=0.9, name="Ines Falk", role="Sales")])
    assert (merged[0].name, merged[0].role, merged[0].sources[0].confidence) == ("Ines Falk", "Sales", 0.97)


def test_people_and_profiles_are_one_whatever_their_spelling() -> None:
    """Titles and country hosts are no difference."""
    people = [contact("Ines Falk", kind="person"), contact("INES FALK", kind="person", page="/b")]
    profiles = [
        contact("https://www.facebook.com/brightloom", kind="social", details={"network": "facebook"}),
        contact("https://de-de.facebook.com/Brightloom", kind="social", page="/b", details={"network": "facebook"}),
    ]
    assert [len(m.sources) for m in merge_contacts(people + profiles)] == [2, 2]


@given(
    st.lists(
        st.builds(
            contact,
            st.sampled_from(["a@b.example", "A@b.example", "c@b.example"]),
            page=st.sampled_from(["/", "/a", "/b"]),
            confidence=st.sampled_from([0.5, 0.9]),
            name=st.sampled_from([None, "Ines Falk", "Jo Sand"]),
            method=st.sampled_from(["text", "mailto"]),
        ),
        max_size=8,
    ),
    st.randoms(),
)
def test_the_order_of_pages_changes_nothing(contacts: list[Contact], random: object) -> None:
    """Pages arrive in any order; the rows must not depend on it."""
    shuffled = list(contacts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merge_contacts(shuffled) == merge_contacts(contacts)


IMPRINT = """<html lang="de"><head><meta property="og:site_name" content="Brightloom"><meta name="description" content="Wir weben Wolle."></head><body>
<img class="logo" src="/img/logo.svg"><h1>Impressum</h1><p>Brightloom Weberei GmbH &amp; Co. KG<br>Am Alten Hafen 7a<br>28195 Bremen</p>
<p>Amtsgericht Bremen, HRB 12345 HB<br>USt-IdNr.: DE136695976</p><p>Öffnungszeiten: Mo-Fr 9:00-18:00 Uhr</p>
<p>Gegründet 1987, rund 120 Mitarbeiter</p></body></html>"""


def test_a_german_imprint_gives_the_company_as_it_is_written() -> None:
    """The imprint is the one page by law that says who it is."""
    facts = extract_company(IMPRINT, url=URL)
    assert facts.name is not None
    assert facts.name.value == "Brightloom"
    assert facts.legal_name is not None
    assert facts.legal_name.value == "Brightloom Weberei GmbH & Co. KG"
    assert {(r.kind, r.value) for r in facts.registrations} == {("vat", "DE136695976"), ("handelsregister", "HRB 12345 HB")}
    assert facts.founded is not None
    assert facts.founded.value == "1987"
    assert facts.employees is not None
    assert facts.employees.value == "rund 120"
    assert [hours.value for hours in facts.opening_hours] == ["Mo-Fr 9:00-18:00 Uhr"]
    assert facts.logo is not None
    assert facts.logo.value == "https://www.brightloom.example/img/logo.svg"
    assert facts.description is not None
    assert facts.description.value == "Wir weben Wolle."


def test_structured_facts_come_before_written_ones() -> None:
    """What a site states in a machine's language is meant to be read by one."""
    page = """<script type="application/ld+json">{"@type":["Organization","Dentist"],"name":"Brightloom","legalName":"Brightloom Ltd",
    "vatID":"GB123456789","foundingDate":"1999","numberOfEmployees":{"value":12},"logo":{"@type":"ImageObject","url":"/l.png"},
    "openingHoursSpecification":{"dayOfWeek":["Monday"],"opens":"09:00","closes":"17:00"}}</script><p>since 1950</p>"""
    facts = extract_company(page, url=URL)
    assert facts.founded is not None
    assert (facts.founded.value, facts.founded.method) == ("1999", "json-ld")
    assert [fact.value for fact in facts.industry] == ["Dentist"]
    assert facts.employees is not None
    assert facts.employees.value == "12"
    assert [fact.value for fact in facts.opening_hours] == ["Monday 09:00-17:00"]
    assert [(fact.kind, fact.value) for fact in facts.registrations] == [("vat", "GB123456789")]


def test_what_is_not_written_is_missing() -> None:
    """Nothing is guessed."""
    facts = extract_company("<p>Hello</p>", url=URL)
    assert (facts.name, facts.legal_name, facts.founded, facts.logo, facts.employees) == (None, None, None, None, None)
    assert facts.registrations == facts.opening_hours == facts.industry == ()


def test_a_whole_imprint_gives_every_kind_of_contact_once() -> None:
    """The page that matters most, read end to end."""
    page = IMPRINT.replace(
        "<p>Amtsgericht",
        "<p>Geschäftsführer: Dr. Ines Falk</p><p>Tel.: 0421 / 24 68 10-0<br>Telefax: 0421 / 24 68 10-9<br>info (ät) brightloom (punkt) example</p>"
        "<a href='https://www.linkedin.com/company/brightloom'>in</a><p>Amtsgericht",
    )
    found = [(c.kind, c.value) for c in extract_contacts(page, url=URL)]
    assert sorted(found) == sorted(
        [
            ("address", "Am Alten Hafen 7a, 28195 Bremen"),
            ("person", "Ines Falk"),
            ("phone", "+494212468100"),
            ("phone", "+494212468109"),
            ("email", "info@brightloom.example"),
            ("social", "https://www.linkedin.com/company/brightloom"),
            ("company_id", "HRB 12345 HB"),
            ("company_id", "DE136695976"),
        ]
    )


def test_a_copyright_notice_gives_the_company_s_name_whole_and_without_its_year() -> None:
    """A letter to "2026 Brightloom, Inc" is addressed to nobody."""
    facts = extract_company("<p>Looms.</p><footer>© 2026 Brightloom Works, Inc. All rights reserved.</footer>", url=URL)
    assert facts.name is not None
    assert facts.legal_name is not None
    assert (facts.name.value, facts.legal_name.value) == ("Brightloom Works, Inc.", "Brightloom Works, Inc.")
    facts = extract_company("<footer>© 2019-2026 Brightloom GmbH</footer>", url=URL)
    assert facts.legal_name is not None
    assert facts.legal_name.value == "Brightloom GmbH"


def test_a_year_that_belongs_to_the_name_stays() -> None:
    """ "2020 Technologies Inc." is so called."""
    facts = extract_company("<p>Sold by 2020 Technologies Inc. of Laval.</p>", url=URL)
    assert facts.legal_name is not None
    assert facts.legal_name.value == "2020 Technologies Inc."
