"""`inroad add`: domains become rows; who works on them is another's matter."""

from __future__ import annotations

import typer

from inroad.cli.choosing import Domains, File
from inroad.cli.context import open_for, use_settings
from inroad.cli.intake import read_domains
from inroad.cli.printing import Json, print_json, say

_SHOWN = 20


def add(domains: Domains = None, file: File = None, as_json: Json = False) -> None:
    """Adds domains; a running `inroad up` works on them at once, `inroad backfill` does so here."""
    from inroad.store.domains import add_domains

    settings = use_settings()
    given = read_domains(domains or [], file)
    database = open_for(settings)
    new = database.call(add_domains, given.names, max_attempts=settings.max_attempts)
    is_new = set(new)
    known = [name for name in given.names if name not in is_new]
    if as_json:
        refused = [{"typed": typed, "error": sentence} for typed, sentence in given.refused]
        print_json({"new": new, "known": known, "refused": refused})
    else:
        _tell("New", new)
        _tell("Known already", known)
        for typed, sentence in given.refused:
            say(f"Left out {typed!r}: {sentence}")
    if not given.names:
        raise typer.Exit(1)


def _tell(label: str, names: list[str]) -> None:
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        say(f"{label} ({len(names)}): {', '.join(names[:_SHOWN])}{more}")
