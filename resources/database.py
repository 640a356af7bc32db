"""The application's PostgreSQL database."""

from __future__ import annotations

from functools import lru_cache

from dagster import ConfigurableResource
from pydantic import Field

from inroad.settings import Settings, get_settings, load_settings
from inroad.store import Database, open_database


class DatabaseResource(ConfigurableResource[Database]):
    """Opens the application's database, migrated; one pool per process and URL."""

    url: str | None = Field(None, description="PostgreSQL URL; empty takes INROAD_DATABASE_URL, else the embedded server.")

    def settings(self) -> Settings:
        """The process's settings with this database in them."""
        return load_settings(database_url=self.url) if self.url else get_settings()

    def open(self) -> Database:
        """The open database."""
        return _open(self.url)


@lru_cache(maxsize=8)
def _open(url: str | None) -> Database:
    return open_database(load_settings(database_url=url) if url else get_settings())
