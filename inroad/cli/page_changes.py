"""`inroad domain changes`: which pages each run found new, changed, unchanged and gone. Reads; changes nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from inroad.cli.choosing import known_ids
from inroad.cli.context import open_for, use_settings
from inroad.cli.intake import BadInput
from inroad.cli.printing import Json, print_json, say, say_columns
from inroad.store.page_changes import RunPages

_RUNS = 100
_SHOWN = 20


def show_changes(
    name: Annotated[str, typer.Argument(help="The domain, as in acme.example.")],
    run: Annotated[str | None, typer.Option("--run", help="The run whose pages are listed, or the beginning of its id.")] = None,
    as_json: Json = False,
) -> None:
    """Shows which pages each run found new, changed and gone; lists those since the last run began, or another."""
    from inroad.store.page_changes import page_changes, run_pages

    database = open_for(use_settings())
    ((known, domain_id),) = known_ids(database, [name]).items()
    runs = database.call(run_pages, domain_id, limit=_RUNS)
    chosen = _chosen(runs, run)
    lists = (
        asdict(database.call(page_changes, domain_id, chosen.started_at)) if chosen else {"new": [], "changed": [], "gone": []}
    )
    if as_json:
        print_json({"domain": known, "runs": [asdict(row) for row in runs], "run": chosen.run if chosen else None, **lists})
        return
    if chosen is None:
        say(f"No sitemap of {known} was read yet.")
        return
    say_columns([["Run", "Began (UTC)", "Sitemaps", "New", "Changed", "Unchanged", "Gone"], *map(_cells, runs[:_SHOWN])])
    for kind, urls in lists.items():
        if urls:
            say(f"{len(urls)} {kind} since run {chosen.run[:8]} began:")
            say_columns([[url] for url in urls[:_SHOWN]])
            if len(urls) > _SHOWN:
                say(f"  and {len(urls) - _SHOWN} more; see --json.")


def _chosen(runs: list[RunPages], run: str | None) -> RunPages | None:
    if run is None:
        return runs[0] if runs else None
    found = [row for row in runs if row.run.startswith(run)]
    if len(found) != 1:
        raise BadInput(
            f"{len(found)} of the domain's runs begin with {run!r}.", mend="See `inroad domain changes` without --run."
        )
    return found[0]


def _cells(row: RunPages) -> list[str]:
    moment = row.started_at.isoformat(sep=" ")[:19]
    return [row.run[:8], moment, *(f"{count:,}" for count in (row.sitemaps, row.new, row.changed, row.unchanged, row.gone))]
