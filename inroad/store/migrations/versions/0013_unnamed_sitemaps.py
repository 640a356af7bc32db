"""Sitemaps that robots.txt names no longer: when a reading of it first lacked them.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


UNNAMED = "the reading of robots.txt that first did not name it; NULL while it does"
SOURCES = "robots, unnamed (by robots.txt, twice), well-known, feed, index, html or manual"
SOURCES_BEFORE = "robots, well-known, feed, index, html or manual"


def upgrade() -> None:
    op.add_column("sitemap_files", sa.Column("unnamed_at", sa.DateTime(timezone=True), comment=UNNAMED))
    op.alter_column("sitemap_files", "source", comment=SOURCES, existing_comment=SOURCES_BEFORE)


def downgrade() -> None:
    # What is retired stays so: to the schema before this one it is a file that no index names.
    op.execute("UPDATE sitemap_files SET source = 'index' WHERE source = 'unnamed'")
    op.alter_column("sitemap_files", "source", comment=SOURCES_BEFORE, existing_comment=SOURCES)
    op.drop_column("sitemap_files", "unnamed_at")
