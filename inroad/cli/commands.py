"""The table of commands: name to function. Each function lives with its kind; importing this module imports no Dagster."""

from __future__ import annotations

import typer

from inroad.cli import demonstrating, running, serving


def register(app: typer.Typer) -> None:
    """Adds every command to the application, in the order in which help shows them."""
    app.command("demo")(demonstrating.demo)
    app.command("run")(running.run)
    app.command("up")(serving.up)
