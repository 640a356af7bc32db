"""Postings taken apart with a model: what a budget refuses, what waits, and what the row says of it."""

from __future__ import annotations

from collections.abc import Callable

from inroad.guard.errors import BudgetExceeded, Scope
from inroad.llm.postings import Improved, _Answer, _Item, believed
from inroad.postings import Posting, Structured
from inroad.stages import run_stage
from inroad.stages.work import open_work
from inroad.store.models import Extraction, PostingRow
from tests.stages.bench import DOMAIN, Bench, job_posting, page
from tests.stages.test_applications import JOB, hire, use_profile
from tests.stages.test_postings import STAGES

TEXT = "We are a small yard and nobody here can type.\nWhoever joins us\nhas steered a cutter, knows Excel and likes rain.\n"


def _run(bench: Bench, improve: Callable[[Posting, Structured], Improved]) -> dict[str, object]:
    use_profile(hire(bench))
    bench.web.pages[JOB] = job_posting("Deckhand", TEXT.replace("\n", "<br>"))
    bench.run(*STAGES)
    scopes: list[Scope] = []

    def opened(scope: Scope) -> Callable[[Posting, Structured], Improved]:
        scopes.append(scope)
        return improve

    with open_work(bench.settings, bench.database, open_structurer=opened) as work:
        run_stage(work, "matches", [DOMAIN])
    assert [scope.domain for scope in scopes] == [DOMAIN]
    (structured,) = bench.rows(PostingRow.structured)
    return structured


def test_a_budget_that_refuses_leaves_the_rules_reading_and_says_so(bench: Bench) -> None:
    """A budget that is used up costs detail, never the match."""

    def refuse(_posting: Posting, _structured: Structured) -> Improved:
        raise BudgetExceeded("The budget all has 0 of 0 tokens left.", budget="all", left=0)

    structured = _run(bench, refuse)
    assert structured["reader"] == "rules"
    assert "0 of 0 tokens left" in str(structured["note"])
    assert bench.rows(PostingRow.posting_processing_status) == ["Complete"]


def test_a_posting_may_wait_for_the_budget_instead(make_bench: Callable[..., Bench]) -> None:
    """Who wants the model's reading or none gets a row that waits with its reason, uncounted."""
    bench = make_bench(llm_when_refused="wait")

    def refuse(_posting: Posting, _structured: Structured) -> Improved:
        raise BudgetExceeded("The budget all has 0 of 0 tokens left.", budget="all", left=0)

    assert _run(bench, refuse) is None
    assert bench.rows(PostingRow.posting_processing_status, PostingRow.attempts, PostingRow.error_reason) == [
        ("Queued", 0, "budget-exceeded")
    ]


def test_what_the_model_found_is_on_the_row_with_what_was_refused(bench: Bench) -> None:
    """The person sees who read it, and how far to believe it."""

    def improve(posting: Posting, structured: Structured) -> Improved:
        answer = _Answer(items=[_Item(text="likes rain", section="must"), _Item(text="is a ghost", section="must")])
        return believed(answer, posting, structured)

    structured = _run(bench, improve)
    assert structured["reader"] == "rules and llm"
    assert structured["note"] == "1 of 2 items of the model do not stand in the posting."
    assert [requirement["text"] for requirement in structured["requirements"]] == ["likes rain"]


def _read_page(bench: Bench, ask: Callable[[str, str], Posting | None]) -> None:
    use_profile(hire(bench))
    bench.web.pages[JOB] = page("Deckhand", "<p>Deckhand wanted in Dingle. " + "You splice and paint. " * 20 + "</p>")
    bench.run("domains", "sitemaps", "pages", "page_contents")
    with open_work(bench.settings, bench.database, open_job_pages=lambda _: ask, open_web=bench._open) as work:
        run_stage(work, "postings", [DOMAIN])


def test_a_job_that_only_the_model_sees_is_read_and_the_row_says_by_whom(bench: Bench) -> None:
    """Some pages have neither data nor headings."""
    asked: list[str] = []

    def ask(_html: str, url: str) -> Posting | None:
        asked.append(url)
        return Posting("deckhand", "Deckhand", url, "You splice and paint.", source="llm")

    _read_page(bench, ask)
    assert asked == [JOB]
    assert bench.rows(PostingRow.title, PostingRow.source) == [("Deckhand", "llm")]
    assert ("rules and llm", 1) in bench.rows(Extraction.reader, Extraction.found_count)


def test_a_page_that_a_budget_kept_from_the_model_closes_nothing(bench: Bench) -> None:
    """What could not be read is not empty."""
    _read_page(bench, lambda _, url: Posting("deckhand", "Deckhand", url, "You splice and paint.", source="llm"))

    def refuse(_html: str, _url: str) -> Posting | None:
        raise BudgetExceeded("The budget all has 0 of 0 tokens left.", budget="all", left=0)

    for word in ("row", "cook"):
        bench.web.pages[JOB] = page(
            "Deckhand", f"<p>Deckhand wanted in Dingle to {word}. " + "You splice and paint. " * 20 + "</p>"
        )
        bench.run("page_contents", again=True)
        with open_work(bench.settings, bench.database, open_job_pages=lambda _: refuse, open_web=bench._open) as work:
            run_stage(work, "postings", [DOMAIN])
    assert bench.rows(PostingRow.listing_state) == ["listed"]
    assert any("0 of 0 tokens" in (note or "") for note in bench.rows(Extraction.reader_note))
