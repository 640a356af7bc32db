"""`inroad suppress` and `inroad erase`: a person who asks to be forgotten is forgotten, everywhere, and stays out."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from inroad.cli.erased_files import erase_from_files
from inroad.cli.printing import plain
from inroad.cli.removing import still_holds
from inroad.contacts.model import Contact
from inroad.store import Database
from inroad.store.contacts import domain_contacts
from inroad.store.erasure import erase
from inroad.store.listings import Batch, import_pages
from inroad.store.masking import MASK, masked, pattern_of
from inroad.store.models import (
    Base,
    Company,
    ContactRow,
    ContactSource,
    Event,
    LlmAnswer,
    Page,
    PageContent,
    PostingRow,
    ProfileRow,
    SitemapFile,
    Suppression,
)
from inroad.store.pages import add_pages
from inroad.store.sightings import store_page_contacts
from inroad.store.suppression import fingerprint, suppression_rules
from tests.cli.conftest import Inroad, make_contact, make_domain, make_page
from tests.contacts.pdf_files import make_pdf

JANE = "jane.doe@acme.example"
HIDDEN = "".join(f"&#{ord(char)};" for char in JANE)
PLAIN_HTML = f"<html><body><p>Mail Jane Doe: <a href='mailto:{JANE}'>{JANE}</a>. Annual report.</p></body></html>"
HIDDEN_HTML = f"<html><body><p>Reach our head of sales at {HIDDEN} any time.</p></body></html>"


def store_content(session: Session, page: int, domain: int, html: str, readable: str) -> None:
    """One version of a page as the pipeline keeps it."""
    session.add(
        PageContent(
            domain_id=domain,
            page_id=page,
            version=1,
            strategy="direct",
            http_status=200,
            final_url="https://acme.example/team",
            content_hash="0" * 64,
            body_bytes=len(html),
            text=readable,
            html_zlib=zlib.compress(html.encode()),
        )
    )


@pytest.fixture
def jane(database: Database) -> int:
    """Jane with her address, on two pages, in a posting, a company fact, an event and a cached model answer."""
    domain = make_domain(database)
    team = make_page(database, domain, "https://acme.example/team")
    sales = make_page(database, domain, "https://acme.example/sales")
    make_contact(database, domain, team, "email", JANE, name="Jane Doe", snippet=f"Mail Jane Doe: {JANE}")
    make_contact(database, domain, team, "person", "Jane Doe", name="Jane Doe")
    make_contact(database, domain, team, "phone", "+4930123456", name="Jane Doe", raw="030 123456")
    make_contact(database, domain, team, "email", "office@acme.example", snippet=f"Office or {JANE}")
    with database.begin() as session:
        proof = {"raw": JANE, "snippet": "at ...", "extractor_version": "1", "confidence": 0.8}
        number = session.scalars(select(ContactRow.id).where(ContactRow.value == JANE)).one()
        session.add(ContactSource(contact_id=number, page_id=sales, method="entities", position="7", **proof))
        store_content(session, team, domain, PLAIN_HTML, f"Mail Jane Doe: {JANE}. Annual report.")
        store_content(session, sales, domain, HIDDEN_HTML, f"Reach our head of sales at {JANE} any time.")
        description = f"Welder wanted. Apply to {JANE.upper()} by May."
        spans = {"sections": {"other": [{"start": 0, "end": len(description), "text": description}]}}
        facts = {"key": "w", "title": "Welder", "url": "https://acme.example/w", "source": "page", "content_hash": "1"}
        session.add(PostingRow(domain_id=domain, description=description, structured=spans, **facts))
        session.add(Company(domain_id=domain, name="Acme", facts={"ceo": {"value": "Jane Doe", "snippet": "Jane  Doe leads"}}))
        session.add(Event(kind="error", message=f"{JANE} was odd", domain_id=domain))
        session.add(LlmAnswer(key="k", answer={"people": [{"name": "Jane Doe", "email": JANE}]}, model="m"))
    return domain


def everything(database: Database) -> str:
    """Every row of every table as text, stored pages unpacked."""
    with database.begin() as session:
        parts = [
            str(row)
            for table in Base.metadata.tables
            for row in session.execute(text(f'SELECT t::text FROM "{table}" AS t')).scalars()
        ]
        parts += [zlib.decompress(body).decode() for body in session.scalars(select(PageContent.html_zlib))]
    return "\n".join(parts)


def test_erasing_needs_a_yes(inroad: Inroad, database: Database, jane: int) -> None:
    """What cannot be taken back is not done because a script passed by."""
    outcome = inroad("erase", JANE)
    assert outcome.code == 1
    assert "--yes" in outcome.err
    assert JANE in everything(database)


@pytest.mark.parametrize("value", ["", "  ", "ab", "x" * 501])
def test_a_value_that_means_nobody_is_refused(inroad: Inroad, value: str) -> None:
    """A short value would mask half of the database."""
    assert inroad("erase", value, "--yes").code == 1


@pytest.mark.parametrize(
    ("kind", "value"),
    [("pattern", "*"), ("pattern", "a*b*c*d*e*"), ("pattern", "jane@acme.example"), ("domain", "example"), ("hash", "abc")],
)
def test_a_rule_that_hits_everything_or_nothing_is_refused(inroad: Inroad, kind: str, value: str) -> None:
    """A rule works on all that is stored and all that comes: a slip must not empty the table."""
    assert inroad("suppress", kind, value).code == 1


def test_nothing_of_an_erased_address_remains(inroad: Inroad, database: Database, jane: int) -> None:
    """The whole database is searched: contacts, proofs, pages, postings, events, cached answers, the audit log."""
    receipt = inroad("erase", JANE, "--yes", "--json").json
    assert JANE not in everything(database).lower()
    assert receipt["contacts"] == 1
    assert receipt["sources"] == 2
    assert receipt["contents"] == 2
    assert receipt["answers"] == 1
    assert receipt["hashes"] == [fingerprint(JANE)]
    assert receipt["others"] == ["Jane Doe"]
    with database.begin() as session:
        assert set(session.scalars(select(ContactRow.value))) == {"Jane Doe", "+4930123456", "office@acme.example"}


def test_an_address_hidden_in_a_stored_page_goes_too(inroad: Inroad, database: Database, jane: int) -> None:
    """Character references, rot13 and scripts hide an address from a search for it; our own extractor would find it again."""
    inroad("erase", JANE, "--yes")
    with database.begin() as session:
        pages = [
            zlib.decompress(body).decode() for body in session.scalars(select(PageContent.html_zlib).order_by(PageContent.id))
        ]
    assert "Annual report" in pages[0]
    assert "mailto:" in pages[0]
    assert HIDDEN not in pages[1]
    assert "head of sales" in pages[1]
    assert not any(still_holds(page, "https://acme.example/team", [JANE]) for page in pages)


def test_spans_into_a_posting_stay_right(inroad: Inroad, database: Database, jane: int) -> None:
    """The mask is as long as what it hides: requirements and annotations point into the text by position."""
    inroad("erase", JANE, "--yes")
    with database.begin() as session:
        row = session.scalars(select(PostingRow)).one()
        assert row.description == f"Welder wanted. Apply to {MASK * len(JANE)} by May."
        assert row.structured is not None
        assert row.structured["sections"]["other"][0]["text"] == row.description


def test_erasing_a_name_takes_what_stands_under_it_alone(inroad: Inroad, database: Database, jane: int) -> None:
    """A person's own number goes with the name; a number that others share stays without it."""
    with database.begin() as session:
        page = session.scalars(select(ContactSource.page_id)).first()
        assert page is not None
        shared = ContactRow(domain_id=jane, kind="phone", value="+49301", raw="0301", name="Jane Doe", confidence=0.5)
        session.add(shared)
        session.flush()
        proof = {
            "contact_id": shared.id,
            "page_id": page,
            "raw": "0301",
            "snippet": "desk",
            "extractor_version": "1",
            "confidence": 0.5,
        }
        session.add_all(
            ContactSource(method="text", position=str(number), name=name, **proof)
            for number, name in enumerate(("Jane Doe", "Otto Mann"))
        )
    assert inroad("erase", "jane doe", "--yes").code == 0
    with database.begin() as session:
        left = {row.value: row.name for row in session.scalars(select(ContactRow))}
    assert left == {"office@acme.example": None, "+49301": None}
    assert "jane doe" not in everything(database).lower()
    assert "annual report" in everything(database).lower()


def test_an_erased_person_stays_out(inroad: Inroad, database: Database, jane: int) -> None:
    """The next visit reads the same page again; the hash keeps the value out without keeping the value."""
    inroad("erase", JANE, "--yes")
    with database.begin() as session:
        page = session.scalars(select(ContactSource.page_id)).first()
        again = Contact("email", JANE, JANE, "https://acme.example/team", "0", "text", "2", "Mail", 0.9)
        assert page is not None
        store_page_contacts(session, jane, page, [again])
        session.flush()
        assert session.scalar(select(func.count()).select_from(ContactRow).where(ContactRow.value == JANE)) == 0
        assert [row.kind for row in session.scalars(select(Suppression))] == ["hash"]


def test_a_number_is_erased_however_it_is_written(inroad: Inroad, database: Database, jane: int) -> None:
    """People write numbers with spaces; rows hold E.164."""
    assert inroad("erase", "+49 (0)30 / 123 456", "--yes", "--json").json["contacts"] == 1
    assert "4930123456" not in everything(database)


@pytest.mark.parametrize("arguments", [("value",), ("list", "jane@acme.example"), ("value", "nobody@acme.example", "--remove")])
def test_a_rule_that_is_none_is_refused(inroad: Inroad, arguments: tuple[str, ...]) -> None:
    """Half a rule, or one that is not there, must not look like a person who is left alone now."""
    outcome = inroad("suppress", *arguments)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("inroad: ")


def test_the_do_not_contact_list_is_shown_and_a_rule_taken_off(inroad: Inroad, database: Database, jane: int) -> None:
    """A pattern with a typing error kept people out for ever, and nobody could see it."""
    assert "Nobody" in inroad("suppress", "list").out
    inroad("suppress", "pattern", "*@Acme.example", "--reason", "asked by mail")
    inroad("erase", "Jane Doe", "--yes")
    rules = inroad("suppress", "list", "--json").json
    assert (rules[0]["kind"], rules[0]["reason"]) == ("pattern", "asked by mail")
    assert "jane" not in inroad("suppress", "list").out.lower()
    erased = next(rule["value"] for rule in rules if rule["kind"] == "hash")
    for kind, value in (("pattern", "*@acme.example"), ("hash", erased)):
        assert inroad("suppress", kind, value, "--remove").code == 0
        assert inroad("suppress", kind, value, "--remove").code == 1
    left = inroad("suppress", "list", "--json").json
    assert not {"*@acme.example", erased} & {rule["value"] for rule in left}
    with database.begin() as session:
        assert not suppression_rules(session).hits("office@acme.example")


def test_suppressing_removes_what_the_rule_hits(inroad: Inroad, database: Database, jane: int) -> None:
    """A rule holds for what is stored as well as for what comes."""
    assert inroad("suppress", "pattern", "*@acme.example", "--json").json["contacts_removed"] == 2
    with database.begin() as session:
        assert set(session.scalars(select(ContactRow.value))) == {"Jane Doe", "+4930123456"}


def test_masking_goes_by_whole_words() -> None:
    """ "Ann" must not mask the annual report, and nesting must not exhaust the stack."""
    import re

    pattern = re.compile(r"(?<![\w@])Ann(?!\w)", re.IGNORECASE)
    assert masked("Ann's annual plan, ann.", pattern) == "███'s annual plan, ███."
    deep: list[object] = []
    root = deep
    for _ in range(5_000):
        deep.append([])
        deep = deep[0]  # type: ignore[assignment]
    deep.append("Ann")
    assert masked(root, pattern) is not root


@given(
    before=st.text("xyz<>&;0\n", max_size=40), after=st.text(max_size=40), value=st.text("abcdeé@.+- ", min_size=3, max_size=30)
)
def test_masking_keeps_every_position(before: str, after: str, value: str) -> None:
    """The mask is as long as the hit whatever the texts hold, and a hit that stands alone is always found."""
    form = value.strip(" .+-@")
    if len(form) < 3:
        return
    whole = f"{before} {form} {after}"
    result = masked({"text": [whole]}, pattern_of([form]))["text"][0]
    assert len(result) == len(whole)
    assert result[len(before) + 1 : len(before) + 1 + len(form)] == MASK * len(form)


@given(st.text(max_size=200))
def test_what_strangers_wrote_stays_on_its_line(text_: str) -> None:
    """Escape sequences in a title must not reach the terminal."""
    shown = plain(text_)
    assert "\x1b" not in shown
    assert shown.isprintable() or not shown
    assert len(shown.splitlines()) <= 1


def test_a_value_that_nobody_has_leaves_a_hash_and_nothing_else(database: Database, jane: int) -> None:
    """Whoever asks before we have met them is kept out as well."""
    with database.begin() as session:
        receipt = erase(session, "new@borg.example", actor="test", still_holds=lambda *_: False)
    assert (receipt.contacts, receipt.contents, receipt.texts) == (0, 0, 0)
    assert receipt.hashes == [fingerprint("new@borg.example")]


def read_again(database: Database, domain: int, contacts: list[Contact]) -> set[tuple[str, str, str | None]]:
    """Stores what another reading of the team's page found; gives what is stored then."""
    with database.begin() as session:
        page = session.scalars(select(PageContent.page_id).order_by(PageContent.id)).first()
        assert page is not None
        store_page_contacts(session, domain, page, contacts)
        return {(row.kind, row.value, row.name) for row in session.scalars(select(ContactRow))}


def contact(kind: str, value: str, **more: object) -> Contact:
    """A contact as the extractor reads it."""
    facts = {"raw": value, "position": "0", "method": "text", "extractor_version": "3", "snippet": value, "confidence": 0.9}
    return Contact(kind, value, page_url="https://acme.example/team", **{**facts, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "is_kept"),
    [
        ("jane@acme.example", False),
        ("jane@mail.acme.example", False),
        ("jane@notacme.example", True),
        ("https://acme.example/in/jane", False),
        ("https://www.linkedin.com/company/acme", True),
        ("acme.example street 1", True),
        ("+4930123456", True),
    ],
)
def test_a_suppressed_domain_holds_for_its_mailboxes_and_profiles_anywhere(
    inroad: Inroad, database: Database, jane: int, value: str, is_kept: bool
) -> None:
    """A partner's page that names them must not bring them back; a longer name that only ends alike is somebody else's."""
    other = make_domain(database, "partner.example")
    inroad("suppress", "domain", "acme.example")
    kind = "social" if "://" in value else "email" if "@" in value else "address"
    assert (value in {row[1] for row in read_again(database, other, [contact(kind, value)])}) is is_kept


def test_a_suppressed_domain_holds_for_everything_that_its_own_pages_say(inroad: Inroad, database: Database, jane: int) -> None:
    """Who asked not to be contacted means their telephone too, and the people, and what comes later."""
    assert inroad("suppress", "domain", "acme.example", "--json").json["contacts_removed"] == 4
    kinds = [contact("phone", "+4930999"), contact("person", "Otto Mann", name="Otto Mann"), contact("address", "Ring 1, Bonn")]
    assert read_again(database, jane, kinds) == set()


def test_a_suppressed_name_is_taken_off_what_stays(inroad: Inroad, database: Database, jane: int) -> None:
    """A switchboard that stands beside her is still the company's; a letter to it must not begin with her name."""
    inroad("suppress", "value", "Jane Doe")
    with database.begin() as session:
        assert {row.name for row in session.scalars(select(ContactRow))} == {None}
        assert {row.name for row in session.scalars(select(ContactSource))} == {None}
    found = read_again(database, jane, [contact("phone", "+4930123456", name="Jane Doe", role="Sales")])
    assert ("phone", "+4930123456", None) in found


def test_an_erased_name_does_not_come_back_with_a_changed_page(inroad: Inroad, database: Database, jane: int) -> None:
    """The page was written anew and names her again: neither the contact, nor its name, nor the page's text keeps her."""
    inroad("erase", "Jane Doe", "--yes")
    with database.begin() as session:
        content = session.scalars(select(PageContent).order_by(PageContent.id)).first()
        assert content is not None
        content.text = "New: Jane Doe, head of sales, and the desk."
        content.html_zlib = zlib.compress(b"<p>New: Jane Doe, head of sales, and the desk.</p>")
    found = read_again(
        database,
        jane,
        [
            contact("person", "Jane Doe", name="Jane Doe", role="Head"),
            contact(
                "email", "desk@acme.example", name="Jane Doe", snippet="Jane Doe: desk@acme.example", details={"by": "Jane Doe"}
            ),
        ],
    )
    assert ("email", "desk@acme.example", None) in found
    assert "jane doe" not in everything(database).lower()
    assert "and the desk" in everything(database)


def test_an_erased_address_hidden_in_a_changed_page_does_not_come_back(inroad: Inroad, database: Database, jane: int) -> None:
    """What masking cannot find in the markup goes with the markup; the masked text stays."""
    inroad("erase", JANE, "--yes")
    with database.begin() as session:
        content = session.scalars(select(PageContent).order_by(PageContent.id)).first()
        assert content is not None
        content.text, content.html_zlib = f"Reach her at {JANE} now.", zlib.compress(HIDDEN_HTML.encode())
    read_again(database, jane, [contact("email", JANE, method="attribute", raw="x")])
    assert JANE not in everything(database)
    assert HIDDEN not in everything(database)


def test_a_page_whose_address_names_the_person_is_masked_and_never_visited_again(
    inroad: Inroad, database: Database, jane: int
) -> None:
    """`/team/jane-doe` is her name too; the sitemap lists it again tomorrow, and links do."""
    own = make_page(database, jane, "https://acme.example/team/jane-doe")
    make_page(database, jane, "https://acme.example/team/jane-doering")
    with database.begin() as session:
        store_content(session, own, jane, "<a href='/team/jane-doe'>Doe, our Jane</a>", "Doe, our Jane")
    assert inroad("erase", "Jane Doe", "--yes", "--json").json["urls"] == 1
    assert "team/jane-doe'" not in everything(database)
    with database.begin() as session:
        row = session.get_one(Page, own)
        assert (row.url, row.page_curation_status) == (f"https://acme.example/team/erased-{own}", "Rejected")
        assert "https://acme.example/team/jane-doering" in session.scalars(select(Page.url)).all()
        rows = [{"url": f"https://acme.example/team/{name}", "source": "link"} for name in ("jane-doe", "otto")]
        assert add_pages(session, jane, rows) == 1
        assert "https://acme.example/team/jane-doe" not in session.scalars(select(Page.url)).all()
        batch = Batch(["https://acme.example/team/jane-doe"], ["TEAM"], ["1"], [""])
        number = session.scalars(
            insert(SitemapFile)
            .values(domain_id=jane, url="https://acme.example/s.xml", source="robots")
            .returning(SitemapFile.id)
        ).one()
        assert import_pages(session, jane, number, batch, classifier_version="1").new == 0


def test_what_is_called_after_an_erased_person_goes_without_a_name_beside_it(
    inroad: Inroad, database: Database, jane: int
) -> None:
    """Her mailbox and her profile say her name, whether or not a page bound them to her."""
    with database.begin() as session:
        page = session.scalars(select(ContactSource.page_id)).first()
        assert page is not None
    for kind, value in (("social", "https://www.linkedin.com/in/jane-doe"), ("email", "j.doering@acme.example")):
        make_contact(database, jane, page, kind, value)
    inroad("erase", "Jane Doe", "--yes")
    with database.begin() as session:
        assert set(session.scalars(select(ContactRow.value))) == {"office@acme.example", "j.doering@acme.example"}


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "xml"])
def test_exported_files_are_masked(inroad: Inroad, database: Database, jane: int, tmp_path: Path, form: str) -> None:
    """The file on the desk outlives the database's row; what was copied elsewhere nobody knows."""
    out = tmp_path / f"contacts.{form}"
    inroad("export", "contacts", "--format", form, "--out", str(out))
    assert JANE in out.read_text(encoding="utf-8")
    receipt = inroad("erase", JANE, "--yes", "--json").json
    assert receipt["files"] == {"masked": [str(out)], "removed": [], "failed": []}
    text = out.read_text(encoding="utf-8")
    assert JANE not in text
    assert "office@acme.example" in text
    assert out.stat().st_mode & 0o077 == 0


def test_a_workbook_that_holds_the_person_is_deleted_and_another_stays(
    inroad: Inroad, database: Database, jane: int, tmp_path: Path
) -> None:
    """A workbook cannot be masked in place; one without the person is left alone."""
    held, free = tmp_path / "contacts.xlsx", tmp_path / "pages.xlsx"
    inroad("export", "contacts", "--format", "xlsx", "--out", str(held))
    inroad("export", "pages", "--format", "xlsx", "--out", str(free))
    assert inroad("erase", JANE, "--yes", "--json").json["files"]["removed"] == [str(held)]
    assert (held.exists(), free.exists()) == (False, True)


def test_files_that_are_gone_or_cannot_be_read_break_no_erasure(tmp_path: Path) -> None:
    """The database is clean already when the files' turn comes: what fails there is told and no more."""
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    pattern = pattern_of(["jane"])
    paths = [str(tmp_path / "gone.csv"), str(tmp_path / "broken.xlsx"), "s3://bucket/letter.pdf"]
    receipt = erase_from_files(paths, pattern, files=tmp_path)
    assert (receipt.masked, receipt.removed, receipt.failed) == ([], [paths[1]], [paths[2]])


def test_a_letter_to_the_person_is_deleted_with_its_row(tmp_path: Path) -> None:
    """Files below the files folder that were written to somebody are theirs whole."""
    letter = tmp_path / "letters" / "1.pdf"
    letter.parent.mkdir()
    letter.write_bytes(b"%PDF")
    assert erase_from_files(["letters/1.pdf"], pattern_of(["jane"]), files=tmp_path).removed == [str(letter)]
    assert not letter.exists()


def test_letters_that_a_run_copied_to_its_output_folder_go_too(tmp_path: Path) -> None:
    """The copy that a person sends from is the output folder's: there the name outlived the erasure of the address."""
    files, out = tmp_path / "files", tmp_path / "out"
    one, older, other = (out / "cvs" / "acme.example" / name for name in ("one", "older", "other"))
    for folder in (files / "cvs" / "acme.example" / "one", one, older, other):
        folder.mkdir(parents=True)
        (folder / "letter.pdf").write_bytes(b"%PDF")
        (folder / "message.txt").write_text("Dear Sir or Madam")
        (folder / "cv.pdf").write_bytes(b"%PDF")
    (older / "letter.txt").write_text("Dear Jane Doe")  # of a posting whose letter goes to somebody else by now
    results = out / "results.json"
    results.write_text("[]")
    known = ["cvs/acme.example/one/letter.pdf", "cvs/acme.example/one/message.txt", str(results)]
    receipt = erase_from_files(known, pattern_of(["jane doe"]), files=files)
    assert receipt.failed == []
    assert sorted(path.name for path in one.iterdir()) == ["cv.pdf"]
    assert sorted(path.name for path in older.iterdir()) == ["cv.pdf"]
    assert sorted(path.name for path in other.iterdir()) == ["cv.pdf", "letter.pdf", "message.txt"]


def test_the_output_of_a_run_and_an_export_choose_the_same_best_proof(
    inroad: Inroad, database: Database, jane: int, tmp_path: Path
) -> None:
    """Two files of one company that prove one contact by different pages look like two truths."""
    with database.begin() as session:
        number = session.scalars(select(ContactRow.id).where(ContactRow.value == JANE)).one()
        sources = select(ContactSource).where(ContactSource.contact_id == number).order_by(ContactSource.id)
        for source, belief in zip(session.scalars(sources), (0.5, 0.95), strict=True):
            source.confidence = belief
        (row,) = [item for item in domain_contacts(session, jane) if item[0].id == number]
        best = row[1][0][1]
    exported = [json.loads(line) for line in inroad("export", "contacts", "--format", "jsonl").out.splitlines()]
    assert next(item["page_url"] for item in exported if item["value"] == JANE) == best == "https://acme.example/sales"


def test_every_kind_of_file_that_inroad_keeps_is_searched(inroad: Inroad, database: Database, jane: int, tmp_path: Path) -> None:
    """A CV's copy that names her, what a step printed, a log that a process still writes: none of them is a known output."""
    home = tmp_path / "home"
    texts = {
        "files/cvs/acme.example/w/cv.json": json.dumps({"meta": {"contact": "Jane Doe"}}),
        "files/cvs/acme.example/w/cv.md": "Contact: JANE DOE",
        "files/cvs/acme.example/w/cv.txt": "Contact: Doe, Jane",
        "logs/dagster-daemon.log": "äöü wrote to Jane Doe\nnext line",
        "dagster/logs/run/compute_logs/step.out": "found Jane Doe",
        "dagster/logs/run/compute_logs/step.err": "Jane Doering stays",
    }
    for name, content in texts.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(content, encoding="utf-8")
    folder = home / "files/cvs/acme.example/w"
    (folder / "letter.pdf").write_bytes(make_pdf(["Dear Jane Doe"]))
    (folder / "cv.pdf").write_bytes(make_pdf(["Otto Mann, welder"]))
    with zipfile.ZipFile(folder / "letter.docx", "w") as parts:
        parts.writestr("word/document.xml", "<w:t>Dear Jane</w:t> <w:t>Doe</w:t>")
    (home / "logs" / "link.log").symlink_to(tmp_path / "elsewhere.log")
    (tmp_path / "elsewhere.log").write_text("Jane Doe, not ours", encoding="utf-8")
    size = (home / "logs/dagster-daemon.log").stat().st_size
    inroad("erase", "Jane Doe", "--yes")
    left = sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file() and not path.is_symlink())
    assert "files/cvs/acme.example/w/cv.pdf" in left
    assert not {"files/cvs/acme.example/w/letter.pdf", "files/cvs/acme.example/w/letter.docx"} & set(left)
    shown = {name: (home / name).read_text(encoding="utf-8") for name in texts}
    assert not [name for name, content in shown.items() if re.search(r"jane doe\b|doe, jane", content.lower())]
    assert shown["dagster/logs/run/compute_logs/step.err"] == "Jane Doering stays"
    assert shown["logs/dagster-daemon.log"] == "äöü wrote to ########\nnext line"
    assert (home / "logs/dagster-daemon.log").stat().st_size == size
    assert (tmp_path / "elsewhere.log").read_text(encoding="utf-8") == "Jane Doe, not ours"


def test_the_owners_own_name_stays_in_the_owners_documents(inroad: Inroad, database: Database, jane: int, tmp_path: Path) -> None:
    """A contact may be called as the owner is: erasing it must not blot the owner out of every CV."""
    cv = tmp_path / "home" / "files" / "cvs" / "cv.txt"
    cv.parent.mkdir(parents=True)
    cv.write_text("Jane Doe, welder", encoding="utf-8")
    with database.begin() as session:
        session.add(ProfileRow(name="me", resume={"basics": {"name": "Jane Doe"}}, content_hash="1"))
    inroad("erase", "Jane Doe", "--yes")
    assert cv.read_text(encoding="utf-8") == "Jane Doe, welder"
    with database.begin() as session:
        assert session.scalars(select(ProfileRow.resume)).one() == {"basics": {"name": "Jane Doe"}}
        assert "Jane Doe" not in set(session.scalars(select(ContactRow.value)))
