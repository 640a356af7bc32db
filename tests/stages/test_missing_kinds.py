"""The kinds of contacts that a domain lacks are looked for on further pages, within the page limits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from inroad.contacts import Contact
from inroad.stages.selection import choose, has_choice
from inroad.store.domains import domain_ids
from inroad.store.models import ContactRow, Page
from inroad.store.pages import add_pages
from inroad.store.sightings import store_page_contacts
from tests.stages.bench import DOMAIN, SITE, Bench, page

STAGES = ("domains", "pages", "page_contents", "contacts")
CONTACT = '<a href="mailto:office@kestrel.example">office@kestrel.example</a>'
PHONE = '<p>Tel. <a href="tel:+441134960142">0113 496 0142</a></p>'
BRANCHES = "/wiki/k7/branches-de"
PEOPLE = "/wiki/notes/k7-staff-2"
DULL = [f"/company-wiki/notes/{name}" for name in ("anemometers", "barometers", "hygrometers")]


def row(number: int, path: str, page_type: str = "UNKNOWN", level: int = 3, status: str = "New") -> Page:
    """A page of the domain as the rule sees it."""
    state = "Complete" if status == "Selected" else "Waiting"
    return Page(
        id=number,
        url=SITE + path,
        page_type=page_type,
        priority_level=level,
        page_curation_status=status,
        page_processing_status=state,
    )


def chosen(rows: Sequence[Page], limit: int, missing: set[str]) -> list[str]:
    """Paths that filling chooses."""
    paths = {one.id: one.url.removeprefix(SITE) for one in rows}
    return [paths[number] for number in choose(rows, limit, fill=True, missing=missing)]


def test_without_a_missing_kind_pages_of_priority_three_are_not_read() -> None:
    """A blog's ten thousand articles are not worth the twelve pages."""
    rows = [row(1, BRANCHES), row(2, PEOPLE), row(3, "/legal", "LEGAL", 2)]
    assert chosen(rows, 12, set()) == ["/legal"]


def test_the_page_limit_holds_whatever_is_missing() -> None:
    """Nobody asked for a crawl of the whole site."""
    rows = [row(number, f"/staff/{number}", "TEAM", 1) for number in range(30)]
    assert len(chosen(rows, 5, {"person"})) == 5
    read = [row(number, f"/x{number}", status="Selected") for number in range(100, 105)]
    assert chosen([*rows, *read], 5, {"person"}) == []


@pytest.mark.parametrize(
    ("missing", "first"),
    [({"person"}, "/wiki/staff"), ({"phone"}, "/wiki/branches"), ({"email"}, "/wiki/press-office")],
)
def test_what_is_called_after_a_missing_kind_comes_before_other_fillers(missing: set[str], first: str) -> None:
    """The room that is left goes to the page that may hold it, and not to the shortest address."""
    rows = [row(1, "/wiki/staff"), row(2, "/wiki/branches"), row(3, "/wiki/press-office"), row(4, "/a", level=2)]
    assert chosen(rows, 1, missing) == [first]


def test_a_private_page_is_never_chosen_for_a_missing_kind() -> None:
    """`/account/staff/login` leads to a login."""
    assert chosen([row(1, "/staff/login")], 5, {"person"}) == []


def test_it_only_matters_what_is_missing_where_there_is_a_choice() -> None:
    """Reading contents to find out costs; where all or nothing is read anyway it is not done."""
    full = [row(1, "/x", status="Selected"), row(2, BRANCHES)]
    assert not has_choice(full, 1)
    assert not has_choice([row(1, "/legal", "LEGAL", 2)], 5)
    assert has_choice([row(1, "/legal", "LEGAL", 2), row(2, "/agb", "LEGAL", 2)], 1)
    assert has_choice([row(1, BRANCHES)], 5)


@pytest.fixture
def site(bench: Bench) -> Bench:
    """A site with a mailbox on its contact page; telephone and people stand where no type of page is known for it."""
    links = "".join(f'<a href="{path}">More</a> ' for path in ("/contact", BRANCHES, PEOPLE, *DULL))
    bench.web.pages |= {
        f"{SITE}/": page("Kestrel", links),
        f"{SITE}/contact": page("Contact", CONTACT),
        SITE + BRANCHES: page("Branches", PHONE),
        SITE + PEOPLE: page("Who is who", "<h3>Miriam Holt</h3><p>Managing Director</p>"),
        **{SITE + path: page("Notes") for path in DULL},
    }
    return bench


def test_a_domain_with_some_contacts_is_searched_for_the_kinds_that_are_missing(site: Bench) -> None:
    """An address found is no reason to stop: the telephone and the people are on pages that nothing else would have read."""
    site.run(*STAGES)
    assert {"email", "phone", "person"} <= set(site.rows(ContactRow.kind))
    assert {SITE + BRANCHES, SITE + PEOPLE} <= set(site.web.asked)
    assert not {SITE + path for path in DULL} & set(site.web.asked)
    reasons = dict(site.rows(Page.url, Page.curation_reason))
    assert "may hold what is missing: " in str(reasons[SITE + PEOPLE])


def test_kinds_that_are_known_already_are_not_looked_for(site: Bench) -> None:
    """What an import or an earlier run brought counts: only the rest is worth a request."""
    domain = site.database.call(domain_ids, [DOMAIN])[DOMAIN]
    site.database.call(add_pages, domain, [{"url": f"{SITE}/known", "source": "manual"}])
    known = [
        Contact(kind, value, value, f"{SITE}/known", "0", "text", "1", value, 0.9, name=value if kind == "person" else None)
        for kind, value in (("phone", "+441134960142"), ("address", "1 Mill Lane, Leeds"), ("person", "Miriam Holt"))
    ]
    number = dict(site.rows(Page.url, Page.id))[f"{SITE}/known"]
    site.database.call(store_page_contacts, domain, number, known)
    site.run(*STAGES)
    assert f"{SITE}/contact" in site.web.asked
    assert not {SITE + BRANCHES, SITE + PEOPLE} & set(site.web.asked)


def test_a_site_without_a_mailbox_is_asked_for_security_txt_once(site: Bench) -> None:
    """RFC 9116 puts one where the pages have none; a refresh does not ask again."""
    site.web.pages[f"{SITE}/contact"] = page("Contact", PHONE)
    site.web.pages[f"{SITE}/.well-known/security.txt"] = (
        "Contact: mailto:security@kestrel.example\nExpires: 2027-01-01T00:00:00Z\n"
    )
    site.run(*STAGES)
    assert ("email", "security@kestrel.example") in site.rows(ContactRow.kind, ContactRow.value)
    asked = site.web.asked.count(f"{SITE}/humans.txt")
    assert asked == 1
    site.run(*STAGES, again=True)
    assert site.web.asked.count(f"{SITE}/humans.txt") == asked


def test_a_friendly_page_under_the_well_known_address_is_no_security_txt(site: Bench) -> None:
    """Many servers answer anything with their start page and status 200."""
    site.web.pages[f"{SITE}/contact"] = page("Contact", PHONE)
    site.web.pages[f"{SITE}/.well-known/security.txt"] = page("Contact: us")
    site.run(*STAGES)
    assert f"{SITE}/.well-known/security.txt" not in site.rows(Page.url)


def test_a_site_with_a_mailbox_is_asked_for_no_well_known_text(site: Bench) -> None:
    """Requests that nobody needs are impolite."""
    site.run(*STAGES)
    assert f"{SITE}/humans.txt" not in site.web.asked
