"""The command as a person runs it: a process of its own, with its own home, on the example network or on none."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from examples.network import ExampleNetwork
from inroad.settings import get_settings

ROOT = Path(__file__).parent.parent.parent
PROFILE = ROOT / "examples" / "profile.yaml"
EXPECTED = ROOT / "examples" / "expected.json"
# A run of the whole network takes 20 to 40 s on two cores; one that takes this long hangs.
LIMIT_S = 240.0
POLL_S = 0.02


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output read as one JSON object a line; anything else on it fails here."""
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def sentence(self) -> str:
        """What a person is told on standard error."""
        return self.stderr.strip()


@dataclass
class Command:
    """The `inroad` command with an environment of its own."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Ended:
        """Runs it to its end."""
        process = self.start(*arguments, environment=environment)
        try:
            stdout, stderr = process.communicate(timeout=LIMIT_S)
        finally:
            process.kill()
        return Ended(process.returncode, stdout, stderr)

    def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Starts it and returns at once; in a session of its own, so that a signal reaches it alone."""
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            # A shell's background job ignores Ctrl-C and hands that down; a command in a terminal does not.
            signal.signal(signal.SIGINT, signal.default_int_handler)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("INROAD_", "DAGSTER_"))}
        given = {"INROAD_HOME": str(self.home), "INROAD_CONFIG": os.devnull, **self.environment, **(environment or {})}
        return subprocess.Popen(
            [str(Path(sys.executable).parent / "inroad"), *arguments],
            env={**kept, **given},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def start_and_signal(self, number: signal.Signals, is_time: Callable[[], bool], *arguments: str) -> Ended:
        """Starts it and sends a signal as soon as `is_time` says so; how it ended, by the signal or before it by itself."""
        process = self.start(*arguments)
        try:
            deadline = time.monotonic() + LIMIT_S
            while process.poll() is None and not is_time() and time.monotonic() < deadline:
                time.sleep(POLL_S)
            process.send_signal(number)
            stdout, stderr = process.communicate(timeout=LIMIT_S)
        finally:
            process.kill()
            process.communicate()
        return Ended(process.returncode, stdout, stderr)


class CalledHere(Command):
    """The command called in this process: it says and does the same, without starting Python and importing Dagster, 5 s each."""

    def __call__(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Ended:
        """Runs it to its end."""
        from inroad import cli

        kept = {name: value for name, value in os.environ.items() if not name.startswith(("INROAD_", "DAGSTER_"))}
        given = {"INROAD_HOME": str(self.home), "INROAD_CONFIG": os.devnull, **self.environment, **(environment or {})}
        stdout, stderr, status = io.StringIO(), io.StringIO(), 0
        with (
            mock.patch.dict(os.environ, {**kept, **given}, clear=True),
            mock.patch.object(sys, "argv", ["inroad", *arguments]),
            contextlib.redirect_stdout(stdout),
            contextlib.redirect_stderr(stderr),
        ):
            _forget()
            try:
                cli.main()
            except SystemExit as end:
                status = int(end.code or 0)
        _forget()
        return Ended(status, stdout.getvalue(), stderr.getvalue())


def _forget() -> None:
    """Drops what a process keeps of its settings and databases; the modules are not imported for it."""
    get_settings.cache_clear()
    if "resources.database" in sys.modules:
        sys.modules["resources.database"]._open.cache_clear()
    if "pipeline_defs.pooled" in sys.modules:
        sys.modules["pipeline_defs.pooled"].dispose_engines()


def on_network(network: ExampleNetwork, *, interval_s: float = 0.05) -> dict[str, str]:
    """The environment that leads every host to the network, at a pace that loopback can bear."""
    return {
        "INROAD_RESOLVE": ",".join(network.resolve),
        "INROAD_CA_FILE": str(network.ca_file),
        "INROAD_HOST_INTERVAL_S": str(interval_s),
    }


def arguments_for(domains: Sequence[str], out: Path) -> list[str]:
    """The arguments of a full run with the example profile, told in JSON."""
    return ["run", *domains, "--profile", str(PROFILE), "--out", str(out), "--json"]
