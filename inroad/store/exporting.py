"""Whole tables as flat records for export, streamed through a server-side cursor: any number of rows in little memory.

What does not belong here: file formats (the command's) and the results of one domain (`results`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Float, Numeric, Select, cast, func, select, text, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from inroad.store.contacts import BEST_PROOF
from inroad.store.models import (
    Company,
    ContactRow,
    ContactSource,
    CvRow,
    Domain,
    MatchRow,
    Page,
    PageSitemap,
    PostingRow,
    ProfileRow,
    SitemapFile,
)

# Rows fetched from the server at a time.
BATCH = 1_000
Rows = Select[Any] | Select[*tuple[Any, ...]]
_DOMAIN = Domain.name.label("domain")


def _contacts() -> Rows:
    """Contacts that nobody rejected, each with its best proof: the most confident source, then the first page by URL."""
    proof = (
        select(Page.url.label("page_url"), ContactSource.method, ContactSource.snippet)
        .join(Page, Page.id == ContactSource.page_id)
        .where(ContactSource.contact_id == ContactRow.id)
        .order_by(*BEST_PROOF)
        .limit(1)
        .lateral("proof")
    )
    count = select(func.count()).where(ContactSource.contact_id == ContactRow.id).correlate(ContactRow).scalar_subquery()
    return (
        select(
            _DOMAIN,
            *(ContactRow.kind, ContactRow.value, ContactRow.name, ContactRow.role),
            cast(func.round(cast(ContactRow.confidence, Numeric), 3), Float).label("confidence"),
            *(proof.c.page_url, proof.c.method, proof.c.snippet),
            count.label("source_count"),
            ContactRow.contact_curation_status.label("status"),
            ContactRow.first_seen_at,
        )
        .select_from(ContactRow)
        .join(Domain, Domain.id == ContactRow.domain_id)
        .outerjoin(proof, true())
        .where(ContactRow.contact_curation_status != "Rejected")
        .order_by(ContactRow.id)
    )


def _postings() -> Rows:
    return (
        select(
            _DOMAIN,
            *(PostingRow.key, PostingRow.title, PostingRow.company, PostingRow.location, PostingRow.remote, PostingRow.url),
            *(PostingRow.posted_on, PostingRow.valid_through, PostingRow.salary, PostingRow.employment_type),
            *(PostingRow.language, PostingRow.department, PostingRow.source),
            PostingRow.posting_curation_status.label("status"),
            *(PostingRow.first_seen_at, PostingRow.closed_at, PostingRow.description),
        )
        .join(Domain, Domain.id == PostingRow.domain_id)
        .order_by(PostingRow.id)
    )


def _sitemaps() -> Rows:
    parent = aliased(SitemapFile)
    return (
        select(
            *(_DOMAIN, SitemapFile.url, parent.url.label("parent_url"), SitemapFile.source, SitemapFile.kind, SitemapFile.depth),
            SitemapFile.sitemap_curation_status.label("status"),
            SitemapFile.sitemap_import_status.label("processing_status"),
            *(SitemapFile.url_count, SitemapFile.page_count, SitemapFile.left_out_count, SitemapFile.body_bytes),
            *(SitemapFile.is_truncated, SitemapFile.error_reason, SitemapFile.error, SitemapFile.gone_at),
        )
        .select_from(SitemapFile)
        .join(Domain, Domain.id == SitemapFile.domain_id)
        .outerjoin(parent, parent.id == SitemapFile.parent_id)
        .order_by(SitemapFile.id)
    )


def _pages() -> Rows:
    """Pages, each with every sitemap that lists it."""
    listed = (
        select(func.coalesce(func.json_agg(aggregate_order_by(SitemapFile.url, SitemapFile.url)), text("'[]'")))
        .join(PageSitemap, PageSitemap.sitemap_file_id == SitemapFile.id)
        .where(PageSitemap.page_id == Page.id)
        .correlate(Page)
        .scalar_subquery()
    )
    return (
        select(
            _DOMAIN,
            *(Page.url, Page.page_type, Page.priority_level, Page.title, Page.source, Page.lastmod),
            Page.page_curation_status.label("status"),
            Page.page_processing_status.label("processing_status"),
            *(Page.http_status, Page.strategy, Page.error_reason, Page.first_seen_at, Page.gone_at, listed.label("sitemaps")),
        )
        .join(Domain, Domain.id == Page.domain_id)
        .order_by(Page.id)
    )


def _companies() -> Rows:
    columns = (_DOMAIN, Company.name, Company.legal_name, Company.description, Domain.language, Domain.home_url, Company.facts)
    return select(*columns).select_from(Company).join(Domain, Domain.id == Company.domain_id).order_by(Company.id)


def _matches() -> Rows:
    return (
        select(
            *(_DOMAIN, PostingRow.key.label("posting"), PostingRow.title, PostingRow.url, ProfileRow.name.label("profile")),
            *(MatchRow.score, MatchRow.parts, MatchRow.requirements),
        )
        .select_from(MatchRow)
        .join(PostingRow, PostingRow.id == MatchRow.posting_id)
        .join(Domain, Domain.id == MatchRow.domain_id)
        .join(ProfileRow, ProfileRow.id == MatchRow.profile_id)
        .order_by(MatchRow.score.desc(), MatchRow.id)
    )


def _cvs() -> Rows:
    return (
        select(
            *(_DOMAIN, PostingRow.key.label("posting"), PostingRow.title, PostingRow.url, ProfileRow.name.label("profile")),
            *(CvRow.score, CvRow.writer, CvRow.version, CvRow.cost_usd, CvRow.cv_curation_status.label("status")),
            CvRow.cv_processing_status.label("processing_status"),
            *(CvRow.error_reason, CvRow.files, CvRow.contact, CvRow.findings),
        )
        .select_from(CvRow)
        .join(PostingRow, PostingRow.id == CvRow.posting_id)
        .join(Domain, Domain.id == CvRow.domain_id)
        .join(ProfileRow, ProfileRow.id == CvRow.profile_id)
        .order_by(CvRow.id)
    )


EXPORTS: dict[str, Callable[[], Rows]] = {
    "contacts": _contacts,
    "postings": _postings,
    "sitemaps": _sitemaps,
    "pages": _pages,
    "companies": _companies,
    "cvs": _cvs,
    "matches": _matches,
}


def export_columns(table: str) -> tuple[str, ...]:
    """Names of a table's exported columns, in order."""
    return tuple(column.name for column in EXPORTS[table]().selected_columns)


def iter_export(session: Session, table: str, domains: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """A table's rows as records, one after the other.

    Args:
        session: Open as long as the rows are read.
        table: One of `EXPORTS`.
        domains: Names; empty means all.
    """
    statement = EXPORTS[table]()
    if domains:
        statement = statement.where(Domain.name.in_(domains))
    for row in session.execute(statement.execution_options(yield_per=BATCH)).mappings():
        yield dict(row)
