"""`inroad export`: a table to a file or to standard output, row by row, so that its size does not matter."""

from __future__ import annotations

import contextlib
import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from inroad.cli.choosing import DomainOption, known_ids
from inroad.cli.context import open_for, use_settings
from inroad.cli.intake import BadInput
from inroad.cli.printing import one_of
from inroad.cli.reporting import harmless
from inroad.store.exporting import EXPORTS, export_columns, iter_export


def export(
    table: Annotated[str, typer.Argument(help="contacts, postings, pages, companies, cvs or matches.")],
    form: Annotated[str, typer.Option("--format", help="csv, json or jsonl.")] = "csv",
    domain: DomainOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; standard output by default.")] = None,
) -> None:
    """Writes a table as CSV or JSON: contacts, postings, pages, companies, cvs or matches."""
    one_of(table, EXPORTS, "table that can be exported")
    one_of(form, FORMATS, "format")
    database = open_for(use_settings())
    names = list(known_ids(database, domain)) if domain else []
    with database.begin() as session, _output(out) as file:
        count = FORMATS[form](file, table, iter_export(session, table, names))
    if out:
        print(f"{count} rows of {table} are in {out}.", file=sys.stderr)


@contextlib.contextmanager
def _output(path: Path | None) -> Iterator[IO[str]]:
    """Standard output, or a file that appears whole or not at all, readable by its owner alone: it holds personal data."""
    if path is None:
        yield sys.stdout
        return
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.touch(mode=0o600)
        with temporary.open("w", encoding="utf-8", newline="") as file:
            yield file
        temporary.replace(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or error}.", mend="Name another file with --out.") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write_csv(file: IO[str], table: str, rows: Iterable[dict[str, Any]]) -> int:
    """CSV as RFC 4180 has it, safe from formulas: lists and mappings as JSON."""
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(export_columns(table))
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
        writer.writerow([harmless(_cell(value)) for value in row.values()])
    return count


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _write_jsonl(file: IO[str], _table: str, rows: Iterable[dict[str, Any]]) -> int:
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
        file.write(_as_json(row) + "\n")
    return count


def _write_json(file: IO[str], _table: str, rows: Iterable[dict[str, Any]]) -> int:
    file.write("[")
    count = 0
    for count, row in enumerate(rows, 1):
        file.write(("\n" if count == 1 else ",\n") + _as_json(row))
    file.write("\n]\n" if count else "]\n")
    return count


def _as_json(row: dict[str, Any]) -> str:
    return json.dumps(
        {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in row.items()}, ensure_ascii=False
    )


FORMATS: dict[str, Callable[[IO[str], str, Iterable[dict[str, Any]]], int]] = {
    "csv": _write_csv,
    "json": _write_json,
    "jsonl": _write_jsonl,
}
