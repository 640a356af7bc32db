"""robots.txt of every origin, read once a day by one process for all.

What lives here: what an absent, failing or unreachable file means (RFC 9309 section 2.3.1), how long an answer counts, and asking
for permission. What does not: the rules in the file (`robots`), the download (`fetch`), the rows (`inroad.store.hosts`).
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Literal

from inroad.crawl.failures import FetchFailed, HostBusy, WebError, permanent, transient
from inroad.crawl.hosts import InvalidUrl
from inroad.crawl.paces import origin_of
from inroad.crawl.politeness import Politeness
from inroad.crawl.redirects import request_url
from inroad.crawl.response import Purpose, Response
from inroad.crawl.robots import Robots
from inroad.store import Database
from inroad.store import hosts as queries
from inroad.store.lookups import Lookups

MAX_AGE_S: Final = 86_400.0
"""RFC 9309 section 2.4: a copy is used for a day at most, longer only while the file is unreachable."""

MAX_STALE_S: Final = 7 * 86_400.0
"""How long the last good copy stands in for a file that cannot be reached."""

UNREACHABLE_S: Final = 50.0
"""How long a failure counts: shorter than the minute before a row's second attempt, so that each attempt asks anew."""

_KEPT: Final = 1_000  # parsed files in memory
_THREADED_BYTES: Final = 32_768  # a larger file takes over 5 ms to parse, and the loop has others to serve
# When the page itself could not be reached either, its own reason says more than "robots-unreachable".
_SAME_FOR_PAGE: Final = frozenset({"unknown-host", "no-route", "connect-failed", "tls-failed", "address-refused"})
# RFC 9309 section 2.3.1.2: after five redirects the file may be taken for absent.
_LOST_IN_REDIRECTS: Final = frozenset({"redirect-loop", "too-many-redirects"})

Status = Literal["found", "absent", "unreachable"]


class AlreadyRead(Exception):
    """Another process has read the file while we waited for our turn."""


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """What robots.txt says, or what its absence means.

    Args:
        robots: The rules; no rules unless found.
        status: found; absent (4xx: all is allowed); unreachable (5xx or no answer: nothing is allowed).
        url: Where it was looked for.
        failure: Why it is unreachable.
    """

    robots: Robots
    status: Status
    url: str
    failure: WebError | None = field(default=None, compare=False)


Download = Callable[[str, Callable[[], Awaitable[None]]], Awaitable[Response]]


class RobotsCache:
    """Answers what robots.txt of a URL's origin says.

    Args:
        download: Gets a robots.txt by URL; calls its second argument once it may send, which raises `AlreadyRead`.
        politeness: Is told each Crawl-delay.
        agent: Our product token, for Crawl-delay.
        database: Shared cache; None keeps it in memory alone.
    """

    def __init__(self, download: Download, politeness: Politeness, agent: str, database: Database | None) -> None:
        self._download = download
        self._politeness = politeness
        self._agent = agent
        self._database = database
        self._files = Lookups(database, queries.load_robots) if database is not None else None
        self._held: OrderedDict[str, tuple[float, RobotsFile]] = OrderedDict()
        self._reading: dict[str, tuple[asyncio.Lock, int]] = {}

    async def get(self, url: str) -> RobotsFile:
        """The file for a URL's origin: from memory, from the database, or from the site.

        Raises:
            HostBusy: The host lets no request through soon enough.
        """
        origin = origin_of(url)
        if held := self._in_memory(origin):
            return held
        async with self._alone(origin):
            if held := self._in_memory(origin):
                return held
            stored = await self._stored(origin)
            if stored is not None and stored.age_s < _lifetime(stored.status):
                return await self._keep(origin, stored)
            return await self._read(origin, stored)

    def _in_memory(self, origin: str) -> RobotsFile | None:
        held = self._held.get(origin)
        if held is None or held[0] < time.monotonic():
            return None
        self._held.move_to_end(origin)
        return held[1]

    @asynccontextmanager
    async def _alone(self, origin: str) -> AsyncIterator[None]:
        """One reader for each origin in this process; the others find its result."""
        lock, users = self._reading.get(origin) or (asyncio.Lock(), 0)
        self._reading[origin] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._reading[origin]
            if users == 1:
                del self._reading[origin]
            else:
                self._reading[origin] = (lock, users - 1)

    async def _stored(self, origin: str) -> queries.StoredRobots | None:
        return await self._files.of(origin) if self._files else None

    async def _keep(self, origin: str, stored: queries.StoredRobots, failure: WebError | None = None) -> RobotsFile:
        """Parses a stored file and holds it in memory for the rest of its life."""
        url, body = f"{origin}/robots.txt", stored.body or b""
        parsed = await asyncio.to_thread(Robots.parse, body) if len(body) > _THREADED_BYTES else Robots.parse(body)
        status: Status = "found" if stored.status == "found" else "absent" if stored.status == "absent" else "unreachable"
        file = RobotsFile(parsed, status, url, failure)
        self._held[origin] = (time.monotonic() + max(0.0, _lifetime(status) - stored.age_s), file)
        self._held.move_to_end(origin)
        while len(self._held) > _KEPT:
            self._held.popitem(last=False)
        return file

    async def _read(self, origin: str, stale: queries.StoredRobots | None) -> RobotsFile:
        """Asks the site; one process at a time does."""

        async def still_unread() -> None:
            stored = await self._stored(origin)
            if stored is not None and stored.age_s < _lifetime(stored.status):
                raise AlreadyRead

        # The host stays ours until the file is saved: the next process would else ask for it once more.
        async with self._politeness.staying(origin):
            try:
                answer = await self._download(f"{origin}/robots.txt", still_unread)
            except AlreadyRead:
                stored = await self._stored(origin)
                assert stored is not None
                return await self._keep(origin, stored)
            except HostBusy:
                raise
            except WebError as error:
                return await self._without_answer(origin, error, stale)
            return await self._save(origin, queries.StoredRobots(answer.body, "found", 0.0))

    async def _without_answer(self, origin: str, error: WebError, stale: queries.StoredRobots | None) -> RobotsFile:
        status = error.status
        if (status is not None and 400 <= status < 500) or error.reason in _LOST_IN_REDIRECTS:
            return await self._save(origin, queries.StoredRobots(None, "absent", 0.0))
        if stale is not None and stale.status != "unreachable" and stale.age_s < MAX_STALE_S:
            # The last good copy, looked after again as soon as a failure would be.
            return await self._keep(origin, stale._replace(age_s=MAX_AGE_S - UNREACHABLE_S))
        return await self._save(origin, queries.StoredRobots(None, "unreachable", 0.0), error)

    async def _save(self, origin: str, stored: queries.StoredRobots, failure: WebError | None = None) -> RobotsFile:
        file = await self._keep(origin, stored, failure)
        if stored.status != "unreachable":
            await self._politeness.keep_crawl_delay(origin, file.robots.crawl_delay(self._agent))
        if self._database:
            await self._database.run(queries.save_robots, origin, status=stored.status, body=stored.body)
        return file

    async def permit(self, url: str, purpose: Purpose = "page") -> None:
        """Asks robots.txt for permission to request a URL.

        Args:
            url: What will be asked for.
            purpose: What it is for; a sitemap that robots.txt itself names may be read whatever its rules say.

        Raises:
            FetchFailed: "robots-disallowed", "crawl-delay-too-long", or why the host cannot be reached at all.
            FetchInterrupted: "robots-unreachable", or why the host cannot be reached now.
            HostBusy: The host lets no request through soon enough.
        """
        if url == f"{origin_of(url)}/robots.txt":
            return
        file = await self.get(url)
        if file.status == "unreachable":
            raise _unreachable(url, file)
        if not file.robots.allows(url, self._agent) and not (purpose == "sitemap" and _names(file, url)):
            raise permanent("robots-disallowed", url, f"may not be read: {file.url} forbids it")
        self._politeness.check_crawl_delay(url, file.robots.crawl_delay(self._agent))


def _lifetime(status: str) -> float:
    return UNREACHABLE_S if status == "unreachable" else MAX_AGE_S


def _unreachable(url: str, file: RobotsFile) -> WebError:
    cause = file.failure
    if cause is None:
        return transient("robots-unreachable", url, f"may not be read: {file.url} could not be read a moment ago")
    if cause.reason in _SAME_FOR_PAGE:
        return cause.at(url)
    if isinstance(cause, FetchFailed) and cause.status is None:
        return permanent("robots-unreachable", url, f"may not be read, because {cause.message.removesuffix('.')}")
    return transient("robots-unreachable", url, f"may not be read, because {cause.message.removesuffix('.')}")


def _names(file: RobotsFile, url: str) -> bool:
    for written in file.robots.sitemaps:
        try:
            if request_url(written, base=file.url) == url:
                return True
        except InvalidUrl:
            continue
    return False
