"""Stages with a model: what a budget refuses is done by rules or waits, and the row says which; people must be on the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from inroad.contacts import Contact
from inroad.cvs.writing import WritingRequest
from inroad.guard.errors import BudgetExceeded, InroadError, Scope, TransientError
from inroad.llm.people import believed
from inroad.stages import run_stage
from inroad.stages.work import FindPeople, open_work
from inroad.store.models import ContactRow, CvRow, Extraction
from tests.stages.bench import DOMAIN, SITE, Bench, page
from tests.stages.test_applications import hire, use_profile

REFUSED = BudgetExceeded("The budget all has 0 of 0 tokens left.", budget="all", left=0)
BEFORE_CVS = ("domains", "sitemaps", "pages", "page_contents", "contacts", "companies", "postings", "matches")
TEAM = "<p>Our workshop is led by Ylva Brandt, Head of Calibration.</p>"


class ScriptedWriter:
    """Fails with the errors it is given, then keeps the person's words."""

    name = "llm"

    def __init__(self, *faults: InroadError) -> None:
        self.faults = list(faults)

    def propose(self, request: WritingRequest) -> Sequence[str]:
        """Word nothing anew."""
        if self.faults:
            raise self.faults.pop(0)
        return [""] * len(request.lines)


def _write(bench: Bench, writer: ScriptedWriter) -> None:
    use_profile(hire(bench))
    bench.run(*BEFORE_CVS)
    with open_work(bench.settings, bench.database, open_writer=lambda _: writer) as work:
        run_stage(work, "cvs", [DOMAIN])


def _read(bench: Bench, find: FindPeople, asked: list[Scope] | None = None) -> None:
    bench.web.pages |= {f"{SITE}/": page("Kestrel", links=["/about", "/blog/news"])}
    bench.web.pages |= {f"{SITE}/about": page("About us", TEAM), f"{SITE}/blog/news": page("News", TEAM)}
    bench.run("domains", "pages", "page_contents")

    def open_people(scope: Scope) -> FindPeople:
        if asked is not None:
            asked.append(scope)
        return find

    with open_work(bench.settings, bench.database, open_people=open_people) as work:
        run_stage(work, "contacts", [DOMAIN])


def _refusing(_text: str, _url: str) -> list[Contact]:
    raise REFUSED


def test_a_cv_that_a_budget_refused_is_written_by_rules_and_says_so(bench: Bench) -> None:
    """A budget that is used up must cost wording, never the CV; and nobody must take it for the model's work."""
    _write(bench, ScriptedWriter(*[REFUSED] * 50))
    ((status, writer, note),) = bench.rows(CvRow.cv_processing_status, CvRow.writer, CvRow.writer_note)
    assert (status, writer) == ("Complete", "rules")
    assert "0 of 0 tokens left" in note


def test_a_cv_that_the_model_wrote_in_part_says_that(bench: Bench) -> None:
    """The person wonders why one position reads unlike the others."""
    _write(bench, ScriptedWriter(TransientError("The endpoint is busy.")))
    ((writer, note),) = bench.rows(CvRow.writer, CvRow.writer_note)
    assert writer == "llm"
    assert note.startswith("1 of ")
    assert "busy" in note


def test_a_cv_without_faults_has_no_note(bench: Bench) -> None:
    """A note on everything is read by nobody."""
    _write(bench, ScriptedWriter())
    assert bench.rows(CvRow.writer, CvRow.writer_note) == [("llm", None)]


def test_a_cv_may_wait_for_the_budget_instead(make_bench: Callable[..., Bench]) -> None:
    """Who wants the model's wording or none gets a row that waits with its reason, uncounted, and goes on later."""
    bench = make_bench(llm_when_refused="wait")
    _write(bench, ScriptedWriter(*[REFUSED] * 50))
    assert bench.rows(CvRow.cv_processing_status, CvRow.attempts, CvRow.error_reason, CvRow.version) == [
        ("Queued", 0, "budget-exceeded", 0)
    ]


def test_contacts_without_a_budget_are_read_by_rules_and_the_row_says_so(bench: Bench) -> None:
    """The rules find most people; a page without its addresses because of a budget would be a loss."""
    _read(bench, _refusing)
    rows = [
        row
        for row in bench.rows(Extraction.kind, Extraction.extraction_status, Extraction.reader, Extraction.reader_note)
        if row[0] == "contacts"
    ]
    assert {row[1:3] for row in rows} == {("Complete", "rules")}
    assert [row[3] for row in rows if row[3]] == [str(REFUSED)]


def test_contacts_may_wait_for_the_budget_instead(make_bench: Callable[..., Bench]) -> None:
    """Only the page that needs the model waits; the others are read."""
    bench = make_bench(llm_when_refused="wait")
    _read(bench, _refusing)
    rows = [
        row[1:]
        for row in bench.rows(Extraction.kind, Extraction.extraction_status, Extraction.error_reason)
        if row[0] == "contacts"
    ]
    assert ("Queued", "budget-exceeded") in rows
    assert ("Complete", None) in rows


def test_the_model_finds_whom_the_rules_missed_on_pages_that_name_people(bench: Bench) -> None:
    """Each with the page that names them; pages about anything else are not paid for."""
    texts: list[str] = []
    scopes: list[Scope] = []

    def find(text: str, url: str) -> list[Contact]:
        texts.append(text)
        said = [{"name": "Ylva Brandt", "role": "Head of Calibration"}, {"name": "Ylva Invented", "role": "Ghost"}]
        return [person.contact(url) for person in believed_of(said, text)]

    _read(bench, find, scopes)
    assert [scope.domain for scope in scopes] == [DOMAIN]
    assert len(texts) == 1
    people = [row[1:] for row in bench.rows(ContactRow.kind, ContactRow.name, ContactRow.role) if row[0] == "person"]
    assert people == [("Ylva Brandt", "Head of Calibration")]


def believed_of(said: list[dict[str, str]], text: str) -> list:
    """A model's answer, held to the page."""
    from inroad.llm.people import _Person

    return believed([_Person(**person) for person in said], text)


def test_without_a_key_no_model_is_opened(bench: Bench) -> None:
    """Off without a key: nothing leaves the machine."""
    with open_work(bench.settings, bench.database) as work:
        assert work.open_people(Scope()) is None
        assert work.open_writer(Scope()) is None


@pytest.mark.parametrize("count", [0, 1])
def test_a_full_queue_makes_the_sensors_of_earlier_stages_wait_and_say_so(count: int) -> None:
    """Pages that nobody has room to read pile up until the disk is full."""
    from datetime import UTC, datetime

    from inroad.stages.decisions import Backlog, Due, Launch, Skip, plan_sweep

    decision = plan_sweep(
        "q", Due(3, "d"), is_running=False, now=datetime(2026, 1, 5, tzinfo=UTC), backlog=Backlog(9 + count, 10)
    )
    assert isinstance(decision, Skip if count else Launch)
    if isinstance(decision, Skip):
        assert "10 rows wait further on" in decision.reason
        assert "INROAD_QUEUE_DEPTH" in decision.reason
