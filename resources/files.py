"""The folder of CVs and other documents."""

from __future__ import annotations

from pathlib import Path

from dagster import ConfigurableResource
from pydantic import Field

from inroad.settings import get_settings


class FilesResource(ConfigurableResource[Path]):
    """Names the files' folder; the stages write below it."""

    folder: str | None = Field(None, description="Path; empty takes `files` below INROAD_HOME.")

    def path(self) -> Path:
        """The folder."""
        return Path(self.folder).expanduser().absolute() if self.folder else get_settings().files
