"""The scraping service FireCrawl, for pages whose sites do not answer us; without a key there is none."""

from __future__ import annotations

from dagster import ConfigurableResource
from pydantic import Field

from inroad.crawl.firecrawl import Firecrawl
from inroad.settings import Settings


class FirecrawlResource(ConfigurableResource[Firecrawl]):
    """Speaks FireCrawl's protocol; budget, rate and breaker are the guard's matter."""

    is_enabled: bool = Field(True, description="False never asks it, even where a key is set.")

    def protocol(self, settings: Settings) -> Firecrawl | None:
        """The service as the settings describe it; None without a key."""
        if not self.is_enabled or settings.firecrawl_key is None:
            return None
        return Firecrawl(settings.firecrawl_key.get_secret_value(), settings.firecrawl_url)
