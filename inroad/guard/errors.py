"""The errors of the whole project: one tree, three kinds of fault.

A user's mistake (`UserError`), a site's or service's fault (`TransientError`, `PermanentError` and their children) and a bug
of ours (anything else) are different classes and look different to a person. Every error carries a stable `reason` (a
lower-case slug that is stored on rows and counted), and, where there is one, the `mend`: what the reader can do about it.
"""

from __future__ import annotations

from dataclasses import dataclass


class InroadError(Exception):
    """Base of every error that Inroad raises on purpose.

    Args:
        message: One sentence that names the thing which failed.
        reason: Stable slug for rows, metrics and tests; defaults to the class's own.
        mend: What the reader can do; empty where nothing can be done.
    """

    reason = "error"

    def __init__(self, message: str, *, reason: str | None = None, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend
        if reason is not None:
            self.reason = reason

    def __str__(self) -> str:
        return f"{self.message} {self.mend}".strip() if self.mend else self.message


class UserError(InroadError):
    """A person's input or settings are at fault; nothing was done."""

    reason = "user-error"


class TransientError(InroadError):
    """Worth another attempt later: time-outs, resets, 408, 429, 5xx."""

    reason = "transient"


class PermanentError(InroadError):
    """Another attempt would end the same: 404, refused by robots, not a sitemap, an unsafe document."""

    reason = "permanent"


class RateLimited(TransientError):
    """The other side asked us to slow down.

    Args:
        retry_after_s: Seconds to wait before the next attempt; None when the answer did not say.
    """

    reason = "rate-limited"

    def __init__(self, message: str, *, retry_after_s: float | None = None, reason: str | None = None, mend: str = "") -> None:
        super().__init__(message, reason=reason, mend=mend)
        self.retry_after_s = retry_after_s


class NotCalled(InroadError):
    """Our own guard refused before the call was made; says nothing of the service."""

    reason = "not-called"


class CircuitOpen(TransientError, NotCalled):
    """The service's circuit breaker is open; no call was made.

    Args:
        retry_after_s: Seconds until the breaker lets a probe through.
        service: The breaker's name.
    """

    reason = "circuit-open"

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        service: str = "",
        reason: str | None = None,
        mend: str = "",
    ) -> None:
        super().__init__(message, reason=reason, mend=mend)
        self.retry_after_s = retry_after_s
        self.service = service


class BucketEmpty(RateLimited, NotCalled):
    """Our own rate limit would make the caller wait too long; no call was made."""

    reason = "bucket-empty"


class BudgetExceeded(NotCalled):
    """The call would pass a hard budget; no call was made.

    Args:
        budget: The budget as `inroad budget` names it.
        left: What is left of it, in its unit.
    """

    reason = "budget-exceeded"

    def __init__(
        self, message: str, *, budget: str = "", left: float | None = None, reason: str | None = None, mend: str = ""
    ) -> None:
        super().__init__(message, reason=reason, mend=mend)
        self.budget = budget
        self.left = left


class Paused(NotCalled):
    """A person lets this rest; no call was made.

    Args:
        retry_after_s: Seconds until the pause ends by itself; None where it does not.
    """

    reason = "paused"

    def __init__(self, message: str, *, retry_after_s: float | None = None, reason: str | None = None, mend: str = "") -> None:
        super().__init__(message, reason=reason, mend=mend)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Scope:
    """What a guarded call is made for; each part that is set is held to its own budget.

    Args:
        run: Dagster run id or any other id of the work in hand.
        domain: Registrable domain.
        posting: Posting key.
        tenant: Team or customer.
    """

    run: str | None = None
    domain: str | None = None
    posting: str | None = None
    tenant: str | None = None
