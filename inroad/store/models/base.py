"""What every table stands on: naming, state columns, and the values they may take.

What does not belong here: queries. Column comments say what a name cannot. All times are aware and UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Text,
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


def one_of(column: str, values: tuple[str, ...]) -> str:
    """A check that a column holds one of these values."""
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
        out.append(CheckConstraint(one_of(curation, CURATION_STATES), name=curation))
    if processing:
        out.append(CheckConstraint(one_of(processing, PROCESSING_STATES), name=processing))
        out.append(CheckConstraint("attempts >= 0 AND max_attempts > 0", name="attempts"))
        out.append(CheckConstraint(f"{processing} <> 'Processing' OR lease_expires_at IS NOT NULL", name="lease"))
    return tuple(out)


def due_index(table: str, status: str) -> Index:
    """Index of the rows that a claim may take: highest priority first, then the oldest."""
    return Index(f"ix_{table}_due", text("priority DESC"), "id", postgresql_where=text(f"{status} IN ('Queued', 'Processing')"))
