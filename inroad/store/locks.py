"""Advisory locks that last as long as their holder: PostgreSQL frees them when the process ends, however it ends."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from inroad.store.database import Database, DatabaseUnavailable


class NamedLock:
    """One lock of the database, held on a connection of its own.

    Args:
        database: Where the lock is.
        name: What it is called, the same in all processes.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database, self._name = database, name
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Takes it unless another holds it.

        Raises:
            DatabaseUnavailable: The server cannot be reached.
        """
        try:
            connection = self._database.engine.connect()
            connection.detach()  # a pooled connection would keep the lock after its release
            is_ours = bool(connection.scalar(text("SELECT pg_try_advisory_lock(hashtext(:name))"), {"name": self._name}))
            connection.commit()
        except DBAPIError as error:
            raise DatabaseUnavailable("PostgreSQL cannot be reached.", mend="Start it, then try again.") from error
        if is_ours:
            self._connection = connection
        else:
            connection.close()
        return is_ours

    def is_held(self) -> bool:
        """Whether it is still ours: a server that was started again has forgotten it."""
        if self._connection is None:
            return False
        try:
            self._connection.scalar(text("SELECT 1"))
            self._connection.commit()
        except DBAPIError:
            self._drop()
            return False
        return True

    def release(self) -> None:
        """Frees it, now and not when the server notices the connection's end: whoever comes next would be refused meanwhile."""
        if self._connection is None:
            return
        with contextlib.suppress(DBAPIError):  # a server that is away has freed it
            self._connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), {"name": self._name})
            self._connection.commit()
        self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(DBAPIError):
                connection.close()


class NumberLock:
    """A lock under a number that only its holder has: whoever reads the number elsewhere can tell whether the holder lives.

    Args:
        database: Where the lock is.
        lock_class: First key of the two-part lock, one for each kind of holder.
    """

    def __init__(self, database: Database, lock_class: int) -> None:
        self._database, self._class = database, lock_class
        self.number = secrets.randbelow(2**31)
        self._connection: Connection | None = None

    def hold(self) -> None:
        """Takes it, or takes it again where the server has forgotten it (a restart, a connection that was cut).

        Raises:
            DatabaseUnavailable: The server cannot be reached.
        """
        try:
            if self._connection is not None:
                self._connection.scalar(text("SELECT 1"))
                self._connection.commit()
                return
        except DBAPIError:
            self.release()
        try:
            connection = self._database.engine.connect()
            connection.detach()  # a pooled connection would keep the lock after its release
            connection.execute(text("SELECT pg_advisory_lock(:class, :number)"), {"class": self._class, "number": self.number})
            connection.commit()
        except DBAPIError as error:
            raise DatabaseUnavailable("PostgreSQL cannot be reached.", mend="Start it, then try again.") from error
        self._connection = connection

    def release(self) -> None:
        """Frees it, now and not when the server notices the connection's end; again is no error."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with contextlib.suppress(SQLAlchemyError):  # a server that is away, or has cut the connection, has freed it
            connection.execute(text("SELECT pg_advisory_unlock(:class, :number)"), {"class": self._class, "number": self.number})
            connection.commit()
        with contextlib.suppress(SQLAlchemyError):
            connection.close()


@contextmanager
def hold_lock(database: Database, name: str) -> Iterator[NamedLock | None]:
    """Holds a named lock for the block; None when another process has it."""
    lock = NamedLock(database, name)
    try:
        yield lock if lock.take() else None
    finally:
        lock.release()
