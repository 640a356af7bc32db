"""Baseline

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("key", sa.Text(), nullable=False, comment="the condition; one open alert for each"),
        sa.Column("severity", sa.Text(), server_default="warning", nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_key"), "alerts", ["key"], unique=False)
    op.create_index("uq_alerts_open", "alerts", ["key"], unique=True, postgresql_where=sa.text("resolved_at IS NULL"))
    op.create_table(
        "audit_log",
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(op.f("ix_audit_log_at"), "audit_log", ["at"], unique=False)
    op.create_table(
        "breakers",
        sa.Column("name", sa.Text(), nullable=False, comment="service, or service:host"),
        sa.Column("state", sa.Text(), server_default="closed", nullable=False),
        sa.Column("failure_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("success_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "open_until", sa.DateTime(timezone=True), nullable=True, comment="no call before; a Retry-After may have set it"
        ),
        sa.Column(
            "probe_expires_at", sa.DateTime(timezone=True), nullable=True, comment="a process holds the one probe until then"
        ),
        sa.CheckConstraint("state IN ('closed', 'open', 'half-open')", name=op.f("ck_breakers_state")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_breakers")),
    )
    op.create_table(
        "budgets",
        sa.Column(
            "scope_kind", sa.Text(), nullable=False, comment="all, run, domain, posting, purpose, provider, model or tenant"
        ),
        sa.Column(
            "scope_key", sa.Text(), server_default="", nullable=False, comment="empty with a kind: a limit for each key of it"
        ),
        sa.Column("period", sa.Text(), server_default="total", nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("limit_amount", sa.Numeric(precision=24, scale=8, asdecimal=False), nullable=False),
        sa.Column("is_soft", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("period IN ('total', 'day', 'month')", name=op.f("ck_budgets_period")),
        sa.CheckConstraint("unit IN ('tokens', 'usd', 'credits')", name=op.f("ck_budgets_unit")),
        sa.CheckConstraint("limit_amount >= 0", name=op.f("ck_budgets_limit_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
        sa.UniqueConstraint(
            "scope_kind", "scope_key", "period", "unit", name=op.f("uq_budgets_scope_kind_scope_key_period_unit")
        ),
    )
    op.create_table(
        "domains",
        sa.Column("name", sa.Text(), nullable=False, comment="registrable domain in lower-case ASCII; the partition key"),
        sa.Column("source", sa.Text(), server_default="manual", nullable=False),
        sa.Column("home_url", sa.Text(), nullable=True, comment="where the home page answered, after redirects"),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="what the home page says of itself",
        ),
        sa.Column(
            "allowed_hosts",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="other hosts whose pages count as this domain's",
        ),
        sa.Column("respect_robots", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("sitemap_curation_status", sa.Text(), server_default="New", nullable=False),
        sa.Column("sitemap_analysis_status", sa.Text(), server_default="Queued", nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("curated_by", sa.Text(), nullable=True, comment="a person, or rule:NAME"),
        sa.Column("curated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("curation_reason", sa.Text(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="higher is claimed first"),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("max_attempts", sa.SmallInteger(), server_default=sa.text("3"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True, comment="one sentence for a person"),
        sa.Column("error_reason", sa.Text(), nullable=True, comment="stable slug of the error"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("name = lower(name) AND name <> ''", name=op.f("ck_domains_name")),
        sa.CheckConstraint(
            "sitemap_analysis_status <> 'Processing' OR lease_expires_at IS NOT NULL", name=op.f("ck_domains_lease")
        ),
        sa.CheckConstraint(
            "sitemap_analysis_status IN ('Waiting', 'Queued', 'Processing', 'Complete', 'Error')",
            name=op.f("ck_domains_sitemap_analysis_status"),
        ),
        sa.CheckConstraint(
            "sitemap_curation_status IN ('New', 'Selected', 'Rejected')", name=op.f("ck_domains_sitemap_curation_status")
        ),
        sa.CheckConstraint("attempts >= 0 AND max_attempts > 0", name=op.f("ck_domains_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domains")),
        sa.UniqueConstraint("name", name=op.f("uq_domains_name")),
    )
    op.create_index(
        "ix_domains_due",
        "domains",
        [sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("sitemap_analysis_status IN ('Queued', 'Processing')"),
    )
    op.create_index("ix_domains_states", "domains", ["sitemap_curation_status", "sitemap_analysis_status"], unique=False)
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text(), nullable=False, comment="scheme, host and port as in an origin"),
        sa.Column("robots_body", sa.LargeBinary(), nullable=True),
        sa.Column(
            "robots_status", sa.Text(), nullable=True, comment="found, absent (4xx: all allowed) or unreachable (all refused)"
        ),
        sa.Column("robots_fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("crawl_delay_s", sa.Double(), nullable=True),
        sa.Column("interval_s", sa.Double(), nullable=True, comment="learned distance between requests; grows on 429 and 503"),
        sa.Column(
            "next_request_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the next free moment; taken by an UPDATE that moves it on",
        ),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True, comment="Retry-After; no request before it"),
        sa.Column("strategy", sa.Text(), nullable=True, comment="what worked here last"),
        sa.Column("proxy_health", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("session_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_table(
        "llm_answers",
        sa.Column("key", sa.Text(), nullable=False, comment="SHA-256 of endpoint, model, prompt version, schema and input"),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_llm_answers")),
    )
    op.create_table(
        "llm_calls",
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=True),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.Column("posting", sa.Text(), nullable=True),
        sa.Column("tenant", sa.Text(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False, comment="reserved, ok, cached, refused, lost, or the error's reason"),
        sa.Column("reserved_tokens", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "reserved_usd", sa.Numeric(precision=14, scale=8, asdecimal=False), server_default=sa.text("0"), nullable=False
        ),
        sa.Column("reservation_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("cached_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("cost_usd", sa.Numeric(precision=14, scale=8, asdecimal=False), nullable=True),
        sa.Column("price_version", sa.Text(), nullable=True),
        sa.Column("latency_ms", sa.Double(), nullable=True),
        sa.Column("trace_id", sa.Text(), nullable=True),
        sa.Column("prompt", sa.Text(), nullable=True, comment="only where the setting says so"),
        sa.Column("answer", sa.Text(), nullable=True, comment="only where the setting says so"),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_llm_calls")),
    )
    op.create_index(op.f("ix_llm_calls_at"), "llm_calls", ["at"], unique=False)
    op.create_index(op.f("ix_llm_calls_domain"), "llm_calls", ["domain"], unique=False)
    op.create_index(
        "ix_llm_calls_reserved",
        "llm_calls",
        ["reservation_expires_at"],
        unique=False,
        postgresql_where=sa.text("outcome = 'reserved'"),
    )
    op.create_index(op.f("ix_llm_calls_run"), "llm_calls", ["run"], unique=False)
    op.create_table(
        "pauses",
        sa.Column("kind", sa.Text(), nullable=False, comment="all, stage, domain or service"),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("paused_by", sa.Text(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("kind IN ('all', 'stage', 'domain', 'service')", name=op.f("ck_pauses_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_pauses_kind_key")),
    )
    op.create_table(
        "profiles",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("resume", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles")),
        sa.UniqueConstraint("name", name=op.f("uq_profiles_name")),
    )
    op.create_index("uq_profiles_default", "profiles", ["is_default"], unique=True, postgresql_where=sa.text("is_default"))
    op.create_table(
        "progress",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("pid", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("run", "stage", name=op.f("pk_progress")),
    )
    op.create_table(
        "rate_limits",
        sa.Column("name", sa.Text(), nullable=False, comment="service or service:key"),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("refilled_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True, comment="Retry-After of the last refusal"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rate_limits")),
    )
    op.create_table(
        "suppressions",
        sa.Column("kind", sa.Text(), nullable=False, comment="value, domain or pattern"),
        sa.Column("value", sa.Text(), nullable=False, comment="a SHA-256 where erasing may keep no plain value"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("kind IN ('value', 'hash', 'domain', 'pattern')", name=op.f("ck_suppressions_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
        sa.UniqueConstraint("kind", "value", name=op.f("uq_suppressions_kind_value")),
    )
    op.create_table(
        "budget_reservations",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=24, scale=8, asdecimal=False), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "counts_if_lost",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="the provider may have charged it: an expired one counts as spent",
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["budget_id"], ["budgets.id"], name=op.f("fk_budget_reservations_budget_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_reservations")),
    )
    op.create_index(op.f("ix_budget_reservations_call_id"), "budget_reservations", ["call_id"], unique=False)
    op.create_index(op.f("ix_budget_reservations_expires_at"), "budget_reservations", ["expires_at"], unique=False)
    op.create_table(
        "budget_spendings",
        sa.Column("budget_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="the scope's own key where the budget is a limit for each"),
        sa.Column("period_start", sa.Text(), nullable=False, comment="ISO date of the period's first day; empty for total"),
        sa.Column("spent", sa.Numeric(precision=24, scale=8, asdecimal=False), server_default=sa.text("0"), nullable=False),
        sa.Column("reserved", sa.Numeric(precision=24, scale=8, asdecimal=False), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("reserved >= 0 AND spent >= 0", name=op.f("ck_budget_spendings_amounts")),
        sa.ForeignKeyConstraint(["budget_id"], ["budgets.id"], name=op.f("fk_budget_spendings_budget_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("budget_id", "key", "period_start", name=op.f("pk_budget_spendings")),
    )
    op.create_table(
        "companies",
        sa.Column("domain_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("legal_name", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="fact name to value, page_url, snippet, method",
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_companies_domain_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companies")),
        sa.UniqueConstraint("domain_id", name=op.f("uq_companies_domain_id")),
    )
    op.create_table(
        "contacts",
        sa.Column("domain_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False, comment="0 to 1"),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("contact_curation_status", sa.Text(), server_default="New", nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("curated_by", sa.Text(), nullable=True, comment="a person, or rule:NAME"),
        sa.Column("curated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("curation_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "contact_curation_status IN ('New', 'Selected', 'Rejected')", name=op.f("ck_contacts_contact_curation_status")
        ),
        sa.CheckConstraint(
            "kind IN ('email', 'phone', 'address', 'person', 'social', 'company_id')", name=op.f("ck_contacts_kind")
        ),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_contacts_confidence")),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_contacts_domain_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("domain_id", "kind", "value", name=op.f("uq_contacts_domain_id_kind_value")),
    )
    op.create_table(
        "events",
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("level", sa.Text(), server_default="info", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("domain_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True, comment="URL or key of the row"),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_events_domain_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_at"), "events", ["at"], unique=False)
    op.create_index(op.f("ix_events_domain_id"), "events", ["domain_id"], unique=False)
    op.create_table(
        "facts",
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("fact_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False, comment="JSON pointer into the resume"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_facts_profile_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("profile_id", "fact_id", name=op.f("pk_facts")),
    )
    op.create_table(
        "pages",
        sa.Column("domain_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="canonical"),
        sa.Column("source", sa.Text(), nullable=False, comment="home, sitemap, link or manual"),
        sa.Column("page_type", sa.Text(), server_default="UNKNOWN", nullable=False),
        sa.Column("priority_level", sa.SmallInteger(), server_default=sa.text("3"), nullable=False),
        sa.Column("classifier_version", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("lastmod", sa.Text(), nullable=True, comment="as the sitemap wrote it"),
        sa.Column("content_hash", sa.Text(), nullable=True, comment="of the newest stored content"),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("http_status", sa.SmallInteger(), nullable=True),
        sa.Column("strategy", sa.Text(), nullable=True, comment="direct, browser, scraperapi or firecrawl"),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "last_seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="last reading of a changed sitemap or page that lists it",
        ),
        sa.Column(
            "missed_count",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="complete readings in a row without it",
        ),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True, comment="set after two complete readings without it"),
        sa.Column("page_curation_status", sa.Text(), server_default="New", nullable=False),
        sa.Column("page_processing_status", sa.Text(), server_default="Waiting", nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("curated_by", sa.Text(), nullable=True, comment="a person, or rule:NAME"),
        sa.Column("curated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("curation_reason", sa.Text(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="higher is claimed first"),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("max_attempts", sa.SmallInteger(), server_default=sa.text("3"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True, comment="one sentence for a person"),
        sa.Column("error_reason", sa.Text(), nullable=True, comment="stable slug of the error"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("page_curation_status IN ('New', 'Selected', 'Rejected')", name=op.f("ck_pages_page_curation_status")),
        sa.CheckConstraint("page_processing_status <> 'Processing' OR lease_expires_at IS NOT NULL", name=op.f("ck_pages_lease")),
        sa.CheckConstraint(
            "page_processing_status IN ('Waiting', 'Queued', 'Processing', 'Complete', 'Error')",
            name=op.f("ck_pages_page_processing_status"),
        ),
        sa.CheckConstraint(
            "page_type IN ('CONTACT_ROOT', 'CONTACT', 'ABOUT', 'TEAM', 'IMPRINT', 'CAREERS', 'POSTING', 'LEGAL', 'PRODUCT', 'BLOG', 'HOME', 'UNKNOWN')",
            name=op.f("ck_pages_page_type"),
        ),
        sa.CheckConstraint("attempts >= 0 AND max_attempts > 0", name=op.f("ck_pages_attempts")),
        sa.CheckConstraint("priority_level BETWEEN 1 AND 3", name=op.f("ck_pages_priority_level")),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_pages_domain_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sa.UniqueConstraint("url", name=op.f("uq_pages_url")),
    )
    op.create_index("ix_pages_curation", "pages", ["page_curation_status", "page_processing_status", "page_type"], unique=False)
    op.create_index(
        "ix_pages_due",
        "pages",
        [sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("page_processing_status IN ('Queued', 'Processing')"),
    )
    op.create_index("ix_pages_states", "pages", ["domain_id", "page_curation_status", "page_processing_status"], unique=False)
    op.create_table(
        "sitemap_files",
        sa.Column("domain_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column(
            "depth", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="levels below the first sitemap"
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="robots, well-known, feed, index or manual"),
        sa.Column("kind", sa.Text(), nullable=True, comment="index, urlset, text, rss, atom or json-feed; NULL until read"),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("url_count", sa.Integer(), nullable=True),
        sa.Column("body_bytes", sa.BigInteger(), nullable=True),
        sa.Column(
            "is_truncated",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="the document ended early; what was whole was kept",
        ),
        sa.Column("sitemap_curation_status", sa.Text(), server_default="New", nullable=False),
        sa.Column("sitemap_import_status", sa.Text(), server_default="Queued", nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("curated_by", sa.Text(), nullable=True, comment="a person, or rule:NAME"),
        sa.Column("curated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("curation_reason", sa.Text(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="higher is claimed first"),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("max_attempts", sa.SmallInteger(), server_default=sa.text("3"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True, comment="one sentence for a person"),
        sa.Column("error_reason", sa.Text(), nullable=True, comment="stable slug of the error"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "sitemap_curation_status IN ('New', 'Selected', 'Rejected')", name=op.f("ck_sitemap_files_sitemap_curation_status")
        ),
        sa.CheckConstraint(
            "sitemap_import_status <> 'Processing' OR lease_expires_at IS NOT NULL", name=op.f("ck_sitemap_files_lease")
        ),
        sa.CheckConstraint(
            "sitemap_import_status IN ('Waiting', 'Queued', 'Processing', 'Complete', 'Error')",
            name=op.f("ck_sitemap_files_sitemap_import_status"),
        ),
        sa.CheckConstraint("attempts >= 0 AND max_attempts > 0", name=op.f("ck_sitemap_files_attempts")),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_sitemap_files_domain_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["parent_id"], ["sitemap_files.id"], name=op.f("fk_sitemap_files_parent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitemap_files")),
        sa.UniqueConstraint("domain_id", "url", name=op.f("uq_sitemap_files_domain_id_url")),
    )
    op.create_index(
        "ix_sitemap_files_due",
        "sitemap_files",
        [sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("sitemap_import_status IN ('Queued', 'Processing')"),
    )
    op.create_index(op.f("ix_sitemap_files_parent_id"), "sitemap_files", ["parent_id"], unique=False)
    op.create_index("ix_sitemap_files_states", "sitemap_files", ["domain_id", "sitemap_import_status"], unique=False)
    op.create_table(
        "undo",
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("old_values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit_log.id"], name=op.f("fk_undo_audit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undo")),
    )
    op.create_index(op.f("ix_undo_audit_id"), "undo", ["audit_id"], unique=False)
    op.create_table(
        "visits",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("domain_id", sa.BigInteger(), nullable=False),
        sa.Column("run", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True, comment="new, changed, unchanged, error, or abandoned"),
        sa.Column("http_status", sa.SmallInteger(), nullable=True),
        sa.Column("body_bytes", sa.BigInteger(), nullable=True),
        sa.Column("duration_ms", sa.Double(), nullable=True),
        sa.Column("error_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("kind IN ('domain', 'sitemap', 'page', 'board')", name=op.f("ck_visits_kind")),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_visits_domain_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index(op.f("ix_visits_domain_id"), "visits", ["domain_id"], unique=False)
    op.create_index("ix_visits_subject", "visits", ["kind", "subject_id", sa.literal_column("id DESC")], unique=False)
    op.create_index(
        "uq_visits_open", "visits", ["kind", "subject_id"], unique=True, postgresql_where=sa.text("finished_at IS NULL")
    )
    op.create_table(
        "boards",
        sa.Column("domain_id", sa.BigInteger(), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="as the page linked it"),
        sa.Column("api_url", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("posting_count", sa.Integer(), nullable=True),
        sa.Column("board_import_status", sa.Text(), server_default="Queued", nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="higher is claimed first"),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("max_attempts", sa.SmallInteger(), server_default=sa.text("3"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True, comment="one sentence for a person"),
        sa.Column("error_reason", sa.Text(), nullable=True, comment="stable slug of the error"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("board_import_status <> 'Processing' OR lease_expires_at IS NOT NULL", name=op.f("ck_boards_lease")),
        sa.CheckConstraint(
            "board_import_status IN ('Waiting', 'Queued', 'Processing', 'Complete', 'Error')",
            name=op.f("ck_boards_board_import_status"),
        ),
        sa.CheckConstraint("attempts >= 0 AND max_attempts > 0", name=op.f("ck_boards_attempts")),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_boards_domain_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_boards_page_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boards")),
        sa.UniqueConstraint("domain_id", "provider", "token", name=op.f("uq_boards_domain_id_provider_token")),
    )
    op.create_index(
        "ix_boards_due",
        "boards",
        [sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("board_import_status IN ('Queued', 'Processing')"),
    )
    op.create_table(
        "contact_sources",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("snippet", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("extractor_version", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_contact_sources_contact_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_contact_sources_page_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_sources")),
        sa.UniqueConstraint(
            "contact_id", "page_id", "method", "position", name=op.f("uq_contact_sources_contact_id_page_id_method_position")
        ),
    )
    op.create_index(op.f("ix_contact_sources_page_id"), "contact_sources", ["page_id"], unique=False)
    op.create_table(
        "page_contents",
        sa.Column("domain_id", sa.BigInteger(), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 for the first content of the page"),
        sa.Column("fetched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("credits_used", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("http_status", sa.SmallInteger(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column(
            "http_facts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="headers worth keeping, redirects, duration",
        ),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False, comment="SHA-256 of the body, hexadecimal"),
        sa.Column("body_bytes", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False, comment="readable text"),
        sa.Column("html_zlib", sa.LargeBinary(), nullable=False, comment="the decoded document as UTF-8, zlib-compressed"),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_page_contents_domain_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_page_contents_page_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_contents")),
        sa.UniqueConstraint("page_id", "version", name=op.f("uq_page_contents_page_id_version")),
    )
    op.create_index(op.f("ix_page_contents_domain_id"), "page_contents", ["domain_id"], unique=False)
    op.create_table(
        "page_sitemaps",
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("sitemap_file_id", sa.BigInteger(), nullable=False),
        sa.Column("lastmod", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_page_sitemaps_page_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["sitemap_file_id"], ["sitemap_files.id"], name=op.f("fk_page_sitemaps_sitemap_file_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("page_id", "sitemap_file_id", name=op.f("pk_page_sitemaps")),
    )
    op.create_index(op.f("ix_page_sitemaps_sitemap_file_id"), "page_sitemaps", ["sitemap_file_id"], unique=False)
    op.create_table(
        "extractions",
        sa.Column("domain_id", sa.BigInteger(), nullable=False),
        sa.Column("page_content_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("extractor_version", sa.Text(), nullable=True),
        sa.Column("found_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("extraction_status", sa.Text(), server_default="Queued", nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="higher is claimed first"),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("max_attempts", sa.SmallInteger(), server_default=sa.text("3"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True, comment="one sentence for a person"),
        sa.Column("error_reason", sa.Text(), nullable=True, comment="stable slug of the error"),
        sa.CheckConstraint(
            "extraction_status <> 'Processing' OR lease_expires_at IS NOT NULL", name=op.f("ck_extractions_lease")
        ),
        sa.CheckConstraint(
            "extraction_status IN ('Waiting', 'Queued', 'Processing', 'Complete', 'Error')",
            name=op.f("ck_extractions_extraction_status"),
        ),
        sa.CheckConstraint("kind IN ('contacts', 'companies', 'postings')", name=op.f("ck_extractions_kind")),
        sa.CheckConstraint("attempts >= 0 AND max_attempts > 0", name=op.f("ck_extractions_attempts")),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_extractions_domain_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["page_content_id"], ["page_contents.id"], name=op.f("fk_extractions_page_content_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extractions")),
        sa.UniqueConstraint("page_content_id", "kind", name=op.f("uq_extractions_page_content_id_kind")),
    )
    op.create_index(
        "ix_extractions_due",
        "extractions",
        [sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("extraction_status IN ('Queued', 'Processing')"),
    )
    op.create_index("ix_extractions_states", "extractions", ["domain_id", "kind", "extraction_status"], unique=False)
    op.create_table(
        "postings",
        sa.Column("domain_id", sa.BigInteger(), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=True),
        sa.Column("board_id", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("remote", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("posted_on", sa.Text(), nullable=True),
        sa.Column("valid_through", sa.Text(), nullable=True),
        sa.Column("salary", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("employment_type", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "structured",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="sections and requirements with spans",
        ),
        sa.Column(
            "content_hash", sa.Text(), nullable=False, comment="of what the posting says; a change queues it for matching again"
        ),
        sa.Column("extractor_version", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("missed_count", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True, comment="set after two complete readings without it"),
        sa.Column("posting_curation_status", sa.Text(), server_default="New", nullable=False),
        sa.Column("posting_processing_status", sa.Text(), server_default="Queued", nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("curated_by", sa.Text(), nullable=True, comment="a person, or rule:NAME"),
        sa.Column("curated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("curation_reason", sa.Text(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="higher is claimed first"),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("max_attempts", sa.SmallInteger(), server_default=sa.text("3"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True, comment="one sentence for a person"),
        sa.Column("error_reason", sa.Text(), nullable=True, comment="stable slug of the error"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "posting_curation_status IN ('New', 'Selected', 'Rejected')", name=op.f("ck_postings_posting_curation_status")
        ),
        sa.CheckConstraint(
            "posting_processing_status <> 'Processing' OR lease_expires_at IS NOT NULL", name=op.f("ck_postings_lease")
        ),
        sa.CheckConstraint(
            "posting_processing_status IN ('Waiting', 'Queued', 'Processing', 'Complete', 'Error')",
            name=op.f("ck_postings_posting_processing_status"),
        ),
        sa.CheckConstraint("attempts >= 0 AND max_attempts > 0", name=op.f("ck_postings_attempts")),
        sa.ForeignKeyConstraint(["board_id"], ["boards.id"], name=op.f("fk_postings_board_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_postings_domain_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_postings_page_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
        sa.UniqueConstraint("domain_id", "key", name=op.f("uq_postings_domain_id_key")),
    )
    op.create_index(op.f("ix_postings_board_id"), "postings", ["board_id"], unique=False)
    op.create_index(
        "ix_postings_due",
        "postings",
        [sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("posting_processing_status IN ('Queued', 'Processing')"),
    )
    op.create_index(op.f("ix_postings_page_id"), "postings", ["page_id"], unique=False)
    op.create_index(
        "ix_postings_states", "postings", ["domain_id", "posting_curation_status", "posting_processing_status"], unique=False
    )
    op.create_table(
        "annotations",
        sa.Column("posting_id", sa.BigInteger(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="must-have, gap, emphasise, ignore or note"),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("span_start >= 0 AND span_end > span_start", name=op.f("ck_annotations_span")),
        sa.ForeignKeyConstraint(["posting_id"], ["postings.id"], name=op.f("fk_annotations_posting_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotations")),
    )
    op.create_index(op.f("ix_annotations_posting_id"), "annotations", ["posting_id"], unique=False)
    op.create_table(
        "cvs",
        sa.Column("domain_id", sa.BigInteger(), nullable=False),
        sa.Column("posting_id", sa.BigInteger(), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="times it was written; 0 until the first",
        ),
        sa.Column("resume", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column(
            "evidence",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="JSON pointer to fact ids",
        ),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column(
            "files",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="format to path below the files folder",
        ),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("writer", sa.Text(), nullable=True, comment="rules, or the model and prompt version"),
        sa.Column("cost_usd", sa.Numeric(precision=12, scale=6, asdecimal=False), server_default=sa.text("0"), nullable=False),
        sa.Column("input_hash", sa.Text(), nullable=True, comment="of posting, profile, composer version and writer"),
        sa.Column(
            "contact",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="best contact at the company, with the reason",
        ),
        sa.Column("cv_curation_status", sa.Text(), server_default="New", nullable=False),
        sa.Column("cv_processing_status", sa.Text(), server_default="Queued", nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("curated_by", sa.Text(), nullable=True, comment="a person, or rule:NAME"),
        sa.Column("curated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("curation_reason", sa.Text(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="higher is claimed first"),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("max_attempts", sa.SmallInteger(), server_default=sa.text("3"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True, comment="one sentence for a person"),
        sa.Column("error_reason", sa.Text(), nullable=True, comment="stable slug of the error"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("cv_curation_status IN ('New', 'Selected', 'Rejected')", name=op.f("ck_cvs_cv_curation_status")),
        sa.CheckConstraint("cv_processing_status <> 'Processing' OR lease_expires_at IS NOT NULL", name=op.f("ck_cvs_lease")),
        sa.CheckConstraint(
            "cv_processing_status IN ('Waiting', 'Queued', 'Processing', 'Complete', 'Error')",
            name=op.f("ck_cvs_cv_processing_status"),
        ),
        sa.CheckConstraint("attempts >= 0 AND max_attempts > 0", name=op.f("ck_cvs_attempts")),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_cvs_domain_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["posting_id"], ["postings.id"], name=op.f("fk_cvs_posting_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_cvs_profile_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cvs")),
        sa.UniqueConstraint("posting_id", "profile_id", name=op.f("uq_cvs_posting_id_profile_id")),
    )
    op.create_index(
        "ix_cvs_due",
        "cvs",
        [sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("cv_processing_status IN ('Queued', 'Processing')"),
    )
    op.create_index(op.f("ix_cvs_profile_id"), "cvs", ["profile_id"], unique=False)
    op.create_index("ix_cvs_states", "cvs", ["domain_id", "cv_curation_status", "cv_processing_status"], unique=False)
    op.create_table(
        "matches",
        sa.Column("posting_id", sa.BigInteger(), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("domain_id", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False, comment="0 to 100"),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="what the score is made of"),
        sa.Column(
            "requirements",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="each: text, covered, weak or missing, evidence fact ids, reason",
        ),
        sa.Column("input_hash", sa.Text(), nullable=False, comment="of posting, profile and matcher version"),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_matches_score")),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_matches_domain_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["posting_id"], ["postings.id"], name=op.f("fk_matches_posting_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_matches_profile_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
        sa.UniqueConstraint("posting_id", "profile_id", name=op.f("uq_matches_posting_id_profile_id")),
    )
    op.create_index(op.f("ix_matches_domain_id"), "matches", ["domain_id"], unique=False)
    op.create_index(op.f("ix_matches_profile_id"), "matches", ["profile_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_matches_profile_id"), table_name="matches")
    op.drop_index(op.f("ix_matches_domain_id"), table_name="matches")
    op.drop_table("matches")
    op.drop_index("ix_cvs_states", table_name="cvs")
    op.drop_index(op.f("ix_cvs_profile_id"), table_name="cvs")
    op.drop_index("ix_cvs_due", table_name="cvs", postgresql_where=sa.text("cv_processing_status IN ('Queued', 'Processing')"))
    op.drop_table("cvs")
    op.drop_index(op.f("ix_annotations_posting_id"), table_name="annotations")
    op.drop_table("annotations")
    op.drop_index("ix_postings_states", table_name="postings")
    op.drop_index(op.f("ix_postings_page_id"), table_name="postings")
    op.drop_index(
        "ix_postings_due",
        table_name="postings",
        postgresql_where=sa.text("posting_processing_status IN ('Queued', 'Processing')"),
    )
    op.drop_index(op.f("ix_postings_board_id"), table_name="postings")
    op.drop_table("postings")
    op.drop_index("ix_extractions_states", table_name="extractions")
    op.drop_index(
        "ix_extractions_due", table_name="extractions", postgresql_where=sa.text("extraction_status IN ('Queued', 'Processing')")
    )
    op.drop_table("extractions")
    op.drop_index(op.f("ix_page_sitemaps_sitemap_file_id"), table_name="page_sitemaps")
    op.drop_table("page_sitemaps")
    op.drop_index(op.f("ix_page_contents_domain_id"), table_name="page_contents")
    op.drop_table("page_contents")
    op.drop_index(op.f("ix_contact_sources_page_id"), table_name="contact_sources")
    op.drop_table("contact_sources")
    op.drop_index(
        "ix_boards_due", table_name="boards", postgresql_where=sa.text("board_import_status IN ('Queued', 'Processing')")
    )
    op.drop_table("boards")
    op.drop_index("uq_visits_open", table_name="visits", postgresql_where=sa.text("finished_at IS NULL"))
    op.drop_index("ix_visits_subject", table_name="visits")
    op.drop_index(op.f("ix_visits_domain_id"), table_name="visits")
    op.drop_table("visits")
    op.drop_index(op.f("ix_undo_audit_id"), table_name="undo")
    op.drop_table("undo")
    op.drop_index("ix_sitemap_files_states", table_name="sitemap_files")
    op.drop_index(op.f("ix_sitemap_files_parent_id"), table_name="sitemap_files")
    op.drop_index(
        "ix_sitemap_files_due",
        table_name="sitemap_files",
        postgresql_where=sa.text("sitemap_import_status IN ('Queued', 'Processing')"),
    )
    op.drop_table("sitemap_files")
    op.drop_index("ix_pages_states", table_name="pages")
    op.drop_index(
        "ix_pages_due", table_name="pages", postgresql_where=sa.text("page_processing_status IN ('Queued', 'Processing')")
    )
    op.drop_index("ix_pages_curation", table_name="pages")
    op.drop_table("pages")
    op.drop_table("facts")
    op.drop_index(op.f("ix_events_domain_id"), table_name="events")
    op.drop_index(op.f("ix_events_at"), table_name="events")
    op.drop_table("events")
    op.drop_table("contacts")
    op.drop_table("companies")
    op.drop_table("budget_spendings")
    op.drop_index(op.f("ix_budget_reservations_expires_at"), table_name="budget_reservations")
    op.drop_index(op.f("ix_budget_reservations_call_id"), table_name="budget_reservations")
    op.drop_table("budget_reservations")
    op.drop_table("suppressions")
    op.drop_table("rate_limits")
    op.drop_table("progress")
    op.drop_index("uq_profiles_default", table_name="profiles", postgresql_where=sa.text("is_default"))
    op.drop_table("profiles")
    op.drop_table("pauses")
    op.drop_index(op.f("ix_llm_calls_run"), table_name="llm_calls")
    op.drop_index("ix_llm_calls_reserved", table_name="llm_calls", postgresql_where=sa.text("outcome = 'reserved'"))
    op.drop_index(op.f("ix_llm_calls_domain"), table_name="llm_calls")
    op.drop_index(op.f("ix_llm_calls_at"), table_name="llm_calls")
    op.drop_table("llm_calls")
    op.drop_table("llm_answers")
    op.drop_table("hosts")
    op.drop_index("ix_domains_states", table_name="domains")
    op.drop_index(
        "ix_domains_due", table_name="domains", postgresql_where=sa.text("sitemap_analysis_status IN ('Queued', 'Processing')")
    )
    op.drop_table("domains")
    op.drop_table("budgets")
    op.drop_table("breakers")
    op.drop_index(op.f("ix_audit_log_at"), table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_index("uq_alerts_open", table_name="alerts", postgresql_where=sa.text("resolved_at IS NULL"))
    op.drop_index(op.f("ix_alerts_key"), table_name="alerts")
    op.drop_table("alerts")
