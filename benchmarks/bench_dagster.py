"""Dagster's own cost: milliseconds per partition and asset of a launched run, stock dagster-postgres against ours.

Measured is what a launched run costs besides its work: creating it with its planned events, then executing it in-process with its
log, captured output and metadata on each partition, as the run's worker does. Not measured: starting the interpreter. Each side
runs in a process and a database of its own on one server, one after the other.

    python benchmarks/bench_dagster.py                          1,000 partitions, 100 a run
    python benchmarks/bench_dagster.py --partitions 100000 --runs 1                    stock rereads all keys: four minutes
    python benchmarks/bench_dagster.py --partitions 100000 --keys 1000 --only ours
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run
from dagster._core.instance.ref import InstanceRef

from inroad.settings import load_settings
from inroad.store import embedded
from inroad.store.database import create_database
from pipeline_defs.event_log import BATCH_SIZE_VARIABLE
from pipeline_defs.partitions import DOMAINS, DomainPartitions, add_domain_partitions
from pipeline_defs.pooled import psycopg2_url

ASSETS = 3
GOAL_MS = 2.0
FLOOR_MS = 7.0


def _job(partitions: dg.PartitionsDefinition) -> dg.JobDefinition:
    """A chain of assets that do nothing but report a count for each partition."""

    def make(number: int) -> dg.AssetsDefinition:
        @dg.asset(name=f"stage_{number}", partitions_def=partitions, deps=[f"stage_{number - 1}"] if number else [])
        def stage(context: dg.AssetExecutionContext) -> None:
            for key in context.partition_keys:
                context.add_asset_metadata({"rows": 1, "errors": 0}, partition_key=key)

        return stage

    assets = [make(number) for number in range(ASSETS)]
    job = dg.define_asset_job("chain", selection="*", executor_def=dg.in_process_executor)
    return dg.Definitions(assets=assets, jobs=[job]).resolve_job_def("chain")


def _instance(side: str, url: str, home: str) -> dg.DagsterInstance:
    storage: dict[str, Any] = {"postgres": {"postgres_url": psycopg2_url(url)}}
    if side == "ours":
        storage = {"custom": {"module": "pipeline_defs.storage", "class": "PooledPostgresStorage", "config": {"url": url}}}
    overrides = {"storage": storage, "telemetry": {"enabled": False}}
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(home, overrides=overrides))


def measure(side: str, url: str, *, partitions: int, keys: int, runs: int) -> dict[str, float]:
    """Runs one side and gives its milliseconds per partition and asset; the first run, which warms caches, is not counted."""
    definition = DomainPartitions(name=DOMAINS) if side == "ours" else dg.DynamicPartitionsDefinition(name=DOMAINS)
    job = _job(definition)
    created = executed = 0.0
    with tempfile.TemporaryDirectory() as home, _instance(side, url, home) as instance:
        names = [f"domain-{number}.example" for number in range(partitions)]
        add_domain_partitions(instance, names)
        for number in range(runs + 1):
            first = (number * keys) % (partitions - keys + 1)
            tags = {
                "dagster/asset_partition_range_start": names[first],
                "dagster/asset_partition_range_end": names[first + keys - 1],
            }
            start = time.perf_counter()
            run = instance.create_run_for_job(job, tags=tags)
            middle = time.perf_counter()
            result = execute_run(InMemoryJob(job), run, instance, raise_on_error=True)
            end = time.perf_counter()
            _check(instance, result, keys)
            if number:
                created += middle - start
                executed += end - middle
    cells = runs * keys * ASSETS
    return {"create_ms": created * 1000 / cells, "execute_ms": executed * 1000 / cells}


def _check(instance: dg.DagsterInstance, result: Any, keys: int) -> None:
    """A fast side that stored less would win: every planned and materialisation event must be there."""
    for kind in (dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED):
        stored = len(instance.all_logs(result.run_id, of_type=kind))
        if stored != keys * ASSETS:
            raise SystemExit(f"{stored} events of {kind.value} were stored, {keys * ASSETS} belong there")


def _spawn(side: str, url: str, arguments: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, __file__, "--side", side, "--url", url]
    for name in ("partitions", "keys", "runs"):
        command += [f"--{name}", str(getattr(arguments, name))]
    environment = {name: value for name, value in os.environ.items() if name != BATCH_SIZE_VARIABLE}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def compare(arguments: argparse.Namespace) -> int:
    """Runs both sides and prints them; returns the exit code, 1 when ours is above the floor."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        settings = load_settings(home=Path(folder))
        server = embedded.ensure_running(settings)
        try:
            totals = {}
            print(f"{arguments.partitions:,} partitions, {arguments.keys:,} a run, {arguments.runs} runs, {ASSETS} assets")
            print(f"{'':8}{'create':>10}{'execute':>10}{'together':>10}   ms per partition and asset")
            for side in [arguments.only] if arguments.only else ["stock", "ours"]:
                create_database(server.url(side))
                part = _spawn(side, server.url(side), arguments)
                totals[side] = part["create_ms"] + part["execute_ms"]
                print(f"{side:8}{part['create_ms']:10.2f}{part['execute_ms']:10.2f}{totals[side]:10.2f}", flush=True)
        finally:
            embedded.stop(settings)
    return _verdict(totals)


def _verdict(totals: dict[str, float]) -> int:
    ours = totals.get("ours")
    if ours is None:
        return 0
    word = "goal met" if ours <= GOAL_MS else "floor met" if ours <= FLOOR_MS else "too slow"
    ratio = f"stock / ours = {totals['stock'] / ours:.1f}; " if "stock" in totals else ""
    print(f"{ratio}goal <= {GOAL_MS}, floor <= {FLOOR_MS}: {word}")
    return int(ours > FLOOR_MS)


def main() -> int:
    """Reads the command line; `--side` is what the two child processes are started with."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--partitions", type=int, default=1000)
    parser.add_argument("--keys", type=int, default=100, help="partitions of one run")
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each side")
    parser.add_argument("--only", choices=["stock", "ours"], help="measure one side")
    parser.add_argument("--side", choices=["stock", "ours"], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not 0 < arguments.keys <= arguments.partitions or arguments.runs < 1:
        parser.error("keys must lie between 1 and partitions, runs must be at least 1")
    if arguments.side:
        sizes = {"partitions": arguments.partitions, "keys": arguments.keys, "runs": arguments.runs}
        print(json.dumps(measure(arguments.side, arguments.url, **sizes)))
        return 0
    return compare(arguments)


if __name__ == "__main__":
    sys.exit(main())
