"""How a board's feed is asked: the first request, the page after an answer, and one job's full text.

Requests are described, not sent. The number of pages is bounded; a feed that never ends is left at the bound.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from inroad.postings.boards.finding import WORKDAY_PAGE, Board, workday_body
from inroad.postings.boards.reading import jobs_at, pick
from inroad.postings.boards.rows import next_list_url
from inroad.postings.boards.xml_feed import is_whole, is_xml
from inroad.postings.model import Posting

MAX_PAGES: Final = 200
"""Requests for one board; at 20 jobs a page (Workday) that is 4,000 jobs."""


@dataclass(frozen=True, slots=True)
class BoardRequest:
    """One request of a board's public feed.

    Attributes:
        url: Address to ask.
        method: "GET" or "POST".
        body: JSON text of a POST, else None.
        headers: Headers beside the client's own.
        number: How many requests of this board came before, from 0.
    """

    url: str
    method: str = "GET"
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    number: int = 0


def first_request(board: Board) -> BoardRequest:
    """The request that a reading of a board begins with."""
    return BoardRequest(board.api_url, board.method, board.body, board.headers)


def next_request(board: Board, payload: Any, previous: BoardRequest | None = None) -> BoardRequest | None:
    """The request for the page after an answer.

    Args:
        board: The board.
        payload: The answer to `previous`: parsed JSON, or text.
        previous: The request that brought it; None for the first.

    Returns:
        The next request, or None when the answer was the last page, was empty, or `MAX_PAGES` is reached.
    """
    before = previous or first_request(board)
    pager = _PAGERS.get(board.provider)
    if pager is None or before.number + 1 >= MAX_PAGES:
        return None
    following = pager(payload, before)
    return following and BoardRequest(following.url, following.method, following.body, board.headers, before.number + 1)


def _count(payload: Any, *paths: str) -> int:
    return next((len(jobs) for path in paths if (jobs := jobs_at(payload, path))), 0)


def _with_number(url: str, name: str, value: int) -> str:
    """An address with one number of its query (or finder) replaced."""
    return re.sub(rf"(?<=[?&;,]){name}=\d+", f"{name}={value}", url)


def _number_in(url: str, name: str) -> int:
    found = re.search(rf"[?&;,]{name}=(\d{{1,9}})", url)
    return int(found.group(1)) if found else 0


def _total(payload: Any, *paths: str) -> int | None:
    total = pick(payload, *paths)
    return total if isinstance(total, int) and not isinstance(total, bool) else None


def _offset_pager(name: str, jobs: tuple[str, ...], totals: tuple[str, ...], size: int) -> Any:
    """Pages by offset in the address: on while the page was full, or the stated total is not reached."""

    def following(payload: Any, before: BoardRequest) -> BoardRequest | None:
        count, total = _count(payload, *jobs), _total(payload, *totals)
        offset = _number_in(before.url, name) + count
        more = offset < total if total is not None else count >= size
        return BoardRequest(_with_number(before.url, name, offset)) if count and more else None

    return following


def _workday_pager(payload: Any, before: BoardRequest) -> BoardRequest | None:
    # Only the first answer states the total (the others say 0), so a full page means that there is another.
    count = _count(payload, "jobPostings")
    offset = int(json.loads(before.body or "{}").get("offset", 0)) + count
    total = _total(payload, "total")
    if count < WORKDAY_PAGE or (total and offset >= total):
        return None
    return BoardRequest(before.url, "POST", workday_body(offset))


def _rippling_pager(payload: Any, before: BoardRequest) -> BoardRequest | None:
    page, pages = _number_in(before.url, "page"), _total(payload, "totalPages")
    if not _count(payload, "items") or pages is None or page + 1 >= pages:
        return None
    return BoardRequest(_with_number(before.url, "page", page + 1))


def _markup_pager(name: str, row: re.Pattern[str], size: int) -> Any:
    """Pages of HTML: on while a page holds a full number of rows."""

    def following(payload: Any, before: BoardRequest) -> BoardRequest | None:
        rows = len(set(row.findall(payload))) if isinstance(payload, str) else 0
        step = size if name == "from" else 1
        if rows >= size:
            return BoardRequest(_with_number(before.url, name, _number_in(before.url, name) + step))
        return _linked_pager(payload, before) if rows else None

    return following


def _linked_pager(payload: Any, before: BoardRequest) -> BoardRequest | None:
    """Pages of HTML that link the next one, whatever number of rows they hold."""
    following = next_list_url(payload, before.url) if isinstance(payload, str) and not is_xml(payload) else None
    return BoardRequest(following) if following else None


_PAGERS: Final = {
    "smartrecruiters": _offset_pager("offset", ("content",), ("totalFound",), 100),
    "eightfold": _offset_pager("start", ("positions", "data.positions"), ("count", "data.count"), 10),
    "oracle_orc": _offset_pager("offset", ("items.*.requisitionList",), ("items.0.TotalJobsCount",), 100),
    "workday": _workday_pager,
    "rippling": _rippling_pager,
    "hrmdirect": _linked_pager,
    "jobvite": _linked_pager,
    "icims": _markup_pager("pr", re.compile(r"/jobs/(\d{1,12})/[^\"'/]{1,200}/job"), 20),
    "neogov": _markup_pager("page", re.compile(r"/jobs/(\d{4,12})/"), 10),
    "phenom": _markup_pager("from", re.compile(r"\"jobSeqNo\"\s*:\s*\"([^\"]{1,80})\""), 10),
}


# provider -> (where the jobs of one answer stand, where the answer says how many there are in all).
_TOTALS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "greenhouse": (("jobs",), ("meta.total",)),
    "smartrecruiters": (("content",), ("totalFound",)),
    "eightfold": (("positions", "data.positions"), ("count", "data.count")),
    "oracle_orc": (("items.*.requisitionList",), ("items.0.TotalJobsCount",)),
    "workday": (("jobPostings",), ("total",)),
    "rippling": (("items",), ("totalItems",)),
}


def rows_in(board: Board, payload: Any) -> int:
    """Jobs in one answer before any is left out; 0 for providers that state no total."""
    return _count(payload, *_TOTALS[board.provider][0]) if board.provider in _TOTALS else 0


def is_cut_off(payload: Any) -> bool:
    """Tells whether an answer is XML that ends too early; what is not in it may still be on the board."""
    return isinstance(payload, str) and is_xml(payload) and not is_whole(payload)


def stated_total(board: Board, payload: Any) -> int | None:
    """How many jobs an answer says the whole board has; None where it does not say."""
    return _total(payload, *_TOTALS[board.provider][1]) if board.provider in _TOTALS else None


def detail_request(board: Board, posting: Posting) -> BoardRequest | None:
    """The request for one job's full text, where a board's list has none.

    Args:
        board: The board that listed it.
        posting: The posting as listed.

    Returns:
        The request, whose answer `parse_board` reads; None where the list is complete, or the job's own page (`posting.url`, read
        with `extract_postings`) has the text.
    """
    identifier = posting.key.partition(":")[2]
    if not identifier or posting.description:
        return None
    if board.provider == "workday" and isinstance(posting.details.get("path"), str):
        return BoardRequest(board.api_url.removesuffix("/jobs") + posting.details["path"], headers={"Accept": "application/json"})
    if board.provider == "smartrecruiters":
        return BoardRequest(f"https://api.smartrecruiters.com/v1/companies/{board.token}/postings/{quote(identifier, safe='')}")
    if board.provider == "bamboohr":
        return BoardRequest(f"https://{board.token}.bamboohr.com/careers/{quote(identifier, safe='')}/detail")
    if board.provider == "rippling":
        return BoardRequest(f"https://ats.rippling.com/api/v2/board/{quote(board.token)}/jobs/{quote(identifier, safe='')}")
    if board.provider == "oracle_orc":
        root = board.api_url.partition("/recruitingCEJobRequisitions")[0]
        finder = f"ById;Id=%22{quote(identifier, safe='')}%22,siteNumber={board.site}"
        return BoardRequest(f"{root}/recruitingCEJobRequisitionDetails?expand=all&onlyData=true&finder={finder}")
    return None
