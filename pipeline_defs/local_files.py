"""Where Dagster keeps files: captured output and artifacts, in the folder of the installation's state.

`dagster.yaml` can only name fixed folders, and a relative one would follow each process's working folder. What does not belong
here: files of the application (`Settings.files`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster._config.config_schema import UserConfigSchema
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.root import LocalArtifactStorage
from dagster._serdes import ConfigurableClassData


def dagster_folder() -> Path:
    """Folder of Dagster's files under `INROAD_HOME`."""
    from inroad.settings import load_settings

    return load_settings().home / "dagster"


class HomeArtifactStorage(LocalArtifactStorage):
    """Artifacts under `INROAD_HOME`."""

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """Takes no configuration."""
        return {}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003 - Dagster's signature
    ) -> HomeArtifactStorage:
        """Built by Dagster in each of its processes."""
        return cls(str(dagster_folder()), inst_data=inst_data)


class HomeComputeLogManager(LocalComputeLogManager):
    """What steps print, under `INROAD_HOME`."""

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """Takes no configuration."""
        return {}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003 - Dagster's signature
    ) -> HomeComputeLogManager:
        """Built by Dagster in each of its processes."""
        return cls(str(dagster_folder() / "logs"), inst_data=inst_data)
