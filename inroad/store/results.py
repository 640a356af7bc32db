"""What was found, told for people: states and previews for each stage and domain, and the results of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from inroad.store.claims import is_lost
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
    PageContent,
    PostingRow,
    SitemapFile,
)

PREVIEW_ROWS = 5


@dataclass(slots=True)
class StageState:
    """One domain's rows of one stage.

    Attributes:
        counts: Rows by state, or by kind where the rows have no state.
        preview: A few rows, ready to print.
        files: Label to path.
    """

    counts: dict[str, int] = field(default_factory=dict)
    preview: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


def _posting_of(row: type[Any]) -> Any:
    """The title of a row's posting: the posting's number says nothing to a person."""
    return select(PostingRow.title).where(PostingRow.id == row.posting_id).scalar_subquery().label("posting")


# Stage to its table, the column that is counted, and the columns of the preview.
_STAGES: dict[str, tuple[type[Any], Any, tuple[Any, ...]]] = {
    "domains": (Domain, Domain.sitemap_analysis_status, (Domain.home_url, Domain.title, Domain.error)),
    "sitemaps": (
        SitemapFile,
        SitemapFile.sitemap_import_status,
        (SitemapFile.url, SitemapFile.kind, SitemapFile.url_count, SitemapFile.error),
    ),
    "pages": (Page, Page.page_curation_status, (Page.url, Page.page_type, Page.priority_level, Page.page_curation_status)),
    "page_contents": (Page, Page.page_processing_status, (Page.url, Page.title, Page.strategy, Page.error)),
    "contacts": (
        ContactRow,
        ContactRow.kind,
        (ContactRow.kind, ContactRow.value, ContactRow.name, ContactRow.role, ContactRow.confidence),
    ),
    "companies": (Company, None, (Company.name, Company.legal_name, Company.description)),
    "postings": (PostingRow, PostingRow.posting_processing_status, (PostingRow.title, PostingRow.location, PostingRow.source)),
    "matches": (MatchRow, None, (_posting_of(MatchRow), MatchRow.score)),
    "cvs": (CvRow, CvRow.cv_processing_status, (_posting_of(CvRow), CvRow.score, CvRow.writer, CvRow.error)),
    "outreach": (
        OutreachRow,
        OutreachRow.outreach_processing_status,
        (OutreachRow.contact["value"].astext.label("to"), OutreachRow.contact["reason"].astext.label("why"), OutreachRow.error),
    ),
}
# The best rows first, for the preview.
_ORDER: dict[str, tuple[Any, ...]] = {
    "pages": (Page.priority_level, Page.url),
    "contacts": (ContactRow.confidence.desc(), ContactRow.value),
    "matches": (MatchRow.score.desc(), MatchRow.posting_id),
}


def stage_states(session: Session, stage: str, names: Sequence[str]) -> dict[str, StageState]:
    """States and previews of one stage for some domains, in two queries whatever their number."""
    model, status, columns = _STAGES[stage]
    owner = Domain.id if model is Domain else model.domain_id
    states = {name: StageState() for name in names}
    label = cast(status, String) if status is not None else func.concat("rows")
    counted = select(Domain.name, label, func.count()).select_from(Domain)
    if model is not Domain:
        counted = counted.join(model, owner == Domain.id)
    if stage == "page_contents":
        counted = counted.where(Page.page_curation_status == "Selected")
    for name, state, count in session.execute(counted.where(Domain.name.in_(names)).group_by(Domain.name, label)):
        states[name].counts[state] = count
    order = _ORDER.get(stage, (model.id,))
    number = func.row_number().over(partition_by=Domain.id, order_by=order).label("number")
    ranked = select(Domain.name.label("domain_name"), number, *columns).select_from(Domain)
    if model is not Domain:
        ranked = ranked.join(model, owner == Domain.id)
    if stage == "page_contents":
        ranked = ranked.where(Page.page_curation_status == "Selected")
    rows = ranked.where(Domain.name.in_(names)).subquery()
    for row in session.execute(select(rows).where(rows.c.number <= PREVIEW_ROWS).order_by(rows.c.domain_name, rows.c.number)):
        values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
        name = values.pop("domain_name")
        del values["number"]
        states[name].preview.append(values)
    if stage == "cvs":
        _add_files(session, names, states)
    return states


def _add_files(session: Session, names: Sequence[str], states: dict[str, StageState]) -> None:
    statement = (
        select(Domain.name, CvRow.posting_id, CvRow.files).join(CvRow, CvRow.domain_id == Domain.id).where(Domain.name.in_(names))
    )
    for name, posting_id, files in session.execute(statement):
        states[name].files.update({f"{posting_id}/{kind}": path for kind, path in files.items()})


@dataclass(frozen=True, slots=True)
class DomainResult:
    """Everything that is known of one domain, for `results.json` and `--json`."""

    domain: str
    status: str
    sitemaps: int
    pages: int
    contents: int
    contacts: list[dict[str, Any]]
    company: dict[str, Any] | None
    postings: list[dict[str, Any]]
    cvs: list[dict[str, Any]]
    errors: list[dict[str, Any]]


def domain_result(session: Session, name: str) -> DomainResult | None:
    """The result of one domain; None for a name that is no domain row."""
    domain = session.scalar(select(Domain).where(Domain.name == name))
    if domain is None:
        return None

    def count(model: type[Any], *where: Any) -> int:
        return session.scalar(select(func.count()).select_from(model).where(model.domain_id == domain.id, *where)) or 0

    company = session.scalar(select(Company).where(Company.domain_id == domain.id))
    return DomainResult(
        domain=name,
        status=domain.sitemap_analysis_status,
        sitemaps=count(SitemapFile, SitemapFile.sitemap_import_status == "Complete"),
        pages=count(Page),
        contents=session.scalar(select(func.count(PageContent.page_id.distinct())).where(PageContent.domain_id == domain.id))
        or 0,
        contacts=_contacts(session, domain.id),
        company={
            "name": company.name,
            "legal_name": company.legal_name,
            "description": company.description,
            "facts": company.facts,
        }
        if company
        else None,
        postings=_postings(session, domain.id),
        cvs=_cvs(session, domain.id),
        errors=domain_errors(session, domain),
    )


def _contacts(session: Session, domain_id: int) -> list[dict[str, Any]]:
    from inroad.store.contacts import domain_contacts

    return [
        {
            "kind": row.kind,
            "value": row.value,
            "name": row.name,
            "role": row.role,
            "confidence": round(row.confidence, 3),
            "details": row.details,
            "sources": [
                {
                    "page_url": url,
                    "method": source.method,
                    "position": source.position,
                    "snippet": source.snippet,
                    "raw": source.raw,
                }
                for source, url in sources
            ],
        }
        for row, sources in domain_contacts(session, domain_id)
    ]


def _postings(session: Session, domain_id: int) -> list[dict[str, Any]]:
    statement = (
        select(PostingRow, MatchRow)
        .outerjoin(MatchRow, MatchRow.posting_id == PostingRow.id)
        .where(PostingRow.domain_id == domain_id, PostingRow.closed_at.is_(None))
        .order_by(MatchRow.score.desc().nulls_last(), PostingRow.key)
    )
    return [
        {
            "key": posting.key,
            "title": posting.title,
            "location": posting.location,
            "remote": posting.remote,
            "url": posting.url,
            "posted_on": posting.posted_on,
            "valid_through": posting.valid_through,
            "salary": posting.salary,
            "source": posting.source,
            "status": posting.posting_curation_status,
            "status_reason": posting.curation_reason,
            "state": posting.listing_state,
            "state_reason": posting.listing_reason,
            "score": match.score if match else None,
            "requirements": match.requirements if match else [],
        }
        for posting, match in session.execute(statement)
    ]


def _cvs(session: Session, domain_id: int) -> list[dict[str, Any]]:
    statement = (
        select(CvRow, PostingRow, OutreachRow)
        .join(PostingRow, PostingRow.id == CvRow.posting_id)
        .outerjoin(OutreachRow, OutreachRow.cv_id == CvRow.id)
        .where(CvRow.domain_id == domain_id)
        .order_by(CvRow.score.desc(), PostingRow.key)
    )
    return [
        {
            "posting": posting.key,
            "title": posting.title,
            "status": cv.cv_processing_status,
            "score": cv.score,
            "writer": cv.writer,
            "files": cv.files,
            "contact": cv.contact,
            "findings": cv.findings,
            "words": cv.word_count,
            "version": cv.version,
            "edited_by": cv.edited_by,
            "coverage": cv.coverage,
            "outreach": _drafts(outreach) if outreach else None,
        }
        for cv, posting, outreach in session.execute(statement)
    ]


def _drafts(row: OutreachRow) -> dict[str, Any]:
    return {
        "status": row.outreach_processing_status,
        "contact": row.contact,
        "letter": row.letter,
        "message": row.message,
        "files": row.files,
        "findings": row.findings,
    }


def domain_errors(session: Session, domain: Domain) -> list[dict[str, Any]]:
    """Every row of a domain that carries an error, with the reason, the sentence and whether it will be tried again."""
    out: list[dict[str, Any]] = []
    if domain.error:
        out.append(_error("domains", domain.name, domain, domain.sitemap_analysis_status))
    subjects: tuple[tuple[str, type[Any], Any, Any], ...] = (
        ("sitemaps", SitemapFile, SitemapFile.url, SitemapFile.sitemap_import_status),
        ("page_contents", Page, Page.url, Page.page_processing_status),
        ("postings", Board, Board.url, Board.board_import_status),
        ("matches", PostingRow, PostingRow.url, PostingRow.posting_processing_status),
    )
    for stage, model, subject, status in subjects:
        rows = session.execute(
            select(model, subject, status).where(model.domain_id == domain.id, model.error.is_not(None)).order_by(subject)
        )
        out += [_error(stage, name, row, state) for row, name, state in rows]
    written = select(CvRow, PostingRow.url).join(PostingRow, PostingRow.id == CvRow.posting_id)
    written = written.where(CvRow.domain_id == domain.id, CvRow.error.is_not(None)).order_by(PostingRow.url)
    out += [_error("cvs", url, row, row.cv_processing_status) for row, url in session.execute(written)]
    drafted = select(OutreachRow, PostingRow.url).join(CvRow, CvRow.id == OutreachRow.cv_id)
    drafted = drafted.join(PostingRow, PostingRow.id == CvRow.posting_id).order_by(PostingRow.url)
    drafted = drafted.where(OutreachRow.domain_id == domain.id, OutreachRow.error.is_not(None))
    out += [_error("outreach", url, row, row.outreach_processing_status) for row, url in session.execute(drafted)]
    readings = select(Extraction, Page.url).join(PageContent, PageContent.id == Extraction.page_content_id)
    readings = readings.join(Page, Page.id == PageContent.page_id).where(
        Extraction.domain_id == domain.id, Extraction.error.is_not(None)
    )
    out += [
        _error(row.kind, url, row, row.extraction_status)
        for row, url in session.execute(readings.order_by(Page.url, Extraction.kind))
    ]
    return out


def _error(stage: str, subject: str, row: Any, status: str) -> dict[str, Any]:
    again = row.next_attempt_at.isoformat() if status == "Queued" else None
    return {
        "stage": stage,
        "subject": subject,
        "reason": row.error_reason,
        "error": row.error,
        "status": status,
        "next_attempt_at": again,
    }


@dataclass(frozen=True, slots=True)
class StageHealth:
    """One stage's rows over all domains, for its asset check.

    Attributes:
        complete: Rows in Complete.
        failed: Rows in Error.
        lost: Rows held by a dead worker or an expired lease.
        stuck: Domains with lost or failed rows: name, state, reason, number of rows.
    """

    complete: int
    failed: int
    lost: int
    stuck: list[dict[str, Any]]

    @property
    def failure_rate(self) -> float:
        """Failed rows of all finished ones, 0 to 1."""
        finished = self.complete + self.failed
        return self.failed / finished if finished else 0.0


HEALTH: dict[str, tuple[type[Any], Any]] = {
    "domains": (Domain, None),
    "sitemaps": (SitemapFile, None),
    "page_contents": (Page, None),
    "contacts": (Extraction, Extraction.kind == "contacts"),
    "companies": (Extraction, Extraction.kind == "companies"),
    "postings": (Extraction, Extraction.kind == "postings"),
    "matches": (PostingRow, None),
    "cvs": (CvRow, None),
    "outreach": (OutreachRow, None),
}


def stage_health(session: Session, stage: str) -> StageHealth:
    """Failure rate and stuck domains of one stage."""
    model, condition = HEALTH[stage]
    status = getattr(model, model.STATUS)
    where = () if condition is None else (condition,)
    counts: dict[str, int] = {
        key: value for key, value in session.execute(select(status, func.count()).where(*where).group_by(status))
    }
    lost = session.scalar(select(func.count()).select_from(model).where(is_lost(model), *where)) or 0
    owner = Domain.id if model is Domain else model.domain_id
    stuck = select(Domain.name, status, model.error_reason, func.count().label("rows")).select_from(Domain)
    if model is not Domain:
        stuck = stuck.join(model, owner == Domain.id)
    stuck = stuck.where(and_(or_(status == "Error", is_lost(model)), *where)).group_by(Domain.name, status, model.error_reason)
    rows = session.execute(stuck.order_by(func.count().desc(), Domain.name).limit(20))
    table = [{"domain": name, "state": state, "reason": reason, "rows": number} for name, state, reason, number in rows]
    return StageHealth(counts.get("Complete", 0), counts.get("Error", 0), lost, table)
