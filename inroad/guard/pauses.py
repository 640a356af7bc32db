"""What rests is not called: a paused service, the calls for a paused domain, or everything.

Asked before every guarded call, so that the pauses are read by one query a second at most in each process, and beside the calls.
What does not belong here: setting a pause (`inroad.cli.pausing`), and the stages, which leave out what rests before they claim
and end the turns of what rests meanwhile (`inroad.stages.resting`).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from inroad.guard.errors import Paused, Scope
from inroad.guard.reading import SharedReading
from inroad.store.database import Database
from inroad.store.pauses import Rest, read_pauses

# Pauses read this long ago (seconds) are still believed: the time within which a pause takes hold everywhere.
CACHE_S = 1.0
_ANYBODY = Scope()


class Pauses:
    """The pauses of an installation, as this process last read them.

    Args:
        database: Holds them; with None nothing rests.
        cache_s: Seconds for which they are believed.
    """

    def __init__(self, database: Database | None, *, cache_s: float = CACHE_S) -> None:
        self._database = database
        self._cache_s = cache_s
        self._seen: tuple[Rest, ...] = ()
        self._read_at = float("-inf")
        self._reading: SharedReading[None] = SharedReading()

    async def check(self, service: str, key: str = "", scope: Scope = _ANYBODY) -> None:
        """Lets a call pass, or not.

        Args:
            service: Its name in the table of services.
            key: Host or endpoint; one of them can rest by itself, as "llm:api.example". A site rests with its domain.
            scope: What the call is for.

        Raises:
            Paused: It rests, with the person's reason.
        """
        if self._database is None:
            return
        await self._refresh(self._database)
        for rest in self._seen:
            if _holds(rest, service, key, scope):
                raise refusal(rest)

    async def _refresh(self, database: Database) -> None:
        age_s = time.monotonic() - self._read_at
        if age_s >= self._cache_s:
            await self._reading.wait("", lambda: self._read(database))
        elif age_s >= self._cache_s / 2:
            self._reading.begin("", lambda: self._read(database))

    async def _read(self, database: Database) -> None:
        self._seen = await read_pauses(database)
        self._read_at = time.monotonic()


def _holds(rest: Rest, service: str, key: str, scope: Scope) -> bool:
    if rest.until is not None and rest.until <= datetime.now(UTC):
        return False
    if rest.kind == "service":
        return rest.key in (service, f"{service}:{key}")
    if rest.kind == "domain":
        return rest.key == scope.domain or (service == "web" and _is_at(key, rest.key))
    return rest.kind == "all"


def _is_at(origin: str, domain: str) -> bool:
    """Whether a site ("https://www.acme.example") is the domain's own."""
    host = urlsplit(origin).hostname or ""
    return host == domain or host.endswith(f".{domain}")


def refusal(rest: Rest) -> Paused:
    """The error of something that rests."""
    seconds = max((rest.until - datetime.now(UTC)).total_seconds(), 1.0) if rest.until else None
    return Paused(rest.sentence, retry_after_s=seconds, mend=f"End it with `inroad resume {rest.name}`.")
