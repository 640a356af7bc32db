"""Queries on the health of proxies, shared by all processes. Which one to take is decided in `inroad.crawl.proxies`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

_FAILED = text("""
    INSERT INTO proxies AS p (key, label, failure_count, rests_until, last_error, failed_at)
    VALUES (:key, :label, 1, clock_timestamp() + make_interval(secs => :first_s), :error, clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET label = excluded.label, last_error = excluded.last_error, failed_at = excluded.failed_at,
        failure_count = CASE WHEN p.rests_until > clock_timestamp() THEN p.failure_count ELSE least(p.failure_count + 1, 30) END,
        rests_until = CASE WHEN p.rests_until > clock_timestamp() THEN p.rests_until ELSE clock_timestamp()
            + make_interval(secs => least(:most_s, :first_s * power(2, least(p.failure_count, 20)))) END
    RETURNING extract(epoch FROM rests_until - clock_timestamp())::float8
""")


def resting(session: Session, keys: Sequence[str]) -> dict[str, float]:
    """Seconds that each of some proxies still rests; those that do not are left out."""
    query = text("""
        SELECT key, extract(epoch FROM rests_until - clock_timestamp())::float8 FROM proxies
        WHERE key = ANY(:keys) AND rests_until > clock_timestamp()
    """)
    return {key: seconds for key, seconds in session.execute(query, {"keys": list(keys)})}


def record_failure(session: Session, key: str, *, label: str, error: str, first_s: float, most_s: float) -> float:
    """Lets a proxy rest, twice as long each time in a row; failures of one moment count once.

    Args:
        session: Any.
        key: Of its URL.
        label: Without its password.
        error: One sentence.
        first_s: Seconds of the first rest.
        most_s: Seconds of the longest.

    Returns:
        Seconds that it rests from now.
    """
    values = {"key": key, "label": label, "error": error[:300], "first_s": first_s, "most_s": most_s}
    return float(session.execute(_FAILED, values).scalar_one())


def record_success(session: Session, key: str) -> None:
    """A proxy that had failed works again."""
    session.execute(
        text("UPDATE proxies SET failure_count = 0, rests_until = NULL, worked_at = clock_timestamp() WHERE key = :key"),
        {"key": key},
    )
