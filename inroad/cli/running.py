"""`inroad run`: the whole pipeline over some domains, through Dagster, in this process; needs no daemon."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from inroad.cli.accounting import closing_notes
from inroad.cli.context import open_for, use_settings
from inroad.cli.intake import hand_over_postings, read_domains, use_profile
from inroad.cli.printing import plain, say
from inroad.cli.reporting import RunResult, change_sentence, collect, print_table, refused_json, write_out
from inroad.cli.watching import watching
from inroad.settings import Settings
from inroad.store import Database

WIDTH = 120
Out = Annotated[Path | None, typer.Option("--out", help="Folder for the CVs, contacts.csv and results.json.")]
Json = Annotated[bool, typer.Option("--json", help="One line of JSON for each domain on standard output, and nothing else.")]


def run(
    domains: Annotated[list[str] | None, typer.Argument(help="Company domains, as in acme.example.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="File with one domain a line, or a CSV whose first column holds them.")
    ] = None,
    profile: Annotated[
        Path | None, typer.Option("--profile", help="JSON Resume file, json or yaml, or the name of a stored profile.")
    ] = None,
    posting: Annotated[list[str] | None, typer.Option("--posting", help="A posting by hand: URL or file.")] = None,
    domain: Annotated[str | None, typer.Option("--domain", help="The company of the postings given by hand.")] = None,
    resolve: Annotated[list[str] | None, typer.Option("--resolve", help="HOST:PORT:ADDRESS:PORT; host * means all.")] = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Takes domains from their sitemaps to contacts, postings and CVs, and says what was found."""
    settings = use_settings(resolve=tuple(resolve) if resolve else None)
    given = read_domains(domains or [], file) if domains or file or not posting else None
    database = open_for(settings)
    hint = use_profile(database, settings, profile)
    names = list(given.names) if given else []
    names += hand_over_postings(database, settings, posting or [], domain)
    results, runs = run_domains(settings, database, list(dict.fromkeys(names)), is_quiet=as_json) if names else ([], ())
    refused = given.refused if given else ()
    note_files(database, out)  # before they are written: a kill in between must not leave files that nobody knows
    notes = closing_notes(settings, database, names, runs) if names else []
    report(settings, results, refused, hint=hint, out=out, as_json=as_json, notes=notes)
    if not any(is_usable(item) for item in results):
        raise typer.Exit(1)


def say_waiting(database: Database, names: Sequence[str]) -> None:
    """Where a person selects, a run ends early: tells what waits, and how it goes on."""
    from inroad.store.status import count_waiting

    waiting = database.call(count_waiting, names) if names else {}
    for table, count in waiting.items():
        say(
            f"{count} {table} wait for your selection: `inroad curate {table} select`, narrowed by --domain, --type and --search."
        )


def wide_console() -> Console:
    """Standard output, at least as wide as the table: a pipe says 80 columns and would cut it."""
    console = Console()
    return console if console.is_terminal and console.width >= WIDTH else Console(width=WIDTH)


def is_usable(item: RunResult) -> bool:
    """Whether anything could be done for a domain: it was analysed, or a posting given by hand was worked on."""
    return item.result.status == "Complete" or bool(item.result.cvs)


def run_domains(
    settings: Settings, database: Database, names: Sequence[str], *, is_quiet: bool
) -> tuple[list[RunResult], Sequence[str]]:
    """Adds the domains, materialises every stage for them through Dagster in this process, and collects what was found.

    Returns:
        The domains' results, and the ids of the runs.
    """
    from inroad.cli.launching import materialise
    from inroad.store.domains import add_domains

    database.call(add_domains, names, max_attempts=settings.max_attempts)
    with watching(len(names), is_quiet=is_quiet) as watch:
        launched = materialise(database, names)
    for sentence in launched.errors:
        print(f"inroad: {plain(sentence)}", file=sys.stderr)
    return collect(database, names, launched.run_ids, watch), launched.run_ids


def note_files(database: Database, out: Path | None) -> None:
    """Records the files with contacts that were written to an output folder, so that `inroad erase` reaches them."""
    from inroad.cli.curating import actor
    from inroad.store.erasure import note_output

    if out is not None:
        paths = [str((out / name).absolute()) for name in ("results.json", "contacts.csv")]
        database.call(note_output, paths, actor=actor(), action="output")


def report(
    settings: Settings,
    results: Sequence[RunResult],
    refused: Sequence[tuple[str, str]],
    *,
    hint: str | None,
    out: Path | None,
    as_json: bool,
    notes: Sequence[str] = (),
) -> None:
    """Prints the results and the closing notes, and writes the results below the output folder where one is named."""
    written = write_out(settings, out, results) if out else []
    if as_json:
        for line in [*(item.as_json() for item in results), *(refused_json(*pair) for pair in refused)]:
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    console = wide_console()
    if results:
        print_table(console, results)
        console.print(change_sentence(results), highlight=False)
    for sentence in notes:
        console.print(sentence, highlight=False, markup=False)
    for typed, sentence in refused:
        console.print(f"Left out {typed!r}: {sentence}", highlight=False, markup=False, soft_wrap=True)
    if hint:
        console.print(hint, highlight=False, markup=False)
    if written and out:
        files = sum(path.suffix in (".pdf", ".docx") for path in written)
        console.print(
            f"Written to {out}: results.json, contacts.csv and {files} CV files (PDF and DOCX).", highlight=False, markup=False
        )
