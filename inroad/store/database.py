"""A database: its URL, engines, and transactions from synchronous and asynchronous code.

What does not belong here: which database it is (`opening`), queries (the other modules), the embedded server (`embedded`).
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg
from psycopg.types.array import ListBinaryDumper
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from inroad.guard.errors import TransientError
from inroad.store.statements import IN_UTC, Statements

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseUnavailable(TransientError):
    """PostgreSQL cannot be reached or refuses us; names host and database, never the password."""

    reason = "postgres-unavailable"


def is_outage(error: BaseException) -> bool:
    """Whether an error of any database driver here says that the server was away or broke off, and not that we asked wrongly."""
    return isinstance(error, (DatabaseUnavailable, OperationalError, InterfaceError))


def plain_url(url: str) -> str:
    """`url` with the scheme `postgresql://` and no driver."""
    scheme, rest = url.split("://", 1)
    return "postgresql://" + rest if scheme else url


def _with_driver(url: str) -> str:
    return "postgresql+psycopg://" + plain_url(url).split("://", 1)[1]


class Database:
    """The application's database.

    One synchronous engine and, on first use in a loop, one asynchronous engine with the same URL. Engines are remade after a
    fork, because a connection shared by two processes corrupts both.

    Args:
        url: PostgreSQL URL; its driver is replaced by psycopg 3.
        pool_size: Connections kept per engine; twice as many may be open for a moment.
    """

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = plain_url(url)
        self._pool_size = pool_size
        self._engine: Engine | None = None
        self._async: dict[int, tuple[asyncio.AbstractEventLoop, AsyncEngine]] = {}
        self._statements = Statements(self.url, connections=pool_size)
        self._pid = os.getpid()

    def __repr__(self) -> str:
        return f"Database({make_url(self.url).render_as_string(hide_password=True)})"

    @property
    def engine(self) -> Engine:
        """The synchronous engine of this process."""
        self._check_fork()
        if self._engine is None:
            self._engine = create_engine(
                _with_driver(self.url),
                pool_size=self._pool_size,
                max_overflow=self._pool_size,
                pool_pre_ping=True,
                connect_args=CONNECT,
            )
            event.listen(self._engine, "connect", _prepare)
        return self._engine

    def _check_fork(self) -> None:
        if self._pid != os.getpid():
            self._pid, self._engine, self._async = os.getpid(), None, {}

    def _async_engine(self) -> AsyncEngine:
        self._check_fork()
        loop = asyncio.get_running_loop()
        held = self._async.get(id(loop))
        if held is None or held[0] is not loop:
            engine = create_async_engine(
                _with_driver(self.url),
                pool_size=self._pool_size,
                max_overflow=self._pool_size,
                pool_pre_ping=True,
                connect_args=CONNECT,
            )
            event.listen(engine.sync_engine, "connect", _prepare)
            self._async[id(loop)] = held = (loop, engine)
        return held[1]

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A session in one transaction: committed at the end, rolled back on an error.

        Raises:
            DatabaseUnavailable: The server cannot be reached.
        """
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except OperationalError as error:
            raise self._unavailable(error) from error

    def call(self, function: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs one query function in a transaction of its own; again where PostgreSQL ended it in favour of another one."""
        for wait_s in _CONFLICT_WAITS_S:
            try:
                with self.begin() as session:
                    return function(session, *args, **kwargs)
            except DatabaseUnavailable as error:
                if not _is_conflict(error):
                    raise
            time.sleep(random.uniform(0, wait_s))  # noqa: S311 - spreads waits
        with self.begin() as session:
            return function(session, *args, **kwargs)

    async def run(self, function: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`call` for asynchronous code: the loop goes on while PostgreSQL answers.

        Who is cancelled meanwhile waits for the transaction's end: a connection that is left in the middle of a statement is lost
        to the pool, with a traceback on the person's screen.
        """
        return await _to_its_end(self._transact(function, *args, **kwargs))

    async def fetch(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Runs one statement, committed in the same round trip, from asynchronous code; see `inroad.store.statements`.

        Args:
            statement: With `%s` placeholders.
            parameters: In their order.

        Raises:
            DatabaseUnavailable: The server cannot be reached, or broke off.
        """
        return await _to_its_end(self._fetch(statement, parameters))

    async def _fetch(self, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            return await self._statements.fetch(statement, parameters)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise self._unavailable(error) from error

    async def _transact(self, function: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        for wait_s in _CONFLICT_WAITS_S:
            try:
                return await self._transact_once(function, *args, **kwargs)
            except DatabaseUnavailable as error:
                if not _is_conflict(error):
                    raise
            await asyncio.sleep(random.uniform(0, wait_s))  # noqa: S311 - spreads waits
        return await self._transact_once(function, *args, **kwargs)

    async def _transact_once(self, function: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            async with AsyncSession(self._async_engine(), expire_on_commit=False) as session, session.begin():
                return await session.run_sync(lambda inner: function(inner, *args, **kwargs))
        except OperationalError as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """Closes all engines of this process."""
        if self._pid != os.getpid():
            return
        self._statements.close()
        if self._engine is not None:
            self._engine.dispose()
        for loop, engine in self._async.values():
            if loop is _running_loop():  # it cannot wait for itself: its connections end when they are collected
                engine.sync_engine.dispose(close=False)
            elif loop.is_running():
                asyncio.run_coroutine_threadsafe(engine.dispose(), loop).result(CLOSE_S)
        self._engine, self._async = None, {}

    def _unavailable(self, error: DBAPIError | psycopg.Error) -> DatabaseUnavailable:
        url = make_url(self.url)
        where = f"{url.host or url.query.get('host', 'localhost')}{f':{url.port}' if url.port else ''}/{url.database}"
        said = str(error if isinstance(error, psycopg.Error) else error.orig or "").strip()
        detail = said.splitlines()[0] if said else "no answer"
        return DatabaseUnavailable(
            f"PostgreSQL at {where} cannot be used: {detail}.", mend="Start it, or correct INROAD_DATABASE_URL, then try again."
        )


def _prepare(connection: Any, _: object) -> None:
    """Moments come in UTC, whatever the server's own zone: they are printed as such, and reckoned with.

    Lists go as PostgreSQL's binary arrays: as text every quote, backslash and byte of a page's document would be escaped.
    """
    getattr(connection, "driver_connection", connection).adapters.register_dumper(list, ListBinaryDumper)
    cursor = connection.cursor()
    cursor.execute(IN_UTC.decode())
    cursor.close()
    connection.commit()


def _is_conflict(error: DatabaseUnavailable) -> bool:
    """Whether PostgreSQL ended a transaction because another waited for it too: done again, it succeeds."""
    reason = error.__cause__
    return isinstance(reason, DBAPIError) and isinstance(
        reason.orig, (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
    )


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Awaits work that goes on where the caller is cancelled, for `CLOSE_S` seconds."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=CLOSE_S)
        if not task.done():
            task.cancel()
        elif not task.cancelled():
            task.exception()  # seen, so that nothing warns of it: the cancelled caller does not ask any more
        raise


# Longest waits (seconds) before a transaction that lost against another is done again; at random, so that they do not meet anew.
_CONFLICT_WAITS_S = (0.05, 0.2, 0.8)
# Seconds to wait for a connection: a wrong host must not hold the command for the system's two minutes.
CLOSE_S = 5.0
CONNECT: dict[str, Any] = {"connect_timeout": 10}


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def create_database(url: str) -> None:
    """Creates the database that `url` names when the server does not have it.

    Raises:
        DatabaseUnavailable: The server cannot be reached, or we may not create databases there.
    """
    target = make_url(_with_driver(url))
    try:
        if _answers(target.render_as_string(hide_password=False)):
            return
        admin = create_engine(
            target.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=CONNECT
        )
        with admin.connect() as connection:
            # Two processes may find it missing at the same moment: the lock makes them take turns.
            connection.execute(text("SELECT pg_advisory_lock(hashtext('inroad create database'))"))
            known = connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": target.database})
            if not known:
                name = connection.dialect.identifier_preparer.quote_identifier(target.database or "")
                connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
    except ProgrammingError as error:
        raise DatabaseUnavailable(
            f"The database {target.database} does not exist and may not be created: {str(error.orig).strip().splitlines()[0]}.",
            mend=f"Create it (createdb {target.database}), or give the user the right to.",
        ) from error
    except OperationalError as error:
        raise Database(url)._unavailable(error) from error  # noqa: SLF001 - the same words for the same fault


def _answers(url: str) -> bool:
    engine = create_engine(url, poolclass=NullPool, connect_args=CONNECT)
    try:
        with engine.connect():
            return True
    except OperationalError as error:
        # 3D000 invalid_catalog_name: the server is there, the database is not.
        if "does not exist" in str(error.orig) and "database" in str(error.orig):
            return False
        raise
