"""The guard's two statements as functions of the server, and what rows say of how they were read and written.

`guard_reserve` commits twice: the reservation without waiting for the disk, so that the rows that every call locks are free again
within the server's own time, and then an empty message with waiting, which brings everything before it to the disk. Calls at the
same moment share one flush; a flush under the lock made them take turns (8 at a time: 50 ms).

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

READER = "rules, or rules and llm"
ENTER = """
CREATE FUNCTION guard_enter(p_entry jsonb, p_expires_s float8 DEFAULT NULL) RETURNS bigint LANGUAGE sql AS $$
  INSERT INTO llm_calls (purpose, provider, model, attempt, run, domain, posting, tenant, trace_id, price_version, prompt, outcome,
    reserved_tokens, reserved_usd, reservation_expires_at, input_tokens, cached_tokens, output_tokens, cost_usd)
  SELECT e.purpose, e.provider, e.model, e.attempt, e.run, e.domain, e.posting, e.tenant, e.trace_id, e.price_version, e.prompt,
    e.outcome, e.reserved_tokens, e.reserved_usd, clock_timestamp() + make_interval(secs => p_expires_s), w.zero, w.zero, w.zero, w.zero
  FROM jsonb_to_record(p_entry) AS e(purpose text, provider text, model text, attempt smallint, run text, domain text, posting text,
    tenant text, trace_id text, price_version text, prompt text, outcome text, reserved_tokens bigint, reserved_usd numeric),
    (SELECT CASE WHEN p_expires_s IS NULL THEN 0 END AS zero) AS w
  RETURNING id
$$
"""

# Rows of budget_spendings are locked in the order of their key: two calls under several budgets cannot wait in a circle.
RESERVE = """
CREATE PROCEDURE guard_reserve(INOUT outcome jsonb, p_call_id text, p_kinds text[], p_keys text[], p_units text[],
  p_amounts numeric[], p_expires_s float8, p_counts_if_lost boolean, p_entry jsonb, p_answer_key text)
LANGUAGE plpgsql AS $$
DECLARE
  v_answer jsonb;
  v_holds jsonb;
  v_over boolean;
  v_ledger_id bigint;
BEGIN
  IF p_answer_key IS NOT NULL THEN
    SELECT answer INTO v_answer FROM llm_answers WHERE key = p_answer_key;
    IF FOUND THEN
      outcome := jsonb_build_object('known', v_answer);
      RETURN;
    END IF;
  END IF;
  PERFORM set_config('synchronous_commit', 'off', true);
  WITH wanted AS MATERIALIZED (
    SELECT b.id, b.scope_kind, v.key, b.period, b.unit, b.limit_amount, b.is_soft, u.amount,
      CASE b.period WHEN 'day' THEN to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')
                    WHEN 'month' THEN to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-01') ELSE '' END AS period_start
    FROM budgets b
    JOIN unnest(p_kinds, p_keys) AS v(kind, key) ON b.scope_kind = v.kind AND b.scope_key IN ('', v.key)
    JOIN unnest(p_units, p_amounts) AS u(unit, amount) ON u.unit = b.unit
  ), held AS (
    INSERT INTO budget_spendings AS s (budget_id, key, period_start, reserved)
    SELECT id, key, period_start, coalesce(amount, 0) FROM wanted ORDER BY id, key, period_start
    ON CONFLICT (budget_id, key, period_start) DO UPDATE SET reserved = s.reserved + excluded.reserved
    RETURNING budget_id, key, spent, reserved
  ), booked AS (
    INSERT INTO budget_reservations (call_id, budget_id, key, period_start, amount, expires_at, counts_if_lost)
    SELECT p_call_id, id, key, period_start, amount, clock_timestamp() + make_interval(secs => p_expires_s), p_counts_if_lost
    FROM wanted WHERE amount IS NOT NULL
  )
  SELECT coalesce(jsonb_agg(jsonb_build_object('budget_id', w.id, 'scope_kind', w.scope_kind, 'key', w.key, 'period', w.period,
      'period_start', w.period_start, 'unit', w.unit, 'amount', w.amount::text, 'limit', w.limit_amount::text,
      'is_soft', w.is_soft, 'spent', h.spent::text, 'reserved', h.reserved::text) ORDER BY w.id, w.key), '[]'),
    coalesce(bool_or(NOT w.is_soft AND (w.amount IS NULL OR h.spent + h.reserved > w.limit_amount)), false)
  INTO v_holds, v_over
  FROM wanted w JOIN held h ON h.budget_id = w.id AND h.key = w.key;
  IF v_over THEN
    ROLLBACK;
    outcome := jsonb_build_object('over', true, 'holds', v_holds);
    RETURN;
  END IF;
  IF p_entry IS NOT NULL THEN
    v_ledger_id := guard_enter(p_entry, p_expires_s);
  END IF;
  COMMIT;
  IF v_holds <> '[]' THEN
    PERFORM pg_logical_emit_message(true, 'inroad', '');
  END IF;
  outcome := jsonb_build_object('over', false, 'holds', v_holds, 'ledger_id', v_ledger_id);
END
$$
"""

# The commit need not wait for the disk: a settlement lost in a crash leaves its reservation, which then counts in full.
SETTLE = """
CREATE FUNCTION guard_settle(p_call_id text, p_units text[], p_amounts numeric[], p_ledger_id bigint, p_result jsonb,
  p_late jsonb, p_answer_key text, p_answer jsonb, p_model text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_gone bigint;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  WITH gone AS (
    DELETE FROM budget_reservations WHERE call_id = p_call_id RETURNING budget_id, key, period_start, amount
  ), moved AS (
    INSERT INTO budget_spendings AS s (budget_id, key, period_start, reserved, spent)
    SELECT g.budget_id, g.key, g.period_start, g.amount, coalesce(u.amount, g.amount)
    FROM gone g JOIN budgets b ON b.id = g.budget_id
    LEFT JOIN unnest(p_units, p_amounts) AS u(unit, amount) ON u.unit = b.unit
    ORDER BY g.budget_id, g.key, g.period_start
    ON CONFLICT (budget_id, key, period_start)
    DO UPDATE SET reserved = s.reserved - excluded.reserved, spent = s.spent + excluded.spent
  )
  SELECT count(*) INTO v_gone FROM gone;
  IF v_gone = 0 AND p_late IS NOT NULL THEN
    INSERT INTO budget_spendings AS s (budget_id, key, period_start, spent)
    SELECT b.id, h.item->>1, h.item->>2, coalesce(u.amount, 0)
    FROM jsonb_array_elements(p_late) AS h(item)
    JOIN budgets b ON b.id = (h.item->>0)::bigint
    JOIN unnest(p_units, p_amounts) AS u(unit, amount) ON u.unit = b.unit
    ORDER BY b.id, h.item->>1, h.item->>2
    ON CONFLICT (budget_id, key, period_start) DO UPDATE SET spent = s.spent + excluded.spent;
  END IF;
  IF p_ledger_id IS NOT NULL THEN
    UPDATE llm_calls SET outcome = r.outcome, input_tokens = r.input_tokens, cached_tokens = r.cached_tokens,
      output_tokens = r.output_tokens, cost_usd = r.cost_usd, credits_used = r.credits_used, latency_ms = r.latency_ms,
      answer = r.answer
    FROM jsonb_to_record(p_result) AS r(outcome text, input_tokens bigint, cached_tokens bigint, output_tokens bigint,
      cost_usd numeric, credits_used numeric, latency_ms float8, answer text)
    WHERE id = p_ledger_id;
  END IF;
  IF p_answer_key IS NOT NULL THEN
    INSERT INTO llm_answers (key, answer, model) VALUES (p_answer_key, p_answer, p_model) ON CONFLICT (key) DO NOTHING;
  END IF;
END
$$
"""


def upgrade() -> None:
    for statement in (ENTER, RESERVE, SETTLE):
        op.execute(statement)
    op.add_column("extractions", sa.Column("reader", sa.Text(), server_default="rules", nullable=False, comment=READER))
    op.add_column("extractions", sa.Column("reader_note", sa.Text(), comment="why the model gave nothing"))
    op.add_column("cvs", sa.Column("writer_note", sa.Text(), comment="why the model's words are missing, wholly or in part"))
    op.create_index("ix_llm_calls_posting", "llm_calls", ["posting"])


def downgrade() -> None:
    op.drop_index("ix_llm_calls_posting", "llm_calls")
    op.drop_column("cvs", "writer_note")
    op.drop_column("extractions", "reader_note")
    op.drop_column("extractions", "reader")
    op.execute("DROP FUNCTION guard_settle")
    op.execute("DROP PROCEDURE guard_reserve")
    op.execute("DROP FUNCTION guard_enter")
