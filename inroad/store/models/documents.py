"""What is written about the person beside a CV's row: its versions, drafts of letters, drafts of profiles.

What does not belong here: queries, and the CV's own row (`applications`). All times are aware and UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Numeric, SmallInteger, UniqueConstraint, text
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
    processing_status,
    states,
)


class CvVersion(Identified, Base):
    """One version of a CV as it was kept: whoever wrote it, it is never changed."""

    __tablename__ = "cv_versions"
    cv_id: Mapped[int] = mapped_column(ForeignKey("cvs.id", ondelete="CASCADE"))
    version: Mapped[int]
    resume: Mapped[dict[str, Any]]
    evidence: Mapped[dict[str, Any]]
    findings: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    coverage: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    score: Mapped[float | None]
    writer: Mapped[str | None]
    model: Mapped[str | None]
    prompt_version: Mapped[str | None]
    made_by: Mapped[str] = mapped_column(comment="a person, or machine")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
    reason: Mapped[str | None]
    __table_args__ = (UniqueConstraint("cv_id", "version"),)


class OutreachRow(Identified, Curated, Processed, Dated, Base):
    """Drafts of a cover letter and a short message for one CV. Nothing is ever sent."""

    __tablename__ = "outreach"
    STATUS = "outreach_processing_status"
    domain_id: Mapped[int] = mapped_column(ForeignKey("domains.id", ondelete="CASCADE"))
    cv_id: Mapped[int] = mapped_column(ForeignKey("cvs.id", ondelete="CASCADE"), unique=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"), index=True)
    version: Mapped[int] = mapped_column(
        SmallInteger, server_default=text("0"), comment="times it was written; 0 until the first"
    )
    contact: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), comment="to whom, with the reason")
    letter: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="subject, salutation, paragraphs, closing, name; each paragraph with its fact ids"
    )
    message: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), comment="the short message, as the letter")
    findings: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    refused: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"), comment="wordings that the fact gate refused")
    files: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), comment="name to path below the files folder")
    outputs: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="name to URL and SHA-256 in the output folder"
    )
    language: Mapped[str | None]
    writer: Mapped[str | None] = mapped_column(comment="rules, or llm")
    writer_note: Mapped[str | None] = mapped_column(comment="why the model's words are missing, wholly or in part")
    refused_at: Mapped[datetime | None] = mapped_column(
        comment="a budget or a pause kept the model from it; offered again when they allow"
    )
    cost_usd: Mapped[float] = mapped_column(Numeric(12, 6, asdecimal=False), server_default=text("0"))
    input_hash: Mapped[str | None] = mapped_column(comment="of the CV's version, the contact, and what wrote it")
    outreach_curation_status: Mapped[str] = curation_status()
    outreach_processing_status: Mapped[str] = processing_status()
    __table_args__ = (
        *states(curation="outreach_curation_status", processing="outreach_processing_status"),
        Index("ix_outreach_refused", "refused_at", postgresql_where=text("refused_at IS NOT NULL")),
        Index("ix_outreach_states", "domain_id", "outreach_curation_status", "outreach_processing_status"),
        due_index("outreach", "outreach_processing_status"),
    )


class ProfileDraft(Identified, Dated, Base):
    """What was read from a PDF, DOCX or foreign YAML about a person, until that person confirms it."""

    __tablename__ = "profile_drafts"
    name: Mapped[str] = mapped_column(unique=True)
    resume: Mapped[dict[str, Any]]
    unread: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"), comment="lines of the file that were not understood")
    source: Mapped[str] = mapped_column(comment="name of the file, without its folder")
