"""The model client: typed answers from the first of several models that gives one, recorded, replayed and cached.

What does not belong here: how one model is asked (`conversation`), prompts (`prompts`), what is asked for (`writer`, `people`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from inroad.guard.errors import CircuitOpen, InroadError, NotCalled, PermanentError, Scope, TransientError, UserError
from inroad.guard.guard import Guard
from inroad.guard.services import LLM, Service, services
from inroad.guard.sync import run_sync
from inroad.llm import tape
from inroad.llm.conversation import Conversation, Question
from inroad.llm.endpoint import Endpoint
from inroad.llm.prices import OwnPrices, own_prices
from inroad.llm.prompts import SYSTEM
from inroad.llm.reading import Reader, cache_key
from inroad.settings import Settings, load_settings
from inroad.store import Database, ledger, open_database
from inroad.store.database import DatabaseUnavailable

S = TypeVar("S", bound=BaseModel)

# Output cap in tokens: a CV's wordings need about 1,500; reasoning models count their thinking too.
MAX_OUTPUT_TOKENS = 4096


class LlmClient:
    """Typed answers from language models, inside budgets.

    Args:
        endpoint: The model that is asked first.
        guard: Breakers, budgets and limits.
        database: Ledger and cache; None for neither.
        service: How its calls are guarded.
        store_prompts: Keep prompts and answers in the ledger.
        fallbacks: Asked in their order when those before them fail; each attempt reserves for itself.
        models: Purpose to another model of the first endpoint.
        prices: The person's own, for models that the price table does not know.
        record_to: Folder that keeps every answer.
        replay_from: Folder whose answers are given instead of asking anybody.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        guard: Guard | None = None,
        database: Database | None = None,
        service: Service = LLM,
        store_prompts: bool = False,
        fallbacks: Sequence[Endpoint] = (),
        models: Mapping[str, str] | None = None,
        prices: OwnPrices | None = None,
        record_to: Path | None = None,
        replay_from: Path | None = None,
    ) -> None:
        self._database = database
        self._record_to, self._replay_from = record_to, replay_from
        self._has_tape = record_to is not None or replay_from is not None
        guard = guard or Guard(database)

        def talk(to: Endpoint) -> Conversation:
            return Conversation(to, guard=guard, service=service, store_prompts=store_prompts, own_prices=prices)

        self._first = talk(endpoint)
        self._by_purpose = {purpose: talk(endpoint.with_model(model)) for purpose, model in (models or {}).items()}
        self._fallbacks = tuple(talk(other) for other in fallbacks)

    @staticmethod
    def available(settings: Settings) -> bool:
        """Whether a model is configured: a key, an endpoint that may need none, or recorded answers."""
        return bool(settings.llm_api_key or settings.llm_base_url or settings.llm_replay)

    @classmethod
    def from_settings(cls, settings: Settings | None = None, database: Database | None = None) -> LlmClient:
        """The client that the settings describe; without a database it opens the settings' own.

        Raises:
            PermanentError: No model is configured.
        """
        settings = settings or load_settings()
        if not cls.available(settings):
            message = "No language model is configured."
            raise PermanentError(
                message, reason="no-llm", mend="Set INROAD_LLM_API_KEY, and INROAD_LLM_BASE_URL for another endpoint."
            )
        return cls(
            Endpoint.from_settings(settings),
            database=database or open_database(settings),
            service=services(settings)["llm"],
            store_prompts=settings.llm_store_prompts,
            fallbacks=[Endpoint.from_fallback(settings, fallback) for fallback in settings.llm_fallbacks],
            models=dict(settings.llm_models),
            prices=own_prices(settings.llm_prices),
            record_to=settings.llm_record,
            replay_from=settings.llm_replay,
        )

    def complete(self, prompt: str, *, schema: type[S], purpose: str, scope: Scope, **options: Any) -> S:
        """`acomplete` for synchronous code; also works where an event loop already runs."""
        return run_sync(self.acomplete(prompt, schema=schema, purpose=purpose, scope=scope, **options))

    async def acomplete(
        self,
        prompt: str,
        *,
        schema: type[S],
        purpose: str,
        scope: Scope,
        version: str = "",
        max_output_tokens: int = MAX_OUTPUT_TOKENS,
        check: Callable[[S], str | None] | None = None,
    ) -> S:
        """Asks the model, and after it the fallbacks, and returns the first answer as the schema's instance.

        Args:
            prompt: The question; strangers' text in it framed by `prompts.untrusted`.
            schema: What the answer must be.
            purpose: The pipeline's layer, for budgets, the ledger and the choice of the model.
            scope: What it is for.
            version: The prompt's, part of the cache's key.
            max_output_tokens: Output cap, also what is reserved for it.
            check: Says what is wrong with an answer that fits the schema, or None; a fault is asked again like a misfit.

        Raises:
            BudgetExceeded, CircuitOpen, BucketEmpty: The guard refused.
            RateLimited, TransientError: The endpoint failed, after bounded retries.
            InvalidAnswer: No answer fitted, after two re-asks.
            PermanentError: The key, the model or the request is refused; or the model refused to answer.
            NotRecorded: Answers are replayed and this one was not recorded.
        """
        prompt = prompt.encode("utf-8", "replace").decode()  # a page may hold lone surrogates, which no request can carry
        version = f"{SYSTEM.version}/{version}"
        messages = ({"role": "system", "content": SYSTEM.text}, {"role": "user", "content": prompt})
        question = Question(schema, purpose, scope, max_output_tokens, messages)
        first = self._by_purpose.get(purpose, self._first)
        # Only a tape needs it; hashing a page twice costs more than looking.
        key = tape.question_key(first.endpoint.model, version, schema, prompt) if self._has_tape else ""
        if self._replay_from:
            return await self._replayed(self._replay_from, key, first, question, Reader(schema, check, key))
        faults: list[InroadError] = []
        for conversation in (first, *self._fallbacks):
            endpoint = conversation.endpoint
            reader = Reader(schema, check, cache_key(endpoint.base_url, endpoint.model, version, schema, prompt))
            try:
                found = await self._ask(conversation, question, reader)
            except InroadError as error:
                if not is_worth_a_fallback(error):
                    raise
                faults.append(error)
                continue
            if self._record_to:
                tape.record(self._record_to, key, found.model_dump(mode="json"), model=endpoint.model, purpose=purpose)
            return found
        raise telling_most(faults)

    async def _ask(self, conversation: Conversation, question: Question, reader: Reader[S]) -> S:
        """The model's answer, or the one that the cache has of it."""
        try:
            return await conversation.ask(question, reader)
        except ledger.Known as known:
            found = reader.stored(known.answer)
        except CircuitOpen:
            # The stored answer is looked up with the reservation, which an open breaker does not reach.
            found = reader.stored(await ledger.cached_answer(self._database, reader.key)) if self._database else None
            if found is None:
                raise
        if found is None:  # stored under a schema that has changed since
            return await conversation.ask(replace(question, is_past_cache=True), reader)
        await self._enter(conversation, question, "cached")
        return found

    async def _replayed(self, folder: Path, key: str, conversation: Conversation, question: Question, reader: Reader[S]) -> S:
        found = reader.stored(tape.replay(folder, key, purpose=question.purpose))
        if found is None:
            raise tape.NotRecorded(f"The recorded answer {key} for {question.purpose} does not fit its schema.")
        await self._enter(conversation, question, "replayed")
        return found

    async def _enter(self, conversation: Conversation, question: Question, outcome: str) -> None:
        if self._database:
            entry = conversation.entry(question.purpose, question.scope, 1)
            await ledger.enter(self._database, entry, outcome=outcome)


@lru_cache(maxsize=8)
def shared_client(settings: Settings, database: Database) -> LlmClient:
    """One client for all of a process's CVs and pages: its connections and what it learnt of the endpoint are kept."""
    return LlmClient.from_settings(settings, database)


def is_worth_a_fallback(error: InroadError) -> bool:
    """Whether another model may answer: not where our own database or settings are at fault, nor where a model refused."""
    if isinstance(error, UserError | DatabaseUnavailable):
        return False
    return error.reason != "llm-content-filter"


def telling_most(faults: Sequence[InroadError]) -> InroadError:
    """Of all models' faults the first that may pass by itself, so that the row waits and is not given up; else the first."""
    return next((fault for fault in faults if isinstance(fault, TransientError | NotCalled)), faults[0])
