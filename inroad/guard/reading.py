"""One reading that all callers of a moment share.

What stands in the way of every call (breakers, pauses) is read again once a second; else each call in flight would read it for
itself at that moment. What does not belong here: what is read, and how long it is believed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class SharedReading(Generic[T]):
    """Readings at work, by name and event loop: a task cannot be awaited from another loop."""

    def __init__(self) -> None:
        self._tasks: dict[tuple[int, str], asyncio.Task[T]] = {}

    async def wait(self, name: str, read: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What the reading at work gives, or one that begins now; a caller that is cancelled does not end it for the others."""
        return await asyncio.shield(self.begin(name, read))

    def begin(self, name: str, read: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """Begins a reading where none of that name is at work."""
        loop = asyncio.get_running_loop()
        key = (id(loop), name)
        task = self._tasks.get(key)
        if task is None or task.get_loop() is not loop:
            task = self._tasks[key] = loop.create_task(read())
            task.add_done_callback(lambda done: self._end(key, done))
        return task

    def _end(self, key: tuple[int, str], task: asyncio.Task[T]) -> None:
        self._tasks.pop(key, None)
        if not task.cancelled():
            task.exception()  # seen: where nobody waited, the next caller reads again and is told
