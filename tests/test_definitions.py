"""What Dagster is given: assets, policies, sensors, schedules and jobs are pinned, and loading them needs nothing.

Every name here is in people's bookmarks, in stored runs and in scripts; a change is a decision and not an accident.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from dagster import AssetKey, AssetSpec, DefaultScheduleStatus, DefaultSensorStatus, Definitions, in_process_executor

from inroad.stages import STAGES
from pipeline_defs import build_defs
from pipeline_defs.partitions import DOMAINS, DomainPartitions
from resources import DatabaseResource

CHECKOUT = Path(__file__).parent.parent
GROUPS = {
    "discovery": {"domains", "sitemaps", "pages"},
    "harvest": {"page_contents", "contacts", "companies", "postings"},
    "applications": {"matches", "cvs", "outreach"},
}
DEPENDENCIES = {
    "domains": set(),
    "sitemaps": {"domains"},
    "pages": {"sitemaps"},
    "page_contents": {"pages"},
    "contacts": {"page_contents"},
    "companies": {"page_contents"},
    "postings": {"page_contents"},
    "matches": {"postings"},
    "cvs": {"matches", "contacts"},
    "outreach": {"cvs"},
}
KINDS = {
    "domains": {"python", "postgres", "http"},
    "sitemaps": {"python", "postgres", "xml"},
    "pages": {"python", "postgres"},
    "page_contents": {"python", "postgres", "http"},
    "contacts": {"python", "postgres"},
    "companies": {"python", "postgres"},
    "postings": {"python", "postgres", "http"},
    "matches": {"python", "postgres"},
    "cvs": {"python", "postgres", "typst"},
    "outreach": {"python", "postgres", "typst"},
}
POOLS = {
    "domains": {"web"},
    "sitemaps": {"web"},
    "page_contents": {"web"},
    "postings": {"web"},
    "cvs": {"llm"},
    "outreach": {"llm"},
}
CHECKED = {"domains", "sitemaps", "page_contents", "contacts", "companies", "postings", "matches", "cvs", "outreach"}
SENSORS = {
    "new_domains": "pipeline",
    "queued_sitemaps": "sweep",
    "selected_pages": "sweep",
    "selected_postings": "sweep",
    "silent_runs": None,
}
SCHEDULES = {
    "daily_refresh": ("0 5 * * *", "pipeline"),
    "daily_refresh_scattered": ("0 5 * * *", "sweep"),
    "hourly_release": ("7 * * * *", "release_leases"),
    "weekly_tidying": ("30 4 * * 0", "keep_tidy"),
}
JOBS = {"pipeline", "sweep", "release_leases", "keep_tidy"}


@pytest.fixture(scope="module")
def defs() -> Definitions:
    """The definitions as production has them."""
    return build_defs()


@pytest.fixture(scope="module")
def specs(defs: Definitions) -> dict[str, AssetSpec]:
    """Every asset's specification by name."""
    return {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


LOADING = """
import socket, sys
def refuse(*_):
    raise RuntimeError("the network was asked")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from pipeline_defs import build_defs
build_defs().get_repository_def().load_all_definitions()
print(sorted(key.to_user_string() for key in build_defs().resolve_asset_graph().get_all_asset_keys()))
"""


def test_an_unknown_override_is_refused_with_the_names_that_exist() -> None:
    """Otherwise a misspelt fake is ignored and a test runs against the real web."""
    with pytest.raises(ValueError, match=r"wbe.*database, web, llm, files"):
        build_defs(overrides={"wbe": object()})


@pytest.fixture(params=[pytest.param("checkout", marks=pytest.mark.slow), "elsewhere"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A working folder: the checkout, and one that holds nothing."""
    return CHECKOUT if request.param == "checkout" else tmp_path


def test_loads_with_an_empty_environment_and_no_network(folder: Path) -> None:
    """Otherwise a machine without settings, keys or a connection shows no asset graph, and loading depends on the folder."""
    before = set(folder.iterdir())
    command = [
        sys.executable,
        "-W",
        "error::ResourceWarning",
        "-c",
        f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n{LOADING}",
    ]
    loaded = subprocess.run(
        command, cwd=folder, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=120, check=False
    )
    assert loaded.returncode == 0, loaded.stderr[-2000:]
    assert loaded.stdout.strip() == str(sorted(DEPENDENCIES))
    assert loaded.stderr == ""
    if folder != CHECKOUT:  # where other tests write at the same time
        assert {path.name for path in set(folder.iterdir()) - before} <= {"__pycache__"}


def test_the_package_wires_nothing_at_import() -> None:
    """Dagster imports the package to find its storage class, before any definition can exist."""
    code = "import sys, pipeline_defs; print([name for name in sys.modules if name.startswith(('assets', 'dagster', 'inroad'))])"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=True)
    assert loaded.stdout.strip() == "[]"


def test_the_assets_are_the_stages_of_the_core(specs: dict[str, AssetSpec]) -> None:
    """Otherwise a stage exists that Dagster never runs, or an asset that has none."""
    assert set(specs) == set(STAGES) == set(DEPENDENCIES)


def test_groups_kinds_and_dependencies_are_pinned(specs: dict[str, AssetSpec]) -> None:
    """Otherwise the graph that people know changes by accident, and with it the order of a run."""
    assert {group: {name for name, spec in specs.items() if spec.group_name == group} for group in GROUPS} == GROUPS
    assert {name: set(spec.kinds) for name, spec in specs.items()} == KINDS
    assert {name: {dep.asset_key.to_user_string() for dep in spec.deps} for name, spec in specs.items()} == DEPENDENCIES


def test_every_asset_says_what_it_holds_and_where(specs: dict[str, AssetSpec]) -> None:
    """Otherwise a person who opens the graph has to read the code."""
    for name, spec in specs.items():
        table = "sitemap_files" if name == "sitemaps" else name
        assert spec.description is not None
        assert f"Table `{table}`." in spec.description
        assert not {"database", "web", "llm"} & set(spec.metadata)


def test_all_assets_share_one_dimension_of_domains(defs: Definitions, specs: dict[str, AssetSpec]) -> None:
    """A partition per page would be millions; stock partitions read every key for each domain of a run."""
    for name in specs:
        definition = defs.resolve_assets_def(name).partitions_def
        assert isinstance(definition, DomainPartitions)
        assert definition.name == DOMAINS
    job = defs.resolve_job_def("pipeline")
    assert isinstance(job.partitions_def, DomainPartitions)


def test_each_asset_retries_batches_and_waits_in_its_pool(defs: Definitions, specs: dict[str, AssetSpec]) -> None:
    """Otherwise a database that restarts fails a run for good, a backfill is a run for each domain, or all crawl at once."""
    for name in specs:
        asset = defs.resolve_assets_def(name)
        policy = asset.op.retry_policy
        assert policy is not None
        assert (policy.max_retries, policy.delay) == (3, 2)
        assert asset.backfill_policy is not None
        assert asset.backfill_policy.max_partitions_per_run == 100
        assert asset.op.pools == POOLS.get(name, set())


def test_what_nobody_refreshed_turns_stale(specs: dict[str, AssetSpec]) -> None:
    """Otherwise a schedule that stopped is noticed by nobody. Crawled assets are a day's matter, written ones a week's."""
    for name, spec in specs.items():
        policy = spec.freshness_policy
        assert policy is not None
        days = 7 if spec.group_name == "applications" else 2
        assert policy.fail_window.to_timedelta() == timedelta(days=days), name  # type: ignore[attr-defined]
        assert policy.warn_window.to_timedelta() < timedelta(days=days)  # type: ignore[attr-defined]


def test_each_stage_with_states_has_one_check_over_all_domains(defs: Definitions) -> None:
    """Partitioned checks lose their key in a run over a range; `pages` has no state that can fail."""
    graph = defs.resolve_asset_graph()
    assert {key.name for key in graph.asset_check_keys} == {f"{name}_health" for name in CHECKED}
    for key in graph.asset_check_keys:
        assert key.asset_key == AssetKey(key.name.removesuffix("_health"))
        assert graph.get(key).partitions_def is None
        assert graph.get(key).description


def test_sensors_run_without_being_switched_on(defs: Definitions) -> None:
    """A queue whose sensor somebody must remember to start is a queue that stands still."""
    repository = defs.get_repository_def()
    found = {sensor.name: sensor for sensor in repository.sensor_defs}
    assert {name: sensor.job_name if sensor.targets else None for name, sensor in found.items()} == SENSORS
    for sensor in found.values():
        assert sensor.default_status == DefaultSensorStatus.RUNNING
        assert sensor.description
        assert (sensor.minimum_interval_seconds or 0) >= 15


def test_schedules_run_without_being_switched_on(defs: Definitions) -> None:
    """Otherwise nothing is refreshed, no lease released and no run deleted on a fresh installation."""
    found = {schedule.name: schedule for schedule in defs.get_repository_def().schedule_defs}
    assert {name: (schedule.cron_schedule, schedule.job_name) for name, schedule in found.items()} == SCHEDULES
    for schedule in found.values():
        assert schedule.default_status == DefaultScheduleStatus.RUNNING
        assert schedule.description


def test_the_jobs_are_pinned_described_and_run_in_one_process(defs: Definitions) -> None:
    """A process for each step costs seconds; a job without a description is a riddle in the list."""
    jobs = {job.name: job for job in defs.get_repository_def().get_all_jobs() if not job.name.startswith("__")}
    assert set(jobs) == JOBS
    for job in jobs.values():
        assert job.description
        assert job.executor_def is in_process_executor


def test_the_pipeline_holds_every_asset_and_every_check(defs: Definitions) -> None:
    """Otherwise the first run of a domain stops half-way, or ends without its checks."""
    layer = defs.resolve_job_def("pipeline").asset_layer
    assert {key.to_user_string() for key in layer.selected_asset_keys} == set(DEPENDENCIES)
    assert {key.name for key in layer.asset_graph.asset_check_keys} == {f"{name}_health" for name in CHECKED}


def test_an_override_replaces_a_resource_and_leaves_the_others(defs: Definitions) -> None:
    """Otherwise tests and the command cannot run the same assets on another database."""
    other = DatabaseResource(url="postgresql://nobody@localhost:1/none")
    replaced = build_defs(overrides={"database": other})
    assert replaced.resources is not None
    assert replaced.resources["database"] is other
    assert set(replaced.resources) == set(defs.resources or {}) == {"database", "web", "llm", "files"}
