"""Pages that an older classifier named: all named again, once, in one statement."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from inroad.crawl.classify import CLASSIFIER_VERSION
from inroad.store.models import Domain, Page
from tests.endtoend.snapshots import fingerprint
from tests.stages.bench import DOMAIN, SITE, Bench


def test_a_newer_classifier_names_all_pages_again_once(bench: Bench) -> None:
    """Pages that an older version did not know for what they are would never be read; those that a link named must stay."""
    site = {"/standorte": ("UNKNOWN", 3), "/kontakt": ("CONTACT_ROOT", 1), "/x/bau-7": ("POSTING", 1)}
    with bench.database.begin() as session:
        domain = session.scalars(select(Domain.id)).one()
        session.execute(update(Domain).values(sitemap_analysis_status="Complete"))
        for path, (page_type, level) in site.items():
            values = {"page_type": page_type, "priority_level": level, "classifier_version": "0"}
            session.execute(insert(Page).values(domain_id=domain, url=SITE + path, source="sitemap", **values))
    report = bench.run("pages")
    rows = bench.rows(Page.url, Page.page_type, Page.priority_level)
    named = {url.removeprefix(SITE): (page_type, level) for url, page_type, level in rows}
    assert named == {**site, "/standorte": ("CONTACT", 1)}
    assert set(bench.rows(Page.classifier_version)) == {CLASSIFIER_VERSION}
    assert report.tallies[DOMAIN].counts["changed"] == 1
    before = fingerprint(bench.database)
    bench.run("pages")
    assert fingerprint(bench.database) == before
