"""Postings as a person looks at them: lists with their listing state and score, and one posting with everything beside it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from inroad.store.annotations import list_annotations
from inroad.store.models import Annotation, Domain, MatchRow, PostingRow, ProfileRow


@dataclass(frozen=True, slots=True)
class PostingLine:
    """One posting in a list.

    Attributes:
        id: The row's number.
        domain: The company.
        title: As published.
        location: As published.
        state: Listing state.
        reason: The state's reason.
        status: Curation status.
        score: Of the match with the default profile; None where there is none.
        curation_reason: Why it was selected or rejected.
    """

    id: int
    domain: str
    title: str
    location: str | None
    state: str
    reason: str | None
    status: str
    score: float | None
    curation_reason: str | None


@dataclass(frozen=True, slots=True)
class PostingView:
    """One posting with everything beside it."""

    domain: str
    row: PostingRow
    match: MatchRow | None
    marks: list[Annotation]


def _with_match() -> Select[PostingRow, str, MatchRow]:
    default = select(ProfileRow.id).where(ProfileRow.is_default).scalar_subquery()
    return (
        select(PostingRow, Domain.name, MatchRow)
        .join(Domain, Domain.id == PostingRow.domain_id)
        .outerjoin(MatchRow, (MatchRow.posting_id == PostingRow.id) & (MatchRow.profile_id == default))
    )


def posting_lines(
    session: Session, *, domain: str | None = None, state: str | None = None, limit: int = 200
) -> list[PostingLine]:
    """Postings, the best match first, then by title.

    Args:
        session: Transaction.
        domain: Only this company's.
        state: Only in this listing state; None leaves out closed ones.
        limit: Rows at most.
    """
    statement = _with_match().order_by(MatchRow.score.desc().nulls_last(), PostingRow.title, PostingRow.id).limit(limit)
    if domain is not None:
        statement = statement.where(Domain.name == domain)
    wanted = PostingRow.listing_state == state if state else PostingRow.listing_state != "closed"
    return [
        PostingLine(
            row.id,
            name,
            row.title,
            row.location,
            row.listing_state,
            row.listing_reason,
            row.posting_curation_status,
            match.score if match else None,
            row.curation_reason,
        )
        for row, name, match in session.execute(statement.where(wanted))
    ]


def posting_view(session: Session, wanted: str) -> PostingView | None:
    """One posting by its number or, where it is the only one of that key, by its key."""
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
    where = PostingRow.id == int(wanted) if is_number else PostingRow.key == wanted
    found = session.execute(_with_match().where(where).limit(2)).all()
    if len(found) != 1:
        return None
    row, name, match = found[0]
    return PostingView(name, row, match, list_annotations(session, [row.id])[row.id])
