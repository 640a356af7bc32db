"""What a run says at its end beside what it found: what rested meanwhile, what it had from language models and what that cost.

What does not belong here: limits and costs over time (`budgeting`), and what was found (`reporting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

# Pauses that are told; `inroad status` shows all.
MOST_PAUSES = 10

if TYPE_CHECKING:
    from inroad.settings import Settings
    from inroad.store import Database
    from inroad.store.costs import ModelUse


def closing_notes(settings: Settings, database: Database, names: Sequence[str], runs: Sequence[str]) -> list[str]:
    """What rests of some domains' work, and what some runs had from a model."""
    model = model_sentence(settings, database, runs)
    return [*pause_sentences(database, names), *([model] if model else [])]


def pause_sentences(database: Database, names: Sequence[str]) -> list[str]:
    """What rests now that a run over these domains would have done: a table of noughts looks like a site without anything."""
    from inroad.store.pauses import active_pauses

    found = [rest for rest in database.call(active_pauses) if rest.kind != "domain" or rest.key in set(names)]
    return [f"{rest.sentence} `inroad resume {rest.name}` goes on." for rest in found[:MOST_PAUSES]]


def model_sentence(settings: Settings, database: Database, runs: Sequence[str]) -> str:
    """How often the model was asked in some runs, for how much, and what a budget kept from it; empty without a model."""
    from inroad.llm import LlmClient
    from inroad.store.costs import model_use

    if not LlmClient.available(settings):
        return ""
    return told(database.call(model_use, runs), waits=settings.llm_when_refused == "wait")


def told(use: ModelUse, *, waits: bool) -> str:
    """The sentence.

    Args:
        use: What the ledger says of the runs.
        waits: Refused work waits for the budget; else rules did it.
    """
    parts = [_asked(use)]
    if use.kept:
        parts.append(f"Answers that were kept from before, at no cost: {use.kept:,}.")
    if use.failed:
        why = ", ".join(use.faults)
        parts.append(f"Attempts without an answer: {use.failed:,} ({why}); what stayed without one was done by rules.")
    if use.refused:
        done = "waits for it" if waits else "was done by rules, which its rows say, and is offered to the model"
        then = "when the budget allows (`inroad budget show`)."
        parts.append(f"Calls that a budget refused: {use.refused:,}; that work {done} {then}")
    return " ".join(part for part in parts if part)


def _asked(use: ModelUse) -> str:
    if not use.answered:
        return "No language model was asked." if not use.failed else "No language model answered."
    cost = f"{use.cost_usd:,.4f} USD"
    if use.unpriced:
        cost += f", without answers of unknown price: {use.unpriced:,} (INROAD_LLM_PRICES)"
    names = ", ".join(use.models)
    return f"Answers of {names}: {use.answered:,}, {use.input_tokens:,} tokens in, {use.output_tokens:,} out, {cost}."
