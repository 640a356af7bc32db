"""Advisory locks that last as long as their holder: PostgreSQL frees them when the process ends, however it ends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from inroad.store.database import Database


@contextmanager
def hold_lock(database: Database, name: str) -> Iterator[Connection | None]:
    """Holds a named lock for the block; None when another process has it."""
    with database.engine.connect() as connection:
        connection.detach()  # a pooled connection would keep the lock after the block
        is_ours = connection.scalar(text("SELECT pg_try_advisory_lock(hashtext(:name))"), {"name": name})
        connection.commit()
        try:
            yield connection if is_ours else None
        finally:
            if is_ours:
                # Said, and not left to the connection's end: the server notices that some milliseconds later, and whoever comes
                # next in the same moment would be refused. A server that is away has freed the lock.
                with contextlib.suppress(DBAPIError):
                    connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), {"name": name})
                    connection.commit()
