"""What models and scraping services have cost, from the ledger, by one query.

What does not belong here: making the entries (`ledger`) and prices (`inroad.llm.prices`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from inroad.store.models import LlmCall, OutreachRow

COST_KINDS = ("cv", "domain", "posting", "tenant", "purpose", "provider", "model", "run", "day", "month")
_COSTS = text("""
SELECT key, count(*) AS calls, count(*) FILTER (WHERE outcome IN ('cached', 'replayed')) AS cached,
  count(*) FILTER (WHERE outcome = 'refused') AS refused, coalesce(sum(input_tokens), 0) AS input_tokens,
  coalesce(sum(output_tokens), 0) AS output_tokens, coalesce(sum(cost_usd), 0) AS cost_usd,
  coalesce(sum(credits_used), 0) AS credits
FROM (
  SELECT *, CASE :kind WHEN 'cv' THEN CASE WHEN purpose = 'cv' THEN concat_ws(' ', domain, posting) END
    WHEN 'domain' THEN domain WHEN 'posting' THEN posting WHEN 'tenant' THEN tenant WHEN 'purpose' THEN purpose
    WHEN 'provider' THEN provider WHEN 'model' THEN model WHEN 'run' THEN run
    WHEN 'day' THEN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
    WHEN 'month' THEN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM') END AS key
  FROM llm_calls
) AS calls
WHERE key IS NOT NULL GROUP BY key ORDER BY cost_usd DESC, key LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Cost:
    """What was spent on one CV, domain, posting, tenant, month, ...

    Attributes:
        key: The CV's domain and posting (its letters are counted with it), the domain, "2026-01", ...
        calls: Attempts, those without a call included.
        cached: Answered without a call.
        refused: By a budget.
        input_tokens: Sent.
        output_tokens: Received.
        cost_usd: By the price table, or the bound where the endpoint reported nothing.
        credits: Of scraping services.
    """

    key: str
    calls: int
    cached: int
    refused: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    credits: float


_USE = text("""
SELECT count(*) FILTER (WHERE outcome NOT IN ('cached', 'replayed', 'refused') AND is_answered),
  count(*) FILTER (WHERE outcome IN ('cached', 'replayed')), count(*) FILTER (WHERE outcome = 'refused'),
  count(*) FILTER (WHERE outcome NOT IN ('cached', 'replayed', 'refused') AND NOT is_answered),
  coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), coalesce(sum(cost_usd), 0),
  count(*) FILTER (WHERE is_answered AND cost_usd IS NULL),
  coalesce(array_agg(DISTINCT model ORDER BY model) FILTER (WHERE is_answered), '{}')
FROM (SELECT *, outcome = 'ok' AS is_answered FROM llm_calls WHERE run = ANY(:runs) AND model <> '') AS calls
""")


_FAULTS = text("""
SELECT outcome FROM llm_calls
WHERE run = ANY(:runs) AND model <> '' AND outcome NOT IN ('ok', 'cached', 'replayed', 'refused')
GROUP BY outcome ORDER BY count(*) DESC, outcome LIMIT 3
""")


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What some runs had from language models.

    Attributes:
        answered: Attempts that brought an answer.
        kept: Answers from the cache or a recording.
        refused: Calls that a budget refused.
        failed: Attempts that brought none.
        input_tokens: Sent, as far as they were charged.
        output_tokens: Received.
        cost_usd: By the price table.
        unpriced: Answers whose price is not known, and is not in the sum.
        models: Those that answered.
        faults: Reasons of those that brought none, the most frequent first.
    """

    answered: int
    kept: int
    refused: int
    failed: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    unpriced: int
    models: tuple[str, ...]
    faults: tuple[str, ...] = ()


def model_use(session: Session, runs: Sequence[str]) -> ModelUse:
    """What the ledger says of some runs' calls of language models."""
    row = session.execute(_USE, {"runs": list(runs)}).one()
    answered, kept, refused, failed, given, made = map(int, row[:6])
    faults = session.scalars(_FAULTS, {"runs": list(runs)}).all() if failed else ()
    return ModelUse(answered, kept, refused, failed, given, made, float(row[6]), int(row[7]), tuple(row[8]), tuple(faults))


def costs(session: Session, kind: str, *, limit: int = 1000) -> list[Cost]:
    """Costs by one of `COST_KINDS`, the dearest first."""
    rows = session.execute(_COSTS, {"kind": kind, "limit": limit})
    return [Cost(row[0], *map(int, row[1:6]), *map(float, row[6:8])) for row in rows]


def seen_keys(session: Session, kind: str, key: str, *, limit: int = 8) -> list[str]:
    """Keys of a scope kind that calls were in, the latest first; `key` before all others where it is among them."""
    column = {"run": LlmCall.run, "domain": LlmCall.domain, "posting": LlmCall.posting, "tenant": LlmCall.tenant}.get(kind)
    column = {"purpose": LlmCall.purpose, "provider": LlmCall.provider, "model": LlmCall.model}.get(kind, column)
    if column is None:
        return []
    statement = select(column).where(column.is_not(None), column != "").group_by(column)
    return list(session.scalars(statement.order_by((column == key).desc(), func.max(LlmCall.id).desc()).limit(limit)))


def cv_cost_usd(session: Session, domain: str, posting: str, *, without_letters_of: int | None = None) -> float:
    """What the model has cost for one posting's CV and its letters, all versions.

    Args:
        session: Reads.
        domain: Its name.
        posting: Its key.
        without_letters_of: Id of the CV whose letters are left out, at what their row says.
    """
    where = (LlmCall.purpose == "cv", LlmCall.domain == domain, LlmCall.posting == posting)
    whole = float(session.scalar(select(func.coalesce(func.sum(LlmCall.cost_usd), 0)).where(*where)) or 0)
    if without_letters_of is None:
        return whole
    letters = session.scalar(select(func.sum(OutreachRow.cost_usd)).where(OutreachRow.cv_id == without_letters_of))
    return max(0.0, whole - float(letters or 0))
