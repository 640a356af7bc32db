"""What a run tells of each domain: the rows' errors, and what could not be read again."""

from __future__ import annotations

import io
import json
from typing import Any

from rich.console import Console

from inroad.cli.reporting import RunResult, print_table
from inroad.cli.watching import Failure, Watch
from inroad.stages import StageProgress
from inroad.stages.work import StageReport, Tally
from inroad.store.results import DomainResult

GONE = {
    "stage": "page_contents",
    "subject": "https://acme.example/old",
    "reason": "not-found",
    "error": "https://acme.example/old does not exist.",
    "status": "Error",
    "next_attempt_at": None,
}
LOGGED_OUT = Failure("page_contents", "https://acme.example/team", "logged-out", "https://acme.example/team asks for a login.")


def result(*failures: Failure) -> RunResult:
    """A domain of which one page failed for good."""
    empty: dict[str, Any] = {"contacts": [], "company": None, "postings": [], "cvs": []}
    found = DomainResult("acme.example", "Complete", sitemaps=1, pages=2, contents=1, errors=[GONE], **empty)
    return RunResult(found, {"page/unchanged": 1}, 1.0, failures=failures)


def test_a_page_that_could_not_be_read_again_is_told() -> None:
    """Its row stays Complete: a site that has logged us out ended with no error, and with no reason."""
    same = Failure("page_contents", GONE["subject"] or "", GONE["reason"] or "", "said already")
    item = result(LOGGED_OUT, LOGGED_OUT, same)
    assert [error["subject"] for error in item.errors] == [GONE["subject"], LOGGED_OUT.subject]
    assert json.loads(json.dumps(item.as_json()))["errors"] == item.errors
    shown = io.StringIO()
    print_table(Console(file=shown, width=200), [item])
    assert "[logged-out] https://acme.example/team asks for a login. What was read before stays." in shown.getvalue()
    assert "does not exist." in shown.getvalue()


def test_failures_are_gathered_from_every_stage() -> None:
    """A run over several ranges reports each of them."""
    watch = Watch(1, None)
    for stage in ("sitemaps", "page_contents"):
        tally = Tally()
        tally.fail(f"https://acme.example/{stage}", ValueError("odd"))
        watch(StageProgress(stage, 1, 1, StageReport(stage, {"acme.example": tally}, {"acme.example": 1.0})))
    assert [fault.stage for fault in watch.failures["acme.example"]] == ["sitemaps", "page_contents"]
    assert watch.changes["acme.example"] == 0


def test_many_errors_of_one_reason_are_counted_and_others_still_seen() -> None:
    """A site with forty dead links pushed the one line that mattered off the screen."""
    gone = [Failure("page_contents", f"https://acme.example/{n}", "timeout", "It did not answer.") for n in range(40)]
    shown = io.StringIO()
    print_table(Console(file=shown, width=200), [result(*gone, LOGGED_OUT)])
    lines = shown.getvalue().splitlines()
    assert len([line for line in lines if "[timeout]" in line]) == 4
    assert "acme.example [timeout] and 37 more: `inroad status acme.example`" in shown.getvalue()
    assert any("[logged-out]" in line for line in lines)
    assert len(result(*gone).as_json()["errors"]) == 41
