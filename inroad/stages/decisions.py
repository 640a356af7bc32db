"""What to launch, decided purely: the sensors and schedules ask here, a test asks over several ticks without Dagster.

A decision's key is identity plus content, so that the same state never launches twice, and the same rows in a new state do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

# The same due rows are launched again after this many seconds when nothing works on them: a run that died before its first claim.
AGAIN_AFTER_S = 600
# More ranges than this for one refresh, and one sweep over all of them is cheaper than their runs.
MOST_RANGES = 50


@dataclass(frozen=True, slots=True)
class Due:
    """Rows that may be worked on now.

    Attributes:
        count: How many.
        digest: Changes with the rows and with their attempts.
    """

    count: int
    digest: str


@dataclass(frozen=True, slots=True)
class Launch:
    """Launch one run under a key that no other run has had."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skip:
    """Launch nothing, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """Rows that wait further on in the data's way, and how many may.

    Attributes:
        count: Rows due in the stages behind.
        limit: `INROAD_QUEUE_DEPTH`.
    """

    count: int
    limit: int

    @property
    def refusal(self) -> str:
        """Why nothing new is begun; empty where there is room."""
        if self.count < self.limit:
            return ""
        room = f"{self.limit:,} may (INROAD_QUEUE_DEPTH)"
        return f"{self.count:,} rows wait further on, {room}: nothing new is begun until they are done."


NO_BACKLOG = Backlog(0, 1)


def plan_sweep(name: str, due: Due, *, is_running: bool, now: datetime, backlog: Backlog = NO_BACKLOG) -> Launch | Skip:
    """Whether to launch a sweep.

    Args:
        name: The sensor's name.
        due: What the sensor looks at.
        is_running: A sweep is queued or running.
        now: The time.
        backlog: What waits behind this stage.
    """
    if not due.count:
        return Skip("Nothing is due.")
    if backlog.refusal:
        return Skip(f"{due.count} rows are due; {backlog.refusal}")
    if is_running:
        return Skip(f"{due.count} rows are due; a sweep is already running.")
    bucket = int(now.timestamp()) // AGAIN_AFTER_S
    return Launch(f"{name}:{due.digest}:{bucket}", f"{due.count} rows are due.")


@dataclass(frozen=True, slots=True)
class NewDomains:
    """Domains that Dagster does not know yet, and those that wait for their first run.

    Attributes:
        add: Names to add as partitions, in insertion order.
        run: Names to launch, in insertion order.
    """

    add: tuple[str, ...]
    run: tuple[str, ...]


def plan_new_domains(domains: Sequence[str], partitions: Sequence[str], *, limit: int) -> NewDomains:
    """Which domains to make partitions of and launch, at most `limit` in one tick."""
    known = set(partitions)
    add = [name for name in domains if name not in known][:limit]
    return NewDomains(tuple(add), tuple(add))


@dataclass(frozen=True, slots=True)
class Refresh:
    """How to visit overdue domains again.

    Attributes:
        ranges: First and last partition of each run.
        sweep: Names for one sweep, where they are too scattered for ranges.
    """

    ranges: tuple[tuple[str, str], ...] = ()
    sweep: tuple[str, ...] = ()


def plan_refresh(overdue: Sequence[str], ranges: Sequence[tuple[str, str]]) -> Refresh:
    """Neighbouring domains go in ranges; scattered ones together in a sweep."""
    return Refresh(sweep=tuple(overdue)) if len(ranges) > MOST_RANGES else Refresh(ranges=tuple(ranges))
