"""From posting to application: boards, postings, profiles with their facts, annotations, matches and CVs.

What does not belong here: queries. Column comments say what a name cannot. All times are aware and UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inroad.store.models.base import (
    NOW,
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

LISTING_STATES = ("listed", "changed", "missing", "closed", "reposted", "stale")
MARK_KINDS = ("must-have", "gap", "emphasise", "ignore", "note")


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
    listing_state: Mapped[str] = mapped_column(server_default="listed", comment="how the company's own list stands to it")
    listing_reason: Mapped[str | None] = mapped_column(comment="one sentence: what changed, or why it is probably stale")
    listing_since: Mapped[datetime] = mapped_column(server_default=NOW, comment="when it came into this listing state")
    refused_at: Mapped[datetime | None] = mapped_column(
        comment="a budget or a pause kept the model from it; offered again when they allow"
    )
    posting_curation_status: Mapped[str] = curation_status()
    posting_processing_status: Mapped[str] = processing_status()
    __table_args__ = (
        UniqueConstraint("domain_id", "key"),
        *states(curation="posting_curation_status", processing="posting_processing_status"),
        CheckConstraint(one_of("listing_state", LISTING_STATES), name="listing_state"),
        CheckConstraint("(listing_state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        Index("ix_postings_refused", "refused_at", postgresql_where=text("refused_at IS NOT NULL")),
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
    quote: Mapped[str] = mapped_column(server_default="", comment="the words that are marked")
    before: Mapped[str] = mapped_column(server_default="", comment="the text before them, to tell equal words apart")
    after: Mapped[str] = mapped_column(server_default="", comment="the text behind them")
    is_lost: Mapped[bool] = mapped_column(server_default=text("false"), comment="the posting no longer says these words")
    moved_at: Mapped[datetime | None] = mapped_column(comment="when a change of the posting last moved or lost it")
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
    __table_args__ = (
        CheckConstraint("span_start >= 0 AND span_end > span_start", name="span"),
        CheckConstraint(one_of("kind", MARK_KINDS), name="kind"),
    )


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
    refused_at: Mapped[datetime | None] = mapped_column(
        comment="a budget or a pause kept the model from it; offered again when they allow"
    )
    cost_usd: Mapped[float] = mapped_column(Numeric(12, 6, asdecimal=False), server_default=text("0"))
    input_hash: Mapped[str | None] = mapped_column(comment="of posting, profile, composer version and writer")
    contact: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="best contact at the company, with the reason"
    )
    coverage: Mapped[list[Any]] = mapped_column(
        server_default=text("'[]'"), comment="each requirement, and where the document answers it"
    )
    notes: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"), comment="what a person should know")
    refused: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"), comment="wordings that the fact gate refused")
    language: Mapped[str | None]
    word_count: Mapped[int | None]
    model: Mapped[str | None] = mapped_column(comment="name of the language model that worded it")
    prompt_version: Mapped[str | None]
    made_with: Mapped[str | None] = mapped_column(comment="composer version, template, paper and wanted words")
    outputs: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="format to URL and SHA-256 in the output folder"
    )
    edited_by: Mapped[str | None] = mapped_column(comment="whose edit it is; the machine never writes over it")
    edited_at: Mapped[datetime | None]
    cv_curation_status: Mapped[str] = curation_status()
    cv_processing_status: Mapped[str] = processing_status()
    __table_args__ = (
        UniqueConstraint("posting_id", "profile_id"),
        *states(curation="cv_curation_status", processing="cv_processing_status"),
        Index("ix_cvs_refused", "refused_at", postgresql_where=text("refused_at IS NOT NULL")),
        Index("ix_cvs_states", "domain_id", "cv_curation_status", "cv_processing_status"),
        due_index("cvs", "cv_processing_status"),
    )
