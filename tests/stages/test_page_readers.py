"""Fetched pages on their way to the readers: they wait in bounded memory."""

from __future__ import annotations

import asyncio
import threading

import pytest

from inroad.crawl.digest import PageBody, PageDigest
from inroad.reader_process import ReaderBug
from inroad.stages.page_readers import PageReaders

PAGE = PageBody("https://kestrel.example/", 200, {}, b"x" * 600)


async def test_no_page_is_asked_for_while_too_much_waits_to_be_read() -> None:
    """A site of pages of ten megabytes answers faster than they are read: its pages would fill the memory."""
    may_read = threading.Event()

    def slow(page: PageBody) -> PageDigest:
        assert may_read.wait(10)
        return PageDigest(title=page.url)

    readers = PageReaders(slow, most_held=1_000)
    await asyncio.wait_for(readers.room(), 1)
    one = asyncio.create_task(readers.read(PAGE))
    await asyncio.sleep(0)
    await asyncio.wait_for(readers.room(), 1)  # 600 bytes of 1,000
    two = asyncio.create_task(readers.read(PAGE))
    await asyncio.sleep(0)
    third = asyncio.create_task(readers.room())
    done, _ = await asyncio.wait([third], timeout=0.05)
    assert not done
    may_read.set()
    assert [digest.title for digest in await asyncio.gather(one, two)] == [PAGE.url, PAGE.url]
    await asyncio.wait_for(third, 1)


async def test_a_page_that_cannot_be_read_leaves_its_room_to_others() -> None:
    """Each failure would else take memory away until nothing is fetched any more."""

    def stumble(page: PageBody) -> PageDigest:
        raise IndexError(page.url)

    readers = PageReaders(stumble, most_held=500)
    for _ in range(2):
        with pytest.raises(ReaderBug):
            await readers.read(PAGE)
        await asyncio.wait_for(readers.room(), 1)
