"""Single statements in transactions of their own: one round trip each, for what stands in the way of every guarded call.

A session costs five round trips (ping, BEGIN, statement, more statements, COMMIT) and holds its row locks between them. Here a
connection is in autocommit, is looked at without asking the server, and keeps its statements prepared. What does not belong
here: the statements (the modules beside this one) and anything that needs a transaction of several (`database`).
"""

from __future__ import annotations

import asyncio
import os
import select
from dataclasses import dataclass, field
from typing import Any

import psycopg

# Seconds to wait for a connection, as the engines do.
CONNECT_S = 10
# Moments come in the session's zone, and are printed as UTC; a server of one's own may have any.
IN_UTC = b"SET TIME ZONE 'UTC'"


@dataclass(slots=True)
class _Idle:
    """The connections of one event loop that nobody uses now, and how many more there may be."""

    loop: asyncio.AbstractEventLoop
    gate: asyncio.Semaphore
    connections: list[psycopg.AsyncConnection[Any]] = field(default_factory=list)


class Statements:
    """Runs single statements from asynchronous code.

    Args:
        url: PostgreSQL URL without a driver.
        connections: At most, for each event loop; further callers wait.
    """

    def __init__(self, url: str, *, connections: int = 5) -> None:
        self._url = url
        self._connections = connections
        self._idle: dict[int, _Idle] = {}
        self._pid = os.getpid()

    async def fetch(self, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Runs one statement and commits it.

        Args:
            statement: With `%s` placeholders; a constant, so that the server plans it once for each connection.
            parameters: In their order.

        Returns:
            Its rows; none for a statement that has none.

        Raises:
            psycopg.Error: The server refused it or is gone; nothing is said of whether it was committed.
        """
        idle = self._of_this_loop()
        async with idle.gate:
            connection = await self._take(idle)
            try:
                cursor = await connection.execute(statement.encode(), parameters, prepare=True)
                rows = await cursor.fetchall() if cursor.description else []
            except BaseException:
                await connection.close()
                raise
            idle.connections.append(connection)
            return rows

    async def _take(self, idle: _Idle) -> psycopg.AsyncConnection[Any]:
        while idle.connections:
            connection = idle.connections.pop()
            if not _is_stale(connection):
                return connection
            await connection.close()
        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=CONNECT_S)
        await connection.execute(IN_UTC)
        return connection

    def _of_this_loop(self) -> _Idle:
        if self._pid != os.getpid():  # a connection that two processes share is corrupt for both
            self._pid, self._idle = os.getpid(), {}
        loop = asyncio.get_running_loop()
        held = self._idle.get(id(loop))
        if held is None or held.loop is not loop:
            self._drop(only_closed=True)
            held = self._idle[id(loop)] = _Idle(loop, asyncio.Semaphore(self._connections))
        return held

    def close(self) -> None:
        """Closes the idle connections of this process; those at work end with their statement."""
        if self._pid == os.getpid():
            self._drop(only_closed=False)

    def _drop(self, *, only_closed: bool) -> None:
        for key, idle in list(self._idle.items()):
            if only_closed and not idle.loop.is_closed():
                continue
            del self._idle[key]
            while idle.connections:
                idle.connections.pop().pgconn.finish()


def _is_stale(connection: psycopg.AsyncConnection[Any]) -> bool:
    """Whether the server has closed an idle connection: it has something to say although nothing was asked.

    A look at the socket costs 5 microseconds, a ping a round trip.
    """
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))
