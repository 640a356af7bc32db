"""The site's side: domains, sitemap files, pages, what lists them, their contents, and how far each content was read.

What does not belong here: queries. Column comments say what a name cannot. All times are aware and UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from inroad.store.models.base import (
    NOW,
    PAGE_TYPES,
    STRATEGIES,
    Base,
    Curated,
    Dated,
    Identified,
    Processed,
    curation_status,
    due_index,
    one_of,
    processing_status,
    states,
)


def referring(table: str, **options: Any) -> Any:
    """A column that refers to another table's id and is held to it by triggers, once for each statement (revision 0007).

    A foreign key is checked row by row, which took two thirds of an import's time.
    """
    return mapped_column(BigInteger, nullable=False, info={"references": table}, **options)


class Domain(Identified, Curated, Processed, Dated, Base):
    """A company, by its registrable domain; one Dagster partition."""

    __tablename__ = "domains"
    STATUS = "sitemap_analysis_status"
    name: Mapped[str] = mapped_column(unique=True, comment="registrable domain in lower-case ASCII; the partition key")
    source: Mapped[str] = mapped_column(server_default="manual")
    home_url: Mapped[str | None] = mapped_column(comment="where the home page answered, after redirects")
    title: Mapped[str | None]
    language: Mapped[str | None]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), comment="what the home page says of itself")
    allowed_hosts: Mapped[list[str]] = mapped_column(
        server_default=text("'{}'"), comment="other hosts whose pages count as this domain's"
    )
    respect_robots: Mapped[bool] = mapped_column(server_default=text("true"))
    request_headers_sealed: Mapped[bytes | None] = mapped_column(comment="JSON object of headers sent to it, encrypted")
    request_interval_s: Mapped[float | None] = mapped_column(comment="least seconds between two requests; NULL: the setting")
    request_concurrency: Mapped[int | None] = mapped_column(
        SmallInteger, comment="requests in flight in one process; NULL: the setting"
    )
    proxies_sealed: Mapped[bytes | None] = mapped_column(
        comment="JSON list of proxy URLs, encrypted; an empty list goes without; NULL: the setting"
    )
    fetch_strategy: Mapped[str | None] = mapped_column(comment="the one way its pages are fetched; NULL: the cheapest that works")
    origin_aliases: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="other schemes and hosts of the site, and the origin that their pages are rows under"
    )
    sitemap_curation_status: Mapped[str] = curation_status()
    sitemap_analysis_status: Mapped[str] = processing_status()
    __table_args__ = (
        *states(curation="sitemap_curation_status", processing="sitemap_analysis_status"),
        CheckConstraint("name = lower(name) AND name <> ''", name="name"),
        CheckConstraint("request_interval_s >= 0 AND request_concurrency > 0", name="request_limits"),
        CheckConstraint(one_of("fetch_strategy", STRATEGIES), name="fetch_strategy"),
        Index("ix_domains_states", "sitemap_curation_status", "sitemap_analysis_status"),
        due_index("domains", "sitemap_analysis_status"),
    )


class SitemapFile(Identified, Curated, Processed, Dated, Base):
    """One sitemap, sitemap index or feed of a domain."""

    __tablename__ = "sitemap_files"
    STATUS = "sitemap_import_status"
    domain_id: Mapped[int] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("sitemap_files.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]
    depth: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), comment="levels below the first sitemap")
    source: Mapped[str] = mapped_column(comment="robots, unnamed (by robots.txt, twice), well-known, feed, index, html or manual")
    kind: Mapped[str | None] = mapped_column(comment="index, pages, feed or html; NULL until read")
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    content_hash: Mapped[str | None]
    url_count: Mapped[int | None]
    page_count: Mapped[int | None] = mapped_column(comment="pages of the domain itself among them")
    left_out_count: Mapped[int | None] = mapped_column(
        comment="entries not taken because of a limit; read again when there is room"
    )
    listed_lastmod: Mapped[str | None] = mapped_column(comment="as the index that names it wrote it")
    read_lastmod: Mapped[str | None] = mapped_column(comment="listed_lastmod when it was last read to its end")
    body_bytes: Mapped[int | None] = mapped_column(BigInteger)
    is_truncated: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="the document ended early; what was whole was kept"
    )
    unnamed_at: Mapped[datetime | None] = mapped_column(
        comment="the reading of robots.txt that first did not name it; NULL while it does"
    )
    gone_at: Mapped[datetime | None] = mapped_column(comment="set when its indexes have named it no longer, twice")
    sitemap_curation_status: Mapped[str] = curation_status()
    sitemap_import_status: Mapped[str] = processing_status()
    __table_args__ = (
        UniqueConstraint("domain_id", "url"),
        *states(curation="sitemap_curation_status", processing="sitemap_import_status"),
        Index("ix_sitemap_files_states", "domain_id", "sitemap_import_status"),
        due_index("sitemap_files", "sitemap_import_status"),
    )


class SitemapChild(Base):
    """Every index that names a sitemap."""

    __tablename__ = "sitemap_children"
    parent_id: Mapped[int] = mapped_column(ForeignKey("sitemap_files.id", ondelete="CASCADE"), primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("sitemap_files.id", ondelete="CASCADE"), primary_key=True, index=True)
    missed_count: Mapped[int] = mapped_column(
        SmallInteger, server_default=text("0"), comment="complete readings of the index in a row that do not name it"
    )


class Page(Identified, Curated, Processed, Dated, Base):
    """One page of a domain, by its canonical URL."""

    __tablename__ = "pages"
    STATUS = "page_processing_status"
    domain_id: Mapped[int] = referring("domains")
    url: Mapped[str] = mapped_column(unique=True, comment="canonical")
    source: Mapped[str] = mapped_column(comment="home, sitemap, link or manual")
    page_type: Mapped[str] = mapped_column(server_default="UNKNOWN")
    priority_level: Mapped[int] = mapped_column(SmallInteger, server_default=text("3"))
    classifier_version: Mapped[str | None]
    title: Mapped[str | None]
    lastmod: Mapped[str | None] = mapped_column(comment="as the sitemap wrote it")
    content_hash: Mapped[str | None] = mapped_column(comment="of the newest stored content")
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    http_status: Mapped[int | None] = mapped_column(SmallInteger)
    strategy: Mapped[str | None] = mapped_column(comment="direct, browser, scraperapi or firecrawl")
    fetch_strategy: Mapped[str | None] = mapped_column(comment="the one way it is fetched, before the domain's; NULL: no matter")
    first_seen_at: Mapped[datetime] = mapped_column(server_default=NOW)
    last_seen_at: Mapped[datetime] = mapped_column(
        server_default=NOW, comment="last reading of a changed sitemap or page that lists it"
    )
    missed_count: Mapped[int] = mapped_column(
        SmallInteger, server_default=text("0"), comment="complete readings in a row without it"
    )
    gone_at: Mapped[datetime | None] = mapped_column(comment="set after two complete readings without it")
    page_curation_status: Mapped[str] = curation_status()
    page_processing_status: Mapped[str] = processing_status("Waiting")
    __table_args__ = (
        *states(curation="page_curation_status", processing="page_processing_status"),
        CheckConstraint(one_of("page_type", PAGE_TYPES), name="page_type"),
        CheckConstraint("priority_level BETWEEN 1 AND 3", name="priority_level"),
        CheckConstraint(one_of("fetch_strategy", STRATEGIES), name="fetch_strategy"),
        Index("ix_pages_states", "domain_id", "page_curation_status", "page_processing_status"),
        Index("ix_pages_curation", "page_curation_status", "page_processing_status", "page_type"),
        due_index("pages", "page_processing_status"),
        Index(
            "ix_pages_domain_due",
            "domain_id",
            text("priority DESC"),
            "id",
            postgresql_where=text("page_processing_status IN ('Queued', 'Processing')"),
        ),
        Index("ix_pages_missed", "domain_id", postgresql_where=text("missed_count > 0 AND gone_at IS NULL")),
    )


class PageSitemap(Base):
    """Every sitemap that lists a page."""

    __tablename__ = "page_sitemaps"
    page_id: Mapped[int] = referring("pages", primary_key=True, autoincrement=False)
    sitemap_file_id: Mapped[int] = referring("sitemap_files", primary_key=True, index=True, autoincrement=False)
    lastmod: Mapped[str | None]
    changed_at: Mapped[datetime | None] = mapped_column(comment="when a later reading found another lastmod")
    __table_args__ = (Index("ix_page_sitemaps_changed", "changed_at", postgresql_where=text("changed_at IS NOT NULL")),)


class PageUrl(Base):
    """The URL of every page once more, in a narrow table of its own for searching; triggers keep it equal to `pages`.

    A trigram index on `pages` itself would have to be written again at every change of a page's status.
    """

    __tablename__ = "page_urls"
    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    url: Mapped[str]
    __table_args__ = (
        Index(
            "ix_page_urls_url",
            "url",
            postgresql_using="gin",
            postgresql_ops={"url": "gin_trgm_ops"},
            # KiB of new rows that wait unsorted: merging them rarely and in bulk is what an import needs.
            postgresql_with={"gin_pending_list_limit": 65536},
        ),
    )


class PageContent(Identified, Base):
    """One version of a page's content; unchanged content makes no new row."""

    __tablename__ = "page_contents"
    domain_id: Mapped[int] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"), index=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(comment="1 for the first content of the page")
    fetched_at: Mapped[datetime] = mapped_column(server_default=NOW)
    strategy: Mapped[str]
    credits_used: Mapped[int] = mapped_column(server_default=text("0"))
    http_status: Mapped[int] = mapped_column(SmallInteger)
    final_url: Mapped[str]
    http_facts: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="headers worth keeping, redirects, duration"
    )
    content_type: Mapped[str | None]
    content_hash: Mapped[str] = mapped_column(comment="SHA-256 of the body, hexadecimal")
    body_bytes: Mapped[int]
    title: Mapped[str | None]
    language: Mapped[str | None]
    text: Mapped[str] = mapped_column(comment="readable text")
    html_zlib: Mapped[bytes] = mapped_column(comment="the decoded document as UTF-8, zlib-compressed")
    __table_args__ = (UniqueConstraint("page_id", "version"),)


EXTRACTION_KINDS = ("contacts", "companies", "postings")


class Extraction(Identified, Processed, Base):
    """One reading of one content for one purpose; born Queued with the content, and again for a new extractor version."""

    __tablename__ = "extractions"
    STATUS = "extraction_status"
    domain_id: Mapped[int] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"))
    page_content_id: Mapped[int] = mapped_column(ForeignKey("page_contents.id", ondelete="CASCADE"))
    kind: Mapped[str]
    extractor_version: Mapped[str | None]
    found_count: Mapped[int] = mapped_column(server_default=text("0"))
    reader: Mapped[str] = mapped_column(server_default="rules", comment="rules, or rules and llm")
    reader_note: Mapped[str | None] = mapped_column(comment="why the model gave nothing")
    refused_at: Mapped[datetime | None] = mapped_column(
        comment="a budget or a pause kept the model from it; offered again when they allow"
    )
    extraction_status: Mapped[str] = processing_status()
    __table_args__ = (
        UniqueConstraint("page_content_id", "kind"),
        *states(processing="extraction_status"),
        CheckConstraint(one_of("kind", EXTRACTION_KINDS), name="kind"),
        Index("ix_extractions_refused", "refused_at", postgresql_where=text("refused_at IS NOT NULL")),
        Index("ix_extractions_states", "domain_id", "kind", "extraction_status"),
        due_index("extractions", "extraction_status"),
    )


# For what goes by the order of dependence, such as dumping and loading tables: these references are no foreign keys.
for _table in Base.metadata.tables.values():
    for _column in _table.columns:
        if "references" in _column.info:
            _table.add_is_dependent_on(Base.metadata.tables[_column.info["references"]])
