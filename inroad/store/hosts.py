"""Queries on `hosts`: clocks of politeness shared by all processes, the cache of robots.txt, and what strategy worked.

What does not belong here: the rules that use them (`inroad.crawl`: `politeness`, `robots_cache`, `strategies`).

All moments are the server's (`clock_timestamp()`), and waits come back as seconds, so that machines with different clocks agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session


class SlotAsk(NamedTuple):
    """One wish for a slot.

    Args:
        host: Key of the row.
        floor_s: Least distance between requests, seconds.
        exclusive: One request at a time whatever is known of the host.
        bound_s: A slot further away than this is not taken; an exact one is taken only when it is now.
    """

    host: str
    floor_s: float
    exclusive: bool
    bound_s: float


class Slot(NamedTuple):
    """What a host's clock said; see `inroad.crawl.politeness.Grant` for the meaning of each part."""

    is_granted: bool
    wait_s: float
    is_exact: bool
    is_learned: bool
    is_blocked: bool


class StoredRobots(NamedTuple):
    """A robots.txt as it was last read: its body, "found", "absent" or "unreachable", and its age in seconds."""

    body: bytes | None
    status: str
    age_s: float


# FOR UPDATE makes processes take turns on a row, and the order keeps them from locking each other out; `now` may lie before the
# wait for the lock, which errs on the polite side.
_TAKE = text("""
    WITH asked AS (
        SELECT * FROM unnest(CAST(:hosts AS text[]), CAST(:floors AS float8[]), CAST(:exclusives AS boolean[]),
                             CAST(:bounds AS float8[])) AS a (host, floor_s, exclusive, bound_s)
    ), held AS MATERIALIZED (
        SELECT h.host, clock_timestamp() AS now, greatest(h.next_request_at, h.blocked_until) AS ready_at,
               greatest(a.floor_s, h.crawl_delay_s, h.interval_s) AS distance_s,
               (a.exclusive OR h.crawl_delay_s IS NOT NULL OR h.interval_s IS NOT NULL) AS is_exact,
               h.interval_s IS NOT NULL AS is_learned, h.blocked_until, a.bound_s
        FROM hosts h JOIN asked a ON a.host = h.host ORDER BY h.host FOR UPDATE OF h
    ), seen AS (
        SELECT *, greatest(extract(epoch FROM ready_at - now)::float8, 0) AS wait_s,
               coalesce(blocked_until > now, false) AS is_blocked
        FROM held
    ), ruled AS (
        SELECT *, CASE WHEN is_exact THEN wait_s <= 0 ELSE wait_s <= bound_s END AS is_granted FROM seen
    )
    UPDATE hosts SET next_request_at = CASE WHEN NOT is_granted THEN hosts.next_request_at
        ELSE greatest(ready_at, now) + make_interval(secs => distance_s + CASE WHEN is_exact THEN :grace_s ELSE 0 END) END
    FROM ruled WHERE hosts.host = ruled.host
    RETURNING hosts.host, is_granted, wait_s, is_exact, is_learned, is_blocked
""")
_BORN = text("INSERT INTO hosts (host) SELECT unnest(CAST(:hosts AS text[])) ORDER BY 1 ON CONFLICT (host) DO NOTHING")


def take_slots(session: Session, asks: Sequence[SlotAsk], *, grace_s: float) -> Mapping[str, Slot]:
    """Takes the next slot of each host, or says how long it is until there is one; one statement for all.

    Args:
        session: In a transaction of its own: the rows stay locked until its end.
        asks: Of different hosts.
        grace_s: Seconds added after an exact slot in case `finish_request` is never called (the process died).

    Returns:
        By host, one for each ask.
    """
    slots = _take(session, asks, grace_s)
    if unborn := [ask for ask in asks if ask.host not in slots]:
        session.execute(_BORN, {"hosts": [ask.host for ask in unborn]})
        slots |= _take(session, unborn, grace_s)
    return slots


def _take(session: Session, asks: Sequence[SlotAsk], grace_s: float) -> dict[str, Slot]:
    hosts, floors, exclusives, bounds = (list(column) for column in zip(*asks, strict=True))
    values = {"hosts": hosts, "floors": floors, "exclusives": exclusives, "bounds": bounds, "grace_s": grace_s}
    return {row[0]: Slot(*row[1:]) for row in session.execute(_TAKE, values)}


def blocked_seconds(session: Session, host: str) -> float:
    """Seconds until the host's own Retry-After is over; 0 when it is."""
    query = text("SELECT extract(epoch FROM blocked_until - clock_timestamp())::float8 FROM hosts WHERE host = :host")
    return max(0.0, session.scalar(query, {"host": host}) or 0.0)


def finish_request(session: Session, host: str, *, floor_s: float, recover: float, forget_below_s: float) -> None:
    """An exact request is over: the distance counts from now.

    Args:
        session: Any.
        host: Key of the row.
        floor_s: Least distance between requests, seconds.
        recover: Factor on the learned distance, 1 for none.
        forget_below_s: A learned distance that shrinks to this is forgotten.
    """
    session.execute(
        text("""
            UPDATE hosts SET
                interval_s = CASE WHEN interval_s * :recover > :forget_below_s OR :recover >= 1
                             THEN interval_s * :recover END,
                next_request_at = clock_timestamp() + make_interval(secs => greatest(:floor_s, crawl_delay_s,
                    CASE WHEN interval_s * :recover > :forget_below_s OR :recover >= 1 THEN interval_s * :recover END))
            WHERE host = :host
        """),
        {"host": host, "floor_s": floor_s, "recover": recover, "forget_below_s": forget_below_s},
    )


def slow_down(
    session: Session, host: str, *, floor_s: float, first_s: float, most_s: float, retry_after_s: float | None
) -> float:
    """The host refused: doubles its learned distance, once per period of refusal, and lets it rest.

    Args:
        session: Any.
        host: Key of the row.
        floor_s: Least distance between requests, seconds.
        first_s: The learned distance after a first refusal, at least.
        most_s: The learned distance at most.
        retry_after_s: What the host asked for; None rests it for the learned distance.

    Returns:
        Seconds until the host may be asked again.
    """
    session.execute(_BORN, {"hosts": [host]})
    rest = session.scalar(
        text("""
            WITH held AS MATERIALIZED (
                SELECT host, clock_timestamp() AS now, blocked_until, interval_s AS learned_s,
                       least(:most_s, greatest(:first_s, 2 * greatest(:floor_s, crawl_delay_s, interval_s))) AS doubled_s
                FROM hosts WHERE host = :host FOR UPDATE
            ), ruled AS (
                SELECT *, CASE WHEN blocked_until > now THEN coalesce(learned_s, doubled_s) ELSE doubled_s END AS next_s FROM held
            )
            UPDATE hosts SET interval_s = next_s, updated_at = now,
                blocked_until = greatest(hosts.blocked_until,
                    now + make_interval(secs => coalesce(CAST(:retry_after_s AS float8), next_s)))
            FROM ruled WHERE hosts.host = ruled.host
            RETURNING extract(epoch FROM hosts.blocked_until - now)::float8
        """),
        {"host": host, "floor_s": floor_s, "first_s": first_s, "most_s": most_s, "retry_after_s": retry_after_s},
    )
    return float(rest or 0.0)


def keep_crawl_delay(session: Session, host: str, crawl_delay_s: float | None) -> None:
    """Remembers what robots.txt asks for; the next request keeps that distance from now."""
    session.execute(
        text("""
            INSERT INTO hosts AS h (host, crawl_delay_s, next_request_at)
            VALUES (:host, CAST(:delay_s AS float8),
                    clock_timestamp() + make_interval(secs => coalesce(CAST(:delay_s AS float8), 0)))
            ON CONFLICT (host) DO UPDATE SET crawl_delay_s = excluded.crawl_delay_s, updated_at = clock_timestamp(),
                next_request_at = greatest(h.next_request_at, excluded.next_request_at)
        """),
        {"host": host, "delay_s": crawl_delay_s},
    )


def load_robots(session: Session, origin: str) -> StoredRobots | None:
    """The robots.txt of an origin as it was last read; None when it never was."""
    row = session.execute(
        text("""
            SELECT robots_body, robots_status, extract(epoch FROM clock_timestamp() - robots_fetched_at)::float8
            FROM hosts WHERE host = :host AND robots_status IS NOT NULL AND robots_fetched_at IS NOT NULL
        """),
        {"host": origin},
    ).one_or_none()
    return StoredRobots(*row) if row else None


def save_robots(session: Session, origin: str, *, status: str, body: bytes | None) -> None:
    """Keeps a robots.txt as read now."""
    session.execute(
        text("""
            INSERT INTO hosts (host, robots_body, robots_status, robots_fetched_at)
            VALUES (:host, :body, :status, clock_timestamp())
            ON CONFLICT (host) DO UPDATE SET robots_body = excluded.robots_body, robots_status = excluded.robots_status,
                robots_fetched_at = excluded.robots_fetched_at, updated_at = clock_timestamp()
        """),
        {"host": origin, "body": body, "status": status},
    )


def learned_strategy(session: Session, host: str, *, younger_than_s: float) -> str | None:
    """What worked last at a host, if that was learned lately enough."""
    query = text("""
        SELECT strategy FROM hosts
        WHERE host = :host AND strategy_learned_at > clock_timestamp() - make_interval(secs => :seconds)
    """)
    found: str | None = session.scalar(query, {"host": host, "seconds": younger_than_s})
    return found


def learn_strategy(session: Session, host: str, strategy: str, credits_used: int) -> None:
    """Remembers what worked at a host and what it cost; the moment counts from the first time in a row."""
    session.execute(
        text("""
            INSERT INTO hosts AS h (host, strategy, strategy_credits, strategy_learned_at)
            VALUES (:host, :strategy, :credits, clock_timestamp())
            ON CONFLICT (host) DO UPDATE SET strategy = excluded.strategy, strategy_credits = excluded.strategy_credits,
                strategy_learned_at = excluded.strategy_learned_at, updated_at = clock_timestamp()
            WHERE (h.strategy, h.strategy_credits) IS DISTINCT FROM (excluded.strategy, excluded.strategy_credits)
                OR h.strategy_learned_at < clock_timestamp() - interval '7 days'
        """),
        {"host": host, "strategy": strategy, "credits": credits_used},
    )
