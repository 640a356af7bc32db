"""Indexes, proved by EXPLAIN on 200,000 pages, companies and sitemaps: what is asked for often reads no table whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Select, event, func, select, text
from sqlalchemy.orm import Session

from inroad.store import Database, embedded
from inroad.store.claims import Worker, claim, is_due
from inroad.store.curation import TABLES, matching
from inroad.store.database import create_database
from inroad.store.migrate import upgrade
from inroad.store.missing_pages import miss_again
from inroad.store.models import Domain, Page, PageUrl, SitemapFile
from inroad.store.page_urls import url_contains

PAGES = 200_000


@pytest.fixture(scope="module")
def large(server: embedded.Server) -> Iterator[Database]:
    """Pages of 100 domains, all waiting but for 200 queued ones; built once, by the server, in seconds."""
    create_database(server.url("large"))
    database = Database(server.url("large"))
    upgrade(database)
    _fill(database)
    yield database
    database.close()


def _fill(database: Database) -> None:
    with database.begin() as session:
        session.execute(text("DROP INDEX ix_page_urls_url"))
        session.execute(text("INSERT INTO domains (name) SELECT 'c' || n || '.example' FROM generate_series(1, 100) AS n"))
        session.execute(
            text("""
            INSERT INTO pages (domain_id, url, source, page_type, page_curation_status, page_processing_status)
            SELECT d.id, 'https://' || d.name || '/' || md5((d.id * 10000 + n)::text) || '/p-' || n, 'sitemap',
                CASE n % 20 WHEN 0 THEN 'CONTACT' ELSE 'UNKNOWN' END,
                CASE WHEN n <= 10 THEN 'Selected' ELSE 'New' END, CASE WHEN n <= 2 THEN 'Queued' ELSE 'Waiting' END
            FROM domains d, generate_series(1, :each) AS n
            """),
            {"each": PAGES // 100},
        )
        session.execute(text("CREATE INDEX ix_page_urls_url ON page_urls USING gin (url gin_trgm_ops)"))
        # Companies and sitemap files in the same number; a few of each are selected, in error or due.
        session.execute(
            text("""
            INSERT INTO domains (name, sitemap_curation_status, sitemap_analysis_status)
            SELECT 'd' || n || '.example', CASE WHEN n % 500 = 0 THEN 'Rejected' ELSE 'New' END,
                CASE n % 1000 WHEN 0 THEN 'Queued' WHEN 1 THEN 'Error' ELSE 'Complete' END
            FROM generate_series(1, :all) AS n
            """),
            {"all": PAGES},
        )
        session.execute(
            text("""
            INSERT INTO sitemap_files (domain_id, url, source, sitemap_import_status)
            SELECT d.id, 'https://' || d.name || '/sitemap-' || n, 'index', CASE WHEN n <= 2 THEN 'Queued' ELSE 'Complete' END
            FROM domains d, generate_series(1, :each) AS n WHERE d.name LIKE 'c%'
            """),
            {"each": PAGES // 100},
        )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE pages, page_urls, domains, sitemap_files"))


def plan(session: Session, statement: Select[Any]) -> str:
    """How PostgreSQL reads a statement's rows."""
    compiled = statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    return "\n".join(session.scalars(text("EXPLAIN " + str(compiled).replace("%%", "%").replace(":", "\\:"))))


def reads_all(plan: str) -> bool:
    """Whether a plan reads one of the large tables from end to end."""
    return re.search(r"Seq Scan on (pages|page_urls|domains|sitemap_files)\b", plan) is not None


def test_the_guard_sees_a_table_that_is_read_whole(large: Database) -> None:
    """A check that never fails would prove nothing."""
    with large.begin() as session:
        assert reads_all(plan(session, select(Page.id).where(Page.title == "x")))


@pytest.fixture
def plans(large: Database) -> Iterator[list[str]]:
    """The plan of every statement with an UPDATE of pages that is issued meanwhile."""
    seen: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "UPDATE pages" in statement:
            cursor.execute("EXPLAIN " + statement, parameters)
            seen.append("\n".join(row[0] for row in cursor.fetchall()))

    event.listen(large.engine, "before_cursor_execute", explain)
    yield seen
    event.remove(large.engine, "before_cursor_execute", explain)


def test_claims_of_one_domain_use_its_index_of_due_pages(large: Database, plans: list[str]) -> None:
    """With a million pages queued each claim of each domain would walk over all of them."""
    with Worker(large) as worker, Session(large.engine) as session:  # rolled back: the tests share the rows
        claimed = claim(session, Page, Page.domain_id == 7, owner=worker.name, lease_s=60, limit=100)
    assert len(claimed) == 2
    assert len(plans) == 1
    assert re.search(r"ix_pages_(domain_)?due", plans[0]), plans[0]
    assert not reads_all(plans[0])


def test_counting_what_is_due_reads_only_what_is_due(large: Database) -> None:
    """Sensors ask every few seconds."""
    with large.begin() as session:
        used = plan(session, select(func.count()).select_from(Page).where(is_due(Page)))
    assert re.search(r"ix_pages_(domain_)?due", used), used
    assert not reads_all(used)


@pytest.mark.parametrize(
    "filters", [{"domains": ["c7.example"]}, {"domains": ["c7.example"], "status": "New"}, {"status": "Selected"}]
)
def test_curation_filters_use_the_states_indexes(large: Database, filters: dict[str, Any]) -> None:
    """A person's filter on the console must not read every page of every company."""
    with large.begin() as session:
        used = plan(session, select(Page.id).where(*matching(TABLES["pages"], **filters)))
    assert re.search(r"ix_pages_(states|curation)", used), used
    assert not reads_all(used)


@pytest.mark.parametrize(
    ("model", "where", "index"),
    [
        (Domain, (Domain.sitemap_curation_status == "Rejected", Domain.sitemap_analysis_status == "Error"), "ix_domains_states"),
        (Domain, (is_due(Domain),), "ix_domains_due"),
        (SitemapFile, (SitemapFile.domain_id == 7, SitemapFile.sitemap_import_status == "Queued"), "ix_sitemap_files_states"),
        (SitemapFile, (is_due(SitemapFile),), "ix_sitemap_files_due"),
    ],
    ids=["domains by states", "due domains", "sitemaps of a domain by state", "due sitemaps"],
)
def test_states_of_companies_and_sitemaps_are_found_by_their_indexes(
    large: Database, model: Any, where: tuple[Any, ...], index: str
) -> None:
    """Sensors and the console ask for them all day; with 200,000 of each they must read only what they want."""
    with large.begin() as session:
        used = plan(session, select(model.id).where(*where))
    assert index in used, used
    assert not reads_all(used)


def test_searching_a_part_of_a_url_uses_the_trigram_index(large: Database) -> None:
    """LIKE with a leading wildcard can use no other index."""
    with large.begin() as session:
        url = session.scalars(select(Page.url).where(Page.domain_id == 42).order_by(Page.id).offset(PAGES // 300).limit(1)).one()
        part = url.split("/")[3][4:20].upper()
        statement = select(Page.url).where(url_contains(part))
        used = plan(session, statement)
        assert session.scalars(statement).all() == [url]
    assert "ix_page_urls_url" in used, used
    assert not reads_all(used)


def test_wildcards_in_a_search_mean_themselves(large: Database) -> None:
    """A search for 100% would find every URL with 100 in it."""
    with large.begin() as session:
        for part in ("p_1", "%", "c7.example_", "\\"):
            assert session.scalars(select(Page.id).where(url_contains(part))).all() == []


def test_pages_missed_once_are_found_without_reading_the_domain(large: Database) -> None:
    """Each unchanged sitemap of a large site asks for them."""
    with large.begin() as session:
        assert miss_again(session, 1, session.scalar(select(func.now()))) == 0
        missed = select(Page.id).where(Page.domain_id == 7, Page.missed_count > 0, Page.gone_at.is_(None))
        used = plan(session, missed)
    assert "ix_pages_missed" in used, used


def test_every_page_is_searchable_as_long_as_it_exists(large: Database) -> None:
    """Pages come by sitemaps, links and the home page; a search that misses some is worse than none."""
    with Session(large.engine) as session:  # rolled back
        assert session.scalar(select(func.count()).select_from(PageUrl)) == PAGES
        session.execute(text("DELETE FROM domains WHERE id = 7"))
        assert session.scalar(select(func.count()).select_from(PageUrl)) == PAGES - PAGES // 100
