"""One request and its answer: sending whole bodies and streams over ASGI, and the log of what was asked.

An `Exchange` knows nothing of sites. A stream watches for the client's leaving and for the network's end, and stops at either.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Message = MutableMapping[str, Any]
LOGGED_HEADERS = (
    "accept",
    "accept-encoding",
    "authorization",
    "cookie",
    "if-modified-since",
    "if-none-match",
    "range",
    "referer",
)


@dataclass(slots=True)
class Request:
    """A request as logged, in the order of arrival.

    Attributes:
        at: Seconds of `time.monotonic`, at arrival.
        host: Host asked for, lower-case, without a port.
        path: Path with query.
        method: HTTP method.
        scheme: "http" or "https".
        user_agent: As sent, "" when missing.
        headers: Those of `LOGGED_HEADERS` that were sent, by lower-case name.
        status: Status answered, 0 until then.
        sent_bytes: Body bytes handed to the connection.
        is_aborted: Whether the client left before the body was over.
    """

    at: float
    host: str
    path: str
    method: str
    scheme: str
    user_agent: str
    headers: Mapping[str, str]
    status: int = 0
    sent_bytes: int = 0
    is_aborted: bool = False


@dataclass(slots=True)
class Exchange:
    """A request in hand, and the means to answer it.

    Attributes:
        request: The request as logged.
        route: Path without query, as sent.
        receive: ASGI's receive.
        send: ASGI's send.
        server: The Server header to answer with.
        closing: Set when the network is stopping.
        visit: How many times this address was asked for since the last reset, this time included.
    """

    request: Request
    route: str
    receive: Callable[[], Awaitable[Message]]
    send: Callable[[Message], Awaitable[None]]
    closing: asyncio.Event
    server: str = "nginx"
    visit: int = field(default=1)

    async def respond(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        """Answer with a whole body; HEAD gets the headers alone."""
        length = {} if status == 304 else {"content-length": str(len(body))}
        await self._start(status, {**headers, **length})
        sent = b"" if self.request.method == "HEAD" or status == 304 else body
        self.request.sent_bytes += len(sent)
        await self.send({"type": "http.response.body", "body": sent})

    async def stream(self, status: int, headers: Mapping[str, str], chunks: AsyncIterator[bytes]) -> None:
        """Answer with a body of unknown length until it ends, the client leaves, or the network stops."""
        await self._start(status, headers)
        if self.request.method != "HEAD":
            leaving = asyncio.ensure_future(self._client_leaves())
            try:
                self.request.is_aborted = not await self._send_chunks(chunks, leaving)
            finally:
                leaving.cancel()
        if not self.request.is_aborted:
            await self.send({"type": "http.response.body", "body": b""})

    async def _start(self, status: int, headers: Mapping[str, str]) -> None:
        self.request.status = status
        pairs = [(b"server", self.server.encode("ascii"))]
        pairs += [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": pairs})

    async def _send_chunks(self, chunks: AsyncIterator[bytes], leaving: asyncio.Future[None]) -> bool:
        """True when the body came to its end."""
        async for chunk in chunks:
            if leaving.done() or self.closing.is_set():
                return False
            await self.send({"type": "http.response.body", "body": chunk, "more_body": True})
            self.request.sent_bytes += len(chunk)
        return True

    async def _client_leaves(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


def logged_request(scope: Message) -> Request:
    """The log's record of an ASGI HTTP scope."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = scope["query_string"].decode("latin-1")
    return Request(
        at=time.monotonic(),
        host=headers.get("host", "").rsplit(":", 1)[0].rstrip(".").lower(),
        path=request_path(scope) + (f"?{query}" if query else ""),
        method=scope["method"],
        scheme=scope["scheme"],
        user_agent=headers.get("user-agent", ""),
        headers={name: headers[name] for name in LOGGED_HEADERS if name in headers},
    )


def request_path(scope: Message) -> str:
    """The path as the client sent it, percent-encoding kept."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("latin-1").split("?", 1)[0]
