"""How commands talk to a person and to a program: JSON, safe text, questions, and names checked against what is valid."""

from __future__ import annotations

import difflib
import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from inroad.cli.intake import BadInput
from inroad.guard.errors import UserError

Json = Annotated[bool, typer.Option("--json", help="JSON on standard output, and nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


class NotConfirmed(UserError):
    """The person said no, or could not be asked; nothing was done."""

    reason = "not-confirmed"


def print_json(value: Any) -> None:
    """One line of JSON; dates as ISO 8601."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def plain(text: object) -> str:
    """One line without control characters: what strangers wrote must not move the cursor or colour the terminal."""
    return " ".join("".join(char if unicodedata.category(char)[0] != "C" else " " for char in str(text)).split())


def say(text: str) -> None:
    """One line for a person on standard output."""
    print(plain(text))


def say_columns(rows: Iterable[Sequence[object]], *, indent: str = "  ") -> None:
    """Rows with their columns one below the other; the last column is as long as it is."""
    lines = [[plain(cell) for cell in row] for row in rows]
    if not lines:
        return
    widths = [max(len(line[number]) for line in lines) for number in range(len(lines[0]) - 1)]
    for line in lines:
        padded = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        print((indent + "  ".join([*padded, line[-1]])).rstrip())


def one_of(value: str, valid: Iterable[str], what: str) -> str:
    """The value, if it is valid.

    Raises:
        BadInput: It is not; names the nearest valid one and all of them.
    """
    names = list(valid)
    if value in names:
        return value
    near = difflib.get_close_matches(value, names, 1)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise BadInput(f"{plain(value)[:80]!r} is not a {what}.", mend=f"{hint}Valid is {', '.join(names)}.")


def is_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str, *, yes: bool) -> None:
    """Asks before something that cannot be taken back.

    Args:
        question: Ends in a question mark.
        yes: The person has said yes already.

    Raises:
        NotConfirmed: The answer is no, or nobody can be asked.
    """
    if yes:
        return
    if not is_terminal():
        raise NotConfirmed("This needs a person's yes, and there is no terminal to ask on.", mend="Add --yes to go on.")
    if not typer.confirm(question, err=True):
        raise NotConfirmed("Nothing was done.")
