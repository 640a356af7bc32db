"""Handing fetched pages to the readers, several at a time, and letting no fetch begin while too much waits for them.

What lives here: batches of pages, and the bytes that they hold meanwhile. What does not: the processes and threads (`readers`),
the limit for one page (`inroad.crawl.exchange`), and what is read (`inroad.crawl.digest`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from inroad.crawl.digest import PageBody, PageDigest
from inroad.stages.batching import Batches
from inroad.stages.readers import PART, shared_readers

MOST_HELD: Final = 268_435_456
"""Bytes of bodies that wait to be read, of all domains of a run; the requests in flight come on top."""

Digest = Callable[[PageBody], PageDigest]


class PageReaders:
    """Reads pages for the tasks that fetched them.

    Args:
        digest: What is done with each page; of a module, as it is named to other processes.
        most_held: Bytes at which no further page is asked for: a site of pages of ten megabytes answers faster than they are
            read.
    """

    def __init__(self, digest: Digest, *, most_held: int = MOST_HELD) -> None:
        readers = shared_readers()

        async def read(pages: Sequence[PageBody]) -> list[PageDigest | BaseException]:
            return await readers.read(digest, pages)

        # As many requests to readers as there may be readers: each has one at work.
        self._batches: Batches[PageBody, PageDigest] = Batches(read, most=PART, wait_s=0.01, at_once=readers.count)
        self._most_held = most_held
        self._held = 0
        self._room = asyncio.Event()
        self._room.set()

    async def room(self) -> None:
        """Returns when a page may be asked for."""
        await self._room.wait()

    async def read(self, page: PageBody) -> PageDigest:
        """Reads one page, with others.

        Raises:
            ReaderBug: The reading stumbled over it.
            ReaderLost: The process that read it died or hung.
        """
        size = len(page.body)
        self._hold(size)
        try:
            return await self._batches.add(page)
        finally:
            self._hold(-size)

    def _hold(self, size: int) -> None:
        self._held += size
        if self._held < self._most_held:
            self._room.set()
        else:
            self._room.clear()
