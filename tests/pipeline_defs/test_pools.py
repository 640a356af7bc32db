"""Pools get their limits from the settings, and runs go where `INROAD_EXECUTOR` says."""

from collections.abc import Callable
from pathlib import Path

import pytest
from dagster import DagsterInstance, DefaultRunLauncher
from dagster._serdes import ConfigurableClassData

from inroad.guard.errors import UserError
from inroad.settings import load_settings
from pipeline_defs.launcher import choose_launcher
from pipeline_defs.pools import ensure_pools, pool_limits

OpenInstance = Callable[..., DagsterInstance]


def _limits(instance: DagsterInstance) -> dict[str, int]:
    return {pool.name: pool.limit for pool in instance.event_log_storage.get_pool_limits()}


@pytest.mark.parametrize("limit", [-1, 1001])
def test_an_impossible_limit_sets_nothing(instance: DagsterInstance, limit: int) -> None:
    """Otherwise half of the pools are set when one setting is wrong."""
    with pytest.raises(ValueError, match="llm"):
        ensure_pools(instance, {"web": 4, "llm": limit})
    assert _limits(instance) == {}


def test_limits_follow_the_settings_and_claims_survive(instance: DagsterInstance) -> None:
    """Otherwise a changed setting has no effect, or setting it again lets a second browser start."""
    limits = pool_limits(load_settings(pool_web=4, pool_browser=1, pool_llm=2))
    assert ensure_pools(instance, limits) == limits == _limits(instance)
    assert instance.event_log_storage.claim_concurrency_slot("browser", "run", "step").is_claimed
    assert ensure_pools(instance, limits) == {}
    assert ensure_pools(instance, {**limits, "web": 7}) == {"web": 7}
    assert not instance.event_log_storage.claim_concurrency_slot("browser", "other", "step").is_claimed


def test_an_unknown_executor_is_refused_with_those_that_exist() -> None:
    """Otherwise runs are queued and never start, and nobody says why."""
    with pytest.raises(UserError, match=r"INROAD_EXECUTOR: 'slurm'.*local"):
        choose_launcher("slurm")


def test_the_launcher_of_the_file_is_the_chosen_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Otherwise Dagster holds a launcher that cannot launch, or loses the choice when it hands the instance to a child."""
    monkeypatch.setenv("INROAD_HOME", str(tmp_path))
    data = ConfigurableClassData("pipeline_defs.launcher", "ChosenRunLauncher", "{}")
    launcher = data.rehydrate()
    assert isinstance(launcher, DefaultRunLauncher)
    assert launcher.inst_data == data
    monkeypatch.setenv("INROAD_EXECUTOR", "slurm")
    with pytest.raises(UserError, match="INROAD_EXECUTOR"):
        data.rehydrate()
