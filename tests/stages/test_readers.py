"""Extraction in processes: the same contacts as in a thread, and nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inroad.contacts import extract_contacts
from inroad.stages.readers import Readers

URL = "https://kestrel.example/contact"
PAGES = [f"<p>Call 0113 496 0{number}, or write to desk{number}@kestrel.example</p>" for number in range(100, 130)]
ORPHAN = """
import sys
from inroad.stages.readers import Readers
if __name__ == "__main__":
    readers = Readers(pages_before=0, workers=2)
    readers.read("<p>a@kestrel.example</p>", "https://kestrel.example/")
    print(*readers._pool._processes, flush=True)
    sys.stdin.read()
"""


def test_a_small_batch_starts_no_process() -> None:
    """Starting workers costs more than reading a small site."""
    with Readers(workers=4) as readers:
        assert readers.read(PAGES[0], URL) == extract_contacts(PAGES[0], url=URL)
        assert not readers.uses_processes


def test_processes_read_what_a_thread_reads() -> None:
    """A large batch must not give other contacts than a small one."""
    with Readers(pages_before=5, workers=2) as readers, ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda html: readers.read(html, URL), PAGES))
        assert readers.uses_processes
    assert found == [extract_contacts(html, url=URL) for html in PAGES]


def test_a_killed_worker_loses_no_page() -> None:
    """The system kills what takes too much memory; the batch goes on in the thread."""
    with Readers(pages_before=0, workers=2) as readers:
        readers.read(PAGES[0], URL)
        assert readers._pool is not None
        for process in list(readers._pool._processes.values()):
            process.kill()
        assert readers.read(PAGES[1], URL) == extract_contacts(PAGES[1], url=URL)


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    """After `kill -9` of a run its workers would wait for work for ever, each with 80 MB."""
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
        workers = [int(number) for number in parent.stdout.readline().split()]
        parent.kill()
    assert workers
    deadline = time.monotonic() + 20
    while any(_is_alive(number) for number in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [number for number in workers if _is_alive(number)]


def _is_alive(number: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return False
