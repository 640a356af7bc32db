"""Versions of CVs, drafts of letters and messages, drafts of profiles; what a CV's row says of how it was made.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "cvs",
        sa.Column(
            "coverage",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="each requirement, and where the document answers it",
        ),
    )
    op.add_column(
        "cvs",
        sa.Column(
            "notes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="what a person should know",
        ),
    )
    op.add_column(
        "cvs",
        sa.Column(
            "refused",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="wordings that the fact gate refused",
        ),
    )
    op.add_column("cvs", sa.Column("language", sa.Text(), nullable=True))
    op.add_column("cvs", sa.Column("word_count", sa.Integer(), nullable=True))
    op.add_column("cvs", sa.Column("model", sa.Text(), nullable=True, comment="name of the language model that worded it"))
    op.add_column("cvs", sa.Column("prompt_version", sa.Text(), nullable=True))
    op.add_column(
        "cvs", sa.Column("made_with", sa.Text(), nullable=True, comment="composer version, template, paper and wanted words")
    )
    op.add_column(
        "cvs",
        sa.Column(
            "outputs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="format to URL and SHA-256 in the output folder",
        ),
    )
    op.add_column(
        "cvs", sa.Column("edited_by", sa.Text(), nullable=True, comment="whose edit it is; the machine never writes over it")
    )
    op.add_column("cvs", sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "cv_versions",
        sa.Column("cv_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("resume", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("coverage", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("writer", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("prompt_version", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False, comment="a person, or machine"),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["cv_id"], ["cvs.id"], name=op.f("fk_cv_versions_cv_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cv_versions")),
        sa.UniqueConstraint("cv_id", "version", name=op.f("uq_cv_versions_cv_id_version")),
    )
    op.create_table(
        "outreach",
        sa.Column("domain_id", sa.BigInteger(), nullable=False),
        sa.Column("cv_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "version",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="times it was written; 0 until the first",
        ),
        sa.Column(
            "contact",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="to whom, with the reason",
        ),
        sa.Column(
            "letter",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="subject, salutation, paragraphs, closing, name; each paragraph with its fact ids",
        ),
        sa.Column(
            "message",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="the short message, as the letter",
        ),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column(
            "refused",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="wordings that the fact gate refused",
        ),
        sa.Column(
            "files",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="name to path below the files folder",
        ),
        sa.Column(
            "outputs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="name to URL and SHA-256 in the output folder",
        ),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("writer", sa.Text(), nullable=True, comment="rules, or llm"),
        sa.Column("writer_note", sa.Text(), nullable=True, comment="why the model's words are missing, wholly or in part"),
        sa.Column("cost_usd", sa.Numeric(precision=12, scale=6, asdecimal=False), server_default=sa.text("0"), nullable=False),
        sa.Column("input_hash", sa.Text(), nullable=True, comment="of the CV's version, the contact, and what wrote it"),
        sa.Column("outreach_curation_status", sa.Text(), server_default="New", nullable=False),
        sa.Column("outreach_processing_status", sa.Text(), server_default="Queued", nullable=False),
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
            "outreach_curation_status IN ('New', 'Selected', 'Rejected')", name=op.f("ck_outreach_outreach_curation_status")
        ),
        sa.CheckConstraint(
            "outreach_processing_status <> 'Processing' OR lease_expires_at IS NOT NULL", name=op.f("ck_outreach_lease")
        ),
        sa.CheckConstraint(
            "outreach_processing_status IN ('Waiting', 'Queued', 'Processing', 'Complete', 'Error')",
            name=op.f("ck_outreach_outreach_processing_status"),
        ),
        sa.CheckConstraint("attempts >= 0 AND max_attempts > 0", name=op.f("ck_outreach_attempts")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_outreach_contact_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["cv_id"], ["cvs.id"], name=op.f("fk_outreach_cv_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["domain_id"], ["domains.id"], name=op.f("fk_outreach_domain_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreach")),
        sa.UniqueConstraint("cv_id", name=op.f("uq_outreach_cv_id")),
    )
    op.create_index(op.f("ix_outreach_contact_id"), "outreach", ["contact_id"], unique=False)
    op.create_index(
        "ix_outreach_due",
        "outreach",
        [sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("outreach_processing_status IN ('Queued', 'Processing')"),
    )
    op.create_index(
        "ix_outreach_states", "outreach", ["domain_id", "outreach_curation_status", "outreach_processing_status"], unique=False
    )
    op.create_table(
        "profile_drafts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("resume", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "unread",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="lines of the file that were not understood",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="name of the file, without its folder"),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_drafts")),
        sa.UniqueConstraint("name", name=op.f("uq_profile_drafts_name")),
    )


def downgrade() -> None:
    op.drop_table("profile_drafts")
    op.drop_table("outreach")
    op.drop_table("cv_versions")
    op.drop_column("cvs", "edited_at")
    op.drop_column("cvs", "edited_by")
    op.drop_column("cvs", "outputs")
    op.drop_column("cvs", "made_with")
    op.drop_column("cvs", "prompt_version")
    op.drop_column("cvs", "model")
    op.drop_column("cvs", "word_count")
    op.drop_column("cvs", "language")
    op.drop_column("cvs", "refused")
    op.drop_column("cvs", "notes")
    op.drop_column("cvs", "coverage")
