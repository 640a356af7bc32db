"""Fetching at full strength: a domain's own limits, headers, proxies and strategy, sessions, proxies' health, credits.

Revision ID: 0003
Revises: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STRATEGIES = "fetch_strategy IN ('direct', 'browser', 'scraperapi', 'firecrawl')"
MOMENT = sa.DateTime(timezone=True)


def _domain_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("request_headers_sealed", sa.LargeBinary(), comment="JSON object of headers sent to it, encrypted"),
        sa.Column("request_interval_s", sa.Float(), comment="least seconds between two requests; NULL: the setting"),
        sa.Column("request_concurrency", sa.SmallInteger(), comment="requests in flight in one process; NULL: the setting"),
        sa.Column(
            "proxies_sealed",
            sa.LargeBinary(),
            comment="JSON list of proxy URLs, encrypted; an empty list goes without; NULL: the setting",
        ),
        sa.Column("fetch_strategy", sa.Text(), comment="the one way its pages are fetched; NULL: the cheapest that works"),
    ]


def upgrade() -> None:
    for column in _domain_columns():
        op.add_column("domains", column)
    op.create_check_constraint("request_limits", "domains", "request_interval_s >= 0 AND request_concurrency > 0")
    op.create_check_constraint("fetch_strategy", "domains", STRATEGIES)
    op.add_column(
        "pages",
        sa.Column("fetch_strategy", sa.Text(), comment="the one way it is fetched, before the domain's; NULL: no matter"),
    )
    op.create_check_constraint("fetch_strategy", "pages", STRATEGIES)
    op.add_column("llm_calls", sa.Column("credits_used", sa.Numeric(14, 2), comment="of a scraping service"))
    op.add_column("hosts", sa.Column("strategy_credits", sa.Integer(), comment="what it cost for one page"))
    op.add_column("hosts", sa.Column("strategy_learned_at", MOMENT))
    op.drop_column("hosts", "proxy_health")
    op.drop_column("hosts", "session_encrypted")
    _create_sessions()
    _create_proxies()


def _create_sessions() -> None:
    op.create_table(
        "site_sessions",
        sa.Column("domain_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state_sealed", sa.LargeBinary(), nullable=False, comment="cookies and storage in Playwright's form, encrypted"
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default=sa.text("1"),
            nullable=False,
            comment="a newer one is not overwritten by an older run's",
        ),
        sa.Column("probe_url", sa.Text(), comment="a page that shows who is logged in"),
        sa.Column("probe_text", sa.Text(), comment="what it says then"),
        sa.Column("probe_selector", sa.Text(), comment="CSS selector of what it has then"),
        sa.Column("status", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("checked_at", MOMENT),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('unknown', 'logged-in', 'logged-out')", name="status"),
        sa.CheckConstraint("(probe_url IS NULL) = (probe_text IS NULL AND probe_selector IS NULL)", name="probe"),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_site_sessions_domain_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("domain_id", name=op.f("pk_site_sessions")),
    )


def _create_proxies() -> None:
    op.create_table(
        "proxies",
        sa.Column("key", sa.Text(), nullable=False, comment="SHA-256 of its URL"),
        sa.Column("label", sa.Text(), nullable=False, comment="scheme, host and port"),
        sa.Column("failure_count", sa.Integer(), server_default=sa.text("0"), nullable=False, comment="failures in a row"),
        sa.Column("rests_until", MOMENT, comment="others are taken before"),
        sa.Column("last_error", sa.Text()),
        sa.Column("failed_at", MOMENT),
        sa.Column("worked_at", MOMENT, comment="first success after a failure"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_proxies")),
    )


def downgrade() -> None:
    op.drop_table("proxies")
    op.drop_table("site_sessions")
    op.add_column("hosts", sa.Column("session_encrypted", sa.LargeBinary()))
    op.add_column("hosts", sa.Column("proxy_health", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False))
    op.drop_column("hosts", "strategy_learned_at")
    op.drop_column("hosts", "strategy_credits")
    op.drop_column("llm_calls", "credits_used")
    op.drop_constraint("fetch_strategy", "pages", type_="check")
    op.drop_column("pages", "fetch_strategy")
    op.drop_constraint("fetch_strategy", "domains", type_="check")
    op.drop_constraint("request_limits", "domains", type_="check")
    for column in reversed(_domain_columns()):
        op.drop_column("domains", column.name)
