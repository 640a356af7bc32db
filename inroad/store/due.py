"""What is due, counted and fingerprinted for the sensors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from inroad.store.claims import is_due
from inroad.store.models import Board, CvRow, Domain, Extraction, MatchRow, OutreachRow, Page, PostingRow, SitemapFile
from inroad.store.pauses import is_of_resting_domain, resting_stages

# A new domain belongs to the run that its own sensor launches; after this it counts as left behind.
FIRST_RUN = timedelta(minutes=10)


def _selected(model: Any) -> ColumnElement[bool]:
    return model.page_curation_status == "Selected"  # type: ignore[no-any-return]


def _is_rejected(model: Any) -> ColumnElement[bool]:
    """Whether a person has rejected a row's domain: no stage works on it."""
    if model is Domain:
        return Domain.sitemap_curation_status == "Rejected"
    rejected = select(Domain.id).where(Domain.sitemap_curation_status == "Rejected")
    return model.domain_id.in_(rejected)  # type: ignore[no-any-return]


def due_sitemaps(session: Session, *, resting: bool = False) -> tuple[int, str]:
    """Sitemap files that are due, and domains that are due again or were left behind; not those that rest."""
    left_behind = or_(Domain.attempts > 0, Domain.created_at < func.now() - FIRST_RUN)
    listed = SitemapFile.sitemap_curation_status != "Rejected"
    return _summary(session, (("sitemaps", SitemapFile, listed), ("domains", Domain, left_behind)), resting=resting)


def due_files(session: Session, *, resting: bool = False) -> tuple[int, str]:
    """Sitemap files that are due, without their domains: what new domains would stand behind."""
    return _summary(session, (("sitemaps", SitemapFile, SitemapFile.sitemap_curation_status != "Rejected"),), resting=resting)


def due_pages(session: Session, *, resting: bool = False) -> tuple[int, str]:
    """Selected pages, contents to read and boards that are due; not those that rest."""
    readings = ((kind, Extraction, Extraction.kind == kind) for kind in ("contacts", "companies", "postings"))
    return _summary(session, (("page_contents", Page, _selected(Page)), *readings, ("postings", Board, None)), resting=resting)


def due_postings(session: Session, *, resting: bool = False) -> tuple[int, str]:
    """Postings to match, selected postings without a CV, CVs and letters to write; nothing without a profile."""
    from inroad.store.profiles import get_profile

    if get_profile(session) is None:
        return 0, ""
    listed = PostingRow.posting_curation_status != "Rejected"
    count, digest = _summary(
        session,
        (("matches", PostingRow, listed), ("cvs", CvRow, None), ("outreach", OutreachRow, has_finished_cv())),
        resting=resting,
    )
    if not resting and resting_stages(session, ("cvs",)):
        return count, digest
    at_rest = () if resting else (~is_of_resting_domain(PostingRow),)
    wanting = select(PostingRow.id).where(wants_cv(), ~_is_rejected(PostingRow), *at_rest)
    waiting = session.scalars(wanting.order_by(PostingRow.id).limit(1_000)).all()
    return count + len(waiting), f"{digest}{','.join(map(str, waiting))[:200]}"


def wants_cv() -> ColumnElement[bool]:
    """Whether a posting was selected and matched and has no CV row yet."""
    return and_(
        PostingRow.posting_curation_status == "Selected",
        PostingRow.posting_processing_status == "Complete",
        exists().where(MatchRow.posting_id == PostingRow.id),
        ~exists().where(CvRow.posting_id == PostingRow.id),
    )


def has_finished_cv() -> ColumnElement[bool]:
    """Whether a letter's CV is written, not rejected, and its posting open: before that nobody can write the letter."""
    return exists().where(
        CvRow.id == OutreachRow.cv_id,
        CvRow.cv_processing_status == "Complete",
        CvRow.cv_curation_status != "Rejected",
        PostingRow.id == CvRow.posting_id,
        PostingRow.closed_at.is_(None),
    )


def _summary(session: Session, parts: Iterable[tuple[str, Any, ColumnElement[bool] | None]], *, resting: bool) -> tuple[int, str]:
    """Count and fingerprint of what is due, by stage, table and condition; with `resting` also of what a person lets rest."""
    total, digests = 0, []
    parts = list(parts)
    rests = {} if resting else resting_stages(session, [stage for stage, _, _ in parts])
    for stage, model, condition in parts:
        if stage in rests:
            continue
        mark = cast(model.id, String) + ":" + cast(model.attempts, String)
        listed = func.md5(func.string_agg(mark, aggregate_order_by(literal(","), model.id)))
        where = [is_due(model), ~_is_rejected(model)] if condition is None else [is_due(model), ~_is_rejected(model), condition]
        if not resting:
            where.append(~is_of_resting_domain(model))
        count, digest = session.execute(select(func.count(), listed).select_from(model).where(*where)).one()
        total += count
        digests.append((digest or "")[:8])
    return total, "".join(digests)


def due_domains(session: Session, *, limit: int) -> list[str]:
    """Names of the domains with rows that a sweep would work on now, the longest known first.

    Without a profile postings wait, and a sweep for them alone would find nothing to do, again and again.
    """
    from inroad.store.profiles import get_profile

    parts: list[ColumnElement[bool]] = [is_due(Domain)]
    tables: tuple[Any, ...] = (SitemapFile, Page, Extraction, Board)
    parts += [exists().where(model.domain_id == Domain.id, is_due(model)) for model in tables]
    if get_profile(session) is not None:
        is_wanted = PostingRow.posting_curation_status != "Rejected"
        parts.append(exists().where(PostingRow.domain_id == Domain.id, is_due(PostingRow), is_wanted))
        parts.append(exists().where(CvRow.domain_id == Domain.id, is_due(CvRow)))
        parts.append(exists().where(OutreachRow.domain_id == Domain.id, is_due(OutreachRow), has_finished_cv()))
        parts.append(exists().where(PostingRow.domain_id == Domain.id, wants_cv()))
    statement = select(Domain.name).where(
        Domain.sitemap_curation_status != "Rejected", or_(*parts), ~is_of_resting_domain(Domain)
    )
    return list(session.scalars(statement.order_by(Domain.id).limit(limit)))
