"""Everything that one stored page says about jobs: what a process that reads pages is asked for.

What does not live here: how jobs (`extraction`) and boards (`boards`) are found.
"""

from __future__ import annotations

from datetime import date

from inroad.postings.boards import Board, find_boards
from inroad.postings.extraction import extract_postings
from inroad.postings.model import Posting


def read_jobs(html: str, *, url: str, read_on: date) -> tuple[tuple[Posting, ...], tuple[Board, ...]]:
    """The jobs that a page publishes and the boards that it links.

    Args:
        html: The page.
        url: Its address.
        read_on: The day on which it was fetched: "three days ago" counts from there.
    """
    return tuple(extract_postings(html, url=url, read_on=read_on)), tuple(find_boards(html, url=url))
