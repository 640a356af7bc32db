"""How a company's own list stands to its postings: listed, changed, missing once, closed, reposted, probably stale.

What does not belong here: storing what a posting says (`postings`), and the judgement that one is stale
(`inroad.postings.staleness`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from inroad.store.models import AuditEntry, PostingRow

# What a posting says, by the word that a person reads when it changed.
_SAYS = {
    "title": "title",
    "location": "place",
    "remote": "place of work",
    "description": "text",
    "salary": "pay",
    "valid_through": "closing date",
    "employment_type": "employment",
    "department": "department",
    "url": "address",
    "posted_on": "date",
    "language": "language",
}
MISSED_ONCE = "One complete reading of its page or board did not show it."
CLOSED = "Two complete readings of its page or board did not show it."


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing state with its reason."""

    state: str
    reason: str | None = None

    def as_columns(self) -> dict[str, Any]:
        """Columns of the row that comes into this state now."""
        return {"listing_state": self.state, "listing_reason": self.reason, "listing_since": func.now()}


def listing_of(row: PostingRow, values: Mapping[str, Any]) -> Listing:
    """The state of a posting that a source shows now, from what its row said before.

    Args:
        row: As stored.
        values: Columns of what is shown now.
    """
    if row.closed_at is not None:
        return Listing("reposted", f"It is listed again; it was closed on {row.closed_at:%Y-%m-%d}.")
    changed = [name for name in _SAYS if getattr(row, name) != values[name]]
    if changed and set(changed) <= {"posted_on", "valid_through"} and _is_later(row.posted_on, values["posted_on"]):
        return Listing("reposted", f"It is dated anew: {row.posted_on}, now {values['posted_on']}; nothing else changed.")
    if changed:
        return Listing("changed", f"Changed: {', '.join(dict.fromkeys(_SAYS[name] for name in changed))}.")
    if row.missed_count:
        return Listing("listed", "It is listed again after one reading without it.")
    return Listing(row.listing_state, row.listing_reason)


def _is_later(before: str | None, after: str | None) -> bool:
    return bool(before and after and after > before)


def _source(page_id: int | None, board_id: int | None) -> ColumnElement[bool]:
    return PostingRow.board_id == board_id if board_id is not None else PostingRow.page_id == page_id


def _miss(session: Session, *where: ColumnElement[bool]) -> int:
    """Counts one more complete reading without some open postings; returns how many are closed now."""
    closes = PostingRow.missed_count >= 1
    statement = (
        update(PostingRow)
        .where(*where, PostingRow.closed_at.is_(None))
        .values(
            missed_count=PostingRow.missed_count + 1,
            closed_at=case((closes, func.now())),
            listing_state=case((closes, "closed"), else_="missing"),
            listing_reason=case((closes, literal(CLOSED)), else_=literal(MISSED_ONCE)),
            listing_since=func.now(),
        )
        .returning(PostingRow.closed_at)
        .execution_options(synchronize_session=False)
    )
    return sum(moment is not None for moment in session.scalars(statement))


def miss_postings(session: Session, seen: Sequence[str], *, page_id: int | None = None, board_id: int | None = None) -> int:
    """After a complete reading of a page or board: its postings that were not there are missed, and closed after the second time.

    Returns:
        Postings closed now.
    """
    return _miss(session, _source(page_id, board_id), PostingRow.key.not_in(list(seen)))


def miss_posting(session: Session, posting_id: int) -> int:
    """After a complete reading of a posting's own address that did not show it: missed, and closed after the second time.

    Returns:
        1 when it is closed now, else 0.
    """
    return _miss(session, PostingRow.id == posting_id)


def miss_again(session: Session, *, page_id: int | None = None, board_id: int | None = None) -> int:
    """After another complete reading that found a page or board unchanged: what was missing is still missing, and closed now.

    Returns:
        Postings closed now.
    """
    return _miss(session, _source(page_id, board_id), PostingRow.missed_count > 0)


@dataclass(frozen=True, slots=True)
class OpenPosting:
    """What staleness is judged by.

    Attributes:
        id: The row.
        posted_on: ISO date as published.
        valid_through: ISO date as published.
        description: The text.
        first_seen_at: When it was first read.
        state: Its listing state.
        reason: The state's reason.
    """

    id: int
    posted_on: str | None
    valid_through: str | None
    description: str
    first_seen_at: datetime
    state: str
    reason: str | None


def open_postings(session: Session, domain_id: int) -> list[OpenPosting]:
    """A domain's postings that are neither closed nor missing."""
    columns = (
        *(PostingRow.id, PostingRow.posted_on, PostingRow.valid_through, PostingRow.description),
        *(PostingRow.first_seen_at, PostingRow.listing_state, PostingRow.listing_reason),
    )
    statement = select(*columns).where(PostingRow.domain_id == domain_id, PostingRow.closed_at.is_(None))
    return [OpenPosting(*row) for row in session.execute(statement.where(PostingRow.missed_count == 0).order_by(PostingRow.id))]


def settle_listings(session: Session, states: Iterable[tuple[int, Listing]]) -> int:
    """Writes listing states where they differ; returns how many did."""
    count = 0
    for posting_id, listing in states:
        differs = or_(PostingRow.listing_state != listing.state, PostingRow.listing_reason.is_distinct_from(listing.reason))
        statement = update(PostingRow).where(PostingRow.id == posting_id, PostingRow.closed_at.is_(None), differs)
        done = session.execute(statement.values(listing.as_columns()).execution_options(synchronize_session=False))
        count += done.rowcount  # type: ignore[attr-defined]
    return count


def close_by_hand(session: Session, posting_id: int, *, by: str, reason: str | None = None) -> bool:
    """Closes a posting that a person knows to be over, and rejects it, so that no later listing brings it back to the queue.

    Args:
        session: Transaction.
        posting_id: The posting.
        by: The person.
        reason: Their words.

    Returns:
        False when it is closed already or there is none.
    """
    why = f"Closed by {by}" + (f": {reason}" if reason else ".")
    values = {
        **Listing("closed", why).as_columns(),
        "closed_at": func.now(),
        "posting_curation_status": "Rejected",
        "curated_by": by,
        "curated_at": func.now(),
        "curation_reason": reason or "closed by hand",
    }
    statement = update(PostingRow).where(PostingRow.id == posting_id, PostingRow.closed_at.is_(None))
    closed = session.scalars(statement.values(values).returning(PostingRow.id)).first() is not None
    if closed:
        details = {"posting": posting_id, "reason": reason}
        session.execute(insert(AuditEntry).values(actor=by, action="close", table_name="postings", row_count=1, details=details))
    return closed


def listing_counts(session: Session, domain_ids: Sequence[int] | None = None) -> dict[str, int]:
    """Postings by listing state, of some domains or of all."""
    statement = select(PostingRow.listing_state, func.count()).group_by(PostingRow.listing_state)
    if domain_ids is not None:
        statement = statement.where(PostingRow.domain_id.in_(domain_ids))
    return {state: count for state, count in session.execute(statement)}
