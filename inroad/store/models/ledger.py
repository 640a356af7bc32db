"""The guard's ledger: calls to models, budgets, rate limits and circuit breakers.

What does not belong here: queries. Column comments say what a name cannot. All times are aware and UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from inroad.store.models.base import NOW, Base, Dated, Identified, one_of


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
        CheckConstraint(one_of("period", ("total", "day", "month")), name="period"),
        CheckConstraint(one_of("unit", ("tokens", "usd", "credits")), name="unit"),
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
    __table_args__ = (CheckConstraint(one_of("state", ("closed", "open", "half-open")), name="state"),)
