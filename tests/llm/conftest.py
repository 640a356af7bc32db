"""A model server and a client for it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from inroad.guard.breaker import BreakerPolicy
from inroad.guard.retry import RetryPolicy
from inroad.guard.services import LLM
from inroad.llm.client import LlmClient
from inroad.llm.endpoint import Endpoint, _dialects
from inroad.store import Database

KEY = "sk-test-0123456789abcdef"


def _load_server() -> Any:
    # Tests are imported by path (importlib mode), so that a module beside them is too.
    spec = importlib.util.spec_from_file_location("inroad_model_server", Path(__file__).with_name("server.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


server_module = _load_server()
Behaviour = server_module.Behaviour


class Person(BaseModel):
    name: str
    age: int


@pytest.fixture
def person() -> type[BaseModel]:
    """A schema with two fields."""
    return Person


@pytest.fixture
def behave() -> Any:
    """The server's Behaviour."""
    return Behaviour


@pytest.fixture(scope="session")
def _running() -> Iterator[Any]:
    with server_module.ModelServer().serve() as server:
        yield server


@pytest.fixture
def model(_running: Any) -> Any:
    """The model server, with nothing scripted and nothing remembered."""
    _running.script, _running.default = [], Behaviour()
    _running.requests, _running.headers, _running.charged_tokens = [], [], 0
    _dialects.clear()
    return _running


@pytest.fixture
def make_client(model: Any, database: Database) -> Callable[..., LlmClient]:
    """Makes a client of the server: quick retries, a breaker that stays out of the way."""

    def make(
        *, model_name: str = "gpt-4o-mini", store_prompts: bool = False, with_database: bool = True, **changes: Any
    ) -> LlmClient:
        quick = RetryPolicy(attempts=3, timeout_s=20, wait_initial_s=0.01, wait_max_s=0.05, jitter_s=0.01)
        defaults = {"retry": quick, "breaker": BreakerPolicy(fail_max=1000), "timeout_s": 5.0}
        service = replace(LLM, **(defaults | changes))
        endpoint = Endpoint(model.url, KEY, model_name, timeout_s=service.timeout_s)
        return LlmClient(endpoint, database=database if with_database else None, service=service, store_prompts=store_prompts)

    return make
