"""Work that the rules did because a budget, a pause or a fault kept the model from it, offered to the model again.

The ledger's last refusal for a posting or a domain's pages says how much was asked for; once every hard budget covers that, the
row is queued again, and the new writing either has the model's words or a newer refusal. A person's decision on a CV or letter is
kept. What does not belong here: rows that wait without a result (`claims.wake_refused`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from inroad.guard.errors import InroadError, TransientError
from inroad.store.claims import REFUSED

# After a fault of the model's: an endpoint that is down is down for a while, and each try is a version more of the same CV.
AFTER_FAULT = timedelta(hours=1)
# What a person has to mend first (the key, the model's name, the account): offered when that person asks for everything anew.
MENDABLE = frozenset({"llm-key", "llm-model", "llm-credit"})
WHEN_ASKED = timedelta(days=36_500)
# One statement for each table. Budgets of a run do not hold the next run. A model without a known price was refused with no price
# to ask for: a budget in dollars never covers it.
_OFFER = """
WITH candidates AS (
  SELECT c.id, d.name AS domain, asked.*
  FROM {table} c JOIN domains d ON d.id = c.domain_id {joins}
  LEFT JOIN LATERAL (
    SELECT l.purpose, l.posting, l.provider, l.model, l.tenant, l.reserved_tokens, l.reserved_usd FROM llm_calls l
    WHERE l.purpose = '{purpose}' AND l.outcome = 'refused' AND l.domain = d.name {where_call} ORDER BY l.id DESC LIMIT 1
  ) AS asked ON true
  WHERE c.refused_at IS NOT NULL AND (c.refused_at <= now() OR :at_once) AND c.{status} = 'Complete' {where_row}
    AND NOT EXISTS (SELECT 1 FROM pauses p WHERE (p.until IS NULL OR p.until > now())
      AND (p.kind = 'all' OR (p.kind = 'service' AND p.key LIKE 'llm%') OR (p.kind = 'domain' AND p.key = d.name)))
), covered AS (
  SELECT c.id FROM candidates c WHERE NOT EXISTS (
    SELECT 1 FROM budgets b
    JOIN (VALUES ('all', ''), ('domain', c.domain), ('posting', c.posting), ('purpose', c.purpose), ('provider', c.provider),
      ('model', c.model), ('tenant', c.tenant)) AS v(kind, key)
      ON b.scope_kind = v.kind AND b.scope_key IN ('', v.key) AND (v.kind = 'all' OR v.key <> '')
    LEFT JOIN budget_spendings s ON s.budget_id = b.id AND s.key = v.key AND s.period_start = CASE b.period
      WHEN 'day' THEN to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')
      WHEN 'month' THEN to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-01') ELSE '' END
    WHERE NOT b.is_soft AND b.unit IN ('tokens', 'usd') AND CASE b.unit
      WHEN 'tokens' THEN coalesce(s.spent + s.reserved, 0) + greatest(c.reserved_tokens, 1) > b.limit_amount
      ELSE coalesce(c.reserved_usd, 0) = 0 OR coalesce(s.spent + s.reserved, 0) + c.reserved_usd > b.limit_amount END)
)
UPDATE {table} SET {status} = 'Queued', attempts = 0, next_attempt_at = now(), refused_at = NULL
WHERE id IN (SELECT id FROM covered) RETURNING id
"""


@dataclass(frozen=True, slots=True)
class _Work:
    """Rows of one table whose result the model may still better, and whose ledger rows say what it was asked for."""

    table: str
    status: str
    purpose: str
    joins: str = ""
    where_call: str = ""
    where_row: str = ""

    def statement(self) -> TextClause:
        return text(_OFFER.format(**{name: getattr(self, name) for name in self.__slots__}))


_OFFERS = (
    _Work(
        "cvs",
        "cv_processing_status",
        "cv",
        "JOIN postings o ON o.id = c.posting_id",
        "AND l.posting = o.key",
        "AND c.cv_curation_status = 'New' AND c.edited_by IS NULL AND o.closed_at IS NULL",
    ),
    _Work(
        "outreach",
        "outreach_processing_status",
        "cv",
        "JOIN cvs v ON v.id = c.cv_id JOIN postings o ON o.id = v.posting_id",
        "AND l.posting = o.key",
        "AND c.outreach_curation_status = 'New' AND o.closed_at IS NULL",
    ),
    _Work(
        "postings",
        "posting_processing_status",
        "posting",
        where_call="AND l.posting = c.key",
        where_row="AND c.posting_curation_status <> 'Rejected' AND c.closed_at IS NULL",
    ),
    _Work("extractions", "extraction_status", "people", where_row="AND c.kind = 'contacts'"),
    _Work("extractions", "extraction_status", "job-page", where_row="AND c.kind = 'postings'"),
)
_STATEMENTS = tuple(work.statement() for work in _OFFERS)


def offered_from(error: InroadError | None) -> datetime | None:
    """From when on work that the model did not do is offered again: at once after a refusal of ours, later after its own fault.

    None for what would end the same: an answer that never fitted, a refusal by the model.
    """
    if isinstance(error, REFUSED):
        return datetime.now(UTC)
    if error is not None and error.reason in MENDABLE:
        return datetime.now(UTC) + WHEN_ASKED
    return datetime.now(UTC) + AFTER_FAULT if isinstance(error, TransientError) else None


def offer_again(session: Session, *, at_once: bool = False) -> int:
    """Queues what the model may be asked for again; returns how many rows.

    Args:
        session: Commits at its end.
        at_once: Somebody asks for everything anew, so that a fault need not have grown old.
    """
    return sum(len(session.execute(statement, {"at_once": at_once}).all()) for statement in _STATEMENTS)
