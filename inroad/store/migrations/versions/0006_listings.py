"""How a company's own list stands to each posting, and marks that are found again when a posting's text changes.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = "listing_state IN ('listed', 'changed', 'missing', 'closed', 'reposted', 'stale')"
KINDS = "kind IN ('must-have', 'gap', 'emphasise', 'ignore', 'note')"
# Postings that are closed or were missed before this revision knew the states.
BACKFILL = """
UPDATE postings SET
  listing_state = CASE WHEN closed_at IS NOT NULL THEN 'closed' WHEN missed_count > 0 THEN 'missing' ELSE 'listed' END,
  listing_since = coalesce(closed_at, first_seen_at)
"""


def _posting_columns() -> list[sa.Column[object]]:
    return [
        sa.Column(
            "listing_state",
            sa.Text(),
            server_default="listed",
            nullable=False,
            comment="how the company's own list stands to it",
        ),
        sa.Column("listing_reason", sa.Text(), comment="one sentence: what changed, or why it is probably stale"),
        sa.Column(
            "listing_since",
            MOMENT,
            server_default=sa.text("now()"),
            nullable=False,
            comment="when it came into this listing state",
        ),
    ]


def _annotation_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("quote", sa.Text(), server_default="", nullable=False, comment="the words that are marked"),
        sa.Column(
            "before", sa.Text(), server_default="", nullable=False, comment="the text before them, to tell equal words apart"
        ),
        sa.Column("after", sa.Text(), server_default="", nullable=False, comment="the text behind them"),
        sa.Column(
            "is_lost",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="the posting no longer says these words",
        ),
        sa.Column("moved_at", MOMENT, comment="when a change of the posting last moved or lost it"),
    ]


def upgrade() -> None:
    for column in _posting_columns():
        op.add_column("postings", column)
    op.execute(BACKFILL)
    op.create_check_constraint("listing_state", "postings", STATES)
    op.create_check_constraint("closed", "postings", "(listing_state = 'closed') = (closed_at IS NOT NULL)")
    for column in _annotation_columns():
        op.add_column("annotations", column)
    op.create_check_constraint("kind", "annotations", KINDS)


def downgrade() -> None:
    op.drop_constraint("kind", "annotations", type_="check")
    for column in reversed(_annotation_columns()):
        op.drop_column("annotations", column.name)
    op.drop_constraint("closed", "postings", type_="check")
    op.drop_constraint("listing_state", "postings", type_="check")
    for column in reversed(_posting_columns()):
        op.drop_column("postings", column.name)
