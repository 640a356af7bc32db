"""Databases for tests, made from a template and, after each test, emptied and given to the next.

Making a database costs 0.2 to 0.4 s of the server's processor time (it copies 900 files), emptying one 0.05 s. What does not
belong here: which tables there are, and the server.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
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

_STRUCTURE = """
SELECT md5(string_agg(concat_ws(' ', relname, relkind, attname, atttypid, attnotnull), ',' ORDER BY relname, attnum))
FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
"""
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
_SEQUENCES = """
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
        with self._connect(template) as connection, connection.cursor() as cursor:
            self._structure = _scalar(cursor, _STRUCTURE)
            self._tables = [str(row[0]) for row in cursor.execute(_TABLES).fetchall()]
            self._kept = {table: _copied(cursor, table) for table in _filled(cursor, self._tables)}

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
        else:
            self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _empty(self, name: str) -> bool:
        try:
            with self._connect(name) as connection, connection.cursor() as cursor:
                if not _is_alone(cursor, GRACE_S):
                    cursor.execute(_END_OTHERS)
                if not _is_alone(cursor, ENDED_S) or _scalar(cursor, _STRUCTURE) != self._structure:
                    return False
                # As a replica no trigger fires: rows go in any order, whatever refers to them.
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                filled = _filled(cursor, self._tables)
                if _estimated_rows(cursor, filled) > MOST_ROWS:
                    return False
                for table in {*filled, *self._kept}:
                    cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                for table, rows in self._kept.items():
                    with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                        copy.write(rows)
                cursor.execute(_SEQUENCES)
        except psycopg.Error:  # dropped by the test, or held by a process that is still ending
            return False
        return True

    def _connect(self, name: str, **options: bool) -> Connection[tuple[object, ...]]:
        return psycopg.connect(self._server.url(name), **options)

    def _administer(self, statement: sql.Composed) -> None:
        with self._connect("postgres", autocommit=True) as connection:
            connection.execute(statement)


def _name_in(url: str) -> str:
    return psycopg.conninfo.conninfo_to_dict(url)["dbname"]


def _scalar(cursor: Cursor[tuple[object, ...]], query: str) -> object:
    row = cursor.execute(query).fetchone()
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


def _filled(cursor: Cursor[tuple[object, ...]], tables: Sequence[str]) -> list[str]:
    """The tables that hold a row."""
    parts = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(table), sql.Identifier(table)) for table in tables
    ]
    return [str(row[0]) for row in cursor.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall()]


def _estimated_rows(cursor: Cursor[tuple[object, ...]], tables: Sequence[str]) -> int:
    """Rows by the tables' sizes, at 100 bytes each: counting them would cost what it saves."""
    query = "SELECT coalesce(sum(pg_relation_size(name::regclass)), 0) / 100 FROM unnest(%s::text[]) AS name"
    row = cursor.execute(query, [[f'"{table}"' for table in tables]]).fetchone()
    assert row is not None
    return int(str(row[0]).partition(".")[0])


def _copied(cursor: Cursor[tuple[object, ...]], table: str) -> bytes:
    with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(bytes(part) for part in copy)
