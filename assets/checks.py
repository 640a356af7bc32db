"""Asset checks: one for each stage, over all domains. Fails when too many rows failed, with a table of stuck domains.

They are unpartitioned: a partitioned check loses its key in a run over a range of partitions.
"""

from typing import Any

from dagster import AssetCheckResult, AssetChecksDefinition, AssetCheckSeverity, MetadataValue, asset_check

from assets.materialising import markdown_table
from inroad.store.results import HEALTH, stage_health
from resources import DatabaseResource

# Of finished rows. A site or two that refuse are normal; half is a fault on our side or a blocked address.
FAILURE_RATE = 0.5


def build_health_check(stage: str) -> AssetChecksDefinition:
    """The check of one stage."""

    @asset_check(
        asset=stage,
        name=f"{stage}_health",
        description=f"At most {FAILURE_RATE:.0%} of the finished rows of {stage} failed, and none is held by a dead worker.",
    )
    def check(database: DatabaseResource) -> AssetCheckResult:
        health = database.open().call(stage_health, stage)
        metadata: dict[str, MetadataValue[Any]] = {
            "complete": MetadataValue.int(health.complete),
            "failed": MetadataValue.int(health.failed),
            "lost": MetadataValue.int(health.lost),
            "failure_rate": MetadataValue.float(round(health.failure_rate, 4)),
        }
        if health.stuck:
            metadata["stuck"] = MetadataValue.md(markdown_table(health.stuck))
        too_many = health.failure_rate > FAILURE_RATE
        severity = AssetCheckSeverity.ERROR if too_many else AssetCheckSeverity.WARN
        return AssetCheckResult(passed=not too_many and not health.lost, severity=severity, metadata=metadata)

    return check


health_checks = [build_health_check(stage) for stage in HEALTH]
