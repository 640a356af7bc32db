"""The tables, as typed models: every row of Inroad with its states and constraints.

What does not belong here: queries. Column comments say what a name cannot. All times are aware and UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CURATION_STATES = ("New", "Selected", "Rejected")
PROCESSING_STATES = ("Waiting", "Queued", "Processing", "Complete", "Error")
PAGE_TYPES = (
    "CONTACT_ROOT", "CONTACT", "ABOUT", "TEAM", "IMPRINT", "CAREERS", "POSTING", "LEGAL", "PRODUCT", "BLOG", "HOME", "UNKNOWN",
)  # fmt: skip
STRATEGIES = ("direct", "browser", "scraperapi", "firecrawl")
NOW = func.now()


def _in(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        list[str]: ARRAY(Text),
        bytes: LargeBinary,
    }


class Identified:
    """A surrogate key; natural keys are unique constraints beside it."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)


class Curated:
    """Who decided on a row, when and why; the status column itself has the table's own name."""

    curated_by: Mapped[str | None] = mapped_column(comment="a person, or rule:NAME")
    curated_at: Mapped[datetime | None]
    curation_reason: Mapped[str | None]


class Processed:
    """What every processable row carries; the status column itself has the table's own name, `STATUS`."""

    STATUS: ClassVar[str]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), comment="higher is claimed first")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    max_attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("3"))
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=NOW)
    lease_expires_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None]
    error: Mapped[str | None] = mapped_column(comment="one sentence for a person")
    error_reason: Mapped[str | None] = mapped_column(comment="stable slug of the error")


class Dated:
    """When a row was born and last changed."""

    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW, onupdate=NOW)


def curation_status(default: str = "New") -> Any:
    """A curation status column: never NULL, born in `default`."""
    return mapped_column(Text, nullable=False, server_default=default)


def processing_status(default: str = "Queued") -> Any:
    """A processing status column: never NULL, so that "created and forgotten" cannot exist."""
    return mapped_column(Text, nullable=False, server_default=default)


def states(*, curation: str | None = None, processing: str | None = None) -> tuple[Any, ...]:
    """Check constraints of the status columns and the index that claims use."""
    out: list[Any] = []
    if curation:
        out.append(CheckConstraint(_in(curation, CURATION_STATES), name=curation))
    if processing:
        out.append(CheckConstraint(_in(processing, PROCESSING_STATES), name=processing))
        out.append(CheckConstraint("attempts >= 0 AND max_attempts > 0", name="attempts"))
        out.append(CheckConstraint(f"{processing} <> 'Processing' OR lease_expires_at IS NOT NULL", name="lease"))
    return tuple(out)


def due_index(table: str, status: str) -> Index:
    """Index of the rows that a claim may take: highest priority first, then the oldest."""
    return Index(f"ix_{table}_due", text("priority DESC"), "id", postgresql_where=text(f"{status} IN ('Queued', 'Processing')"))


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
    sitemap_curation_status: Mapped[str] = curation_status()
    sitemap_analysis_status: Mapped[str] = processing_status()
    __table_args__ = (
        *states(curation="sitemap_curation_status", processing="sitemap_analysis_status"),
        CheckConstraint("name = lower(name) AND name <> ''", name="name"),
        CheckConstraint("request_interval_s >= 0 AND request_concurrency > 0", name="request_limits"),
        CheckConstraint(_in("fetch_strategy", STRATEGIES), name="fetch_strategy"),
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
    source: Mapped[str] = mapped_column(comment="robots, well-known, feed, index, html or manual")
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
    sitemap_curation_status: Mapped[str] = curation_status()
    sitemap_import_status: Mapped[str] = processing_status()
    __table_args__ = (
        UniqueConstraint("domain_id", "url"),
        *states(curation="sitemap_curation_status", processing="sitemap_import_status"),
        Index("ix_sitemap_files_states", "domain_id", "sitemap_import_status"),
        due_index("sitemap_files", "sitemap_import_status"),
    )


class Page(Identified, Curated, Processed, Dated, Base):
    """One page of a domain, by its canonical URL."""

    __tablename__ = "pages"
    STATUS = "page_processing_status"
    domain_id: Mapped[int] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"))
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
        CheckConstraint(_in("page_type", PAGE_TYPES), name="page_type"),
        CheckConstraint("priority_level BETWEEN 1 AND 3", name="priority_level"),
        CheckConstraint(_in("fetch_strategy", STRATEGIES), name="fetch_strategy"),
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
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"), primary_key=True)
    sitemap_file_id: Mapped[int] = mapped_column(ForeignKey("sitemap_files.id", ondelete="CASCADE"), primary_key=True, index=True)
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
    extraction_status: Mapped[str] = processing_status()
    __table_args__ = (
        UniqueConstraint("page_content_id", "kind"),
        *states(processing="extraction_status"),
        CheckConstraint(_in("kind", EXTRACTION_KINDS), name="kind"),
        Index("ix_extractions_states", "domain_id", "kind", "extraction_status"),
        due_index("extractions", "extraction_status"),
    )


class ContactRow(Identified, Curated, Dated, Base):
    """One contact of a domain, merged from all its sources."""

    __tablename__ = "contacts"
    domain_id: Mapped[int] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"))
    kind: Mapped[str]
    value: Mapped[str]
    raw: Mapped[str]
    name: Mapped[str | None]
    role: Mapped[str | None]
    confidence: Mapped[float] = mapped_column(comment="0 to 1")
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    first_seen_at: Mapped[datetime] = mapped_column(server_default=NOW)
    contact_curation_status: Mapped[str] = curation_status()
    __table_args__ = (
        UniqueConstraint("domain_id", "kind", "value"),
        *states(curation="contact_curation_status"),
        CheckConstraint(_in("kind", ("email", "phone", "address", "person", "social", "company_id")), name="kind"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
    )


class ContactSource(Identified, Base):
    """Where a contact was read: the proof."""

    __tablename__ = "contact_sources"
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"), index=True)
    method: Mapped[str]
    position: Mapped[str]
    snippet: Mapped[str]
    raw: Mapped[str]
    name: Mapped[str | None]
    role: Mapped[str | None]
    confidence: Mapped[float]
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    extractor_version: Mapped[str]
    found_at: Mapped[datetime] = mapped_column(server_default=NOW)
    __table_args__ = (UniqueConstraint("contact_id", "page_id", "method", "position"),)


class Company(Identified, Dated, Base):
    """What a company says of itself, every fact with the page it was read from."""

    __tablename__ = "companies"
    domain_id: Mapped[int] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"), unique=True)
    name: Mapped[str | None]
    legal_name: Mapped[str | None]
    description: Mapped[str | None]
    facts: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="fact name to value, page_url, snippet, method"
    )


class Board(Identified, Processed, Dated, Base):
    """A company's job board at an applicant-tracking system, found by the crawl."""

    __tablename__ = "boards"
    STATUS = "board_import_status"
    domain_id: Mapped[int] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id", ondelete="SET NULL"))
    provider: Mapped[str]
    token: Mapped[str]
    url: Mapped[str] = mapped_column(comment="as the page linked it")
    api_url: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    etag: Mapped[str | None]
    content_hash: Mapped[str | None]
    posting_count: Mapped[int | None]
    board_import_status: Mapped[str] = processing_status()
    __table_args__ = (
        UniqueConstraint("domain_id", "provider", "token"),
        *states(processing="board_import_status"),
        due_index("boards", "board_import_status"),
    )


class PostingRow(Identified, Curated, Processed, Dated, Base):
    """One job posting of a domain."""

    __tablename__ = "postings"
    STATUS = "posting_processing_status"
    domain_id: Mapped[int] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id", ondelete="SET NULL"), index=True)
    board_id: Mapped[int | None] = mapped_column(ForeignKey("boards.id", ondelete="SET NULL"), index=True)
    key: Mapped[str]
    title: Mapped[str]
    company: Mapped[str | None]
    location: Mapped[str | None]
    remote: Mapped[str | None]
    url: Mapped[str]
    description: Mapped[str]
    posted_on: Mapped[str | None]
    valid_through: Mapped[str | None]
    salary: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    employment_type: Mapped[str | None]
    language: Mapped[str | None]
    department: Mapped[str | None]
    source: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    structured: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="sections and requirements with spans"
    )
    content_hash: Mapped[str] = mapped_column(comment="of what the posting says; a change queues it for matching again")
    extractor_version: Mapped[str | None]
    first_seen_at: Mapped[datetime] = mapped_column(server_default=NOW)
    missed_count: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    closed_at: Mapped[datetime | None] = mapped_column(comment="set after two complete readings without it")
    posting_curation_status: Mapped[str] = curation_status()
    posting_processing_status: Mapped[str] = processing_status()
    __table_args__ = (
        UniqueConstraint("domain_id", "key"),
        *states(curation="posting_curation_status", processing="posting_processing_status"),
        Index("ix_postings_states", "domain_id", "posting_curation_status", "posting_processing_status"),
        due_index("postings", "posting_processing_status"),
    )


class ProfileRow(Identified, Dated, Base):
    """A person's profile: JSON Resume, every entry with an id."""

    __tablename__ = "profiles"
    name: Mapped[str] = mapped_column(unique=True)
    resume: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    __table_args__ = (Index("uq_profiles_default", "is_default", unique=True, postgresql_where=text("is_default")),)


class Fact(Base):
    """One fact of a profile, for evidence."""

    __tablename__ = "facts"
    profile_id: Mapped[int] = mapped_column(ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True)
    fact_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    path: Mapped[str] = mapped_column(comment="JSON pointer into the resume")
    text: Mapped[str]


class Annotation(Identified, Base):
    """A person's mark on a span of a posting."""

    __tablename__ = "annotations"
    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id", ondelete="CASCADE"), index=True)
    span_start: Mapped[int]
    span_end: Mapped[int]
    kind: Mapped[str] = mapped_column(comment="must-have, gap, emphasise, ignore or note")
    note: Mapped[str | None]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
    __table_args__ = (CheckConstraint("span_start >= 0 AND span_end > span_start", name="span"),)


class MatchRow(Identified, Dated, Base):
    """How well a profile covers a posting, requirement by requirement."""

    __tablename__ = "matches"
    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id", ondelete="CASCADE"))
    profile_id: Mapped[int] = mapped_column(ForeignKey("profiles.id", ondelete="CASCADE"), index=True)
    domain_id: Mapped[int] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"), index=True)
    score: Mapped[float] = mapped_column(comment="0 to 100")
    parts: Mapped[dict[str, Any]] = mapped_column(comment="what the score is made of")
    requirements: Mapped[list[Any]] = mapped_column(comment="each: text, covered, weak or missing, evidence fact ids, reason")
    input_hash: Mapped[str] = mapped_column(comment="of posting, profile and matcher version")
    __table_args__ = (UniqueConstraint("posting_id", "profile_id"), CheckConstraint("score BETWEEN 0 AND 100", name="score"))


class CvRow(Identified, Curated, Processed, Dated, Base):
    """A CV for one posting from one profile."""

    __tablename__ = "cvs"
    STATUS = "cv_processing_status"
    domain_id: Mapped[int] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"))
    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id", ondelete="CASCADE"))
    profile_id: Mapped[int] = mapped_column(ForeignKey("profiles.id", ondelete="CASCADE"), index=True)
    version: Mapped[int] = mapped_column(server_default=text("0"), comment="times it was written; 0 until the first")
    resume: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    evidence: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), comment="JSON pointer to fact ids")
    findings: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    files: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), comment="format to path below the files folder")
    score: Mapped[float | None]
    writer: Mapped[str | None] = mapped_column(comment="rules, or the model and prompt version")
    writer_note: Mapped[str | None] = mapped_column(comment="why the model's words are missing, wholly or in part")
    cost_usd: Mapped[float] = mapped_column(Numeric(12, 6, asdecimal=False), server_default=text("0"))
    input_hash: Mapped[str | None] = mapped_column(comment="of posting, profile, composer version and writer")
    contact: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="best contact at the company, with the reason"
    )
    cv_curation_status: Mapped[str] = curation_status()
    cv_processing_status: Mapped[str] = processing_status()
    __table_args__ = (
        UniqueConstraint("posting_id", "profile_id"),
        *states(curation="cv_curation_status", processing="cv_processing_status"),
        Index("ix_cvs_states", "domain_id", "cv_curation_status", "cv_processing_status"),
        due_index("cvs", "cv_processing_status"),
    )


class LlmCall(Identified, Base):
    """One attempt at a paid call, of a language model or a scraping service: the ledger."""

    __tablename__ = "llm_calls"
    at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)
    purpose: Mapped[str]
    run: Mapped[str | None] = mapped_column(index=True)
    domain: Mapped[str | None] = mapped_column(index=True)
    posting: Mapped[str | None] = mapped_column(index=True)
    tenant: Mapped[str | None]
    provider: Mapped[str]
    model: Mapped[str]
    attempt: Mapped[int] = mapped_column(SmallInteger)
    outcome: Mapped[str] = mapped_column(comment="reserved, ok, cached, refused, lost, or the error's reason")
    reserved_tokens: Mapped[int] = mapped_column(server_default=text("0"))
    reserved_usd: Mapped[float] = mapped_column(Numeric(14, 8, asdecimal=False), server_default=text("0"))
    reservation_expires_at: Mapped[datetime | None]
    input_tokens: Mapped[int | None]
    cached_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    cost_usd: Mapped[float | None] = mapped_column(Numeric(14, 8, asdecimal=False))
    credits_used: Mapped[float | None] = mapped_column(Numeric(14, 2, asdecimal=False), comment="of a scraping service")
    price_version: Mapped[str | None]
    latency_ms: Mapped[float | None]
    trace_id: Mapped[str | None]
    prompt: Mapped[str | None] = mapped_column(comment="only where the setting says so")
    answer: Mapped[str | None] = mapped_column(comment="only where the setting says so")
    __table_args__ = (Index("ix_llm_calls_reserved", "reservation_expires_at", postgresql_where=text("outcome = 'reserved'")),)


class LlmAnswer(Base):
    """The exact cache of model answers."""

    __tablename__ = "llm_answers"
    key: Mapped[str] = mapped_column(primary_key=True, comment="SHA-256 of endpoint, model, prompt version, schema and input")
    answer: Mapped[dict[str, Any]]
    model: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Budget(Identified, Dated, Base):
    """A limit, what was spent under it in its period, and what is reserved."""

    __tablename__ = "budgets"
    scope_kind: Mapped[str] = mapped_column(comment="all, run, domain, posting, purpose, provider, model or tenant")
    scope_key: Mapped[str] = mapped_column(server_default="", comment="empty with a kind: a limit for each key of it")
    period: Mapped[str] = mapped_column(server_default="total")
    unit: Mapped[str]
    limit_amount: Mapped[float] = mapped_column(Numeric(24, 8, asdecimal=False))
    is_soft: Mapped[bool] = mapped_column(server_default=text("false"))
    __table_args__ = (
        UniqueConstraint("scope_kind", "scope_key", "period", "unit"),
        CheckConstraint(_in("period", ("total", "day", "month")), name="period"),
        CheckConstraint(_in("unit", ("tokens", "usd", "credits")), name="unit"),
        CheckConstraint("limit_amount >= 0", name="limit_amount"),
    )


class BudgetSpending(Base):
    """What one budget has spent and reserved for one key in one period; the row that reservations lock."""

    __tablename__ = "budget_spendings"
    budget_id: Mapped[int] = mapped_column(ForeignKey("budgets.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True, comment="the scope's own key where the budget is a limit for each")
    period_start: Mapped[str] = mapped_column(primary_key=True, comment="ISO date of the period's first day; empty for total")
    spent: Mapped[float] = mapped_column(Numeric(24, 8, asdecimal=False), server_default=text("0"))
    reserved: Mapped[float] = mapped_column(Numeric(24, 8, asdecimal=False), server_default=text("0"))
    __table_args__ = (CheckConstraint("reserved >= 0 AND spent >= 0", name="amounts"),)


class BudgetReservation(Identified, Base):
    """An amount set aside for one call until it is settled, released or expires."""

    __tablename__ = "budget_reservations"
    call_id: Mapped[str] = mapped_column(index=True)
    budget_id: Mapped[int] = mapped_column(ForeignKey("budgets.id", ondelete="CASCADE"))
    key: Mapped[str]
    period_start: Mapped[str]
    amount: Mapped[float] = mapped_column(Numeric(24, 8, asdecimal=False))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    counts_if_lost: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="the provider may have charged it: an expired one counts as spent"
    )


class RateLimit(Base):
    """A token bucket shared by all processes."""

    __tablename__ = "rate_limits"
    name: Mapped[str] = mapped_column(primary_key=True, comment="service or service:key")
    tokens: Mapped[float]
    refilled_at: Mapped[datetime] = mapped_column(server_default=NOW)
    blocked_until: Mapped[datetime | None] = mapped_column(comment="Retry-After of the last refusal")


class Breaker(Base):
    """A circuit breaker's state, shared by all processes."""

    __tablename__ = "breakers"
    name: Mapped[str] = mapped_column(primary_key=True, comment="service, or service:host")
    state: Mapped[str] = mapped_column(server_default="closed")
    failure_count: Mapped[int] = mapped_column(server_default=text("0"))
    success_count: Mapped[int] = mapped_column(server_default=text("0"))
    opened_at: Mapped[datetime | None]
    open_until: Mapped[datetime | None] = mapped_column(comment="no call before; a Retry-After may have set it")
    probe_expires_at: Mapped[datetime | None] = mapped_column(comment="a process holds the one probe until then")
    __table_args__ = (CheckConstraint(_in("state", ("closed", "open", "half-open")), name="state"),)


class Progress(Base):
    """What runs now: one row for each run and stage; `heartbeat_at` tells a live run from a dead one."""

    __tablename__ = "progress"
    run: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    total: Mapped[int] = mapped_column(server_default=text("0"))
    done: Mapped[int] = mapped_column(server_default=text("0"))
    message: Mapped[str | None]
    host: Mapped[str | None]
    pid: Mapped[int | None]
    started_at: Mapped[datetime] = mapped_column(server_default=NOW)
    heartbeat_at: Mapped[datetime] = mapped_column(server_default=NOW)
    finished_at: Mapped[datetime | None]


class Event(Identified, Base):
    """Something that happened and that a person may ask about."""

    __tablename__ = "events"
    at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)
    level: Mapped[str] = mapped_column(server_default="info")
    kind: Mapped[str]
    domain_id: Mapped[int | None] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"), index=True)
    subject: Mapped[str | None] = mapped_column(comment="URL or key of the row")
    message: Mapped[str]
    run: Mapped[str | None]


class Alert(Identified, Base):
    """A condition that somebody should know of, who was told, and when it ended."""

    __tablename__ = "alerts"
    key: Mapped[str] = mapped_column(index=True, comment="the condition; one open alert for each")
    severity: Mapped[str] = mapped_column(server_default="warning")
    message: Mapped[str]
    raised_at: Mapped[datetime] = mapped_column(server_default=NOW)
    resolved_at: Mapped[datetime | None]
    told: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    __table_args__ = (Index("uq_alerts_open", "key", unique=True, postgresql_where=text("resolved_at IS NULL")),)


class Visit(Identified, Base):
    """One visit to a domain, sitemap file, page or board; an unfinished one is a lease on the refresh of its subject."""

    __tablename__ = "visits"
    kind: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigInteger)
    domain_id: Mapped[int] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"), index=True)
    run: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(server_default=NOW)
    finished_at: Mapped[datetime | None]
    lease_expires_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None]
    outcome: Mapped[str | None] = mapped_column(comment="new, changed, unchanged, error, or abandoned")
    http_status: Mapped[int | None] = mapped_column(SmallInteger)
    body_bytes: Mapped[int | None] = mapped_column(BigInteger)
    duration_ms: Mapped[float | None]
    error_reason: Mapped[str | None]
    __table_args__ = (
        CheckConstraint(_in("kind", ("domain", "sitemap", "page", "board")), name="kind"),
        Index("ix_visits_subject", "kind", "subject_id", text("id DESC")),
        Index("uq_visits_open", "kind", "subject_id", unique=True, postgresql_where=text("finished_at IS NULL")),
    )


class Host(Base):
    """What is known of a web host: robots, politeness, learned strategy, session."""

    __tablename__ = "hosts"
    host: Mapped[str] = mapped_column(primary_key=True, comment="scheme, host and port as in an origin")
    robots_body: Mapped[bytes | None]
    robots_status: Mapped[str | None] = mapped_column(comment="found, absent (4xx: all allowed) or unreachable (all refused)")
    robots_fetched_at: Mapped[datetime | None]
    crawl_delay_s: Mapped[float | None]
    interval_s: Mapped[float | None] = mapped_column(comment="learned distance between requests; grows on 429 and 503")
    next_request_at: Mapped[datetime | None] = mapped_column(comment="the next free moment; taken by an UPDATE that moves it on")
    blocked_until: Mapped[datetime | None] = mapped_column(comment="Retry-After; no request before it")
    strategy: Mapped[str | None] = mapped_column(comment="what worked here last")
    strategy_credits: Mapped[int | None] = mapped_column(comment="what it cost for one page")
    strategy_learned_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW, onupdate=NOW)


class SiteSession(Base):
    """What a person is logged in with at a company's site, and how to tell that it still holds."""

    __tablename__ = "site_sessions"
    domain_id: Mapped[int] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"), primary_key=True)
    state_sealed: Mapped[bytes] = mapped_column(comment="cookies and storage in Playwright's form, encrypted")
    version: Mapped[int] = mapped_column(server_default=text("1"), comment="a newer one is not overwritten by an older run's")
    probe_url: Mapped[str | None] = mapped_column(comment="a page that shows who is logged in")
    probe_text: Mapped[str | None] = mapped_column(comment="what it says then")
    probe_selector: Mapped[str | None] = mapped_column(comment="CSS selector of what it has then")
    status: Mapped[str] = mapped_column(server_default="unknown")
    checked_at: Mapped[datetime | None]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW, onupdate=NOW)
    __table_args__ = (
        CheckConstraint(_in("status", ("unknown", "logged-in", "logged-out")), name="status"),
        CheckConstraint(
            "(probe_url IS NULL) = (probe_text IS NULL AND probe_selector IS NULL)",
            name="probe",
        ),
    )


class Proxy(Base):
    """The health of one proxy, for all processes; never its password."""

    __tablename__ = "proxies"
    key: Mapped[str] = mapped_column(primary_key=True, comment="SHA-256 of its URL")
    label: Mapped[str] = mapped_column(comment="scheme, host and port")
    failure_count: Mapped[int] = mapped_column(server_default=text("0"), comment="failures in a row")
    rests_until: Mapped[datetime | None] = mapped_column(comment="others are taken before")
    last_error: Mapped[str | None]
    failed_at: Mapped[datetime | None]
    worked_at: Mapped[datetime | None] = mapped_column(comment="first success after a failure")


class Suppression(Identified, Base):
    """Who must not be stored: an address, a domain or a pattern."""

    __tablename__ = "suppressions"
    kind: Mapped[str] = mapped_column(comment="value, domain or pattern")
    value: Mapped[str] = mapped_column(comment="a SHA-256 where erasing may keep no plain value")
    reason: Mapped[str | None]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
    __table_args__ = (
        UniqueConstraint("kind", "value"),
        CheckConstraint(_in("kind", ("value", "hash", "domain", "pattern")), name="kind"),
    )


class AuditEntry(Identified, Base):
    """Who changed what."""

    __tablename__ = "audit_log"
    at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)
    actor: Mapped[str]
    action: Mapped[str]
    table_name: Mapped[str]
    row_count: Mapped[int]
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class Undo(Identified, Base):
    """How to take one audited change back: the old values of the rows it touched."""

    __tablename__ = "undo"
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit_log.id", ondelete="CASCADE"), index=True)
    table_name: Mapped[str]
    row_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    old_values: Mapped[list[Any]]
    undone_at: Mapped[datetime | None]


class Pause(Identified, Base):
    """What rests, and why."""

    __tablename__ = "pauses"
    kind: Mapped[str] = mapped_column(comment="all, stage, domain or service")
    key: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str]
    paused_by: Mapped[str]
    paused_at: Mapped[datetime] = mapped_column(server_default=NOW)
    until: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        CheckConstraint(_in("kind", ("all", "stage", "domain", "service")), name="kind"),
    )


PIPELINE_TABLES = (
    "domains", "sitemap_files", "pages", "page_sitemaps", "page_contents", "extractions", "contacts", "contact_sources",
    "companies", "boards", "postings", "matches", "cvs",
)  # fmt: skip
