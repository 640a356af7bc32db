"""The web sites of companies and the public feeds of job boards, reached through the guarded client."""

from __future__ import annotations

from dagster import ConfigurableResource
from pydantic import Field

from inroad.crawl.fetch import WebClient
from inroad.crawl.scraping import ServiceProtocol
from inroad.settings import Settings
from inroad.store import Database
from resources.browser import BrowserResource
from resources.firecrawl import FirecrawlResource
from resources.scraperapi import ScraperApiResource


class WebResource(ConfigurableResource[WebClient]):
    """Opens the web client; limits, robots, politeness and private addresses are its own matter."""

    browser: BrowserResource = BrowserResource(is_enabled=True)
    firecrawl: FirecrawlResource = FirecrawlResource(is_enabled=True)
    scraperapi: ScraperApiResource = ScraperApiResource(is_enabled=True)
    resolve: list[str] = Field(default_factory=list, description="HOST:PORT:ADDRESS:PORT rules in front of the settings' own.")

    def open(self, settings: Settings, database: Database) -> WebClient:
        """A client for one stage of one run; an async context manager."""
        if self.resolve:
            settings = settings.model_copy(update={"resolve": (*self.resolve, *settings.resolve)})
        # The cheaper service first.
        protocols = [self.firecrawl.protocol(settings), self.scraperapi.protocol(settings)]
        services: list[ServiceProtocol] = [protocol for protocol in protocols if protocol is not None]
        return WebClient(settings, database, browser=self.browser.mode(settings), services=services)
