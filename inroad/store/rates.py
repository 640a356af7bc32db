"""Rows of `rate_limits`: token buckets shared by all processes, each taken from by one statement."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

# The clock is read after the row's lock was taken, and `refilled_at` after `tokens`: both err to the slow side.
_TAKE = text("""
INSERT INTO rate_limits AS r (name, tokens, refilled_at)
VALUES (:name, float8(:burst) - float8(:cost), clock_timestamp())
ON CONFLICT (name) DO UPDATE SET
  tokens = least(float8(:burst),
    r.tokens + greatest(extract(epoch FROM clock_timestamp() - r.refilled_at), 0) * float8(:refill)) - float8(:cost),
  refilled_at = clock_timestamp()
WHERE (r.blocked_until IS NULL OR r.blocked_until <= clock_timestamp())
  AND least(float8(:burst),
    r.tokens + greatest(extract(epoch FROM clock_timestamp() - r.refilled_at), 0) * float8(:refill)) >= float8(:cost)
RETURNING tokens
""")

_WAIT = text("""
SELECT greatest(
  (float8(:cost) - least(float8(:burst),
    tokens + extract(epoch FROM clock_timestamp() - refilled_at) * float8(:refill))) / float8(:refill),
  coalesce(extract(epoch FROM blocked_until - clock_timestamp()), 0), 0)
FROM rate_limits WHERE name = :name
""")

_BLOCK = text("""
INSERT INTO rate_limits AS r (name, tokens, blocked_until)
VALUES (:name, 0, clock_timestamp() + make_interval(secs => :seconds))
ON CONFLICT (name) DO UPDATE SET blocked_until = greatest(r.blocked_until, excluded.blocked_until)
""")


def take(session: Session, name: str, *, burst: float, refill: float, cost: float) -> float:
    """Takes `cost` tokens from the bucket if it has them.

    Args:
        session: Commits at its end.
        name: Service, or service:key.
        burst: The bucket's size.
        refill: Tokens a second.
        cost: Tokens to take, at most `burst`.

    Returns:
        0.0 when taken; else the seconds until it may be tried again.
    """
    values = {"name": name, "burst": burst, "refill": refill, "cost": cost}
    if session.execute(_TAKE, values).first() is not None:
        return 0.0
    wait = session.execute(_WAIT, values).scalar_one_or_none()
    # Another process may have refilled or removed the row meanwhile: try again at once, but not in a tight loop.
    return max(float(wait or 0.0), 0.001)


def block(session: Session, name: str, *, seconds: float) -> None:
    """No token is given before these seconds are over; a later end that stands already is kept."""
    session.execute(_BLOCK, {"name": name, "seconds": seconds})
