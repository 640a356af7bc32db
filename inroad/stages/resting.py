"""Watching, while a stage works, for what a person lets rest: the turn of a domain that is paused ends within a second.

A turn ends as one whose time is up: requests on their way are broken off, and the rows that it holds go back as they were. What
does not belong here: setting pauses (`inroad.cli.pausing`), and refusing single calls (`inroad.guard.pauses`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from inroad.store import Database
from inroad.store.database import DatabaseUnavailable
from inroad.store.pauses import Rest, Resting, read_pauses

log = logging.getLogger(__name__)
# Seconds between two looks: a person who pauses a site sees its requests end, and one query of 0.2 ms disturbs nobody.
LOOK_S = 1.0


class RestWatch:
    """What rests of one stage, as last seen, and the turns that end where something new does.

    Args:
        database: Holds the pauses.
        stage: The stage at work.
    """

    def __init__(self, database: Database, stage: str) -> None:
        self._database = database
        self._stage = stage
        self._resting = Resting(None, {})
        self._turns: dict[str, asyncio.Timeout] = {}

    def of(self, domain: str) -> Rest | None:
        """The pause that a domain's rows wait for; one that has ended since the last look still counts."""
        return self._resting.of(domain)

    @contextmanager
    def ending(self, domain: str, turn: asyncio.Timeout) -> Iterator[None]:
        """Ends a domain's turn, in which the block is, when it is to rest."""
        self._turns[domain] = turn
        try:
            yield
        finally:
            self._turns.pop(domain, None)

    async def look(self) -> None:
        """Reads the pauses and ends the turns of what rests now.

        Raises:
            DatabaseUnavailable: They cannot be read.
        """
        self._resting = Resting.among(await read_pauses(self._database), self._stage)
        now = asyncio.get_running_loop().time()
        for domain in [domain for domain in self._turns if self.of(domain)]:
            self._turns.pop(domain).reschedule(now)

    async def look_until(self, over: asyncio.Event) -> None:
        """Looks again and again; a database that is away is told by those who have something to record."""
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), LOOK_S)
                return
            try:
                await self.look()
            except DatabaseUnavailable as error:
                log.warning("The pauses cannot be read: %s", error)
