"""`inroad stop`: ends the embedded server, unless somebody works with it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from inroad.cli.context import use_settings
from inroad.cli.printing import Json, print_json, say
from inroad.guard.errors import UserError
from inroad.store import embedded


class ServerInUse(UserError):
    """Other processes work with the embedded server; names them."""

    reason = "server-in-use"


def stop(
    force: Annotated[
        bool, typer.Option("--force", help="Stop it even while others use it; their work goes back to its queue.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Stops the embedded PostgreSQL server; the data stays."""
    settings = use_settings()
    server = embedded.describe(settings)
    is_running = server.pid() is not None
    if is_running and not force:
        refuse_if_used(server, "Stop them, or add --force.")
    stopped = is_running and embedded.stop(settings, only_if_unused=not force)
    if is_running and not stopped and server.pid() is not None:
        raise ServerInUse("Another process began to use the server just now.", mend="Stop it, or add --force.")
    if as_json:
        print_json({"stopped": stopped, "data": str(server.data)})
    elif stopped:
        say(f"The embedded PostgreSQL is stopped; its data stays in {server.data}.")
    elif settings.database_url:
        say("Nothing to stop: INROAD_DATABASE_URL names a server that is not ours.")
    else:
        say("Nothing to stop: the embedded PostgreSQL does not run.")


def refuse_if_used(server: embedded.Server, mend: str) -> None:
    """Refuses while other processes use a server.

    Raises:
        ServerInUse: Names them as far as the system tells.
    """
    users = users_of(server)
    if users:
        shown = ", ".join(f"{pid} ({command})" for pid, command in users[:5])
        raise ServerInUse(f"The embedded PostgreSQL is in use by {len(users)} processes: {shown}.", mend=mend)


def users_of(server: embedded.Server) -> list[tuple[int, str]]:
    """Process ids and command lines of those who hold the server's lock of users, this process left out.

    Linux lists the holders of file locks in /proc/locks by device and inode; elsewhere the list is empty, and the lock itself
    still keeps the server from being stopped.
    """
    try:
        number = (server.state / "users.lock").stat()
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return []
    key = f"{os.major(number.st_dev):02x}:{os.minor(number.st_dev):02x}:{number.st_ino}"
    pids = {
        int(fields[4])
        for line in lines
        if (fields := line.split()) and len(fields) > 5 and fields[5] == key and "FLOCK" in fields
    }
    return [(pid, _command(pid)) for pid in sorted(pids - {os.getpid(), -1, 0})]


def _command(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return "ended"
    return b" ".join(words).decode("utf-8", "replace").strip()[:80]
