"""Whether limits hold over processes: the budget under faults and kills, the rate limit in any window, one probe of a breaker.

The programs are the tests' own (`tests/llm/spending.py`, `tests/guard/granting.py`, `tests/guard/probing.py`).
What does not belong here: what the guard costs (`guard_latency`).
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import text

from inroad.guard.breaker import BreakerPolicy, Breakers
from inroad.guard.errors import TransientError
from inroad.guard.limits import set_budget, show_budgets
from inroad.store import Database

TESTS = Path(__file__).parent.parent / "tests"
_WATCH = """
CREATE TABLE grants (at timestamptz);
CREATE FUNCTION note_grant() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO grants VALUES (NEW.refilled_at); RETURN NULL; END $$;
CREATE TRIGGER note_grant AFTER INSERT OR UPDATE OF tokens ON rate_limits FOR EACH ROW EXECUTE FUNCTION note_grant()
"""


def _start(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(TESTS / script), *map(str, arguments)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def budget_under_kills(database: Database, server: Any, *, limit: int = 60_000) -> str:
    """8 processes with 8 calls at a time against a server with every fault, three of them killed."""
    with database.begin() as session:
        session.execute(text("TRUNCATE budgets, budget_spendings, budget_reservations, llm_calls, llm_answers"))
    set_budget(database, "all", tokens=limit)
    server.requests.clear()
    server.charged_tokens = 0
    chance = random.Random(11)
    processes = [_start("llm/spending.py", database.url, server.url, number, 1.0) for number in range(8)]
    for victim in chance.sample(processes, 3):
        time.sleep(0.2 + chance.random() / 2)
        victim.kill()
    outcomes: Counter[str] = Counter()
    for process in processes:
        lines = process.communicate(timeout=300)[0].splitlines()
        if process.returncode == 0:
            outcomes.update(json.loads(lines[-1]))
    with database.begin() as session:
        session.execute(text("UPDATE budget_reservations SET expires_at = now()"))
        session.execute(text("UPDATE llm_calls SET reservation_expires_at = now() WHERE outcome = 'reserved'"))
    (status,) = show_budgets(database)
    with database.begin() as session:
        attempts = session.scalar(text("SELECT count(*) FROM llm_calls WHERE outcome NOT IN ('refused', 'cached')"))
    held = "holds" if server.charged_tokens <= status.spent <= status.limit and not status.reserved else "IS BROKEN"
    ended = ", ".join(f"{count} {reason}" for reason, count in outcomes.most_common())
    return (
        f"budget: 8 processes x 8 calls, three killed, 60 % of the answers faulty\n"
        f"  limit {limit:,}, spent {status.spent:,.0f}, charged by the server {server.charged_tokens:,}, reserved "
        f"{status.reserved:,.0f}: {held}\n"
        f"  {len(server.requests)} requests, {attempts} attempts in the ledger; questions of those that lived: {ended}"
    )


def rate_over_processes(database: Database, *, limit: int = 12, period_s: float = 0.6) -> str:
    """4 processes with 8 calls at a time on one bucket; the server's own time of each grant."""
    with database.begin() as session:
        session.execute(text(_WATCH))
    processes = [_start("guard/granting.py", database.url, "bench", limit, period_s, limit // 2, 40) for _ in range(4)]
    ended = [process.communicate("go\n", timeout=120)[0].split() for process in processes]
    with database.begin() as session:
        granted = list(session.scalars(text("SELECT at FROM grants ORDER BY at")))
    most = max(sum(0 <= (other - first).total_seconds() < period_s for other in granted) for first in granted)
    refused = sum(int(counts[1]) for counts in ended)
    held = "holds" if most <= limit else "IS BROKEN"
    return (
        f"rate: 4 processes x 8 calls on {limit} calls in {period_s:g} s\n"
        f"  {len(granted)} granted, {refused} sent back to their rows, at most {most} in any window: {held}"
    )


def one_probe(database: Database) -> str:
    """4 processes with 8 callers each at a breaker whose open time has ended."""

    async def fail() -> None:
        async with Breakers(database, BreakerPolicy(fail_max=1, reset_after_s=0.01)).call("bench"):
            raise TransientError("down")

    try:
        asyncio.run(fail())
    except TransientError:
        processes = [_start("guard/probing.py", database.url, "bench") for _ in range(4)]
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
    probes = sum(int(process.communicate(timeout=120)[0]) for process in processes)
    return f"breaker: 4 processes x 8 callers after the open time\n  {probes} probe: {'holds' if probes == 1 else 'IS BROKEN'}"
