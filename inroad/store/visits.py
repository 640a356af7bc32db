"""Visits: what was fetched when and with what outcome, and the lease on refreshing a row that is already Complete.

Refreshing an unchanged subject writes a visit and nothing else: that is what keeps "nothing changed, nothing written" true.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from inroad.store.claims import REFUSED, live_owners
from inroad.store.models import Domain, Visit

# Reasons for which a visit was not made; it counts as abandoned, and its subject stays as overdue as it was.
_NOT_MADE = frozenset(refusal.reason for refusal in REFUSED)
_KEPT_OF_EACH = 2  # visits of a subject that stay whatever their age


@lru_cache(maxsize=64)  # a run asks for each of its domains, and putting it together takes longer than the answer
def not_visited_since(kind: str, model: Any, since: datetime) -> ColumnElement[bool]:
    """Whether a row has had no finished visit since a moment."""
    visit = aliased(Visit)
    return ~exists().where(
        visit.kind == kind,
        visit.subject_id == model.id,
        visit.started_at >= since,
        visit.finished_at.is_not(None),
        visit.outcome != "abandoned",
    )


def open_visits(
    session: Session, kind: str, subjects: Sequence[tuple[int, int]], *, run: str | None, owner: str, lease_s: float
) -> dict[int, int]:
    """Opens visits to subjects that nobody is visiting.

    Args:
        session: In a transaction of its own.
        kind: "domain", "sitemap", "page", "board" or "posting".
        subjects: Pairs of subject id and domain id.
        run: Run id.
        owner: `Worker.name`.
        lease_s: Seconds after which an unfinished visit counts as abandoned.

    Returns:
        Subject id to visit id, for those that are ours now.
    """
    if not subjects:
        return {}
    abandon(session, kind, [subject for subject, _ in subjects])
    rows = [
        {
            "kind": kind,
            "subject_id": subject,
            "domain_id": domain,
            "run": run,
            "lease_owner": owner,
            "started_at": func.clock_timestamp(),
            "lease_expires_at": func.now() + timedelta(seconds=lease_s),
        }
        for subject, domain in subjects
    ]
    statement = insert(Visit).values(rows).on_conflict_do_nothing().returning(Visit.subject_id, Visit.id)
    return {key: value for key, value in session.execute(statement)}


def abandon(session: Session, kind: str, subject_ids: Sequence[int]) -> None:
    """Closes visits whose lease has expired or whose worker is dead."""
    session.execute(
        update(Visit)
        .where(
            Visit.kind == kind,
            Visit.subject_id.in_(subject_ids),
            Visit.finished_at.is_(None),
            or_(Visit.lease_expires_at < func.now(), Visit.lease_owner.not_in(live_owners())),
        )
        .values(finished_at=func.now(), outcome="abandoned")
        .execution_options(synchronize_session=False)
    )


def visit_outcome(outcome: str, error_reason: str | None) -> str:
    """How a visit counts that ended so: one that our own limits or a pause refused was not made."""
    return "abandoned" if error_reason in _NOT_MADE else outcome


def finish_visit(session: Session, /, visit_id: int, outcome: str, **facts: Any) -> None:
    """Closes a visit with its outcome ("new", "changed", "unchanged" or "error") and its http facts."""
    ended = visit_outcome(outcome, facts.get("error_reason"))
    session.execute(
        update(Visit)
        .where(Visit.id == visit_id)
        .values(finished_at=func.clock_timestamp(), outcome=ended, lease_expires_at=None, **facts)
    )


def overdue_domains(session: Session, *, older_than: timedelta, limit: int) -> list[str]:
    """Names of analysed domains whose last visit is older than the refresh period, in partition order."""
    recent = exists().where(
        Visit.kind == "domain",
        Visit.subject_id == Domain.id,
        Visit.started_at >= func.now() - older_than,
        Visit.finished_at.is_not(None),
        Visit.outcome != "abandoned",
    )
    statement = (
        select(Domain.name)
        .where(and_(Domain.sitemap_analysis_status == "Complete", Domain.sitemap_curation_status != "Rejected", ~recent))
        .order_by(Domain.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def trim_visits(session: Session, *, older_than: timedelta, limit: int = 10_000) -> int:
    """Deletes old visits but the last two of each subject: when a page is visited next and whether it is gone hang on those.

    Args:
        session: In a transaction of its own; called until it returns 0.
        older_than: Visits that ended since then stay.
        limit: Rows in one call.

    Returns:
        How many went.
    """
    later = aliased(Visit)
    followers = (
        select(later.id)
        .where(
            later.kind == Visit.kind, later.subject_id == Visit.subject_id, later.id > Visit.id, later.finished_at.is_not(None)
        )
        .correlate(Visit)
        .limit(_KEPT_OF_EACH)
        .subquery()
    )
    is_followed = select(func.count()).select_from(followers).scalar_subquery() == _KEPT_OF_EACH
    old = select(Visit.id).where(Visit.finished_at < func.now() - older_than, is_followed).limit(limit)
    statement = delete(Visit).where(Visit.id.in_(old)).execution_options(synchronize_session=False)
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def visit_counts(session: Session, runs: Sequence[str]) -> dict[str, dict[str, int]]:
    """What some runs visited, by domain name: counts under "KIND/OUTCOME", as in "page/unchanged"."""
    out: dict[str, dict[str, int]] = {}
    statement = (
        select(Domain.name, Visit.kind, Visit.outcome, func.count())
        .join(Domain, Domain.id == Visit.domain_id)
        .where(Visit.run.in_(runs), Visit.outcome.is_not(None))
        .group_by(Domain.name, Visit.kind, Visit.outcome)
    )
    for name, kind, outcome, count in session.execute(statement):
        out.setdefault(name, {})[f"{kind}/{outcome}"] = count
    return out


def failed_visits(session: Session, domain_id: int) -> list[dict[str, Any]]:
    """What could not be read again: subjects whose last visit failed, and whose row, read before, carries no error of it."""
    return [dict(row) for row in session.execute(_FAILED, {"domain": domain_id}).mappings()]


_FAILED = text("""
    WITH latest AS (
        SELECT DISTINCT ON (kind, subject_id) kind, subject_id, outcome, error_reason, finished_at FROM visits
        WHERE domain_id = :domain AND finished_at IS NOT NULL AND outcome <> 'abandoned' ORDER BY kind, subject_id, id DESC
    )
    SELECT CASE latest.kind WHEN 'sitemap' THEN 'sitemaps' WHEN 'page' THEN 'page_contents' WHEN 'board' THEN 'postings'
            ELSE 'domains' END AS stage,
        coalesce(f.url, p.url, b.url, d.name) AS subject, latest.error_reason AS reason, latest.finished_at AS at
    FROM latest
        LEFT JOIN sitemap_files f ON latest.kind = 'sitemap' AND f.id = latest.subject_id
        LEFT JOIN pages p ON latest.kind = 'page' AND p.id = latest.subject_id
        LEFT JOIN boards b ON latest.kind = 'board' AND b.id = latest.subject_id
        LEFT JOIN domains d ON latest.kind = 'domain' AND d.id = latest.subject_id
    WHERE latest.outcome = 'error' AND 'Complete' IN (
        f.sitemap_import_status, p.page_processing_status, b.board_import_status, d.sitemap_analysis_status)
    ORDER BY stage, subject LIMIT 1000
""")


def is_due_again(session: Session, kind: str, model: Any, subject_id: int, since: datetime) -> bool:
    """Whether one row has had no finished visit since a moment."""
    return session.scalar(select(model.id).where(model.id == subject_id, not_visited_since(kind, model, since))) is not None
