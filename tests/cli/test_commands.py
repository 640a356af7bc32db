"""The table of commands: what a person sees before any command runs."""

from __future__ import annotations

import importlib
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from inroad.cli.commands import COMMANDS
from tests.cli.conftest import Inroad, start


def test_an_unknown_command_is_refused(inroad: Inroad) -> None:
    """A mistyped command must not look like success to a script."""
    outcome = inroad("frobnicate")
    assert outcome.code == 2
    assert "frobnicate" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("curate", "pagess", "select"), "pages"),
        (("curate", "pages", "selekt"), "select"),
        (("curate", "pages", "select", "--status", "Done"), "Rejected"),
        (("curate", "retry", "pagecontents"), "page_contents"),
        (("export", "contact"), "contacts"),
        (("export", "contacts", "--format", "yaml"), "jsonl"),
        (("backfill", "acme.example", "--stage", "sitemap"), "sitemaps"),
        (("backfill", "acme.example", "--visit", "some"), "none"),
        (("extract", "people", "page.html", "--url", "https://acme.example/"), "contacts"),
        (("suppress", "person", "Jane"), "pattern"),
        (("budget", "set", "planet", "--usd", "1"), "domain"),
        (("profile", "imprt", "me.yaml"), "import"),
    ],
)
def test_a_wrong_name_is_answered_with_the_valid_ones(inroad: Inroad, arguments: tuple[str, ...], named: str) -> None:
    """Without the list a person would have to guess, or read the code."""
    outcome = inroad(*arguments)
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.startswith("inroad: ")
    assert named in outcome.err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_exists_and_says_what_the_table_says(inroad: Inroad, name: str) -> None:
    """The table is read without the commands: a stale line there would promise what the command does not do."""
    place, line = COMMANDS[name]
    module, _, attribute = place.partition(":")
    found = getattr(importlib.import_module(f"inroad.cli.{module}"), attribute)
    help_line = found.info.help if isinstance(found, typer.Typer) else (inspect.getdoc(found) or "").splitlines()[0]
    assert help_line == line
    shown = inroad(name, "--help")
    assert shown.code == 0
    assert " ".join(line.split()) in " ".join(shown.out.split())


def test_help_imports_no_room_of_the_house() -> None:
    """Help must come at once; Dagster alone costs 2.8 s to import, SQLAlchemy 0.5 s."""
    code = (
        "import sys; sys.argv = ['inroad', '--help']\n"
        "from inroad.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'dagster', 'sqlalchemy', 'pydantic', 'lxml', 'playwright'} & set(sys.modules)\n"
        "assert 'typer' in sys.modules and not heavy, heavy\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "Commands:" in result.stdout


def test_an_unreachable_database_is_one_sentence(inroad: Inroad, monkeypatch: pytest.MonkeyPatch) -> None:
    """A traceback would hide what to do, and could print the password."""
    monkeypatch.setenv("INROAD_DATABASE_URL", "postgresql://jo:s3cret@127.0.0.1:1/none")
    outcome = inroad("status")
    assert outcome.code == 1
    assert "127.0.0.1:1/none" in outcome.err
    assert "INROAD_DATABASE_URL" in outcome.err
    assert "s3cret" not in outcome.err
    assert "Traceback" not in outcome.err


def test_ctrl_c_ends_with_130() -> None:
    """Shells and supervisors tell an interrupted command from a failed one by this number."""
    code = (
        "import sys, typer\n"
        "from inroad.cli import commands, main, stopping\n"
        "def stop(): raise KeyboardInterrupt\n"
        "stopping.stop = stop; sys.argv = ['inroad', 'stop']; main()\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 130
    assert "nothing is lost" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_reader_who_goes_away_is_no_error(tmp_path: Path) -> None:
    """`inroad sitemap big.xml | head` must end in silence."""
    urls = "".join(f"<url><loc>https://acme.example/{number}</loc></url>" for number in range(20_000))
    file = tmp_path / "sitemap.xml"
    file.write_text(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>')
    with start("sitemap", str(file), INROAD_CONFIG=os.devnull) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "page\thttps://acme.example/0\n"
        process.stdout.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == ""
