"""The command with a language model on this machine: it is used for every layer, and a budget of nothing ends nothing."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, make_url, select, text

from examples.network import ExampleNetwork
from inroad.guard.limits import set_budget, show_budgets
from inroad.stages import STAGES
from inroad.store import Database
from inroad.store.migrate import upgrade
from inroad.store.models import CvRow, Extraction, LlmCall
from tests.endtoend.command import Command, arguments_for, on_network
from tests.endtoend.conftest import MakeCommand, database_of
from tests.endtoend.receiver import Receiver
from tests.endtoend.snapshots import final_rows

pytestmark = pytest.mark.slow
DOMAIN = "acme.example"
KEY = "sk-of-the-test-0123456789"
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
    assert {"cv", "people", "posting"} <= calls.keys() <= {"cv", "people", "posting", "job-page"}
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


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of traces."""
    with Receiver().serve() as receiver:
        yield receiver


def _without_cost(database: Database) -> dict[str, Counter[str]]:
    """The final rows, but for what the model's calls cost: replayed answers cost nothing."""
    rows = final_rows(database)
    for table in ("cvs", "outreach"):
        rows[table] = Counter({re.sub(r"\('cost_usd', [^)]*\)", "", row): count for row, count in rows[table].items()})
    return rows


def test_a_recorded_run_is_replayed_without_a_model_and_a_traced_one_is_one_tree(
    network: ExampleNetwork, make_command: MakeCommand, model: Any, receiver: Receiver, tmp_path: Path
) -> None:
    """Without a tape the pipeline with a model is only ever tested with a key; and a trace that breaks off explains nothing."""
    recorded, replayed = make_command(), make_command()
    _configure(recorded, network, model)
    recorded.environment |= {
        "INROAD_LLM_API_KEY": KEY,
        "INROAD_LLM_RECORD": str(tmp_path / "tape"),
        "INROAD_OTLP_ENDPOINT": receiver.url,
        "INROAD_OTLP_HEADERS": "x-key=of-the-receiver",
    }
    replayed.environment |= on_network(network) | {"INROAD_LLM_MODEL": "gpt-4o-mini", "INROAD_LLM_REPLAY": str(tmp_path / "tape")}
    for command, out in ((recorded, "one"), (replayed, "two")):
        ended = command(*arguments_for([DOMAIN], tmp_path / out))
        assert ended.status == 0, ended.sentence
        asked = len(model.requests)
    first, second = database_of(recorded), database_of(replayed)
    try:
        assert asked == len(list((tmp_path / "tape").glob("*.json"))) > 3
        assert _without_cost(first) == _without_cost(second)
        with second.begin() as session:
            assert set(session.scalars(select(LlmCall.outcome))) <= {"replayed", "cached"}
            assert set(session.scalars(select(CvRow.writer))) == {"llm"}
        _check_traces(first, receiver)
        _check_log_lines(recorded)
    finally:
        first.close()
        second.close()


def _check_traces(database: Database, receiver: Receiver) -> None:
    with database.begin() as session:
        calls = session.execute(select(LlmCall.run, LlmCall.trace_id)).all()
    spans = list(receiver.spans.values())
    of_model = [span for span in spans if span.name == "call llm"]
    assert len(of_model) == len(calls) > 3
    traces = {span.trace_id.hex() for span in of_model}
    assert traces == {call.trace_id for call in calls} == {uuid.UUID(call.run).hex for call in calls}
    for span in of_model:
        way = receiver.way_up(span)
        assert (way[0], way[-1], way[-2].split()[0]) == ("call llm", "run", "asset")
        assert any(name.startswith("row") for name in way[1:-2])
    assert {receiver.way_up(span)[-2] for span in of_model} >= {"asset contacts", "asset cvs"}
    said = {item.key for span in of_model for item in span.attributes}
    assert {"inroad.purpose", "inroad.model", "inroad.outcome", "inroad.input_tokens", "inroad.cost_usd"} <= said
    assert {headers["x-key"] for headers in receiver.headers} == {"of-the-receiver"}
    sent = b"".join(receiver.bodies)
    assert KEY.encode() not in sent
    assert b"DATA>>>" not in sent


def _check_log_lines(command: Command) -> None:
    """Each line that a step of ours writes into Dagster's log of the run names the run's trace."""
    url = make_url(command.environment["INROAD_DATABASE_URL"])
    dagster = Database(url.set(database=f"{url.database}_dagster").render_as_string(hide_password=False))
    try:
        with dagster.begin() as session:
            rows = session.execute(text("SELECT run_id, event::jsonb FROM event_logs WHERE dagster_event_type IS NULL")).all()
    finally:
        dagster.close()
    summaries = re.compile(rf"({'|'.join(STAGES)}): \d+ domains, ")
    lines = [(run, event["user_message"]) for run, event in rows if summaries.match(event["user_message"])]
    assert len(lines) >= len(STAGES)
    assert [line for run, line in lines if f"[trace {uuid.UUID(run).hex}]" not in line] == []
