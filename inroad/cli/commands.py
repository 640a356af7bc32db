"""The table of commands: name to the place of its function. A command's module is imported when it is called, and not before.

The one-line helps stand here too, so that `inroad --help` imports no room of the house; a test holds them equal to the
functions' own.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

# In the order in which help shows them: place ("module:attribute" below inroad.cli) and one-line help.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demonstrating:demo", "Runs the whole pipeline over a network of invented companies, served on this machine."),
    "run": ("running:run", "Takes domains from their sitemaps to contacts, postings and CVs, and says what was found."),
    "up": ("serving:up", "Serves PostgreSQL, the Dagster UI and its daemon until Ctrl-C; sensors and schedules work meanwhile."),
    "add": ("adding:add", "Adds domains; a running `inroad up` works on them at once, `inroad backfill` does so here."),
    "status": ("inspecting:status", "Shows how every stage stands: rows by state, what runs, what is due, what failed and why."),
    "backfill": ("backfilling:backfill", "Brings domains up to date through Dagster, in this process; needs no daemon."),
    "curate": ("curating:curate", "Selects and rejects rows by hand, with undo; replays what failed."),
    "posting": ("postings:posting", "Adds, shows, annotates and closes postings by hand."),
    "domain": ("deciding:domain", "Decides how one company's site is fetched: headers, pace, proxy, robots, strategy."),
    "session": ("sessions:session", "Keeps logins at companies' sites, encrypted, and tells whether they still hold."),
    "export": ("exporting:export", "Writes a table to a file: contacts, postings, sitemaps, pages, companies, cvs or matches."),
    "profile": ("profiles:profile", "Makes, checks, imports and shows profiles: the person the CVs are for."),
    "cv": ("cv_commands:cv", "Lists and shows the written CVs and letters, compares their versions, and takes a person's edits."),
    "check-cv": ("checking:check_cv_file", "Holds a CV (JSON Resume) against a profile; exit 1 when it says more than that."),
    "extract": ("extracting:extract", "Reads contacts or postings from one saved page; needs no database."),
    "sitemap": ("extracting:sitemap", "Lists what a sitemap holds, from a file or a URL."),
    "budget": ("budgeting:budget", "Sets and shows limits on tokens, dollars and credits."),
    "pause": ("pausing:pause", "Lets everything, a stage, a domain or a service rest; its rows stay queued with the reason."),
    "resume": ("pausing:resume", "Ends a pause; what waited for it is due at once."),
    "suppress": ("removing:suppress", "Puts a value, a domain or a pattern on the do-not-contact list; removes what it hits."),
    "erase": ("removing:erase", "Removes a person from everything stored, keeps them out, and prints a receipt."),
    "init": ("initialising:init", "Writes inroad.toml with every setting, commented out."),
    "doctor": ("examining:doctor", "Examines this installation and says how to mend what is wrong."),
    "stop": ("stopping:stop", "Stops the embedded PostgreSQL server; the data stays."),
    "reset": ("resetting:reset", "Deletes everything that Inroad has stored, after showing what that is."),
}  # fmt: skip


class Commands(TyperGroup):
    """The group of all commands, each imported when it is needed."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Click's signature
        """Names in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - Click's signature
        """Imports and builds one command; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        found = getattr(importlib.import_module(f"inroad.cli.{module}"), attribute)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
            single.command(cmd_name)(found)
            found = single
        command = get_command(found)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - Click's signature
        """Lists the commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; what it printed is written before its end, so that a reader who has gone away is noticed here.

        Typer would end an interrupted command in silence and a broken pipe with exit status 1.
        """
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt:
            print("inroad: stopped; nothing is lost, and the same command goes on from here.", file=sys.stderr)
            raise typer.Exit(130) from None
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        return result


def register(app: typer.Typer) -> None:
    """Makes the application the group of all commands."""
    app.callback(cls=Commands, no_args_is_help=True)(_nothing)


def _nothing() -> None:
    """From a company's domain to the right person there, and a CV written for its job."""
