"""Reading in processes: the same results as in a thread, one lost reader costs one page at most, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from inroad.contacts import extract_contacts
from inroad.reader_process import ReaderBug, call
from inroad.stages import readers as room
from inroad.stages.readers import ReaderLost, Readers
from inroad.store.models import ContactRow
from tests.stages.bench import SITE, Bench, page

URL = "https://kestrel.example/contact"
PAGES = [f"<p>Call 0113 496 0{number}, or write to desk{number}@kestrel.example</p>" for number in range(100, 130)]
CALLS = [partial(extract_contacts, html, url=URL) for html in PAGES]
ORPHAN = """
import asyncio, sys
from inroad.stages.readers import Readers
if __name__ == "__main__":
    readers = Readers(pages_before=0, workers=2)
    asyncio.run(readers.read(len, ["a"]))
    print(*readers.pids, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def readers() -> Iterator[Readers]:
    """Two readers that are used from the first page on, with little patience."""
    made = Readers(pages_before=0, workers=2, timeout_s=20.0)
    yield made
    made.close()


async def test_a_page_that_kills_its_reader_is_lost_alone(readers: Readers) -> None:
    """The system kills what takes too much memory: the page must be tried again later, and the batch go on."""
    found = await readers.read(call, [*CALLS[:3], partial(os._exit, 9), *CALLS[3:6]])
    assert isinstance(found[3], ReaderLost)
    assert found[:3] + found[4:] == [extract_contacts(html, url=URL) for html in PAGES[:6]]


async def test_a_page_that_hangs_is_given_up_and_its_reader_replaced() -> None:
    """One page that never ends would hold a core for ever."""
    readers = Readers(pages_before=0, workers=2, timeout_s=0.3)
    try:
        (lost,) = await readers.read(call, [partial(time.sleep, 60)])
        assert isinstance(lost, ReaderLost)
    finally:
        readers.close()


async def test_a_page_that_meets_a_bug_of_ours_says_which(readers: Readers) -> None:
    """The row must name the fault, and the other pages of the request must be read."""
    (bug, read) = await readers.read(call, [partial(int, "no number"), CALLS[0]])
    assert isinstance(bug, ReaderBug)
    assert "ValueError: invalid literal" in str(bug)
    assert read == extract_contacts(PAGES[0], url=URL)


async def test_a_killed_reader_is_replaced(readers: Readers) -> None:
    """An operator or the system may end one at any time; what comes next is read by another."""
    await readers.read(call, CALLS[:1])
    before = readers.pids
    for number in before:
        os.kill(number, signal.SIGKILL)
    for html, bound in zip(PAGES[:4], CALLS[:4], strict=True):
        assert await readers.read(call, [bound]) == [extract_contacts(html, url=URL)]
    assert not set(readers.pids) & set(before)


async def test_a_small_batch_starts_no_process() -> None:
    """Starting readers costs more than reading a small site."""
    readers = Readers(workers=4)
    assert await readers.read(call, CALLS[:1]) == [extract_contacts(PAGES[0], url=URL)]
    assert readers.pids == []
    readers.close()


def test_the_stages_read_in_processes_what_they_read_in_threads(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, readers: Readers
) -> None:
    """A large site is fetched and read by other processes from its first pages on: nothing may be lost on the way to them."""
    bench.web.pages[f"{SITE}/"] = page("Kestrel", "<p>Write to desk@kestrel.example</p>", links=["/contact"])
    bench.web.pages[f"{SITE}/contact"] = page("Contact", "<p>Call +44 113 496 0100</p>")
    monkeypatch.setattr(room, "_shared", (os.getpid(), readers))
    bench.run("domains", "pages", "page_contents", "contacts")
    assert len(readers.pids) >= 1
    assert dict(bench.rows(ContactRow.kind, ContactRow.value)) == {"email": "desk@kestrel.example", "phone": "+441134960100"}


async def test_processes_read_what_a_thread_reads() -> None:
    """A large batch must not give other contacts than a small one."""
    readers = Readers(pages_before=5, workers=2)
    found = [one for start in range(0, 30, 5) for one in await readers.read(call, CALLS[start : start + 5])]
    assert readers.pids
    readers.close()
    assert found == [extract_contacts(html, url=URL) for html in PAGES]
    assert readers.pids == []


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
def test_readers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    """After `kill -9` of a run its readers would wait for work for ever, each with 80 MB."""
    script = tmp_path / "orphan.py"
    script.write_text(ORPHAN)
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as parent:
        assert parent.stdout is not None
        readers = [int(number) for number in parent.stdout.readline().split()]
        parent.kill()
    assert readers
    deadline = time.monotonic() + 20
    while any(_is_alive(number) for number in readers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [number for number in readers if _is_alive(number)]


def _is_alive(number: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return False
