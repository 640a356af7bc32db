"""The command with a language model on this machine: it is used for every layer, and a budget of nothing ends nothing."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from examples.network import ExampleNetwork
from inroad.guard.limits import set_budget, show_budgets
from inroad.store.migrate import upgrade
from inroad.store.models import CvRow, Extraction, LlmCall
from tests.endtoend.command import Command, arguments_for, on_network
from tests.endtoend.conftest import database_of

pytestmark = pytest.mark.slow
SERVER = Path(__file__).parent.parent / "llm" / "server.py"


def _module() -> Any:
    spec = importlib.util.spec_from_file_location("inroad_model_server_of_runs", SERVER)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def model() -> Iterator[Any]:
    """A model that repeats each line of a CV in its own words, and knows nobody."""
    module = _module()

    def answer(request: dict[str, Any]) -> Any:
        asked = request["messages"][-1]["content"]
        lines = re.findall(r"^(\d+)\. (.+)$", asked, re.MULTILINE)
        document = {"lines": [{"number": int(number), "text": text} for number, text in lines]} if lines else {"people": []}
        return module.Behaviour(text=json.dumps(document))

    server = module.ModelServer()
    server.default = answer
    with server.serve():
        yield server


def _run(command: Command, network: ExampleNetwork, out: Path) -> list[dict[str, Any]]:
    ended = command(*arguments_for(network.domains, out))
    assert ended.status == 0, ended.sentence
    return ended.lines


def _configure(command: Command, network: ExampleNetwork, model: Any) -> None:
    command.environment |= on_network(network) | {"INROAD_LLM_BASE_URL": model.url, "INROAD_LLM_MODEL": "gpt-4o-mini"}


def _files(lines: list[dict[str, Any]]) -> list[str]:
    return sorted(cv["title"] for line in lines for cv in line["cvs"] if cv["status"] == "Complete")


def test_a_model_is_used_for_every_layer_and_every_call_is_in_the_ledger(
    network: ExampleNetwork, command: Command, model: Any, tmp_path: Path
) -> None:
    """A layer that goes round the client is neither limited nor counted."""
    _configure(command, network, model)
    lines = _run(command, network, tmp_path)
    database = database_of(command)
    with database.begin() as session:
        calls = dict(session.execute(select(LlmCall.purpose, func.count()).group_by(LlmCall.purpose)).all())
        answered = session.scalar(select(func.count()).where(LlmCall.outcome == "ok"))
        untraced = session.scalar(select(func.count()).select_from(LlmCall).where(LlmCall.trace_id.is_(None)))
        writers = set(session.scalars(select(CvRow.writer)))
        readers = set(session.scalars(select(Extraction.reader).where(Extraction.kind == "contacts")))
    database.close()
    assert calls.keys() == {"cv", "people"}
    assert answered == len(model.requests) > 10
    assert untraced == 0
    assert writers == {"llm"}
    assert "rules and llm" in readers
    assert _files(lines)


def test_with_a_budget_of_nothing_everything_is_done_by_rules_and_says_so(
    network: ExampleNetwork, command: Command, model: Any, tmp_path: Path
) -> None:
    """The promise of a hard limit: not one call, and not one CV less."""
    _configure(command, network, model)
    database = database_of(command)
    upgrade(database)
    set_budget(database, "all", tokens=0)
    lines = _run(command, network, tmp_path)
    with database.begin() as session:
        notes = list(session.execute(select(CvRow.writer, CvRow.writer_note)))
        readers = set(session.scalars(select(Extraction.reader)))
        outcomes = set(session.scalars(select(LlmCall.outcome)))
    (status,) = show_budgets(database)
    database.close()
    assert model.requests == []
    assert outcomes == {"refused"}
    assert (status.spent, status.reserved) == (0, 0)
    assert {writer for writer, _ in notes} == {"rules"}
    assert all("0 of 0 tokens left" in note for _, note in notes)
    assert readers == {"rules"}
    assert _files(lines)
