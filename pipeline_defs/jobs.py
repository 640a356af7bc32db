"""Jobs over the assets."""

from __future__ import annotations

from dagster import AssetSelection, define_asset_job

from pipeline_defs.partitions import domain_partitions

pipeline = define_asset_job(
    "pipeline",
    selection=AssetSelection.all(),
    partitions_def=domain_partitions,
    description="Everything for some domains: from robots.txt to the CVs.",
)
