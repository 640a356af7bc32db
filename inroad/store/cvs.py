"""Queries on CVs: versions, a person's edits, and what must be written again. What a console and the command call.

Every version that was kept is a row of `cv_versions` and is never changed; `cvs` holds the newest. What a person edited is
theirs: the machine does not queue it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.models import AuditEntry, CvRow, CvVersion, Domain, PostingRow, ProfileRow

MACHINE = "machine"
# Columns that a version keeps of the CV's row.
_KEPT = ("resume", "evidence", "findings", "coverage", "score", "writer", "model", "prompt_version")


@dataclass(frozen=True, slots=True)
class CvEntry:
    """A CV with what it is for."""

    cv: CvRow
    posting: PostingRow
    profile: ProfileRow
    domain: str


def find_cv(session: Session, cv_id: int) -> CvEntry | None:
    """One CV by its number."""
    return next(iter(_entries(session, CvRow.id == cv_id)), None)


def list_cvs(session: Session, *, domains: Sequence[str] = (), limit: int = 1_000) -> list[CvEntry]:
    """CVs by domain and score, the best first.

    Args:
        session: Transaction.
        domains: Names; empty means all.
        limit: Rows at most.
    """
    return _entries(session, *([Domain.name.in_(domains)] if domains else []), limit=limit)


def _entries(session: Session, *where: Any, limit: int = 1) -> list[CvEntry]:
    statement = (
        select(CvRow, PostingRow, ProfileRow, Domain.name)
        .join(PostingRow, PostingRow.id == CvRow.posting_id)
        .join(ProfileRow, ProfileRow.id == CvRow.profile_id)
        .join(Domain, Domain.id == CvRow.domain_id)
        .where(*where)
        .order_by(Domain.name, CvRow.score.desc().nulls_last(), CvRow.id)
        .limit(limit)
    )
    return [CvEntry(*row) for row in session.execute(statement)]


def keep_version(session: Session, cv_id: int, *, made_by: str = MACHINE, reason: str | None = None) -> None:
    """Copies a CV's row as it is now into its history; the same version twice changes nothing."""
    row = session.get_one(CvRow, cv_id, populate_existing=True)
    values = {column: getattr(row, column) for column in _KEPT}
    values |= {"resume": row.resume or {}, "evidence": row.evidence or {}}
    statement = insert(CvVersion).values(cv_id=cv_id, version=row.version, made_by=made_by, reason=reason, **values)
    session.execute(statement.on_conflict_do_nothing(index_elements=["cv_id", "version"]))


def cv_versions(session: Session, cv_id: int) -> list[CvVersion]:
    """Every kept version of a CV, the oldest first."""
    return list(session.scalars(select(CvVersion).where(CvVersion.cv_id == cv_id).order_by(CvVersion.version)))


def save_edit(
    session: Session, cv_id: int, values: Mapping[str, Any], *, expected: int, actor: str, reason: str | None = None
) -> int | None:
    """Stores a person's edit as the next version; from now on the machine leaves this CV alone.

    Args:
        session: Transaction.
        cv_id: The CV.
        values: Columns of `cvs`: resume, evidence, findings, coverage, files, word_count, notes.
        expected: The version that the edit was made on.
        actor: Who edits.
        reason: Why.

    Returns:
        The new version; None when the CV has another version by now, or is being written.
    """
    statement = (
        update(CvRow)
        .where(CvRow.id == cv_id, CvRow.version == expected, CvRow.cv_processing_status != "Processing")
        .values(
            **values,
            version=expected + 1,
            writer=actor,
            model=None,
            prompt_version=None,
            edited_by=actor,
            edited_at=func.now(),
            cv_processing_status="Complete",
            attempts=0,
            error=None,
            error_reason=None,
        )
        .execution_options(synchronize_session=False)
    )
    if not session.execute(statement).rowcount:  # type: ignore[attr-defined]
        return None
    keep_version(session, cv_id, made_by=actor, reason=reason)
    details = {"cv": cv_id, "version": expected + 1, "reason": reason}
    session.execute(insert(AuditEntry).values(actor=actor, action="edit", table_name="cvs", row_count=1, details=details))
    return expected + 1


def release_edit(session: Session, cv_id: int, *, actor: str) -> bool:
    """Gives an edited CV back to the machine, which writes it again; the edit stays in the history."""
    statement = (
        update(CvRow)
        .where(CvRow.id == cv_id, CvRow.edited_by.is_not(None))
        .values(edited_by=None, edited_at=None, cv_processing_status="Queued", attempts=0, next_attempt_at=func.now())
        .execution_options(synchronize_session=False)
    )
    released = bool(session.execute(statement).rowcount)  # type: ignore[attr-defined]
    if released:
        details = {"cv": cv_id}
        session.execute(insert(AuditEntry).values(actor=actor, action="release", table_name="cvs", row_count=1, details=details))
    return released


def requeue_remade_cvs(session: Session, domain_ids: Sequence[int], profile_id: int, made_with: str) -> int:
    """Queues CVs again that another composer, template, paper or length has made; what a person decided on or edited is kept."""
    statement = (
        update(CvRow)
        .where(
            CvRow.domain_id.in_(domain_ids),
            CvRow.profile_id == profile_id,
            CvRow.cv_processing_status == "Complete",
            CvRow.cv_curation_status == "New",
            CvRow.edited_by.is_(None),
            or_(CvRow.made_with.is_(None), CvRow.made_with != made_with),
        )
        .values(cv_processing_status="Queued", attempts=0, next_attempt_at=func.now())
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def set_outputs(session: Session, model: Any, row_id: int, outputs: Mapping[str, Any]) -> None:
    """Records where a row's files were uploaded to, and what was."""
    session.execute(
        update(model).where(model.id == row_id).values(outputs=dict(outputs)).execution_options(synchronize_session=False)
    )
