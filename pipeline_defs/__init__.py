"""Dagster's side of the project: definitions and the instance's storage, launcher, pools and retention.

What lives here: the offer of `build_defs`, imported when it is first asked for. What does not: any wiring. Dagster imports this
package to find the storage class, before definitions can exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagster import Definitions

__all__ = ["build_defs"]


def build_defs(*, overrides: Mapping[str, Any] | None = None) -> Definitions:
    """All assets, jobs, sensors, schedules and resources; see `pipeline_defs.definitions.build_defs`."""
    from pipeline_defs.definitions import build_defs as build

    return build(overrides=overrides)
