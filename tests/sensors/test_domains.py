"""`new_domains` over several ticks: partitions first, then runs over ranges, each once."""

from __future__ import annotations

import pytest
from dagster import DagsterInstance
from sqlalchemy import select, update

from inroad.settings import get_settings
from inroad.store import Database
from inroad.store.domains import add_domains
from inroad.store.models import Domain, SitemapFile
from inroad.store.pauses import drop_pause, put_pause
from inroad.store.sitemaps import add_sitemaps
from pipeline_defs.partitions import DOMAINS, KEYS_PER_RUN, add_domain_partitions, range_tags
from sensors.domains import new_domains
from tests.sensors.conftest import Tick


def test_without_new_domains_nothing_is_launched(tick: Tick) -> None:
    """An idle installation must not fill the list of runs."""
    assert tick(new_domains) == ([], "No new domains.")


def test_a_rejected_domain_gets_no_partition_and_no_run(tick: Tick, database: Database, instance: DagsterInstance) -> None:
    """A person said no."""
    database.call(add_domains, ["no.example"])
    with database.begin() as session:
        session.execute(update(Domain).values(sitemap_curation_status="Rejected"))
    assert tick(new_domains) == ([], "No new domains.")
    assert instance.get_dynamic_partitions(DOMAINS) == []


def test_while_too_much_waits_further_on_no_new_domain_is_begun(
    tick: Tick, database: Database, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of a hundred thousand would fill every queue behind it; and a sensor that only waits looks broken."""
    monkeypatch.setenv("INROAD_QUEUE_DEPTH", "2")
    get_settings.cache_clear()
    database.call(add_domains, ["a.example", "b.example"])
    with database.begin() as session:
        domain_id = session.scalars(select(Domain.id).order_by(Domain.id)).first()
        session.execute(update(Domain).where(Domain.id == domain_id).values(sitemap_analysis_status="Complete"))
    add_domain_partitions(instance, ["a.example"])
    files = [f"https://a.example/{number}.xml" for number in range(2)]
    database.call(add_sitemaps, domain_id, files, source="robots", waiting=False, max_attempts=3)
    requests, reason = tick(new_domains)
    assert requests == []
    assert reason.startswith("1 new domains wait; 2 rows wait further on, 2 may (INROAD_QUEUE_DEPTH)")
    assert instance.get_dynamic_partitions(DOMAINS) == ["a.example"]
    with database.begin() as session:
        session.execute(update(SitemapFile).values(sitemap_import_status="Complete"))
    assert len(tick(new_domains)[0]) == 1


@pytest.mark.parametrize(("kind", "key"), [("all", ""), ("stage", "domains")])
def test_while_new_domains_rest_none_is_begun_and_the_sensor_says_why(
    tick: Tick, database: Database, instance: DagsterInstance, kind: str, key: str
) -> None:
    """A partition without its run is one that nobody launches any more."""
    database.call(add_domains, ["a.example"])
    database.call(put_pause, kind, key, reason="moving house", by="person:ada", until=None)
    requests, reason = tick(new_domains)
    assert (requests, instance.get_dynamic_partitions(DOMAINS)) == ([], [])
    assert reason.endswith("paused: moving house.")
    database.call(drop_pause, kind, key, by="person:ada")
    assert len(tick(new_domains)[0]) == 1


def test_new_domains_become_partitions_and_are_launched_once(tick: Tick, database: Database, instance: DagsterInstance) -> None:
    """Otherwise a domain waits for somebody to press a button, or is crawled at every tick."""
    database.call(add_domains, ["a.example", "b.example"])
    (request,), _ = tick(new_domains)
    assert {key: request.tags[key] for key in range_tags("", "")} == range_tags("a.example", "b.example")
    assert instance.get_dynamic_partitions(DOMAINS) == ["a.example", "b.example"]
    assert tick(new_domains)[0] == []
    database.call(add_domains, ["c.example"])
    (later,), _ = tick(new_domains)
    assert {key: later.tags[key] for key in range_tags("", "")} == range_tags("c.example", "c.example")
    assert later.run_key != request.run_key
    assert tick(new_domains)[0] == []


def test_many_domains_are_cut_into_runs(tick: Tick, database: Database, instance: DagsterInstance) -> None:
    """A run over thousands of domains shows nothing until its end; a run for each costs seconds each."""
    names = [f"company{number:04}.example" for number in range(2 * KEYS_PER_RUN + 1)]
    database.call(add_domains, names)
    requests, _ = tick(new_domains)
    assert len(requests) == 3
    assert len({request.run_key for request in requests}) == 3


def test_partitions_added_by_a_command_are_left_to_it(tick: Tick, database: Database, instance: DagsterInstance) -> None:
    """`inroad run` adds its partitions and runs them itself; the sensor would do the same work beside it."""
    database.call(add_domains, ["a.example", "b.example", "c.example"])
    add_domain_partitions(instance, ["b.example"])
    requests, _ = tick(new_domains)
    ranges = [tuple(request.tags[key] for key in range_tags("", "")) for request in requests]
    assert ranges == [("a.example", "c.example")]
    assert instance.get_dynamic_partitions(DOMAINS) == ["b.example", "a.example", "c.example"]


def test_a_partition_that_a_person_made_in_the_ui_becomes_a_domain_and_is_launched(
    tick: Tick, database: Database, instance: DagsterInstance
) -> None:
    """Its runs would end green over no row at all."""
    add_domain_partitions(instance, ["handmade.example"])
    (request,), _ = tick(new_domains)
    assert {key: request.tags[key] for key in range_tags("", "")} == range_tags("handmade.example", "handmade.example")
    with database.begin() as session:
        assert [(row.name, row.source) for row in session.scalars(select(Domain))] == [("handmade.example", "partition")]
    assert tick(new_domains) == ([], "No new domains.")


def test_a_partition_that_is_no_domain_or_was_rejected_stays_without_a_run(
    tick: Tick, database: Database, instance: DagsterInstance
) -> None:
    """A typing error must not become a row, nor a partition bring back what a person has rejected."""
    database.call(add_domains, ["no.example"])
    with database.begin() as session:
        session.execute(update(Domain).values(sitemap_curation_status="Rejected"))
    add_domain_partitions(instance, ["no.example", "two words", "www.sub.example", "Upper.example", "10.0.0.1", "x" * 3000])
    assert tick(new_domains) == ([], "No new domains.")
    with database.begin() as session:
        assert session.scalars(select(Domain.name)).all() == ["no.example"]
