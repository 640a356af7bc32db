"""The sweeping sensors over several ticks: launched when something is due, once for each state, and never beside each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from dagster import DagsterInstance, DagsterRunStatus, RunRequest, SensorDefinition
from sqlalchemy import func, select, update

from assets.operations import sweep
from inroad.store import Database
from inroad.store.domains import add_domains
from inroad.store.models import Domain, Extraction, Page, PageContent, PostingRow, SitemapFile
from inroad.store.pauses import drop_pause, put_pause
from inroad.store.profiles import save_profile
from inroad.store.sitemaps import add_sitemaps
from sensors.sweeping import queued_sitemaps, selected_pages, selected_postings
from tests.sensors.conftest import Tick

NAME = "one.example"
ALL = (queued_sitemaps, selected_pages, selected_postings)
Prepare = Callable[[Database], None]


@pytest.fixture
def domain_id(database: Database) -> int:
    """A domain that was analysed."""
    database.call(add_domains, [NAME])
    with database.begin() as session:
        session.execute(update(Domain).values(sitemap_analysis_status="Complete"))
        return session.scalars(select(Domain.id)).one()


def add_sitemap(database: Database, domain_id: int, path: str = "sitemap.xml", *, waiting: bool = False) -> None:
    """A sitemap file as the analysis finds it."""
    urls = [f"https://{NAME}/{path}"]
    database.call(add_sitemaps, domain_id, urls, source="robots", waiting=waiting, max_attempts=3)


def add_page(database: Database, domain_id: int, **values: object) -> int:
    """A page row."""
    page = Page(domain_id=domain_id, url=f"https://{NAME}/contact", source="sitemap", page_type="CONTACT_ROOT", priority_level=1)
    for name, value in values.items():
        setattr(page, name, value)
    with database.begin() as session:
        session.add(page)
        session.flush()
        return page.id


def state(request: RunRequest) -> str:
    """The part of a run's key that names the sensor and the rows' state; the rest is the launch before it."""
    return str(request.run_key).rpartition(":")[0]


@pytest.mark.parametrize("sensor", ALL, ids=lambda sensor: sensor.name)
def test_nothing_due_launches_nothing(tick: Tick, sensor: SensorDefinition) -> None:
    """An idle installation must not fill the list of runs."""
    assert tick(sensor) == ([], "Nothing is due.")


def test_a_running_sweep_is_not_joined_by_another(
    tick: Tick, database: Database, domain_id: int, instance: DagsterInstance
) -> None:
    """Two sweeps over the same rows do the work of one and hold two slots; three sensors look at the same moment."""
    add_sitemap(database, domain_id)
    run = instance.create_run_for_job(sweep, status=DagsterRunStatus.STARTED)
    requests, reason = tick(queued_sitemaps)
    assert requests == []
    assert "1 rows are due; a sweep is already running." in reason
    instance.report_run_failed(run)
    assert len(tick(queued_sitemaps)[0]) == 1


@pytest.mark.parametrize(("kind", "key"), [("all", ""), ("stage", "sitemaps"), ("domain", NAME)])
def test_what_rests_is_not_swept(tick: Tick, database: Database, domain_id: int, kind: str, key: str) -> None:
    """A sweep over what rests does nothing, again and again; and the list of ticks must say why nothing goes on."""
    add_sitemap(database, domain_id)
    database.call(put_pause, kind, key, reason="moving house", by="person:ada", until=None)
    requests, reason = tick(queued_sitemaps)
    assert requests == []
    assert reason == "Nothing is due." if kind == "domain" else "paused: moving house." in reason
    database.call(drop_pause, kind, key, by="person:ada")
    assert len(tick(queued_sitemaps)[0]) == 1


def test_a_queued_sitemap_is_launched_once_for_each_state(tick: Tick, database: Database, domain_id: int) -> None:
    """Otherwise each tick queues another sweep over the same rows; another row or another attempt is another state."""
    add_sitemap(database, domain_id)
    first = tick(queued_sitemaps)[0][0]
    requests, reason = tick(queued_sitemaps)
    assert requests == []
    assert "left them as they are" in reason
    add_sitemap(database, domain_id, "news.xml")
    other = tick(queued_sitemaps)[0][0]
    assert state(other) != state(first)
    with database.begin() as session:
        session.execute(update(SitemapFile).values(next_attempt_at=func.now() + timedelta(minutes=1)))
    assert tick(queued_sitemaps) == ([], "Nothing is due.")


def test_a_sitemap_that_waits_for_a_person_is_left_alone(tick: Tick, database: Database, domain_id: int) -> None:
    """Manual curation would mean nothing."""
    add_sitemap(database, domain_id, waiting=True)
    assert tick(queued_sitemaps) == ([], "Nothing is due.")


def test_a_new_domain_is_left_to_its_own_sensor_and_taken_when_left_behind(tick: Tick, database: Database) -> None:
    """Both sensors would crawl it; and one whose first run never came would wait for ever."""
    database.call(add_domains, [NAME])
    assert tick(queued_sitemaps) == ([], "Nothing is due.")
    with database.begin() as session:
        session.execute(update(Domain).values(created_at=datetime.now(UTC) - timedelta(hours=1)))
    assert len(tick(queued_sitemaps)[0]) == 1


@pytest.mark.parametrize("attempts", [1, 3])
def test_rows_of_a_dead_worker_come_back_and_are_launched(tick: Tick, database: Database, domain_id: int, attempts: int) -> None:
    """Otherwise a `kill -9` leaves rows in Processing for ever; one that kills every worker must not come back for ever."""
    add_sitemap(database, domain_id)
    with database.begin() as session:
        held = {"sitemap_import_status": "Processing", "lease_owner": "w1", "attempts": attempts}
        session.execute(update(SitemapFile).values(lease_expires_at=func.now() + timedelta(hours=1), **held))
    requests, _ = tick(queued_sitemaps)
    with database.begin() as session:
        (row,) = session.scalars(select(SitemapFile))
    is_spent = attempts == row.max_attempts
    assert len(requests) == (0 if is_spent else 1)
    assert (row.sitemap_import_status, row.error_reason) == (("Error", "worker-lost") if is_spent else ("Queued", None))


def test_contents_that_an_older_extractor_read_are_read_again(tick: Tick, database: Database, domain_id: int) -> None:
    """Otherwise a better rule finds nothing on pages that were read before it existed."""
    page_id = add_page(database, domain_id, page_curation_status="Selected", page_processing_status="Complete")
    body = {"final_url": f"https://{NAME}/contact", "content_hash": "0" * 64, "body_bytes": 0, "text": "", "html_zlib": b""}
    content = PageContent(page_id=page_id, domain_id=domain_id, version=1, strategy="direct", http_status=200, **body)
    with database.begin() as session:
        session.add(content)
        session.flush()
        read = {"domain_id": domain_id, "page_content_id": content.id, "kind": "contacts"}
        session.add(Extraction(extraction_status="Complete", extractor_version="0", **read))
    assert tick(selected_pages) == ([], "Nothing is due.")
    tick(queued_sitemaps)
    requests, _ = tick(selected_pages)
    assert len(requests) == 1
    assert state(requests[0]).startswith("selected_pages:")


def test_a_page_is_launched_when_a_person_selects_it(tick: Tick, database: Database, domain_id: int) -> None:
    """No worker waits for a person: approval is a row's state, and a sensor reads it."""
    add_page(database, domain_id)
    assert tick(selected_pages) == ([], "Nothing is due.")
    with database.begin() as session:
        session.execute(update(Page).values(page_curation_status="Selected", page_processing_status="Queued"))
    assert len(tick(selected_pages)[0]) == 1
    with database.begin() as session:
        session.execute(update(Page).values(page_curation_status="Rejected"))
    assert tick(selected_pages) == ([], "Nothing is due.")


def test_postings_are_launched_once_there_is_a_profile_to_match(tick: Tick, database: Database, domain_id: int) -> None:
    """Without a profile each tick would launch a sweep that can do nothing."""
    facts = {
        "key": "engineer",
        "title": "Engineer",
        "url": f"https://{NAME}/jobs/1",
        "description": "You build.",
        "source": "page",
    }
    posting = PostingRow(domain_id=domain_id, content_hash="0" * 64, **facts)
    with database.begin() as session:
        session.add(posting)
    assert tick(selected_postings) == ([], "Nothing is due.")
    database.call(save_profile, "me", {"basics": {"name": "Ada Example"}}, [], is_default=True)
    assert len(tick(selected_postings)[0]) == 1
    with database.begin() as session:
        session.execute(update(PostingRow).values(posting_curation_status="Rejected"))
    assert tick(selected_postings) == ([], "Nothing is due.")
