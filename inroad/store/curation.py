"""Curating rows: one statement for any number of rows, audited, and undoable in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from inroad.guard.errors import UserError
from inroad.store.models import AuditEntry, ContactRow, CvRow, Domain, OutreachRow, Page, PostingRow, SitemapFile, Undo
from inroad.store.page_urls import url_contains


class NothingToUndo(UserError):
    """There is no such change, or it was taken back already."""

    reason = "nothing-to-undo"


@dataclass(frozen=True, slots=True)
class Table:
    """A table that a person curates.

    Attributes:
        model: The rows.
        curation: Its curation status column.
        processing: The processing status column that a decision moves, None where a decision starts no work.
        subject: The column that a search looks in.
        kind: The column that tells kinds apart, None where there is none.
    """

    model: Any
    curation: str
    processing: str | None
    subject: Any
    kind: Any = None


TABLES: dict[str, Table] = {
    "domains": Table(Domain, "sitemap_curation_status", None, Domain.name),
    "sitemaps": Table(SitemapFile, "sitemap_curation_status", "sitemap_import_status", SitemapFile.url, SitemapFile.kind),
    "pages": Table(Page, "page_curation_status", "page_processing_status", Page.url, Page.page_type),
    "contacts": Table(ContactRow, "contact_curation_status", None, ContactRow.value, ContactRow.kind),
    "postings": Table(PostingRow, "posting_curation_status", None, PostingRow.title, PostingRow.source),
    "cvs": Table(CvRow, "cv_curation_status", None, CvRow.writer),
    "outreach": Table(OutreachRow, "outreach_curation_status", None, OutreachRow.writer),
}
DECISIONS = {"select": "Selected", "reject": "Rejected", "reset": "New"}


def matching(
    table: Table, *, domains: Sequence[str] = (), kind: str | None = None, search: str | None = None, status: str | None = None
) -> list[ColumnElement[bool]]:
    """Conditions of the rows that a person means.

    Args:
        table: One of `TABLES`.
        domains: Names; empty means all.
        kind: Page type, contact kind, sitemap kind or source.
        search: Part of the URL, value or title, in any case; % and _ mean themselves.
        status: Curation status.
    """
    model = table.model
    where: list[ColumnElement[bool]] = []
    if domains:
        ids = select(Domain.id).where(Domain.name.in_(domains))
        where.append((model.id if model is Domain else model.domain_id).in_(ids))
    if kind and table.kind is not None:
        where.append(table.kind == kind.upper() if model is Page else func.lower(table.kind) == kind.lower())
    if search:
        where.append(url_contains(search) if model is Page else table.subject.icontains(search, autoescape=True))
    if status:
        where.append(getattr(model, table.curation) == status)
    return where


def decide(
    session: Session, name: str, decision: str, where: Sequence[ColumnElement[bool]], *, actor: str, reason: str | None
) -> tuple[int, int]:
    """Applies one decision to all matching rows that it changes.

    Selecting queues what waited for a person; rejecting and resetting take it out of the queue again. What runs or is done stays.

    Args:
        session: Transaction.
        name: Table name in `TABLES`.
        decision: "select", "reject" or "reset".
        where: From `matching`.
        actor: Who decides.
        reason: Why.

    Returns:
        Number of rows changed, and the id of the audit entry to undo it with (0 when nothing changed).
    """
    table = TABLES[name]
    model, column = table.model, getattr(table.model, table.curation)
    new = DECISIONS[decision]
    columns = [model.id, column, model.curated_by, model.curation_reason]
    if table.processing:
        columns.append(getattr(model, table.processing))
    values: dict[str, Any] = {table.curation: new, "curated_by": actor, "curated_at": func.now(), "curation_reason": reason}
    if table.processing:
        values[table.processing] = _moved(getattr(model, table.processing), decision)
        values["next_attempt_at"] = func.now()
    # One statement whatever the number of rows; no row's old values leave the server (100,000 rows in about two seconds).
    chosen = select(*columns).where(column != new, *where).order_by(model.id).with_for_update(of=model).cte("chosen")
    changed = update(model).where(model.id == chosen.c.id).values(values).returning(model.id).cte("changed")
    count = select(func.count()).select_from(chosen).scalar_subquery()
    entry = select(literal(actor), literal(decision), literal(name), count, literal({"reason": reason}, JSONB)).where(count > 0)
    audit = insert(AuditEntry).from_select(["actor", "action", "table_name", "row_count", "details"], entry)
    audited = audit.returning(AuditEntry.id).cte("audited")
    ids = select(func.array_agg(chosen.c.id)).scalar_subquery()
    old = select(func.jsonb_agg(func.to_jsonb(text("chosen")))).select_from(chosen).scalar_subquery()
    way_back = insert(Undo).from_select(
        ["audit_id", "table_name", "row_ids", "old_values"], select(audited.c.id, literal(name), ids, old)
    )
    result = select(count, select(audited.c.id).scalar_subquery())
    row = session.execute(result.add_cte(changed, way_back.returning(Undo.id).cte("way_back"))).one()
    return row[0], row[1] or 0


def _moved(processing: Any, decision: str) -> Any:
    if decision == "select":
        return case((processing == "Waiting", "Queued"), else_=processing)
    return case((processing == "Queued", "Waiting"), else_=processing)


def undo(session: Session, audit_id: int | None = None, *, actor: str) -> tuple[str, int]:
    """Takes back one decision, the last one by default: every row gets its old status, decider and reason.

    Returns:
        The table's name and the number of rows.

    Raises:
        NothingToUndo: No such change, or it is undone.
    """
    columns = (Undo.id, Undo.audit_id, Undo.table_name, func.cardinality(Undo.row_ids).label("row_count"))
    statement = select(*columns).where(Undo.undone_at.is_(None)).order_by(Undo.id.desc()).limit(1).with_for_update()
    entry = session.execute(statement if audit_id is None else statement.where(Undo.audit_id == audit_id)).first()
    if entry is None:
        which = "no change" if audit_id is None else f"no change {audit_id}"
        raise NothingToUndo(f"There is {which} to take back.", mend="See `inroad curate log`.")
    table = TABLES[entry.table_name]
    model = table.model
    restored = {table.curation: "text", "curated_by": "text", "curation_reason": "text"}
    if table.processing:
        restored[table.processing] = "text"
    shape = ", ".join(f"{column} {kind}" for column, kind in restored.items())
    assignments = ", ".join(f"{column} = old.{column}" for column in restored)
    session.execute(
        text(
            f"UPDATE {model.__tablename__} AS t SET {assignments} "  # noqa: S608 - names of our own tables and columns
            f"FROM undo u, jsonb_to_recordset(u.old_values) AS old(id bigint, {shape}) WHERE u.id = :undo AND t.id = old.id"
        ),
        {"undo": entry.id},
    )
    session.execute(
        update(Undo).where(Undo.id == entry.id).values(undone_at=func.now()).execution_options(synchronize_session=False)
    )
    session.execute(
        insert(AuditEntry).values(
            actor=actor, action="undo", table_name=entry.table_name, row_count=entry.row_count, details={"of": entry.audit_id}
        )
    )
    return entry.table_name, entry.row_count


def log(session: Session, limit: int = 20) -> list[AuditEntry]:
    """The latest decisions, newest first."""
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)))
