"""Rows of `mail_domains`: what the DNS said of a mailbox's domain, kept for its time and for every process.

What does not belong here: asking the DNS (`inroad.stages.mail_servers`).
"""

from __future__ import annotations

from inroad.store.database import Database

_READ = "SELECT takes_mail FROM mail_domains WHERE name = %s AND expires_at > now()"
# A few that have expired go with each that comes, so that the table holds no more than a lifetime's questions.
_KEEP = """
WITH gone AS (
  DELETE FROM mail_domains WHERE name <> %s AND name IN (
    SELECT name FROM mail_domains WHERE expires_at <= now() LIMIT 10 FOR UPDATE SKIP LOCKED)
)
INSERT INTO mail_domains (name, takes_mail, asked_at, expires_at)
VALUES (%s, %s, now(), now() + make_interval(secs => %s))
ON CONFLICT (name) DO UPDATE
SET takes_mail = excluded.takes_mail, asked_at = excluded.asked_at, expires_at = excluded.expires_at
"""


async def known_mail_domain(database: Database, name: str) -> bool | None:
    """Whether a domain takes mail, as the DNS said within its lifetime; None where it is to be asked."""
    rows = await database.fetch(_READ, (name,))
    return bool(rows[0][0]) if rows else None


async def keep_mail_domain(database: Database, name: str, *, takes_mail: bool, lifetime_s: float) -> None:
    """Keeps what the DNS said."""
    await database.fetch(_KEEP, (name, name, takes_mail, float(lifetime_s)))
