"""Files that are read although they are no pages: PDFs called imprint or team, and vCards."""

from __future__ import annotations

import pytest

from inroad.store.models import Company, ContactRow, ContactSource, Page, PageContent
from tests.contacts.pdf_files import make_pdf
from tests.stages.bench import SITE, Bench, page

STAGES = ("domains", "pages", "page_contents", "contacts", "companies")
CARD = "BEGIN:VCARD\nVERSION:3.0\nN:Thorne;Ada\nFN:Ada Thorne\nTITLE:Director\nEMAIL:ada@kestrel.example\nEND:VCARD\n"
LINKS = (
    '<a href="/files/imprint.pdf">Imprint (PDF)</a> <a href="/ada.vcf">Save contact</a> <a href="/price-list.pdf">Prices</a>'
    '<a href="/files/scan.pdf">Our team (PDF)</a>'
)


@pytest.fixture
def with_files(bench: Bench) -> Bench:
    """A site whose imprint is a PDF, with a vCard, a price list and a scan."""
    imprint = make_pdf(["Kestrel Instruments Ltd", "Phone: +44 113 496 0142", "office@kestrel.example"])
    bench.web.pages |= {
        f"{SITE}/": page("Kestrel", LINKS),
        f"{SITE}/files/imprint.pdf": imprint,
        f"{SITE}/files/scan.pdf": make_pdf([" "]),
        f"{SITE}/price-list.pdf": imprint,
        f"{SITE}/ada.vcf": CARD,
    }
    return bench


def test_a_price_list_is_not_asked_for_and_a_scan_says_that_it_cannot_be_read(with_files: Bench) -> None:
    """Catalogues would use up the pages that a domain may have; a silently empty scan looks like a company without people."""
    with_files.run(*STAGES)
    assert f"{SITE}/price-list.pdf" not in with_files.web.asked
    reasons = {url: reason for url, reason in with_files.rows(Page.url, Page.error_reason) if reason}
    assert reasons == {f"{SITE}/files/scan.pdf": "unreadable-pdf"}


def test_a_pdf_is_kept_and_read_by_contacts_and_companies(with_files: Bench) -> None:
    """Small firms hang their imprint out as a PDF and nothing else."""
    with_files.run(*STAGES)
    kept = [row for row in with_files.rows(PageContent.content_type, PageContent.text) if row[0] == "application/pdf"]
    assert len(kept) == 1
    assert "office@kestrel.example" in kept[0][1]
    assert ("phone", "+441134960142") in with_files.rows(ContactRow.kind, ContactRow.value)
    assert "Kestrel Instruments Ltd" in with_files.rows(Company.legal_name)
    assert {"pdf", "vcard"} <= set(with_files.rows(ContactSource.method))


def test_a_linked_card_gives_its_person(with_files: Bench) -> None:
    """Often the only place where a mailbox is written out."""
    with_files.run(*STAGES)
    told = with_files.rows(ContactRow.value, ContactRow.name, ContactRow.role)
    assert ("ada@kestrel.example", "Ada Thorne", "Director") in told


def test_files_that_did_not_change_are_not_written_again(with_files: Bench) -> None:
    """Nothing changed, nothing written: the page made of a file must be the same each time."""
    with_files.run(*STAGES)
    before = with_files.rows(PageContent.id)
    with_files.run(*STAGES, again=True)
    assert with_files.rows(PageContent.id) == before


def test_pages_that_only_a_pdf_or_a_card_links_are_read(bench: Bench) -> None:
    """The people of a team sheet have pages of their own that no menu names."""
    sheet = make_pdf(["Our team: Ada Thorne and Ben Marsh"], link=f"{SITE}/team/ben")
    bench.web.pages |= {
        f"{SITE}/": page("Kestrel", '<a href="/files/team.pdf">Our team (PDF)</a> <a href="/ada.vcf">Save contact</a>'),
        f"{SITE}/files/team.pdf": sheet,
        f"{SITE}/ada.vcf": CARD.replace("END:", f"URL:{SITE}/team/ada\nURL:https://elsewhere.example/ada\nEND:"),
        f"{SITE}/team/ada": page("Ada", "<p>ada.thorne@kestrel.example</p>"),
        f"{SITE}/team/ben": page("Ben", "<p>ben.marsh@kestrel.example</p>"),
    }
    bench.run(*STAGES)
    assert {"ada.thorne@kestrel.example", "ben.marsh@kestrel.example"} <= set(bench.rows(ContactRow.value))
    assert not [url for url in bench.rows(Page.url) if "elsewhere" in url]
