"""What is known of how a host's pages are best fetched, and the scraping services that are set up.

What lives here: the memory of what worked (`hosts.strategy`) and making the services' clients from the settings. What does not:
the ladder from direct to service (`inroad.stages.strategies`).
"""

from __future__ import annotations

from typing import Final

from inroad.crawl.exchange import Exchange
from inroad.crawl.firecrawl import Firecrawl
from inroad.crawl.paces import pace_key
from inroad.crawl.response import Strategy, as_strategy
from inroad.crawl.scraperapi import ScraperApi
from inroad.crawl.scraping import ScrapingClient, ServiceProtocol
from inroad.guard.guard import Guard
from inroad.guard.services import services
from inroad.settings import Settings
from inroad.store import Database
from inroad.store import hosts as queries

LEARNED_FOR_S: Final = 7 * 86_400.0
"""How long a service stays a host's first choice; then the free ways are tried again."""

_MEMORY_HOSTS: Final = 10_000


def configured_protocols(settings: Settings) -> list[ServiceProtocol]:
    """The services whose keys are set, the cheaper one first."""
    found: list[ServiceProtocol] = []
    if settings.firecrawl_key is not None:
        found.append(Firecrawl(settings.firecrawl_key.get_secret_value(), settings.firecrawl_url))
    if settings.scraperapi_key is not None:
        found.append(ScraperApi(settings.scraperapi_key.get_secret_value(), settings.scraperapi_url))
    return found


def scraping_clients(
    settings: Settings, exchange: Exchange, database: Database | None, protocols: list[ServiceProtocol] | None = None
) -> dict[Strategy, ScrapingClient]:
    """The services' clients by name, in the order in which they are tried.

    Args:
        settings: Keys, addresses, limits.
        exchange: Sends their requests.
        database: Holds budgets, rates and breakers for all processes.
        protocols: In place of those of the settings.
    """
    guard, table = Guard(database), services(settings)
    chosen = configured_protocols(settings) if protocols is None else protocols
    return {made.name: ScrapingClient(made, settings, exchange, guard, table[made.name]) for made in chosen}


class LearnedStrategies:
    """What worked at each host where asking directly did not.

    Args:
        database: Remembers for all processes; None remembers here.
    """

    def __init__(self, database: Database | None) -> None:
        self._database = database
        self._memory: dict[str, Strategy] = {}

    async def of(self, url: str) -> Strategy | None:
        """What worked last at a URL's host; None where nothing but the direct way was needed."""
        host = pace_key(url)
        if self._database is None:
            return self._memory.get(host)
        return as_strategy(await self._database.run(queries.learned_strategy, host, younger_than_s=LEARNED_FOR_S))

    async def learn(self, url: str, strategy: Strategy, credits_used: int) -> None:
        """Remembers what worked, and what it cost."""
        host = pace_key(url)
        if self._database is not None:
            await self._database.run(queries.learn_strategy, host, strategy, credits_used)
        elif len(self._memory) < _MEMORY_HOSTS or host in self._memory:
            self._memory[host] = strategy
