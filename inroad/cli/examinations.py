"""The doctor's checks: each looks at one thing and says ok, warning or error, with the mend."""

from __future__ import annotations

import difflib
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from inroad.cli.setting_list import all_settings
from inroad.guard.errors import UserError
from inroad.settings import PREFIX, Settings, load_settings
from inroad.store import Database, embedded

Status = Literal["ok", "warning", "error"]
# Variables that are no settings: the settings file's own place.
OTHER_VARIABLES = frozenset({PREFIX + "CONFIG"})
# Bytes free on the disk of INROAD_HOME: below the first PostgreSQL may stop at any moment.
DISK_ERROR = 500_000_000
DISK_WARNING = 5_000_000_000
# Seconds between our clock and the database server's that are still no fault.
SKEW_S = 5.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        name: What.
        status: "ok", "warning" or "error".
        text: What was seen.
        mend: What to do; empty where nothing needs doing.
    """

    name: str
    status: Status
    text: str
    mend: str = ""


def check_settings() -> tuple[Settings | None, list[Check]]:
    """The settings, None when they cannot be read, and what is to be said of them."""
    file = Path(os.environ.get(PREFIX + "CONFIG", "inroad.toml"))
    results = list(_unknown_variables())
    try:
        settings = load_settings()
    except UserError as error:
        return None, [Check("settings", "error", error.message, error.mend), *results]
    source = f"{file} and the environment" if file.is_file() else "the environment and defaults"
    return settings, [Check("settings", "ok", f"Read from {source}."), *results]


def _unknown_variables() -> Iterator[Check]:
    known = {item.variable for item in all_settings()} | OTHER_VARIABLES
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            mend = f"Did you mean {near[0]}?" if near else "Remove it; docs/settings.md lists the settings."
            yield Check("settings", "warning", f"{name} is not a setting and has no effect.", mend)


def check_python(_: Settings | None) -> Iterator[Check]:
    """The interpreter's version."""
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] < (3, 14):
        yield Check("Python", "ok", f"{version}.")
    else:
        yield Check("Python", "error", f"{version} is not supported.", "Install Python 3.11, then `make install`.")


def check_home(settings: Settings) -> Iterator[Check]:
    """INROAD_HOME: that we can write there, that strangers cannot, and the room on its disk."""
    home = settings.home
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        yield Check("home", "error", f"{place} cannot be written to.", "Correct its permissions, or set INROAD_HOME.")
    elif home.exists() and home.stat().st_mode & 0o002:
        yield Check("home", "warning", f"Any user may write to {home}.", f"Run `chmod o-w {home}`.")
    else:
        yield Check("home", "ok", f"{home}." if home.exists() else f"{home} is made at the first start.")
    free = shutil.disk_usage(place).free
    text = f"{free / 1e9:.1f} GB free at {place}."
    if free < DISK_ERROR:
        yield Check("disk", "error", text, "Free space, or set INROAD_HOME to a folder on another disk.")
    elif free < DISK_WARNING:
        yield Check("disk", "warning", text, "100,000 pages take about 5 GB.")
    else:
        yield Check("disk", "ok", text)


def check_postgres(settings: Settings) -> Iterator[Check]:
    """The database server: reachable or startable, its schema, and its clock against ours."""
    from inroad.store.database import plain_url

    if settings.database_url:
        yield from _examine_server(Database(plain_url(settings.database_url.get_secret_value())), "INROAD_DATABASE_URL")
        return
    server = embedded.describe(settings)
    if server.pid() is None:
        yield Check("PostgreSQL", "ok", f"Embedded, from {server.binaries}; starts when it is needed.")
    else:
        yield from _examine_server(Database(server.url(embedded.APPLICATION_DATABASE)), f"embedded in {server.data}")
    if server.user and os.geteuid() == 0:
        yield Check("PostgreSQL", "ok", f"Under root it runs as the system user {server.user}.")


def _examine_server(database: Database, where: str) -> Iterator[Check]:
    from inroad.store.status import server_facts

    try:
        facts = database.call(server_facts)
    finally:
        database.close()
    yield Check("PostgreSQL", "ok", f"{facts.version}, {where}.")
    if facts.revision == facts.head:
        yield Check("schema", "ok", f"Revision {facts.revision}.")
    elif facts.revision is None or facts.revision < (facts.head or ""):
        yield Check("schema", "ok", f"Revision {facts.revision or 'none yet'}; the next command brings it to {facts.head}.")
    else:
        yield Check("schema", "error", f"Revision {facts.revision} is newer than this Inroad.", "Upgrade Inroad.")
    if abs(facts.skew_s) > SKEW_S:
        mend = "Let both machines synchronise their clocks (NTP)."
        yield Check("clock", "warning", f"Our clock and the database server's differ by {facts.skew_s:.0f} s.", mend)


def check_clock(_: Settings | None) -> Iterator[Check]:
    """Our own clock against the age of our own files: a clock that was never set breaks TLS and every schedule."""
    now = datetime.now(UTC)
    written = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    if now < written:
        yield Check("clock", "error", f"It says {now:%Y-%m-%d %H:%M} UTC, before this program was installed.", "Set the clock.")
    else:
        yield Check("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC.")


def check_programs(settings: Settings) -> Iterator[Check]:
    """Programs beside us: a Chromium for pages that need one."""
    from inroad.crawl.browser import find_chromium

    chromium = find_chromium()
    if settings.browser == "off":
        yield Check("Chromium", "ok", "Switched off by INROAD_BROWSER; pages that need it say so.")
    elif chromium is None:
        mend = "Install chromium, for example with `apt-get install chromium`."
        yield Check("Chromium", "warning", "None found: pages that are empty without scripts are not read.", mend)
    else:
        yield Check("Chromium", "ok", f"{chromium}.")


def check_keys(settings: Settings) -> Iterator[Check]:
    """Which keys are set (never their values), and the shape of the model's endpoint."""
    names = ("llm_api_key", "scraperapi_key", "firecrawl_key", "proxy")
    present = [PREFIX + name.upper() for name in names if getattr(settings, name)]
    yield Check("keys", "ok", f"Set: {', '.join(present)}." if present else "None is set.")
    yield from _examine_endpoint(settings)
    if settings.llm_replay:
        yield Check("model", "ok", f"No model is asked: answers are replayed from {settings.llm_replay}.")


def _examine_endpoint(settings: Settings) -> Iterator[Check]:
    url = settings.llm_base_url
    if url is None:
        if settings.llm_api_key:
            yield Check("model", "ok", f"{settings.llm_model} at OpenAI.")
        elif not settings.llm_replay:
            yield Check("model", "ok", "None is configured; everything works by rules.")
        return
    parts = urlsplit(url)
    valid = "Valid is as in https://api.example.com/v1."
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield Check("model", "error", "INROAD_LLM_BASE_URL is not an http(s) URL.", valid)
    elif parts.username or parts.password or parts.query:
        yield Check(
            "model", "error", "INROAD_LLM_BASE_URL holds a password or a query.", "Give the key as INROAD_LLM_API_KEY. " + valid
        )
    elif parts.path.rstrip("/").endswith("/completions"):
        yield Check("model", "error", "INROAD_LLM_BASE_URL names one endpoint, not their base.", valid)
    elif parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        yield Check("model", "warning", f"What is sent to {parts.hostname} is not encrypted.", "Use https.")
    else:
        without = "" if settings.llm_api_key else ", asked without a key"
        yield Check("model", "ok", f"{settings.llm_model} at {parts.hostname}{without}.")


def check_profile(settings: Settings) -> Iterator[Check]:
    """The profile's file, or that none is named."""
    from inroad.cvs import Profile

    if settings.profile is None:
        mend = "Without one no CV is written: `inroad profile import FILE`, or set INROAD_PROFILE."
        yield Check("profile", "ok", "No file is named: the default profile of the database is used, if there is one.", mend)
        return
    facts = len(Profile.load(settings.profile).facts)
    yield Check("profile", "ok", f"{settings.profile}: {facts} facts.")


def check_network(settings: Settings) -> Iterator[Check]:
    """Files and rules of the web client."""
    from inroad.crawl.network import ResolveRule

    if settings.ca_file and not os.access(settings.ca_file, os.R_OK):
        yield Check("network", "error", f"INROAD_CA_FILE {settings.ca_file} cannot be read.", "Name a PEM file.")
    for rule in settings.resolve:
        ResolveRule.parse(rule)
    if settings.contact_url is None:
        mend = "Set INROAD_CONTACT_URL to a page or address of yours."
        yield Check("network", "warning", "Sites that we visit are not told whom to ask.", mend)
    if not settings.respect_robots:
        yield Check("network", "warning", "INROAD_RESPECT_ROBOTS is false: robots.txt is not obeyed.", "Only for your own sites.")


def check_ports(settings: Settings) -> Iterator[Check]:
    """Whether the ports of the two web pages are free."""
    for port, variable in ((settings.dagster_port, "INROAD_DAGSTER_PORT"), (settings.console_port, "INROAD_CONSOLE_PORT")):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                mend = f"That is right while `inroad up` runs; otherwise stop what uses it, or set {variable}."
                yield Check("ports", "warning", f"{port} is taken.", mend)
            else:
                yield Check("ports", "ok", f"{port} is free ({variable}).")


# Name, check, and whether it needs the settings.
CHECKS: tuple[tuple[str, Callable[..., Iterator[Check]], bool], ...] = (
    ("Python", check_python, False),
    ("clock", check_clock, False),
    ("home", check_home, True),
    ("PostgreSQL", check_postgres, True),
    ("programs", check_programs, True),
    ("network", check_network, True),
    ("keys", check_keys, True),
    ("profile", check_profile, True),
    ("ports", check_ports, True),
)
