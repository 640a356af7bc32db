"""The extractor on all cores: worker processes for large batches, the calling thread for small ones.

What lives here: when processes pay, how they start, and that they end with their parent. What does not: reading a page
(`inroad.contacts`) and which pages are read.

A worker takes about a second to start, an average page 3 to 15 ms to read, so that a batch of fewer than `PAGES_BEFORE` pages is
read sooner without any. Processes are spawned, never forked: the parent runs threads and holds database connections.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from types import TracebackType
from typing import Self

from inroad.contacts import Contact, extract_contacts

PAGES_BEFORE = 200
MAX_WORKERS = 8
# A page has 4,000,000 characters at most and is linear to read; what takes longer is a worker that hangs.
TIMEOUT_S = 120.0


class Readers:
    """Reads pages in the calling thread at first, and in a process per core once a batch proves large.

    Args:
        pages_before: Pages that are read without processes.
        workers: Processes; one per core by default, at most 8. Fewer than 2 mean none.
    """

    def __init__(self, *, pages_before: int = PAGES_BEFORE, workers: int | None = None) -> None:
        self._left = pages_before
        self._workers = min(workers if workers is not None else _cores(), MAX_WORKERS)
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=error is None, cancel_futures=True)

    @property
    def uses_processes(self) -> bool:
        """Whether worker processes have been started."""
        return self._pool is not None

    def read(self, html: str, url: str) -> list[Contact]:
        """The contacts of a page; called from many threads at once.

        Raises:
            TimeoutError: A worker did not answer in time.
        """
        pool = self._pool_if_large()
        if pool is not None:
            # A worker that was killed (out of memory) takes the pool with it; the page is read here, and no further pool is made.
            with contextlib.suppress(BrokenProcessPool):
                return pool.submit(extract_contacts, html, url=url).result(TIMEOUT_S)
            self._workers = 0
        return extract_contacts(html, url=url)

    def _pool_if_large(self) -> ProcessPoolExecutor | None:
        with self._lock:
            if self._workers < 2:
                return None
            if self._left > 0:
                self._left -= 1
                return None
            if self._pool is None:
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(self._workers, mp_context=context, initializer=end_with_parent)
            return self._pool


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def end_with_parent() -> None:
    """In a worker: end at once when the parent is gone, `kill -9` included, instead of waiting for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for_end, args=(parent.sentinel,), daemon=True).start()


def _wait_for_end(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
