"""Opening the two databases: which they are, the embedded server where no URL is set, creation and migration."""

from __future__ import annotations

from inroad.settings import Settings
from inroad.store import embedded
from inroad.store.database import Database, create_database, plain_url
from inroad.store.migrate import upgrade


def open_database(settings: Settings, *, stop_at_exit: bool = False, migrate: bool = True) -> Database:
    """Opens the application's database: starts the embedded server where no URL is set, creates and migrates the database.

    Args:
        settings: `database_url` or `home`.
        stop_at_exit: See `inroad.store.embedded.ensure_running`.
        migrate: Bring the schema up to date; False where another process has just done so.

    Raises:
        EmbeddedServerError, DatabaseUnavailable: Nothing can be reached or started.
        NewerDatabase: A newer Inroad has already changed the schema.
    """
    if settings.database_url:
        url = plain_url(settings.database_url.get_secret_value())
    else:
        url = embedded.ensure_running(settings, stop_at_exit=stop_at_exit).url(embedded.APPLICATION_DATABASE)
    if migrate:
        create_database(url)
    database = Database(url)
    if migrate:
        upgrade(database)
    return database


def dagster_database_url(settings: Settings, *, create: bool = True) -> str:
    """URL of Dagster's database, started and created when it is missing, without a driver.

    Args:
        settings: Its own URL, or that of the application's database.
        create: Whether to create it; who only looks need not.

    Raises:
        EmbeddedServerError, DatabaseUnavailable: Nothing can be reached, started or created.
    """
    if settings.dagster_database_url:
        url = plain_url(settings.dagster_database_url.get_secret_value())
    elif settings.database_url:
        head, question, tail = plain_url(settings.database_url.get_secret_value()).partition("?")
        url = head + "_dagster" + question + tail
    else:
        url = embedded.ensure_running(settings).url(embedded.DAGSTER_DATABASE)
    if create:
        create_database(url)
    return url
