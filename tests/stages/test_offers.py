"""What rules did because a budget kept the model from it is offered to the model again once the budget covers it."""

from __future__ import annotations

from decimal import Decimal
from typing import NoReturn

import pytest
from sqlalchemy import text, update

from inroad.guard.budget import Amounts, Budgets
from inroad.guard.errors import BudgetExceeded, CircuitOpen, InroadError, Paused, PermanentError, Scope, TransientError
from inroad.guard.limits import remove_budget, set_budget
from inroad.guard.sync import run_sync
from inroad.stages import run_stage
from inroad.stages.work import now, open_work
from inroad.store import ledger
from inroad.store.models import CvRow, Extraction, OutreachRow, PostingRow
from inroad.store.offers import offer_again
from inroad.store.pauses import drop_pause, put_pause
from tests.stages.bench import DOMAIN, Bench, States
from tests.stages.test_models_and_budgets import REFUSED, ScriptedWriter, _read, _refusing, _write
from tests.stages.test_structuring import _read_page, _run

NEEDED = Amounts(900, 0.01)


def _refuse(bench: Bench, purpose: str, posting: str | None = None, *, usd: float | None = 0.01) -> None:
    """The ledger's row of a call that a budget refused."""
    entry = ledger.LedgerEntry(purpose, "openai", "gpt", 1, domain=DOMAIN, posting=posting)
    amounts = {"tokens": Decimal(NEEDED.tokens), "usd": None if usd is None else Decimal(str(usd))}
    run_sync(ledger.enter(bench.database, entry, outcome="refused", amounts=amounts))


def have_refused(bench: Bench) -> None:
    """Has the company's one CV written by rules, because a budget has nothing left."""
    set_budget(bench.database, "all", tokens=0)
    _write(bench, ScriptedWriter(*[REFUSED] * 50))
    _refuse(bench, "cv", bench.rows(PostingRow.key)[0])
    assert bench.rows(CvRow.cv_processing_status, CvRow.writer) == [("Complete", "rules")]


@pytest.fixture
def refused(bench: Bench, states: States) -> Bench:
    """A company whose one CV was written by rules, because a budget had nothing left."""
    return states.give(bench, have_refused)


def _status(bench: Bench) -> str:
    (status,) = bench.rows(CvRow.cv_processing_status)
    return str(status)


@pytest.mark.parametrize(
    ("scope", "limits"),
    [
        ("all", {"tokens": 899}), ("all", {"usd": 0.009}), ("domain", {"tokens": 10}), ("purpose:cv", {"tokens": 10}),
        ("model:gpt", {"tokens": 10}), ("provider", {"tokens": 10}), ("posting", {"usd": 0}),
    ],
)  # fmt: skip
def test_what_a_budget_still_does_not_cover_is_left_as_it_is(refused: Bench, scope: str, limits: dict[str, float]) -> None:
    """Written by rules again, every half minute, it would be the same CV in a new version."""
    remove_budget(refused.database, "all", unit="tokens") if scope != "all" or "usd" in limits else None
    refused.change(update(CvRow).values(cv_processing_status="Complete", refused_at=text("now()")))
    assert set_budget(refused.database, scope, **limits) == 0  # type: ignore[arg-type]
    assert _status(refused) == "Complete"


def test_a_cv_that_a_person_decided_on_is_left_as_it_is(refused: Bench) -> None:
    """Who has approved a text must not find another one."""
    refused.change(update(CvRow).values(cv_curation_status="Selected"))
    assert set_budget(refused.database, "all", tokens=10_000) == 0
    assert _status(refused) == "Complete"


def test_a_model_without_a_price_is_never_covered_by_dollars(refused: Bench) -> None:
    """It would be offered and refused for ever."""
    _refuse(refused, "cv", refused.rows(PostingRow.key)[0], usd=None)
    set_budget(refused.database, "all", usd=1_000)
    assert set_budget(refused.database, "all", tokens=10_000) == 0
    assert _status(refused) == "Complete"


@pytest.mark.parametrize(("kind", "key"), [("all", ""), ("service", "llm"), ("domain", DOMAIN)])
def test_nothing_is_offered_while_it_rests(refused: Bench, kind: str, key: str) -> None:
    """A pause would refuse it again at once."""
    refused.database.call(put_pause, kind, key, reason="the bill", by="person:ada", until=None)
    assert set_budget(refused.database, "all", tokens=10_000) == 0
    assert refused.database.call(drop_pause, kind, key, by="person:ada")
    assert refused.database.call(offer_again) == 1


def test_a_raised_budget_has_the_cv_written_once_more_and_by_the_model(refused: Bench) -> None:
    """The person who raises the limit wants the wording, not an explanation why it is missing."""
    assert set_budget(refused.database, "all", tokens=900) == 1
    assert _status(refused) == "Queued"
    _write(refused, ScriptedWriter())
    assert refused.rows(CvRow.cv_processing_status, CvRow.writer, CvRow.writer_note, CvRow.version, CvRow.refused_at) == [
        ("Complete", "llm", None, 2, None)
    ]
    assert refused.database.call(offer_again) == 0


async def test_a_new_period_offers_it_without_anybody(refused: Bench) -> None:
    """Budgets of a day are spent in the evening and full in the morning, when nobody sets one."""
    remove_budget(refused.database, "all", unit="tokens")
    refused.change(update(CvRow).values(cv_processing_status="Complete", refused_at=text("now()")))
    set_budget(refused.database, "all", tokens=1_000, period="day")
    budgets = Budgets(refused.database)
    await budgets.settle(await budgets.reserve(Scope(), "cv", "openai", "gpt", Amounts(500)), Amounts(500))
    refused.change(update(CvRow).values(cv_processing_status="Complete", refused_at=text("now()")))
    assert refused.database.call(offer_again) == 0
    refused.change(text("UPDATE budget_spendings SET period_start = '2026-01-01'"))
    assert refused.database.call(offer_again) == 1


@pytest.mark.parametrize("refusal", [REFUSED, Paused("The service llm is paused: the bill.")])
def test_a_cv_refused_again_is_marked_again(refused: Bench, refusal: BudgetExceeded | Paused) -> None:
    """What the first of six calls used up refuses the second one: the rest waits for its turn."""
    set_budget(refused.database, "all", tokens=900)
    _write(refused, ScriptedWriter(refusal))
    ((note, is_marked),) = refused.rows(CvRow.writer_note, CvRow.refused_at.is_not(None))
    assert note.startswith("1 of ")
    assert is_marked


def test_pages_that_rules_read_are_offered_too(bench: Bench) -> None:
    """People whom only the model finds are missing from every such page."""
    _read(bench, _refusing)
    _refuse(bench, "people")
    assert set_budget(bench.database, "all", tokens=899) == 0
    assert set_budget(bench.database, "all", tokens=900) == 1
    states = bench.rows(Extraction.kind, Extraction.extraction_status, Extraction.reader_note)
    assert [row[0] for row in states if row[1] == "Queued" and row[2]] == ["contacts"]


def _no_model(*_: object) -> NoReturn:
    raise REFUSED


def test_a_letter_that_rules_wrote_is_offered_too(refused: Bench) -> None:
    """The CV would have the model's words and the letter beside it not, for ever."""
    with open_work(refused.settings, refused.database, open_writer=lambda _: ScriptedWriter(*[REFUSED] * 50)) as work:
        run_stage(work, "outreach", [DOMAIN])
    refused.change(update(CvRow).values(cv_curation_status="Selected"))
    assert refused.rows(OutreachRow.writer, OutreachRow.refused_at.is_not(None)) == [("rules", True)]
    assert set_budget(refused.database, "all", tokens=900) == 1
    assert refused.rows(OutreachRow.outreach_processing_status, OutreachRow.refused_at) == [("Queued", None)]
    with open_work(refused.settings, refused.database, open_writer=lambda _: ScriptedWriter()) as work:
        run_stage(work, "outreach", [DOMAIN])
    assert refused.rows(OutreachRow.writer, OutreachRow.writer_note, OutreachRow.version) == [("llm", None, 2)]


def test_a_letter_that_a_person_decided_on_is_left_as_it_is(refused: Bench) -> None:
    """Who has approved a letter must not find another one."""
    with open_work(refused.settings, refused.database, open_writer=lambda _: ScriptedWriter(*[REFUSED] * 50)) as work:
        run_stage(work, "outreach", [DOMAIN])
    refused.change(update(CvRow).values(cv_curation_status="Selected"))
    refused.change(update(OutreachRow).values(outreach_curation_status="Selected"))
    assert set_budget(refused.database, "all", tokens=10_000) == 0


def test_a_posting_that_rules_took_apart_is_offered_too(bench: Bench) -> None:
    """Requirements that only the model reads are missing from its match."""
    _run(bench, _no_model)
    (key,) = bench.rows(PostingRow.key)
    _refuse(bench, "posting", key)
    assert bench.rows(PostingRow.posting_processing_status, PostingRow.refused_at.is_not(None)) == [("Complete", True)]
    assert set_budget(bench.database, "all", tokens=899) == 0
    assert set_budget(bench.database, "all", tokens=900) == 1
    assert bench.rows(PostingRow.posting_processing_status, PostingRow.refused_at) == [("Queued", None)]
    assert bench.database.call(offer_again) == 0


def test_a_closed_posting_is_not_offered(bench: Bench) -> None:
    """Nobody applies for a job that is taken; money for its requirements is lost."""
    _run(bench, _no_model)
    bench.change(update(PostingRow).values(closed_at=text("now()"), listing_state="closed"))
    assert set_budget(bench.database, "all", tokens=10_000) == 0


def test_a_job_page_that_no_rule_reads_is_offered_too(bench: Bench) -> None:
    """A job that only the model sees would stay unseen although the budget was raised."""
    _read_page(bench, _no_model)
    _refuse(bench, "job-page")
    assert set_budget(bench.database, "all", tokens=899) == 0
    assert set_budget(bench.database, "all", tokens=900) == 1
    states = bench.rows(Extraction.kind, Extraction.extraction_status, Extraction.reader_note)
    assert [row[0] for row in states if row[1] == "Queued" and row[2]] == ["postings"]


@pytest.mark.parametrize("fault", [TransientError("The endpoint is busy."), CircuitOpen("llm is not called now.")])
def test_what_a_fault_of_the_model_left_to_the_rules_is_offered_later(bench: Bench, fault: InroadError) -> None:
    """The endpoint's address was wrong on the first day; its CVs kept the person's words for ever."""
    _write(bench, ScriptedWriter(*[fault] * 50))
    assert bench.rows(CvRow.writer, CvRow.refused_at > text("now() + interval '50 minutes'")) == [("rules", True)]
    assert bench.database.call(offer_again) == 0
    bench.change(update(CvRow).values(refused_at=text("now()")))
    assert bench.database.call(offer_again) == 1
    _write(bench, ScriptedWriter())
    assert bench.rows(CvRow.writer, CvRow.writer_note, CvRow.refused_at) == [("llm", None, None)]


def test_who_asks_for_everything_anew_need_not_wait_for_a_fault_to_grow_old(bench: Bench) -> None:
    """The person has mended the address and runs the same command again, now."""
    _write(bench, ScriptedWriter(*[TransientError("No connection.")] * 50))
    with open_work(bench.settings, bench.database, since=now(), open_writer=lambda _: ScriptedWriter()) as work:
        run_stage(work, "cvs", [DOMAIN])
    assert bench.rows(CvRow.writer, CvRow.version) == [("llm", 2)]


@pytest.mark.parametrize(("reason", "offered"), [("llm-key", 1), ("llm-model", 1), ("llm-content-filter", 0)])
def test_what_a_person_has_to_mend_is_offered_when_that_person_asks_anew(bench: Bench, reason: str, offered: int) -> None:
    """A refused key is refused every hour, until it is another one; what the model will not say it never says."""
    _write(bench, ScriptedWriter(*[PermanentError("Refused.", reason=reason)] * 50))
    bench.change(update(CvRow).values(refused_at=CvRow.refused_at - text("interval '30 days'")))
    assert bench.database.call(offer_again) == 0
    assert bench.database.call(offer_again, at_once=True) == offered
