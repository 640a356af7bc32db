"""A domain that a person has rejected is left alone by every stage and by the sensors, with all that it holds."""

from __future__ import annotations

from sqlalchemy import update

from inroad.stages import STAGES
from inroad.store.due import due_domains, due_files, due_pages, due_postings, due_sitemaps
from inroad.store.models import Domain, Page
from tests.endtoend.snapshots import fingerprint
from tests.stages.bench import SITE, Bench, page
from tests.stages.test_applications import use_profile


def reject(bench: Bench, status: str = "Rejected") -> None:
    bench.change(update(Domain).values(sitemap_curation_status=status))


def test_no_stage_touches_a_rejected_domain(bench: Bench) -> None:
    """Its pages would be fetched, its people stored and its jobs applied for against the person's word."""
    bench.web.pages |= {f"{SITE}/": page("Kestrel", links=["/contact"]), f"{SITE}/contact": page("Contact")}
    bench.run("domains", "pages")
    use_profile(bench)
    reject(bench)
    asked, before = list(bench.web.asked), fingerprint(bench.database)
    assert {stage: bench.run(stage, again=True).total("rejected") for stage in STAGES} == dict.fromkeys(STAGES, 1)
    assert bench.web.asked == asked
    assert fingerprint(bench.database) == before


def test_a_domain_that_is_taken_back_goes_on_where_it_was(bench: Bench) -> None:
    """A slip of the finger must cost nothing."""
    bench.web.pages |= {f"{SITE}/": page("Kestrel", links=["/contact"]), f"{SITE}/contact": page("Contact")}
    bench.run("domains", "pages")
    reject(bench)
    bench.run("page_contents")
    reject(bench, "New")
    bench.run("page_contents")
    assert dict(bench.rows(Page.url, Page.page_processing_status))[f"{SITE}/contact"] == "Complete"


def test_the_rows_of_a_rejected_domain_are_not_due(bench: Bench) -> None:
    """A sensor would launch a sweep for them every ten minutes, for ever, and new domains would stand behind them."""
    bench.web.pages |= {f"{SITE}/": page("Kestrel", links=["/contact"]), f"{SITE}/contact": page("Contact")}
    bench.run("domains", "pages")
    use_profile(bench)
    assert bench.database.call(due_pages)[0] > 0
    reject(bench)
    for due in (due_sitemaps, due_files, due_pages, due_postings):
        assert bench.database.call(due) == (0, bench.database.call(due)[1])
        assert bench.database.call(due, resting=True)[0] == 0
    assert bench.database.call(due_domains, limit=10) == []
