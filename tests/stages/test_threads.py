"""Threads that wait for the event loop must not be the ones that the loop needs."""

from __future__ import annotations

import asyncio
import time
from contextvars import ContextVar

from inroad.guard.sync import run_sync
from inroad.stages.threads import THREADS, in_thread

_said: ContextVar[str] = ContextVar("said", default="")


def test_work_that_waits_for_the_loop_leaves_the_loop_its_own_threads() -> None:
    """With the loop's default threads full of waiting CVs nobody could look a name up: every run with a model hung."""

    def word_a_cv(number: int) -> int:
        async def ask() -> int:
            return await asyncio.to_thread(lambda: number)  # as looking up the endpoint's name does

        time.sleep(0.05)
        return run_sync(ask())

    async def stage() -> list[int]:
        async with asyncio.timeout(60):
            return await asyncio.gather(*(in_thread(word_a_cv, number) for number in range(8 * THREADS)))

    assert run_sync(stage()) == list(range(8 * THREADS))


async def test_the_callers_context_is_seen_inside() -> None:
    """The trace of a call that is made there would be nobody's."""
    _said.set("trace")
    assert await in_thread(_said.get) == "trace"
