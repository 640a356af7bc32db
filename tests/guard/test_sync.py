"""The synchronous door: with and without a running loop, from threads, nested, interrupted."""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from inroad.guard.sync import run_sync

marker: contextvars.ContextVar[str] = contextvars.ContextVar("marker", default="unset")


async def _double(number: int) -> int:
    await asyncio.sleep(0)
    return number * 2


async def _fail() -> None:
    raise ValueError("inside")


def test_an_error_inside_reaches_the_caller() -> None:
    """A swallowed error would look like a call that answered nothing."""
    with pytest.raises(ValueError, match="inside"):
        run_sync(_fail())


def test_it_runs_without_a_loop() -> None:
    """A plain script has none."""
    assert run_sync(_double(21)) == 42


async def test_it_runs_where_a_loop_already_runs() -> None:
    """`asyncio.run` refuses there: notebooks and async servers could not call the synchronous door."""
    assert run_sync(_double(21)) == 42


def test_it_runs_inside_itself() -> None:
    """Waiting on the loop from the loop's own thread would wait for ever."""

    async def outer() -> int:
        return run_sync(_double(4)) + 1

    assert run_sync(outer()) == 9


def test_an_error_in_a_nested_call_reaches_the_outer_one() -> None:
    """The nested call has a thread of its own, and errors do not cross threads by themselves."""

    async def outer() -> None:
        run_sync(_fail())

    with pytest.raises(ValueError, match="inside"):
        run_sync(outer())


def test_threads_share_one_loop() -> None:
    """A loop for each thread would mean a connection pool for each thread."""

    async def loop_id() -> int:
        return id(asyncio.get_running_loop())

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: run_sync(loop_id()), range(32)))) == 1


def test_context_variables_are_seen_inside() -> None:
    """Trace ids travel in them."""

    async def read() -> str:
        return marker.get()

    token = marker.set("seen")
    try:
        assert run_sync(read()) == "seen"
    finally:
        marker.reset(token)


def test_an_interrupt_cancels_the_coroutine() -> None:
    """After Ctrl-C a call that goes on would still spend."""
    cancelled, started = threading.Event(), threading.Event()

    async def wait() -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    def interrupt() -> None:
        started.wait(10)
        os.kill(os.getpid(), 2)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        run_sync(wait())
    thread.join()
    assert cancelled.wait(10)


def test_a_forked_child_gets_a_loop_of_its_own() -> None:
    """Threads do not survive a fork: the child would wait for a loop that no thread runs."""
    run_sync(_double(1))
    child = os.fork()
    if child == 0:
        os._exit(0 if run_sync(_double(3)) == 6 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
