"""The web sites of companies and the public feeds of job boards, reached through the guarded client."""

from __future__ import annotations

from dagster import ConfigurableResource
from pydantic import Field

from inroad.crawl.fetch import WebClient
from inroad.crawl.scraping import ServiceProtocol
from inroad.guard.gate import Gate
from inroad.guard.services import services as service_table
from inroad.settings import Settings
from inroad.store import Database
from resources.browser import BrowserResource
from resources.firecrawl import FirecrawlResource
from resources.scraperapi import ScraperApiResource


class WebResource(ConfigurableResource[WebClient]):
    """Opens the web client; limits, robots, politeness and private addresses are its own matter."""

    uses_browser: bool = Field(True, description="False never starts a browser, even where INROAD_BROWSER allows it.")
    uses_services: bool = Field(True, description="False never asks a scraping service, even where a key is set.")
    resolve: list[str] = Field(default_factory=list, description="HOST:PORT:ADDRESS:PORT rules in front of the settings' own.")

    def open(self, settings: Settings, database: Database) -> WebClient:
        """A client for one stage of one run; an async context manager."""
        if self.resolve:
            settings = settings.model_copy(update={"resolve": (*self.resolve, *settings.resolve)})
        browser = BrowserResource(is_enabled=self.uses_browser)
        # The cheaper service first.
        makers = (FirecrawlResource(is_enabled=self.uses_services), ScraperApiResource(is_enabled=self.uses_services))
        protocols = [maker.protocol(settings) for maker in makers]
        services: list[ServiceProtocol] = [protocol for protocol in protocols if protocol is not None]
        gate = Gate(database, service_table(settings)["web"])
        return WebClient(settings, database, breakers=gate, browser=browser.mode(settings), services=services)
