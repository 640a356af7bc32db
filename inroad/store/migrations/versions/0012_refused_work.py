"""Postings and letters that a budget or a pause kept from the model; and what the DNS said of mail domains.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

REFUSED = "a budget or a pause kept the model from it; offered again when they allow"
TABLES = ("postings", "outreach")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("refused_at", MOMENT, comment=REFUSED))
        op.create_index(f"ix_{table}_refused", table, ["refused_at"], postgresql_where=sa.text("refused_at IS NOT NULL"))
    op.create_table(
        "mail_domains",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("takes_mail", sa.Boolean(), nullable=False, comment="RFC 5321, section 5.1, and RFC 7505"),
        sa.Column("asked_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False, comment="from then on the DNS is asked again"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mail_domains")),
    )
    op.create_index("ix_mail_domains_expires_at", "mail_domains", ["expires_at"])


def downgrade() -> None:
    op.drop_table("mail_domains")
    for table in TABLES:
        op.drop_index(f"ix_{table}_refused", table)
        op.drop_column(table, "refused_at")
