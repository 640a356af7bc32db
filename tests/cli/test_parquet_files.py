"""Parquet by hand: what is written is what is read, by a reader of the format that knows nothing of the writer."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.cli import parquet_files
from inroad.cli.parquet_files import ParquetFile, Value
from tests.cli.parquet_reader import read_parquet

COLUMNS = ("name", "score", "note")


def written(rows: list[tuple[Value, ...]]) -> bytes:
    """A file of some rows."""
    file = io.BytesIO()
    parquet = ParquetFile(file, COLUMNS, numbers=("score",))
    for row in rows:
        parquet.add(row)
    assert parquet.finish() == len(rows)
    return file.getvalue()


cells = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(cells, st.none() | st.floats(allow_nan=False), cells), max_size=40))
def test_every_value_comes_back(rows: list[tuple[Value, ...]]) -> None:
    """A format that one reader cannot open is no export."""
    types, back, _ = read_parquet(written(rows))
    assert types == {"name": 6, "score": 5, "note": 6}
    assert [tuple(row.values()) for row in back] == rows


def test_many_rows_are_several_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of a large table in memory at one time would end the command."""
    monkeypatch.setattr(parquet_files, "GROUP_ROWS", 10)
    rows: list[tuple[Value, ...]] = [(f"n{number}", float(number), None) for number in range(35)]
    _, back, groups = read_parquet(written(rows))
    assert (len(back), groups) == (35, 4)
    assert back[-1] == {"name": "n34", "score": 34.0, "note": None}


def test_long_texts_end_a_group_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand descriptions of postings are 200 MB."""
    monkeypatch.setattr(parquet_files, "GROUP_CHARS", 100)
    assert read_parquet(written([("x" * 60, None, None)] * 4))[2] == 2


def test_a_lone_surrogate_is_replaced() -> None:
    """A stranger's text may hold one, and UTF-8 has no place for it."""
    assert read_parquet(written([("a\ud800b", None, None)]))[1][0]["name"] == "a?b"
