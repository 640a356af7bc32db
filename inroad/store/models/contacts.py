"""What was found about a company: contacts with their sources, and the company itself.

What does not belong here: queries. Column comments say what a name cannot. All times are aware and UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from inroad.store.models.base import NOW, Base, Curated, Dated, Identified, curation_status, one_of, states


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
        CheckConstraint(one_of("kind", ("email", "phone", "address", "person", "social", "company_id")), name="kind"),
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
