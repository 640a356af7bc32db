"""Bringing the schema up to date with Alembic, at start and under a lock; refusing a database that a newer Inroad wrote."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from inroad.guard.errors import UserError
from inroad.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


class NewerDatabase(UserError):
    """The database's schema is newer than this Inroad knows."""

    reason = "newer-database"


def configuration() -> Config:
    """Alembic's configuration, without a file on disk."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def upgrade(database: Database) -> None:
    """Applies the missing revisions; a no-op of one query when there are none.

    Raises:
        NewerDatabase: The database carries a revision that this code does not have.
    """
    config = configuration()
    script = ScriptDirectory.from_config(config)
    try:
        with database.engine.connect() as connection:
            if _current(connection) == script.get_current_head():
                return
        with database.engine.begin() as connection:
            # Two processes that start together take turns; the second finds nothing to do.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('inroad migrate'))"))
            current = _current(connection)
            known = {revision.revision for revision in script.walk_revisions()}
            if current is not None and current not in known:
                raise NewerDatabase(
                    f"The database is at revision {current}, which this version of Inroad does not know.",
                    mend="Upgrade Inroad, or point INROAD_DATABASE_URL or INROAD_HOME at another database.",
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as error:
        raise database._unavailable(error) from error  # noqa: SLF001 - the same words for the same fault


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
