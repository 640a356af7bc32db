"""Batches: what many tasks want done at about the same time is done at once, and each learns what became of its own.

What lives here: collecting, the moment at which a batch goes, and what happens when one of its members spoils it. What does not:
anything that is done in batches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from inroad.store.database import DatabaseUnavailable

T = TypeVar("T")
R = TypeVar("R")

_STEP_S: Final = 0.01


class Batches(Generic[T, R]):
    """Collects items and does them together.

    A batch goes when it is full, when nothing was added for 10 ms, or when its first member has waited for `wait_s`: a lone item
    waits for almost nothing, and a stream of them comes in large batches.

    Args:
        do: Does a batch; gives one result an item in their order. An exception among the results is raised to that item's task.
        most: Items in one batch at most.
        wait_s: Seconds that the first item of a batch waits at most.
        at_once: Batches being done at one time.
    """

    def __init__(
        self,
        do: Callable[[Sequence[T]], Awaitable[Sequence[R | BaseException]]],
        *,
        most: int = 50,
        wait_s: float = 0.1,
        at_once: int = 2,
    ) -> None:
        self._do = do
        self._most = most
        self._steps = max(1, round(wait_s / _STEP_S))
        self._gate = asyncio.Semaphore(at_once)
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._collecting = False
        self._grown = asyncio.Event()

    async def add(self, item: T) -> R:
        """Has an item done with others, and gives its own result.

        Who is cancelled meanwhile does not take it back: it may be on its way.

        Raises:
            BaseException: What doing it raised.
        """
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if not self._collecting:
            self._collecting = True
            self._start(self._collect())
        elif len(self._waiting) >= self._most:
            self._grown.set()
        return await future

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _collect(self) -> None:
        """Lets a batch grow, then sends it off; ends when nobody waits."""
        while self._waiting:
            await self._grow()
            await self._gate.acquire()  # while all hands are busy, the batch goes on growing
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            self._start(self._send(batch))
        self._collecting = False

    async def _grow(self) -> None:
        for _ in range(self._steps):
            seen = len(self._waiting)
            if seen >= self._most:
                return
            self._grown.clear()
            try:
                async with asyncio.timeout(_STEP_S):
                    await self._grown.wait()
            except TimeoutError:
                if len(self._waiting) == seen:
                    return

    async def _send(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._done([item for item, _ in batch])
        finally:
            self._gate.release()
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():  # its task was cancelled
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

    async def _done(self, items: list[T]) -> Sequence[R | BaseException]:
        """All items at once; where one of them spoils that, each for itself."""
        try:
            return await self._do(items)
        except DatabaseUnavailable as error:
            return [error] * len(items)
        except Exception as error:  # noqa: BLE001 - handed to the task whose item it is
            if len(items) == 1:
                return [error]
        return [result for item in items for result in await self._done([item])]

    async def aclose(self) -> None:
        """Waits until everything that was added is done."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))
