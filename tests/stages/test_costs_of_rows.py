"""What rows say they cost: a CV and its letters share one purpose in the ledger, and no call is counted on both or on neither."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from sqlalchemy import func, insert, select, update

from inroad.cvs.writing import WritingRequest
from inroad.guard.errors import Scope
from inroad.stages import run_stage
from inroad.stages.work import open_work
from inroad.store.models import CvRow, LlmCall, OutreachRow
from tests.stages.bench import DOMAIN, Bench
from tests.stages.test_applications import hire, use_profile
from tests.stages.test_models_and_budgets import BEFORE_CVS

CALL = {"purpose": "cv", "provider": "openai", "model": "gpt", "attempt": 1, "outcome": "ok"}


class PayingWriter:
    """Keeps the person's words, and enters each request in the ledger."""

    name = "llm"

    def __init__(self, bench: Bench, scope: Scope, price: str) -> None:
        self._bench, self._scope, self._price = bench, scope, Decimal(price)

    def propose(self, request: WritingRequest) -> Sequence[str]:
        """Word nothing anew, for money."""
        scope = {"domain": self._scope.domain, "posting": self._scope.posting}
        self._bench.change(insert(LlmCall).values(**CALL, **scope, cost_usd=self._price))
        return [""] * len(request.lines)


def _run(bench: Bench, stage: str, price: str) -> tuple[float, float]:
    """Runs a stage with a price for each request; gives what the CV and its letter then say they cost."""
    with open_work(bench.settings, bench.database, open_writer=lambda scope: PayingWriter(bench, scope, price)) as work:
        run_stage(work, stage, [DOMAIN])
    with bench.database.begin() as session:
        cv, letter = session.scalar(select(func.sum(CvRow.cost_usd))), session.scalar(select(func.sum(OutreachRow.cost_usd)))
        spent = session.scalar(select(func.sum(LlmCall.cost_usd)))
    assert float(cv or 0) + float(letter or 0) == pytest.approx(float(spent or 0), abs=1e-6)
    return float(cv or 0), float(letter or 0)


def test_a_cv_and_its_letters_cost_what_their_own_calls_cost_however_often_they_are_written(bench: Bench) -> None:
    """A CV that is written again once said that its letters' calls were its own, and the letters then cost nothing."""
    use_profile(hire(bench))
    bench.run(*BEFORE_CVS)
    first, none = _run(bench, "cvs", "0.01")
    again, letter = _run(bench, "outreach", "0.007")
    assert (first, letter) > (0, 0)
    assert (none, again) == (0, first)
    bench.change(update(CvRow).values(cv_processing_status="Queued"))
    second, kept = _run(bench, "cvs", "0.02")
    assert kept == letter
    assert second == pytest.approx(first * 3, abs=1e-6)
    assert _run(bench, "outreach", "0.007") == (second, pytest.approx(letter * 2, abs=1e-6))
