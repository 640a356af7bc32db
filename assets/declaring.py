"""The one declaration that every stage's asset shares: partitions, batches, retries, freshness.

What does not belong here: the assets themselves (the modules of their groups) and what the policies say
(`pipeline_defs.policies`).
"""

from collections.abc import Callable, Sequence
from typing import Any

from dagster import AssetsDefinition, FreshnessPolicy, asset

from pipeline_defs.partitions import domain_partitions
from pipeline_defs.policies import BATCHES, CRAWLED, RETRY


def stage_asset(
    group: str,
    *kinds: str,
    deps: Sequence[AssetsDefinition] = (),
    freshness: FreshnessPolicy = CRAWLED,
    pool: str | None = None,
) -> Callable[[Callable[..., Any]], AssetsDefinition]:
    """Declares an asset named after the stage that it runs, described by its function's docstring.

    Args:
        group: The group that the graph shows it in.
        kinds: Badges beside `python` and `postgres`, which all have.
        deps: Assets whose rows it reads.
        freshness: How old its latest materialisation may be.
        pool: The pool whose slots its batches take; None for stages that only compute.
    """
    return asset(
        deps=deps,
        group_name=group,
        kinds={"python", "postgres", *kinds},
        partitions_def=domain_partitions,
        backfill_policy=BATCHES,
        retry_policy=RETRY,
        freshness_policy=freshness,
        pool=pool,
    )
