"""One request to an OpenAI-compatible endpoint, and what it answered.

The openai package carries it, with its own retries off: attempts, budgets and time-outs are the guard's. What does not belong
here: what the answer says (`completions`), prompts, validation, caching.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import ssl
import threading
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2

from inroad.guard.errors import InroadError, PermanentError, TransientError
from inroad.llm.completions import Answer, Unfinished, read_answer
from inroad.llm.faults import error_of
from inroad.settings import Fallback, Settings

if TYPE_CHECKING:
    from openai import AsyncOpenAI

# At DEBUG these write down the headers of each answer, in which an endpoint may repeat the key.
for _carrier in ("httpcore2", "httpx2", "openai"):
    logging.getLogger(_carrier).setLevel(logging.INFO)
DEFAULT_BASE_URL = "https://api.openai.com/v1"
# Bytes of one answer that are read; the longest output cap gives well below 1 MB.
MAX_BODY_BYTES = 8_000_000
# Hosts that know `max_completion_tokens` (reasoning models there refuse the older name); everybody else knows `max_tokens`.
_NEW_CAP_HOSTS = ("api.openai.com", "openai.azure.com")


class NotSent(TransientError):
    """No connection: nothing reached the endpoint, so nothing was charged."""

    reason = "llm-unreachable"


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
        self._is_secret = len(api_key) > len("none")
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

    @staticmethod
    def load() -> None:
        """Imports the package before a call's clock starts: the first time it takes a second or more, on a busy machine five."""
        import openai  # noqa: F401 - kept by Python

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
            # The package's door for bodies of one's own: `chat.completions.create` walks through what we made and builds
            # an object of the answer that nobody reads, 0.7 of its 2.2 ms of processor a call.
            raw = await self._client().post("/chat/completions", cast_to=httpx2.Response, body=request)
            content = raw.content.replace(self._api_key.encode(), b"[key]") if self._is_secret else raw.content
            return read_answer(content, self.host, is_tool="tools" in request)
        except openai.APIStatusError as error:
            body = self._without_key(error.response.text)
            headers = error.response.headers
            raise error_of(error.status_code, headers, body, endpoint=self.host, model=self.model) from None
        except openai.APIConnectionError as error:
            raise self._connection_fault(error) from None
        except openai.OpenAIError as error:
            raise Unfinished(f"{self.host}: {self._without_key(type(error).__name__)}.") from None

    def _without_key(self, text: str) -> str:
        return text.replace(self._api_key, "[key]") if self._is_secret else text

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
            headers={"accept-encoding": "gzip"},
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
    """A body, unpacked, that ends with an error once it is longer than any honest answer: 300 kB of gzip can be 300 MB."""

    def __init__(self, stream: httpx2.AsyncByteStream, *, is_packed: bool) -> None:
        self._stream = stream
        self._unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS) if is_packed else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        async for piece in self._stream:
            plain = self._unpacked(piece, MAX_BODY_BYTES - received + 1)
            received += len(plain)
            if received > MAX_BODY_BYTES:
                raise Unfinished(f"The model's answer is longer than {MAX_BODY_BYTES:,} bytes.", reason="llm-too-large")
            yield plain

    def _unpacked(self, piece: bytes, most: int) -> bytes:
        if self._unpacker is None:
            return piece
        try:
            return self._unpacker.decompress(piece, most)
        except zlib.error:
            raise Unfinished("The model's answer is not the gzip that it says it is.", reason="llm-malformed") from None

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _limit_body(response: httpx2.Response) -> None:
    """Unpacks here, within the limit: the package would unpack first, and hold the whole."""
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    packing = response.headers.pop("content-encoding", "").strip().lower()
    if packing not in {"", "identity", "gzip", "x-gzip"}:
        raise Unfinished(f"The model's answer is packed as {packing[:40]!r}; only gzip was asked for.", reason="llm-malformed")
    response.stream = _Limited(response.stream, is_packed="gzip" in packing)
