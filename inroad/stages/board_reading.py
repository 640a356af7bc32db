"""Asking a board's public feed: all its pages, and the full text of the jobs that it only names.

What does not belong here: what is recorded of it (`postings`), and what a feed's answers mean (`inroad.postings.boards`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from inroad.crawl.fetch import WebClient
from inroad.crawl.html import decode_html
from inroad.guard.errors import InroadError, PermanentError
from inroad.postings import (
    MAX_PAGES,
    Board,
    BoardRequest,
    Posting,
    detail_request,
    extract_postings,
    first_request,
    is_cut_off,
    next_request,
    parse_board,
    rows_in,
    stated_total,
)
from inroad.store.database import DatabaseUnavailable
from inroad.store.models import Board as BoardRow

# Jobs of one board whose full text is asked for in one visit; the rest follow at the next ones.
DETAILS = 100
# Detail requests that may fail in a row before the rest is left to the next visit.
FAILURES = 3
LIST_HASH = "list_hash"
"""Name of the detail that holds the hash of a posting as the list says it, before its full text was asked for."""


@dataclass(frozen=True, slots=True)
class BoardReading:
    """What one visit to a board brought.

    Attributes:
        postings: The jobs, each once, in the board's order.
        digest: Hash of the feed's answers.
        shortfall: Why the list is not the whole board; None for a complete reading. Only a complete one says what is missing.
    """

    postings: tuple[Posting, ...]
    digest: str
    shortfall: str | None = None


def board_from_row(row: BoardRow) -> Board:
    """The value that a row holds."""
    return Board(provider=row.provider, token=row.token, url=row.url, api_url=row.api_url, **row.facts)


async def read_board(web: WebClient, row: BoardRow, known: Mapping[str, Posting]) -> BoardReading:
    """Reads a board.

    Args:
        web: The guarded client.
        row: The board.
        known: Its postings as stored, by key: the full text of those that the list says unchanged is not asked for again.

    Raises:
        InroadError: A page of the feed failed or is not what the provider publishes: then nothing of it counts as read.
    """
    board = board_from_row(row)
    found: dict[str, Posting] = {}
    digest = hashlib.sha256()
    listed, total, shortfall = 0, None, None
    request: BoardRequest | None = first_request(board)
    while request is not None:
        payload, body = await _ask(web, request)
        digest.update(body)
        found.update((posting.key, _hashed(posting)) for posting in parse_board(board.provider, payload, url=board.url))
        listed += rows_in(board, payload)
        total = stated_total(board, payload) or total
        if is_cut_off(payload):
            shortfall = "The feed ends in the middle."
        following = next_request(board, payload, request)
        if following is None and request.number + 1 >= MAX_PAGES:
            shortfall = f"The board goes on after {request.number + 1} pages."
        request = following
    if shortfall is None and total is not None and listed < total:
        shortfall = f"The board says that it has {total} jobs and showed {listed}."
    await _complete_all(web, board, found, known)
    return BoardReading(tuple(found.values()), digest.hexdigest(), shortfall)


def _hashed(posting: Posting) -> Posting:
    """A posting with the hash of what the list says of it among its details."""
    said = json.dumps(asdict(posting), sort_keys=True, default=str)
    return replace(posting, details={**posting.details, LIST_HASH: hashlib.sha256(said.encode()).hexdigest()[:16]})


async def _complete_all(web: WebClient, board: Board, found: dict[str, Posting], known: Mapping[str, Posting]) -> None:
    """Gives every job its full text: as stored where the list says nothing new, else asked for, `DETAILS` at most."""
    wanted = []
    for key, posting in found.items():
        stored = known.get(key)
        if stored is not None and stored.details.get(LIST_HASH) == posting.details[LIST_HASH]:
            found[key] = stored
        if not found[key].description:
            wanted.append(posting)
    failures = 0
    for posting in wanted[:DETAILS]:
        try:
            found[posting.key] = await _complete(web, board, posting)
        except DatabaseUnavailable:
            raise
        except PermanentError:  # one job's page that is gone leaves that job as the feed lists it
            continue
        except InroadError:  # the list was read; texts that cannot be had now are asked for at the next visit
            failures += 1
            if failures == FAILURES:
                break


async def _complete(web: WebClient, board: Board, posting: Posting) -> Posting:
    """A job with its full text, from the feed's own answer for it or from the job's page; as listed where neither has it."""
    detail = detail_request(board, posting)
    if detail is not None:
        payload, _ = await _ask(web, detail)
        answers = parse_board(board.provider, payload, url=board.url)
        full = next((answer for answer in answers if answer.key == posting.key), None)
        return posting if full is None else _merged(posting, full)
    if posting.description or not posting.url.startswith("http"):
        return posting
    response = await web.fetch(posting.url, purpose="board", accept="text/html")
    read = extract_postings(response.body, url=response.url)
    return _merged(posting, read[0]) if len(read) == 1 else posting


_FACTS = (
    *("description", "company", "location", "remote", "posted_on", "valid_through", "salary", "employment_type"),
    *("language", "department"),
)


def _merged(listed: Posting, full: Posting) -> Posting:
    """The job as its own answer says it; key, title, address and source stay the list's."""
    said = {name: value for name in _FACTS if (value := getattr(full, name))}
    return replace(listed, **said, details={**full.details, **listed.details})


async def _ask(web: WebClient, request: BoardRequest) -> tuple[Any, bytes]:
    response = await web.fetch(
        request.url,
        purpose="board",
        method="POST" if request.method == "POST" else "GET",
        json_body=json.loads(request.body) if request.body else None,
        headers=request.headers,
    )
    return _payload(decode_html(response.body, response.headers.get("content-type"))), response.body


def _payload(text: str) -> Any:
    if text.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise PermanentError(f"The board's answer is not valid JSON: {error}.", reason="bad-response") from error
    return text
