"""One request to an OpenAI-compatible endpoint, and what it answered.

The openai package carries it, with its own retries off: attempts, budgets and time-outs are the guard's. What does not belong
here: prompts, validation, caching.
"""

from __future__ import annotations

import asyncio
import copy
import json
import ssl
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2

from inroad.guard.errors import InroadError, PermanentError, TransientError
from inroad.llm.faults import error_of
from inroad.settings import Fallback, Settings

if TYPE_CHECKING:
    from openai import AsyncOpenAI

DEFAULT_BASE_URL = "https://api.openai.com/v1"
# Bytes of one answer that are read; the longest output cap gives well below 1 MB.
MAX_BODY_BYTES = 8_000_000
# Tokens in a usage report beyond which it is not believed.
MAX_USAGE = 50_000_000
# Hosts that know `max_completion_tokens` (reasoning models there refuse the older name); everybody else knows `max_tokens`.
_NEW_CAP_HOSTS = ("api.openai.com", "openai.azure.com")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the endpoint reported them; `cached` are part of `input`."""

    input: int
    output: int
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    Attributes:
        text: What the model wrote; empty where it refused.
        finish_reason: "stop", "length", "content_filter", "tool_calls", ... or empty.
        refusal: The model's own words of refusal; empty for none.
        usage: None where the endpoint reported none that can be believed.
    """

    text: str
    finish_reason: str
    refusal: str
    usage: Usage | None


class NotSent(TransientError):
    """No connection: nothing reached the endpoint, so nothing was charged."""

    reason = "llm-unreachable"


class Unfinished(TransientError):
    """The request was sent and no whole answer arrived; it may have been charged."""

    reason = "llm-cut"


# From the strictest to what every endpoint can do: `response_format` with a schema; a tool whose arguments are the answer; the
# schema in words.
MODES = ("json_schema", "tool", "json")


@dataclass(slots=True)
class Dialect:
    """What an endpoint turned out to understand; shared by all clients of a process.

    Attributes:
        mode: How it is told the schema: one of `MODES`.
        cap: Its name for the output cap.
    """

    mode: str = MODES[0]
    cap: str = "max_tokens"


_dialects: dict[tuple[str, str], Dialect] = {}


def dialect_of(base_url: str, model: str) -> Dialect:
    """The remembered dialect of an endpoint's model."""
    host = urlsplit(base_url).hostname or ""
    cap = "max_completion_tokens" if host.endswith(_NEW_CAP_HOSTS) else "max_tokens"
    return _dialects.setdefault((base_url, model), Dialect(cap=cap))


class Endpoint:
    """An OpenAI-compatible endpoint and one model of it.

    Args:
        base_url: Up to and without `/chat/completions`.
        api_key: Sent as the bearer token; never shown.
        model: Name as the endpoint knows it.
        timeout_s: Seconds to wait for the next byte; the guard bounds the whole call.
        ca_file: PEM file of an authority to trust besides the system's.
    """

    def __init__(self, base_url: str, api_key: str, model: str, *, timeout_s: float = 60.0, ca_file: str | None = None) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise PermanentError("INROAD_LLM_BASE_URL is not an http(s) URL.", reason="bad-setting")
        self.base_url = base_url.rstrip("/")
        self.host = parts.hostname + (f":{parts.port}" if parts.port else "")
        self.model = model
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._ca_file = ca_file
        self._clients: dict[int, tuple[asyncio.AbstractEventLoop, AsyncOpenAI]] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Endpoint({self.host}, {self.model})"

    @classmethod
    def from_settings(cls, settings: Settings) -> Endpoint:
        """The endpoint that the settings name; OpenAI's own where they name none."""
        key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else "none"
        ca_file = str(settings.ca_file) if settings.ca_file else None
        base_url = settings.llm_base_url or DEFAULT_BASE_URL
        return cls(base_url, key, settings.llm_model, timeout_s=settings.llm_timeout_s, ca_file=ca_file)

    def with_model(self, model: str) -> Endpoint:
        """The same endpoint and connections with another model."""
        other = copy.copy(self)
        other.model = model
        return other

    @classmethod
    def from_fallback(cls, settings: Settings, fallback: Fallback) -> Endpoint:
        """One of the endpoints that are asked after the first."""
        key = fallback.api_key.get_secret_value() if fallback.api_key else "none"
        ca_file = str(settings.ca_file) if settings.ca_file else None
        return cls(fallback.base_url, key, fallback.model, timeout_s=settings.llm_timeout_s, ca_file=ca_file)

    async def ask(self, request: Mapping[str, Any]) -> Answer:
        """Sends one request and reads the answer.

        Args:
            request: Body of `/chat/completions`.

        Raises:
            NotSent, Unfinished: No whole answer; see each.
            RateLimited, TransientError, PermanentError, RequestRefused: The endpoint said no (see `faults.error_of`).
        """
        import openai

        try:
            # As `extra_body`, what we made ourselves is not walked through again by the package (0.4 ms a call).
            rest = {name: value for name, value in request.items() if name not in {"model", "messages"}}
            completions = self._client().chat.completions.with_raw_response
            raw = await completions.create(model=request["model"], messages=request["messages"], extra_body=rest)
            return read_answer(raw.http_response.content, self.host, is_tool="tools" in request)
        except openai.APIStatusError as error:
            body = self._without_key(error.response.text)
            headers = error.response.headers
            raise error_of(error.status_code, headers, body, endpoint=self.host, model=self.model) from None
        except openai.APIConnectionError as error:
            raise self._connection_fault(error) from None
        except openai.OpenAIError as error:
            raise Unfinished(f"{self.host}: {self._without_key(type(error).__name__)}.") from None

    def _without_key(self, text: str) -> str:
        return text.replace(self._api_key, "[key]") if len(self._api_key) > 4 else text

    def _connection_fault(self, error: Exception) -> InroadError:
        cause = error.__cause__
        if isinstance(cause, InroadError):
            return cause
        detail = self._without_key(str(cause or error))[:200] or type(cause or error).__name__
        if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout | httpx2.UnsupportedProtocol):
            mend = "Check INROAD_LLM_BASE_URL and that the endpoint runs."
            return NotSent(f"No connection to the model's endpoint {self.host}: {detail}.", mend=mend)
        return Unfinished(f"{self.host} gave no whole answer: {detail}.")

    def _client(self) -> AsyncOpenAI:
        """One client for each loop: its connections belong to the loop that opened them."""
        loop = asyncio.get_running_loop()
        with self._lock:
            held = self._clients.get(id(loop))
            if held is None or held[0] is not loop:
                for key in [key for key, pair in self._clients.items() if pair[0].is_closed()]:
                    del self._clients[key]
                held = self._clients[id(loop)] = (loop, self._new_client())
        return held[1]

    def _new_client(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        # No redirects: an endpoint that moved is a setting to correct, and the key must not follow.
        carrier = httpx2.AsyncClient(
            timeout=httpx2.Timeout(self._timeout_s, connect=min(10.0, self._timeout_s)),
            follow_redirects=False,
            verify=_trust(self._ca_file),
            limits=httpx2.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=30.0),
            event_hooks={"response": [_limit_body]},
        )
        # Organisation and project would else be read from the environment: only our settings count.
        return AsyncOpenAI(
            api_key=self._api_key, base_url=self.base_url, organization="", project="", max_retries=0, http_client=carrier
        )


def _trust(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


class _Limited(httpx2.AsyncByteStream):
    """A body that ends with an error once it is longer than any honest answer."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        async for piece in self._stream:
            received += len(piece)
            if received > MAX_BODY_BYTES:
                raise Unfinished(f"The model's answer is longer than {MAX_BODY_BYTES:,} bytes.", reason="llm-too-large")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _limit_body(response: httpx2.Response) -> None:
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _Limited(response.stream)


def read_answer(body: bytes, host: str = "the endpoint", *, is_tool: bool = False) -> Answer:
    """Reads a completion; what is missing or of the wrong type is empty, because endpoints differ.

    Args:
        body: As received.
        host: For the message.
        is_tool: A tool was to be called: its arguments are the answer, and text beside them is talk.

    Raises:
        Unfinished: The body is no completion at all; it may have been charged.
    """
    try:
        document = json.loads(body)
        choice = document["choices"][0]
        message = choice["message"]
        if not isinstance(message, dict):
            raise TypeError("message")
    except (ValueError, LookupError, TypeError, RecursionError):
        raise Unfinished(f"{host} answered with something that is no completion.", reason="llm-malformed") from None
    return Answer(
        text=(is_tool and _arguments(message)) or _text_of(message),
        finish_reason=_string(choice.get("finish_reason")),
        refusal=_string(message.get("refusal")),
        usage=_usage_of(document.get("usage")),
    )


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _text_of(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):  # parts, as Mistral's reasoning models send them
        return "".join(_string(part.get("text")) for part in content if isinstance(part, dict) and part.get("type") == "text")
    # Some endpoints turn JSON-schema mode into a tool call; its arguments are the answer.
    return _string(content) if content else _arguments(message)


def _arguments(message: Mapping[str, Any]) -> str:
    """What the first tool is called with; empty where none is."""
    calls = message.get("tool_calls")
    if isinstance(calls, list) and calls and isinstance(calls[0], dict) and isinstance(calls[0].get("function"), dict):
        return _string(calls[0]["function"].get("arguments"))
    return ""


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_USAGE else None


def _usage_of(usage: Any) -> Usage | None:
    """Tokens used; the total wins where it is larger, because some providers leave reasoning out of the completion's count."""
    if not isinstance(usage, dict):
        return None
    given, made = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
    if given is None or made is None or given + made == 0:
        return None
    details = usage.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else None
    total = _count(usage.get("total_tokens")) or 0
    return Usage(given, max(made, total - given), min(cached or 0, given))
