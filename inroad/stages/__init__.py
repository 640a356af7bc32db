"""The stages: claim due rows, call the pure functions, record. What the Dagster assets call, and anybody without Dagster.

with open_work(settings, database) as work:
    report = run_stage(work, "sitemaps", ["acme.example"])
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import cast

from inroad.guard import tracing
from inroad.guard.sync import run_sync
from inroad.stages.work import StageFailed, StageProgress, StageReport, Tally, Work, open_work

# In the order of the data's way; the flag says whether the stage visits sites.
STAGES: dict[str, bool] = {
    "domains": True,
    "sitemaps": True,
    "pages": False,
    "page_contents": True,
    "contacts": False,
    "companies": False,
    "postings": True,
    "matches": False,
    "cvs": False,
    "outreach": False,
}


def run_stage(work: Work, stage: str, names: Sequence[str]) -> StageReport:
    """Runs one stage over a batch of domains, from synchronous code, also where an event loop already runs.

    Args:
        work: The run's context.
        stage: One of `STAGES`.
        names: Domain names.

    Returns:
        What happened, by domain.

    Raises:
        DatabaseUnavailable: Nothing could be recorded.
    """
    return run_sync(arun_stage(work, stage, names))


async def arun_stage(work: Work, stage: str, names: Sequence[str]) -> StageReport:
    """`run_stage` for asynchronous code."""
    module = importlib.import_module(f"inroad.stages.{stage}")
    with tracing.in_run(work.run), tracing.span(f"asset {stage}", domains=len(names)):
        if not STAGES[stage]:
            return cast("StageReport", await module.run(work, names))
        async with work.open_web() as web:
            return cast("StageReport", await module.run(work, web, names))


__all__ = ["STAGES", "StageFailed", "StageProgress", "StageReport", "Tally", "Work", "arun_stage", "open_work", "run_stage"]
