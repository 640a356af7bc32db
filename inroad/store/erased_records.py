"""A person taken out of the records of Dagster: previews and messages in its events, what its ticks and runs say.

What lives here: every text column of a database whose tables are not ours. What does not: our own tables (`masked_columns`), the
files that Dagster keeps (the caller's).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    bindparam,
    cast,
    create_engine,
    func,
    literal_column,
    make_url,
    or_,
    select,
    text,
    update,
)
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.exc import OperationalError

from inroad.store.masked_columns import rare_words
from inroad.store.masking import masked, pattern_of

# Its history of migrations, and locks that its processes hold.
_LEFT: Final = frozenset(("alembic_version", "daemon_heartbeats"))
_CHUNK: Final = 500
_COLUMNS = text(
    "SELECT c.table_name, c.column_name FROM information_schema.columns AS c "
    "JOIN information_schema.tables AS t USING (table_schema, table_name) "
    "WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' "
    "AND c.data_type IN ('text', 'character varying') ORDER BY 1, 2"
)


def mask_records(url: str, forms: Sequence[str]) -> int:
    """Masks a person in the records of a Dagster instance.

    Args:
        url: PostgreSQL URL of its database, with or without a driver.
        forms: `Receipt.forms`.

    Returns:
        Rows that changed; 0 where there is no such database.
    """
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.begin() as connection:
            columns = [(row[0], row[1]) for row in connection.execute(_COLUMNS) if row[0] not in _LEFT]
            return sum(_mask_column(connection, table, column, forms) for table, column in columns)
    except OperationalError as error:
        if "does not exist" in str(error):
            return 0
        raise
    finally:
        engine.dispose()


def _mask_column(connection: Connection, name: str, column_name: str, forms: Sequence[str]) -> int:
    table, words = sql_table(name, sql_column(column_name, String)), {word.lower() for word in rare_words(forms)}
    value = table.c[column_name]
    near = or_(*(func.strpos(func.lower(value), word) > 0 for word in sorted(words | {json.dumps(word)[1:-1] for word in words})))
    place: ColumnElement[Any] = literal_column("ctid")
    rows = connection.execute(select(cast(place, String), value).where(near).with_for_update()).all()
    pattern = pattern_of(forms)
    changes = [{"place": at, "new": new} for at, old in rows if (new := _masked_record(old, pattern)) != old]
    write = update(table).where(text("ctid = CAST(:place AS tid)")).values({value: bindparam("new")})
    for at in range(0, len(changes), _CHUNK):
        connection.execute(write, changes[at : at + _CHUNK])
    return len(changes)


def _masked_record(value: str, pattern: Any) -> str:
    """A record masked: of JSON, in which letters of other alphabets are written as numbers, the texts."""
    try:
        document = json.loads(value)
    except ValueError:
        return str(masked(value, pattern))
    if not isinstance(document, dict | list):
        return str(masked(value, pattern))
    new = masked(document, pattern)
    return value if new == document else json.dumps(new)
