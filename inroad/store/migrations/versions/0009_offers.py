"""Which CVs and readings a budget or a pause kept from the model: they are offered to it again when it allows.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

REFUSED = "a budget or a pause kept the model from it; offered again when they allow"


def upgrade() -> None:
    for table in ("cvs", "extractions"):
        op.add_column(table, sa.Column("refused_at", sa.DateTime(timezone=True), comment=REFUSED))
        op.create_index(f"ix_{table}_refused", table, ["refused_at"], postgresql_where=sa.text("refused_at IS NOT NULL"))


def downgrade() -> None:
    for table in ("cvs", "extractions"):
        op.drop_index(f"ix_{table}_refused", table)
        op.drop_column(table, "refused_at")
