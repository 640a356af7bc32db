"""Stage `postings`: one row a job, wherever it is published, closed only after two complete readings without it."""

from __future__ import annotations

import json

import pytest

from inroad.crawl.failures import transient
from inroad.store.models import Board, Page, PostingRow
from tests.endtoend.snapshots import fingerprint
from tests.stages.bench import SITE, Bench, job_posting, page

JOB = f"{SITE}/careers/meteorologist"
BOARD = "https://boards-api.greenhouse.io/v1/boards/kestrel/jobs?content=true&pay_transparency=true"
TEXT = "You calibrate wind sensors and read the sky. Three years with Python are needed."
STAGES = ("domains", "pages", "page_contents", "postings")


def feed(*jobs: tuple[int, str]) -> str:
    """The board's public feed."""
    return json.dumps(
        {
            "jobs": [
                {
                    "id": number,
                    "title": title,
                    "absolute_url": f"https://boards.greenhouse.io/kestrel/jobs/{number}",
                    "location": {"name": "Leeds, UK"},
                    "content": f"&lt;p&gt;{TEXT}&lt;/p&gt;",
                    "updated_at": "2026-11-02T10:00:00-05:00",
                }
                for number, title in jobs
            ],
            "meta": {"total": len(jobs)},
        }
    )


@pytest.fixture
def hiring(bench: Bench) -> Bench:
    """A site with one job on a page of its own."""
    bench.web.pages |= {
        f"{SITE}/": page("Kestrel", links=["/careers"]),
        f"{SITE}/careers": page("Careers", links=["/careers/meteorologist"]),
        JOB: job_posting("Meteorologist", TEXT),
    }
    return bench


@pytest.fixture
def boarded(bench: Bench) -> Bench:
    """A site whose careers page links a board with two jobs, read once."""
    bench.web.pages |= {
        f"{SITE}/": page("Kestrel", links=["/careers"]),
        f"{SITE}/careers": page("Careers", '<a href="https://boards.greenhouse.io/kestrel">Open jobs</a>'),
        BOARD: feed((11, "Meteorologist"), (12, "Welder")),
    }
    bench.run(*STAGES)
    assert bench.rows(Board.provider, Board.board_import_status, Board.posting_count) == [("greenhouse", "Complete", 2)]
    return bench


def open_jobs(bench: Bench) -> list[str]:
    """Titles of the jobs that are not closed."""
    return [title for title, closed in bench.rows(PostingRow.title, PostingRow.closed_at) if closed is None]


def test_a_board_that_cannot_be_read_closes_nothing(boarded: Bench) -> None:
    """What could not be read is not empty."""
    boarded.web.pages[BOARD] = transient("http-5xx", BOARD, "met a fault of the server (HTTP 500)")
    for _ in range(3):
        boarded.run("postings", again=True)
    assert open_jobs(boarded) == ["Meteorologist", "Welder"]


def test_a_board_answer_that_is_no_feed_closes_nothing(boarded: Bench) -> None:
    """A maintenance page with status 200 would otherwise close every job."""
    boarded.web.pages[BOARD] = page("Back soon")
    for _ in range(3):
        boarded.run("postings", again=True)
    assert open_jobs(boarded) == ["Meteorologist", "Welder"]


def test_a_job_that_the_board_no_longer_lists_is_closed_after_two_complete_readings(boarded: Bench) -> None:
    """The second reading proves it, also where the feed does not change any more."""
    boarded.web.pages[BOARD] = feed((11, "Meteorologist"))
    boarded.run("postings", again=True)
    assert open_jobs(boarded) == ["Meteorologist", "Welder"]
    boarded.run("postings", again=True)
    assert open_jobs(boarded) == ["Meteorologist"]
    before = fingerprint(boarded.database)
    boarded.run("postings", again=True)
    assert fingerprint(boarded.database) == before


def test_a_closed_job_that_is_published_again_is_open_again(boarded: Bench) -> None:
    """Companies take a job down and put it up again; its key is the same."""
    boarded.web.pages[BOARD] = feed((11, "Meteorologist"))
    for _ in range(2):
        boarded.run("postings", again=True)
    boarded.web.pages[BOARD] = feed((11, "Meteorologist"), (12, "Welder"))
    boarded.run("postings", again=True)
    assert open_jobs(boarded) == ["Meteorologist", "Welder"]
    assert len(boarded.rows(PostingRow.id)) == 2


@pytest.mark.parametrize("first", ["page", "board"])
def test_a_job_on_the_board_and_on_a_page_is_one_row_whichever_comes_first(hiring: Bench, first: str) -> None:
    """Two rows would get two CVs for one job, and which one stays must not depend on the network."""
    careers = page("Careers", '<a href="https://boards.greenhouse.io/kestrel">All jobs</a>', links=["/careers/meteorologist"])
    if first == "page":
        hiring.run(*STAGES)
        assert open_jobs(hiring) == ["Meteorologist"]
        hiring.web.pages |= {f"{SITE}/careers": careers, BOARD: feed((11, "Meteorologist"))}
    else:
        shown = hiring.web.pages.pop(JOB)
        hiring.web.pages |= {f"{SITE}/careers": page("Careers", '<a href="https://boards.greenhouse.io/kestrel">All jobs</a>')}
        hiring.web.pages[BOARD] = feed((11, "Meteorologist"))
        hiring.run(*STAGES)
        assert open_jobs(hiring) == ["Meteorologist"]
        hiring.web.pages |= {f"{SITE}/careers": careers, JOB: shown}
    hiring.run(*STAGES, again=True)
    ((title, source, board_id, closed),) = hiring.rows(
        PostingRow.title, PostingRow.source, PostingRow.board_id, PostingRow.closed_at
    )
    assert (title, source, closed) == ("Meteorologist", "greenhouse", None)
    assert board_id is not None


def test_a_job_whose_page_no_longer_shows_it_is_closed_after_two_readings(hiring: Bench) -> None:
    """Sites leave the page of a filled job in place."""
    hiring.run(*STAGES)
    hiring.web.pages[JOB] = page("This job has been filled")
    hiring.run("page_contents", "postings", again=True)
    assert open_jobs(hiring) == ["Meteorologist"]
    hiring.run("page_contents", "postings", again=True)
    assert open_jobs(hiring) == []


def test_a_job_whose_page_is_gone_is_closed_with_it(hiring: Bench) -> None:
    """Most sites delete the page of a filled job; a posting without a page would be open for ever."""
    hiring.run(*STAGES)
    del hiring.web.pages[JOB]
    hiring.run("page_contents", "postings", again=True)
    assert open_jobs(hiring) == ["Meteorologist"]
    hiring.run("page_contents", "postings", again=True)
    assert open_jobs(hiring) == []
    assert dict(hiring.rows(Page.url, Page.gone_at))[JOB] is not None


def test_a_newer_reader_reads_stored_pages_again_without_asking_the_site(hiring: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A better extractor should not cost the sites a second crawl."""
    hiring.run(*STAGES)
    asked = len(hiring.web.asked)
    monkeypatch.setattr("inroad.stages.postings.POSTING_EXTRACTOR_VERSION", "next")
    report = hiring.run("postings")
    assert sum(tally.counts["due"] for tally in report.tallies.values()) == 3
    assert len(hiring.web.asked) == asked
    assert open_jobs(hiring) == ["Meteorologist"]
    assert sum(tally.counts["due"] for tally in hiring.run("postings").tallies.values()) == 0
