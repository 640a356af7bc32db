"""Rows of `alerts`: a condition that somebody should know of is raised once, and resolved when it has ended."""

from __future__ import annotations

from sqlalchemy import func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.models import Alert


def raise_alert(session: Session, key: str, message: str, *, severity: str = "warning") -> None:
    """Raises an alert; one that is open already for the same condition gets the new words.

    Args:
        session: Commits at its end.
        key: The condition: "breaker:llm:api.example".
        message: One sentence for a person.
        severity: "info", "warning" or "error".
    """
    statement = insert(Alert).values(key=key, message=message, severity=severity)
    again = {"message": message, "severity": severity}
    session.execute(statement.on_conflict_do_update(index_elements=["key"], index_where=text("resolved_at IS NULL"), set_=again))


def resolve_alert(session: Session, key: str) -> None:
    """The condition has ended; nothing happens where no alert is open for it."""
    session.execute(update(Alert).where(Alert.key == key, Alert.resolved_at.is_(None)).values(resolved_at=func.now()))
