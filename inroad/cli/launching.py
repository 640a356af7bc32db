"""Materialising through Dagster in this process, so that every run is in the UI. The command's one import of Dagster."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Sequence

from inroad.settings import CHECKOUT

# More runs than this for scattered domains, and one sweep over all of them is cheaper.
MOST_RANGES = 20


def quiet_dagster() -> None:
    """Keeps Dagster's own chatter from the person's screen; everything is in the event log and in the UI."""
    os.environ.setdefault("DAGSTER_HOME", str(CHECKOUT))
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    warnings.filterwarnings("ignore", module=r"dagster.*")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)


def materialise(names: Sequence[str], *, stages: Sequence[str] = (), visit: str = "all") -> list[str]:
    """Materialises stages for domains, in ranges of neighbours, or in one sweep where they are scattered.

    Args:
        names: Domain names; rows of them exist.
        stages: Stages to run; all of them by default.
        visit: Which finished rows are visited again: "all", "due" or "none".

    Returns:
        Run ids.
    """
    quiet_dagster()
    from assets.materialising import VISIT_TAG
    from pipeline_defs.definitions import build_defs
    from pipeline_defs.inprocess import open_instance, run_job, run_ranges
    from pipeline_defs.partitions import DOMAINS, add_domain_partitions, contiguous_ranges

    defs = build_defs()
    tags = {VISIT_TAG: visit}
    with open_instance() as instance:
        add_domain_partitions(instance, names)
        ranges = contiguous_ranges(instance.get_dynamic_partitions(DOMAINS), names)
        if len(ranges) > MOST_RANGES and not stages:
            config = {"ops": {"sweep_due_rows": {"config": {"names": list(names), "limit": len(names)}}}}
            return [run_job(defs, instance, job_name="sweep", run_config=config, tags=tags).run_id]
        results = run_ranges(defs, instance, job_name="pipeline", keys=names, tags=tags, assets=stages)
        return [result.run_id for result in results]
