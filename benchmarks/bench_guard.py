"""What the guard adds to a model call: the bare openai client against ours, in turns, in one run.

`python benchmarks/bench_guard.py [--calls N] [--concurrency N]` starts the embedded PostgreSQL in a temporary folder and a local
server that answers at once, then prints the latency of both clients and the difference. Ours keeps breaker, two budgets, ledger
and cache look-up; every prompt is new, so that no answer comes from the cache.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI
from pydantic import BaseModel

from inroad.guard.errors import Scope
from inroad.guard.limits import set_budget, show_budgets
from inroad.llm import LlmClient
from inroad.llm.endpoint import Endpoint
from inroad.llm.schema import response_format
from inroad.settings import load_settings
from inroad.store import embedded, open_database

SERVER = Path(__file__).parent.parent / "tests" / "llm" / "server.py"


class Person(BaseModel):
    """The answer of the local server."""

    name: str
    age: int


def _server() -> Any:
    spec = importlib.util.spec_from_file_location("model_server", SERVER)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.ModelServer()


async def _measure(calls: list[Callable[[int], Awaitable[Any]]], count: int, concurrency: int) -> list[list[float]]:
    """Milliseconds of `count` calls each, the kinds in turns, so that both see the same machine."""
    times: list[list[float]] = [[] for _ in calls]

    async def timed(kind: int, number: int) -> None:
        began = time.perf_counter()
        await calls[kind](number)
        times[kind].append((time.perf_counter() - began) * 1000)

    for start in range(0, count, concurrency):
        for kind in range(len(calls)):
            await asyncio.gather(*(timed(kind, number) for number in range(start, min(start + concurrency, count))))
    return times


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


async def _run(url: str, client: LlmClient, calls: int, concurrency: int) -> None:
    bare_client = AsyncOpenAI(api_key="bench", base_url=url, max_retries=0)

    async def bare(number: int) -> None:
        answer = await bare_client.chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "user", "content": f"Who is {number}?"}],
            response_format=response_format(Person),  # type: ignore[arg-type]
            max_tokens=500,
        )
        Person.model_validate_json(answer.choices[0].message.content or "")

    async def guarded(number: int) -> None:
        scope = Scope(run="bench", domain=f"d{number % 10}.example")
        await client.acomplete(f"Who is {number}?", schema=Person, purpose="bench", scope=scope, max_output_tokens=500)

    await _measure([bare, lambda number: guarded(-number - 1)], 4 * concurrency, concurrency)
    bare_ms, guarded_ms = await _measure([bare, guarded], calls, concurrency)
    print(f"{calls} calls each, {concurrency} at a time; milliseconds")
    for name, values in (("bare openai client", bare_ms), ("guarded", guarded_ms)):
        print(f"  {name:20} median {statistics.median(values):7.2f}   p95 {_percentile(values, 0.95):7.2f}")
    added = statistics.median(guarded_ms) - statistics.median(bare_ms)
    added95 = _percentile(guarded_ms, 0.95) - _percentile(bare_ms, 0.95)
    print(f"  {'added':20} median {added:7.2f}   p95 {added95:7.2f}   (goal: median <= 3, p95 <= 8)")


def main() -> None:
    """Starts everything, measures, stops everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--concurrency", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, _server().serve() as model:
        Path(home).chmod(0o755)
        settings = load_settings(home=Path(home))
        try:
            database = open_database(settings)
            set_budget(database, "all", tokens=10**12)
            set_budget(database, "domain", usd=1000, period="day")
            client = LlmClient(Endpoint(model.url, "bench-key", "gpt-4o-mini"), database=database)
            asyncio.run(_run(model.url, client, arguments.calls, arguments.concurrency))
            total = next(status for status in show_budgets(database) if status.scope == "all")
            print(f"  spent {total.spent:,.0f} tokens, reserved {total.reserved:,.0f}")
            database.close()
        finally:
            embedded.stop(settings)


if __name__ == "__main__":
    main()
