"""The kinds of contacts that a domain still lacks, and where else they may be.

What lives here: which kinds are looked for, which are known from rows and from contents that are stored and not yet extracted,
and the two well-known texts that name a mailbox. What does not: choosing pages (`selection`), reading contacts
(`inroad.contacts`).

A domain that has some contacts already is still searched for the others: `page_contents` asks here before it fills the room that
the wanted pages leave. Contents are read in the order of their promise, and no further than until nothing is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final
from urllib.parse import urljoin

from sqlalchemy.orm import Session

from inroad.contacts import Contact, extract_contacts
from inroad.crawl.digest import read_unpacked
from inroad.crawl.fetch import WebClient
from inroad.guard.errors import InroadError
from inroad.reader_process import call
from inroad.stages.readers import shared_readers
from inroad.stages.selection import RANK, has_choice
from inroad.stages.work import Work
from inroad.store.contacts import kinds_of_contacts
from inroad.store.models import Domain, Page, PageContent
from inroad.store.pages import add_pages, selectable, unread_contents

SOUGHT: Final = frozenset({"email", "phone", "address", "person"})
MAILBOX: Final = frozenset({"email"})
# Of the most promising stored pages so many are read to see what is missing; what all of them lack, the rest rarely has.
READ_AT_MOST: Final = 24
_READ_AT_ONCE: Final = 3
# A belief below this may be a customer, or another firm's mailbox: the domain's own is still looked for.
_BELIEVED: Final = 0.6
WELL_KNOWN: Final = ("/.well-known/security.txt", "/humans.txt")
_WORDS: Final = {"/.well-known/security.txt": b"contact:", "/humans.txt": b"@"}


class KindSearch:
    """Which kinds one domain lacks, kept over the rounds of one visit: no content is read twice for it.

    Args:
        work: The run's context.
        domain: The domain.
    """

    def __init__(self, work: Work, domain: Domain) -> None:
        self._work = work
        self._domain = domain
        self._known: set[str] = set()
        self._read: set[int] = set()

    async def missing(self) -> frozenset[str]:
        """The kinds that are missing, where other pages could be chosen for them.

        Returns:
            A part of `SOUGHT`; empty where nothing is missing, and where the page limit leaves no choice.
        """
        if not await self._work.database.run(_has_choice, self._domain, self._work.settings.pages_per_domain):
            return frozenset()
        return await self.lacking(SOUGHT)

    async def lacking(self, sought: frozenset[str]) -> frozenset[str]:
        """Which of some kinds neither a row nor a stored content shows; reads contents until all are found."""
        if sought <= self._known:
            return frozenset()
        self._known |= await self._work.database.run(kinds_of_contacts, self._domain.id, least=_BELIEVED)
        unread = await self._work.database.run(unread_contents, self._domain.id) if sought - self._known else []
        ranked = sorted((one for one in unread if one[1].id not in self._read), key=_promise)
        for start in range(0, min(len(ranked), READ_AT_MOST), _READ_AT_ONCE):
            if sought <= self._known:
                break
            await self._read_some([content for _, content in ranked[start : start + _READ_AT_ONCE]])
        return sought - self._known

    async def _read_some(self, contents: Sequence[PageContent]) -> None:
        calls = [partial(read_unpacked, extract_contacts, one.html_zlib, url=one.final_url) for one in contents]
        found = await shared_readers().read(call, calls)
        self._known |= {kind for contacts in found if isinstance(contacts, list) for kind in _kinds(contacts)}
        self._read |= {one.id for one in contents}


def _has_choice(session: Session, domain: Domain, limit: int) -> bool:
    return has_choice(selectable(session, domain.id), limit)


def _promise(unread: tuple[Page, PageContent]) -> tuple[int, str]:
    page, _ = unread
    return RANK.get(page.page_type, len(RANK)), page.url


def _kinds(contacts: Sequence[Contact]) -> set[str]:
    return {contact.kind for contact in contacts if contact.confidence >= _BELIEVED}


async def add_well_known(work: Work, web: WebClient, domain: Domain) -> int:
    """Asks for the two texts that name a mailbox where a site has them, and adds those that answer as pages.

    Returns:
        Pages that are new; the rule chooses them like any other, within the page limit.
    """
    base = domain.home_url or f"https://{domain.name}/"
    rows = [row for path in WELL_KNOWN if (row := await _probe(web, urljoin(base, path), path)) is not None]
    return await work.database.run(add_pages, domain.id, rows) if rows else 0


async def _probe(web: WebClient, url: str, path: str) -> dict[str, str | int] | None:
    try:
        response = await web.fetch(url, purpose="probe")
    except InroadError:
        return None
    start = response.body[:20_000].lower()
    if response.status != 200 or response.url != url or _WORDS[path] not in start or b"<html" in start:
        return None
    return {"url": url, "source": "well-known", "page_type": "CONTACT", "priority_level": 2}
