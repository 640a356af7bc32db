"""How the installation stands: rows by stage and state, what is due, dead letters, the last visit, the schema.

What does not belong here: previews and results of single domains (`results`), and what sensors launch (`due`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import ColumnElement, String, cast, func, select, text
from sqlalchemy.orm import Session

from inroad.store.claims import is_due, is_lost, live_owners, replay, state_counts
from inroad.store.curation import DECISIONS, TABLES
from inroad.store.migrate import configuration
from inroad.store.models import (
    Board,
    Company,
    ContactRow,
    CvRow,
    Domain,
    Extraction,
    MatchRow,
    OutreachRow,
    Page,
    PostingRow,
    SitemapFile,
    Visit,
)

# Stage to the rows that it works on; `pages` has none of its own: it chooses, and what it chose is `page_contents`.
STAGE_ROWS: dict[str, tuple[tuple[Any, tuple[ColumnElement[bool], ...]], ...]] = {
    "domains": ((Domain, ()),),
    "sitemaps": ((SitemapFile, (SitemapFile.sitemap_curation_status != "Rejected",)),),
    "page_contents": ((Page, (Page.page_curation_status == "Selected",)),),
    "contacts": ((Extraction, (Extraction.kind == "contacts",)),),
    "companies": ((Extraction, (Extraction.kind == "companies",)),),
    "postings": ((Extraction, (Extraction.kind == "postings",)), (Board, ())),
    "matches": ((PostingRow, (PostingRow.posting_curation_status != "Rejected",)),),
    "cvs": ((CvRow, ()),),
    "outreach": ((OutreachRow, ()),),
}
# What a stage has found so far, besides the rows that it works on.
_FOUND: dict[str, tuple[Any, tuple[ColumnElement[bool], ...]]] = {
    "contacts": (ContactRow, (ContactRow.contact_curation_status != "Rejected",)),
    "companies": (Company, ()),
    "postings": (PostingRow, (PostingRow.closed_at.is_(None),)),
    "matches": (MatchRow, ()),
    "cvs": (CvRow, (CvRow.cv_processing_status == "Complete",)),
    "outreach": (OutreachRow, (OutreachRow.outreach_processing_status == "Complete",)),
}


@dataclass(frozen=True, slots=True)
class StageStanding:
    """One stage's rows over some or all domains.

    Attributes:
        stage: Its name.
        counts: Rows by processing state; of `pages`, by curation state.
        due: Rows that a worker would take now.
        lost: Rows held by a dead worker or an expired lease; they are due as well.
        found: Contacts, companies, open postings, matches or written CVs; None where a stage finds none of its own.
    """

    stage: str
    counts: dict[str, int] = field(default_factory=dict)
    due: int = 0
    lost: int = 0
    found: int | None = None


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Rows of one stage that stay in Error, with one of their sentences."""

    stage: str
    reason: str
    rows: int
    example: str


def domain_condition(model: Any, ids: Sequence[int] | None) -> tuple[ColumnElement[bool], ...]:
    """Restricts rows to some domains; None means all."""
    if ids is None:
        return ()
    return ((model.id if model is Domain else model.domain_id).in_(ids),)


def stage_standing(session: Session, stage: str, ids: Sequence[int] | None = None) -> StageStanding:
    """Rows of one stage by state.

    Args:
        session: Transaction.
        stage: One of the pipeline's stages.
        ids: Domains; None means all.
    """
    counts: dict[str, int] = {}
    due = lost = 0
    if stage == "pages":
        status = cast(Page.page_curation_status, String)
        rows = session.execute(select(status, func.count()).where(*domain_condition(Page, ids)).group_by(status))
        return StageStanding(stage, {state: count for state, count in rows})
    for model, conditions in STAGE_ROWS[stage]:
        where = (*conditions, *domain_condition(model, ids))
        for state, count in state_counts(session, model, *where).items():
            counts[state] = counts.get(state, 0) + count
        due += _count(session, model, is_due(model), *where)
        lost += _count(session, model, is_lost(model), *where)
    found = None
    if stage in _FOUND:
        model, conditions = _FOUND[stage]
        found = _count(session, model, *conditions, *domain_condition(model, ids))
    return StageStanding(stage, counts, due, lost, found)


def _count(session: Session, model: Any, *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def dead_letters(session: Session, ids: Sequence[int] | None = None) -> list[DeadLetters]:
    """Rows in Error by stage and reason, the most frequent first."""
    out: list[DeadLetters] = []
    for stage, parts in STAGE_ROWS.items():
        for model, conditions in parts:
            where = (getattr(model, model.STATUS) == "Error", *conditions, *domain_condition(model, ids))
            statement = select(model.error_reason, func.count(), func.min(model.error)).where(*where).group_by(model.error_reason)
            out += [
                DeadLetters(stage, reason or "error", count, example or "")
                for reason, count, example in session.execute(statement)
            ]
    return sorted(out, key=lambda letter: (-letter.rows, letter.stage, letter.reason))


def last_visit(session: Session, ids: Sequence[int] | None = None) -> datetime | None:
    """When a site was last visited."""
    statement = select(func.max(Visit.finished_at))
    return session.scalar(statement if ids is None else statement.where(Visit.domain_id.in_(ids)))


def replay_stage(session: Session, stage: str, ids: Sequence[int] | None = None) -> int:
    """Queues a stage's dead letters again with all their attempts; returns how many."""
    parts = STAGE_ROWS[stage]
    return sum(replay(session, model, *conditions, *domain_condition(model, ids)) for model, conditions in parts)


def count_undecided(session: Session, name: str, decision: str, where: Sequence[ColumnElement[bool]]) -> int:
    """Rows that a curation decision would change."""
    table = TABLES[name]
    return _count(session, table.model, getattr(table.model, table.curation) != DECISIONS[decision], *where)


def count_waiting(session: Session, names: Sequence[str]) -> dict[str, int]:
    """What waits for a person's selection in some domains, by curated table; tables without any are left out."""
    mine = select(Domain.id).where(Domain.name.in_(names))
    counts = {
        "sitemaps": _count(session, SitemapFile, SitemapFile.domain_id.in_(mine), SitemapFile.sitemap_import_status == "Waiting"),
        "pages": _count(session, Page, Page.domain_id.in_(mine), Page.page_curation_status == "New", Page.gone_at.is_(None)),
        "postings": _count(
            session,
            PostingRow,
            PostingRow.domain_id.in_(mine),
            PostingRow.posting_curation_status == "New",
            PostingRow.closed_at.is_(None),
        ),
    }
    return {name: count for name, count in counts.items() if count}


def kinds_of(session: Session, name: str) -> list[str]:
    """The kinds (page types, contact kinds, sources) that a curated table's rows have."""
    kind = TABLES[name].kind
    return sorted(session.scalars(select(kind).where(kind.is_not(None)).distinct()))


def live_workers(session: Session) -> list[str]:
    """Names of the workers that are alive."""
    return sorted(session.scalars(live_owners()))


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What the database server says of itself.

    Attributes:
        version: "18.0".
        revision: The schema's revision; None before the first migration.
        head: The revision that this code knows as the newest.
        skew_s: Our clock less the server's, in seconds.
    """

    version: str
    revision: str | None
    head: str | None
    skew_s: float


def server_facts(session: Session) -> ServerFacts:
    """Version, schema revision and clock of the database server."""
    version = str(session.scalar(text("SHOW server_version"))).split()[0]
    revision = MigrationContext.configure(session.connection()).get_current_revision()
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    before = datetime.now().astimezone()
    server: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return ServerFacts(version, revision, head, (before - server).total_seconds())
