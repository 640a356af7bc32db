"""Ends the children of `inroad up` when that was killed and could not do so itself.

What lives here: both ends of a pipe. The supervisor writes the process groups of its children into it; this file, run as a
program of its own, reads them. The pipe ends with the supervisor, however that ended, on every system; the kernel's own way on
Linux (PR_SET_PDEATHSIG) reaches direct children only, and not the code servers and runs below them. What does not: starting and
watching the children (`serving`).

The program imports the standard library alone, so that it starts in 30 ms and holds 8 MB.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import IO

# Seconds that the children get to put their rows back, and between two looks whether they have.
GRACE_S = 15.0
LOOK_S = 0.05


class LastWill:
    """The supervisor's end.

    Args:
        pipe: The program's standard input.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe

    def add(self, group: int) -> None:
        """A group to end with the supervisor."""
        self._tell(group)

    def remove(self, group: int) -> None:
        """A group that has ended; the system may give its number to another."""
        self._tell(-group)

    def _tell(self, number: int) -> None:
        # Whoever has killed the program has chosen to look after the children himself.
        with contextlib.suppress(BrokenPipeError):
            self._pipe.write(b"%d\n" % number)
            self._pipe.flush()


@contextlib.contextmanager
def last_will() -> Iterator[LastWill]:
    """Runs the program beside the block; a block that ends in order has ended its children itself."""
    program = subprocess.Popen(
        [sys.executable, "-I", "-S", __file__], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    assert program.stdin is not None
    try:
        yield LastWill(program.stdin)
    finally:
        with contextlib.suppress(BrokenPipeError):
            program.stdin.close()
        program.wait()


def read_groups(lines: Iterator[bytes]) -> set[int]:
    """The groups that are left when the pipe ends."""
    groups: set[int] = set()
    for line in lines:
        number = int(line)
        groups = groups | {number} if number > 0 else groups - {-number}
    return groups


def end_groups(groups: set[int]) -> None:
    """Asks groups to end as Ctrl-C does, and ends after `GRACE_S` what is left."""
    deadline = time.monotonic() + GRACE_S
    _signal(groups, signal.SIGINT)
    while (groups := _signal(groups, 0)) and time.monotonic() < deadline:
        time.sleep(LOOK_S)
    _signal(groups, signal.SIGKILL)


def _signal(groups: set[int], number: int) -> set[int]:
    """Sends a signal; returns the groups that are there."""
    left = set()
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
            left.add(group)
    return left


if __name__ == "__main__":
    end_groups(read_groups(iter(sys.stdin.buffer)))
