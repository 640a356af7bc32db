"""Threads of our own for work that waits for a model.

Such work holds its thread while the event loop makes the call. In the loop's default threads, which the loop itself needs for the
call (looking names up, and what libraries hand off), six waiting CVs left none: nobody went on, for ever.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
# CVs and pages at work at one time in one process; the rest of each is computing, for two cores.
THREADS = 8


@lru_cache(maxsize=1)
def _pool(_pid: int) -> ThreadPoolExecutor:
    """One for each process: threads do not survive a fork."""
    return ThreadPoolExecutor(THREADS, thread_name_prefix="inroad-stage")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """`asyncio.to_thread` in our own threads; the caller's context (its trace) is seen inside."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(_pool(os.getpid()), lambda: context.run(function, *args, **kwargs))
