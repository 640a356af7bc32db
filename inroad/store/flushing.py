"""Bringing to disk what was committed without waiting for it: for all callers of a moment at once, and beside their own work.

PostgreSQL's `synchronous_commit = off` acknowledges a commit before it is on disk; a later flush of the log covers everything
before it. What does not belong here: what is committed that way (`ledger`).
"""

from __future__ import annotations

import asyncio

from inroad.store.database import Database

# A message in the log that nobody reads: its commit waits for the disk, and everything before it is then there too.
_FLUSH = "SELECT pg_logical_emit_message(true, 'inroad', '')"


class Flushes:
    """The flushes of one process: one at work in each event loop, and one that waits behind it.

    Args:
        database: Whose log is flushed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[int, asyncio.Task[None]] = {}
        self._last: dict[int, asyncio.Task[None]] = {}

    def begin(self) -> asyncio.Task[None]:
        """A flush that begins after this moment; callers that come before it has begun share it."""
        loop = asyncio.get_running_loop()
        task = self._waiting.get(id(loop))
        if task is None or task.done() or task.get_loop() is not loop:
            task = self._waiting[id(loop)] = loop.create_task(self._flush(id(loop), self._last.get(id(loop))))
            task.add_done_callback(_seen)
            self._last[id(loop)] = task
        return task

    async def _flush(self, loop: int, before: asyncio.Task[None] | None) -> None:
        if before is not None and not before.done() and before.get_loop() is asyncio.get_running_loop():
            await asyncio.wait([before])
        self._waiting.pop(loop, None)  # from here on a new caller needs the next one
        await self._database.fetch(_FLUSH)


def _seen(task: asyncio.Task[None]) -> None:
    """A failure that nobody waits for any more (the call was cancelled) is no warning of asyncio's."""
    if not task.cancelled():
        task.exception()
