"""Visits to postings: those that a person handed over by address are read again like pages and boards.

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KINDS = "kind IN ('domain', 'sitemap', 'page', 'board', 'posting')"
KINDS_BEFORE = "kind IN ('domain', 'sitemap', 'page', 'board')"


def upgrade() -> None:
    op.drop_constraint("kind", "visits", type_="check")
    op.create_check_constraint("kind", "visits", KINDS)


def downgrade() -> None:
    op.execute("DELETE FROM visits WHERE kind = 'posting'")
    op.drop_constraint("kind", "visits", type_="check")
    op.create_check_constraint("kind", "visits", KINDS_BEFORE)
