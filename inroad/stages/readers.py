"""Reading pages on all cores: processes for large batches, threads for small ones.

What lives here: when processes pay, how many there are, and what happens when one dies or hangs. What does not: what is read
(`inroad.crawl.digest`, `inroad.contacts`), and the child's side (`inroad.reader_process`).

A reader takes half a second to start and a page 1 to 10 ms to read, so that the first `PAGES_BEFORE` pages of a process are read
without any. From then on the readers stay, warm, for all stages of the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any, Final, TypeVar

from inroad.guard.errors import TransientError
from inroad.reader_process import Failed, ReaderBug, apply

T = TypeVar("T")

PAGES_BEFORE: Final = 200
MAX_READERS: Final = 8
PART: Final = 16
"""Pages in one request: its cost of 0.4 ms is shared, and all cores get their part of a batch. Eight cost a twentieth more."""
TIMEOUT_S: Final = 120.0
"""For the pages of one request: a page has 4,000,000 characters at most and is linear to read; what takes longer hangs."""


class ReaderLost(TransientError):
    """The process that read a page died or hung over it, twice; the row is tried again later."""

    reason = "reader-lost"


class _Ended(Exception):
    """The reader of a lane is gone."""


class _Lane:
    """One reader and the thread that waits for it; started on first use, and again after it was lost."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Starts the reader where there is none; does not wait for it."""
        if self._process is not None:
            return
        ours, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            command = [sys.executable, "-c", "from inroad.reader_process import main; main()", str(number)]
            self._process = subprocess.Popen(
                command, pass_fds=(number,), stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
            )
        self._connection = Connection(ours.detach())

    def run(self, function: Callable[[T], Any], items: Sequence[T], timeout_s: float) -> list[Any]:
        """Has the reader apply a function.

        Raises:
            _Ended: It died, or did not answer in time and was ended.
        """
        self.start()
        assert self._connection is not None
        try:
            self._connection.send((function, items))
            if not self._connection.poll(timeout_s):
                raise _Ended
            found: list[Any] = self._connection.recv()
        except (OSError, EOFError, _Ended) as error:
            self.end()
            raise _Ended from error
        return found

    def end(self) -> None:
        """Ends the reader at once; the next request starts another."""
        process, self._process = self._process, None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()
            process.wait()


class Readers:
    """Applies pure functions to pages: in threads at first, and in a process per core once a batch proves large.

    Args:
        pages_before: Pages that are read without processes.
        workers: Processes; one per core by default, at most 8. Fewer than 2 mean none.
        timeout_s: Seconds for one request.
    """

    def __init__(self, *, pages_before: int = PAGES_BEFORE, workers: int | None = None, timeout_s: float = TIMEOUT_S) -> None:
        self._left = pages_before
        count = min(workers if workers is not None else _cores(), MAX_READERS)
        self._lanes = [_Lane() for _ in range(count)] if count > 1 else []
        self._free: queue.SimpleQueue[_Lane] = queue.SimpleQueue()
        for lane in self._lanes:
            self._free.put(lane)
        self._threads = ThreadPoolExecutor(max(count, 1), thread_name_prefix="inroad-reader")
        self._lock = threading.Lock()
        self._timeout_s = timeout_s

    @property
    def count(self) -> int:
        """Requests that are at work at one time."""
        return max(len(self._lanes), 1)

    @property
    def pids(self) -> list[int]:
        """Of the readers that run now."""
        return [lane.pid for lane in self._lanes if lane.pid is not None]

    async def read(self, function: Callable[[T], Any], items: Sequence[T]) -> list[Any]:
        """Applies a function to a few pages; the event loop goes on meanwhile.

        Args:
            function: Pure, of a module: it is named to the process, and its results come back pickled.
            items: Few enough for one request: about ten pages, so that all cores share a batch.

        Returns:
            For each item, in their order, what the function gave, or a `ReaderBug` or `ReaderLost` for what it did not.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, function, items)

    async def read_many(self, function: Callable[[T], Any], items: Sequence[T]) -> list[Any]:
        """`read` for any number of pages: cut into requests, of which all readers work at some."""
        parts = [items[start : start + PART] for start in range(0, len(items), PART)]
        return [one for part in await asyncio.gather(*(self.read(function, part) for part in parts)) for one in part]

    def _read(self, function: Callable[[T], Any], items: Sequence[T]) -> list[Any]:
        if not self._uses_processes(len(items)):
            return [_told(found) for found in apply(function, items)]
        lane = self._free.get()  # there are as many threads as lanes
        try:
            return self._in_lane(lane, function, items)
        finally:
            self._free.put(lane)

    def _in_lane(self, lane: _Lane, function: Callable[[T], Any], items: Sequence[T]) -> list[Any]:
        """All items at once; if the reader is lost over them each for itself, so that one page costs the others nothing."""
        try:
            return [_told(found) for found in lane.run(function, items, self._timeout_s)]
        except _Ended:
            return [self._alone(lane, function, item) for item in items]

    def _alone(self, lane: _Lane, function: Callable[[T], Any], item: T) -> Any:
        try:
            return _told(lane.run(function, [item], self._timeout_s)[0])
        except _Ended:
            return ReaderLost("The process that read this page died or hung over it.", mend="It is read again later.")

    def _uses_processes(self, count: int) -> bool:
        with self._lock:
            if not self._lanes:
                return False
            if self._left > 0:
                self._left -= count
                if self._left <= 0:
                    for lane in self._lanes:  # they import while the next pages come in
                        lane.start()
                return False
            return True

    def close(self) -> None:
        """Ends the readers and gives the threads up."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for lane in self._lanes:
            lane.end()


def _told(found: Any) -> Any:
    return ReaderBug(found.message) if isinstance(found, Failed) else found


_shared: tuple[int, Readers] | None = None
_lock = threading.Lock()


def shared_readers() -> Readers:
    """The readers of this process, shared by its stages; they end with the process."""
    global _shared  # noqa: PLW0603 - one set for each process
    with _lock:
        if _shared is None or _shared[0] != os.getpid():  # threads and pipes do not survive a fork
            _shared = (os.getpid(), Readers())
        return _shared[1]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
