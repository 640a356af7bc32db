"""Queries on `hosts`: clocks of politeness shared by all processes, the cache of robots.txt, and what strategy worked.

What does not belong here: the rules that use them (`inroad.crawl`: `politeness`, `robots_cache`, `strategies`).

All moments are the server's (`clock_timestamp()`), and waits come back as seconds, so that machines with different clocks agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session


class StintAsk(NamedTuple):
    """One wish for a host.

    Args:
        host: Key of the row.
        floor_s: Least distance between requests, seconds.
        exclusive: Requests go one at a time whatever is known of the host.
    """

    host: str
    floor_s: float
    exclusive: bool


class Stint(NamedTuple):
    """What a host's row said; see `inroad.crawl.paces.StintAnswer` for the meaning of each part."""

    is_granted: bool
    wait_s: float
    crawl_delay_s: float | None
    interval_s: float | None
    is_certain: bool


class Ended(NamedTuple):
    """A stint that is given back; see `inroad.crawl.paces.StintEnd`."""

    host: str
    next_s: float
    interval_s: float | None
    loaded_s: float | None


class StoredRobots(NamedTuple):
    """A robots.txt as it was last read: its body, "found", "absent" or "unreachable", and its age in seconds."""

    body: bytes | None
    status: str
    age_s: float


# FOR UPDATE makes processes take turns on a row, and the order keeps them from locking each other out; `now` may lie before the
# wait for the lock, which errs on the polite side. While a stint lasts, `next_request_at` is the latest that it may leave behind.
_TAKE = text("""
    WITH asked AS (
        SELECT * FROM unnest(CAST(:hosts AS text[]), CAST(:floors AS float8[]), CAST(:exclusives AS boolean[]))
            AS a (host, floor_s, exclusive)
    ), locked AS MATERIALIZED (
        SELECT h.host, clock_timestamp() AS now, h.next_request_at, h.blocked_until, h.holder, h.held_until, h.wanted_by,
               h.wanted_until, h.crawl_delay_s, h.interval_s, greatest(a.floor_s, h.crawl_delay_s, h.interval_s) AS distance_s,
               (a.exclusive OR h.crawl_delay_s IS NOT NULL OR h.interval_s IS NOT NULL) AS is_exact
        FROM hosts h JOIN asked a ON a.host = h.host ORDER BY h.host FOR UPDATE OF h
    ), held AS (
        SELECT *, CASE WHEN holder <> :me AND held_until > now AND holder ~ '^p[0-9]{1,10}-' THEN NOT EXISTS (
            SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = :lock_class AND objsubid = 2 AND granted
                AND objid = CAST(substring(holder FROM '^p([0-9]{1,10})-') AS bigint)
        ) AND pg_postmaster_start_time() < held_until - make_interval(secs => 2 * :stint_s + :grace_s + :forgotten_s)
        ELSE false END AS is_dead
        FROM locked
    ), seen AS (
        SELECT *, greatest(extract(epoch FROM next_request_at - now)::float8
                   + CASE WHEN is_dead AND is_exact THEN :arrival_s ELSE 0 END, 0) AS next_s,
               greatest(extract(epoch FROM blocked_until - now)::float8, 0) AS blocked_s,
               coalesce(holder <> :me AND held_until > now AND NOT is_dead, false) AS is_held,
               coalesce(wanted_by <> :me AND wanted_until > now, false) AS is_promised
        FROM held
    ), ruled AS (
        SELECT *, greatest(CASE WHEN is_held OR is_promised THEN 0 ELSE next_s END, blocked_s) AS wait_s,
               NOT is_held AND NOT is_promised AND blocked_s <= 0 AND next_s <= :stint_s AS is_granted
        FROM seen
    )
    UPDATE hosts SET
        holder = CASE WHEN is_granted THEN :me ELSE hosts.holder END,
        held_until = CASE WHEN is_granted
            THEN now + make_interval(secs => wait_s + :stint_s + CASE WHEN is_exact THEN :grace_s ELSE 0 END)
            ELSE hosts.held_until END,
        next_request_at = CASE WHEN is_granted THEN now + make_interval(secs => wait_s + :stint_s + distance_s)
            ELSE hosts.next_request_at END,
        wanted_by = CASE WHEN is_granted THEN nullif(hosts.wanted_by, :me) WHEN is_promised THEN hosts.wanted_by ELSE :me END,
        wanted_until = CASE WHEN is_granted OR is_promised THEN hosts.wanted_until
            ELSE now + make_interval(secs => :promise_s) END
    FROM ruled WHERE hosts.host = ruled.host
    RETURNING hosts.host, is_granted, greatest(wait_s, 0)::float8, ruled.crawl_delay_s, ruled.interval_s,
              NOT is_granted AND (blocked_s > 0 OR NOT (is_held OR is_promised))
""")
_BORN = text("INSERT INTO hosts (host) SELECT unnest(CAST(:hosts AS text[])) ORDER BY 1 ON CONFLICT (host) DO NOTHING")
HOLDER_LOCK_CLASS = 729_451_301
"""First key of the advisory lock that a holder named `pNUMBER-...` keeps for its life; the second is the number."""

PROMISE_S = 1.0
"""Seconds for which a host is kept for the process that was refused it first: each looks again in a tenth of that."""

ARRIVAL_S = 2.0
"""Seconds added to the distance that a dead holder of an exact host leaves behind: its last request was on its way."""

FORGOTTEN_S = 12.0
"""A stint that began within so many seconds of the server's start proves nothing by its missing lock: the server had forgotten
all locks, and holders look after theirs every ten seconds."""


def take_stints(session: Session, asks: Sequence[StintAsk], *, me: str, stint_s: float, grace_s: float) -> Mapping[str, Stint]:
    """Takes each host for a stint, or says how long it is until there may be one; one statement for all.

    Args:
        session: In a transaction of its own: the rows stay locked until its end.
        asks: Of different hosts.
        me: The process that asks.
        stint_s: Seconds in which it starts requests.
        grace_s: Seconds added to the lease of an exact host in case it is never given back and nobody knows whether its holder
            lives: a request that was on its way must have arrived. Where its lock tells that it is dead, nobody waits for that.

    Returns:
        By host, one for each ask.
    """
    common = {"me": me, "stint_s": stint_s, "grace_s": grace_s, "promise_s": PROMISE_S, "lock_class": HOLDER_LOCK_CLASS}
    common |= {"arrival_s": ARRIVAL_S, "forgotten_s": FORGOTTEN_S}
    stints = _take(session, asks, common)
    if unborn := [ask for ask in asks if ask.host not in stints]:
        session.execute(_BORN, {"hosts": [ask.host for ask in unborn]})
        stints |= _take(session, unborn, common)
    return stints


def _take(session: Session, asks: Sequence[StintAsk], common: Mapping[str, Any]) -> dict[str, Stint]:
    hosts, floors, exclusives = (list(column) for column in zip(*asks, strict=True))
    values = {"hosts": hosts, "floors": floors, "exclusives": exclusives, **common}
    return {row[0]: Stint(*row[1:]) for row in session.execute(_TAKE, values)}


_GIVE_BACK = text("""
    WITH given AS (
        SELECT * FROM unnest(CAST(:hosts AS text[]), CAST(:nexts AS float8[]), CAST(:intervals AS float8[]),
                             CAST(:loaded AS float8[])) AS g (host, next_s, interval_s, loaded_s)
    ), held AS MATERIALIZED (
        SELECT h.host FROM hosts h JOIN given g ON g.host = h.host ORDER BY h.host FOR UPDATE OF h
    )
    UPDATE hosts SET holder = NULL, held_until = NULL,
        next_request_at = clock_timestamp() + make_interval(secs => g.next_s),
        interval_s = CASE WHEN hosts.interval_s IS NOT DISTINCT FROM g.loaded_s THEN g.interval_s ELSE hosts.interval_s END
    FROM given AS g JOIN held ON held.host = g.host
    WHERE hosts.host = g.host AND hosts.holder = :me
""")


def end_stints(session: Session, ends: Sequence[Ended], *, me: str) -> None:
    """Gives hosts back: their clocks are what their holder's were. Nothing happens to a host that another holds by now."""
    hosts, nexts, intervals, loaded = (list(column) for column in zip(*ends, strict=True))
    session.execute(_GIVE_BACK, {"hosts": hosts, "nexts": nexts, "intervals": intervals, "loaded": loaded, "me": me})


def slow_down(
    session: Session, host: str, *, me: str, floor_s: float, first_s: float, most_s: float, retry_after_s: float | None
) -> float:
    """The host refused: ends our stint, doubles its learned distance, once per period of refusal, and lets it rest.

    Args:
        session: Any.
        host: Key of the row.
        me: The process that was refused.
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
                holder = nullif(hosts.holder, :me),
                next_request_at = CASE WHEN hosts.holder = :me THEN now + make_interval(secs => next_s)
                    ELSE greatest(hosts.next_request_at, now + make_interval(secs => next_s)) END,
                blocked_until = greatest(hosts.blocked_until,
                    now + make_interval(secs => coalesce(CAST(:retry_after_s AS float8), next_s)))
            FROM ruled WHERE hosts.host = ruled.host
            RETURNING extract(epoch FROM hosts.blocked_until - now)::float8
        """),
        {
            "host": host,
            "me": me,
            "floor_s": floor_s,
            "first_s": first_s,
            "most_s": most_s,
            "retry_after_s": retry_after_s,
        },
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


_ROBOTS = text("""
    SELECT host, robots_body, robots_status, extract(epoch FROM clock_timestamp() - robots_fetched_at)::float8
    FROM hosts WHERE host = ANY(:hosts) AND robots_status IS NOT NULL AND robots_fetched_at IS NOT NULL
""")


def load_robots(session: Session, origins: Sequence[str]) -> dict[str, StoredRobots]:
    """The robots.txt files of some origins as they were last read; those that never were are left out."""
    return {host: StoredRobots(*values) for host, *values in session.execute(_ROBOTS, {"hosts": list(origins)})}


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
