"""What a fetch gives back, and what it reports of itself.

What lives here: the value types of the web client. What does not: how they come about (`fetch`, `browser`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Final, Literal

Purpose = Literal["page", "sitemap", "robots", "board", "probe"]
Strategy = Literal["direct", "browser", "scraperapi", "firecrawl"]
STRATEGIES: Final[tuple[Strategy, ...]] = ("direct", "browser", "scraperapi", "firecrawl")
_PIECE = 65_536


def as_strategy(name: str | None) -> Strategy | None:
    """A strategy by its name in a row; None for none."""
    return next((strategy for strategy in STRATEGIES if strategy == name), None)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, read to its end.

    Args:
        url: Where the answer came from, after redirects.
        requested_url: What was asked for.
        status: HTTP status of the last hop.
        headers: Lower-case names; several headers of one name joined by ", ".
        body: Unpacked bytes; empty when the body was written to a file (`stream`).
        not_modified: 304 to a conditional request: the copy from before is still right.
        redirects: URLs that redirected, in order; the first is `requested_url`.
        duration_ms: From the first hop's sending to the last byte, without waiting for the host's pace.
        wire_bytes: Bytes of the last hop's body as sent, before unpacking.
        truncated: The body ended before its announced end, or was cut at the limit where the caller wanted that.
        strategy: How it was fetched.
        credits_used: What a scraping service charged for it.
    """

    url: str
    requested_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)
    not_modified: bool = False
    redirects: tuple[str, ...] = ()
    duration_ms: float = 0.0
    wire_bytes: int = 0
    truncated: bool = False
    strategy: Strategy = "direct"
    credits_used: int = 0
    spool: BinaryIO | None = field(default=None, repr=False, compare=False)
    body_bytes: int = 0

    @property
    def etag(self) -> str | None:
        """The entity tag to send with the next conditional request."""
        return self.headers.get("etag") or None

    @property
    def last_modified(self) -> str | None:
        """The Last-Modified header, as written."""
        return self.headers.get("last-modified") or None

    @property
    def content_type(self) -> str:
        """Media type in lower case, without parameters; empty when not stated."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def open(self) -> BinaryIO:
        """The unpacked body as a binary file, at its start; valid inside `stream`'s block."""
        if self.spool is None:
            return io.BytesIO(self.body)
        self.spool.seek(0)
        return self.spool

    def iter_bytes(self) -> Iterator[bytes]:
        """The unpacked body in pieces of at most 64 KiB."""
        source = self.open()
        while piece := source.read(_PIECE):
            yield piece


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One attempt at one hop, for visits and the ledger.

    Args:
        url: The hop's URL.
        method: GET, HEAD or POST.
        purpose: What it was made for.
        strategy: direct, browser or the scraping service.
        started_at: Aware, UTC.
        duration_ms: From sending to the last byte or the failure.
        waited_ms: Time spent waiting for the host's pace before.
        attempt: 1 for the first.
        status: HTTP status; None when none was given.
        reason: Slug of the failure; None on success.
        wire_bytes: Bytes of the body as sent.
    """

    url: str
    method: str
    purpose: Purpose
    strategy: Strategy
    started_at: datetime
    duration_ms: float
    waited_ms: float
    attempt: int
    status: int | None
    reason: str | None
    wire_bytes: int
