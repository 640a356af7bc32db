"""A command with commands of its own (`inroad curate pages ...`), whose wrong names are answered with the right ones."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from inroad.cli.printing import one_of


class Subcommands(TyperGroup):
    """Commands of a command; a wrong name ends as every other error does, in a sentence that lists the valid ones."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One command.

        Raises:
            BadInput: There is no such command.
        """
        return super().get_command(ctx, one_of(cmd_name, self.list_commands(ctx), f"part of `inroad {self.name}`"))


def group(help_line: str) -> typer.Typer:
    """A group of commands."""
    return typer.Typer(
        cls=Subcommands,
        help=help_line,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
