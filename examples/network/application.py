"""The ASGI application: routes by Host, redirects to a site's own address, and answers as RFC 9110 and 9111 ask.

Conditional requests, HEAD, content coding and the host redirects live here. What is served lies in `sites`, what goes wrong on
purpose in `behaviours`, and listening in `server`.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from fnmatch import fnmatchcase

from examples.network.behaviours import BEHAVIOURS, Behaviour
from examples.network.content import CONTENT_TYPES, Resource
from examples.network.exchange import Exchange, Message, Request, logged_request, request_path
from examples.network.sites import Site

LOG_LENGTH = 100_000
TEXT = "text/plain; charset=utf-8"
_NOT_FOUND = b"<!DOCTYPE html>\n<html lang=en><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n"


class Application:
    """The network's ASGI application.

    Args:
        sites: Host name to site.

    Attributes:
        log: Requests in the order of arrival; the oldest fall out after `LOG_LENGTH`.
        open_streams: How many endless or slow bodies are being sent.
        closing: Set to end every stream.
    """

    def __init__(self, sites: Mapping[str, Site]) -> None:
        self.sites = sites
        self.log: deque[Request] = deque(maxlen=LOG_LENGTH)
        self.open_streams = 0
        self.closing = asyncio.Event()
        self._visits: Counter[tuple[str, str]] = Counter()

    def reset(self) -> None:
        """Forget every request: the log is empty and passing trouble begins anew."""
        self.log.clear()
        self._visits.clear()

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Answer one HTTP request (ASGI 3)."""
        request = logged_request(scope)
        self.log.append(request)
        exchange = Exchange(request, request_path(scope), receive, send, self.closing)
        site = self.sites.get(request.host)
        if site is None:
            await exchange.respond(421, {"content-type": TEXT}, b"No such site is served here.\n")
            return
        exchange.server = site.server
        await self._answer(exchange, site)

    async def _answer(self, exchange: Exchange, site: Site) -> None:
        request = exchange.request
        if request.method not in ("GET", "HEAD"):
            await exchange.respond(405, {"allow": "GET, HEAD", "content-type": TEXT}, b"Method not allowed.\n")
        elif (request.scheme == "http" and site.https_only) or request.host != site.host:
            scheme = "https" if site.https_only else request.scheme
            await exchange.respond(301, {"location": f"{scheme}://{site.host}{request.path}"})
        elif not await self._misbehave(exchange, site):
            await _serve(exchange, site)

    async def _misbehave(self, exchange: Exchange, site: Site) -> bool:
        behaviour = _behaviour_for(site, exchange.route)
        if behaviour is None:
            return False
        self._visits[site.domain, exchange.route] += 1
        exchange.visit = self._visits[site.domain, exchange.route]
        self.open_streams += 1
        try:
            return await BEHAVIOURS[behaviour.kind](exchange, behaviour)
        finally:
            self.open_streams -= 1


def _behaviour_for(site: Site, path: str) -> Behaviour | None:
    return next((behaviour for behaviour in site.behaviours if fnmatchcase(path, behaviour.path)), None)


async def _serve(exchange: Exchange, site: Site) -> None:
    resource = site.resources.get(exchange.request.path) or site.resources.get(exchange.route)
    if resource is not None:
        await _send_resource(exchange, resource)
    elif exchange.route in site.aliases:
        await exchange.respond(301, {"location": site.aliases[exchange.route], "content-type": CONTENT_TYPES[".html"]})
    else:
        await exchange.respond(404, {"content-type": CONTENT_TYPES[".html"]}, _NOT_FOUND)


async def _send_resource(exchange: Exchange, resource: Resource) -> None:
    body, etag = resource.body, resource.etag
    headers = {"last-modified": format_datetime(resource.last_modified, usegmt=True), "cache-control": "no-cache"}
    if resource.gzipped is not None:
        headers["vary"] = "Accept-Encoding"
        if _accepts_gzip(exchange.request.headers.get("accept-encoding", "")):
            # A coded body is another representation, so its strong tag differs (RFC 9110, 8.8.3.3).
            body, etag = resource.gzipped, f'{resource.etag[:-1]}-gzip"'
            headers["content-encoding"] = "gzip"
    headers["etag"] = etag
    if _is_unchanged(exchange.request.headers, etag, resource.last_modified):
        headers.pop("content-encoding", None)
        await exchange.respond(304, headers)
    else:
        await exchange.respond(200, {"content-type": resource.content_type, **headers}, body)


def _accepts_gzip(accept_encoding: str) -> bool:
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "*") and weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            return True
    return False


def _is_unchanged(headers: Mapping[str, str], etag: str, last_modified: datetime) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides where it is sent, else If-Modified-Since."""
    if (tags := headers.get("if-none-match")) is not None:
        return tags.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    try:
        since = parsedate_to_datetime(headers["if-modified-since"])
        return last_modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))
    except (KeyError, OverflowError, TypeError, ValueError):
        return False
