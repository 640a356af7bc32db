"""References checked a statement at a time, every index that names a sitemap, other origins of a site, what a visit found.

A foreign key is checked row by row, with a query and a row lock each: of 97 us that a page cost on import, 67 us went into the
three of `pages` and `page_sitemaps` (120,000 pages). The triggers here hold the same once for each statement.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FOREIGN_KEYS = (
    ("pages", "domain_id", "domains"),
    ("page_sitemaps", "page_id", "pages"),
    ("page_sitemaps", "sitemap_file_id", "sitemap_files"),
)

# What is referred to is locked against removal until the transaction's end, as a foreign key does it; a page of this transaction's
# own needs no lock, which would be a write. The planner knows nothing of a transition table: without its other ways it takes the
# index for each row, never the whole table.
FUNCTIONS = (
    """
    CREATE FUNCTION pages_need_domains() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        found bigint;
        wanted bigint;
    BEGIN
        PERFORM 1 FROM domains WHERE id IN (SELECT domain_id FROM added) ORDER BY id FOR KEY SHARE;
        GET DIAGNOSTICS found = ROW_COUNT;
        SELECT count(*) INTO wanted FROM (SELECT 1 FROM added GROUP BY domain_id) AS each_domain;
        IF found < wanted THEN
            RAISE EXCEPTION 'a page refers to a domain that does not exist' USING ERRCODE = 'foreign_key_violation', TABLE = 'pages';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION listings_need_both() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    DECLARE
        found bigint;
        wanted bigint;
    BEGIN
        PERFORM 1 FROM sitemap_files WHERE id IN (SELECT sitemap_file_id FROM added) ORDER BY id FOR KEY SHARE;
        GET DIAGNOSTICS found = ROW_COUNT;
        SELECT count(*) INTO wanted FROM (SELECT 1 FROM added GROUP BY sitemap_file_id) AS each_file;
        IF found < wanted THEN
            RAISE EXCEPTION 'a listing refers to a sitemap that does not exist'
                USING ERRCODE = 'foreign_key_violation', TABLE = 'page_sitemaps';
        END IF;
        PERFORM 1 FROM pages WHERE id IN (SELECT page_id FROM added) AND xmin <> pg_current_xact_id()::xid
            ORDER BY id FOR KEY SHARE;
        SELECT count(*) INTO wanted FROM added LEFT JOIN pages ON pages.id = added.page_id WHERE pages.id IS NULL;
        IF wanted > 0 THEN
            RAISE EXCEPTION 'a listing refers to a page that does not exist'
                USING ERRCODE = 'foreign_key_violation', TABLE = 'page_sitemaps';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION reference_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'what a row of % refers to never changes', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
    END $$
    """,
    """
    CREATE FUNCTION domains_remove_pages() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM pages WHERE domain_id IN (SELECT id FROM removed);
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION pages_remove_listings() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM page_sitemaps WHERE page_id IN (SELECT id FROM removed);
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION sitemap_files_remove_listings() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM page_sitemaps WHERE sitemap_file_id IN (SELECT id FROM removed);
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION pages_empty() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM pages;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION listings_empty() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM page_sitemaps;
        RETURN NULL;
    END $$
    """,
)
TRIGGERS = {
    "pages_need_domains": "AFTER INSERT ON pages REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
    "listings_need_both": "AFTER INSERT ON page_sitemaps REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
    "domains_remove_pages": "AFTER DELETE ON domains REFERENCING OLD TABLE AS removed FOR EACH STATEMENT",
    "pages_remove_listings": "AFTER DELETE ON pages REFERENCING OLD TABLE AS removed FOR EACH STATEMENT",
    "sitemap_files_remove_listings": "AFTER DELETE ON sitemap_files REFERENCING OLD TABLE AS removed FOR EACH STATEMENT",
}
KEEPING = (
    ("pages_keep_domain", "pages", "domain_id"),
    ("listings_keep_page", "page_sitemaps", "page_id"),
    ("listings_keep_file", "page_sitemaps", "sitemap_file_id"),
)
EMPTYING = (
    ("domains_empty", "domains", "pages_empty"),
    ("pages_empty_listings", "pages", "listings_empty"),
    ("sitemap_files_empty_listings", "sitemap_files", "listings_empty"),
)
COUNTS = ("new_count", "changed_count", "unchanged_count", "gone_count")


def upgrade() -> None:
    for table, column, _ in FOREIGN_KEYS:
        op.drop_constraint(op.f(f"fk_{table}_{column}"), table, type_="foreignkey")
    for statement in FUNCTIONS:
        op.execute(statement)
    for name, when in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")
    for name, table, column in KEEPING:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE OF {column} ON {table} FOR EACH ROW "
            f"WHEN (NEW.{column} IS DISTINCT FROM OLD.{column}) EXECUTE FUNCTION reference_stays()"
        )
    for name, table, function in EMPTYING:
        op.execute(f"CREATE TRIGGER {name} AFTER TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {function}()")
    _add_namings()
    op.add_column(
        "domains",
        sa.Column(
            "origin_aliases",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="other schemes and hosts of the site, and the origin that their pages are rows under",
        ),
    )
    for name in COUNTS:
        op.add_column(
            "visits", sa.Column(name, sa.Integer(), nullable=True, comment="pages of a sitemap, as this reading found them")
        )


def _add_namings() -> None:
    op.add_column(
        "sitemap_files",
        sa.Column(
            "gone_at", sa.DateTime(timezone=True), nullable=True, comment="set when its indexes have named it no longer, twice"
        ),
    )
    op.create_table(
        "sitemap_children",
        sa.Column("parent_id", sa.BigInteger(), nullable=False),
        sa.Column("child_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "missed_count",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="complete readings of the index in a row that do not name it",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["sitemap_files.id"], name=op.f("fk_sitemap_children_parent_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["sitemap_files.id"], name=op.f("fk_sitemap_children_child_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("parent_id", "child_id", name=op.f("pk_sitemap_children")),
    )
    op.create_index(op.f("ix_sitemap_children_child_id"), "sitemap_children", ["child_id"])
    op.execute(
        "INSERT INTO sitemap_children (parent_id, child_id) SELECT parent_id, id FROM sitemap_files WHERE parent_id IS NOT NULL"
    )


def downgrade() -> None:
    for name in COUNTS:
        op.drop_column("visits", name)
    op.drop_column("domains", "origin_aliases")
    op.drop_table("sitemap_children")
    op.drop_column("sitemap_files", "gone_at")
    for name, table, _ in (*EMPTYING, *KEEPING):
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for name, when in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {when.split()[3]}")
    for statement in FUNCTIONS:
        op.execute(f"DROP FUNCTION {statement.split()[2]}")
    for table, column, target in FOREIGN_KEYS:
        op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, target, [column], ["id"], ondelete="CASCADE")
