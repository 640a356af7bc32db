"""Databases for tests, made from a template and, after each test, emptied and given to the next; and states to start tests from.

Making a database costs 0.2 to 0.4 s of the server's processor time (it copies 900 files), emptying one 0.01 s over a connection
that is kept, as a new one would read the catalogue of each table anew. What does not belong here: which tables there are, and the
server.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic, sleep  # by name: a test that puts another clock in their place must not stop this one

import psycopg
from psycopg import Connection, Cursor, sql

from inroad.store import embedded

# A test that wrote more than this (rows) leaves a database whose tables are slow to empty and stay large: it is dropped.
MOST_ROWS = 20_000
# Connections that a test has closed end within milliseconds; others were forgotten, or belong to a process that is ending.
GRACE_S = 0.02
# A connection that is ended by us is gone within milliseconds, on a loaded machine within a second.
ENDED_S = 2.0
# The first version of PostgreSQL with pg_clear_relation_stats.
FORGETS_STATISTICS = 180_000

_STRUCTURE = """
SELECT md5(string_agg(concat_ws(' ', relname, relkind, attname, atttypid, attnotnull), ',' ORDER BY relname, attnum))
FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
"""
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
_SEQUENCES = """
SELECT seqrelid::regclass::text, pg_sequence_last_value(seqrelid) FROM pg_sequence
WHERE pg_sequence_last_value(seqrelid) IS NOT NULL
"""
_RESTART_SEQUENCES = """
SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL
"""
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a database at one moment.

    Attributes:
        tables: PostgreSQL's own copy format by table; tables without a row are missing.
        sequences: The last number given by each sequence that gave one.
    """

    tables: Mapping[str, bytes]
    sequences: Mapping[str, int]


class Databases:
    """The databases made from one template.

    Args:
        server: Where they live.
        template: A database of it that nobody is connected to.
    """

    def __init__(self, server: embedded.Server, template: str) -> None:
        self._server, self._template = server, template
        self._numbers = itertools.count(1)
        self._free: list[str] = []
        self._open: dict[str, Connection[tuple[object, ...]]] = {}
        with self._connect(template) as connection, connection.cursor() as cursor:
            self._structure = _scalar(cursor, _STRUCTURE)
            tables = [str(row[0]) for row in cursor.execute(_TABLES).fetchall()]
            self._which_are_filled = _filled_query(tables).as_string(cursor)
            self._kept = self._copied(cursor)

    def close(self) -> None:
        """Ends the connections that are kept."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    def take(self) -> str:
        """URL (no driver) of a database like the template, which nobody else has."""
        if self._free:
            return self._server.url(self._free.pop())
        name = f"{self._template}_{next(self._numbers)}"
        self._administer(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(self._template)))
        return self._server.url(name)

    def give_back(self, url: str) -> None:
        """Empties a database for the next test, or drops it where it is in use, large, or of another structure."""
        name = _name_in(url)
        if self._empty(name):
            self._free.append(name)
            return
        if name in self._open:
            self._open.pop(name).close()
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def copy(self, url: str) -> Rows:
        """All rows of a database."""
        with self._kept_connection(_name_in(url)).cursor() as cursor:
            return self._copied(cursor)

    def fill(self, url: str, rows: Rows) -> None:
        """Puts rows in place of all that a database holds."""
        with self._kept_connection(_name_in(url)).cursor() as cursor:
            self._put(cursor, rows, self._filled(cursor))

    def _empty(self, name: str) -> bool:
        try:
            with self._kept_connection(name).cursor() as cursor:
                if not _is_alone(cursor, GRACE_S):
                    cursor.execute(_END_OTHERS)
                if not _is_alone(cursor, ENDED_S) or _scalar(cursor, _STRUCTURE) != self._structure:
                    return False
                filled = self._filled(cursor)
                if _estimated_rows(cursor, filled) > MOST_ROWS:
                    return False
                self._put(cursor, self._kept, filled)
                _forget(cursor, [table for table in filled if table not in self._kept.tables])
        except psycopg.Error:  # dropped by the test, or held by a process that is still ending
            return False
        return True

    def _put(self, cursor: Cursor[tuple[object, ...]], rows: Rows, filled: Sequence[str]) -> None:
        with cursor.connection.transaction():
            # As a replica no trigger fires: rows go in any order, whatever refers to them.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            for table in filled:
                cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table, packed in rows.tables.items():
                with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                    copy.write(packed)
            cursor.execute(_RESTART_SEQUENCES)
            for sequence, last in rows.sequences.items():
                cursor.execute("SELECT setval(%s::regclass, %s)", [sequence, last])

    def _filled(self, cursor: Cursor[tuple[object, ...]]) -> list[str]:
        """The tables that hold a row."""
        return [str(row[0]) for row in cursor.execute(self._which_are_filled, prepare=True).fetchall()]

    def _copied(self, cursor: Cursor[tuple[object, ...]]) -> Rows:
        tables = {table: _packed(cursor, table) for table in self._filled(cursor)}
        return Rows(tables, {str(name): int(str(last)) for name, last in cursor.execute(_SEQUENCES).fetchall()})

    def _kept_connection(self, name: str) -> Connection[tuple[object, ...]]:
        """The connection to one database; a new one where a test, or what it ran, has ended it."""
        held = self._open.get(name)
        try:
            if held is not None and held.execute("SELECT 1"):
                return held
        except psycopg.Error:
            held.close()
        self._open[name] = made = self._connect(name, autocommit=True)
        return made

    def _connect(self, name: str, **options: bool) -> Connection[tuple[object, ...]]:
        return psycopg.connect(self._server.url(name), **options)

    def _administer(self, statement: sql.Composed) -> None:
        with self._connect("postgres", autocommit=True) as connection:
            connection.execute(statement)


def _name_in(url: str) -> str:
    return psycopg.conninfo.conninfo_to_dict(url)["dbname"]


def _scalar(cursor: Cursor[tuple[object, ...]], query: str) -> object:
    row = cursor.execute(query, prepare=True).fetchone()
    assert row is not None
    return row[0]


def _is_alone(cursor: Cursor[tuple[object, ...]], patience_s: float) -> bool:
    deadline = monotonic() + patience_s
    while _scalar(cursor, _OTHERS):
        if monotonic() > deadline:
            return False
        sleep(0.003)
        cursor.execute("SELECT pg_stat_clear_snapshot()")
    return True


def _filled_query(tables: Sequence[str]) -> sql.Composed:
    """A query for the names of those tables that hold a row."""
    parts = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(table), sql.Identifier(table)) for table in tables
    ]
    return sql.SQL(" UNION ALL ").join(parts)


def _forget(cursor: Cursor[tuple[object, ...]], tables: Sequence[str]) -> None:
    """Makes emptied tables as they were when new: rows that went would else decide where rows come to lie, and so in which order
    a query without an order gives them."""
    if not tables:
        return
    cursor.execute(sql.SQL("VACUUM (INDEX_CLEANUP ON) {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
    if cursor.connection.info.server_version >= FORGETS_STATISTICS:
        cursor.execute("SELECT pg_clear_relation_stats('public', name) FROM unnest(%s::text[]) AS name", [list(tables)])


def _estimated_rows(cursor: Cursor[tuple[object, ...]], tables: Sequence[str]) -> int:
    """Rows by the tables' sizes, at 100 bytes each: counting them would cost what it saves."""
    query = "SELECT coalesce(sum(pg_relation_size(name::regclass)), 0) / 100 FROM unnest(%s::text[]) AS name"
    row = cursor.execute(query, [[f'"{table}"' for table in tables]]).fetchone()
    assert row is not None
    return int(str(row[0]).partition(".")[0])


def _packed(cursor: Cursor[tuple[object, ...]], table: str) -> bytes:
    with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(bytes(part) for part in copy)
