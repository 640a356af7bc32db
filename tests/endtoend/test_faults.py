"""What goes wrong outside: each ends with one clear sentence that names the thing and the mend, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.network import ExampleNetwork
from inroad.store.results import domain_result
from tests.endtoend.command import PROFILE, CalledHere, Command, on_network
from tests.endtoend.conftest import database_of

COMPANY = "acme.example"
QUICK = "atelier-mistral.example"


@pytest.fixture
def nowhere(home: Path) -> Command:
    """A command whose database cannot be reached: what is refused before it is needed is refused all the same."""
    return Command(home, {"INROAD_DATABASE_URL": "postgresql://somebody:secret@127.0.0.1:1/inroad"})


@pytest.fixture
def nowhere_here(nowhere: Command) -> CalledHere:
    """The same, called in this process."""
    return CalledHere(nowhere.home, nowhere.environment)


def is_one_sentence(text: str) -> bool:
    """Whether a person sees one line, and no traceback."""
    return len(text.splitlines()) == 1 and text.startswith("inroad: ") and "Traceback" not in text


def test_what_is_no_domain_is_refused_by_name(command_here: CalledHere) -> None:
    """A typing error must be shown as it was typed, with what is valid."""
    ended = command_here("run", "not a domain", "10.0.0.1", "--json")
    assert ended.status == 1
    assert [line["domain"] for line in ended.lines] == ["not a domain", "10.0.0.1"]
    assert {line["status"] for line in ended.lines} == {"Refused"}
    assert all(line["domain"] in line["errors"][0]["error"] for line in ended.lines)


def test_an_empty_file_is_refused_by_name(nowhere_here: CalledHere, tmp_path: Path) -> None:
    """An empty export would otherwise look like a run that found nothing."""
    empty = tmp_path / "companies.txt"
    empty.write_text("\n# nothing yet\n")
    ended = nowhere_here("run", "--file", str(empty))
    assert ended.status == 1
    assert is_one_sentence(ended.sentence)
    assert str(empty) in ended.sentence
    assert "inroad run acme.example" in ended.sentence


def test_an_unreachable_database_is_named_without_its_password(nowhere: Command) -> None:
    """The first thing to look at is host and port; the password belongs in no log."""
    ended = nowhere("run", COMPANY)
    assert ended.status == 1
    assert is_one_sentence(ended.sentence)
    assert "127.0.0.1:1" in ended.sentence
    assert "INROAD_DATABASE_URL" in ended.sentence
    assert "secret" not in ended.sentence + ended.stdout


def test_a_profile_that_breaks_the_schema_is_refused_with_the_place(command_here: CalledHere, tmp_path: Path) -> None:
    """A CV from half a profile would leave out positions without a word."""
    profile = tmp_path / "me.yaml"
    profile.write_text("basics:\n  name: Ida Holm\nwork:\n  - name: Holm & Co\n    startDate: yesterday\n")
    ended = command_here("run", COMPANY, "--profile", str(profile))
    assert ended.status == 1
    assert is_one_sentence(ended.sentence)
    assert "me.yaml" in ended.sentence
    assert "startDate" in ended.sentence


def test_a_posting_that_is_gone_is_refused_with_its_url(network: ExampleNetwork, command_here: CalledHere) -> None:
    """Who gives one posting by hand waits for one CV, and must learn why there is none."""
    url = f"https://{COMPANY}/careers/astronaut/"
    ended = command_here("run", "--posting", url, "--profile", str(PROFILE), environment=on_network(network))
    assert ended.status == 1
    assert is_one_sentence(ended.sentence)
    assert url in ended.sentence
    assert "404" in ended.sentence


def test_a_certificate_that_is_not_trusted_and_an_address_that_is_private_are_told_apart(
    network: ExampleNetwork, command_here: CalledHere
) -> None:
    """Neither is ever overridden in silence; each has a mend of its own."""
    plain, tls = network.ports
    rules = [
        f"{COMPANY}:443:127.0.0.1:{tls}",
        f"{COMPANY}:80:127.0.0.1:{plain}",
        f"{QUICK}:443:10.9.8.7:443",
        f"{QUICK}:80:10.9.8.7:80",
    ]
    rules += [
        f"www.{COMPANY}:443:127.0.0.1:{tls}",
        f"www.{COMPANY}:80:127.0.0.1:{plain}",
        "*:443:10.9.8.7:443",
        "*:80:10.9.8.7:80",
    ]
    ended = command_here("run", COMPANY, QUICK, "--json", *[part for rule in rules for part in ("--resolve", rule)])
    assert ended.status == 1
    untrusted, private = ended.lines
    (error,) = untrusted["errors"]
    assert error["reason"] == "tls-failed"
    assert COMPANY in error["error"]
    assert "INROAD_CA_FILE" in error["error"]
    (error,) = private["errors"]
    assert error["reason"] == "address-refused"
    assert "10.9.8.7" in error["error"]
    assert "Traceback" not in ended.stderr


def test_a_full_disk_is_named_and_the_results_stay(
    network: ExampleNetwork, command_here: CalledHere, full_folder: Path, tmp_path: Path
) -> None:
    """The run's work is in the database; another folder gets it without fetching anything again."""
    command_here.environment |= on_network(network)
    arguments = ["run", QUICK, "--profile", str(PROFILE), "--json"]
    ended = command_here(*arguments, "--out", str(full_folder))
    assert ended.status == 1
    assert is_one_sentence(ended.sentence)
    assert str(full_folder) in ended.sentence
    assert "--out" in ended.sentence
    database = database_of(command_here)
    stored = database.call(domain_result, QUICK)
    database.close()
    assert stored is not None
    assert stored.status == "Complete"
    assert stored.contacts
    assert stored.cvs


@pytest.fixture
def full_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk without room for the results; where none can be mounted, one that may not be written."""
    folder = tmp_path / "full"
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(folder)], check=False, capture_output=True
        ).returncode
    )
    if mounted:
        yield folder
        subprocess.run(["umount", str(folder)], check=True)
    elif os.geteuid() == 0:
        (folder / "file").touch()
        yield folder / "file" / "out"
    else:
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)
