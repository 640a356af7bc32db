"""Where launched runs execute, chosen by `INROAD_EXECUTOR`.

What lives here: the choice. What does not: the launchers, which are Dagster's, and the executor inside a run, which is in-process
for all (`pipeline_defs.definitions`): one process a run, since a process a step costs seconds.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from dagster import DefaultRunLauncher
from dagster._config.config_schema import UserConfigSchema
from dagster._core.launcher import RunLauncher
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from inroad.guard.errors import UserError

LAUNCHERS: Mapping[str, Callable[[ConfigurableClassData | None], RunLauncher[Any]]] = {
    "local": lambda inst_data: DefaultRunLauncher(inst_data=inst_data),
}


def choose_launcher(executor: str, inst_data: ConfigurableClassData | None = None) -> RunLauncher[Any]:
    """The launcher for a value of `INROAD_EXECUTOR`.

    Raises:
        UserError: No launcher has that name.
    """
    if executor not in LAUNCHERS:
        valid = ", ".join(sorted(LAUNCHERS))
        raise UserError(f"INROAD_EXECUTOR: {executor!r} is not an executor.", reason="bad-setting", mend=f"Valid: {valid}.")
    return LAUNCHERS[executor](inst_data)


class ChosenRunLauncher(RunLauncher[Any], ConfigurableClass):
    """What `dagster.yaml` names; building it gives the launcher that the settings choose, never an object of this class."""

    @property
    @abstractmethod
    def inst_data(self) -> ConfigurableClassData | None:
        """What Dagster read from `dagster.yaml`."""

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """Takes no configuration: the choice is a setting, checked with all others."""
        return {}

    @classmethod
    def from_config_value(  # type: ignore[override]
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003 - Dagster's signature
    ) -> RunLauncher[Any]:
        """Built by Dagster in each process that launches or ends runs.

        Raises:
            inroad.guard.errors.UserError: A setting is wrong.
        """
        from inroad.settings import load_settings

        return choose_launcher(load_settings().executor, inst_data)
