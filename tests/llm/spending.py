"""One of several processes that spend from the same budget: `python spending.py DATABASE_URL BASE_URL NUMBER TIMEOUT_S`.

Makes eight model calls at a time, in rounds, until killed or the rounds are over, and prints one JSON line with what happened.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from dataclasses import replace

from pydantic import BaseModel

from inroad.guard.breaker import BreakerPolicy
from inroad.guard.errors import InroadError, Scope
from inroad.guard.retry import RetryPolicy
from inroad.guard.services import LLM
from inroad.llm import LlmClient
from inroad.llm.endpoint import Endpoint
from inroad.store import Database

ROUNDS = 3
CALLS = 8


class Person(BaseModel):
    """What the server answers."""

    name: str
    age: int


async def main(database_url: str, base_url: str, number: int, timeout_s: float) -> None:
    quick = RetryPolicy(attempts=3, timeout_s=20, wait_initial_s=0.02, wait_max_s=0.1, jitter_s=0.05)
    service = replace(LLM, retry=quick, breaker=BreakerPolicy(fail_max=10_000), timeout_s=timeout_s)
    client = LlmClient(Endpoint(base_url, "key-of-the-test", "gpt-4o-mini"), database=Database(database_url), service=service)
    outcomes: Counter[str] = Counter()

    async def call(turn: int) -> None:
        prompt = f"Who is {number}-{turn}? " + "x" * random.Random(number * 1000 + turn).randint(0, 400)
        try:
            scope = Scope(domain=f"d{turn % 3}.example")
            await client.acomplete(prompt, schema=Person, purpose="test", scope=scope, max_output_tokens=200)
            outcomes["ok"] += 1
        except InroadError as error:
            outcomes[error.reason] += 1

    print("ready", flush=True)
    for turn in range(ROUNDS):
        await asyncio.gather(*(call(turn * CALLS + index) for index in range(CALLS)))
    print(json.dumps(outcomes), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
