"""A job runs over domains in one's own process, leaves its runs in the instance, and ends cleanly when interrupted."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterInstance, DagsterInvalidSubsetError, DagsterRunStatus
from dagster._core.instance.config import PoolGranularity
from dagster._core.run_coordinator import QueuedRunCoordinator

from pipeline_defs.inprocess import RunResult, open_instance, run_job, run_ranges
from pipeline_defs.partitions import DOMAINS, add_domain_partitions, domain_partitions
from pipeline_defs.pooled import dispose_engines
from pipeline_defs.pools import ensure_pools

OpenInstance = Callable[..., DagsterInstance]
CHECKOUT = Path(__file__).parents[2]
KEYS = [f"d{number}.example" for number in range(7)]


def _definitions() -> dg.Definitions:
    @dg.asset(partitions_def=domain_partitions, pool="web")
    def sitemaps(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        for key in context.partition_keys:
            context.add_asset_metadata({"rows": len(key)}, partition_key=key)
        context.log.info("a word in the log")
        return dg.MaterializeResult(metadata={"domains": len(context.partition_keys)})

    @dg.asset(partitions_def=domain_partitions, deps=[sitemaps])
    def pages(context: dg.AssetExecutionContext) -> None:
        if KEYS[3] in context.partition_keys:
            raise RuntimeError("the site of d3 is down")

    job = dg.define_asset_job("crawl", selection=["sitemaps", "pages"])
    return dg.Definitions(assets=[sitemaps, pages], jobs=[job], executor=dg.in_process_executor)


def test_a_failed_range_is_told_and_keeps_no_other_from_running(instance: DagsterInstance) -> None:
    """Otherwise one bad batch ends the command, or ends it green."""
    results = run_ranges(_definitions(), instance, job_name="crawl", keys=KEYS, limit=3)
    assert [(result.first, result.last, result.success) for result in results] == [
        (KEYS[0], KEYS[2], True),
        (KEYS[3], KEYS[5], False),
        (KEYS[6], KEYS[6], True),
    ]
    assert results[1].status == DagsterRunStatus.FAILURE
    assert list(results[1].errors) == ["pages"]
    assert "the site of d3 is down" in results[1].errors["pages"]
    assert not results[0].errors


def test_an_unknown_job_is_refused_before_a_run_exists(instance: DagsterInstance) -> None:
    """Otherwise a misspelt job leaves an empty run behind."""
    with pytest.raises(Exception, match="crwal"):
        run_ranges(_definitions(), instance, job_name="crwal", keys=KEYS)
    assert instance.get_runs_count() == 0


def test_an_unknown_asset_is_refused_before_a_run_exists(instance: DagsterInstance) -> None:
    """Otherwise a misspelt stage runs everything, or nothing, and looks done."""
    with pytest.raises(DagsterInvalidSubsetError, match="pags"):
        run_ranges(_definitions(), instance, job_name="crawl", keys=KEYS, assets=["pags"])
    assert instance.get_runs_count() == 0


def test_some_assets_of_a_job_can_be_run_alone(instance: DagsterInstance) -> None:
    """Otherwise repeating one stage repeats all before it."""
    results = run_ranges(_definitions(), instance, job_name="crawl", keys=KEYS, assets=["sitemaps"])
    assert [result.success for result in results] == [True]
    assert instance.event_log_storage.get_materialized_partitions(dg.AssetKey("sitemaps")) == set(KEYS)
    assert instance.event_log_storage.get_materialized_partitions(dg.AssetKey("pages")) == set()


def test_a_job_without_partitions_is_one_run(instance: DagsterInstance) -> None:
    """Otherwise the sweep cannot be run from the shell."""

    @dg.op(config_schema={"fail": bool})
    def sweep_rows(context: dg.OpExecutionContext) -> None:
        if context.op_config["fail"]:
            raise RuntimeError("the database went away")

    @dg.job
    def sweep() -> None:
        sweep_rows()

    def run(*, fail: bool) -> RunResult:
        config = {"ops": {"sweep_rows": {"config": {"fail": fail}}}}
        return run_job(
            dg.Definitions(jobs=[sweep], executor=dg.in_process_executor),
            instance,
            job_name="sweep",
            run_config=config,
            tags={"origin": "shell"},
        )

    good, bad = run(fail=False), run(fail=True)
    assert (good.success, good.first, good.last) == (True, None, None)
    assert (bad.status, list(bad.errors)) == (DagsterRunStatus.FAILURE, ["sweep_rows"])
    assert "the database went away" in bad.errors["sweep_rows"]
    stored = instance.get_run_by_id(good.run_id)
    assert stored is not None
    assert stored.tags["origin"] == "shell"


def test_a_run_that_fails_before_its_steps_says_why(instance: DagsterInstance) -> None:
    """Otherwise the command prints that a run failed and names no reason."""

    @dg.resource
    def database() -> None:
        raise RuntimeError("no server answers")

    @dg.op(required_resource_keys={"database"})
    def work() -> None: ...

    @dg.job(resource_defs={"database": database})
    def broken() -> None:
        work()

    defs = dg.Definitions(jobs=[broken], executor=dg.in_process_executor)
    result = run_job(defs, instance, job_name="broken")
    assert result.status == DagsterRunStatus.FAILURE
    assert "no server answers" in " ".join(result.errors.values())


def test_a_full_pool_does_not_make_a_command_wait(dagster_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Otherwise after a `kill -9` the next `inroad run` hangs on the slot of the dead one."""
    monkeypatch.setenv("INROAD_DAGSTER_DATABASE_URL", dagster_url)
    monkeypatch.setenv("INROAD_HOME", str(tmp_path))
    with open_instance() as instance:
        ensure_pools(instance, {"web": 1})
        assert instance.event_log_storage.claim_concurrency_slot("web", "dead", "sitemaps").is_claimed
        (result,) = run_ranges(_definitions(), instance, job_name="crawl", keys=KEYS[:1])
        assert result.success
        assert instance.event_log_storage.get_concurrency_info("web").active_run_ids == {"dead"}
    dispose_engines()


def test_an_instance_that_launches_has_the_queue_of_the_file(
    dagster_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Otherwise draining asks a coordinator that knows no queued run."""
    monkeypatch.setenv("INROAD_DAGSTER_DATABASE_URL", dagster_url)
    monkeypatch.setenv("INROAD_HOME", str(tmp_path))
    with open_instance(launches=True) as instance:
        assert isinstance(instance.run_coordinator, QueuedRunCoordinator)
        assert instance.get_concurrency_config().pool_config.pool_granularity == PoolGranularity.OP
    with open_instance() as instance:
        assert not isinstance(instance.run_coordinator, QueuedRunCoordinator)
    dispose_engines()


def test_each_partition_gets_its_event_with_its_metadata(instance: DagsterInstance) -> None:
    """Otherwise the UI shows domains as missing that were done."""
    add_domain_partitions(instance, ["other.example", *KEYS[:2]])
    results = run_ranges(_definitions(), instance, job_name="crawl", keys=[KEYS[1], KEYS[0], KEYS[1]])
    assert [(result.first, result.last) for result in results] == [(KEYS[0], KEYS[1])]
    materialized = instance.event_log_storage.get_materialized_partitions(dg.AssetKey("sitemaps"))
    assert materialized == set(KEYS[:2])
    records = instance.fetch_materializations(dg.AssetKey("sitemaps"), limit=10).records
    rows = {record.partition_key: record.asset_materialization.metadata["rows"].value for record in records}  # type: ignore[union-attr]
    assert rows == {key: len(key) for key in KEYS[:2]}
    assert {record.asset_materialization.metadata["domains"].value for record in records} == {2}  # type: ignore[union-attr]


def test_a_run_is_listed_under_the_location_and_never_retried_by_the_daemon(instance: DagsterInstance) -> None:
    """Otherwise the daemon tries to launch again what a person ran in a shell, and fails: no code server knows the run."""
    (result,) = run_ranges(_definitions(), instance, job_name="crawl", keys=KEYS[:1], tags={"origin": "shell"})
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    assert run.tags[".dagster/repository"] == "__repository__@inroad"
    assert (run.tags["dagster/max_retries"], run.tags["origin"], run.job_name) == ("0", "shell", "crawl")


def test_new_domains_become_partitions_and_known_ones_stay(instance: DagsterInstance) -> None:
    """Otherwise `inroad run` on a new domain is refused, or moves the old ones."""
    add_domain_partitions(instance, [KEYS[1]])
    run_ranges(_definitions(), instance, job_name="crawl", keys=KEYS[:3])
    assert instance.get_dynamic_partitions(DOMAINS) == [KEYS[1], KEYS[0], KEYS[2]]


def test_nothing_is_printed(instance: DagsterInstance, capfd: pytest.CaptureFixture[str]) -> None:
    """Otherwise Dagster's debug log runs through the command's progress bars."""
    run_ranges(_definitions(), instance, job_name="crawl", keys=KEYS)
    output, errors = capfd.readouterr()
    assert output == ""
    assert "d3" not in errors
    assert "STEP" not in errors
    assert "a word in the log" not in errors


def test_events_are_handed_over_as_they_happen(instance: DagsterInstance) -> None:
    """Otherwise the command cannot show which stage runs."""
    steps: list[str | None] = []
    run_ranges(
        _definitions(),
        instance,
        job_name="crawl",
        keys=KEYS[:1],
        on_event=lambda event: steps.append(event.step_key) if event.is_step_start else None,
    )
    assert steps == ["sitemaps", "pages"]


# Dagster's generator of a step answers its end with one more event.
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
def test_an_error_of_the_listener_does_not_leave_the_run_started(instance: DagsterInstance) -> None:
    """Otherwise a bug in a progress bar leaves runs that look alive for ever."""

    def fail(event: dg.DagsterEvent) -> None:
        if event.is_step_start:
            raise RuntimeError("no terminal")

    with pytest.raises(RuntimeError, match="no terminal"):
        run_ranges(_definitions(), instance, job_name="crawl", keys=KEYS[:1], on_event=fail)
    assert [run.status for run in instance.get_runs()] == [DagsterRunStatus.FAILURE]


def test_the_termination_handler_is_put_back(instance: DagsterInstance) -> None:
    """Otherwise SIGTERM becomes a KeyboardInterrupt in whatever the process does next."""
    before = signal.getsignal(signal.SIGTERM)
    run_ranges(_definitions(), instance, job_name="crawl", keys=KEYS[:1])
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_project_instance_opens_from_the_settings(dagster_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Otherwise the command writes its runs where nobody looks."""
    monkeypatch.setenv("INROAD_DAGSTER_DATABASE_URL", dagster_url)
    monkeypatch.setenv("INROAD_HOME", str(tmp_path))
    with open_instance() as instance:
        (result,) = run_ranges(_definitions(), instance, job_name="crawl", keys=KEYS[:1])
        assert instance.get_run_by_id(result.run_id) is not None
    dispose_engines()
    assert not (tmp_path / "dagster" / "logs").exists()


SLEEPER = """
import asyncio, sys
import dagster as dg
from pathlib import Path
from pipeline_defs.inprocess import RunResult, open_instance, run_job, run_ranges
from pipeline_defs.partitions import domain_partitions

@dg.asset(partitions_def=domain_partitions)
def slow(context: dg.AssetExecutionContext) -> None:
    Path(sys.argv[1]).write_text("started")
    asyncio.run(asyncio.sleep(60))

defs = dg.Definitions(assets=[slow], jobs=[dg.define_asset_job("job", selection=["slow"])], executor=dg.in_process_executor)
with open_instance() as instance:
    try:
        run_ranges(defs, instance, job_name="job", keys=["a.example", "b.example"], limit=1)
    except KeyboardInterrupt:
        print("interrupted")
"""


@pytest.mark.parametrize("signal_number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_an_interrupt_ends_the_run_and_starts_no_further_one(
    open_instance: OpenInstance, dagster_url: str, tmp_path: Path, signal_number: signal.Signals
) -> None:
    """Otherwise Ctrl-C leaves a run that looks alive for ever, or only skips to the next range."""
    marker = tmp_path / "marker"
    environment = os.environ | {
        "INROAD_DAGSTER_DATABASE_URL": dagster_url,
        "INROAD_HOME": str(tmp_path),
        "PYTHONPATH": str(CHECKOUT),
    }
    process = subprocess.Popen([sys.executable, "-c", SLEEPER, str(marker)], env=environment, stdout=subprocess.PIPE, text=True)
    while not marker.exists() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal_number)
    output, _ = process.communicate(timeout=60)
    assert output.strip() == "interrupted"
    runs = open_instance(dagster_url).get_runs()
    assert [run.status for run in runs] == [DagsterRunStatus.FAILURE]
