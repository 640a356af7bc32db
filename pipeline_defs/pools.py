"""Pools: how many launched runs may crawl, drive a browser or call a model at one time.

What lives here: setting the limits, which YAML cannot do. What does not: limits on requests, which the guard keeps.
"""

from __future__ import annotations

from collections.abc import Mapping

from dagster import DagsterInstance
from dagster._utils.concurrency import get_max_concurrency_limit_value

from inroad.settings import Settings

WEB = "web"
BROWSER = "browser"
LLM = "llm"


def pool_limits(settings: Settings) -> dict[str, int]:
    """The limit of each pool, in runs."""
    return {WEB: settings.pool_web, BROWSER: settings.pool_browser, LLM: settings.pool_llm}


def ensure_pools(instance: DagsterInstance, limits: Mapping[str, int]) -> dict[str, int]:
    """Sets the pools' limits where they differ; slots in use stay in use.

    Args:
        instance: The instance whose storage gets them.
        limits: Runs at one time, by pool; 0 lets none start.

    Returns:
        What was changed.

    Raises:
        ValueError: A limit below 0 or above Dagster's greatest (1,000 unless its environment says otherwise); nothing was set.
    """
    greatest = get_max_concurrency_limit_value()
    if wrong := sorted(name for name, limit in limits.items() if not 0 <= limit <= greatest):
        raise ValueError(f"a pool's limit is from 0 to {greatest}: {', '.join(wrong)}")
    storage = instance.event_log_storage
    current = {pool.name: pool.limit for pool in storage.get_pool_limits() if not pool.from_default}
    changes = {name: limit for name, limit in limits.items() if current.get(name) != limit}
    for name, limit in changes.items():
        storage.set_concurrency_slots(name, limit)
    return changes
