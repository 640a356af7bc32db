"""What the guard adds to a model call: the bare openai client and ours in turns, against one local server.

What does not belong here: whether limits hold (`guard_limits`).
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from openai import AsyncOpenAI
from pydantic import BaseModel

from inroad.guard.errors import Scope
from inroad.llm import LlmClient
from inroad.llm.schema import response_format

Ask = Callable[[int], Awaitable[Any]]


class Person(BaseModel):
    """The answer of the local server."""

    name: str
    age: int


@dataclass
class Times:
    """One client's calls.

    Attributes:
        wall_ms: Of each call.
        processor_ms: Of this process, over all calls.
    """

    wall_ms: list[float] = field(default_factory=list)
    processor_ms: float = 0.0

    @property
    def median_ms(self) -> float:
        """Of the calls."""
        return statistics.median(self.wall_ms)

    @property
    def p95_ms(self) -> float:
        """Of the calls."""
        return sorted(self.wall_ms)[min(int(len(self.wall_ms) * 0.95), len(self.wall_ms) - 1)]

    @property
    def cost_ms(self) -> float:
        """Processor milliseconds of one call."""
        return self.processor_ms / len(self.wall_ms)


async def measure(url: str, client: LlmClient, *, calls: int, at_once: int) -> tuple[Times, Times]:
    """Both clients in turns of `at_once` calls, so that both see the same machine; no prompt twice, so none is cached."""
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
        prompt = f"Who is number {number} at {url}?"
        await client.acomplete(prompt, schema=Person, purpose="bench", scope=scope, max_output_tokens=500)

    # The server thinks equally long about the same number: both clients wait for the same answers.
    await _turns((bare, lambda number: guarded(number + calls)), 2 * at_once, at_once)
    times = await _turns((bare, guarded), calls, at_once)
    await bare_client.close()
    return times[0], times[1]


async def _turns(asks: tuple[Ask, ...], calls: int, at_once: int) -> list[Times]:
    times = [Times() for _ in asks]

    async def timed(kind: int, number: int, began: float) -> None:
        await asks[kind](number)
        times[kind].wall_ms.append((time.perf_counter() - began) * 1000)

    for start in range(0, calls, at_once):
        for kind in range(len(asks)):
            # One clock for all: a call waits for its turn in the loop from the moment when all are asked, whoever goes first.
            before, began = time.process_time(), time.perf_counter()
            await asyncio.gather(*(timed(kind, number, began) for number in range(start, min(start + at_once, calls))))
            times[kind].processor_ms += (time.process_time() - before) * 1000
    return times


def table(heading: str, bare: Times, guarded: Times) -> str:
    """Three lines: bare, guarded, added."""
    lines = [f"{heading}; milliseconds a call"]
    for name, times in (("bare openai client", bare), ("guarded", guarded)):
        figures = f"median {times.median_ms:7.2f}   p95 {times.p95_ms:7.2f}   processor {times.cost_ms:5.2f}"
        lines.append(f"  {name:20} {figures}")
    added = (guarded.median_ms - bare.median_ms, guarded.p95_ms - bare.p95_ms, guarded.cost_ms - bare.cost_ms)
    lines.append(f"  {'added':20} median {added[0]:7.2f}   p95 {added[1]:7.2f}   processor {added[2]:5.2f}   (goal: <= 3, <= 8)")
    return "\n".join(lines)
