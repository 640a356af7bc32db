"""Queries on job boards: those that pages link, and the postings that they list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.models import Board, Company, Domain, PostingRow


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


def update_board(session: Session, board_id: int, **values: Any) -> None:
    """Writes what the last reading of a board found."""
    session.execute(update(Board).where(Board.id == board_id).values(values).execution_options(synchronize_session=False))


def board_postings(session: Session, board_id: int) -> list[PostingRow]:
    """The postings of a board that are not closed."""
    statement = select(PostingRow).where(PostingRow.board_id == board_id, PostingRow.closed_at.is_(None))
    return list(session.scalars(statement.order_by(PostingRow.id)))


def employer_name(session: Session, domain_id: int) -> str | None:
    """The company behind a domain: its name as its site states it, else the name that its address spells."""
    name, domain = session.execute(
        select(Company.name, Domain.name).select_from(Domain).outerjoin(Company).where(Domain.id == domain_id)
    ).one()
    return name or " ".join(word.capitalize() for word in str(domain).split(".")[0].split("-") if word) or None
