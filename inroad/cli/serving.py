"""`inroad up`: PostgreSQL, Dagster's web UI and daemon, supervised until Ctrl-C, then drained and stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from inroad.cli.context import open_for, use_settings
from inroad.cli.last_will import LastWill, last_will
from inroad.guard.errors import UserError
from inroad.settings import CHECKOUT, Settings
from inroad.store import Database, embedded
from inroad.store.database import DatabaseUnavailable
from inroad.store.locks import NamedLock, hold_lock

# Seconds between two looks at the children, that a child gets to end, and that the UI gets to answer.
LOOK_S = 0.5
STOP_S = 15.0
READY_S = 90.0
# Seconds between two looks at the server.
SERVER_LOOK_S = 5.0
# A child that ends is started again after 1, 2, 4 ... seconds; this often in a row, then the whole gives up.
RESTARTS = 5


class PortTaken(UserError):
    """Another program listens on a port that we need."""

    reason = "port-taken"


class AlreadyUp(UserError):
    """Another `inroad up` serves this installation: two daemons would corrupt each other's ticks."""

    reason = "already-up"


@dataclass(slots=True)
class Child:
    """One supervised process.

    Attributes:
        name: For people.
        command: Its command line.
        log: File that takes its output.
        will: Is told of its process group, so that it ends with us even when we are killed.
    """

    name: str
    command: list[str]
    log: Path
    will: LastWill | None = None
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    started_at: float = field(default=0.0)

    def start(self) -> None:
        """Starts it in a process group of its own, so that Ctrl-C in the terminal reaches only us, and we stop it in order."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=CHECKOUT,
                env={**os.environ, "DAGSTER_HOME": str(CHECKOUT)},
                start_new_session=True,
            )
        if self.will is not None:
            self.will.add(self.process.pid)
        self.started_at = time.monotonic()

    def stop(self) -> None:
        """Asks it to end, and ends it after `STOP_S`."""
        process = self.process
        if process is None or process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if self.will is not None:
            self.will.remove(process.pid)


def up() -> None:
    """Serves PostgreSQL, the Dagster UI and its daemon until Ctrl-C; sensors and schedules work meanwhile."""
    settings = use_settings()
    check_port(settings.dagster_port, "INROAD_DAGSTER_PORT")
    database = open_for(settings)
    with only_one(database) as lock, serving(settings, database) as children:
        console = Console()
        console.print(f"Dagster UI: http://127.0.0.1:{settings.dagster_port}/", highlight=False)
        console.print("Ctrl-C drains and stops.", highlight=False)
        wait(children, lambda: keep_server(settings, lock))


def check_port(port: int, variable: str) -> None:
    """Refuses early, with the name of the setting, when a port is taken.

    Raises:
        PortTaken: Something listens there.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} on 127.0.0.1 is taken.", mend=f"Stop what uses it, or set {variable} to a free port."
            ) from error


@contextlib.contextmanager
def only_one(database: Database) -> Iterator[NamedLock]:
    """Holds the lock of the one supervisor of an installation.

    Raises:
        AlreadyUp: Another process holds it.
    """
    with hold_lock(database, "inroad up") as lock:
        if lock is None:
            raise AlreadyUp(
                "Another `inroad up` or `inroad demo` serves this installation.", mend="Use that one, or stop it first."
            )
        yield lock


def keep_server(settings: Settings, lock: NamedLock) -> None:
    """Starts an embedded server that has died, and takes the lock that a restarted server has forgotten.

    Raises:
        AlreadyUp: Meanwhile another supervisor has taken it.
    """
    if lock.is_held():
        return
    if not settings.database_url and embedded.describe(settings).pid() is None:
        try:
            embedded.ensure_running(settings)
        except embedded.EmbeddedServerError as error:  # a killed server's own processes end a moment after it
            Console(stderr=True).print(f"PostgreSQL has ended: {error} It is tried again.", highlight=False, markup=False)
            return
        Console(stderr=True).print("PostgreSQL had ended; it runs again.", highlight=False)
    with contextlib.suppress(DatabaseUnavailable):  # one that is not ours, or still starts: looked at again
        if not lock.take():
            raise AlreadyUp("PostgreSQL was started again, and another `inroad up` came first.", mend="Use that one.")


@contextlib.contextmanager
def serving(settings: Settings, database: Database) -> Iterator[list[Child]]:
    """Starts the UI and the daemon and waits until the UI answers; at the end cancels what runs and stops them."""
    _prepare_instance(settings, database)
    logs = settings.home / "logs"
    bin_folder = Path(sys.executable).parent
    webserver = [
        str(bin_folder / "dagster-webserver"),
        "-h",
        "127.0.0.1",
        "-p",
        str(settings.dagster_port),
        "-w",
        "workspace.yaml",
    ]
    daemon = [str(bin_folder / "dagster-daemon"), "run", "-w", "workspace.yaml"]
    # A shell's background job ignores SIGINT, and children inherit that; a handler of ours becomes the default in them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with last_will() as will:
        children = [
            Child("Dagster UI", webserver, logs / "webserver.log", will),
            Child("Dagster daemon", daemon, logs / "daemon.log", will),
        ]
        try:
            for child in children:
                child.start()
            _wait_for_ui(settings, children[0])
            yield children
        finally:
            _drain()
            for child in reversed(children):
                child.stop()


def _prepare_instance(settings: Settings, database: Database) -> None:
    """Limits of the pools, and the end of runs that the last session left without a process."""
    from inroad.cli.launching import SILENT_AFTER_S, quiet_dagster

    quiet_dagster()
    from assets.operations import end_silent_runs
    from pipeline_defs.inprocess import open_instance
    from pipeline_defs.pools import ensure_pools, pool_limits

    with open_instance() as instance:
        ensure_pools(instance, pool_limits(settings))
        end_silent_runs(instance, database, silent_after_s=SILENT_AFTER_S)


def _wait_for_ui(settings: Settings, child: Child) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        if child.process is not None and child.process.poll() is not None:
            raise UserError(f"{child.name} ended at its start.", mend=f"See {child.log}.", reason="child-ended")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", settings.dagster_port), timeout=1):
            return
        time.sleep(LOOK_S)
    raise UserError(f"{child.name} did not answer within {READY_S:g} s.", mend=f"See {child.log}.", reason="child-silent")


def wait(children: Sequence[Child], look_further: Callable[[], None] | None = None) -> None:
    """Watches the children until Ctrl-C or SIGTERM; one that ends is started again, later each time.

    Args:
        children: Started ones.
        look_further: Called every `SERVER_LOOK_S` seconds.

    Raises:
        UserError: A child ended too often; names it and its log.
    """
    with _stop_on_terminate():
        next_look = time.monotonic() + SERVER_LOOK_S
        try:
            while True:
                time.sleep(LOOK_S)
                if look_further is not None and time.monotonic() >= next_look:
                    look_further()
                    next_look = time.monotonic() + SERVER_LOOK_S
                for child in children:
                    _revive(child)
        except KeyboardInterrupt:
            Console(stderr=True).print("Stopping: running work is put back in its queue.", highlight=False)


def _revive(child: Child) -> None:
    if child.process is None or child.process.poll() is None:
        if time.monotonic() - child.started_at > STOP_S:
            child.restarts = 0
        return
    if child.restarts >= RESTARTS:
        raise UserError(f"{child.name} ended {RESTARTS} times in a row.", mend=f"See {child.log}.", reason="child-ended")
    time.sleep(2.0**child.restarts)
    child.restarts += 1
    child.start()


@contextlib.contextmanager
def _stop_on_terminate() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _drain() -> None:
    """Cancels the runs in progress: each puts its claimed rows back before it ends."""
    from dagster import DagsterRunStatus, RunsFilter

    from pipeline_defs.inprocess import open_instance

    active = [DagsterRunStatus.STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.QUEUED, DagsterRunStatus.NOT_STARTED]
    with contextlib.suppress(Exception), open_instance(launches=True) as instance:
        for run in instance.get_runs(RunsFilter(statuses=active)):
            with contextlib.suppress(Exception):
                instance.run_coordinator.cancel_run(run.run_id)
        deadline = time.monotonic() + STOP_S
        while time.monotonic() < deadline and instance.get_runs_count(RunsFilter(statuses=[*active, DagsterRunStatus.CANCELING])):
            time.sleep(LOOK_S)
