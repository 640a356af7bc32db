"""What rests is left as it is by every stage, and goes on where it was."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from inroad.stages import STAGES
from inroad.store.claims import wake_refused
from inroad.store.due import due_domains, due_files, due_sitemaps
from inroad.store.models import Domain
from inroad.store.pauses import drop_pause, put_pause
from inroad.store.sitemaps import add_sitemaps
from tests.stages.bench import DOMAIN, SITE, Bench
from tests.stages.test_applications import use_profile


def _rest(bench: Bench, kind: str, key: str = "") -> None:
    bench.database.call(put_pause, kind, key, reason="holiday", by="person:ada", until=None)


def _domain(bench: Bench) -> Domain:
    with bench.database.begin() as session:
        return session.scalars(select(Domain)).one()


@pytest.mark.parametrize(("kind", "key"), [("all", ""), ("stage", "domains"), ("domain", DOMAIN)])
def test_a_stage_leaves_what_rests_as_it_is(bench: Bench, kind: str, key: str) -> None:
    """A row that is claimed and put back has lost its place; one that is asked anyway was not paused."""
    _rest(bench, kind, key)
    report = bench.run("domains")
    row = _domain(bench)
    assert (row.sitemap_analysis_status, row.attempts) == ("Queued", 0)
    assert report.total("paused") == 1
    assert report.total("failed") == 0
    assert bench.database.call(drop_pause, kind, key, by="person:ada")
    bench.run("domains")
    assert _domain(bench).sitemap_analysis_status == "Complete"


def test_every_stage_honours_a_pause_of_everything(bench: Bench) -> None:
    """One stage that goes on undoes what the others were stopped for."""
    bench.run("domains")
    _rest(bench, "all")
    use_profile(bench)
    assert {stage: bench.run(stage).total("paused") for stage in STAGES} == dict.fromkeys(STAGES, 1)


def test_what_rests_is_not_due_for_the_sensors_and_still_stands_in_the_queue(bench: Bench) -> None:
    """A sweep over what rests does nothing, every ten minutes; but what it waits for has to be done one day."""
    bench.run("domains")
    add = {"source": "robots", "waiting": False, "max_attempts": 3}
    bench.database.call(add_sitemaps, _domain(bench).id, [f"{SITE}/sitemap-{n}.xml" for n in range(2)], **add)
    before, _ = bench.database.call(due_files)
    _rest(bench, "domain", DOMAIN)
    assert before > 0
    assert bench.database.call(due_files)[0] == 0
    assert bench.database.call(due_sitemaps)[0] == 0
    assert bench.database.call(due_domains, limit=10) == []
    assert bench.database.call(due_files, resting=True)[0] == before
    with bench.database.begin() as session:
        assert wake_refused(session) == 0
