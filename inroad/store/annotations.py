"""A person's marks on postings: added, listed, removed, and moved or lost when the posting's text changes.

What does not belong here: what a mark may be and where it is found again (`inroad.postings.annotations`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from inroad.store.models import Annotation, PostingRow


def add_annotation(session: Session, posting_id: int, values: Mapping[str, Any], *, by: str) -> int:
    """Stores a mark and queues the posting for matching again.

    Args:
        session: Transaction.
        posting_id: The posting.
        values: span_start, span_end, kind, note, quote, before, after.
        by: The person.

    Returns:
        The mark's id.
    """
    row = Annotation(posting_id=posting_id, made_by=by, **values)
    session.add(row)
    session.flush()
    match_again(session, [posting_id])
    return row.id


def remove_annotation(session: Session, posting_id: int, annotation_id: int) -> bool:
    """Removes one mark of a posting; False when the posting has none of this id."""
    statement = delete(Annotation).where(Annotation.id == annotation_id, Annotation.posting_id == posting_id)
    gone = session.scalars(statement.returning(Annotation.id)).first() is not None
    if gone:
        match_again(session, [posting_id])
    return gone


def list_annotations(session: Session, posting_ids: Sequence[int]) -> dict[int, list[Annotation]]:
    """Marks by posting, lost ones too, in the text's order."""
    found: dict[int, list[Annotation]] = {posting_id: [] for posting_id in posting_ids}
    statement = select(Annotation).where(Annotation.posting_id.in_(posting_ids))
    for row in session.scalars(statement.order_by(Annotation.span_start, Annotation.id)):
        found[row.posting_id].append(row)
    return found


def move_annotation(session: Session, row: Annotation, values: Mapping[str, Any] | None) -> None:
    """Writes where a mark stands after its posting's text changed; None marks it lost."""
    changes = {"is_lost": True} if values is None else {**values, "is_lost": False}
    if all(getattr(row, name) == value for name, value in changes.items()):
        return
    session.execute(update(Annotation).where(Annotation.id == row.id).values(**changes, moved_at=func.now()))
    session.expire(row)


def match_again(session: Session, posting_ids: Sequence[int]) -> None:
    """Queues postings that are matched already."""
    where = (PostingRow.id.in_(posting_ids), PostingRow.posting_processing_status == "Complete")
    again = {"posting_processing_status": "Queued", "attempts": 0, "next_attempt_at": func.now()}
    session.execute(update(PostingRow).where(*where).values(again).execution_options(synchronize_session=False))
