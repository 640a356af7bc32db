"""The web sites of companies and the public feeds of job boards, reached through the guarded client."""

from __future__ import annotations

from dagster import ConfigurableResource
from pydantic import Field

from inroad.crawl.fetch import WebClient
from inroad.settings import Settings
from inroad.store import Database


class WebResource(ConfigurableResource[WebClient]):
    """Opens the web client; limits, robots, politeness and private addresses are its own matter."""

    resolve: list[str] = Field(default_factory=list, description="HOST:PORT:ADDRESS:PORT rules in front of the settings' own.")

    def open(self, settings: Settings, database: Database) -> WebClient:
        """A client for one stage of one run; an async context manager."""
        if self.resolve:
            settings = settings.model_copy(update={"resolve": (*self.resolve, *settings.resolve)})
        return WebClient(settings, database)
