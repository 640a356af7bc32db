"""`inroad export`: a table to a file or to standard output, row by row, so that its size does not matter."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Annotated

import typer

from inroad.cli.choosing import DomainOption, known_ids
from inroad.cli.context import open_for, use_settings
from inroad.cli.curating import actor
from inroad.cli.export_formats import FORMATS
from inroad.cli.intake import BadInput
from inroad.cli.printing import one_of
from inroad.store.erasure import note_output
from inroad.store.exporting import EXPORTS, iter_export


def export(
    table: Annotated[str, typer.Argument(help="contacts, postings, sitemaps, pages, companies, cvs or matches.")],
    form: Annotated[str, typer.Option("--format", help="csv, xlsx, json, jsonl, xml or parquet.")] = "csv",
    domain: DomainOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; standard output by default, or with -.")] = None,
) -> None:
    """Writes a table to a file: contacts, postings, sitemaps, pages, companies, cvs or matches."""
    one_of(table, EXPORTS, "table that can be exported")
    one_of(form, FORMATS, "format")
    out = None if out == Path("-") else out
    database = open_for(use_settings())
    names = list(known_ids(database, domain)) if domain else []
    with database.begin() as session, _output(out) as file:
        count = FORMATS[form](file, table, iter_export(session, table, names))
    if out:
        database.call(note_output, [str(out.absolute())], actor=actor(), action="export")
        print(f"{count} rows of {table} are in {out}.", file=sys.stderr)


@contextlib.contextmanager
def _output(path: Path | None) -> Iterator[IO[bytes]]:
    """Standard output, or a file that appears whole or not at all, readable by its owner alone: it holds personal data."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.touch(mode=0o600)
        with temporary.open("wb") as file:
            yield file
        temporary.replace(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or error}.", mend="Name another file with --out.") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
