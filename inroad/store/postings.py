"""Queries on boards, postings, matches and CVs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.models import Board, CvRow, MatchRow, PostingRow, ProfileRow


def store_postings(
    session: Session,
    domain_id: int,
    postings: Sequence[Mapping[str, Any]],
    *,
    page_id: int | None = None,
    board_id: int | None = None,
    extractor_version: str,
    max_attempts: int,
) -> int:
    """Adds new postings, updates changed ones and queues both for matching; an unchanged one is not written.

    A job that the company's board lists is the board's: a page that shows the same title and place adds nothing, and a posting
    read from a page before its board was found takes the board's key.

    Args:
        session: Transaction.
        domain_id: The company.
        postings: Columns of `PostingRow`, `key` and `content_hash` among them.
        page_id: The page they were read from, or
        board_id: the board they were read from.
        extractor_version: Version of the reader.
        max_attempts: Attempts at matching each.

    Returns:
        Postings that are new or changed.
    """
    changed = 0
    for posting in postings:
        twin = _twin(session, domain_id, posting, from_board=board_id is not None)
        if twin is not None and board_id is None:
            continue
        if twin is not None:
            twin.key = posting["key"]
            session.flush()
        values = {
            **posting,
            "page_id": page_id,
            "board_id": board_id,
            "extractor_version": extractor_version,
        }
        statement = insert(PostingRow).values(domain_id=domain_id, max_attempts=max_attempts, **values)
        again = {"posting_processing_status": "Queued", "attempts": 0, "next_attempt_at": func.now(), "updated_at": func.now()}
        statement = statement.on_conflict_do_update(
            index_elements=["domain_id", "key"],
            set_={**values, **again, "missed_count": 0, "closed_at": None},
            where=or_(
                PostingRow.content_hash.is_distinct_from(statement.excluded.content_hash),
                PostingRow.missed_count > 0,
                PostingRow.closed_at.is_not(None),
            ),
        )
        changed += session.scalars(statement.returning(PostingRow.id)).first() is not None
    return changed


def _twin(session: Session, domain_id: int, posting: Mapping[str, Any], *, from_board: bool) -> PostingRow | None:
    """The same job from the other kind of source: same title and, where both say one, same place."""
    other = PostingRow.board_id.is_(None) if from_board else PostingRow.board_id.is_not(None)
    statement = select(PostingRow).where(
        PostingRow.domain_id == domain_id,
        other,
        PostingRow.key != posting["key"],
        func.lower(PostingRow.title) == posting["title"].lower(),
    )
    for row in session.scalars(statement.order_by(PostingRow.key)):
        if not row.location or not posting["location"] or _same_place(row.location, posting["location"]):
            return row
    return None


def _same_place(one: str, two: str) -> bool:
    first, second = ({word for word in place.lower().replace(",", " ").split() if word} for place in (one, two))
    return bool(first & second)


def miss_postings(session: Session, seen: Sequence[str], *, page_id: int | None = None, board_id: int | None = None) -> int:
    """After a complete reading of a page or board: its postings that were not there are missed, and closed after the second time.

    Returns:
        Postings closed now.
    """
    source = PostingRow.board_id == board_id if board_id is not None else PostingRow.page_id == page_id
    statement = (
        update(PostingRow)
        .where(source, PostingRow.key.not_in(list(seen)), PostingRow.closed_at.is_(None))
        .values(missed_count=PostingRow.missed_count + 1, closed_at=case((PostingRow.missed_count >= 1, func.now())))
        .returning(PostingRow.closed_at)
        .execution_options(synchronize_session=False)
    )
    return sum(moment is not None for moment in session.scalars(statement))


def miss_again(session: Session, *, page_id: int | None = None, board_id: int | None = None) -> int:
    """After another complete reading that found a page or board unchanged: what was missing is still missing, and closed now.

    Returns:
        Postings closed now.
    """
    source = PostingRow.board_id == board_id if board_id is not None else PostingRow.page_id == page_id
    statement = (
        update(PostingRow)
        .where(source, PostingRow.missed_count > 0, PostingRow.closed_at.is_(None))
        .values(missed_count=PostingRow.missed_count + 1, closed_at=func.now())
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def add_boards(session: Session, domain_id: int, page_id: int, boards: Sequence[Any], *, max_attempts: int) -> int:
    """Adds job boards that the domain does not have yet; returns how many are new."""
    rows = [
        {
            "domain_id": domain_id,
            "page_id": page_id,
            "provider": board.provider,
            "token": board.token,
            "url": board.url,
            "api_url": board.api_url,
            "facts": {"method": board.method, "body": board.body, "headers": dict(board.headers), "site": board.site},
            "max_attempts": max_attempts,
        }
        for board in boards
    ]
    if not rows:
        return 0
    return len(session.scalars(insert(Board).values(rows).on_conflict_do_nothing().returning(Board.id)).all())


def complete_boards(session: Session, domain_ids: Sequence[int], not_visited: Any) -> list[Board]:
    """Complete boards of some domains that are due for a refresh."""
    statement = select(Board).where(Board.domain_id.in_(domain_ids), Board.board_import_status == "Complete", not_visited)
    return list(session.scalars(statement.order_by(Board.id)))


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
            PostingRow.closed_at.is_(None),
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
    """Queues CVs again whose posting or profile has changed since they were written; a person's decision on a CV is kept."""
    stale = (
        select(CvRow.id)
        .join(MatchRow, and_(MatchRow.posting_id == CvRow.posting_id, MatchRow.profile_id == CvRow.profile_id))
        .where(
            CvRow.domain_id.in_(domain_ids),
            CvRow.profile_id == profile_id,
            CvRow.cv_processing_status == "Complete",
            CvRow.cv_curation_status == "New",
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


def update_board(session: Session, board_id: int, **values: Any) -> None:
    """Writes what the last reading of a board found."""
    session.execute(update(Board).where(Board.id == board_id).values(values).execution_options(synchronize_session=False))


def matched_postings(session: Session, posting_ids: Sequence[int], profile_id: int) -> dict[int, tuple[PostingRow, MatchRow]]:
    """Posting and match by posting id."""
    statement = (
        select(PostingRow, MatchRow)
        .join(MatchRow, and_(MatchRow.posting_id == PostingRow.id, MatchRow.profile_id == profile_id))
        .where(PostingRow.id.in_(posting_ids))
    )
    return {posting.id: (posting, match) for posting, match in session.execute(statement)}


def add_posting_by_hand(session: Session, domain_id: int, values: Mapping[str, Any], *, max_attempts: int) -> None:
    """Stores a posting that a person handed over, selected by that person; the same posting again changes nothing."""
    chosen = {"posting_curation_status": "Selected", "curated_by": "person", "curation_reason": "given by hand"}
    statement = insert(PostingRow).values(
        domain_id=domain_id, max_attempts=max_attempts, **values, **chosen, curated_at=func.now()
    )
    statement = statement.on_conflict_do_update(
        index_elements=["domain_id", "key"],
        set_={**values, **chosen, "posting_processing_status": "Queued", "attempts": 0, "next_attempt_at": func.now()},
        where=or_(
            PostingRow.content_hash.is_distinct_from(statement.excluded.content_hash),
            PostingRow.posting_curation_status != "Selected",
        ),
    )
    session.execute(statement)
