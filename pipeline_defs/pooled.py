"""Database connections of Dagster's storage: one pool per process and database.

What lives here: the registry of engines and the mixin that lends them to Dagster's three Postgres storages. What does not: what
the storages store (`event_log`), and how the instance finds its database (`storage`).

Stock dagster-postgres opens a connection for each statement, because each storage has an engine without a pool.
"""

from __future__ import annotations

import os
import threading
from typing import Any

import sqlalchemy as db
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ArgumentError

from inroad.guard.errors import UserError

POOL_SIZE = 4
MAX_OVERFLOW = 16
CONNECT_TIMEOUT_S = 10
# A pooled connection is reopened after this age, so that servers and proxies that drop old ones are not noticed.
RECYCLE_S = 1800

_engines: dict[tuple[int, str], Engine] = {}
_lock = threading.Lock()


def _after_fork() -> None:
    """Gives a forked child a lock that nobody holds; the parent's engines stay referenced, so their sockets are not closed."""
    global _lock  # noqa: PLW0603 - a lock that was held during the fork can only be replaced
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)


def psycopg2_url(url: str) -> str:
    """The same database through psycopg 2, which dagster-postgres needs (SQLAlchemy 2.1 would choose psycopg 3).

    Args:
        url: A PostgreSQL URL with any driver or none.

    Raises:
        UserError: Not a PostgreSQL URL. The URL is not repeated: it may hold a password.
    """
    try:
        parsed = db.make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.drivername.split("+")[0] not in {"postgresql", "postgres"}:
        raise UserError(
            "Dagster's database URL is not a PostgreSQL URL.",
            reason="bad-setting",
            mend="Set INROAD_DAGSTER_DATABASE_URL to postgresql://user:password@host:5432/name.",
        )
    return parsed.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def engine_for(url: str, *, pool_size: int = POOL_SIZE, max_overflow: int = MAX_OVERFLOW) -> Engine:
    """The engine of this process for a database; made at the first call, shared by all later ones.

    Args:
        url: PostgreSQL URL with the driver psycopg 2.
        pool_size: Connections kept open.
        max_overflow: Connections opened beyond them under load, closed when they come back.

    Returns:
        An engine in autocommit mode, as Dagster's storages expect. Each loan is checked first, so that a restart of the
        server costs no query.
    """
    key = (os.getpid(), url)
    with _lock:
        engine = _engines.get(key)
        if engine is None:
            engine = db.create_engine(
                url,
                isolation_level="AUTOCOMMIT",
                pool_size=pool_size,
                max_overflow=max_overflow,
                pool_pre_ping=True,
                pool_recycle=RECYCLE_S,
                connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
            )
            _engines[key] = engine
        return engine


def dispose_engines(url: str | None = None) -> None:
    """Closes this process's idle connections and forgets their engines.

    Args:
        url: Only those of this database; default all.
    """
    pid = os.getpid()
    with _lock:
        keys = [key for key in _engines if key[0] == pid and url in (None, key[1])]
        engines = [_engines.pop(key) for key in keys]
    for engine in engines:
        engine.dispose()


class PooledConnections:
    """Lends the process's engine to a storage of dagster-postgres, which believes that it has its own.

    Comes first among the bases. The storage's constructor and `optimize_for_webserver` assign engines of their own; those
    are let go unused.
    """

    postgres_url: str
    pool_size: int = POOL_SIZE
    max_overflow: int = MAX_OVERFLOW

    @property
    def _engine(self) -> Engine:
        return engine_for(self.postgres_url, pool_size=self.pool_size, max_overflow=self.max_overflow)

    @_engine.setter
    def _engine(self, engine: Any) -> None:
        """Ignores the storage's own engine: no connection was opened on it."""

    def optimize_for_webserver(self, statement_timeout: int, pool_recycle: int, max_overflow: int) -> None:
        """Keeps the shared pool: stock replaces each storage's engine by one of its own."""
