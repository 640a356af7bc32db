"""The scraping service ScraperAPI, for pages whose sites do not answer us; without a key there is none."""

from __future__ import annotations

from dagster import ConfigurableResource
from pydantic import Field

from inroad.crawl.scraperapi import ScraperApi
from inroad.settings import Settings


class ScraperApiResource(ConfigurableResource[ScraperApi]):
    """Speaks ScraperAPI's protocol; budget, rate and breaker are the guard's matter."""

    is_enabled: bool = Field(True, description="False never asks it, even where a key is set.")

    def protocol(self, settings: Settings) -> ScraperApi | None:
        """The service as the settings describe it; None without a key."""
        if not self.is_enabled or settings.scraperapi_key is None:
            return None
        return ScraperApi(settings.scraperapi_key.get_secret_value(), settings.scraperapi_url)
