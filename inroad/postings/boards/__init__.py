"""Job boards (applicant tracking systems): one module a provider, one table of them, one reader for what none foresees."""

from inroad.postings.boards.feeds import (
    MAX_PAGES,
    BoardRequest,
    detail_request,
    first_request,
    is_cut_off,
    next_request,
    rows_in,
    stated_total,
)
from inroad.postings.boards.finding import Board, find_boards
from inroad.postings.boards.registry import PROVIDERS, parse_board

__all__ = [
    "MAX_PAGES",
    "PROVIDERS",
    "Board",
    "BoardRequest",
    "detail_request",
    "find_boards",
    "first_request",
    "is_cut_off",
    "next_request",
    "parse_board",
    "rows_in",
    "stated_total",
]
