"""What runs, what happened, how a host is treated, and what people decided.

What does not belong here: queries. Column comments say what a name cannot. All times are aware and UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from inroad.store.models.base import NOW, Base, Identified, one_of


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
    """One visit to a domain, sitemap file, page, board or posting; an unfinished one is a lease on the refresh of its subject."""

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
    new_count: Mapped[int | None] = mapped_column(comment="pages of a sitemap, as this reading found them")
    changed_count: Mapped[int | None] = mapped_column(comment="pages of a sitemap, as this reading found them")
    unchanged_count: Mapped[int | None] = mapped_column(comment="pages of a sitemap, as this reading found them")
    gone_count: Mapped[int | None] = mapped_column(comment="pages of a sitemap, as this reading found them")
    __table_args__ = (
        CheckConstraint(one_of("kind", ("domain", "sitemap", "page", "board", "posting")), name="kind"),
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
    holder: Mapped[str | None] = mapped_column(comment="the process that starts requests there now, alone")
    held_until: Mapped[datetime | None] = mapped_column(comment="end of its lease; it mostly gives the host back before")
    wanted_by: Mapped[str | None] = mapped_column(comment="the process that has the host next")
    wanted_until: Mapped[datetime | None] = mapped_column(comment="end of that promise")
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
        CheckConstraint(one_of("status", ("unknown", "logged-in", "logged-out")), name="status"),
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
        CheckConstraint(one_of("kind", ("value", "hash", "domain", "pattern")), name="kind"),
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


class MailDomain(Base):
    """What the DNS said of a mailbox's domain, until it is asked again."""

    __tablename__ = "mail_domains"
    name: Mapped[str] = mapped_column(primary_key=True)
    takes_mail: Mapped[bool] = mapped_column(comment="RFC 5321, section 5.1, and RFC 7505")
    asked_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime] = mapped_column(index=True, comment="from then on the DNS is asked again")


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
        CheckConstraint(one_of("kind", ("all", "stage", "domain", "service")), name="kind"),
    )
