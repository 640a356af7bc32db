"""The schema: one history, equal to the models, with constraints that hold."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inroad.store import Database
from inroad.store.migrate import NewerDatabase, configuration, upgrade
from inroad.store.models import Base, Domain, Page, SitemapFile
from inroad.store.status import server_facts


def test_migrations_have_a_single_head() -> None:
    """Two heads would leave half of the users on a schema that the code does not know."""
    assert len(ScriptDirectory.from_config(configuration()).get_heads()) == 1


def test_migrated_schema_equals_the_models(database: Database) -> None:
    """A model that no migration creates fails at the first query of a real installation."""
    with database.engine.connect() as connection:
        assert len(Base.metadata.tables) > 30
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_a_database_from_a_newer_version_is_refused(database: Database) -> None:
    """Old code on a new schema would write rows that the new code cannot read."""
    with database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDatabase, match=r"9999.*Upgrade Inroad"):
        upgrade(database)


def test_migrating_twice_changes_nothing(database: Database) -> None:
    """Every process migrates at its start."""
    with database.begin() as session:
        session.execute(insert(Domain).values(name="acme.example"))
    before = database.call(server_facts).revision
    upgrade(database)
    upgrade(database)
    assert database.call(server_facts).revision == before is not None
    with database.begin() as session:
        assert session.scalars(select(Domain.name)).all() == ["acme.example"]


def _domain(session: Session) -> int:
    return session.scalars(insert(Domain).values(name="acme.example").returning(Domain.id)).one()


def test_new_sitemap_files_are_born_queued_and_new(session: Session) -> None:
    """A sitemap row without a state was never picked up by anybody."""
    session.execute(
        insert(SitemapFile).values(domain_id=_domain(session), url="https://acme.example/sitemap.xml", source="robots")
    )
    row = session.scalars(select(SitemapFile)).one()
    assert (row.sitemap_import_status, row.sitemap_curation_status) == ("Queued", "New")


@pytest.mark.parametrize("status", [None, "Done", "queued", ""])
def test_unknown_or_missing_states_are_refused(session: Session, status: str | None) -> None:
    """A misspelt state is a row that no claim ever finds."""
    values = {
        "domain_id": _domain(session),
        "url": "https://acme.example/sitemap.xml",
        "source": "robots",
        "sitemap_import_status": status,
    }
    with pytest.raises(IntegrityError):
        session.execute(insert(SitemapFile).values(**values))


def test_one_page_per_canonical_url(session: Session) -> None:
    """The same URL in several sitemaps is one page."""
    values = {"domain_id": _domain(session), "url": "https://acme.example/", "source": "home"}
    session.execute(insert(Page).values(**values))
    with pytest.raises(IntegrityError):
        session.execute(insert(Page).values(**values))


def test_a_row_cannot_be_processing_without_a_lease(session: Session) -> None:
    """Such a row would stay in Processing for ever after its worker died."""
    with pytest.raises(IntegrityError):
        session.execute(insert(Domain).values(name="acme.example", sitemap_analysis_status="Processing"))
