"""The pipeline's rows, read from outside: exactly as they are, or by what they say and not by when and how often."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from sqlalchemy import Table, text

from inroad.store import Database
from inroad.store.models import PIPELINE_TABLES, Base

# What two runs may differ in: surrogate keys, who worked when, and how often it took.
_PASSING = {"id", "attempts", "lease_owner", "lease_expires_at"}
# Natural keys, in words of the tables' own columns; a column that refers to another table stands for that table's key.
_KEYS: dict[str, tuple[str, ...]] = {
    "domains": ("name",),
    "sitemap_files": ("domain_id", "url"),
    "pages": ("url",),
    "page_contents": ("page_id", "version"),
    "contacts": ("domain_id", "kind", "value"),
    "boards": ("domain_id", "provider", "token"),
    "postings": ("domain_id", "key"),
    "profiles": ("name",),
    "cvs": ("posting_id", "profile_id"),
}


def fingerprint(database: Database) -> dict[str, tuple[int, str]]:
    """Number of rows and a digest over every column of every row, by table of domains ... cvs."""
    out: dict[str, tuple[int, str]] = {}
    with database.begin() as session:
        for name in PIPELINE_TABLES:
            rows = session.execute(text(f"SELECT to_jsonb(t)::text FROM {name} AS t ORDER BY 1")).scalars().all()
            out[name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return out


def final_rows(database: Database) -> dict[str, Counter[str]]:
    """The rows of domains ... cvs by natural keys, without surrogate keys, times, attempts and leases; how often each occurs."""
    tables = {name: Base.metadata.tables[name] for name in (*PIPELINE_TABLES, "profiles")}
    stored: dict[str, list[dict[str, Any]]] = {}
    with database.begin() as session:
        for name, table in tables.items():
            stored[name] = [dict(row._mapping) for row in session.execute(table.select())]
    keys: dict[str, dict[int, str]] = {}
    for name, columns in _KEYS.items():
        keys[name] = {
            row["id"]: repr([_value(tables[name], column, row[column], keys) for column in columns]) for row in stored[name]
        }
    return {
        name: Counter(
            repr([(column, _value(tables[name], column, row[column], keys)) for column in _told(tables[name])])
            for row in stored[name]
        )
        for name in PIPELINE_TABLES
    }


def _told(table: Table) -> list[str]:
    return sorted(column.name for column in table.columns if column.name not in _PASSING)


def _named(table: Table, column: str) -> str | None:
    """The table that a column refers to without a foreign key."""
    name = table.columns[column].info.get("references")
    return None if name is None else str(name)


def _value(table: Table, column: str, value: Any, keys: dict[str, dict[int, str]]) -> Any:
    for name in (*(foreign.column.table.name for foreign in table.columns[column].foreign_keys), _named(table, column)):
        if name is not None:
            return None if value is None else keys[name][value]
    if hasattr(value, "tzinfo"):
        return "a time"
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else _timeless(value)


def _timeless(value: Any) -> Any:
    """JSON without the moments of its decisions (`at`)."""
    if isinstance(value, dict):
        return {name: "a time" if name == "at" else _timeless(below) for name, below in value.items()}
    return value
