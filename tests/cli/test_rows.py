"""`add`, `status` and `curate`: rows by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from inroad.cli import curating
from inroad.cli.running import say_waiting
from inroad.store import Database, progress
from inroad.store.models import ContactRow, Page, PostingRow, SitemapFile, Visit
from inroad.store.pauses import put_pause
from inroad.store.profiles import save_profile
from inroad.store.stuck import HELD, WAITING
from tests.cli.conftest import Inroad, make_contact, make_domain, make_page


def statuses(database: Database) -> dict[str, tuple[str, str]]:
    """Curation and processing state of every page by the end of its URL."""
    with database.begin() as session:
        rows = session.execute(select(Page.url, Page.page_curation_status, Page.page_processing_status))
        return {url.rsplit("/", 1)[1]: (curation, processing) for url, curation, processing in rows}


@pytest.fixture
def pages(database: Database) -> int:
    """A domain with a contact page, a blog page and a page that is done."""
    domain = make_domain(database)
    make_page(database, domain, "https://acme.example/contact", page_type="CONTACT")
    make_page(database, domain, "https://acme.example/blog", page_type="BLOG")
    done = {"page_processing_status": "Complete", "page_curation_status": "Selected"}
    make_page(database, domain, "https://acme.example/done", page_type="ABOUT", **done)
    return domain


def test_adding_nothing_but_nonsense_fails(inroad: Inroad) -> None:
    """A list in the wrong form must not pass for an empty one."""
    outcome = inroad("add", "127.0.0.1", "localhost", "--json")
    assert outcome.code == 1
    assert outcome.json["new"] == []
    assert [item["typed"] for item in outcome.json["refused"]] == ["127.0.0.1", "localhost"]


def test_add_tells_new_known_and_refused_apart(inroad: Inroad, tmp_path: Path) -> None:
    """Adding the same list again must change nothing, and say so."""
    file = tmp_path / "list.csv"
    file.write_text("domain;name\nhttps://www.acme.example/about;Acme\n# a comment\nborg.example\nnot a domain\n")
    first = inroad("add", "acme.example", "--file", file, "--json")
    assert first.code == 0
    assert first.json["new"] == ["acme.example", "borg.example"]
    assert len(first.json["refused"]) == 1
    second = inroad("add", "acme.example")
    assert second.code == 0
    assert second.out == "Known already (1): acme.example\n"


def test_status_of_an_unknown_domain_names_the_mend(inroad: Inroad) -> None:
    """An empty table for a mistyped domain would look like a domain without pages."""
    outcome = inroad("status", "nowhere.example")
    assert outcome.code == 1
    assert "inroad add nowhere.example" in outcome.err


def test_status_counts_rows_by_stage_and_state(inroad: Inroad, database: Database, pages: int) -> None:
    """The counts are what a person plans by."""
    with database.begin() as session:
        for number in (1, 2):
            failed = {"error": f"Sitemap {number} is a bomb.", "error_reason": "gzip-bomb", "sitemap_import_status": "Error"}
            session.execute(
                insert(SitemapFile).values(domain_id=pages, url=f"https://a.example/{number}", source="robots", **failed)
            )
        progress.beat(session, "run-of-today", "sitemaps", done=3, total=9)
    facts = inroad("status", "--json").json
    stages = {stage["stage"]: stage for stage in facts["stages"]}
    assert stages["domains"]["counts"] == {"Queued": 1}
    assert stages["domains"]["due"] == 1
    assert stages["pages"]["counts"] == {"New": 2, "Selected": 1}
    assert stages["page_contents"]["counts"] == {"Complete": 1}
    assert stages["sitemaps"]["counts"] == {"Error": 2}
    assert facts["dead_letters"] == [{"stage": "sitemaps", "reason": "gzip-bomb", "rows": 2, "example": "Sitemap 1 is a bomb."}]
    assert [(run["stage"], run["done"], run["total"]) for run in facts["running"]] == [("sitemaps", 3, 9)]
    shown = inroad("status")
    assert shown.code == 0
    assert "gzip-bomb" in shown.out
    assert "3 of 9" in shown.out
    assert len(shown.out.splitlines()) <= 40


def test_status_of_a_domain_lists_its_errors_without_control_characters(inroad: Inroad, database: Database) -> None:
    """A site's text must not move the cursor or colour the terminal."""
    make_domain(database, error="Its \x1b[31mtitle\x07 is odd.", error_reason="bad-response", sitemap_analysis_status="Error")
    make_domain(database, "other.example", error="Not asked for.", sitemap_analysis_status="Error")
    shown = inroad("status", "acme.example").out
    assert "bad-response" in shown
    assert "title" in shown
    assert "\x1b" not in shown
    assert "Not asked for" not in shown


def test_status_says_what_an_error_is_about(inroad: Inroad, database: Database) -> None:
    """ "The sitemap inflates to more than 250 times its size" says nothing where a domain has twenty of them."""
    domain = make_domain(database, sitemap_analysis_status="Complete")
    bomb = {"url": "https://acme.example/bomb.xml.gz", "source": "robots", "error": "It inflates.", "error_reason": "gzip-bomb"}
    with database.begin() as session:
        session.execute(insert(SitemapFile).values(domain_id=domain, sitemap_import_status="Error", **bomb))
    assert "https://acme.example/bomb.xml.gz: It inflates." in inroad("status", "acme.example").out


def test_status_tells_what_could_not_be_read_again(inroad: Inroad, database: Database, pages: int) -> None:
    """A page that a login has left, or a site that is down, keeps what was read: without a word nobody would notice."""
    with database.begin() as session:
        ids = {url.rsplit("/", 1)[1]: number for number, url in session.execute(select(Page.id, Page.url))}
        for at, (name, outcome, reason) in enumerate(
            [("done", "unchanged", None), ("done", "error", "logged-out"), ("contact", "error", "timeout")]
        ):
            when = datetime(2026, 1, 1, at, tzinfo=UTC)
            visit = {"kind": "page", "subject_id": ids[name], "domain_id": pages, "started_at": when, "finished_at": when}
            session.execute(insert(Visit).values(outcome=outcome, error_reason=reason, **visit))
    shown = inroad("status", "acme.example")
    assert "1 could not be read again" in shown.out
    assert "logged-out" in shown.out
    assert "timeout" not in shown.out, "a page that was never read carries its own error"
    (told,) = inroad("status", "acme.example", "--json").json["not_read_again"]["acme.example"]
    assert (told["stage"], told["subject"], told["reason"]) == ("page_contents", "https://acme.example/done", "logged-out")


def test_what_waits_for_a_selection_is_told(database: Database, pages: int, capsys: pytest.CaptureFixture[str]) -> None:
    """With INROAD_CURATION=manual a run ends after the home page: without a word it looks as if there were nothing else."""
    with database.begin() as session:
        named = {"domain_id": pages, "url": "https://acme.example/sitemap.xml", "source": "robots"}
        session.execute(insert(SitemapFile).values(sitemap_import_status="Waiting", **named))
    make_page(database, make_domain(database, "other.example"), "https://other.example/contact")
    say_waiting(database, ["acme.example"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" wait ")[0] for line in lines] == ["1 sitemaps", "2 pages"]
    assert "`inroad curate pages select`" in lines[1]
    say_waiting(database, [])
    assert capsys.readouterr().out == ""


def test_a_dry_run_changes_nothing(inroad: Inroad, database: Database, pages: int) -> None:
    """A person looks before deciding on a hundred thousand rows."""
    outcome = inroad("curate", "pages", "select", "--dry-run", "--json")
    assert outcome.json == {"table": "pages", "decision": "select", "rows": 2, "change": None}
    assert statuses(database)["contact"] == ("New", "Waiting")


def test_curating_by_type_search_status_and_domain(inroad: Inroad, database: Database, pages: int) -> None:
    """A filter that is read wrongly would select what a person did not mean."""
    other = make_domain(database, "borg.example")
    make_page(database, other, "https://borg.example/contact-us", page_type="CONTACT")
    assert inroad("curate", "pages", "select", "--type", "contact", "--domain", "acme.example", "--json").json["rows"] == 1
    assert statuses(database)["contact"] == ("Selected", "Queued")
    assert statuses(database)["contact-us"] == ("New", "Waiting")
    assert inroad("curate", "pages", "reject", "--search", "BLOG", "--reason", "no news").code == 0
    assert statuses(database)["blog"] == ("Rejected", "Waiting")
    assert inroad("curate", "pages", "reset", "--status", "rejected", "--json").json["rows"] == 1
    assert statuses(database)["blog"] == ("New", "Waiting")


@pytest.mark.parametrize("option", [("--domain", "nowhere.example"), ("--type", "CONTAKT")])
def test_a_filter_that_means_nothing_is_refused(inroad: Inroad, pages: int, option: tuple[str, str]) -> None:
    """Nought rows would look as if everything were decided already."""
    outcome = inroad("curate", "pages", "select", *option)
    assert outcome.code == 1
    assert option[1].lower() in outcome.err.lower()


def test_a_decision_is_logged_and_taken_back(inroad: Inroad, database: Database, pages: int) -> None:
    """A wrong bulk decision must cost one command, not an evening."""
    change = inroad("curate", "pages", "reject", "--reason", "a mistake", "--json").json["change"]
    assert statuses(database)["done"] == ("Rejected", "Complete")
    log = inroad("curate", "log", "--json").json
    assert (log[0]["id"], log[0]["action"], log[0]["rows"], log[0]["reason"]) == (change, "reject", 3, "a mistake")
    assert inroad("curate", "undo", change).code == 0
    assert statuses(database)["done"] == ("Selected", "Complete")
    assert inroad("curate", "undo", change).code == 1
    assert "undo" in inroad("curate", "log").out


def test_many_rows_are_asked_about_on_a_terminal(
    inroad: Inroad, database: Database, pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forgotten filter must not decide on everything before a person has seen the number."""
    asked: list[str] = []
    monkeypatch.setattr(curating, "ASK_ABOVE", 1)
    monkeypatch.setattr(curating, "is_terminal", lambda: True)

    def refuse(question: str, *, yes: bool) -> None:
        asked.append(question)
        if not yes:
            raise KeyboardInterrupt

    monkeypatch.setattr(curating, "ask", refuse)
    assert inroad("curate", "pages", "select").code == 130
    assert asked[0].startswith("2 rows of pages")
    assert statuses(database)["contact"] == ("New", "Waiting")
    assert inroad("curate", "pages", "select", "--yes").code == 0
    assert statuses(database)["contact"] == ("Selected", "Queued")


def test_retry_queues_dead_letters_of_one_stage_and_domain(inroad: Inroad, database: Database, pages: int) -> None:
    """Replaying must reach the rows that were meant, and no other."""
    other = make_domain(database, "borg.example")
    failed = {"page_curation_status": "Selected", "page_processing_status": "Error", "attempts": 3, "error_reason": "timeout"}
    make_page(database, pages, "https://acme.example/lost", **failed)
    make_page(database, other, "https://borg.example/gone", **failed)
    assert inroad("curate", "retry", "page_contents", "--domain", "acme.example", "--json").json["rows"] == 1
    with database.begin() as session:
        row = session.scalars(select(Page).where(Page.url.endswith("lost"))).one()
        assert (row.page_processing_status, row.attempts) == ("Queued", 0)
    assert statuses(database)["gone"] == ("Selected", "Error")


def test_contacts_are_curated_by_value(inroad: Inroad, database: Database, pages: int) -> None:
    """Contacts start no work, so only their own status moves."""
    page = make_page(database, pages, "https://acme.example/team")
    make_contact(database, pages, page, "email", "jane@acme.example")
    outcome = inroad("curate", "contacts", "reject", "--search", "jane@", "--json")
    assert outcome.json["rows"] == 1
    with database.begin() as session:
        assert list(session.scalars(select(ContactRow.contact_curation_status))) == ["Rejected"]


def test_backfill_wants_to_know_which_domains(inroad: Inroad) -> None:
    """Neither nothing nor everything may be meant by silence."""
    assert "--all" in inroad("backfill").err
    assert inroad("backfill", "acme.example", "--all").code == 1
    assert "inroad add" in inroad("backfill", "--all").err
    assert "inroad add acme.example" in inroad("backfill", "acme.example").err


def test_status_names_what_is_stuck_and_what_is_overdue(inroad: Inroad, database: Database) -> None:
    """Rows that nobody moves look like rows at work, and a site that nobody visits like one without news."""
    long_ago, now = datetime(2026, 1, 5, tzinfo=UTC), datetime.now(UTC)
    made = {"sitemap_analysis_status": "Complete"}
    held = make_domain(database, "held.example", **made)
    make_domain(database, "late.example", next_attempt_at=long_ago)
    resting = make_domain(database, "resting.example", **made)
    claimed = {"sitemap_import_status": "Processing", "lease_owner": "w1", "lease_expires_at": long_ago, "attempts": 1}
    with database.begin() as session:
        for domain, values in ((held, claimed), (resting, {"next_attempt_at": long_ago}), (held, {"next_attempt_at": now})):
            url = f"https://{domain}.example/{len(values)}.xml"
            session.execute(insert(SitemapFile).values(domain_id=domain, url=url, source="robots", **values))
        put_pause(session, "domain", "resting.example", reason="moving house", by="person:ada", until=None)
    facts = inroad("status", "--json").json
    assert [(row["stage"], row["domain"], row["rows"], row["why"]) for row in facts["stuck"]] == [
        ("domains", "late.example", 1, WAITING),
        ("sitemaps", "held.example", 1, HELD),
    ]
    assert (facts["refresh_due"], facts["overdue"]) == (2, ["held.example", "resting.example"])
    shown = inroad("status").out
    assert "late.example" in shown
    assert HELD in shown
    assert "Due for a refresh: held.example, resting.example." in shown
    assert inroad("status", "resting.example", "--json").json["stuck"] == []


def test_postings_without_a_profile_are_not_stuck(inroad: Inroad, database: Database) -> None:
    """They wait for a person who has not said yet who he is."""
    domain = make_domain(database, sitemap_analysis_status="Complete")
    facts = {"key": "k", "title": "Welder", "url": "https://acme.example/1", "description": "", "source": "page"}
    with database.begin() as session:
        due = datetime(2026, 1, 5, tzinfo=UTC)
        session.execute(insert(PostingRow).values(domain_id=domain, content_hash="0" * 64, next_attempt_at=due, **facts))
    assert inroad("status", "--json").json["stuck"] == []
    database.call(save_profile, "me", {"basics": {"name": "Ada Example"}}, [], is_default=True)
    assert [row["stage"] for row in inroad("status", "--json").json["stuck"]] == ["matches"]
