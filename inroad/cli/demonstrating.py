"""`inroad demo`: the example network, the whole pipeline over it, and the UI left open."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from inroad.cli.accounting import closing_notes
from inroad.cli.context import open_for, use_settings
from inroad.cli.intake import use_profile
from inroad.cli.running import Json, is_usable, note_files, report, run_domains
from inroad.settings import CHECKOUT, PREFIX, load_settings

if TYPE_CHECKING:
    from inroad.store import Database
    from inroad.store.budgets import Limit

PROFILE = CHECKOUT / "examples" / "profile.yaml"


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the results instead of leaving the UI open.")] = False,
    out: Annotated[Path, typer.Option("--out", help="Folder for the CVs, contacts.csv and results.json.")] = Path("out"),
    as_json: Json = False,
) -> None:
    """Runs the whole pipeline over a network of invented companies, served on this machine."""
    from examples.network import ExampleNetwork
    from inroad.cli import serving

    limits = _own_limits()
    _use_own_database()
    settings = use_settings(home=load_settings().home / "demo")
    if not once:
        serving.check_port(settings.dagster_port, "INROAD_DAGSTER_PORT")
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(ExampleNetwork())
        settings = use_settings(home=settings.home, resolve=tuple(network.resolve), ca_file=network.ca_file)
        database = open_for(settings)
        lock = None if once else stack.enter_context(serving.only_one(database))
        use_profile(database, settings, settings.profile or PROFILE)
        held_to(database, limits)
        results, runs = run_domains(settings, database, list(network.domains), is_quiet=as_json)
        note_files(database, out)
        notes = closing_notes(settings, database, list(network.domains), runs)
        report(settings, results, (), hint=None, out=out, as_json=as_json, notes=notes)
        if lock is not None:
            children = stack.enter_context(serving.serving(settings, database))
            console = Console()
            console.print(f"Dagster UI: http://127.0.0.1:{settings.dagster_port}/  (Ctrl-C ends the demo)", highlight=False)
            serving.wait(children, lambda: serving.keep_server(settings, lock))
    if not any(is_usable(item) for item in results):
        raise typer.Exit(1)


def _own_limits() -> Sequence[Limit]:
    """What the person's own budgets have left; nothing is started for somebody who has none."""
    from inroad.store.budgets import limits_left

    settings = load_settings()
    if not settings.database_url and not (settings.home / "postgres").is_dir():
        return ()
    return open_for(settings).call(limits_left)


def held_to(database: Database, limits: Sequence[Limit]) -> None:
    """Holds the demo to what a person's own budgets have left now: its calls cost the same money, counted in its own ledger."""
    from inroad.store.budgets import put_budget

    with database.begin() as session:
        for limit in limits:
            put_budget(session, **asdict(limit))


def _use_own_database() -> None:
    """Leaves a person's own database alone: the invented companies go into the demo's embedded one."""
    for name in ("DATABASE_URL", "DAGSTER_DATABASE_URL"):
        os.environ.pop(PREFIX + name, None)
    if load_settings().database_url:  # named in inroad.toml
        os.environ[PREFIX + "CONFIG"] = os.devnull
