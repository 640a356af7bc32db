"""`inroad init`: the commented settings file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from inroad.cli.intake import BadInput
from inroad.cli.printing import say
from inroad.cli.setting_list import as_toml
from inroad.settings import PREFIX


def init(force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False) -> None:
    """Writes inroad.toml with every setting, commented out."""
    file = Path(os.environ.get(PREFIX + "CONFIG", "inroad.toml"))
    try:
        # O_EXCL refuses an existing file in the same step that makes ours; 600 because secrets may come to stand in it.
        number = os.open(file, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL), 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as output:
            output.write(as_toml())
    except FileExistsError:
        raise BadInput(f"{file} exists already.", mend="Edit it, or add --force to replace it.") from None
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror or error}.", mend="Go to a folder that can be.") from error
    say(f"Written to {file}: every setting with its meaning, all commented out.")
