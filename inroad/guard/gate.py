"""What stands before a request that the crawl makes by itself: the pauses and the host's breaker.

The crawl's own calls have their retries, turns and permissions where robots.txt and redirects are known (`inroad.crawl.calls`);
this is the part of the composed guard that they share with every other service.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from inroad.guard.breaker import Breakers
from inroad.guard.pauses import Pauses
from inroad.guard.services import Service
from inroad.store.database import Database


class Gate:
    """Lets requests of one service out.

    Args:
        database: Holds pauses and breakers for all processes.
        service: Its row of the table.
    """

    def __init__(self, database: Database, service: Service) -> None:
        self._service = service
        self._pauses = Pauses(database)
        self._breakers = Breakers(database, service.breaker)

    @asynccontextmanager
    async def call(self, name: str) -> AsyncIterator[None]:
        """Surrounds one request: `async with gate.call("web:https://acme.example"): ...`.

        Args:
            name: Service and host.

        Raises:
            Paused: A person lets it rest; the body did not run.
            CircuitOpen: The host failed too often in a row; the body did not run.
        """
        await self._pauses.check(self._service.name, name.partition(":")[2])
        async with self._breakers.call(name):
            yield
