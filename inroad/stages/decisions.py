"""What to launch, decided purely: the sensors and schedules ask here, a test asks over several ticks without Dagster.

A decision's key is identity plus content plus the launch before it: a tick that is repeated launches nothing twice, and the same
rows are launched again in a new state, or in the same one long after.
"""

from __future__ import annotations

import json
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
class Launched:
    """What a sensor launched last; its cursor between two ticks.

    Attributes:
        digest: Of the rows that were due.
        at_s: When, in whole seconds since 1970; 0 for never.
    """

    digest: str = ""
    at_s: int = 0

    def write(self) -> str:
        """The cursor's text."""
        return json.dumps({"digest": self.digest, "at_s": self.at_s})

    @classmethod
    def read(cls, cursor: str | None) -> Launched:
        """From a cursor; one that cannot be read (a person may edit it) counts as none."""
        try:
            known = json.loads(cursor or "{}")
            return cls(str(known.get("digest", "")), int(known.get("at_s", 0)))
        except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
            return NEVER


NEVER = Launched()


@dataclass(frozen=True, slots=True)
class Launch:
    """Launch one run under a key that no other run has had, and remember it."""

    key: str
    reason: str
    launched: Launched


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


def plan_sweep(
    name: str,
    due: Due,
    *,
    is_running: bool,
    now: datetime,
    last: Launched = NEVER,
    backlog: Backlog = NO_BACKLOG,
    paused: str = "",
) -> Launch | Skip:
    """Whether to launch a sweep.

    Args:
        name: The sensor's name.
        due: What the sensor looks at.
        is_running: A sweep is queued or running.
        now: The time.
        last: What the sensor launched last.
        backlog: What waits behind this stage.
        paused: What of it a person lets rest, and why; rows that rest are not counted as due.
    """
    if not due.count:
        return Skip(paused or "Nothing is due.")
    if backlog.refusal:
        return Skip(f"{due.count} rows are due; {backlog.refusal}")
    if is_running:
        return Skip(f"{due.count} rows are due; a sweep is already running.")
    waited_s = int(now.timestamp()) - last.at_s
    if due.digest == last.digest and 0 <= waited_s < AGAIN_AFTER_S:
        return Skip(f"{due.count} rows are due; the sweep of {waited_s} s ago left them as they are.")
    launched = Launched(due.digest, int(now.timestamp()))
    return Launch(f"{name}:{due.digest}:{last.at_s}", f"{due.count} rows are due.", launched)


@dataclass(frozen=True, slots=True)
class NewDomains:
    """Domains that Dagster does not know yet, and those that wait for their first run.

    Attributes:
        add: Names to add as partitions, in insertion order.
        run: Names to launch, in insertion order.
    """

    add: tuple[str, ...]
    run: tuple[str, ...]


def plan_new_domains(domains: Sequence[str], partitions: Sequence[str], adopted: Sequence[str] = (), *, limit: int) -> NewDomains:
    """Which domains to make partitions of and launch, at most `limit` in one tick.

    Args:
        domains: Names of the rows.
        partitions: Partitions that exist.
        adopted: Those among them whose rows were made just now: they are launched too.
        limit: Most new partitions.
    """
    known = set(partitions)
    add = tuple(name for name in domains if name not in known)[:limit]
    return NewDomains(add, (*adopted, *add))


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
