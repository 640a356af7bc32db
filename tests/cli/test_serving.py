"""`inroad up`: what keeps it from starting, and how its children are watched and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from inroad.cli import last_will, serving
from inroad.cli.last_will import end_groups, read_groups
from inroad.cli.serving import AlreadyUp, Child, PortTaken, check_port, keep_server, only_one, wait
from inroad.guard.errors import UserError
from inroad.settings import CHECKOUT, Settings, load_settings
from inroad.store import Database, embedded, open_database
from tests.cli.conftest import start

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)",
]
ENDS = [sys.executable, "-c", "raise SystemExit(3)"]


def test_a_taken_port_is_refused_with_the_name_of_its_setting() -> None:
    """Otherwise the UI's child ends and is started again, and the reason stands in a log file."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} .*INROAD_DAGSTER_PORT"):
            check_port(port, "INROAD_DAGSTER_PORT")
    check_port(port, "INROAD_DAGSTER_PORT")


def test_a_second_supervisor_is_refused_until_the_first_has_ended(database: Database) -> None:
    """Two daemons on one installation corrupt each other's ticks."""
    with only_one(database), pytest.raises(AlreadyUp, match="Another `inroad up`"), only_one(database):
        pytest.fail("both hold the lock")
    with only_one(database):
        pass


def test_a_child_that_keeps_ending_is_given_up_with_the_name_of_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a broken installation restarts its children for ever, in silence."""
    monkeypatch.setattr(serving, "LOOK_S", 0.01)
    monkeypatch.setattr(serving, "RESTARTS", 1)
    child = Child("Dagster daemon", ENDS, tmp_path / "logs" / "daemon.log")
    child.start()
    with pytest.raises(UserError, match=r"Dagster daemon ended 1 times in a row.*daemon\.log"):
        wait([child])


def test_a_killed_child_is_started_again_and_an_interrupt_ends_the_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the sensors stop with a daemon that the kernel has killed, and nobody notices."""
    child = Child("Dagster daemon", SLEEPS, tmp_path / "daemon.log")
    child.start()
    assert child.process is not None
    first, pause = child.process.pid, time.sleep
    os.kill(first, signal.SIGKILL)
    looks = 0

    def look(seconds: float) -> None:
        nonlocal looks
        if seconds != serving.LOOK_S:
            return  # the pause before the restart
        looks += 1
        if child.process is not None and child.process.pid != first:
            raise KeyboardInterrupt
        assert looks < 1000
        pause(0.01)

    monkeypatch.setattr(time, "sleep", look)
    before = signal.getsignal(signal.SIGTERM)
    wait([child])
    assert child.process.pid != first
    assert child.process.poll() is None
    assert signal.getsignal(signal.SIGTERM) is before
    monkeypatch.undo()
    child.stop()
    assert child.process.poll() is not None


def test_a_child_that_does_not_listen_is_ended_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise Ctrl-C waits for ever on a child that hangs."""
    monkeypatch.setattr(serving, "STOP_S", 0.2)
    log = tmp_path / "ui.log"
    child = Child("Dagster UI", STUBBORN, log)
    child.start()
    while "ready" not in log.read_text():
        time.sleep(0.01)
    child.stop()
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL
    child.stop()


def test_a_child_gets_its_own_group_and_the_checkout_as_home(tmp_path: Path) -> None:
    """Otherwise Ctrl-C reaches the children before the runs are drained, or they read another dagster.yaml."""
    log = tmp_path / "child.log"
    child = Child("x", [sys.executable, "-c", "import os; print(os.getpgid(0), os.environ['DAGSTER_HOME'], os.getcwd())"], log)
    child.start()
    assert child.process is not None
    assert child.process.wait(30) == 0
    group, home, folder = log.read_text().split()
    assert int(group) == child.process.pid != os.getpgid(0)
    assert home == folder == str(CHECKOUT)


def break_connections(database: Database) -> None:
    """What a restart of the server does to everybody who is connected."""
    with database.begin() as session:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        session.execute(text(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}"))


def test_a_lock_that_a_restarted_server_forgot_is_taken_again(database: Database, settings: Settings) -> None:
    """Otherwise a second supervisor may start beside the first, after an upgrade of PostgreSQL."""
    other = Database(database.url)
    with only_one(database) as lock:
        keep_server(settings, lock)
        assert lock.is_held()
        break_connections(other)
        assert not lock.is_held()
        keep_server(settings, lock)
        assert lock.is_held()
        with pytest.raises(AlreadyUp), only_one(other):
            pytest.fail("both hold the lock")
    other.close()


def test_a_supervisor_that_lost_its_lock_to_another_ends(database: Database, settings: Settings) -> None:
    """Of two daemons one has to go, and the one that asks knows it."""
    other = Database(database.url)
    with only_one(database) as lock:
        break_connections(other)
        with only_one(other), pytest.raises(AlreadyUp, match="came first"):
            keep_server(settings, lock)
    other.close()


@pytest.mark.slow
def test_an_embedded_server_that_was_killed_is_started_again(home: Path) -> None:
    """Nobody else would: the UI and the daemon only fail, one query after the other."""
    settings = load_settings(home=home)
    database = open_database(settings)
    with only_one(database) as lock:
        pid = embedded.describe(settings).pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: embedded.describe(settings).pid() is None)
        assert wait_until(lambda: keep_server(settings, lock) or lock.is_held())
        assert embedded.describe(settings).pid() not in (None, pid)
    database.close()


SUPERVISOR = """
import sys, time
from pathlib import Path
from inroad.cli.last_will import last_will
from inroad.cli.serving import Child
with last_will() as will:
    child = Child("x", [sys.executable, "-c", sys.argv[2]], Path(sys.argv[1]), will)
    child.start()
    print(child.process.pid, flush=True)
    time.sleep(60)
"""
WITH_A_CHILD_OF_ITS_OWN = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(60)"])
time.sleep(60)
"""


def lives(group: int) -> bool:
    """Whether a process of the group runs; one that has ended and waits to be collected does not."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == group and fields[0] != "Z":
                return True
    return False


def wait_until(is_so: Callable[[], bool], *, within_s: float = 30.0) -> bool:
    """Looks often; whether it became so."""
    deadline = time.monotonic() + within_s
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)
    return is_so()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the test reads process groups from /proc")
def test_children_and_theirs_end_with_a_killed_supervisor(tmp_path: Path) -> None:
    """Otherwise a daemon without a supervisor launches runs for ever, and the next `inroad up` finds its port taken."""
    log = tmp_path / "child.log"
    log.touch()
    command = [sys.executable, "-c", SUPERVISOR, str(log), WITH_A_CHILD_OF_ITS_OWN]
    supervisor = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
    assert supervisor.stdout is not None
    group = int(supervisor.stdout.readline())
    assert wait_until(lambda: "ready" in log.read_text())
    assert lives(group)
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    assert wait_until(lambda: not lives(group))


def test_a_group_that_has_ended_is_left_out_of_the_will() -> None:
    """Its number may be another program's by then."""
    assert read_groups(iter([b"12\n", b"34\n", b"-12\n", b"56\n"])) == {34, 56}


def test_what_ignores_the_request_is_ended_after_the_grace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hanging run would keep its slot and its leases."""
    monkeypatch.setattr(last_will, "GRACE_S", 0.1)
    log = tmp_path / "stubborn.log"
    child = Child("x", STUBBORN, log)
    child.start()
    assert child.process is not None
    assert wait_until(lambda: "ready" in log.read_text())
    end_groups({child.process.pid})
    assert child.process.wait(10) == -signal.SIGKILL
    end_groups({child.process.pid})


@pytest.mark.slow
def test_a_killed_up_leaves_no_process_behind(home: Path) -> None:
    """The daemon and the code servers of the real command end with it, and the next one starts at once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"INROAD_HOME": str(home), "INROAD_DAGSTER_PORT": str(port), "INROAD_CONFIG": os.devnull}
    serve_and_kill(port, settings)
    serve_and_kill(port, settings)


def serve_and_kill(port: int, settings: dict[str, str]) -> None:
    """Starts `inroad up`, kills it when it answers, and waits for the end of all that it started."""
    up = start("up", **settings)
    assert wait_until(lambda: answers(port) or up.poll() is not None, within_s=120)
    assert up.poll() is None, up.communicate()[1]
    groups = children_of(up.pid)
    assert len(groups) == 3, "the UI, the daemon, and the program that ends them"
    up.kill()
    up.communicate()
    assert wait_until(lambda: not any(lives(group) for group in groups), within_s=60)
    assert not answers(port)


def children_of(pid: int) -> set[int]:
    """Process groups of a process's children."""
    groups = set()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                groups.add(int(fields[2]))
    return groups


def answers(port: int) -> bool:
    """Whether something listens."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
