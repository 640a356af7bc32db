"""Proxies: which one the next request takes, and which ones rest because they failed.

What lives here: the proxy as a value that never shows its password, reading lists of them, and turns among those that are in
health. What does not: the connection (`transport`), and the rows (`inroad.store.proxies`).
"""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import httpx2

from inroad.crawl.hosts import InvalidUrl, canonical_host
from inroad.settings import SettingsError
from inroad.store import Database
from inroad.store import proxies as queries

SCHEMES: Final = ("http", "https", "socks5", "socks5h")
MAX_PROXIES: Final = 200  # of one list
FIRST_REST_S: Final = 10.0
"""Seconds that a proxy rests after its first failure; doubled with each in a row."""

MAX_REST_S: Final = 600.0
_BELIEVED_S: Final = 2.0  # for which another process's findings are not asked for again
_MEND: Final = "Write http://user:password@host:port or socks5://user:password@host:port; several with commas between."


@dataclass(frozen=True, slots=True)
class Proxy:
    """One proxy.

    Args:
        url: With its password, for connecting and sealing alone.
        label: Scheme, host and port: what people and logs may see.
        key: Of its row.
    """

    url: str = field(repr=False)
    label: str = field(compare=False)
    key: str = field(compare=False)

    @classmethod
    def parse(cls, text: str, *, name: str = "The proxy") -> Self:
        """Reads one URL.

        Args:
            text: As a person wrote it.
            name: Where it was written, for the error.

        Raises:
            SettingsError: Not the URL of an http or socks5 proxy; it is never repeated, as it may hold a password.
        """
        try:
            url = httpx2.URL(text.strip())
            host = canonical_host(f"[{url.host}]" if ":" in url.host else url.host)
        except (httpx2.InvalidURL, InvalidUrl):
            raise SettingsError(f"{name} is not a URL.", mend=_MEND) from None
        if url.scheme not in SCHEMES:
            raise SettingsError(f"{name} is not the URL of an http or socks5 proxy.", mend=_MEND)
        port = f":{url.port}" if url.port is not None else ""
        return cls(text.strip(), f"{url.scheme}://{host}{port}", hashlib.sha256(text.strip().encode()).hexdigest())


def parse_proxies(text: str, *, name: str = "The proxy") -> tuple[Proxy, ...]:
    """Reads URLs with commas between.

    Raises:
        SettingsError: As `Proxy.parse`; or too many.
    """
    parts = [part for part in text.split(",") if part.strip()]
    if len(parts) > MAX_PROXIES:
        raise SettingsError(f"{name} lists more than {MAX_PROXIES} proxies.", mend="Leave some out.")
    return tuple(dict.fromkeys(Proxy.parse(part, name=name) for part in parts))


class ProxyTurns:
    """Gives each request the next proxy that is in health.

    Args:
        database: Shares what is known of their health among processes; None keeps it here.
    """

    def __init__(self, database: Database | None = None) -> None:
        self._database = database
        self._rests: dict[str, float] = {}  # monotonic end of each rest
        self._failures: dict[str, int] = {}
        self._asked_at: dict[str, float] = {}
        self._next = itertools.count()

    async def choose(self, proxies: Sequence[Proxy], *, sticky: str = "") -> Proxy:
        """The next proxy of a list.

        Args:
            proxies: At least one.
            sticky: Requests with the same word take the same proxy as long as it is in health: a session would otherwise seem
                to wander over the world.

        Returns:
            One that does not rest; where all rest, the one whose rest ends first, as the fault may be over.
        """
        if len(proxies) > 1:
            await self._look(proxies)
        now = time.monotonic()
        healthy = [proxy for proxy in proxies if self._rests.get(proxy.key, 0.0) <= now]
        if not healthy:
            return min(proxies, key=lambda proxy: self._rests[proxy.key])
        if sticky:  # the highest hash wins: the others' failures move nobody
            return max(healthy, key=lambda proxy: hashlib.sha256(f"{sticky}\0{proxy.key}".encode()).digest())
        return healthy[next(self._next) % len(healthy)]

    async def _look(self, proxies: Sequence[Proxy]) -> None:
        """Learns what other processes have found."""
        now = time.monotonic()
        old = [proxy.key for proxy in proxies if self._asked_at.get(proxy.key, -_BELIEVED_S) <= now - _BELIEVED_S]
        if self._database is None or not old:
            return
        self._asked_at.update(dict.fromkeys(old, now))
        rests = await self._database.run(queries.resting, old)
        for key in old:
            if key in rests:
                self._rests[key] = now + rests[key]
                self._failures.setdefault(key, 1)
            else:
                self._rests.pop(key, None)

    async def failed(self, proxy: Proxy, error: str) -> None:
        """A request could not get to a proxy, or was refused by it: it rests.

        Args:
            proxy: Which.
            error: One sentence without secrets.
        """
        count = self._failures.get(proxy.key, 0)
        if self._database is not None:
            rest_s = await self._database.run(
                queries.record_failure, proxy.key, label=proxy.label, error=error, first_s=FIRST_REST_S, most_s=MAX_REST_S
            )
        else:
            rest_s = min(MAX_REST_S, FIRST_REST_S * 2 ** min(count, 20))
        self._failures[proxy.key] = count + 1
        self._rests[proxy.key] = time.monotonic() + rest_s

    async def worked(self, proxy: Proxy) -> None:
        """A request went through; written down only after a failure."""
        if self._failures.pop(proxy.key, 0):
            self._rests.pop(proxy.key, None)
            if self._database is not None:
                await self._database.run(queries.record_success, proxy.key)
