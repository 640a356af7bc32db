"""The command as a person calls it: arguments in, exit status and both outputs out; and rows to work on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from inroad import cli
from inroad.settings import get_settings
from inroad.store import Database
from inroad.store.models import ContactRow, ContactSource, Domain, Page

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)


Inroad = Callable[..., Outcome]


@pytest.fixture
def inroad(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, database: Database
) -> Iterator[Inroad]:
    """Calls the command in this process, on the test's own database and home, with no terminal."""
    monkeypatch.setenv("INROAD_DATABASE_URL", database.url)
    monkeypatch.setenv("INROAD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    get_settings.cache_clear()

    def call(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["inroad", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        return Outcome(code, *capsys.readouterr())

    yield call
    get_settings.cache_clear()


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """The command as a process of its own."""
    command = [sys.executable, "-c", "from inroad.cli import main; main()", *arguments]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def make_domain(database: Database, name: str = "acme.example", **values: Any) -> int:
    """A domain row."""
    with database.begin() as session:
        row = Domain(name=name, **values)
        session.add(row)
        session.flush()
        return row.id


def make_page(database: Database, domain_id: int, url: str, **values: Any) -> int:
    """A page row."""
    with database.begin() as session:
        row = Page(domain_id=domain_id, url=url, source="sitemap", **values)
        session.add(row)
        session.flush()
        return row.id


def make_contact(database: Database, domain_id: int, page_id: int, kind: str, value: str, **values: Any) -> int:
    """A contact row with one source."""
    facts = {"raw": value, "name": None, "role": None, "confidence": 0.9, **values}
    snippet = facts.pop("snippet", f"Write to {facts['raw']}")
    method = facts.pop("method", "text")
    status = facts.pop("contact_curation_status", "New")
    with database.begin() as session:
        row = ContactRow(domain_id=domain_id, kind=kind, value=value, contact_curation_status=status, **facts)
        session.add(row)
        session.flush()
        session.add(
            ContactSource(
                contact_id=row.id, page_id=page_id, method=method, position="0", snippet=snippet, extractor_version="1", **facts
            )
        )
        return row.id
