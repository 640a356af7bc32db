"""Rows that should move and do not: held by a worker that is gone, or due for long without anybody beginning.

What does not belong here: counts by state and dead letters (`status`), bringing rows back (`claims`), and the checks' failure
rates (`results`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from inroad.store.claims import is_lost
from inroad.store.models import Domain, ProfileRow
from inroad.store.pauses import active_pauses
from inroad.store.status import STAGE_ROWS, domain_condition

HELD = "held by a worker that is gone"
WAITING = "due, and nobody has begun"
# Sensors look every half minute, and a sweep takes minutes: an hour is longer than anything that works takes.
WAITED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Stuck:
    """One domain's rows of one stage.

    Attributes:
        stage: Where they are stuck.
        domain: Whose they are.
        rows: How many.
        why: `HELD` or `WAITING`.
        since: The oldest one's last move or due time; aware.
    """

    stage: str
    domain: str
    rows: int
    why: str
    since: datetime


def stuck_rows(
    session: Session,
    ids: Sequence[int] | None = None,
    *,
    stages: Sequence[str] = tuple(STAGE_ROWS),
    waited: timedelta = WAITED,
    limit: int = 1_000,
) -> list[Stuck]:
    """What is stuck, the longest first; what a person lets rest is not.

    Args:
        session: Transaction.
        ids: Domains; None means all.
        stages: Stages to look at.
        waited: For how long rows must have been due.
        limit: Domains of each stage at most.
    """
    resting = {(rest.kind, rest.key) for rest in active_pauses(session)}
    found: list[Stuck] = []
    for stage in stages:
        is_resting = bool(resting & {("all", ""), ("stage", stage)})
        for model, conditions in STAGE_ROWS[stage]:
            where = (*conditions, *domain_condition(model, ids))
            for why, statement in _questions(session, stage, model, where, waited, is_resting=is_resting):
                rows = session.execute(statement.limit(limit))
                found += [Stuck(stage, name, count, why, since) for name, count, since in rows]
    return sorted((row for row in found if ("domain", row.domain) not in resting), key=lambda row: row.since)


def _questions(
    session: Session,
    stage: str,
    model: Any,
    where: tuple[ColumnElement[bool], ...],
    waited: timedelta,
    *,
    is_resting: bool,
) -> Iterator[tuple[str, Select[Any]]]:
    yield HELD, _by_domain(model, model.lease_expires_at, is_lost(model), *where)
    if is_resting or (stage == "matches" and not _has_profile(session)):
        return
    status = getattr(model, model.STATUS)
    late = and_(status == "Queued", model.next_attempt_at < func.now() - waited)
    yield WAITING, _by_domain(model, model.next_attempt_at, late, Domain.sitemap_curation_status != "Rejected", *where)


def _by_domain(model: Any, since: Any, *where: ColumnElement[bool]) -> Select[Any]:
    counted = select(Domain.name, func.count(), func.min(since)).select_from(Domain)
    if model is not Domain:
        counted = counted.join(model, model.domain_id == Domain.id)
    return counted.where(*where).group_by(Domain.name).order_by(func.min(since), Domain.name)


def _has_profile(session: Session) -> bool:
    """Without one, postings wait to be matched, and rightly."""
    return session.scalar(select(ProfileRow.id).where(ProfileRow.is_default).limit(1)) is not None
