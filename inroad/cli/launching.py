"""Materialising through Dagster in this process, so that every run is in the UI. The command's one import of Dagster."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inroad.settings import CHECKOUT
from inroad.stages import STAGES
from inroad.store import Database

if TYPE_CHECKING:
    from dagster import DagsterInstance, Definitions

    from pipeline_defs.inprocess import RunResult

# More runs than this for scattered domains, and one sweep over all of them is cheaper.
MOST_RANGES = 20


def quiet_dagster() -> None:
    """Keeps Dagster's own chatter from the person's screen; everything is in the event log and in the UI."""
    os.environ.setdefault("DAGSTER_HOME", str(CHECKOUT))
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    warnings.filterwarnings("ignore", module=r"dagster.*")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)


# Seconds without a heartbeat after which a run of another process counts as dead.
SILENT_AFTER_S = 60.0


@dataclass(frozen=True, slots=True)
class Launched:
    """What was run.

    Attributes:
        run_ids: Dagster's ids.
        errors: One sentence for each run that failed.
    """

    run_ids: tuple[str, ...]
    errors: tuple[str, ...]


def materialise(database: Database, names: Sequence[str], *, stages: Sequence[str] = (), visit: str = "all") -> Launched:
    """Materialises stages for domains, in ranges of neighbours, or in one sweep where they are scattered.

    Args:
        database: The application's database.
        names: Domain names; rows of them exist.
        stages: Stages to run; all of them by default.
        visit: Which finished rows are visited again: "all", "due" or "none".
    """
    quiet_dagster()
    from assets.materialising import VISIT_TAG
    from assets.operations import end_silent_runs
    from pipeline_defs.definitions import build_defs
    from pipeline_defs.inprocess import open_instance, run_job
    from pipeline_defs.partitions import DOMAINS, add_domain_partitions, contiguous_ranges

    defs = build_defs()
    tags = {VISIT_TAG: visit}
    with open_instance() as instance:
        end_silent_runs(instance, database, silent_after_s=SILENT_AFTER_S)
        add_domain_partitions(instance, names)
        ranges = contiguous_ranges(instance.get_dynamic_partitions(DOMAINS), names)
        if len(ranges) > MOST_RANGES and not stages:
            config = {"ops": {"sweep_due_rows": {"config": {"names": list(names), "limit": len(names)}}}}
            results = [run_job(defs, instance, job_name="sweep", run_config=config, tags=tags)]
        else:
            results = _run_stages(defs, instance, names, tuple(stages) or tuple(STAGES), tags)
    errors = tuple(f"{stage}: {message}" for result in results for stage, message in result.errors.items())
    return Launched(tuple(result.run_id for result in results), errors)


def _run_stages(
    defs: Definitions, instance: DagsterInstance, names: Sequence[str], stages: Sequence[str], tags: dict[str, str]
) -> list[RunResult]:
    """Runs stages over ranges; where one fails as a whole, the later ones still run on what earlier visits have stored."""
    from pipeline_defs.inprocess import run_ranges

    results = run_ranges(defs, instance, job_name="pipeline", keys=names, tags=tags, assets=stages)
    failed = {stage for result in results for stage in result.errors if stage in stages}
    if failed:
        rest = stages[min(stages.index(stage) for stage in failed) + 1 :]
        results += _run_stages(defs, instance, names, rest, tags) if rest else []
    return results
