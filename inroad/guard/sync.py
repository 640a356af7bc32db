"""The synchronous door to asynchronous clients: one background event loop for each process.

Clients are async inside; a notebook, an async server or a plain script calls their synchronous doors. Every door runs on the
same loop, so that connection pools (to PostgreSQL, to a model's endpoint) live from call to call. What does not belong here:
any client.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, wait
from typing import Any, Generic, TypeVar

T = TypeVar("T")

# Seconds that a cancelled call gets to clean up after Ctrl-C before the interrupt goes on without it.
CLEANUP_S = 5.0
# Longest time in seconds until Ctrl-C is noticed.
SIGNAL_S = 0.5


class _Background:
    """An event loop in a daemon thread."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, name="inroad-loop", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def stop(self) -> None:
        """Cancels what still runs and ends the thread; called at exit."""
        if self.pid != os.getpid() or not self.thread.is_alive():
            return
        self.loop.call_soon_threadsafe(self._cancel_all)
        self.thread.join(CLEANUP_S)

    def _cancel_all(self) -> None:
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        waiter = self.loop.create_task(_settle(tasks))
        waiter.add_done_callback(lambda _: self.loop.stop())


async def _settle(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


_lock = threading.Lock()
_background: _Background | None = None


def _shared() -> _Background:
    global _background  # noqa: PLW0603 - one loop for each process, remade after a fork
    with _lock:
        if _background is None or _background.pid != os.getpid() or not _background.thread.is_alive():
            _background = _Background()
            atexit.register(_background.stop)
        return _background


def run_sync(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end and returns its result, whether or not an event loop runs in the calling thread.

    The caller's context variables are seen inside. Ctrl-C cancels the coroutine. Called from a coroutine of the background
    loop itself, it takes a thread of its own, because waiting there would wait for ever.

    Args:
        coroutine: What to run.

    Raises:
        Exception: Whatever the coroutine raises.
    """
    shared = _shared()
    if threading.current_thread() is shared.thread:
        return _in_new_thread(coroutine)
    job = _Job(coroutine)
    try:
        future = asyncio.run_coroutine_threadsafe(job.run(), shared.loop)
        # In short waits: a signal that arrives just before a wait without end is not seen until it ends.
        while not wait([future], timeout=SIGNAL_S).done:
            continue
        return future.result()
    except (KeyboardInterrupt, SystemExit):
        shared.loop.call_soon_threadsafe(job.cancel)
        _wait_for_cleanup(shared)
        raise


class _Job(Generic[T]):
    """A coroutine that can be cancelled from its very first moment: Ctrl-C may come before its future is known to us."""

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine = coroutine
        self._task: asyncio.Task[Any] | None = None
        self._is_cancelled = False

    async def run(self) -> T:
        if self._is_cancelled:
            self._coroutine.close()
            raise asyncio.CancelledError
        self._task = asyncio.current_task()
        return await self._coroutine

    def cancel(self) -> None:
        """Called in the loop's thread."""
        self._is_cancelled = True
        if self._task is not None:
            self._task.cancel()


def _wait_for_cleanup(shared: _Background) -> None:
    done = asyncio.run_coroutine_threadsafe(asyncio.sleep(0.05), shared.loop)
    try:
        done.result(CLEANUP_S)
    except (TimeoutError, CancelledError):
        return


def _in_new_thread(coroutine: Coroutine[Any, Any, T]) -> T:
    box: list[T] = []
    faults: list[BaseException] = []

    def work() -> None:
        try:
            box.append(asyncio.run(coroutine))
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread below
            faults.append(error)

    thread = threading.Thread(target=work, name="inroad-nested")
    thread.start()
    thread.join()
    if faults:
        raise faults[0]
    return box[0]
