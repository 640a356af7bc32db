"""Queries on drafts of letters and messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.models import ContactRow, CvRow, OutreachRow, PostingRow


def finished_cvs(session: Session, domain_id: int, profile_id: int) -> list[tuple[CvRow, PostingRow]]:
    """CVs of a domain that are written and not rejected, for postings that are open, with their postings."""
    statement = (
        select(CvRow, PostingRow)
        .join(PostingRow, PostingRow.id == CvRow.posting_id)
        .where(
            CvRow.domain_id == domain_id,
            CvRow.profile_id == profile_id,
            CvRow.cv_processing_status == "Complete",
            CvRow.cv_curation_status != "Rejected",
            PostingRow.closed_at.is_(None),
        )
        .order_by(CvRow.id)
    )
    return [(cv, posting) for cv, posting in session.execute(statement)]


def rejected_names(session: Session, domain_id: int) -> list[str]:
    """Names, in lower case, of people of whom a contact was rejected."""
    statement = select(ContactRow.kind, ContactRow.value, ContactRow.name).where(
        ContactRow.domain_id == domain_id, ContactRow.contact_curation_status == "Rejected"
    )
    names = (name or (value if kind == "person" else "") for kind, value, name in session.execute(statement))
    return [name.casefold() for name in names if name]


def addressed(session: Session, domain_id: int) -> list[tuple[str, str]]:
    """(value, name) of everybody to whom a letter or CV of a domain was addressed so far."""
    found: list[tuple[str, str]] = []
    for model in (OutreachRow, CvRow):
        contacts = session.scalars(select(model.contact).where(model.domain_id == domain_id, model.contact.is_not(None)))
        found += [(contact["value"], contact.get("name") or "") for contact in contacts if contact]
    return found


def queue_outreach(session: Session, domain_id: int, wanted: Mapping[int, str], *, max_attempts: int) -> int:
    """Makes sure that each CV has a row; one that was made from something else is queued again unless a person decided on it.

    Args:
        session: Transaction.
        domain_id: The company.
        wanted: CV id to the hash of what its letter is made from.
        max_attempts: Attempts at each.

    Returns:
        Rows queued now.
    """
    queued = 0
    for cv_id, digest in wanted.items():
        statement = insert(OutreachRow).values(domain_id=domain_id, cv_id=cv_id, max_attempts=max_attempts)
        new = session.scalars(statement.on_conflict_do_nothing().returning(OutreachRow.id)).first()
        again = (
            update(OutreachRow)
            .where(
                OutreachRow.cv_id == cv_id,
                OutreachRow.outreach_processing_status == "Complete",
                OutreachRow.outreach_curation_status == "New",
                OutreachRow.input_hash.is_distinct_from(digest),
            )
            .values(outreach_processing_status="Queued", attempts=0, next_attempt_at=func.now())
            .execution_options(synchronize_session=False)
        )
        queued += 1 if new else session.execute(again).rowcount  # type: ignore[attr-defined]
    return queued


def outreach_of(session: Session, cv_ids: list[int]) -> dict[int, dict[str, Any]]:
    """What was drafted for some CVs, ready to print, by the CV's id."""
    rows = session.scalars(select(OutreachRow).where(OutreachRow.cv_id.in_(cv_ids)))
    return {
        row.cv_id: {
            "status": row.outreach_processing_status,
            "curation": row.outreach_curation_status,
            "contact": row.contact,
            "letter": row.letter,
            "message": row.message,
            "files": row.files,
            "findings": row.findings,
        }
        for row in rows
    }
