"""What can go wrong with a request: one reason each, one sentence, one predicate.

What lives here: the error classes of the web client, the sentence and mend of every reason, and the reading of the HTTP
library's exceptions and of HTTP status codes. What does not: deciding what to do about them (`fetch`), and judging the content
of an answer (`verdicts`).
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Self

import httpx2

from inroad.guard.errors import InroadError, NotCalled, PermanentError, RateLimited, TransientError

if TYPE_CHECKING:
    from inroad.crawl.response import Response

_NO_ROUTE: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL})
# A name server that says "no such name" is final; one that does not answer may answer later.
_FINAL_LOOKUPS: Final = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME), socket.EAI_FAIL})
# 408, 425 and 429 ask for another attempt. 501, 505, 506, 508, 510 and 511 are 5xx that stay as they are.
_TRANSIENT_4XX: Final = frozenset({408, 425, 429})
_PERMANENT_5XX: Final = frozenset({501, 505, 506, 508, 510, 511})
_URL_SHOWN: Final = 300  # characters of a URL in a sentence


class WebError(InroadError):
    """Part of both kinds of failure: which URL, and what was answered when something was.

    Args:
        url: The URL of the hop that failed.
        what: How the sentence goes on after the URL, without the full stop.
        reason: One of the slugs of this module.
        response: The answer, where there was one; its body may show why (a block page).
    """

    def __init__(self, url: str, what: str, *, reason: str, response: Response | None = None) -> None:
        super().__init__(f"{shown(url)} {what}.", reason=reason, mend=_MENDS.get(reason, ""))
        self.url = url
        self.what = what
        self.response = response

    @property
    def status(self) -> int | None:
        """The HTTP status, when the server gave one."""
        return self.response.status if self.response is not None else None

    def at(self, url: str) -> Self:
        """The same failure, told of another URL: the connector knows only host and port."""
        return type(self)(url, self.what, reason=self.reason, response=self.response)


class FetchFailed(WebError, PermanentError):
    """Another attempt would end the same."""


class FetchInterrupted(WebError, TransientError):
    """Worth another attempt."""


class HostBusy(RateLimited):
    """The host asks us to slow down; the row goes back.

    Args:
        message: One sentence that names the host.
        url: The URL that was asked for.
        retry_after_s: Seconds to wait, when known.
        response: The 429 or 503 that said so, when there was one.
    """

    def __init__(self, message: str, *, url: str, retry_after_s: float | None = None, response: Response | None = None) -> None:
        super().__init__(message, retry_after_s=retry_after_s, mend="Nothing to do: it is asked again after that.")
        self.url = url
        self.response = response


class LoggedOut(FetchFailed):
    """The session that is kept for the site no longer holds; what it shows is not what was asked for."""


class HostNotReady(HostBusy, NotCalled):
    """The host's pace lets no request through soon enough; nothing was sent."""


def is_transient(error: BaseException) -> bool:
    """Whether another attempt may end better: the one predicate of the web client."""
    return isinstance(error, TransientError)


def shown(url: str) -> str:
    """A URL as sentences show it: bounded, without credentials."""
    scheme, mark, rest = url.partition("://")
    authority = rest.split("/", 1)[0]
    bare = rest[authority.rfind("@") + 1 :] if "@" in authority else rest
    text = f"{scheme}{mark}{bare}" if mark else url
    return text if len(text) <= _URL_SHOWN else f"{text[:_URL_SHOWN]}..."


_MENDS: Final = {
    "unknown-host": "Check the spelling of the host, or whether the company still uses it.",
    "no-route": "Check this machine's network, or set INROAD_PROXY.",
    "connect-failed": "The server is down or its port closed; try again later.",
    "tls-failed": "Have the site's certificate mended, or name its authority in INROAD_CA_FILE.",
    "timeout": "Try again later, or raise INROAD_REQUEST_TIMEOUT_S.",
    "body-too-large": "Raise INROAD_BODY_BYTES (pages) or INROAD_SITEMAP_BYTES (sitemaps) if the document is wanted.",
    "address-refused": "If this host is yours, name it in INROAD_ALLOW_HOSTS or send it elsewhere with --resolve.",
    "robots-disallowed": "The site does not want this page read; reject it, or ask the site's owner.",
    "robots-unreachable": "RFC 9309 forbids reading a site whose robots.txt fails; try again later.",
    "crawl-delay-too-long": "Ask the site's owner, or reject the domain.",
    "needs-browser": "Install Chromium (Debian: apt install chromium) and set INROAD_BROWSER=auto.",
    "not-found": "The page is gone; reject it or correct the address.",
    "connection-reset": "Try again later; a server that always does this is broken.",
    "bad-response": "Look at the page in a browser; reject it if it is broken there too.",
    "decoding-failed": "Look at the page in a browser; reject it if it is broken there too.",
    "redirect-loop": "Look at the page in a browser; reject it if it does not open there either.",
    "http-4xx": "Look at the page in a browser; reject it if it is closed to readers.",
    "http-5xx": "The fault is the site's; try again later.",
    "logged-out": "Log in at the site again and give Inroad the new session.",
    "proxy-failed": "Check the proxy (INROAD_PROXY, or the domain's own); another is taken meanwhile where there are several.",
    "service-failed": "Try again later; if it stays, look at the service's status page.",
    "service-malformed": "Try again later; if it stays, the service has changed its protocol.",
    "service-key": "Check the key in the service's dashboard.",
    "service-refused": "Look at the page in a browser; the service does not fetch it for what it may cost.",
    "service-unavailable": "Set INROAD_SCRAPERAPI_KEY or INROAD_FIRECRAWL_KEY, or choose another strategy.",
    "browser-failed": "Try again; if it stays, update Chromium or set INROAD_BROWSER=off.",
    "too-many-redirects": "Raise INROAD_REDIRECTS if the chain is wanted.",
}


def permanent(reason: str, url: str, what: str, *, response: Response | None = None) -> FetchFailed:
    """A failure that stays."""
    return FetchFailed(url, what, reason=reason, response=response)


def transient(reason: str, url: str, what: str, *, response: Response | None = None) -> FetchInterrupted:
    """A failure that may pass."""
    return FetchInterrupted(url, what, reason=reason, response=response)


def for_status(response: Response) -> WebError | None:
    """The error of an HTTP status; None where the status is a success (2xx) or an expected 304.

    429 and 503 that carry Retry-After are the politeness's matter and are handled before.
    """
    status, url = response.status, response.url
    if 200 <= status < 300 or response.not_modified:
        return None
    if status in (404, 410):
        return permanent("not-found", url, f"does not exist (HTTP {status})", response=response)
    if 400 <= status < 500:
        make = transient if status in _TRANSIENT_4XX else permanent
        return make("http-4xx", url, f"was refused by the server (HTTP {status})", response=response)
    if 500 <= status < 600:
        make = permanent if status in _PERMANENT_5XX else transient
        return make("http-5xx", url, f"met a fault of the server (HTTP {status})", response=response)
    return permanent("bad-response", url, f"was answered with HTTP {status}, which says nothing to a reader", response=response)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen = 0
    current: BaseException | None = error
    while current is not None and seen < 16:  # a chain of causes is short; a cycle would be endless
        yield current
        if isinstance(current, BaseExceptionGroup) and current.exceptions:
            current = current.exceptions[0]
        else:
            current = current.__cause__ or current.__context__
        seen += 1


def for_lookup(error: socket.gaierror, host: str, url: str) -> WebError:
    """The error of a failed name lookup."""
    if error.errno in _FINAL_LOOKUPS:
        return permanent("unknown-host", url, f"cannot be reached: no name server knows the host {host}")
    return transient("unknown-host", url, f"cannot be reached: no name server answered for the host {host}")


def for_exception(error: Exception, url: str) -> WebError:
    """The error of an exception that the HTTP library raised for a request to `url`."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = (cause.verify_message or "it cannot be verified").rstrip(".")  # OpenSSL ends some with a stop, we add ours
            return permanent("tls-failed", url, f"has a certificate that is not trusted: {why}")
        if isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            return transient("tls-failed", url, "ended the connection while encryption was being agreed on")
        if isinstance(cause, ssl.SSLError):
            why = (cause.reason or "protocol error").replace("_", " ").lower()
            return permanent("tls-failed", url, f"could not agree with us on encryption: {why}")
        if isinstance(cause, OSError) and cause.errno in _NO_ROUTE:
            return transient("no-route", url, "cannot be reached: there is no route to its address")
    return _for_library(error, url)


def _for_library(error: Exception, url: str) -> WebError:
    if isinstance(error, httpx2.ConnectTimeout):
        return transient("timeout", url, "did not accept a connection in time")
    if isinstance(error, httpx2.TimeoutException):
        return transient("timeout", url, "did not answer in time")
    if isinstance(error, httpx2.ProxyError):
        return transient("connect-failed", url, "cannot be reached: the proxy refused (check INROAD_PROXY)")
    if isinstance(error, httpx2.ConnectError):
        return transient("connect-failed", url, "cannot be reached: the connection was refused")
    if isinstance(error, httpx2.RemoteProtocolError):
        if "without sending" in str(error):
            return transient("connection-reset", url, "ended the connection without an answer")
        return permanent("bad-response", url, "does not answer in valid HTTP")
    if isinstance(error, httpx2.LocalProtocolError):
        return permanent("bad-response", url, "cannot be asked for in valid HTTP")
    if isinstance(error, (httpx2.NetworkError, OSError)):
        return transient("connection-reset", url, "broke the connection off")
    return permanent("bad-response", url, f"gave an answer that cannot be read ({type(error).__name__})")
