"""Assembly: all assets, checks, jobs, sensors, schedules and resources, for production, tests and the command alike.

Loads with an empty environment and without a network: nothing is opened before a run or a tick needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster import Definitions, in_process_executor

from assets import applications, discovery, harvest, operations
from assets.checks import health_checks
from pipeline_defs.jobs import pipeline
from pipeline_defs.schedules import daily_refresh, daily_refresh_scattered, hourly_release, weekly_tidying
from resources import DatabaseResource, FilesResource, LlmResource, WebResource
from sensors.domains import new_domains
from sensors.housekeeping import silent_runs
from sensors.sweeping import queued_sitemaps, selected_pages, selected_postings

ASSETS = [
    discovery.domains,
    discovery.sitemaps,
    discovery.pages,
    harvest.page_contents,
    harvest.contacts,
    harvest.companies,
    harvest.postings,
    applications.matches,
    applications.cvs,
    applications.outreach,
]


def build_defs(*, overrides: Mapping[str, Any] | None = None) -> Definitions:
    """Builds all definitions.

    Args:
        overrides: Resources by key ("database", "web", "llm", "files") in place of those made from the settings.

    Raises:
        ValueError: An override that is no resource.
    """
    resources: dict[str, Any] = {
        "database": DatabaseResource(),
        "web": WebResource(),
        "llm": LlmResource(),
        "files": FilesResource(),
    }
    if unknown := sorted(set(overrides or {}) - set(resources)):
        raise ValueError(f"no resource is called {', '.join(unknown)}; there are {', '.join(resources)}")
    return Definitions(
        assets=ASSETS,
        asset_checks=health_checks,
        jobs=[pipeline, operations.sweep, operations.release_leases, operations.keep_tidy],
        sensors=[new_domains, queued_sitemaps, selected_pages, selected_postings, silent_runs],
        schedules=[daily_refresh, daily_refresh_scattered, hourly_release, weekly_tidying],
        resources={**resources, **(overrides or {})},
        # One process a run; a process for each step costs seconds.
        executor=in_process_executor,
    )


defs = build_defs()
