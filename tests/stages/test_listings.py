"""How a company's list stands to its postings, over real runs of the stage: each state with its reason, none without proof."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import update

from inroad.crawl.failures import transient
from inroad.store.models import Event, PostingRow
from tests.endtoend.snapshots import fingerprint
from tests.stages.bench import SITE, Bench, job_posting, page
from tests.stages.test_postings import BOARD, STAGES, TEXT

JOB = f"{SITE}/careers/meteorologist"


def answer(*jobs: dict[str, Any], total: int | None = None) -> str:
    """A Greenhouse feed; each job names what differs."""
    listed = []
    for job in jobs:
        place = {"name": job.get("place", "Leeds, UK")}
        content = f"&lt;p&gt;{job.get('text', TEXT)}&lt;/p&gt;"
        facts = {"id": job["id"], "title": job.get("title", "Welder"), "location": place, "content": content}
        address = f"https://boards.greenhouse.io/kestrel/jobs/{job['id']}"
        listed.append({**facts, "absolute_url": address, "first_published": job.get("date", "2026-11-02T10:00:00-05:00")})
    return json.dumps({"jobs": listed, "meta": {"total": len(jobs) if total is None else total}})


@pytest.fixture
def board(bench: Bench) -> Bench:
    """A company whose board lists one welder, read once."""
    bench.web.pages |= {
        f"{SITE}/": page("Kestrel", links=["/careers"]),
        f"{SITE}/careers": page("Careers", '<a href="https://boards.greenhouse.io/kestrel">Open jobs</a>'),
        BOARD: answer({"id": 12}),
    }
    bench.run(*STAGES)
    assert states(bench) == [("listed", None)]
    return bench


def states(bench: Bench) -> list[tuple[str, str | None]]:
    return bench.rows(PostingRow.listing_state, PostingRow.listing_reason)


def visit(bench: Bench, feed: Any) -> list[tuple[str, str | None]]:
    bench.web.pages[BOARD] = feed
    bench.run("postings", again=True)
    return states(bench)


@pytest.mark.parametrize(
    "feed",
    [
        page("Back soon"),
        '{"jobs": [',
        '{"status": 404, "error": "Job board not found"}',
        answer(total=40),
        transient("http-5xx", BOARD, "met a fault of the server (HTTP 500)"),
    ],
    ids=["a page instead", "cut off", "an error", "fewer than it says", "unavailable"],
)
def test_an_answer_that_is_not_the_whole_board_neither_misses_nor_closes_anything(board: Bench, feed: Any) -> None:
    """What could not be read whole says nothing about what is not in it."""
    for _ in range(3):
        assert visit(board, feed) == [("listed", None)]


def test_a_board_that_was_read_in_part_says_so(board: Bench) -> None:
    """Otherwise nobody would learn why nothing is ever closed there."""
    visit(board, answer({"id": 12}, total=40))
    ((message),) = [row[1] for row in board.rows(Event.kind, Event.message) if row[0] == "partial-board"]
    assert "40 jobs and showed 1" in message


def test_a_posting_goes_from_listed_over_missing_to_closed_and_comes_back_reposted(board: Bench) -> None:
    """The states that a person reads, each after a real run."""
    assert visit(board, answer()) == [("missing", "One complete reading of its page or board did not show it.")]
    assert visit(board, answer()) == [("closed", "Two complete readings of its page or board did not show it.")]
    ((state, reason),) = visit(board, answer({"id": 12}))
    assert state == "reposted"
    assert "closed on" in reason
    before = fingerprint(board.database)
    visit(board, answer({"id": 12}))
    assert fingerprint(board.database) == before


def test_a_posting_that_was_missing_once_is_listed_again(board: Bench) -> None:
    """Boards hiccup; one reading proves nothing."""
    visit(board, answer())
    assert visit(board, answer({"id": 12})) == [("listed", "It is listed again after one reading without it.")]


def test_what_changed_is_named(board: Bench) -> None:
    """A person who applied wants to know what is different now."""
    ((state, reason),) = visit(board, answer({"id": 12, "title": "Senior Welder", "text": TEXT + " Nights."}))
    assert (state, reason) == ("changed", "Changed: title, text.")


def test_a_posting_that_is_only_dated_anew_is_reposted(board: Bench) -> None:
    """Employers bump the date to look fresh; nothing about the job changed."""
    ((state, reason),) = visit(board, answer({"id": 12, "date": "2026-11-20T10:00:00-05:00"}))
    assert state == "reposted"
    assert reason == "It is dated anew: 2026-11-02, now 2026-11-20; nothing else changed."


def test_the_same_job_under_a_new_number_is_reposted(board: Bench) -> None:
    """It was open before and was not filled: the person should know."""
    for _ in range(2):
        visit(board, answer())
    found = dict(visit(board, answer({"id": 99})))
    assert found.keys() == {"closed", "reposted"}
    assert "greenhouse:12" in (found["reposted"] or "")


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        ({"date": "2025-02-01T10:00:00Z"}, "It was posted on 2025-02-01, more than 180 days ago."),
        ({"text": f"{TEXT} This position has been filled."}, "Its text says: 'position has been filled'."),
    ],
)
def test_what_is_probably_stale_says_why_and_stays_open(board: Bench, job: dict[str, Any], reason: str) -> None:
    """A guess closes nothing; and saying it again writes nothing."""
    assert visit(board, answer({"id": 12, **job})) == [("stale", reason)]
    assert board.rows(PostingRow.closed_at) == [None]
    before = fingerprint(board.database)
    visit(board, answer({"id": 12, **job}))
    assert fingerprint(board.database) == before


def test_a_stale_posting_that_is_renewed_is_not_stale(board: Bench) -> None:
    """The company answers the doubt."""
    visit(board, answer({"id": 12, "date": "2025-02-01T10:00:00Z"}))
    ((state, _),) = visit(board, answer({"id": 12, "date": "2026-11-19T10:00:00Z"}))
    assert state == "reposted"


def test_a_job_on_two_pages_of_a_site_is_one_row_and_neither_page_fights_for_it(bench: Bench) -> None:
    """Each visit would otherwise call it changed, and match it again."""
    bench.web.pages |= {
        f"{SITE}/": page("Kestrel", links=["/careers"]),
        f"{SITE}/careers": page("Careers", links=["/careers/meteorologist", "/careers/meteorologist-m-w-d"]),
        JOB: job_posting("Meteorologist", TEXT),
        f"{JOB}-m-w-d": job_posting("Meteorologist (m/w/d)", TEXT + " And snow."),
    }
    bench.run(*STAGES)
    ((title, description, company),) = bench.rows(PostingRow.title, PostingRow.description, PostingRow.company)
    assert title.startswith("Meteorologist")
    assert "And snow." in description
    assert company == "Kestrel"
    before = fingerprint(bench.database)
    bench.run("page_contents", "postings", again=True)
    assert fingerprint(bench.database) == before


def test_a_posting_without_a_company_gets_the_sites_and_is_not_changed_by_it(board: Bench) -> None:
    """Boards leave the company out: it is theirs."""
    assert board.rows(PostingRow.company) == ["Kestrel"]
    board.change(update(PostingRow).values(company="Kestrel Instruments Ltd"))
    assert visit(board, answer({"id": 12})) == [("listed", None)]
