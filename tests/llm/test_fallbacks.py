"""Several models: which is asked when, what each reserves, how each is told the schema, and answers that are replayed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from inroad.guard.errors import BudgetExceeded, PermanentError, Scope, TransientError
from inroad.guard.limits import set_budget, show_budgets
from inroad.llm import LlmClient
from inroad.llm.endpoint import Endpoint
from inroad.llm.prices import own_prices, price_usd
from inroad.llm.tape import NotRecorded
from inroad.settings import load_settings
from inroad.store import Database
from inroad.store.models import LlmCall

SCOPE = Scope(run="r1", domain="acme.example")


def _ask(client: LlmClient, schema: Any, prompt: str = "Who?", purpose: str = "people") -> Any:
    return client.complete(prompt, schema=schema, purpose=purpose, scope=SCOPE)


def _outcomes(database: Database) -> list[tuple[str, str]]:
    with database.begin() as session:
        return [tuple(row) for row in session.execute(select(LlmCall.model, LlmCall.outcome).order_by(LlmCall.id))]


@pytest.fixture
def client(model: Any, database: Database) -> Callable[..., LlmClient]:
    """Makes a client whose fallback is another model of the same server."""

    def make(**options: Any) -> LlmClient:
        first, second = Endpoint(model.url, "key-1", "gpt-4o-mini"), Endpoint(model.url, "key-2", "gpt-4o")
        return LlmClient(first, database=database, fallbacks=[second], **options)

    return make


def test_a_model_that_refuses_to_answer_is_not_gone_round(client: Any, model: Any, behave: Any, person: Any) -> None:
    """A refusal is an answer: asking the next one until somebody complies is not what a person would want."""
    model.default = behave(text="", finish_reason="content_filter")
    with pytest.raises(PermanentError, match="refused to answer"):
        _ask(client(), person)
    assert len(model.requests) == 1


def test_when_all_fail_the_fault_that_may_pass_is_told(client: Any, model: Any, behave: Any, person: Any) -> None:
    """Told the permanent one, the row would be given up although the second endpoint is only busy."""
    model.default = lambda request: behave(
        status=401 if request["model"] == "gpt-4o-mini" else 503, headers={"retry-after": "900"}
    )
    with pytest.raises(TransientError, match="503"):
        _ask(client(), person)


def test_a_fallback_answers_and_reserves_for_itself(
    client: Any, model: Any, behave: Any, database: Database, person: Any
) -> None:
    """Both attempts are in the ledger, and only the one that was answered is charged."""
    set_budget(database, "model", tokens=10**6)
    model.default = lambda request: behave(status=401) if request["model"] == "gpt-4o-mini" else behave()
    assert _ask(client(), person).age == 41
    assert _outcomes(database) == [("gpt-4o-mini", "llm-key"), ("gpt-4o", "ok")]
    spent = {status.scope: status.spent for status in show_budgets(database)}
    assert spent == {"model:gpt-4o-mini": 0, "model:gpt-4o": model.charged_tokens}
    assert [headers["authorization"] for headers in model.headers] == ["Bearer key-1", "Bearer key-2"]


def test_a_budget_of_one_model_lets_the_next_one_answer(client: Any, model: Any, database: Database, person: Any) -> None:
    """A dear first model with a small budget and a cheap second one is how people save."""
    set_budget(database, "model:gpt-4o-mini", tokens=0)
    assert _ask(client(), person).age == 41
    assert [request["model"] for request in model.requests] == ["gpt-4o"]


def test_a_budget_over_everything_is_not_gone_round(client: Any, model: Any, database: Database, person: Any) -> None:
    """Fallbacks are calls like any other."""
    set_budget(database, "all", usd=0)
    with pytest.raises(BudgetExceeded):
        _ask(client(), person)
    assert model.requests == []


def test_a_purpose_has_its_own_model(client: Any, model: Any, person: Any) -> None:
    """Finding people is easy and often; wording a CV is hard and rare."""
    maker = client(models={"cv": "gpt-4.1"})
    _ask(maker, person, purpose="people")
    _ask(maker, person, purpose="cv")
    assert [request["model"] for request in model.requests] == ["gpt-4o-mini", "gpt-4.1"]


def test_an_endpoint_that_knows_tools_and_no_schema_is_given_a_tool(client: Any, model: Any, behave: Any, person: Any) -> None:
    """A schema that is enforced is better than one in words, and half of the older servers know tools alone."""

    def only_tools(request: dict[str, Any]) -> Any:
        if "response_format" in request:
            return behave(status=400, body='{"error": {"message": "unknown field response_format"}}')
        name = request["tool_choice"]["function"]["name"]
        assert request["tools"][0]["function"]["parameters"]["properties"].keys() == {"name", "age"}
        call = {"id": "1", "type": "function", "function": {"name": name, "arguments": json.dumps({"name": "Ada", "age": 41})}}
        message = {"role": "assistant", "content": "Let me see.", "tool_calls": [call]}
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        return behave(body=json.dumps({"choices": [{"finish_reason": "tool_calls", "message": message}], "usage": usage}))

    model.default = only_tools
    assert _ask(client(), person).name == "Ada"
    assert _ask(client(), person, "Who else?").age == 41
    assert ["tools" in request for request in model.requests] == [False, True, True]


def test_a_price_of_ones_own_makes_an_unknown_model_fit_for_budgets_in_dollars(
    model: Any, database: Database, person: Any
) -> None:
    """Without it a local model can be limited in tokens alone."""
    set_budget(database, "all", usd=5)
    prices = own_prices((("home-made", "0.5/1.5"),))
    assert price_usd("home-made", model.url, input_tokens=10**6, output_tokens=10**6, own=prices) == 2.0
    _ask(LlmClient(Endpoint(model.url, "key", "home-made"), database=database, prices=prices), person)
    with database.begin() as session:
        (row,) = session.scalars(select(LlmCall))
        assert row.price_version == "INROAD_LLM_PRICES"
        assert row.cost_usd == pytest.approx((row.input_tokens * 0.5 + row.output_tokens * 1.5) / 10**6)


def test_what_was_not_recorded_is_not_asked(model: Any, database: Database, person: Any, tmp_path: Path) -> None:
    """A replay that calls out costs money in a test, and fails where there is no network."""
    client = LlmClient(Endpoint(model.url, "key", "gpt-4o-mini"), database=database, replay_from=tmp_path)
    with pytest.raises(NotRecorded, match="INROAD_LLM_RECORD"):
        _ask(client, person)
    assert model.requests == []


def test_a_recorded_answer_is_replayed_without_key_budget_or_call(
    model: Any, database: Database, person: Any, tmp_path: Path
) -> None:
    """The whole pipeline is tested on it."""
    recording = LlmClient(Endpoint(model.url, "key", "gpt-4o-mini"), database=database, record_to=tmp_path / "tape")
    found = _ask(recording, person)
    set_budget(database, "all", tokens=0)
    settings = load_settings(llm_replay=tmp_path / "tape", llm_model="gpt-4o-mini")
    assert LlmClient.available(settings)
    replaying = LlmClient.from_settings(settings, database)
    assert _ask(replaying, person) == found
    assert len(model.requests) == 1
    assert _outcomes(database) == [("gpt-4o-mini", "ok"), ("gpt-4o-mini", "replayed")]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"answer": {"name": 3}}', "[" * 100_000])
def test_a_broken_recording_is_said_to_be_none(model: Any, person: Any, tmp_path: Path, text: str) -> None:
    """Somebody edited it by hand."""
    recording = LlmClient(Endpoint(model.url, "key", "m"), record_to=tmp_path)
    _ask(recording, person)
    (file,) = tmp_path.glob("*.json")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NotRecorded):
        _ask(LlmClient(Endpoint(model.url, "key", "m"), replay_from=tmp_path), person)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("llm_prices", "gpt=cheap"),
        ("llm_prices", "0.5/1.5"),
        ("llm_models", "cv"),
        ("llm_fallbacks", ({"base_url": "x", "model": "m"},)),
    ],
)
def test_wrong_settings_of_models_are_refused(name: str, value: Any) -> None:
    """Found at the first call, they would stop a run in its middle."""
    from inroad.settings import SettingsError

    with pytest.raises(SettingsError, match=f"INROAD_{name.upper()}"):
        load_settings(**{name: value})
