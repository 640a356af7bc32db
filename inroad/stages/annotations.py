"""A person's marks on postings: made, read for matching and writing, and found again when a posting's text changes.

What the command calls, and what a console can call. What a mark means is in `inroad.postings.annotations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from inroad.guard.errors import PermanentError
from inroad.postings import Annotation, Span, annotate, annotate_quote, reanchor
from inroad.postings.annotations import MAX_ANNOTATIONS, BadAnnotation
from inroad.store import annotations as rows
from inroad.store.models import Annotation as AnnotationRow
from inroad.store.models import PostingRow


class NoSuchPosting(PermanentError):
    """A posting that does not exist."""

    reason = "no-such-posting"


def annotation_from_row(row: AnnotationRow) -> Annotation:
    """The value that a row holds."""
    return Annotation(row.kind, Span(row.span_start, row.span_end, row.quote), row.note, row.before, row.after)


def _columns(mark: Annotation) -> dict[str, Any]:
    return {
        "span_start": mark.span.start,
        "span_end": mark.span.end,
        "quote": mark.span.text,
        "before": mark.before,
        "after": mark.after,
    }


def mark_posting(
    session: Session,
    posting_id: int,
    kind: str,
    *,
    by: str,
    quote: str | None = None,
    span: tuple[int, int] | None = None,
    note: str | None = None,
) -> int:
    """Marks a piece of a posting; the posting is matched again.

    Args:
        session: Transaction.
        posting_id: The posting.
        kind: "must-have", "gap", "emphasise", "ignore" or "note".
        by: The person.
        quote: The words to mark, which stand in one place only; or
        span: the characters (start, end) of the description.
        note: The person's words.

    Returns:
        The mark's id.

    Raises:
        NoSuchPosting: There is no such posting.
        BadAnnotation: The mark cannot be made, or the posting has `MAX_ANNOTATIONS` already.
    """
    posting = session.get(PostingRow, posting_id)
    if posting is None:
        raise NoSuchPosting(f"No posting has the number {posting_id}.", mend="List them with `inroad posting show`.")
    if len(rows.list_annotations(session, [posting_id])[posting_id]) >= MAX_ANNOTATIONS:
        raise BadAnnotation(f"The posting has {MAX_ANNOTATIONS} marks already.", mend="Remove some.")
    if span is not None:
        mark = annotate(posting.description, *span, kind, note)
    else:
        mark = annotate_quote(posting.description, quote or "", kind, note)
    return rows.add_annotation(session, posting_id, {**_columns(mark), "kind": mark.kind, "note": mark.note}, by=by)


def marks_of(session: Session, posting_ids: Sequence[int]) -> dict[int, tuple[Annotation, ...]]:
    """The marks that stand, by posting: what matching and writing go by. Lost ones are left out."""
    found = rows.list_annotations(session, posting_ids)
    return {number: tuple(annotation_from_row(row) for row in marks if not row.is_lost) for number, marks in found.items()}


def find_marks_again(session: Session, posting_ids: Sequence[int]) -> None:
    """Moves the marks of changed postings to the same words in the new text; those whose words are gone are lost, and say so.

    A lost mark stays stored, and stands again when its words come back.
    """
    if not posting_ids:
        return
    marked = {number: marks for number, marks in rows.list_annotations(session, posting_ids).items() if marks}
    for number, marks in marked.items():
        description = session.get_one(PostingRow, number, populate_existing=True).description
        for row in marks:
            mark = reanchor(annotation_from_row(row), description)
            rows.move_annotation(session, row, None if mark is None else _columns(mark))
