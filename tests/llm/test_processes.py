"""Eight processes with eight calls each on one budget, an endpoint with every fault, and kill -9 in between."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from inroad.guard.errors import BudgetExceeded, Scope
from inroad.guard.limits import set_budget, show_budgets
from inroad.llm import LlmClient
from inroad.store import Database
from inroad.store.models import LlmCall

SCRIPT = str(Path(__file__).with_name("spending.py"))
pytestmark = pytest.mark.slow


def _start(database: Database, url: str, count: int, *, timeout_s: float) -> list[subprocess.Popen[str]]:
    return [
        subprocess.Popen(
            [sys.executable, SCRIPT, database.url, url, str(number), str(timeout_s)], stdout=subprocess.PIPE, text=True
        )
        for number in range(count)
    ]


def _outcomes(processes: list[subprocess.Popen[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for process in processes:
        lines = process.communicate(timeout=300)[0].splitlines()
        if process.returncode == 0:
            total.update(json.loads(lines[-1]))
    return total


def _expire_all(database: Database) -> None:
    """As if the minutes had passed after which reservations of killed processes are taken back."""
    with database.begin() as session:
        session.execute(text("UPDATE budget_reservations SET expires_at = now()"))
        session.execute(text("UPDATE llm_calls SET reservation_expires_at = now() WHERE outcome = 'reserved'"))


def test_the_budget_is_never_passed_by_one_token(database: Database, model: Any) -> None:
    """By the server's own count, with 429s, 5xx, hangs, cut answers, misfits, missing usage and three killed processes."""
    limit = 60_000
    set_budget(database, "all", tokens=limit)
    set_budget(database, "domain", tokens=30_000)
    model.default = sys.modules["inroad_model_server"].faulty(7)
    processes = _start(database, model.url, 8, timeout_s=1.0)
    chance = random.Random(11)
    for victim in chance.sample(processes, 3):
        assert victim.stdout
        assert victim.stdout.readline() == "ready\n"
        time.sleep(0.3 + chance.random())
        victim.kill()
    outcomes = _outcomes(processes)
    _expire_all(database)
    statuses = {status.scope: status for status in show_budgets(database)}
    total = statuses["all"]
    assert model.charged_tokens <= total.spent <= limit
    assert all(status.spent <= status.limit and status.reserved == 0 for status in statuses.values())
    assert outcomes["ok"] > 0  # how many is the machine's matter: a loaded one sees more time-outs, which are charged in full
    with database.begin() as session:
        rows = session.scalar(select(func.count()).where(LlmCall.outcome.not_in(("refused", "cached"))))
        spent = session.scalar(select(func.sum(LlmCall.input_tokens + LlmCall.output_tokens)))
        assert not session.scalar(select(func.count()).where(LlmCall.outcome == "reserved"))
    assert rows >= len(model.requests)
    assert spent == total.spent


def _spend_all(client: LlmClient, schema: Any) -> None:
    for number in range(100):
        client.complete(f"Who is left {number}?", schema=schema, purpose="t", scope=Scope(), max_output_tokens=200)


def test_nobody_is_refused_who_is_covered_and_what_is_left_is_spent(
    database: Database, model: Any, make_client: Callable[..., LlmClient], person: Any
) -> None:
    """LiteLLM refuses falsely; here a refusal means that the estimate is above what is left, and nothing else."""
    set_budget(database, "all", tokens=96 * 2_500)  # 4 processes, 3 rounds, 8 calls of at most 2,500 tokens
    outcomes = _outcomes(_start(database, model.url, 4, timeout_s=30.0))
    assert outcomes == {"ok": 96}
    (status,) = show_budgets(database)
    assert (status.reserved, status.spent) == (0, model.charged_tokens)
    set_budget(database, "all", tokens=status.spent + 4_000)
    client = make_client(timeout_s=30.0)
    with pytest.raises(BudgetExceeded) as caught:
        _spend_all(client, person)
    with database.begin() as session:
        needed = session.scalar(select(func.max(LlmCall.reserved_tokens)).where(LlmCall.purpose == "t"))
    (status,) = show_budgets(database)
    assert caught.value.left == status.left < needed
