"""Hosts are taken by one process for a stint.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("hosts", sa.Column("holder", sa.Text(), comment="the process that starts requests there now, alone"))
    op.add_column("hosts", sa.Column("held_until", MOMENT, comment="end of its lease; it mostly gives the host back before"))
    op.add_column("hosts", sa.Column("wanted_by", sa.Text(), comment="the process that has the host next"))
    op.add_column("hosts", sa.Column("wanted_until", MOMENT, comment="end of that promise"))


def downgrade() -> None:
    for name in ("wanted_until", "wanted_by", "held_until", "holder"):
        op.drop_column("hosts", name)
