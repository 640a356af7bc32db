"""Discovery at scale: searching URLs, an index's lastmods, what changed, and what is missed.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from inroad.guard.errors import UserError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PENDING = sa.text("page_processing_status IN ('Queued', 'Processing')")
MISSED = sa.text("missed_count > 0 AND gone_at IS NULL")

# One statement for each statement that adds or removes pages, whoever issues it; a page's URL never changes.
TRIGGERS = (
    """
    CREATE FUNCTION page_urls_add() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO page_urls (page_id, url) SELECT id, url FROM added;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION page_urls_remove() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM page_urls WHERE page_id IN (SELECT id FROM removed);
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION page_urls_empty() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        TRUNCATE page_urls;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER page_urls_add AFTER INSERT ON pages REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION page_urls_add()
    """,
    """
    CREATE TRIGGER page_urls_remove AFTER DELETE ON pages REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION page_urls_remove()
    """,
    "CREATE TRIGGER page_urls_empty AFTER TRUNCATE ON pages FOR EACH STATEMENT EXECUTE FUNCTION page_urls_empty()",
)


COMMENTS = {
    "source": ("robots, well-known, feed, index or manual", "robots, well-known, feed, index, html or manual"),
    "kind": (
        "index, urlset, text, rss, atom or json-feed; NULL until read",
        "index, pages, feed or html; NULL until read",
    ),
}


def _comment(number: int) -> None:
    for column, comments in COMMENTS.items():
        op.alter_column("sitemap_files", column, comment=comments[number], existing_comment=comments[1 - number])


def upgrade() -> None:
    _need_trigrams()
    _comment(1)
    op.add_column(
        "sitemap_files", sa.Column("page_count", sa.Integer(), nullable=True, comment="pages of the domain itself among them")
    )
    op.add_column(
        "sitemap_files",
        sa.Column(
            "left_out_count",
            sa.Integer(),
            nullable=True,
            comment="entries not taken because of a limit; read again when there is room",
        ),
    )
    op.add_column(
        "sitemap_files",
        sa.Column("listed_lastmod", sa.Text(), nullable=True, comment="as the index that names it wrote it"),
    )
    op.add_column(
        "sitemap_files",
        sa.Column("read_lastmod", sa.Text(), nullable=True, comment="listed_lastmod when it was last read to its end"),
    )
    op.add_column(
        "page_sitemaps",
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True, comment="when a later reading found another lastmod"),
    )
    op.create_index(
        "ix_page_sitemaps_changed", "page_sitemaps", ["changed_at"], postgresql_where=sa.text("changed_at IS NOT NULL")
    )
    op.create_index("ix_pages_domain_due", "pages", ["domain_id", sa.text("priority DESC"), "id"], postgresql_where=PENDING)
    op.create_index("ix_pages_missed", "pages", ["domain_id"], postgresql_where=MISSED)
    _add_page_urls()


def _need_trigrams() -> None:
    connection = op.get_bind()
    if not connection.scalar(sa.text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")):
        raise UserError(
            "This PostgreSQL has no extension pg_trgm, which searching URLs needs.",
            mend="Install PostgreSQL's contrib package (postgresql-contrib) on the server, then start again.",
        )
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")


def _add_page_urls() -> None:
    op.create_table(
        "page_urls",
        sa.Column("page_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_page_urls")),
    )
    op.execute("INSERT INTO page_urls (page_id, url) SELECT id, url FROM pages")
    op.create_index(
        "ix_page_urls_url",
        "page_urls",
        ["url"],
        postgresql_using="gin",
        postgresql_ops={"url": "gin_trgm_ops"},
        postgresql_with={"gin_pending_list_limit": 65536},
    )
    for statement in TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    for name in ("page_urls_add", "page_urls_remove", "page_urls_empty"):
        op.execute(f"DROP TRIGGER {name} ON pages")
        op.execute(f"DROP FUNCTION {name}()")
    op.drop_index("ix_page_urls_url", table_name="page_urls")
    op.drop_table("page_urls")
    op.drop_index("ix_pages_missed", table_name="pages", postgresql_where=MISSED)
    op.drop_index("ix_pages_domain_due", table_name="pages", postgresql_where=PENDING)
    op.drop_index("ix_page_sitemaps_changed", table_name="page_sitemaps", postgresql_where=sa.text("changed_at IS NOT NULL"))
    op.drop_column("page_sitemaps", "changed_at")
    _comment(0)
    for column in ("read_lastmod", "listed_lastmod", "left_out_count", "page_count"):
        op.drop_column("sitemap_files", column)
