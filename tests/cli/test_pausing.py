"""`inroad pause` and `inroad resume`: refusals first, then what is told and what `status` shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from inroad.cli.intake import BadInput
from inroad.cli.pausing import MAX_SPAN, moment
from inroad.store import Database
from inroad.store.models import Domain, Pause
from tests.cli.conftest import Inroad, make_domain

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pause", "planet"), "Valid is all, stage, domain, service"),
        (("pause", "all", "cvs"), "takes no name"),
        (("pause", "stage"), "Which stage?"),
        (("pause", "stage", "cv"), "Did you mean cvs?"),
        (("pause", "service", "lmm:api.example"), "Did you mean llm?"),
        (("pause", "domain", "unknown.example"), "is not among the domains"),
        (("pause", "domain", "not a domain"), "not"),
        (("pause", "all", "--until", "tomorrow"), "2026-12-01T08:00"),
        (("pause", "all", "--until", "2001-01-01"), "is past"),
        (("pause", "all", "--reason", " "), "A reason has"),
        (("pause", "service", "llm:" + "x" * 400), "at most 300"),
        (("resume", "all"), "What rests now: nothing."),
    ],
)
def test_what_cannot_rest_is_refused_with_what_can(
    inroad: Inroad, database: Database, arguments: tuple[str, ...], said: str
) -> None:
    """A misspelt pause would let the work go on that a person believes stopped."""
    outcome = inroad(*arguments)
    assert outcome.code == 1
    assert said in outcome.err
    with database.begin() as session:
        assert session.scalars(select(Pause.id)).all() == []


def test_a_pause_is_told_shown_by_status_and_ended(inroad: Inroad, database: Database) -> None:
    """Somebody else must see why nothing goes on, and how to go on."""
    make_domain(database)
    paused = inroad("pause", "domain", "ACME.example", "--until", "3d", "--reason", "they asked\nus to")
    assert (paused.code, paused.err) == (0, "")
    assert "The domain acme.example is paused until" in paused.out
    assert "they asked us to." in paused.out
    assert "`inroad resume domain acme.example` goes on." in paused.out
    (shown,) = inroad("status", "--json").json["paused"]
    assert (shown["kind"], shown["key"], shown["reason"]) == ("domain", "acme.example", "they asked us to")
    assert shown["until"] is not None
    status = inroad("status").out
    assert "Paused (end one with" in status
    assert "they asked us to" in status
    resumed = inroad("resume", "domain", "acme.example")
    assert resumed.code == 0
    assert "is ended" in resumed.out
    assert inroad("status", "--json").json["paused"] == []


def test_resuming_makes_what_waited_for_it_due(inroad: Inroad, database: Database) -> None:
    """A person who ends a pause expects the work to go on, not in a quarter of an hour."""
    later = datetime.now(UTC) + timedelta(hours=1)
    make_domain(database, sitemap_analysis_status="Queued", error_reason="paused", next_attempt_at=later)
    assert inroad("pause", "all", "--json").json == {
        "kind": "all", "key": "", "reason": "by hand", "until": None,
    } | {key: inroad("status", "--json").json["paused"][0][key] for key in ("paused_by", "paused_at")}  # fmt: skip
    assert inroad("resume", "all", "--json").json == {"kind": "all", "key": "", "rows_due": 1}
    with database.begin() as session:
        assert session.scalars(select(Domain.next_attempt_at)).one() <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("typed", "ends"),
    [
        ("30m", NOW + timedelta(minutes=30)), ("12h", NOW + timedelta(hours=12)), ("3d", NOW + timedelta(days=3)),
        ("2026-02-01", datetime(2026, 2, 1, tzinfo=UTC)), ("2026-02-01T08:00+02:00", datetime(2026, 2, 1, 6, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_an_end_is_a_span_or_a_date(typed: str, ends: datetime) -> None:
    """A date without a zone is UTC, as everything here."""
    assert moment(typed, NOW) == ends


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,9}[mhd]|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", fullmatch=True))
def test_any_text_is_an_end_to_come_or_is_refused(typed: str) -> None:
    """The year 9999 and a million days are typed by somebody."""
    try:
        ends = moment(typed, NOW)
    except BadInput:
        return
    assert NOW < ends <= NOW + MAX_SPAN
