"""The domains that a command is told to work on: as typed, from a file, or all, and each known to the database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from inroad.cli.intake import BadInput, read_domains
from inroad.store import Database
from inroad.store.domains import domain_ids

Domains = Annotated[list[str] | None, typer.Argument(help="Company domains, as in acme.example.")]
DomainOption = Annotated[list[str] | None, typer.Option("--domain", help="Only this domain; may be given several times.")]
File = Annotated[Path | None, typer.Option("--file", help="File with one domain a line, or a CSV whose first column holds them.")]
_SHOWN = 5


def known_ids(database: Database, typed: Sequence[str], file: Path | None = None) -> dict[str, int]:
    """Ids by name of domains that were typed and that the database knows.

    Raises:
        BadInput: One is no domain, or was never added.
    """
    given = read_domains(typed, file)
    if given.refused:
        raise BadInput(given.refused[0][1])
    ids = database.call(domain_ids, given.names)
    unknown = [name for name in given.names if name not in ids]
    if unknown:
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        verb = "is" if len(unknown) == 1 else "are"
        raise BadInput(
            f"{', '.join(unknown[:_SHOWN])}{more} {verb} not among the domains.", mend=f"Add with `inroad add {unknown[0]}`."
        )
    return {name: ids[name] for name in given.names}
