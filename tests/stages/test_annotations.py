"""Marks over real runs: they steer the match and the CV, move with the posting's text, and are lost rather than moved wrongly."""

from __future__ import annotations

import pytest

from inroad.stages.annotations import NoSuchPosting, mark_posting
from inroad.store.models import Annotation, CvRow, MatchRow, PostingRow, Progress
from tests.endtoend.snapshots import fingerprint
from tests.stages.bench import Bench, States, job_posting
from tests.stages.test_applications import JOB, hire, use_profile
from tests.stages.test_postings import STAGES

TEXT = """<p>We calibrate wind sensors.</p><h3>Requirements</h3><ul><li>Three years with Python</li><li>Good Norwegian</li></ul>
<h3>Nice to have</h3><ul><li>Knowledge of PostgreSQL</li></ul>"""


def match(bench: Bench) -> None:
    """Gives the company one job, has it matched with the person's profile and written for."""
    use_profile(hire(bench))
    bench.web.pages[JOB] = job_posting("Meteorologist", TEXT)
    bench.run(*STAGES, "matches", "cvs")
    assert len(bench.rows(PostingRow.id)) == 1


@pytest.fixture
def matched(bench: Bench, states: States) -> Bench:
    """One job, matched with the person's profile and written for."""
    return states.give(bench, match)


def mark(bench: Bench, quote: str, kind: str, note: str | None = None) -> int:
    (number,) = bench.rows(PostingRow.id)
    return bench.database.call(mark_posting, number, kind, by="ada", quote=quote, note=note)


def answers(bench: Bench) -> dict[str, tuple[str, str | None]]:
    (requirements,) = bench.rows(MatchRow.requirements)
    return {one["text"]: (one["coverage"], one["mark"]) for one in requirements}


def test_a_mark_on_no_posting_is_refused(bench: Bench) -> None:
    """The console may hold a page that is out of date."""
    with pytest.raises(NoSuchPosting, match="77"):
        bench.database.call(mark_posting, 77, "gap", by="ada", quote="x")


def test_a_gap_is_missing_in_the_match_and_the_cv_is_written_again(matched: Bench) -> None:
    """Who marks a gap has said that the profile sounds better than they are."""
    before = matched.rows(MatchRow.score)[0]
    assert answers(matched)["Knowledge of PostgreSQL"][1] is None
    (version,) = matched.rows(CvRow.version)
    mark(matched, "Three years with Python", "gap", "rusty")
    matched.run("matches", "cvs")
    assert answers(matched)["Three years with Python"] == ("missing", "gap")
    assert matched.rows(MatchRow.score)[0] < before
    assert matched.rows(CvRow.version) == [version + 1]


def test_marks_that_change_nothing_more_are_matched_once(matched: Bench) -> None:
    """A run without news writes nothing."""
    mark(matched, "Good Norwegian", "ignore")
    matched.run("matches", "cvs")
    assert "Good Norwegian" not in answers(matched)
    before = fingerprint(matched.database)
    matched.run("matches", "cvs")
    assert fingerprint(matched.database) == before


def test_a_mark_moves_with_its_words_and_is_lost_with_them(matched: Bench) -> None:
    """The company edits its posting; the person's marks must follow or say that they cannot."""
    stays, goes = mark(matched, "Knowledge of PostgreSQL", "emphasise"), mark(matched, "Good Norwegian", "gap")
    changed = TEXT.replace("<p>We", "<p>Since 1974. We").replace("Good Norwegian", "Fluent Danish")
    matched.web.pages[JOB] = job_posting("Meteorologist", changed)
    matched.run("page_contents", "postings", "matches", again=True)
    (description,) = matched.rows(PostingRow.description)
    marks = {row[0]: row[1:] for row in matched.rows(Annotation.id, Annotation.span_start, Annotation.quote, Annotation.is_lost)}
    start, quote, is_lost = marks[stays]
    assert description[start : start + len(quote)] == quote == "Knowledge of PostgreSQL"
    assert not is_lost
    assert marks[goes][2]
    assert answers(matched)["Fluent Danish"][1] is None
    assert matched.rows(PostingRow.listing_state, PostingRow.listing_reason) == [("changed", "Changed: text.")]
    matched.web.pages[JOB] = job_posting("Meteorologist", TEXT)
    matched.run("page_contents", "postings", "matches", again=True)
    assert answers(matched)["Good Norwegian"] == ("missing", "gap")
    assert not any(matched.rows(Annotation.is_lost))


def test_structuring_shows_how_far_it_is(matched: Bench) -> None:
    """With a model it takes minutes; the person sees which posting is read."""
    rows = [
        row[1:]
        for row in matched.rows(Progress.stage, Progress.done, Progress.total, Progress.message)
        if row[0] == "structuring"
    ]
    ((done, total, message),) = rows
    assert (done, total) == (1, 1)
    assert JOB in message
