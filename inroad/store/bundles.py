"""Statements of callers that come at the same moment, sent as one.

The first caller's document goes out at once; those that come while it is on its way go together in the next statement. So one
call at a time waits for nobody, and eight make two or three round trips instead of eight that wait for each other's locks. What
does not belong here: the statements, each of which takes a JSON array and gives one of the same length (`ledger`).
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from inroad.store.database import Database

# Documents of one statement: the server takes a third of a millisecond for each, and its callers wait for all.
MOST = 16
# Statements on their way at one time in one event loop; two keep the server busy while the first answer is read.
LANES = 2


@dataclass(slots=True)
class _Queue:
    """What waits in one event loop, and how many statements are on their way."""

    loop: asyncio.AbstractEventLoop
    waiting: list[tuple[str, asyncio.Future[Any]]] = field(default_factory=list)
    lanes: set[asyncio.Task[None]] = field(default_factory=set)


class Bundles:
    """One statement's callers in this process.

    Args:
        database: Runs the statement.
        statement: Takes one JSON array.
        skips_cancelled: A document whose caller was cancelled before it went out is not sent.
    """

    def __init__(self, database: Database, statement: str, *, skips_cancelled: bool = False) -> None:
        self._database = database
        self._skips_cancelled = skips_cancelled
        self._statement = statement
        self._queues: dict[int, _Queue] = {}

    async def send(self, document: Any) -> Any:
        """What the statement gives for one document. Once it is on its way, a caller that is cancelled does not call it back.

        Raises:
            DatabaseUnavailable: The server cannot be reached, or broke off.
            ValueError: It is no JSON (NaN, infinity); told to its own caller, and not to those whose documents go with it.
        """
        written = json.dumps(document, allow_nan=False)
        queue = self._queue()
        answer: asyncio.Future[Any] = queue.loop.create_future()
        queue.waiting.append((written, answer))
        if len(queue.lanes) < LANES:
            lane = queue.loop.create_task(self._drain(queue))
            queue.lanes.add(lane)
            lane.add_done_callback(queue.lanes.discard)
        return await answer

    def _queue(self) -> _Queue:
        loop = asyncio.get_running_loop()
        held = self._queues.get(id(loop))
        if held is None or held.loop is not loop:
            for key in [key for key, queue in self._queues.items() if queue.loop.is_closed()]:
                del self._queues[key]
            held = self._queues[id(loop)] = _Queue(loop)
        return held

    async def _drain(self, queue: _Queue) -> None:
        while queue.waiting:
            bundle, queue.waiting = queue.waiting[:MOST], queue.waiting[MOST:]
            if self._skips_cancelled:
                bundle = [pair for pair in bundle if not pair[1].done()]
            if not bundle:
                continue
            try:
                rows = await self._database.fetch(self._statement, (f"[{','.join(written for written, _ in bundle)}]",))
            except BaseException as error:
                for _, answer in bundle:
                    _fail(answer, error)
                if not isinstance(error, Exception):
                    raise
                continue
            for (_, answer), outcome in zip(bundle, rows[0][0], strict=True):
                if not answer.done():
                    answer.set_result(outcome)


def _fail(answer: asyncio.Future[Any], error: BaseException) -> None:
    if answer.done():
        return
    if isinstance(error, Exception):
        answer.set_exception(error)
    else:
        answer.cancel()
