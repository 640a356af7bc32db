"""Storing what was read of postings: new ones, changed ones, the same job from two sources, and those given by hand.

What does not belong here: how a list stands to its postings when it no longer shows them (`posting_states`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.erased_people import without_erased_people
from inroad.store.models import PostingRow
from inroad.store.posting_states import Listing, listing_of

# First key of the two-part advisory lock; the second is the company's number.
LOCK_CLASS = 729_451_306


@dataclass(frozen=True, slots=True)
class KnownPosting:
    """What decides whether a posting that is read is one that is known.

    Attributes:
        id: The row.
        key: Its key.
        title_key: Its title in the form that is compared.
        location: As stored.
        company: As stored.
        board_id: The board that lists it; None for a page's.
        page_id: The page that shows it; None for a board's.
        is_open: Neither closed nor missing.
        is_closed: Closed.
        content_hash: Of what it says.
        chars: Length of its text.
    """

    id: int
    key: str
    title_key: str
    location: str | None
    company: str | None
    board_id: int | None
    page_id: int | None
    is_open: bool
    is_closed: bool
    content_hash: str
    chars: int


def known_postings(session: Session, domain_id: int, title_key: Callable[[str], str]) -> list[KnownPosting]:
    """A domain's postings, closed ones too, in the order of their keys."""
    statement = select(
        PostingRow.id,
        PostingRow.key,
        PostingRow.title,
        PostingRow.location,
        PostingRow.company,
        PostingRow.board_id,
        PostingRow.page_id,
        and_(PostingRow.closed_at.is_(None), PostingRow.missed_count == 0),
        PostingRow.closed_at.is_not(None),
        PostingRow.content_hash,
        func.char_length(PostingRow.description),
    ).where(PostingRow.domain_id == domain_id)
    rows = session.execute(statement.order_by(PostingRow.key))
    return [KnownPosting(row[0], row[1], title_key(row[2]), *row[3:]) for row in rows]


def store_postings(
    session: Session,
    domain_id: int,
    postings: Sequence[Mapping[str, Any]],
    *,
    page_id: int | None = None,
    board_id: int | None = None,
    extractor_version: str,
    max_attempts: int,
    title_key: Callable[[str], str] = str.casefold,
) -> list[int]:
    """Adds new postings, updates changed ones and queues both for matching; an unchanged one is not written.

    The same job from two sources is one row. A job that the company's board lists is the board's: a page that shows the same
    title and place adds nothing, and a posting read from a page before its board was found takes the board's key. Of two pages
    the one with the longer text keeps the job.

    Args:
        session: Transaction.
        domain_id: The company.
        postings: Columns of `PostingRow`, `key` and `content_hash` among them.
        page_id: The page they were read from, or
        board_id: the board they were read from.
        extractor_version: Version of the reader.
        max_attempts: Attempts at matching each.
        title_key: A title in the form in which two are compared.

    Returns:
        Ids of the postings that are new or changed.
    """
    if not postings:
        return []
    # One at a time for a company: two pages of the same job, stored at the same moment, would not see each other.
    session.execute(select(func.pg_advisory_xact_lock(LOCK_CLASS, domain_id % 2**31)))
    known = known_postings(session, domain_id, title_key)
    by_key = {row.key: row for row in known}
    source = {"page_id": page_id, "board_id": board_id, "extractor_version": extractor_version}
    changed = []
    for posting in postings:
        current = by_key.get(posting["key"]) or _twin(known, posting, title_key(posting["title"]), page_id, board_id)
        if current is not None and not _takes_over(current, posting, page_id, board_id):
            continue
        if current is not None and current.key == posting["key"] and _says_the_same(current, posting, page_id, board_id):
            continue
        values = {**without_erased_people(session, dict(posting)), **source}
        if current is None:
            listing = _first_listing(known, posting, title_key(posting["title"]))
            values |= {"domain_id": domain_id, "max_attempts": max_attempts, **listing.as_columns()}
            changed.append(_insert(session, values))
        else:
            _update(session, current.id, values)
            changed.append(current.id)
    return changed


def _takes_over(current: KnownPosting, posting: Mapping[str, Any], page_id: int | None, board_id: int | None) -> bool:
    """Whether a source may write the row of a job that is known."""
    if board_id is not None:
        return current.board_id in (None, board_id) or not current.is_open
    if current.board_id is not None:
        return False
    from_elsewhere = current.page_id is not None and current.page_id != page_id
    return not (from_elsewhere and current.is_open and len(posting["description"]) <= current.chars)


def _says_the_same(current: KnownPosting, posting: Mapping[str, Any], page_id: int | None, board_id: int | None) -> bool:
    same_source = (current.page_id, current.board_id) == (page_id, board_id)
    return current.is_open and same_source and current.content_hash == posting["content_hash"]


def _twin(
    known: Sequence[KnownPosting], posting: Mapping[str, Any], title: str, page_id: int | None, board_id: int | None
) -> KnownPosting | None:
    """The same job from another source: same title and, where both say one, same place and company."""
    for row in known:
        from_here = row.board_id == board_id if board_id is not None else row.board_id is None and row.page_id == page_id
        if row.title_key != title or from_here or row.is_closed:
            continue
        is_same_place = not row.location or not posting["location"] or _same_place(row.location, posting["location"])
        employers = {company.casefold() for company in (row.company, posting["company"]) if company}
        if is_same_place and (len(employers) < 2 or board_id is not None or row.board_id is not None):
            return row
    return None


def _first_listing(known: Sequence[KnownPosting], posting: Mapping[str, Any], title: str) -> Listing:
    """A new posting's state: reposted where the same job was closed under another key."""
    for row in known:
        is_same_place = not row.location or not posting["location"] or _same_place(row.location, posting["location"])
        if row.is_closed and row.title_key == title and is_same_place:
            return Listing("reposted", f"The same job was listed before as {row.key} and closed.")
    return Listing("listed")


def _insert(session: Session, values: Mapping[str, Any]) -> int:
    """Adds a row; one that another worker has added meanwhile is updated."""
    statement = insert(PostingRow).values(**values)
    statement = statement.on_conflict_do_update(index_elements=["domain_id", "key"], set_={**values, **_QUEUED_AGAIN, **_SEEN})
    return session.scalars(statement.returning(PostingRow.id)).one()


_QUEUED_AGAIN: dict[str, Any] = {
    "posting_processing_status": "Queued",
    "attempts": 0,
    "next_attempt_at": func.now(),
    "updated_at": func.now(),
}
_SEEN: dict[str, Any] = {"missed_count": 0, "closed_at": None}


def _update(session: Session, posting_id: int, values: Mapping[str, Any]) -> None:
    """Writes what a source shows now. Only what is said anew is matched again."""
    row = session.get_one(PostingRow, posting_id)
    again = _QUEUED_AGAIN if row.content_hash != values["content_hash"] or row.closed_at is not None else {}
    changes = {**values, **_SEEN, **listing_of(row, values).as_columns(), **again}
    session.execute(
        update(PostingRow).where(PostingRow.id == posting_id).values(changes).execution_options(synchronize_session=False)
    )
    session.expire(row)


def _same_place(one: str, two: str) -> bool:
    first, second = (set(re.findall(r"\w+", place.casefold())) for place in (one, two))
    return bool(first & second)


def handed_postings(session: Session, domain_id: int, *where: ColumnElement[bool]) -> list[PostingRow]:
    """A domain's open postings that a person handed over by address: no page and no board of ours shows them."""
    statement = select(PostingRow).where(
        PostingRow.domain_id == domain_id,
        PostingRow.page_id.is_(None),
        PostingRow.board_id.is_(None),
        PostingRow.closed_at.is_(None),
        PostingRow.posting_curation_status != "Rejected",
        PostingRow.url.startswith("http"),
        *where,
    )
    return list(session.scalars(statement.order_by(PostingRow.id)))


def show_handed_posting(session: Session, posting_id: int, values: Mapping[str, Any]) -> bool:
    """Writes what the address of a posting given by hand says now; its key stays. An unchanged one is not written.

    Returns:
        Whether anything was.
    """
    row = session.get_one(PostingRow, posting_id)
    if row.content_hash == values["content_hash"] and not row.missed_count:
        return False
    said = without_erased_people(session, {name: value for name, value in values.items() if name != "key"})
    _update(session, posting_id, said)
    return True


def add_posting_by_hand(session: Session, domain_id: int, values: Mapping[str, Any], *, max_attempts: int) -> int:
    """Stores a posting that a person handed over, selected by that person; the same posting again changes nothing.

    Returns:
        The row's id.
    """
    values = without_erased_people(session, dict(values))
    chosen = {"posting_curation_status": "Selected", "curated_by": "person", "curation_reason": "given by hand"}
    statement = insert(PostingRow).values(
        domain_id=domain_id, max_attempts=max_attempts, **values, **chosen, curated_at=func.now()
    )
    statement = statement.on_conflict_do_update(
        index_elements=["domain_id", "key"],
        set_={**values, **chosen, **_QUEUED_AGAIN, **_SEEN, **Listing("listed").as_columns()},
        where=or_(
            PostingRow.content_hash.is_distinct_from(statement.excluded.content_hash),
            PostingRow.posting_curation_status != "Selected",
            PostingRow.closed_at.is_not(None),
        ),
    )
    session.execute(statement)
    same = (PostingRow.domain_id == domain_id, PostingRow.key == values["key"])
    return session.scalars(select(PostingRow.id).where(*same)).one()
