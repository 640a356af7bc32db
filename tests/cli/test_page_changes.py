"""`inroad domain changes`: what each run found of a company's pages, in numbers and by address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from inroad.store import Database
from inroad.store.models import Page, PageSitemap, SitemapFile, Visit

from .conftest import Inroad, make_domain

NOW = datetime.now(UTC)
URL = "https://acme.example"


def seed(database: Database) -> None:
    """Two runs over two sitemaps, and one page of each kind."""
    domain = make_domain(database)
    with database.begin() as session:
        file = SitemapFile(domain_id=domain, url=f"{URL}/sitemap.xml", source="robots")
        session.add(file)
        for run, ago, new, changed, unchanged, gone in (
            ("aa01", 2, 3, 0, 0, 0),
            ("bb02", 1, 1, 1, 1, 1),
            ("bb02", 1, 0, 0, 5, 0),
        ):
            counts = {"new_count": new, "changed_count": changed, "unchanged_count": unchanged, "gone_count": gone}
            began = NOW - timedelta(hours=ago)
            visit = Visit(kind="sitemap", subject_id=1, domain_id=domain, run=run, started_at=began, finished_at=NOW, **counts)
            session.add(visit)
        session.add(Visit(kind="page", subject_id=1, domain_id=domain, run="cc03", started_at=NOW, finished_at=NOW))
        session.flush()
        old = NOW - timedelta(days=1)
        edited = Page(domain_id=domain, url=f"{URL}/edited", source="sitemap", first_seen_at=old)
        session.add_all(
            [
                Page(domain_id=domain, url=f"{URL}/added", source="sitemap", first_seen_at=NOW),
                Page(domain_id=domain, url=f"{URL}/removed", source="sitemap", first_seen_at=old, gone_at=NOW),
                Page(domain_id=domain, url=f"{URL}/same", source="sitemap", first_seen_at=old),
                edited,
            ]
        )
        session.flush()
        session.add(PageSitemap(page_id=edited.id, sitemap_file_id=file.id, changed_at=NOW))


def test_a_run_that_is_not_one_is_refused(inroad: Inroad, database: Database) -> None:
    """The pages of another run would be taken for those of the wanted one."""
    seed(database)
    outcome = inroad("domain", "changes", "acme.example", "--run", "zz")
    assert (outcome.code, "0 of the domain's runs" in outcome.err) == (1, True)


def test_every_run_says_what_it_found(inroad: Inroad, database: Database) -> None:
    """A person wants to know what happened at a company since yesterday."""
    seed(database)
    found = inroad("domain", "changes", "acme.example", "--json").json
    numbers = [(row["run"], row["sitemaps"], row["new"], row["changed"], row["unchanged"], row["gone"]) for row in found["runs"]]
    assert numbers == [("bb02", 2, 1, 1, 6, 1), ("aa01", 1, 3, 0, 0, 0)]
    assert (found["new"], found["changed"], found["gone"]) == ([f"{URL}/added"], [f"{URL}/edited"], [f"{URL}/removed"])
    shown = inroad("domain", "changes", "acme.example", "--run", "aa").out
    assert "bb02" in shown
    assert f"{URL}/removed" in shown


def test_a_company_that_was_never_read_says_so(inroad: Inroad, database: Database) -> None:
    """An empty table looks like a fault."""
    make_domain(database)
    assert "No sitemap" in inroad("domain", "changes", "acme.example").out
