"""`inroad backfill`: domains that are known already, brought up to date through Dagster in this process."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from inroad.cli.accounting import closing_notes
from inroad.cli.choosing import Domains, File, known_ids
from inroad.cli.context import open_for, use_settings
from inroad.cli.intake import BadInput, use_profile
from inroad.cli.printing import Json, one_of, plain, say
from inroad.cli.reporting import collect
from inroad.cli.running import is_usable, report
from inroad.cli.watching import watching
from inroad.stages import STAGES
from inroad.store import Database

VISITS = ("all", "due", "none")


def backfill(
    domains: Domains = None,
    file: File = None,
    all_domains: Annotated[bool, typer.Option("--all", help="Every domain that nobody rejected.")] = False,
    stage: Annotated[list[str] | None, typer.Option("--stage", help="Only this stage; may be given several times.")] = None,
    retry_errors: Annotated[bool, typer.Option("--retry-errors", help="Queue what failed for good again, first.")] = False,
    visit: Annotated[str, typer.Option("--visit", help="Which finished rows are visited again: all, due or none.")] = "all",
    as_json: Json = False,
) -> None:
    """Brings domains up to date through Dagster, in this process; needs no daemon."""
    wanted = {one_of(name, STAGES, "stage") for name in stage or ()}
    stages = [name for name in STAGES if name in wanted]
    one_of(visit, VISITS, "choice of visits")
    if all_domains == bool(domains or file):
        raise BadInput("Name domains or a file, or say --all.", mend="As in `inroad backfill acme.example`.")
    settings = use_settings()
    database = open_for(settings)
    ids = _every(database) if all_domains else known_ids(database, domains or [], file)
    hint = use_profile(database, settings, None)
    names = list(ids)
    if retry_errors:
        replayed = _replay(database, stages, list(ids.values()))
        if not as_json:
            say(f"{replayed} rows that had failed are queued again.")
    with watching(len(names), is_quiet=as_json) as watch:
        from inroad.cli.launching import materialise

        launched = materialise(database, names, stages=stages, visit=visit)
    results = collect(database, names, launched.run_ids, watch)
    notes = closing_notes(settings, database, names, launched.run_ids)
    report(settings, results, (), hint=hint, out=None, as_json=as_json, notes=notes)
    for sentence in launched.errors:
        print(f"inroad: {plain(sentence)}", file=sys.stderr)
    if not any(is_usable(item) for item in results):
        raise typer.Exit(1)


def _every(database: Database) -> dict[str, int]:
    from inroad.store.domains import domain_ids, domain_names

    names = database.call(domain_names)
    if not names:
        raise BadInput("There is no domain yet.", mend="Add some with `inroad add acme.example`.")
    return database.call(domain_ids, names)


def _replay(database: Database, stages: list[str], ids: list[int]) -> int:
    from inroad.store.status import STAGE_ROWS, replay_stage

    return sum(database.call(replay_stage, name, ids) for name in stages or STAGE_ROWS if name in STAGE_ROWS)
