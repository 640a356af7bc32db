"""One question to one model: asked through the guard, priced, entered in the ledger, asked again while the answer does not fit.

What does not belong here: which model is asked, and which after it (`client`); the wire (`endpoint`); reading an answer
(`reading`); prompts (`prompts`).
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import BaseModel

from inroad.guard.budget import Amounts
from inroad.guard.errors import PermanentError, Scope
from inroad.guard.guard import Attempt, Call, Guard
from inroad.guard.services import Service
from inroad.guard.tracing import current_trace_id
from inroad.llm.completions import Answer, Unfinished
from inroad.llm.endpoint import MODES, Endpoint, dialect_of
from inroad.llm.faults import InvalidAnswer, RequestRefused
from inroad.llm.prices import OWN, OwnPrices, price_usd, price_version, provider_name
from inroad.llm.prompts import AGAIN, SCHEMA, SYSTEM
from inroad.llm.reading import Reader, Reading
from inroad.llm.schema import answer_tool, response_format, schema_text, storable_text
from inroad.store import ledger

S = TypeVar("S", bound=BaseModel)

# Times that a model is told what was wrong with its answer.
REASKS = 2
# Output cap in tokens: a CV's wordings need about 1,500; reasoning models count their thinking too.
MAX_OUTPUT_TOKENS = 4096
# Bytes of one request; the guard against a prompt that somebody forgot to cut.
MAX_REQUEST_BYTES = 1_000_000
# A token is at least one byte of text; endpoints add a few of their own for each message and for the schema.
OVERHEAD_TOKENS = 256
# Characters of a refused answer that are sent back with the fault.
_QUOTED = 8_000


@dataclass(frozen=True, slots=True)
class Question:
    """One call of `complete`: everything that does not change from ask to ask."""

    schema: type[BaseModel]
    purpose: str
    scope: Scope
    cap: int
    messages: tuple[dict[str, str], ...]
    schema_said: bool = False
    is_past_cache: bool = False

    def with_schema(self) -> Question:
        """The schema in words, for endpoints that have no schema mode or ignore it."""
        if self.schema_said:
            return self
        words = {"role": "system", "content": SYSTEM.text + "\n" + SCHEMA.text.format(schema=schema_text(self.schema))}
        return replace(self, messages=(words, *self.messages[1:]), schema_said=True)

    def again(self, answer: str, fault: str) -> Question:
        """The question with a refused answer and what was wrong with it."""
        said = self.with_schema()
        quoted = {"role": "assistant", "content": answer[:_QUOTED] or "{}"}
        correction = {"role": "user", "content": AGAIN.text.format(fault=fault)}
        return replace(said, messages=(*said.messages[:2], quoted, correction))


@dataclass(slots=True)
class _Asked:
    """What one ask may use and how it is sent."""

    request: dict[str, Any]
    input_bound: int
    estimate: Amounts = field(default_factory=Amounts)


class Conversation:
    """One model at one endpoint, as the guard lets it be asked.

    Args:
        endpoint: Where the model is, and which.
        guard: Breakers, budgets and limits.
        service: How its calls are guarded.
        store_prompts: Keep prompts and answers in the ledger.
        own_prices: The person's own, by model, for models that the price table does not know.
    """

    def __init__(
        self, endpoint: Endpoint, *, guard: Guard, service: Service, store_prompts: bool, own_prices: OwnPrices | None = None
    ) -> None:
        self.endpoint = self._endpoint = endpoint
        self._guard = guard
        self._service = service
        self._store_prompts = store_prompts
        self._own_prices = own_prices or {}
        self._provider = provider_name(endpoint.base_url)
        self._dialect = dialect_of(endpoint.base_url, endpoint.model)

    async def ask(self, question: Question, reader: Reader[S]) -> S:
        """The model's answer as the schema's instance.

        Raises:
            ledger.Known: The cache has an answer.
            InroadError: As `inroad.llm.client.LlmClient.acomplete`.
        """
        return await self._until_valid(question, reader)

    async def _until_valid(self, question: Question, reader: Reader[S]) -> S:
        fault = ""
        for _ in range(1 + REASKS):
            reading = await self._ask(question, reader)
            answer = reading.answer
            if answer.refusal or answer.finish_reason == "content_filter":
                message = f"The model refused to answer for {question.purpose}."
                raise PermanentError(message, reason="llm-content-filter")
            if reading.found is not None:
                return reading.found
            fault = reading.fault
            question = question.again(answer.text, fault)
        message = f"{self._endpoint.model} gave no valid answer for {question.purpose} in {1 + REASKS} attempts: {fault}"
        raise InvalidAnswer(message)

    async def _ask(self, question: Question, reader: Reader[S]) -> Reading[S]:
        """One guarded ask, in the endpoint's dialect; a refusal of the dialect teaches and is asked again, once for each part."""
        for _ in range(len(MODES)):
            try:
                return await self._send(question, reader)
            except RequestRefused as refusal:
                if not self._learn(refusal):
                    raise
        return await self._send(question, reader)

    def _learn(self, refusal: RequestRefused) -> bool:
        if refusal.wants_other_cap and self._dialect.cap == "max_tokens":
            self._dialect.cap = "max_completion_tokens"
        elif refusal.is_about_format and self._dialect.mode != MODES[-1]:
            self._dialect.mode = MODES[MODES.index(self._dialect.mode) + 1]
        else:
            return False
        return True

    async def _send(self, question: Question, reader: Reader[S]) -> Reading[S]:
        self._endpoint.load()
        asked = self._prepare(question)

        async def attempt(attempt: Attempt) -> Reading[S]:
            reading = reader.read(await self._attempt(attempt, asked))
            if reading.found is not None:
                # In the settlement's own transaction: one commit less for each call.
                document = reading.found.model_dump(mode="json")
                attempt.answer = ledger.StoredAnswer(reader.key, document, self._endpoint.model)
            return reading

        return await self._guard.call(
            Call(
                self._service,
                attempt,
                key=self._endpoint.host,
                scope=question.scope,
                purpose=question.purpose,
                provider=self._provider,
                model=self._endpoint.model,
                estimate=asked.estimate,
                answer_key=None if question.is_past_cache else reader.key,
                entry=lambda number: self.entry(question.purpose, question.scope, number, asked.request["messages"]),
            )
        )

    def _prepare(self, question: Question) -> _Asked:
        mode = self._dialect.mode
        spoken = question.with_schema() if mode == "json" else question
        request: dict[str, Any] = {
            "model": self._endpoint.model,
            "messages": list(spoken.messages),
            self._dialect.cap: spoken.cap,
        }
        if mode == "json_schema":
            request["response_format"] = response_format(spoken.schema)
        elif mode == "tool":
            request |= answer_tool(spoken.schema)
        sent_bytes = len(json.dumps(request, ensure_ascii=False).encode("utf-8", "replace"))
        if sent_bytes > MAX_REQUEST_BYTES:
            message = f"The request for {question.purpose} has {sent_bytes:,} bytes; at most {MAX_REQUEST_BYTES:,} are sent."
            raise PermanentError(message, reason="llm-too-long")
        bound = sent_bytes + OVERHEAD_TOKENS
        price = self._price(bound, spoken.cap)
        return _Asked(request, bound, Amounts(bound + spoken.cap, price))

    def _price(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float | None:
        return price_usd(
            self._endpoint.model,
            self._endpoint.base_url,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cached_tokens=cached_tokens,
            own=self._own_prices,
        )

    async def _attempt(self, attempt: Attempt, asked: _Asked) -> Answer:
        began = time.monotonic()
        # Until the endpoint reports, the ledger shows the bound; a failure that charges nothing sets it to zero.
        bound = {
            "input_tokens": asked.input_bound,
            "output_tokens": asked.estimate.tokens - asked.input_bound,
            "cached_tokens": 0,
        }
        attempt.result.update(bound, cost_usd=asked.estimate.usd)
        try:
            answer = await self._endpoint.ask(asked.request)
        except Unfinished:
            attempt.charge_all()
            raise
        except Exception:
            attempt.result.update(input_tokens=0, output_tokens=0, cost_usd=0)
            raise
        finally:
            attempt.result["latency_ms"] = (time.monotonic() - began) * 1000
        self._account(attempt, answer, asked)
        return answer

    def _account(self, attempt: Attempt, answer: Answer, asked: _Asked) -> None:
        if self._store_prompts:
            attempt.result["answer"] = storable_text(answer.text)
        usage = answer.usage
        # More input than there were bytes is no report, and would empty a month's budget with one lie.
        if usage is None or usage.input > asked.input_bound:
            attempt.charge_all()
            return
        cost = self._price(usage.input, usage.output, usage.cached)
        attempt.used = Amounts(usage.input + usage.output, cost)
        attempt.result.update(input_tokens=usage.input, output_tokens=usage.output, cached_tokens=usage.cached, cost_usd=cost)

    def entry(self, purpose: str, scope: Scope, number: int, messages: list[dict[str, str]] | None = None) -> ledger.LedgerEntry:
        """The ledger's row of one attempt."""
        prompt = json.dumps(messages, ensure_ascii=False).replace("\\u0000", "") if self._store_prompts and messages else None
        return ledger.LedgerEntry(
            purpose=purpose,
            provider=self._provider,
            model=self._endpoint.model,
            attempt=number,
            run=scope.run,
            domain=scope.domain,
            posting=scope.posting,
            tenant=scope.tenant,
            trace_id=current_trace_id(),
            price_version=OWN if self._endpoint.model in self._own_prices else price_version(),
            prompt=prompt,
        )
