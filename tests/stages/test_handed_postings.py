"""Postings that a person handed over by address: read again on their visit day, closed only after two readings without them."""

from __future__ import annotations

import pytest

from inroad.crawl.failures import transient
from inroad.postings import read_posting
from inroad.stages.posting_columns import posting_columns
from inroad.store.domains import domain_ids
from inroad.store.models import PostingRow, Visit
from inroad.store.posting_intake import add_posting_by_hand
from tests.endtoend.snapshots import fingerprint
from tests.stages.bench import DOMAIN, SITE, Bench, job_posting, page

ADDRESS = "https://jobs.elsewhere.example/kestrel/77"
TEXT = "You calibrate wind sensors and read the sky over the valley. Three years with Python are needed."
STAGES = ("domains", "pages", "page_contents", "postings")


@pytest.fixture
def handed(bench: Bench) -> Bench:
    """A company whose one posting stands elsewhere and was handed over by its address."""
    bench.web.pages |= {f"{SITE}/": page("Kestrel"), ADDRESS: job_posting("Meteorologist", TEXT)}
    bench.run("domains")
    columns = posting_columns(read_posting(str(bench.web.pages[ADDRESS]).encode(), url=ADDRESS))
    number = bench.database.call(domain_ids, [DOMAIN])[DOMAIN]
    bench.database.call(add_posting_by_hand, number, columns, max_attempts=3)
    bench.run(*STAGES)
    bench.web.asked.clear()
    return bench


def states(bench: Bench) -> list[tuple[str, str, int]]:
    return bench.rows(PostingRow.title, PostingRow.listing_state, PostingRow.missed_count)


def test_a_failure_of_its_site_closes_nothing(handed: Bench) -> None:
    """What could not be read is not gone."""
    handed.web.pages[ADDRESS] = transient("http-5xx", ADDRESS, "met a fault of the server (HTTP 500)")
    for _ in range(3):
        handed.run("postings", again=True)
    assert states(handed) == [("Meteorologist", "listed", 0)]
    assert handed.rows(Visit.outcome, Visit.kind).count(("error", "posting")) == 3


def test_an_ordinary_run_does_not_ask_for_it_again(handed: Bench) -> None:
    """It was read when it was handed over."""
    handed.run("postings")
    assert ADDRESS not in handed.web.asked


def test_an_unchanged_one_costs_a_visit_and_writes_nothing(handed: Bench) -> None:
    """Nothing changed, nothing written."""
    before = fingerprint(handed.database)
    handed.run("postings", again=True)
    assert handed.web.asked.count(ADDRESS) == 1
    assert fingerprint(handed.database) == before
    assert ("unchanged", "posting") in handed.rows(Visit.outcome, Visit.kind)


def test_a_changed_one_is_matched_again_under_its_key(handed: Bench) -> None:
    """A new title or text is another job to write for, and the person's choice stays with it."""
    (key,) = handed.rows(PostingRow.key)
    handed.web.pages[ADDRESS] = job_posting("Senior Meteorologist", f"{TEXT} You lead two colleagues.")
    handed.run("postings", again=True)
    assert states(handed) == [("Senior Meteorologist", "changed", 0)]
    assert handed.rows(PostingRow.key, PostingRow.posting_processing_status, PostingRow.posting_curation_status) == [
        (key, "Queued", "Selected")
    ]


def test_it_is_closed_after_two_readings_without_it(handed: Bench) -> None:
    """One answer "not found" may be a slip of the site; the second is believed, and it is not asked for any more."""
    del handed.web.pages[ADDRESS]
    handed.run("postings", again=True)
    assert states(handed) == [("Meteorologist", "missing", 1)]
    handed.run("postings", again=True)
    assert states(handed) == [("Meteorologist", "closed", 2)]
    handed.web.asked.clear()
    handed.run("postings", again=True)
    assert ADDRESS not in handed.web.asked


def test_one_that_comes_back_after_one_miss_is_listed_again(handed: Bench) -> None:
    """A slip of the site must not leave a mark."""
    shown = handed.web.pages.pop(ADDRESS)
    handed.run("postings", again=True)
    handed.web.pages[ADDRESS] = shown
    handed.run("postings", again=True)
    assert states(handed) == [("Meteorologist", "listed", 0)]
