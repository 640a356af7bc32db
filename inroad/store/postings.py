"""Queries on matches and CVs, and the choice of postings. How postings are stored is in `posting_intake`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.models import CvRow, MatchRow, PostingRow, ProfileRow


def store_match(session: Session, posting: PostingRow, profile_id: int, values: dict[str, Any]) -> None:
    """Writes a match where it differs from the stored one."""
    statement = insert(MatchRow).values(posting_id=posting.id, profile_id=profile_id, domain_id=posting.domain_id, **values)
    statement = statement.on_conflict_do_update(
        index_elements=["posting_id", "profile_id"],
        set_={**values, "updated_at": func.now()},
        where=MatchRow.input_hash.is_distinct_from(statement.excluded.input_hash),
    )
    session.execute(statement)


def select_postings(session: Session, domain_id: int, profile_id: int, *, least_score: float, most: int, by: str) -> int:
    """Selects a domain's best open postings for a CV, by rule; never more than `most` by rule in all, never a rejected one.

    Returns:
        Postings selected now.
    """
    chosen = session.scalar(
        select(func.count())
        .select_from(PostingRow)
        .where(PostingRow.domain_id == domain_id, PostingRow.posting_curation_status == "Selected", PostingRow.curated_by == by)
    )
    best = (
        select(PostingRow.id)
        .join(MatchRow, and_(MatchRow.posting_id == PostingRow.id, MatchRow.profile_id == profile_id))
        .where(
            PostingRow.domain_id == domain_id,
            PostingRow.posting_curation_status == "New",
            PostingRow.listing_state.not_in(("closed", "missing", "stale")),
            MatchRow.score >= least_score,
        )
        .order_by(MatchRow.score.desc(), PostingRow.key)
        .limit(max(most - (chosen or 0), 0))
    )
    statement = (
        update(PostingRow)
        .where(PostingRow.id.in_(best.scalar_subquery()))
        .values(
            posting_curation_status="Selected",
            curated_by=by,
            curated_at=func.now(),
            curation_reason=f"scores at least {least_score:g} and is among the best {most}",
        )
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def queue_cvs(session: Session, domain_ids: Sequence[int], profile_id: int, *, max_attempts: int) -> int:
    """Makes sure that every selected, matched posting has a CV row, queued; existing rows stay as they are.

    Returns:
        CVs queued now.
    """
    source = (
        select(
            PostingRow.domain_id,
            PostingRow.id,
            MatchRow.profile_id,
            MatchRow.score,
            literal(max_attempts),
        )
        .join(MatchRow, MatchRow.posting_id == PostingRow.id)
        .where(
            PostingRow.domain_id.in_(domain_ids),
            PostingRow.posting_curation_status == "Selected",
            PostingRow.posting_processing_status == "Complete",
            MatchRow.profile_id == profile_id,
        )
    )
    statement = insert(CvRow).from_select(["domain_id", "posting_id", "profile_id", "score", "max_attempts"], source)
    return len(session.scalars(statement.on_conflict_do_nothing().returning(CvRow.id)).all())


def requeue_stale_cvs(session: Session, domain_ids: Sequence[int], profile_id: int) -> int:
    """Queues CVs again whose posting or profile has changed since they were written; what a person decided or edited is kept."""
    stale = (
        select(CvRow.id)
        .join(MatchRow, and_(MatchRow.posting_id == CvRow.posting_id, MatchRow.profile_id == CvRow.profile_id))
        .where(
            CvRow.domain_id.in_(domain_ids),
            CvRow.profile_id == profile_id,
            CvRow.cv_processing_status == "Complete",
            CvRow.cv_curation_status == "New",
            CvRow.edited_by.is_(None),
            CvRow.input_hash.is_distinct_from(MatchRow.input_hash),
        )
    )
    statement = (
        update(CvRow)
        .where(CvRow.id.in_(stale.scalar_subquery()))
        .values(cv_processing_status="Queued", attempts=0, next_attempt_at=func.now())
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def requeue_matches(session: Session, profile_id: int, version: str, profile_hash: str) -> int:
    """Queues postings again whose match was made from another profile text or by another matcher; returns how many."""
    made = select(MatchRow.posting_id).where(
        MatchRow.profile_id == profile_id,
        MatchRow.parts["matcher"].astext == version,
        MatchRow.parts["profile"].astext == profile_hash,
    )
    statement = (
        update(PostingRow)
        .where(PostingRow.posting_processing_status == "Complete", PostingRow.closed_at.is_(None), PostingRow.id.not_in(made))
        .values(posting_processing_status="Queued", attempts=0, next_attempt_at=func.now())
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def default_profile(session: Session) -> ProfileRow | None:
    """The person's default profile."""
    return session.scalar(select(ProfileRow).where(ProfileRow.is_default))


def matched_postings(session: Session, posting_ids: Sequence[int], profile_id: int) -> dict[int, tuple[PostingRow, MatchRow]]:
    """Posting and match by posting id."""
    statement = (
        select(PostingRow, MatchRow)
        .join(MatchRow, and_(MatchRow.posting_id == PostingRow.id, MatchRow.profile_id == profile_id))
        .where(PostingRow.id.in_(posting_ids))
    )
    return {posting.id: (posting, match) for posting, match in session.execute(statement)}
