"""Boards whose list only names the jobs: each text is asked for once, and its failure loses nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inroad.crawl.failures import transient
from inroad.store.due import due_domains
from inroad.store.models import Board as BoardRow
from inroad.store.models import PostingRow
from tests.endtoend.snapshots import fingerprint
from tests.stages.bench import DOMAIN, SITE, Bench, page
from tests.stages.test_applications import use_profile
from tests.stages.test_postings import STAGES

FEED = "https://api.smartrecruiters.com/v1/companies/kestrel/postings"
LIST = f"{FEED}?limit=100&offset=0"


def listed(*jobs: tuple[str, str], total: int | None = None) -> str:
    content = [{"id": number, "name": name, "company": {"identifier": "kestrel", "name": "Kestrel"}} for number, name in jobs]
    return json.dumps({"offset": 0, "limit": 100, "totalFound": len(jobs) if total is None else total, "content": content})


def detail(number: str, name: str, text: str) -> str:
    job: dict[str, Any] = {"id": number, "name": name, "company": {"identifier": "kestrel", "name": "Kestrel"}, "active": True}
    sections = {"jobDescription": {"title": "Job", "text": f"<p>{text}</p>"}}
    return json.dumps({**job, "jobAd": {"sections": sections}, "location": {"city": "Leeds", "country": "gb"}})


@pytest.fixture
def board(bench: Bench) -> Bench:
    """A company whose board names two jobs, read once."""
    link = '<a href="https://careers.smartrecruiters.com/kestrel">Jobs</a>'
    bench.web.pages |= {
        f"{SITE}/": page("Kestrel", links=["/careers"]),
        f"{SITE}/careers": page("Careers", link),
        LIST: listed(("1", "Welder"), ("2", "Cook")),
        f"{FEED}/1": detail("1", "Welder", "Welds masts."),
        f"{FEED}/2": detail("2", "Cook", "Cooks soup."),
    }
    bench.run(*STAGES)
    return bench


def texts(bench: Bench) -> dict[str, str]:
    return dict(bench.rows(PostingRow.title, PostingRow.description))


def visit(bench: Bench) -> list[str]:
    """Addresses of the board that one more visit asks."""
    asked = len(bench.web.asked)
    bench.run("postings", again=True)
    return [url for url in bench.web.asked[asked:] if url.startswith(FEED)]


def test_each_text_is_asked_for_once(board: Bench) -> None:
    """A hundred requests a visit for nothing would have us blocked, and each would be a chance to fail."""
    assert texts(board) == {"Welder": "Job\nWelds masts.", "Cook": "Job\nCooks soup."}
    before = fingerprint(board.database)
    assert visit(board) == [LIST]
    assert fingerprint(board.database) == before


def test_a_text_that_cannot_be_had_now_leaves_the_job_listed_and_is_asked_for_again(board: Bench) -> None:
    """The list was read whole: nothing is missed, and the text follows."""
    board.web.pages[LIST] = listed(("1", "Welder"), ("2", "Cook"), ("3", "Rigger"))
    board.web.pages[f"{FEED}/3"] = transient("http-5xx", f"{FEED}/3", "met a fault of the server (HTTP 503)")
    assert visit(board) == [LIST, f"{FEED}/3"]
    assert texts(board)["Rigger"] == ""
    assert set(board.rows(PostingRow.listing_state)) == {"listed"}
    assert board.rows(BoardRow.posting_count) == [3]
    board.web.pages[f"{FEED}/3"] = detail("3", "Rigger", "Rigs.")
    assert visit(board) == [LIST, f"{FEED}/3"]
    assert texts(board)["Rigger"] == "Job\nRigs."


def test_a_job_that_the_list_renames_is_asked_for_again(board: Bench) -> None:
    """Its text may have changed with it."""
    board.web.pages[LIST] = listed(("1", "Senior Welder"), ("2", "Cook"))
    board.web.pages[f"{FEED}/1"] = detail("1", "Senior Welder", "Leads welders.")
    assert visit(board) == [LIST, f"{FEED}/1"]
    assert texts(board)["Senior Welder"] == "Job\nLeads welders."


def test_without_a_profile_no_sweep_is_due_for_postings_alone(board: Bench) -> None:
    """It would find nothing to do, every thirty seconds, for ever."""
    board.run("sitemaps", "contacts", "companies")
    with board.database.begin() as session:
        assert due_domains(session, limit=10) == []
    use_profile(board)
    with board.database.begin() as session:
        assert due_domains(session, limit=10) == [DOMAIN]
