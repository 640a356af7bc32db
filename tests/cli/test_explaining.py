"""What a run says beneath its table: each posting without a CV has its reason, each CV its contact."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from inroad.cli.explaining import SHOWN, print_explanations, why_left
from inroad.settings import Settings
from inroad.store.results import DomainResult


def posting(**changes: Any) -> dict[str, Any]:
    lacks = {"text": "Fluent Basque", "importance": "must", "coverage": "missing"}
    base = {"title": "Clerk", "status": "New", "status_reason": None, "state": "listed", "state_reason": None, "score": 20.0}
    return {**base, "requirements": [lacks], **changes}


def printed(settings: Settings, postings: list[dict[str, Any]], cvs: list[dict[str, Any]]) -> str:
    result = DomainResult("acme.example", "Complete", 0, 0, 0, [], None, postings, cvs, [])
    console = Console(file=io.StringIO(), width=200)
    print_explanations(console, result, settings)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "scores 20, 40 are needed; it lacks 'Fluent Basque'"),
        ({"status": "Rejected", "status_reason": "too far"}, "rejected: too far"),
        ({"score": None}, "no profile"),
        ({"score": 90.0, "state": "stale", "state_reason": "It was open until 2026-01-01."}, "probably stale: It was open until"),
        ({"score": 90.0, "state": "missing", "state_reason": "One reading."}, "missing once: One reading."),
        ({"score": 90.0}, "3 better ones"),
        ({"requirements": []}, "nothing that it requires is missing"),
    ],
)
def test_a_posting_that_was_left_says_why(settings: Settings, changes: dict[str, Any], reason: str) -> None:
    """A person who sees a job without a CV must learn whether it is the job, the profile or a limit."""
    chosen = settings.model_copy(update={"match_score": 40.0, "cvs_per_domain": 3})
    assert reason in str(why_left(posting(**changes), chosen))


def test_a_posting_that_waits_for_a_person_says_so(settings: Settings) -> None:
    """With manual curation the next step is theirs."""
    chosen = settings.model_copy(update={"match_score": 40.0, "curation": "manual"})
    assert "waits for a person" in str(why_left(posting(score=90.0), chosen))


def test_a_selected_posting_was_not_left(settings: Settings) -> None:
    """It has a CV, or its error is shown."""
    assert why_left(posting(status="Selected"), settings) is None


def test_each_cv_names_its_contact_or_that_there_is_none(settings: Settings) -> None:
    """The CV is of use only with somebody to send it to."""
    contact = {"kind": "email", "value": "ann@acme.example", "name": "Ann Lee", "role": "HR", "reason": "hires people"}
    cvs = [
        {"title": "Clerk", "status": "Complete", "contact": contact},
        {"title": "Cook", "status": "Complete", "contact": None},
        {"title": "Failed", "status": "Error", "contact": None},
    ]
    text = printed(settings, [], cvs)
    assert "'Clerk' goes to Ann Lee, HR ann@acme.example: hires people" in text
    assert "'Cook' goes to nobody was found" in text
    assert "Failed" not in text


def test_a_long_list_is_cut_and_control_characters_are_not_printed(settings: Settings) -> None:
    """A board with 4,000 jobs must not bury the table, nor a title move the cursor."""
    text = printed(settings, [posting(title="Evil\x1b[2J")] * (SHOWN + 5), [])
    assert text.count("left ") == SHOWN + 1
    assert "left 5 more postings" in text
    assert "\x1b" not in text
