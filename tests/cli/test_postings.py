"""`inroad posting`: postings by hand from every source, marks on them, and what is refused."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from inroad.store import Database
from inroad.store.models import PostingRow

from .conftest import Inroad

TEXT = """Instrument Maker

What you will do
- Build barometers by hand

What we look for
- Three years of experience with brass turning
- Good German

Why us
- A workshop by the lake
"""


@pytest.fixture
def added(inroad: Inroad, tmp_path: Path) -> int:
    """The number of a posting that was given as a text file."""
    path = tmp_path / "job.txt"
    path.write_text(TEXT)
    outcome = inroad("posting", "add", path, "--domain", "kestrel.example", "--json")
    assert outcome.code == 0, outcome.err
    (one,) = outcome.json
    assert (one["domain"], one["title"]) == ("kestrel.example", "Instrument Maker")
    return one["posting"]


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (["add", "job.txt"], "--domain"),
        (["add", "missing.txt", "--domain", "kestrel.example"], "cannot be read"),
        (["add", "empty.txt", "--domain", "kestrel.example"], "is empty"),
        (["show", "77"], "inroad posting show"),
        (["show", "--state", "gone"], "not a listing state"),
        (["annotate", "77", "gap", "x"], "No single posting"),
        (["close", "nothing:1"], "No single posting"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_mend(inroad: Inroad, tmp_path: Path, arguments: list[str], match: str) -> None:
    """A person who mistypes must learn what is valid, and nothing may be stored."""
    (tmp_path / "job.txt").write_text(TEXT)
    (tmp_path / "empty.txt").write_text(" \n")
    outcome = inroad("posting", *arguments)
    assert outcome.code == 1
    assert match in outcome.err
    assert inroad("posting", "show", "--json").json == []


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (["wish", "brass"], "kind of mark"),
        (["gap", "copper turning"], "nowhere"),
        (["gap", "g"], "times"),
        (["gap"], "what to mark"),
        (["gap", "brass", "--span", "1:3"], "what to mark"),
        (["gap", "--span", "3-5"], "FROM:TO"),
        (["gap", "--span", "5:99999"], "no piece"),
        (["--remove", "5"], "no mark 5"),
    ],
)
def test_a_mark_that_cannot_be_made_is_refused(inroad: Inroad, added: int, arguments: list[str], match: str) -> None:
    """A mark on other words than the person meant would steer the match wrongly, in silence."""
    outcome = inroad("posting", "annotate", added, *arguments)
    assert outcome.code == 1
    assert match in outcome.err
    assert inroad("posting", "annotate", added, "--json").json == []


def test_a_posting_by_hand_is_selected_and_belongs_to_its_company(inroad: Inroad, database: Database, added: int) -> None:
    """Somebody gave it on purpose; its company is known from --domain."""
    with database.begin() as session:
        row = session.get_one(PostingRow, added)
        facts = (row.posting_curation_status, row.curation_reason, row.company, row.source, row.listing_state)
    assert facts == ("Selected", "given by hand", "Kestrel", "file", "listed")


def test_a_posting_can_be_pasted_and_is_the_same_again(inroad: Inroad, added: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copied out of a mail; the same text given twice must not become two CVs."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    outcome = inroad("posting", "add", "-", "--domain", "kestrel.example", "--json")
    assert outcome.code == 0, outcome.err
    assert [one["posting"] for one in outcome.json] == [added]


def test_marks_are_made_listed_and_removed(inroad: Inroad, added: int) -> None:
    """What a person marks must be there the next day, with their words."""
    outcome = inroad("posting", "annotate", added, "gap", "brass  turning", "--note", "only wood", "--json")
    assert outcome.code == 0, outcome.err
    (mark,) = outcome.json
    assert (mark["kind"], mark["quote"], mark["note"], mark["is_lost"]) == ("gap", "brass turning", "only wood", False)
    shown = inroad("posting", "show", added, "--json").json
    assert shown["description"][mark["span_start"] : mark["span_end"]] == "brass turning"
    assert shown["marks"][0]["id"] == mark["id"]
    assert "only wood" in inroad("posting", "annotate", added).out
    assert inroad("posting", "annotate", added, "--remove", mark["id"], "--json").json == []


def test_a_posting_that_is_over_is_closed_for_good(inroad: Inroad, database: Database, added: int) -> None:
    """Its company's list may still show it; the person knows better."""
    assert "is closed" in inroad("posting", "close", added, "--reason", "filled").out
    assert "before" in inroad("posting", "close", added).out
    assert inroad("posting", "show", "--json").json == []
    (line,) = inroad("posting", "show", "--state", "closed", "--json").json
    assert (line["id"], line["status"]) == (added, "Rejected")
    assert "filled" in line["reason"]
    with database.begin() as session:
        assert session.get_one(PostingRow, added).closed_at is not None


def test_a_posting_is_shown_to_a_person(inroad: Inroad, added: int) -> None:
    """Title, company and state at a glance, also before it was taken apart."""
    out = inroad("posting", "show", added).out
    assert "Instrument Maker at Kestrel" in out
    assert "listed since" in out
    assert "Instrument Maker" in inroad("posting", "show", "--domain", "kestrel.example").out


def test_the_status_counts_postings_by_their_state(inroad: Inroad, added: int) -> None:
    """How many are closed or stale is what tells a quiet company from a broken reader."""
    assert inroad("status", "--json").json["listings"] == {"listed": 1}
    inroad("posting", "close", added)
    assert "Postings: 1 closed." in inroad("status").out
