"""Progress and events: what runs now, told by heartbeats, and what happened."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from inroad.store.models import Event, Progress


def beat(
    session: Session, run: str, stage: str, *, done: int, total: int, message: str | None = None, finished: bool = False
) -> None:
    """Writes one run's position in one stage and its heartbeat."""
    values: dict[str, Any] = {
        "done": done,
        "total": total,
        "message": message,
        "heartbeat_at": func.now(),
        "finished_at": func.now() if finished else None,
        "host": socket.gethostname(),
        "pid": os.getpid(),
    }
    statement = upsert(Progress).values(run=run, stage=stage, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["run", "stage"], set_=values))


def last_heartbeat(session: Session, run: str) -> datetime | None:
    """When a run last gave a sign of life; None when it never did."""
    return session.scalar(select(func.max(Progress.heartbeat_at)).where(Progress.run == run))


def close_run(session: Session, run: str) -> None:
    """Marks every stage of a run as finished."""
    session.execute(update(Progress).where(Progress.run == run, Progress.finished_at.is_(None)).values(finished_at=func.now()))


def running(session: Session) -> Sequence[Progress]:
    """Progress of all runs that are not finished, newest first."""
    return session.scalars(select(Progress).where(Progress.finished_at.is_(None)).order_by(Progress.started_at.desc())).all()


def record_event(
    session: Session,
    kind: str,
    message: str,
    *,
    domain_id: int | None = None,
    subject: str | None = None,
    level: str = "info",
    run: str | None = None,
) -> None:
    """Writes one event."""
    session.execute(insert(Event).values(kind=kind, message=message, domain_id=domain_id, subject=subject, level=level, run=run))
