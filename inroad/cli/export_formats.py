"""How a table is written: CSV, JSON, JSON lines, XML, XLSX and Parquet, each row by row.

What lives here: the formats. What does not: which rows (`inroad.store.exporting`), where they go (`exporting`).

XlsxWriter writes each row of a sheet to disk as it comes, cells as strings that no spreadsheet evaluates; pyarrow writes Parquet
in row groups. Both are loaded only where they are asked for.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from inroad.cli.intake import BadInput
from inroad.cli.reporting import harmless
from inroad.store.exporting import export_columns

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

Rows = Iterable[dict[str, Any]]
# What a sheet and a cell of Excel hold.
XLSX_ROWS = 1_048_575
XLSX_CELL = 32_767
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Of one Parquet row group: ten thousand descriptions of postings would be 200 MB.
GROUP_ROWS = 10_000
GROUP_CHARACTERS = 16_000_000


def write_csv(file: IO[bytes], table: str, rows: Rows) -> int:
    """CSV as RFC 4180 has it, safe from formulas: lists and mappings as JSON."""
    count = 0
    with _text(file) as text:
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(export_columns(table))
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
            writer.writerow([harmless(_cell(value)) for value in row.values()])
    return count


def write_jsonl(file: IO[bytes], _table: str, rows: Rows) -> int:
    """One JSON object a line."""
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
        file.write(f"{_as_json(row)}\n".encode())
    return count


def write_json(file: IO[bytes], _table: str, rows: Rows) -> int:
    """One JSON array."""
    file.write(b"[")
    count = 0
    for count, row in enumerate(rows, 1):
        file.write((("\n" if count == 1 else ",\n") + _as_json(row)).encode())
    file.write(b"\n]\n" if count else b"]\n")
    return count


def write_xml(file: IO[bytes], table: str, rows: Rows) -> int:
    """An element a row with an element a column; empty columns are left out."""
    file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<{table}>\n'.encode())
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
        cells = "".join(f"<{name}>{_xml(value)}</{name}>" for name, value in row.items() if value not in (None, "", [], {}))
        file.write(f"<row>{cells}</row>\n".encode())
    file.write(f"</{table}>\n".encode())
    return count


def write_xlsx(file: IO[bytes], table: str, rows: Rows) -> int:
    """One sheet with a header; numbers as numbers, everything else as text.

    Raises:
        BadInput: There are more rows than a sheet holds.
    """
    import xlsxwriter

    count = 0
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet(table[:31])
        sheet.freeze_panes(1, 0)
        _write_row(sheet, 0, export_columns(table))
        for count, row in enumerate(rows, 1):
            if count > XLSX_ROWS:
                raise BadInput(
                    f"A sheet holds {XLSX_ROWS:,} rows; {table} has more.", mend="Use --format csv, or --domain for a part."
                )
            _write_row(sheet, count, row.values())
    return count


def _write_row(sheet: Worksheet, number: int, values: Iterable[Any]) -> None:
    for column, value in enumerate(map(_cell, values)):
        if value is None or value == "":
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            sheet.write_number(number, column, value)
        else:
            # Text cells are never evaluated; the mark keeps them harmless when the sheet is saved as CSV.
            sheet.write_string(number, column, _NOT_XML.sub("\ufffd", str(harmless(str(value))))[:XLSX_CELL])


def write_parquet(file: IO[bytes], table: str, rows: Rows) -> int:
    """Columns of text and numbers, in row groups; lists and mappings as JSON."""
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema([(name, pa.float64() if name in _NUMBERS else pa.string()) for name in export_columns(table)])
    count = 0
    with parquet.ParquetWriter(file, schema) as writer:
        for group in _groups([_column_value(name, row[name]) for name in schema.names] for row in rows):
            columns = [pa.array(values, field.type) for values, field in zip(zip(*group, strict=True), schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            count += len(group)
    return count


def _groups(rows: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    group: list[list[Any]] = []
    size = 0
    for row in rows:
        group.append(row)
        size += sum(len(value) for value in row if isinstance(value, str))
        if len(group) >= GROUP_ROWS or size >= GROUP_CHARACTERS:
            yield group
            group, size = [], 0
    if group:
        yield group


_NUMBERS = frozenset(
    {"confidence", "source_count", "score", "cost_usd", "priority_level", "http_status", "version"}
    | {"depth", "url_count", "page_count", "left_out_count", "body_bytes"}
)


def _column_value(name: str, value: Any) -> Any:
    if name in _NUMBERS:
        return None if value is None else float(value)
    plain = _cell(value)
    return None if plain is None else str(plain).encode("utf-8", "replace").decode()  # a lone surrogate has no UTF-8


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _xml(value: Any) -> str:
    return escape(_NOT_XML.sub("\ufffd", str(_cell(value))))


def _as_json(row: dict[str, Any]) -> str:
    return json.dumps(
        {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in row.items()}, ensure_ascii=False
    )


@contextlib.contextmanager
def _text(file: IO[bytes]) -> Iterator[IO[str]]:
    """A text view of a binary file that leaves it open."""
    view = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        yield view
    finally:
        view.detach()


FORMATS: dict[str, Callable[[IO[bytes], str, Rows], int]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "json": write_json,
    "jsonl": write_jsonl,
    "xml": write_xml,
    "parquet": write_parquet,
}
