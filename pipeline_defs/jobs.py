"""Jobs over the assets."""

from __future__ import annotations

from dagster import AssetSelection, define_asset_job

pipeline = define_asset_job(
    "pipeline",
    selection=AssetSelection.all(),
    description="Everything for some domains: from robots.txt to the CVs.",
)
