"""The folder of CVs and other documents."""

from __future__ import annotations

from pathlib import Path

from dagster import ConfigurableResource

from inroad.settings import get_settings


class FilesResource(ConfigurableResource[Path]):
    """Says where the stages write; rows name their files relative to it."""

    def path(self) -> Path:
        """The folder, `files` below INROAD_HOME; it exists once something was written."""
        return get_settings().files
