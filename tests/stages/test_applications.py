"""Stages `matches` and `cvs`, and what a person decides before anything is fetched or written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

import pytest
import yaml

from inroad.cvs import Profile
from inroad.stages import STAGES
from inroad.store.curation import TABLES, decide, matching
from inroad.store.models import CvRow, Domain, MatchRow, Page, PageContent, PostingRow, SitemapFile
from inroad.store.profiles import save_profile
from tests.endtoend.command import PROFILE
from tests.endtoend.snapshots import fingerprint
from tests.stages.bench import SITE, Bench, States, job_posting, page, urlset

TEXT = (
    "<p>You look after our data platform.</p><h3>You have</h3><ul><li>Five years with Python and PostgreSQL</li>"
    "<li>Kubernetes and Terraform in production</li></ul>"
)
JOB = f"{SITE}/careers/platform-engineer"


def use_profile(bench: Bench, **changes: Any) -> None:
    """Makes the example person the default profile, with some top-level sections changed."""
    resume = {**yaml.safe_load(PROFILE.read_text(encoding="utf-8")), **changes}
    profile = Profile.from_resume(resume)
    facts = [{"fact_id": fact.id, "kind": fact.kind, "path": fact.path, "text": fact.text} for fact in profile.facts.values()]
    bench.database.call(save_profile, "me", profile.to_resume(), facts, is_default=True)


def hire(bench: Bench) -> Bench:
    """Gives the site a job that fits the example person, in a sitemap."""
    bench.web.robots = f"Sitemap: {SITE}/sitemap.xml"
    bench.web.pages |= {
        f"{SITE}/": page("Kestrel", links=["/careers"]),
        f"{SITE}/careers": page("Careers", links=["/careers/platform-engineer"]),
        f"{SITE}/sitemap.xml": urlset("/", "/careers", "/careers/platform-engineer"),
        JOB: job_posting("Senior Platform Engineer", TEXT),
    }
    return bench


def select(bench: Bench, table: str, **which: Any) -> int:
    """What a person selects."""
    return bench.database.call(decide, table, "select", matching(TABLES[table], **which), actor="ada", reason=None)[0]


def apply(bench: Bench) -> None:
    """Gives the company one fitting job, and has a CV written for it."""
    use_profile(hire(bench))
    bench.run(*STAGES)
    assert bench.rows(CvRow.cv_processing_status, CvRow.version) == [("Complete", 1)]


@pytest.fixture
def applied(bench: Bench, states: States) -> Bench:
    """A company with one fitting job, and a CV written for it."""
    return states.give(bench, apply)


def test_without_a_profile_postings_wait_and_no_cv_is_written(bench: Bench) -> None:
    """A CV for nobody, or a match with nothing, would look like a result."""
    hire(bench).run(*STAGES)
    assert bench.rows(PostingRow.posting_processing_status) == ["Queued"]
    assert bench.rows(MatchRow.score) == []
    assert bench.rows(CvRow.id) == []


def test_manual_curation_fetches_nothing_beyond_the_analysis_until_a_person_selects(make_bench: Callable[..., Bench]) -> None:
    """Who chose to decide by hand pays for every page that is fetched without being asked."""
    bench = hire(make_bench(curation="manual"))
    use_profile(bench)
    bench.run(*STAGES)
    assert bench.web.asked == [f"{SITE}/"]
    assert bench.rows(Domain.sitemap_analysis_status) == ["Complete"]
    assert bench.rows(SitemapFile.sitemap_import_status) == ["Waiting"]

    assert select(bench, "sitemaps") == 1
    bench.run(*STAGES)
    assert bench.web.asked == [f"{SITE}/", f"{SITE}/sitemap.xml"]
    assert JOB in bench.rows(Page.url)

    assert select(bench, "pages", kind="posting") == 1
    bench.run(*STAGES)
    assert bench.web.asked[2:] == [JOB]
    assert bench.rows(PostingRow.title, PostingRow.posting_curation_status) == [("Senior Platform Engineer", "New")]
    assert bench.rows(CvRow.id) == []

    assert select(bench, "postings") == 1
    bench.run(*STAGES)
    assert bench.rows(CvRow.cv_processing_status) == ["Complete"]


def test_a_rejected_domain_is_left_alone(bench: Bench) -> None:
    """Rejecting a company must stop everything about it."""
    hire(bench)
    bench.change(Domain.__table__.update().values(sitemap_curation_status="Rejected"))
    bench.run(*STAGES)
    assert bench.web.asked == []


def test_a_second_run_writes_nothing(applied: Bench) -> None:
    """Matching and writing again costs time, and with a model money."""
    before = fingerprint(applied.database)
    applied.run(*STAGES, again=True)
    assert fingerprint(applied.database) == before


def test_a_changed_profile_is_matched_again_and_its_cvs_are_written_again(applied: Bench) -> None:
    """A CV from last year's profile would be sent without the last job."""
    files = applied.settings.files
    (named,) = applied.rows(CvRow.files)
    before = (files / named["md"]).read_text(encoding="utf-8")
    use_profile(
        applied, basics={"name": "Marta Keller-Osei", "label": "Principal Platform Engineer", "email": "marta@kelleros.example"}
    )
    applied.run("matches", "cvs")
    assert applied.rows(CvRow.cv_processing_status, CvRow.version) == [("Complete", 2)]
    after = (files / named["md"]).read_text(encoding="utf-8")
    assert "marta@kelleros.example" in after
    assert "marta@kelleros.example" not in before


def test_a_changed_posting_is_matched_again_and_its_cv_is_written_again(applied: Bench) -> None:
    """The CV must answer what the posting asks now."""
    (old,) = applied.rows(MatchRow.input_hash)
    applied.web.pages[JOB] = job_posting("Senior Platform Engineer", TEXT + "<p>Go is a must.</p>")
    applied.run(*STAGES, again=True)
    assert applied.rows(MatchRow.input_hash) != [old]
    assert applied.rows(CvRow.cv_processing_status, CvRow.version) == [("Complete", 2)]


def test_a_newer_matcher_matches_again(applied: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores of two matchers cannot be compared."""
    (old,) = applied.rows(MatchRow.input_hash)
    monkeypatch.setattr("inroad.stages.matches.VERSION", "next")
    applied.run("matches")
    assert applied.rows(MatchRow.input_hash) != [old]
    assert applied.rows(MatchRow.parts)[0]["matcher"] == "next"


def test_a_cv_that_a_person_has_approved_is_not_written_again(applied: Bench) -> None:
    """What was approved is what is sent; a new version would pass unseen."""
    assert select(applied, "cvs") == 1
    use_profile(applied, interests=[])
    applied.run("matches", "cvs")
    assert applied.rows(CvRow.version) == [1]


def test_a_posting_that_a_person_selects_gets_a_cv_whatever_its_score(bench: Bench) -> None:
    """The rule proposes, the person decides."""
    bench.settings = bench.settings.model_copy(update={"match_score": 100.0})
    use_profile(hire(bench))
    bench.run(*STAGES)
    assert bench.rows(CvRow.id) == []
    assert select(bench, "postings") == 1
    bench.run("matches", "cvs")
    assert bench.rows(CvRow.cv_processing_status) == ["Complete"]


def test_every_file_of_a_cv_lies_where_the_row_says(applied: Bench) -> None:
    """A row that says Complete without its files is found out by the person who applies."""
    (named,) = applied.rows(CvRow.files)
    assert {"pdf", "docx", "json", "md", "txt"} == set(named)
    paths = [FilePath(applied.settings.files / name) for name in named.values()]
    assert all(path.stat().st_size > 0 for path in paths)
    assert len(applied.rows(PageContent.id)) == 3
