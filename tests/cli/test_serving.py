"""`inroad up`: what keeps it from starting, and how its children are watched and ended."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from inroad.cli import serving
from inroad.cli.serving import AlreadyUp, Child, PortTaken, check_port, only_one, wait
from inroad.guard.errors import UserError
from inroad.settings import CHECKOUT
from inroad.store import Database

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
