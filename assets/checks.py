"""Asset checks: one for each stage, over all domains. Fails when too many rows failed, with tables of what failed and what waits.

They are unpartitioned: a partitioned check loses its key in a run over a range of partitions.
"""

from datetime import timedelta
from typing import Any

from dagster import AssetCheckResult, AssetChecksDefinition, AssetCheckSeverity, MetadataValue, asset_check

from assets.materialising import markdown_table
from inroad.store import Database
from inroad.store.results import HEALTH, stage_health
from inroad.store.stuck import WAITING, stuck_rows
from inroad.store.visits import overdue_domains
from resources import DatabaseResource

# Of finished rows. A site or two that refuse are normal; half is a fault on our side or a blocked address.
FAILURE_RATE = 0.5
# Rows of a table, and overdue domains that are counted.
SHOWN = 20
COUNTED = 100_000


def build_health_check(stage: str) -> AssetChecksDefinition:
    """The check of one stage."""

    @asset_check(
        asset=stage,
        name=f"{stage}_health",
        description=f"At most {FAILURE_RATE:.0%} of the finished rows of {stage} failed, and none is held by a dead worker.",
    )
    def check(database: DatabaseResource) -> AssetCheckResult:
        store = database.open()
        health = store.call(stage_health, stage)
        metadata: dict[str, MetadataValue[Any]] = {
            "complete": MetadataValue.int(health.complete),
            "failed": MetadataValue.int(health.failed),
            "lost": MetadataValue.int(health.lost),
            "failure_rate": MetadataValue.float(round(health.failure_rate, 4)),
        }
        if health.stuck:
            metadata["stuck"] = MetadataValue.md(markdown_table(health.stuck))
        if waiting := [row for row in store.call(stuck_rows, stages=[stage], limit=SHOWN) if row.why == WAITING]:
            rows = [{"domain": row.domain, "rows": row.rows, "due since": f"{row.since:%Y-%m-%d %H:%M}"} for row in waiting]
            metadata["waiting"] = MetadataValue.md(markdown_table(rows))
        if stage == "domains":
            metadata |= _overdue(store, database.settings().refresh_after_hours)
        too_many = health.failure_rate > FAILURE_RATE
        severity = AssetCheckSeverity.ERROR if too_many else AssetCheckSeverity.WARN
        return AssetCheckResult(passed=not too_many and not health.lost, severity=severity, metadata=metadata)

    return check


def _overdue(store: Database, refresh_after_hours: float) -> dict[str, MetadataValue[Any]]:
    """The domains whose last visit is older than the refresh period."""
    names = store.call(overdue_domains, older_than=timedelta(hours=refresh_after_hours), limit=COUNTED)
    told: dict[str, MetadataValue[Any]] = {"overdue": MetadataValue.int(len(names))}
    if names:
        told["overdue_domains"] = MetadataValue.md(markdown_table([{"domain": name} for name in names[:SHOWN]]))
    return told


health_checks = [build_health_check(stage) for stage in HEALTH]
