"""How a table is written: CSV, JSON, JSON lines, XML, XLSX and Parquet, each row by row.

What lives here: the formats. What does not: which rows (`inroad.store.exporting`), where they go (`exporting`).

XLSX is written by hand (ECMA-376: a zip of five small XML files and one large one): it takes no dependency, streams, and holds
cells as inline strings, which no spreadsheet evaluates. Parquet is `parquet_files`' matter.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from inroad.cli.intake import BadInput
from inroad.cli.parquet_files import ParquetFile
from inroad.cli.reporting import harmless
from inroad.store.exporting import export_columns

Rows = Iterable[dict[str, Any]]
# What a sheet and a cell of Excel hold.
XLSX_ROWS = 1_048_575
XLSX_CELL = 32_767
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XLSX_PARTS = {
    "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


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
    workbook = (
        f'{_HEAD}<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(table[:31])} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name, part in {**_XLSX_PARTS, "xl/workbook.xml": workbook}.items():
            package.writestr(name, part)
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_SHEET}"><sheetData>'.encode())
            sheet.write(_sheet_row(export_columns(table)))
            for count, row in enumerate(rows, 1):
                if count > XLSX_ROWS:
                    raise BadInput(
                        f"A sheet holds {XLSX_ROWS:,} rows; {table} has more.", mend="Use --format csv, or --domain for a part."
                    )
                sheet.write(_sheet_row(row.values()))
            sheet.write(b"</sheetData></worksheet>")
    return count


def _sheet_row(values: Iterable[Any]) -> bytes:
    return f"<row>{''.join(map(_sheet_cell, values))}</row>".encode()


def _sheet_cell(value: Any) -> str:
    value = _cell(value)
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"<c><v>{value}</v></c>"
    # Text cells are never evaluated; the mark keeps them harmless when the sheet is saved as CSV.
    return f'<c t="inlineStr"><is><t xml:space="preserve">{_xml(str(harmless(str(value)))[:XLSX_CELL])}</t></is></c>'


def write_parquet(file: IO[bytes], table: str, rows: Rows) -> int:
    """Columns of text and numbers, in row groups; lists and mappings as JSON."""
    columns = export_columns(table)
    parquet = ParquetFile(file, columns, numbers=_NUMBERS)
    for row in rows:
        parquet.add([_column_value(name, row[name]) for name in columns])
    return parquet.finish()


_NUMBERS = frozenset(
    {"confidence", "source_count", "score", "cost_usd", "priority_level", "http_status", "version"}
    | {"depth", "url_count", "page_count", "left_out_count", "body_bytes"}
)


def _column_value(name: str, value: Any) -> Any:
    if name in _NUMBERS:
        return None if value is None else float(value)
    plain = _cell(value)
    return plain if plain is None or isinstance(plain, str) else str(plain)


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
