"""Masking in every text column of every table, whatever tables there are: what a new one stores is searched from its first day.

What lives here: which few columns are left alone and why, finding rows, writing masked values. What does not: what is masked
(`masking`), and the columns that need more than a mask (`erasure`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ARRAY, Column, LargeBinary, String, Table, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inroad.store.masking import MASK, masked, pattern_of
from inroad.store.models import Base, ProfileRow

# The owner's own: profiles and what they were read from.
_OWN: frozenset[str] = frozenset(("profiles", "facts", "profile_drafts"))
# What was composed of the owner's profile. Masked, unless the profile itself has the words: then they are the owner's.
_COMPOSED: frozenset[tuple[str, str]] = frozenset(
    (table, column) for table in ("cvs", "cv_versions") for column in ("resume", "evidence")
)
# Needed as they are: the do-not-contact list, and what the erasure looks at by itself.
_LEFT: frozenset[tuple[str, str]] = frozenset((("suppressions", "value"), ("domains", "name"), ("page_contents", "text")))
# Of an address the host stays: a company may be called after a person, and its domain is its key.
_ADDRESSES: frozenset[str] = frozenset(("url", "home_url", "final_url", "api_url", "probe_url"))
_CHUNK = 500


def split_host(url: str) -> tuple[str, str]:
    """An address up to its host, and the rest: `https://acme.example` and `/team/jane-doe`."""
    scheme, sign, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return (scheme + sign + host, slash + path) if sign else ("", url)


def holds(column: Any, forms: Sequence[str]) -> Any:
    """Rows worth a closer look: the longest run of letters and digits of a form is in the text."""
    return or_(*(cast(column, String).icontains(word, autoescape=True) for word in sorted(rare_words(forms))))


def rare_words(forms: Sequence[str]) -> set[str]:
    """The longest run of letters and digits of each form: what a text must hold to be worth a closer look."""
    return {word for form in forms if len(word := max(_words(form), key=len)) >= 2}


def _words(form: str) -> list[str]:
    return "".join(letter if letter.isalnum() or letter in "_.@+-" else " " for letter in form).split() or [""]


def text_columns(table: Table) -> list[Column[Any]]:
    """The columns of a table in which words of strangers may stand: texts, lists of texts and JSON, but for keys."""
    return [
        column
        for column in table.columns
        if not column.primary_key
        and (table.name, column.name) not in _LEFT
        and (
            isinstance(column.type, String | JSONB)
            or (isinstance(column.type, ARRAY) and isinstance(column.type.item_type, String))
        )
    ]


def are_owners(session: Session, forms: Sequence[str]) -> bool:
    """Whether the owner's profile has the words: then they stay in what is composed of it."""
    pattern = pattern_of(forms)
    return any(masked(resume, pattern) != resume for resume in session.scalars(select(ProfileRow.resume)))


def mask_tables(session: Session, forms: Sequence[str]) -> int:
    """Masks every form in every text of every table; returns how many rows changed."""
    is_owners = are_owners(session, forms)
    changed = 0
    session.flush()
    for table in Base.metadata.sorted_tables:
        if table.name in _OWN or not table.primary_key.columns:
            continue
        columns = [one for one in text_columns(table) if not (is_owners and (table.name, one.name) in _COMPOSED)]
        if columns:
            changed += _mask_table(session, table, columns, forms)
    changed += _mask_robots(session, forms)
    session.expire_all()
    return changed


def _mask_table(session: Session, table: Table, columns: Sequence[Column[Any]], forms: Sequence[str]) -> int:
    pattern = pattern_of(forms)
    keys = list(table.primary_key.columns)
    found = select(*keys, *columns).where(or_(*(holds(column, forms) for column in columns)))
    changed = 0
    for row in session.execute(found.execution_options(yield_per=_CHUNK)).all():
        values = {}
        for column, value in zip(columns, row[len(keys) :], strict=True):
            head, rest = split_host(value) if column.name in _ADDRESSES and isinstance(value, str) else ("", value)
            new = masked(rest, pattern)
            if new != rest:
                new = head + new if head else new
                is_gone = column.nullable and isinstance(new, str) and not new.strip(MASK + " ")
                values[column.name] = None if is_gone else new
        if values:
            _write(session, table, list(zip(keys, row[: len(keys)], strict=True)), values)
            changed += 1
    return changed


def _write(session: Session, table: Table, key: Iterable[tuple[Column[Any], Any]], values: dict[str, Any]) -> None:
    """Writes a row; where two rows differ in nothing but the mask, the texts of one get its key behind them."""
    key = list(key)
    where = [column == value for column, value in key]
    try:
        with session.begin_nested():
            session.execute(update(table).where(*where).values(values))
    except IntegrityError:
        tail = "-" + "-".join(str(value) for _, value in key)
        told = {name: value + tail if isinstance(value, str) else value for name, value in values.items()}
        session.execute(update(table).where(*where).values(told))


def _mask_robots(session: Session, forms: Sequence[str]) -> int:
    """Cached robots.txt files name the pages of people that they forbid; they are fetched again when they are needed."""
    changed = 0
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary) and column.name == "robots_body":
                body = func.encode(column, "escape")
                gone = (
                    update(table)
                    .where(holds(body, forms))
                    .values({column.name: None, "robots_status": None, "robots_fetched_at": None})
                )
                changed += len(session.execute(gone.returning(*table.primary_key.columns)).all())
    return changed
