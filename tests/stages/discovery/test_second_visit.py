"""The second visit to an unchanged site, through every stage: what is asked, what is parsed, and that no row is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from sqlalchemy import text

from inroad.cvs import Profile
from inroad.stages import STAGES, arun_stage, open_work, reading
from inroad.store import Database
from inroad.store.models import PIPELINE_TABLES
from inroad.store.profiles import save_profile
from tests.endtoend.command import PROFILE
from tests.stages.discovery.conftest import NAME, ROOT, Discovery, Site, index, urlset

Discover = Callable[..., Discovery]
PEOPLE = "<p>Ada Reed, managing director</p><p>Write to ada.reed@acme.example or call +44 113 496 0999.</p>"
JOB = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "JobPosting",
"title": "Senior Platform Engineer", "description": "You look after our data platform with Python, PostgreSQL and Kubernetes.",
"datePosted": "2026-11-02", "hiringOrganization": {"@type": "Organization", "name": "Acme"}}
</script><p>You look after our data platform with Python, PostgreSQL and Kubernetes.</p>"""


def document(title: str, body: str) -> bytes:
    """A page with enough text to be one."""
    filler = "<p>Acme makes gauges for boilers, and has done so in the same street since 1999.</p>" * 3
    return f"<!doctype html><html lang=en><title>{title}</title><body><h1>{title}</h1>{body}{filler}</html>".encode()


@pytest.fixture
def company(site: Site) -> Site:
    """A company with an index of two sitemaps, contacts and a job."""
    site.documents |= {
        "/": document("Acme", '<a href="/contact">Contact</a> <a href="/careers">Careers</a>'),
        "/contact": document("Contact", PEOPLE),
        "/careers": document("Careers", '<a href="/careers/platform-engineer">Platform engineer</a>'),
        "/careers/platform-engineer": document("Senior Platform Engineer", JOB),
        "/sitemap.xml": index("/a.xml", "/b.xml"),
        "/a.xml": urlset("/contact", "/careers", lastmod="2026-10-01"),
        "/b.xml": urlset("/careers/platform-engineer"),
    }
    return site


@pytest.fixture
def person(database: Database) -> None:
    """The person whom the CVs are for."""
    profile = Profile.from_resume(yaml.safe_load(PROFILE.read_text(encoding="utf-8")))
    facts = [{"fact_id": fact.id, "kind": fact.kind, "path": fact.path, "text": fact.text} for fact in profile.facts.values()]
    database.call(save_profile, "me", profile.to_resume(), facts, is_default=True)


async def visit(made: Discovery, *, again: bool) -> None:
    """Every stage in its order."""
    with open_work(made.settings, made.database, since=datetime.now(UTC) if again else None) as work:
        for stage in STAGES:
            report = await arun_stage(work, stage, [NAME])
            assert not [tally.errors for tally in report.tallies.values() if tally.errors]


def versions(database: Database) -> dict[str, list[Any]]:
    """Every row of the pipeline's tables with the transaction that wrote it."""
    with database.begin() as session:
        return {
            table: sorted(session.scalars(text(f"SELECT xmin || ' ' || to_jsonb(t)::text FROM {table} AS t")))
            for table in PIPELINE_TABLES
        }


@pytest.mark.usefixtures("person")
async def test_an_unchanged_site_is_asked_once_for_each_sitemap_and_page_and_no_row_is_written(
    company: Site, discover: Discover, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten thousand companies a night: every row written again would cost more than all that is new."""
    made = discover()
    await visit(made, again=False)
    before = versions(database)
    filled = {table for table, rows in before.items() if rows}
    assert filled >= {
        "domains", "sitemap_files", "sitemap_children", "pages", "page_sitemaps", "page_contents", "extractions", "contacts",
        "contact_sources", "companies", "postings", "matches", "cvs",
    }  # fmt: skip
    company.asked.clear()
    company.bodies_sent.clear()
    parsed: list[str] = []
    monkeypatch.setattr(reading, "iter_sitemap", lambda *_, url, **__: parsed.append(url) or iter(()))
    await visit(made, again=True)
    assert versions(database) == before
    assert Counter(company.asked) == Counter(
        ["/sitemap.xml", "/a.xml", "/b.xml", "/", "/contact", "/careers", "/careers/platform-engineer"]
    )
    assert company.bodies_sent == Counter()
    assert parsed == []


@pytest.mark.usefixtures("person")
async def test_one_changed_page_writes_its_own_rows_only(company: Site, discover: Discover, database: Database) -> None:
    """A test that never sees a row written would prove nothing."""
    made = discover()
    await visit(made, again=False)
    before = versions(database)
    company.documents["/contact"] = document("Contact", PEOPLE.replace("0999", "0888"))
    await visit(made, again=True)
    after = versions(database)
    changed = {table for table in PIPELINE_TABLES if after[table] != before[table]}
    assert {"pages", "page_contents", "contacts"} <= changed
    assert not changed & {"domains", "sitemap_files", "sitemap_children", "page_sitemaps"}
    untouched = [row for row in before["pages"] if f'"{ROOT}/careers"' in row]
    assert len(untouched) == 1
    assert untouched[0] in after["pages"]
