"""The model client against a local server that speaks the protocol: refusals, faults, costs, cache, secrets."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import select, text

from inroad.guard.breaker import BreakerPolicy
from inroad.guard.errors import BudgetExceeded, CircuitOpen, InroadError, PermanentError, RateLimited, Scope, TransientError
from inroad.guard.limits import set_budget, show_budgets
from inroad.llm import LlmClient
from inroad.llm.endpoint import Endpoint
from inroad.llm.faults import InvalidAnswer
from inroad.settings import load_settings
from inroad.store import Database
from inroad.store.models import LlmCall

KEY = "sk-test-0123456789abcdef"
SCOPE = Scope(run="r1", domain="acme.example")
Make = Callable[..., LlmClient]


def _ask(client: LlmClient, schema: type[BaseModel], prompt: str = "Who?", **options: Any) -> Any:
    return client.complete(prompt, schema=schema, purpose="people", scope=SCOPE, **options)


def _rows(database: Database) -> list[LlmCall]:
    with database.begin() as session:
        return list(session.scalars(select(LlmCall).order_by(LlmCall.id)))


def _spent(database: Database) -> float:
    (status,) = show_budgets(database)
    assert status.reserved == 0
    return status.spent


# Refusals


def test_without_key_or_endpoint_there_is_no_client() -> None:
    """The pipeline asks first, and takes the deterministic way."""
    assert not LlmClient.available(load_settings())
    with pytest.raises(PermanentError, match="INROAD_LLM_API_KEY"):
        LlmClient.from_settings(load_settings())


def test_a_budget_of_nothing_makes_no_call(make_client: Make, model: Any, database: Database, person: type[BaseModel]) -> None:
    """The refusal must come before the money is spent, and be in the ledger."""
    set_budget(database, "all", tokens=0)
    with pytest.raises(BudgetExceeded, match="0 of 0 tokens left"):
        _ask(make_client(), person)
    assert model.requests == []
    assert [row.outcome for row in _rows(database)] == ["refused"]


def test_an_unknown_price_is_refused_by_a_budget_in_dollars(
    make_client: Make, model: Any, database: Database, person: Any
) -> None:
    """Counted as free, the model would pass any such budget."""
    set_budget(database, "all", usd=5)
    with pytest.raises(BudgetExceeded, match="no price is known"):
        _ask(make_client(model_name="home-made"), person)
    assert model.requests == []


@pytest.mark.parametrize(
    ("status", "reason", "mend"),
    [
        (401, "llm-key", "INROAD_LLM_API_KEY"),
        (403, "llm-key", "INROAD_LLM_API_KEY"),
        (404, "llm-model", "INROAD_LLM_MODEL"),
    ],
)
def test_a_refused_key_or_model_is_permanent_and_says_what_to_mend(
    make_client: Make, model: Any, behave: Any, database: Database, person: Any, status: int, reason: str, mend: str
) -> None:
    """Retried, a wrong key is called thousands of times in a night."""
    set_budget(database, "all", tokens=10**6)
    model.default = behave(status=status)
    with pytest.raises(PermanentError, match=mend) as caught:
        _ask(make_client(), person)
    assert caught.value.reason == reason
    assert len(model.requests) == 1
    assert _spent(database) == 0


def test_an_open_breaker_makes_no_call(make_client: Make, model: Any, behave: Any, person: Any) -> None:
    """An endpoint that is down is left alone."""
    model.default = behave(status=500)
    client = make_client(breaker=BreakerPolicy(fail_max=2, reset_after_s=300))
    with pytest.raises(TransientError):
        _ask(client, person)
    seen = len(model.requests)
    with pytest.raises(CircuitOpen, match="llm:127"):
        _ask(client, person)
    assert len(model.requests) == seen == 2


def test_a_refusing_model_is_not_asked_again(make_client: Make, model: Any, behave: Any, person: Any) -> None:
    """Its answer will not change, and each ask costs."""
    model.default = behave(text="", finish_reason="content_filter")
    with pytest.raises(PermanentError, match="refused to answer"):
        _ask(make_client(), person)
    assert len(model.requests) == 1


def test_a_prompt_beyond_all_bounds_is_refused(make_client: Make, model: Any, person: Any) -> None:
    """Somebody forgot to cut a page."""
    with pytest.raises(PermanentError, match="bytes; at most"):
        _ask(make_client(), person, "x" * 1_100_000)
    assert model.requests == []


def test_no_connection_charges_nothing(database: Database, person: Any) -> None:
    """Nothing reached the provider."""
    set_budget(database, "all", tokens=10**6)
    from dataclasses import replace

    from inroad.guard.retry import RetryPolicy
    from inroad.guard.services import LLM

    service = replace(LLM, retry=RetryPolicy(attempts=2, wait_initial_s=0.01, jitter_s=0.0))
    client = LlmClient(Endpoint("http://127.0.0.1:9/v1", KEY, "gpt-4o-mini"), database=database, service=service)
    with pytest.raises(TransientError, match=r"No connection to the model's endpoint 127.0.0.1:9"):
        _ask(client, person)
    assert _spent(database) == 0
    assert [row.outcome for row in _rows(database)] == ["llm-unreachable"] * 2


# Answers


def test_an_answer_is_typed_priced_and_in_the_ledger(make_client: Make, model: Any, database: Database, person: Any) -> None:
    """What a run cost is asked of the ledger, not of the provider's bill."""
    found = _ask(make_client(), person)
    assert (found.name, found.age) == ("Ada Lindqvist", 41)
    (row,) = _rows(database)
    assert (row.outcome, row.purpose, row.domain, row.run, row.attempt) == ("ok", "people", "acme.example", "r1", 1)
    assert (row.input_tokens or 0) + (row.output_tokens or 0) == model.charged_tokens
    assert row.cost_usd == pytest.approx((row.input_tokens * 0.15 + row.output_tokens * 0.60) / 1e6, abs=1e-8)
    assert (row.price_version or "").startswith("genai-prices")
    assert row.latency_ms


async def test_it_works_where_a_loop_already_runs(make_client: Make, person: Any) -> None:
    """Notebooks and async servers."""
    client = make_client()
    assert _ask(client, person).age == 41
    found = await client.acomplete("Who else?", schema=person, purpose="people", scope=SCOPE)
    assert found.name == "Ada Lindqvist"


def test_the_schema_and_the_cap_are_sent(make_client: Make, model: Any, person: Any) -> None:
    """The reservation rests on the cap: an endpoint that is not told it may answer without end."""
    _ask(make_client(), person, max_output_tokens=77)
    (request,) = model.requests
    assert request["max_tokens"] == 77
    assert request["response_format"]["json_schema"]["strict"] is True


def test_settling_counts_what_the_provider_charged(make_client: Make, model: Any, database: Database, person: Any) -> None:
    """To the token."""
    set_budget(database, "all", tokens=10**6)
    client = make_client()
    for number in range(5):
        _ask(client, person, f"Who is {number}?")
    assert _spent(database) == model.charged_tokens > 0


def test_the_estimate_is_an_upper_bound(make_client: Make, model: Any, behave: Any, database: Database, person: Any) -> None:
    """Else the budget could be passed by the difference; text outside ASCII has more bytes than characters."""
    model.default = behave(text='{"name": "' + "x" * 4000 + '", "age": 1}')
    _ask(make_client(), person, "漢字と絵文字 🙂" * 50, max_output_tokens=100)
    (row,) = _rows(database)
    assert (row.input_tokens or 0) + (row.output_tokens or 0) == model.charged_tokens <= row.reserved_tokens


# Cache


def test_the_same_question_is_answered_from_the_cache(make_client: Make, model: Any, database: Database, person: Any) -> None:
    """A second run over unchanged pages costs nothing."""
    first, second = _ask(make_client(), person), _ask(make_client(), person)
    assert first == second
    assert len(model.requests) == 1
    assert [(row.outcome, row.cost_usd == 0) for row in _rows(database)] == [("ok", False), ("cached", True)]


def test_stored_answers_need_neither_budget_nor_endpoint(
    make_client: Make, model: Any, behave: Any, database: Database, person: Any
) -> None:
    """They cost nothing; an outage or an empty budget must not hide them."""
    _ask(make_client(), person)
    set_budget(database, "all", tokens=0)
    assert _ask(make_client(), person).age == 41
    set_budget(database, "all", tokens=10**6)
    model.default = behave(status=500)
    client = make_client(breaker=BreakerPolicy(fail_max=1, reset_after_s=300))
    with pytest.raises(TransientError):
        _ask(client, person, "Who else?")
    assert _ask(client, person).age == 41
    with pytest.raises(CircuitOpen):
        _ask(client, person, "And who else?")


def test_what_the_answer_depends_on_is_in_the_cache_key(make_client: Make, model: Any, person: Any) -> None:
    """A key without the model would give one model's answers as another's."""

    class Other(BaseModel):
        name: str

    _ask(make_client(), person)
    _ask(make_client(model_name="gpt-4o"), person)
    _ask(make_client(), Other)
    _ask(make_client(), person, version="2")
    _ask(make_client(), person, "Who else?")
    assert len(model.requests) == 5


def test_an_invalid_answer_is_not_cached(make_client: Make, model: Any, behave: Any, person: Any) -> None:
    """One bad moment would be for ever."""
    model.default = behave(text="no idea")
    with pytest.raises(InvalidAnswer):
        _ask(make_client(), person)
    model.default = behave()
    assert _ask(make_client(), person).age == 41


# Re-asks and dialects


def test_a_misfit_is_asked_again_with_the_fault(
    make_client: Make, model: Any, behave: Any, database: Database, person: Any
) -> None:
    """Models mend most of their misfits when told; each ask reserves for itself."""
    set_budget(database, "all", tokens=10**6)
    model.script = [behave(text='{"name": "Ada", "age": "old"}')]
    assert _ask(make_client(), person).age == 41
    correction = model.requests[1]["messages"][-1]["content"]
    assert "age: Input should be a valid integer" in correction
    assert '"properties"' in model.requests[1]["messages"][0]["content"]
    assert len(_rows(database)) == 2
    assert _spent(database) == model.charged_tokens


def test_after_two_reasks_it_ends(make_client: Make, model: Any, behave: Any, database: Database, person: Any) -> None:
    """A model that cannot is not paid for ever."""
    model.default = behave(text="I would rather talk.")
    with pytest.raises(InvalidAnswer, match="no valid answer for people in 3 attempts"):
        _ask(make_client(), person)
    assert len(model.requests) == 3


def test_a_check_can_refuse_what_fits_the_schema(make_client: Make, model: Any, behave: Any, person: Any) -> None:
    """Model output is not believed until checked."""
    model.script = [behave(text='{"name": "Bob", "age": 3}')]
    found = _ask(make_client(), person, check=lambda answer: "Bob is not on the page." if answer.name == "Bob" else None)
    assert found.name == "Ada Lindqvist"
    assert "Bob is not on the page." in model.requests[1]["messages"][-1]["content"]


def test_an_endpoint_without_schema_mode_gets_the_schema_in_words_and_is_remembered(
    make_client: Make, model: Any, behave: Any, person: Any
) -> None:
    """Half of the compatible servers refuse it; asking each time first would double the calls."""

    def no_schema(request: dict[str, Any]) -> Any:
        if "response_format" in request or "tools" in request:
            return behave(
                status=400, body='{"error": {"message": "response_format is not supported", "param": "response_format"}}'
            )
        return behave(text='Sure!\n```json\n{"name": "Ada", "age": 41,}\n```')

    model.default = no_schema
    assert _ask(make_client(), person).age == 41
    assert '"properties"' in model.requests[2]["messages"][0]["content"]
    _ask(make_client(), person, "Who else?")
    assert [{"response_format", "tools"} & request.keys() for request in model.requests] == [
        {"response_format"},
        {"tools"},
        set(),
        set(),
    ]


def test_a_model_that_wants_the_other_cap_gets_it(make_client: Make, model: Any, behave: Any, person: Any) -> None:
    """Reasoning models refuse `max_tokens`."""

    def picky(request: dict[str, Any]) -> Any:
        if "max_tokens" in request:
            message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
            return behave(status=400, body=json.dumps({"error": {"message": message, "param": "max_tokens"}}))
        return behave()

    model.default = picky
    assert _ask(make_client(), person).age == 41
    assert model.requests[1]["max_completion_tokens"]


# Faults


def test_transient_faults_are_retried_and_each_attempt_is_in_the_ledger(
    make_client: Make, model: Any, behave: Any, database: Database, person: Any
) -> None:
    """A retry that is not recorded is money that nobody finds."""
    set_budget(database, "all", tokens=10**6)
    model.script = [behave(status=503), behave(status=429, headers={"retry-after-ms": "20"})]
    assert _ask(make_client(), person).age == 41
    assert [(row.attempt, row.outcome) for row in _rows(database)] == [(1, "llm-overloaded"), (2, "llm-rate-limited"), (3, "ok")]
    assert _spent(database) == model.charged_tokens


def test_a_long_retry_after_is_not_waited_for(make_client: Make, model: Any, behave: Any, person: Any) -> None:
    """The row comes back then; a worker must not sleep for an hour."""
    model.default = behave(status=429, headers={"retry-after": "3600"})
    with pytest.raises(RateLimited) as caught:
        _ask(make_client(), person)
    assert caught.value.retry_after_s == 3600
    assert len(model.requests) == 1


@pytest.mark.parametrize("fault", ["hang", "cut", "no usage", "html", "empty", "null", "no choices"])
def test_what_may_have_been_charged_counts_as_the_estimate(
    make_client: Make, model: Any, behave: Any, database: Database, person: Any, fault: str
) -> None:
    """The provider's bill counts it; ours must not be lower."""
    set_budget(database, "all", tokens=10**6)
    model.script = {
        "hang": [behave(latency_s=2.0)],
        "cut": [behave(cut=True)],
        "no usage": [behave(usage=False)],
        "html": [behave(body="<html>busy</html>")],
        "empty": [behave(body="")],
        "null": [behave(body="null")],
        "no choices": [behave(body='{"choices": []}')],
    }[fault]
    assert _ask(make_client(timeout_s=1.0 if fault == "hang" else 60.0), person).age == 41
    rows = _rows(database)
    assert (rows[0].input_tokens or 0) + (rows[0].output_tokens or 0) == rows[0].reserved_tokens
    assert _spent(database) >= model.charged_tokens
    assert _spent(database) == sum((row.input_tokens or 0) + (row.output_tokens or 0) for row in rows)


def test_an_endless_answer_is_cut(
    make_client: Make, model: Any, behave: Any, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An endpoint that sends without end must not fill the memory."""
    monkeypatch.setattr("inroad.llm.endpoint.MAX_BODY_BYTES", 100_000)
    model.default = behave(body=" " * 200_000)
    with pytest.raises(TransientError, match="longer than 100,000 bytes"):
        _ask(make_client(), person)


def test_a_redirect_is_not_followed(make_client: Make, model: Any, behave: Any, person: Any) -> None:
    """The key would go to wherever it points."""
    model.default = behave(status=307, headers={"location": f"{model.url}/elsewhere"})
    with pytest.raises(PermanentError):
        _ask(make_client(), person)
    assert len(model.requests) == 1


def test_text_that_postgres_cannot_store_is_cleaned(make_client: Make, model: Any, behave: Any, person: Any) -> None:
    """JSON can write NUL and half of a surrogate pair."""
    model.default = behave(text='{"name": "A\\u0000da\\ud800", "age": 1}')
    assert _ask(make_client(store_prompts=True), person, "Who? \ud800\x00").name == "Ada?"


# Secrets


def test_the_key_is_in_no_row_no_error_and_no_log(
    make_client: Make, model: Any, behave: Any, database: Database, person: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Some endpoints repeat the key in their error's text."""
    caplog.set_level(logging.DEBUG)
    echo = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}})
    model.script = [behave(status=500, body=echo), behave(), behave(status=401, body=echo)]
    client = make_client(store_prompts=True)
    _ask(client, person)
    with pytest.raises(InroadError) as caught:
        _ask(client, person, "Who else?")
    assert model.headers[0]["authorization"] == f"Bearer {KEY}"
    assert KEY not in f"{caught.value} {caught.value!r} {caught.value.__cause__} {client._first.endpoint!r}"
    assert KEY not in caplog.text
    with database.begin() as session:
        for table in ("llm_calls", "llm_answers", "events", "breakers", "rate_limits", "budget_reservations"):
            assert KEY not in str(session.execute(text(f"SELECT * FROM {table}")).all())


def test_prompts_are_kept_only_where_the_setting_says_so(make_client: Make, database: Database, person: Any) -> None:
    """Pages hold personal data."""
    _ask(make_client(), person, "a private page")
    _ask(make_client(store_prompts=True), person, "another page")
    first, second = _rows(database)
    assert (first.prompt, first.answer) == (None, None)
    assert "another page" in (second.prompt or "")
    assert "Ada Lindqvist" in (second.answer or "")


# Many at once


def test_threads_share_one_client_and_one_budget(
    make_client: Make, model: Any, behave: Any, database: Database, person: Any
) -> None:
    """Spent by the server's own count never passes the limit."""
    set_budget(database, "all", tokens=12_000)
    model.default = behave(latency_s=0.02)
    client = make_client()

    def attempt(number: int) -> bool:
        try:
            _ask(client, person, f"Who is {number}?", max_output_tokens=200)
        except BudgetExceeded:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        answered = sum(pool.map(attempt, range(40)))
    assert 0 < answered < 40
    assert model.charged_tokens == _spent(database) <= 12_000


def test_the_settings_make_a_client(model: Any, database: Database, person: Any) -> None:
    """The one line that a notebook needs."""
    settings = load_settings(llm_base_url=model.url, llm_api_key=KEY, llm_model="gpt-4o-mini", database_url=database.url)
    assert LlmClient.available(settings)
    assert _ask(LlmClient.from_settings(settings), person).age == 41
    assert len(_rows(database)) == 1
