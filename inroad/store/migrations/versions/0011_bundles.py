"""The guard's statements for several calls of one moment: one round trip, and each call still its own transaction.

Eight calls at a time were sixteen round trips that waited for each other's row of the widest budget.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The commit keeps what was set aside for one call from the rollback of the next one, which is refused.
BOOK_ALL = """
CREATE PROCEDURE guard_book_all(INOUT outcomes jsonb, p_asks jsonb) LANGUAGE plpgsql AS $$
DECLARE
  v_one jsonb;
BEGIN
  outcomes := '[]';
  FOR i IN 0 .. jsonb_array_length(p_asks) - 1 LOOP
    CALL guard_book(v_one, p_asks->i);
    COMMIT;
    outcomes := outcomes || jsonb_build_array(v_one);
  END LOOP;
END
$$
"""

# Each in a transaction of its own: rows of budgets are locked in the order of their key within a call, not over several.
CLOSE_ALL = """
CREATE PROCEDURE guard_close_all(INOUT outcomes jsonb, p_done jsonb) LANGUAGE plpgsql AS $$
BEGIN
  outcomes := '[]';
  FOR i IN 0 .. jsonb_array_length(p_done) - 1 LOOP
    PERFORM guard_close(p_done->i);
    COMMIT;
    outcomes := outcomes || jsonb 'null';
  END LOOP;
END
$$
"""


def upgrade() -> None:
    for statement in (BOOK_ALL, CLOSE_ALL):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP PROCEDURE guard_close_all")
    op.execute("DROP PROCEDURE guard_book_all")
