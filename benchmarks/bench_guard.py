"""The guard in figures, in one run: what it adds to a model call, and whether its limits hold over processes that are killed.

    python benchmarks/bench_guard.py [--calls 200] [--latency-only]

Starts an embedded server and model servers of its own, and stops them. Each latency is measured next to the bare openai client,
the two in turns: one call and eight calls at a time against a server that answers at once (then the processors are what all wait
for), and eight at a time against one that thinks for 50 to 150 ms, as the fastest real models do. Ours keeps pauses, breaker, two
budgets, ledger and cache look-up.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import guard_latency
import guard_limits

from inroad.guard.limits import set_budget
from inroad.llm import LlmClient
from inroad.llm.endpoint import Endpoint
from inroad.settings import load_settings
from inroad.store import Database, embedded, open_database

SERVER = Path(__file__).parent.parent / "tests" / "llm" / "server.py"


def _server_module() -> Any:
    spec = importlib.util.spec_from_file_location("model_server", SERVER)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def _thinking(least_s: float, most_s: float) -> Iterator[str]:
    """A model server in a process of its own, whose work is not counted with the clients'; yields its URL."""
    command = [sys.executable, str(SERVER), str(least_s), str(most_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def _latencies(database: Database, calls: int) -> None:
    for heading, at_once, thinks_s in (
        ("1 at a time, answered at once", 1, (0.0, 0.0)),
        ("8 at a time, answered at once", 8, (0.0, 0.0)),
        ("8 at a time, after 50 to 150 ms", 8, (0.05, 0.15)),
    ):
        with _thinking(*thinks_s) as url:
            client = LlmClient(Endpoint(url, "bench-key", "gpt-4o-mini"), database=database)
            times = asyncio.run(guard_latency.measure(url, client, calls=calls * min(at_once, 2), at_once=at_once))
        print(guard_latency.table(heading, *times), flush=True)


def main() -> None:
    """Starts everything, measures, stops everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--latency-only", action="store_true")
    arguments = parser.parse_args()
    module = _server_module()
    with tempfile.TemporaryDirectory() as home, module.ModelServer().serve() as model:
        Path(home).chmod(0o755)
        settings = load_settings(home=Path(home))
        try:
            database = open_database(settings)
            set_budget(database, "all", tokens=10**12)
            set_budget(database, "domain", usd=1000, period="day")
            _latencies(database, arguments.calls)
            if not arguments.latency_only:
                model.default = module.faulty(7)
                print(guard_limits.budget_under_kills(database, model), flush=True)
                print(guard_limits.rate_over_processes(database), flush=True)
                print(guard_limits.one_probe(database), flush=True)
            database.close()
        finally:
            embedded.stop(settings)


if __name__ == "__main__":
    main()
