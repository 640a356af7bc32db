"""`inroad reset`: everything that Inroad has stored, shown and then deleted.

Only folders and files that Inroad itself makes are deleted, each by its name: whatever else lies in INROAD_HOME stays.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inroad.cli.context import use_settings
from inroad.cli.intake import BadInput
from inroad.cli.printing import Json, Yes, ask, print_json, say, say_columns
from inroad.cli.serving import only_one
from inroad.cli.stopping import ServerInUse, refuse_if_used
from inroad.guard.vault import KEY_FILE
from inroad.settings import Settings
from inroad.store import Database, embedded, open_database

# What Inroad makes below INROAD_HOME; `demo` is the demo's own home, with the same parts.
PARTS = ("postgres", "files", "logs", "dagster", KEY_FILE)


@dataclass(frozen=True, slots=True)
class Doomed:
    """A folder or file that would go, and its size in bytes."""

    path: Path
    body_bytes: int


def reset(yes: Yes = False, as_json: Json = False) -> None:
    """Deletes everything that Inroad has stored, after showing what that is."""
    settings = use_settings()
    homes = [settings, *_demo(settings)]
    database = _external(settings)
    doomed = [item for home in homes for item in find_doomed(home)]
    if not doomed and database is None:
        print_json({"deleted": []}) if as_json else say(f"There is nothing to delete in {settings.home}.")
        return
    for home in homes:
        _refuse_while_used(home)
    if not as_json:
        _show(doomed, database)
    if database is not None:
        with only_one(database):
            _refuse_while_worked_on(database)
            ask("Delete all of this for good?", yes=yes)
            _drop(database)
    else:
        ask("Delete all of this for good?", yes=yes)
    for home in homes:
        _stop(home)
    for item in doomed:
        _delete(item.path)
    if as_json:
        tables = [repr(database)] if database is not None else []
        print_json({"deleted": [str(item.path) for item in doomed], "tables_dropped": tables})
    else:
        say("Deleted.")


def _demo(settings: Settings) -> list[Settings]:
    home = settings.home / "demo"
    return [settings.model_copy(update={"home": home, "database_url": None})] if home.is_dir() else []


def _external(settings: Settings) -> Database | None:
    return open_database(settings, migrate=False) if settings.database_url else None


def find_doomed(settings: Settings) -> list[Doomed]:
    """What exists of one home: its parts, and the database's data and sockets where root keeps them elsewhere."""
    folders = [settings.home / part for part in PARTS]
    folders += [folder for folder in _outside(settings) if settings.home not in folder.parents]
    return [Doomed(folder, size_of(folder)) for folder in folders if folder.exists() or folder.is_symlink()]


def _outside(settings: Settings) -> Iterator[Path]:
    """The server's own folders, which may lie outside of INROAD_HOME."""
    try:
        server = embedded.describe(settings)
    except embedded.EmbeddedServerError:
        return
    if embedded.ROOT_HOME in server.data.parents:
        yield server.data.parent
    elif server.sockets.name.startswith("inroad-"):
        yield server.sockets


def size_of(folder: Path) -> int:
    """Bytes of a file, or of all files below a folder; links are not followed."""
    total = folder.lstat().st_size if not folder.is_dir() else 0
    for place, _, files in os.walk(folder, followlinks=False):
        for name in files:
            try:
                total += (Path(place) / name).lstat().st_size
            except OSError:
                continue
    return total


def _refuse_while_used(settings: Settings) -> None:
    """Refuses while `inroad up` or any other process uses a home's server."""
    try:
        server = embedded.describe(settings)
    except embedded.EmbeddedServerError:
        return
    if server.pid() is not None:
        refuse_if_used(server, "Stop them first, `inroad up` with Ctrl-C.")


def _refuse_while_worked_on(database: Database) -> None:
    from inroad.store.status import live_workers

    workers = database.call(live_workers)
    if workers:
        raise ServerInUse(f"{len(workers)} workers are at work on {database!r}.", mend="Let them end or stop them first.")


def _show(doomed: list[Doomed], database: Database | None) -> None:
    say("This would be deleted:")
    say_columns([[str(item.path), f"{item.body_bytes / 1e6:,.1f} MB"] for item in doomed])
    if database is not None:
        say_columns([[repr(database), "Inroad's own tables; Dagster's database stays"]])


def _drop(database: Database) -> None:
    from inroad.store.erasure import drop_everything

    drop_everything(database)


def _stop(settings: Settings) -> None:
    try:
        server = embedded.describe(settings)
    except embedded.EmbeddedServerError:
        return
    if server.pid() is not None and not embedded.stop(settings, only_if_unused=True):
        raise ServerInUse(
            "Another process began to use the server just now; no folder was deleted.", mend="Stop it and try again."
        )


def _delete(folder: Path) -> None:
    """Deletes a folder or file, or only the link where it is one."""
    try:
        if folder.is_symlink() or not folder.is_dir():
            folder.unlink()
        else:
            shutil.rmtree(folder)
    except OSError as error:
        raise BadInput(f"{error.filename or folder} cannot be deleted: {error.strerror}.", mend="Delete it by hand.") from error
