"""One request and its answer, within limits of time and size; no redirects, no retries, no permission.

What lives here: sending, reading while counting, unpacking, and what each fault is called. What does not: everything around one
exchange (`fetch`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, cast

import httpx2

from inroad.crawl.codings import DecodingFailed, Unpacker
from inroad.crawl.cookies import SiteCookies
from inroad.crawl.failures import WebError, for_exception, permanent, transient
from inroad.crawl.policies import DomainPolicy
from inroad.crawl.response import Purpose, Response, Strategy
from inroad.crawl.transport import PROXIES, STICKY

_ALWAYS: Final = {"Accept": "*/*", "Connection": "keep-alive"}
_SKIPPED_BODY: Final = 65_536  # bytes read of a redirect's body; a longer one costs its connection instead
_ERROR_BODY: Final = 262_144  # bytes read of a 4xx or 5xx page: enough to see who blocks
_MAX_RATIO: Final = 300  # unpacked bytes for one sent; a page of one repeated line reaches about 200
_RATIO_FROM: Final = 2_000_000  # unpacked bytes before the ratio is looked at
_WIRE_SLACK: Final = 1_048_576  # packed bytes over the limit that are read at most: an endless stream may unpack to nothing
_LONG_PIECE: Final = 65_536  # unpacked bytes, about 0.3 ms
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Ask:
    """What to send, and how much of the answer to take.

    Args:
        url: Absolute http(s) URL.
        method: GET, HEAD or POST.
        headers: Beside the client's own.
        content: Body to send.
        purpose: For the record.
        max_bytes: Unpacked bytes taken at most.
        excess: What happens when there are more: an error, or the first `max_bytes` count as the answer.
        is_conditional: Whether a 304 is an answer.
        strategy: Who asks: we ourselves, or a page in the browser.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    purpose: Purpose = "page"
    max_bytes: int = 10_000_000
    excess: Literal["refuse", "cut"] = "refuse"
    is_conditional: bool = False
    strategy: Strategy = "direct"


@dataclass(slots=True)
class _Taken:
    """How much of a body has come in."""

    wire: int = 0
    unpacked: int = 0
    is_cut: bool = False
    is_broken: bool = False


class Exchange:
    """Sends single requests over one transport.

    The HTTP library's client would add redirects, authentication, cookies and hooks, all of which are ours or not wanted, and
    take 0.3 ms a request for them.

    Args:
        transport: Sends; not closed here.
        headers: Of every request, unless a request has its own.
        cookies: Cookies of this run.
        timeout: For the parts of an exchange, where the transport goes by it.
    """

    def __init__(
        self,
        transport: httpx2.AsyncBaseTransport,
        headers: Mapping[str, str],
        cookies: SiteCookies,
        timeout: httpx2.Timeout,
    ) -> None:
        self._transport = transport
        self._headers = {name.lower(): (name, value) for name, value in {**_ALWAYS, **headers}.items()}
        self._cookies = cookies
        self._timeout = timeout.as_dict()

    def prepare(self, ask: Ask, policy: DomainPolicy | None = None) -> httpx2.Request:
        """The request with all its headers, and the way that it goes.

        Args:
            ask: What to send.
            policy: Of the domain that is asked: its own headers win over those of the purpose.

        Raises:
            FetchFailed: "bad-response" where the HTTP library cannot write the URL down.
        """
        try:
            headers = self._headers | {name.lower(): (name, value) for name, value in ask.headers.items()}
            extensions = {"timeout": self._timeout}
            request = httpx2.Request(
                ask.method, ask.url, headers=list(headers.values()), content=ask.content, extensions=extensions
            )
        except (httpx2.InvalidURL, ValueError) as error:
            raise permanent("bad-response", ask.url, "cannot be asked for in valid HTTP") from error
        self._cookies.attach(request)
        if policy is not None:
            for name, value in policy.headers:
                request.headers[name] = value
            if policy.proxies is not None:
                request.extensions[PROXIES] = policy.proxies
            if policy.session_version is not None:
                request.extensions[STICKY] = policy.domain
        return request

    async def send(self, ask: Ask, request: httpx2.Request, write: Callable[[bytes], object], limit_s: float) -> Response:
        """Sends one request and gives each piece of the unpacked body to `write`.

        Args:
            ask: What to send and how much to take.
            request: As `prepare` made it.
            write: Takes the pieces; not called for redirects.
            limit_s: Seconds from now to the last byte.

        Returns:
            The answer of this one hop whatever its status, without body; `truncated` where the sender ended too early.

        Raises:
            FetchFailed: "body-too-large", "decoding-failed", "bad-response", "tls-failed", "address-refused", "unknown-host".
            FetchInterrupted: "timeout", "connection-reset", "connect-failed", "no-route".
        """
        begun = time.monotonic()
        try:
            async with asyncio.timeout(limit_s):
                return await self._exchange(ask, request, write, begun)
        except TimeoutError as error:
            raise transient("timeout", ask.url, "did not end within the time for one request") from error
        except WebError as error:
            raise error.at(ask.url) from error.__cause__
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            raise for_exception(error, ask.url) from error

    async def _exchange(self, ask: Ask, request: httpx2.Request, write: Callable[[bytes], object], begun: float) -> Response:
        answer = await self._transport.handle_async_request(request)
        answer.request = request
        taken = _Taken()
        try:
            if "set-cookie" in answer.headers:
                self._cookies.keep(answer)
            limit, excess = _limit(ask, answer)
            if excess == "refuse":
                _refuse_announced(ask, answer)
            await self._take(ask, answer, write if answer.status_code not in REDIRECTS else _drop, taken, limit, excess)
        finally:
            await answer.aclose()
        return Response(
            url=ask.url,
            requested_url=ask.url,
            status=answer.status_code,
            headers=dict(answer.headers.items()),
            not_modified=answer.status_code == 304 and ask.is_conditional,
            duration_ms=(time.monotonic() - begun) * 1000,
            wire_bytes=taken.wire,
            truncated=taken.is_cut or taken.is_broken,
            body_bytes=taken.unpacked,
        )

    async def _take(
        self,
        ask: Ask,
        answer: httpx2.Response,
        write: Callable[[bytes], object],
        taken: _Taken,
        limit: int,
        excess: Literal["refuse", "cut"],
    ) -> None:
        """Reads, unpacks, counts and hands on the body; sets what happened in `taken`."""
        try:
            unpacker = Unpacker(answer.headers.get("content-encoding", "") if ask.method != "HEAD" else "")
            async for sent in cast("httpx2.AsyncByteStream", answer.stream):
                taken.wire += len(sent)
                before = taken.unpacked
                for piece in _within(ask, unpacker.feed(sent), taken, limit, excess):
                    write(piece)
                if taken.unpacked - before > _LONG_PIECE:
                    await asyncio.sleep(0)  # more may lie ready: the loop has others to serve meanwhile
                if taken.is_cut:
                    return
            taken.is_broken = not unpacker.is_complete
        except DecodingFailed as error:
            if excess == "cut" and taken.unpacked:
                taken.is_broken = True
                return
            raise permanent("decoding-failed", ask.url, f"was sent in a form that cannot be unpacked: {error}") from error
        except (httpx2.RemoteProtocolError, httpx2.ReadError) as error:
            # The sender ended before the end it had announced. What came is kept; an attempt that gets all of it is better.
            if isinstance(error, httpx2.RemoteProtocolError) and not _is_cut_off(error):
                raise
            taken.is_broken = True


def _drop(piece: bytes) -> None:
    """A redirect's body is nobody's content."""


def _limit(ask: Ask, answer: httpx2.Response) -> tuple[int, Literal["refuse", "cut"]]:
    if answer.status_code in REDIRECTS:
        return _SKIPPED_BODY, "cut"
    if answer.status_code >= 400:
        return min(_ERROR_BODY, ask.max_bytes), "cut"
    return ask.max_bytes, ask.excess


def _refuse_announced(ask: Ask, answer: httpx2.Response) -> None:
    """A body that is announced to be too large is not begun."""
    announced = answer.headers.get("content-length", "")
    if ask.method != "HEAD" and announced.isascii() and announced.isdigit() and int(announced[:18]) > ask.max_bytes:
        raise _too_large(ask)


def _too_large(ask: Ask) -> WebError:
    return permanent("body-too-large", ask.url, f"is larger than {ask.max_bytes:,} bytes, which is the limit for it")


def _within(ask: Ask, pieces: Iterator[bytes], taken: _Taken, limit: int, excess: Literal["refuse", "cut"]) -> Iterator[bytes]:
    """Lets pieces through up to the limit.

    Raises:
        FetchFailed: "body-too-large".
    """
    for piece in pieces:
        room = limit - taken.unpacked
        taken.unpacked += min(len(piece), room)
        if len(piece) > room:
            taken.is_cut = True
            if excess == "refuse":
                raise _too_large(ask)
            yield piece[:room]
            return
        if taken.unpacked > _RATIO_FROM and taken.unpacked > taken.wire * _MAX_RATIO:
            raise permanent("body-too-large", ask.url, f"unpacks to more than {_MAX_RATIO} times what was sent, as bombs do")
        yield piece
    if taken.wire > limit + _WIRE_SLACK:
        raise _too_large(ask)


def _is_cut_off(error: httpx2.RemoteProtocolError) -> bool:
    # h11's words for a body that ended before its announced length, and for a chunked one without its last chunk.
    return "without sending complete message body" in str(error) or "incomplete chunked read" in str(error)
