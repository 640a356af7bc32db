"""The child's side of a reader: a process that applies pure functions to pages until its parent is gone.

What lives here: the loop, and what crosses the pipe. What does not: who starts it and what a lost one costs
(`inroad.stages.readers`). It stands outside of the rooms and imports none: what a function needs comes with the function, so that
a reader of pages loads neither the database's library nor Dagster.

Started as a plain interpreter that calls `main`: never forked (the parent runs threads and holds connections), nor spawned by
`multiprocessing`, which would import the parent's main module again: 2.8 s where that is Dagster's.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")


class ReaderBug(Exception):
    """A function stumbled over a page; the message names the first error and its type."""


@dataclass(frozen=True, slots=True)
class Failed:
    """What a function raised, in words: an exception of a library may not survive the way to another process."""

    message: str


def apply(function: Callable[[T], Any], items: Sequence[T]) -> list[Any]:
    """The results of a function, each for itself: a `Failed` for an item that it raises on."""
    return [_attempt(function, item) for item in items]


def _attempt(function: Callable[[T], Any], item: T) -> Any:
    try:
        return function(item)
    except Exception as error:  # noqa: BLE001 - one page's failure is its own; the caller records it on its row
        first = next(iter(str(error).splitlines()), "")[:300]
        return Failed(f"{type(error).__name__}: {first}")


def call(bound: Callable[[], T]) -> T:
    """Calls a function that is bound to its arguments (`functools.partial`): items of one request may have different ones."""
    return bound()


def serve(connection: Connection) -> None:
    """Answers requests until the other end is closed, `kill -9` of the parent included."""
    while True:
        try:
            function, items = connection.recv()
        except EOFError:
            return
        connection.send(apply(function, items))


def main() -> None:
    """Serves on the socket whose number is the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what becomes of the work
    serve(Connection(int(sys.argv[1])))
