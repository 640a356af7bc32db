"""The command's entry: the commands in their order, and what a person sees when something goes wrong.

A user's or a site's fault is one sentence on standard error and exit status 1; a bug of ours is a traceback. Ctrl-C and a reader
who has gone away are ended where the command runs (`commands.Commands.invoke`), before Typer makes something else of them.
"""

from __future__ import annotations

import sys

import typer

from inroad.guard.errors import InroadError

app = typer.Typer(
    name="inroad",
    help="From a company's domain to the right person there, and a CV written for its job.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Runs the command line."""
    from inroad.cli import commands

    commands.register(app)
    try:
        app()
    except InroadError as error:
        print(f"inroad: {error}", file=sys.stderr)
        sys.exit(1)
