"""`inroad profile`, `inroad init` and `inroad check-cv`: a person's own files."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from inroad.cli import profiles, questions
from inroad.cli.setting_list import all_settings, as_markdown
from inroad.settings import Settings, load_settings
from tests.cli.conftest import ROOT, Inroad

RESUME = {
    "basics": {"name": "Mara Lindqvist", "email": "mara@mail.example"},
    "work": [
        {"name": "Acme", "position": "Engineer", "startDate": "2021-04", "highlights": ["Moved 12 services to PostgreSQL."]}
    ],
    "skills": [{"name": "PostgreSQL"}],
}


@pytest.fixture
def me(tmp_path: Path) -> Path:
    """A valid profile."""
    file = tmp_path / "me.yaml"
    file.write_text(yaml.safe_dump(RESUME, sort_keys=False))
    return file


def test_an_invalid_profile_is_told_with_every_fault(inroad: Inroad, tmp_path: Path) -> None:
    """One fault at a time would make a person run the command ten times."""
    file = tmp_path / "bad.json"
    file.write_text(json.dumps({"basics": {"name": ["x"]}, "work": [{"startDate": "last May"}]}))
    outcome = inroad("profile", "validate", file)
    assert outcome.code == 1
    assert "basics.name" in outcome.out
    assert "work[0].startDate" in outcome.out
    assert inroad("profile", "validate", file, "--json").json["valid"] is False
    imported = inroad("profile", "import", file)
    assert imported.code == 1
    assert imported.err.startswith("inroad: ")


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"- a\n- b\n", b"a: &a [*a]\n", b"{" * 5_000])
def test_a_file_that_is_no_profile_is_one_sentence(inroad: Inroad, tmp_path: Path, body: bytes) -> None:
    """Bombs and broken files end in words, not in a traceback."""
    file = tmp_path / "odd.yaml"
    file.write_bytes(body)
    outcome = inroad("profile", "import", file)
    assert outcome.code == 1
    assert outcome.err.startswith("inroad: ")
    assert "Traceback" not in outcome.err


def test_a_missing_profile_is_named(inroad: Inroad) -> None:
    """The sentence must say which file, and which profiles there are."""
    assert "nobody.yaml" in inroad("profile", "validate", "nobody.yaml").err
    outcome = inroad("profile", "show", "nobody")
    assert outcome.code == 1
    assert "profile import" in outcome.err


def test_import_show_and_list(inroad: Inroad, me: Path) -> None:
    """What was imported comes back as it was; the same file again changes nothing."""
    assert inroad("profile", "import", me, "--json").json == {"name": "me", "changed": True, "facts": 5}
    assert inroad("profile", "import", me, "--json").json["changed"] is False
    assert inroad("profile", "import", me, "--name", "second", "--no-default").code == 0
    listed = inroad("profile", "list", "--json").json
    assert [(row["name"], row["person"], row["is_default"]) for row in listed] == [
        ("me", "Mara Lindqvist", True),
        ("second", "Mara Lindqvist", False),
    ]
    assert inroad("profile", "show", "--json").json == RESUME
    assert yaml.safe_load(inroad("profile", "show", "second").out) == RESUME


def test_the_template_is_a_valid_profile_with_and_without_its_comments(inroad: Inroad, tmp_path: Path) -> None:
    """A template that breaks the schema would greet every newcomer with an error."""
    file = tmp_path / "new.yaml"
    assert inroad("profile", "make", file).code == 0
    assert inroad("profile", "validate", file).code == 0
    bare = re.sub(
        r"^( *)# ?(?=[ a-zA-Z-]+[:\-]|  )", r"\1", profiles.TEMPLATE.read_text().split("basics:")[1], flags=re.MULTILINE
    )
    bare = re.sub(r"^ +# endDate.*\n", "", bare, flags=re.MULTILINE)
    full = tmp_path / "full.yaml"
    full.write_text("basics:" + bare)
    facts = inroad("profile", "validate", full, "--json").json
    assert facts["valid"], facts
    assert facts["facts"]["highlight"] == 3


def test_make_overwrites_nothing(inroad: Inroad, me: Path) -> None:
    """A written profile is an evening's work."""
    before = me.read_text()
    outcome = inroad("profile", "make", me)
    assert outcome.code == 1
    assert "--force" in outcome.err
    assert me.read_text() == before
    assert inroad("profile", "make", me.with_suffix(".txt")).code == 1
    assert inroad("profile", "make", me.with_suffix(".json")).code == 1


def test_make_asks_on_a_terminal(inroad: Inroad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers must come out as a valid profile, empty ones left out."""
    basics = ("", "", "Mara Lindqvist", "Engineer", "", "", "Berlin", "DE", "I build.")
    work = ("Acme", "Engineer", "spring", "2021-04", "", "Moved 12 services.", "")
    answers = iter((*basics, *work, "", "", "PostgreSQL, Python, Python", "German"))
    monkeypatch.setattr(questions.typer, "prompt", lambda *_, **__: next(answers))
    monkeypatch.setattr(profiles, "is_terminal", lambda: True)
    file = tmp_path / "asked.json"
    assert inroad("profile", "make", file).code == 0
    assert json.loads(file.read_text()) == {
        "basics": {
            "name": "Mara Lindqvist",
            "label": "Engineer",
            "location": {"city": "Berlin", "countryCode": "DE"},
            "summary": "I build.",
        },
        "work": [{"name": "Acme", "position": "Engineer", "startDate": "2021-04", "highlights": ["Moved 12 services."]}],
        "skills": [{"name": "PostgreSQL"}, {"name": "Python"}],
        "languages": [{"language": "German"}],
    }
    assert inroad("profile", "validate", file).code == 0
    assert file.stat().st_mode & 0o077 == 0


def test_init_overwrites_nothing(inroad: Inroad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A settings file may hold the only copy of a key."""
    file = tmp_path / "inroad.toml"
    monkeypatch.setenv("INROAD_CONFIG", str(file))
    file.write_text("retries = 5\n")
    outcome = inroad("init")
    assert outcome.code == 1
    assert "--force" in outcome.err
    assert file.read_text() == "retries = 5\n"
    assert inroad("init", "--force").code == 0
    assert "retries = 5" not in file.read_text()


def test_the_settings_file_loads_to_the_defaults(inroad: Inroad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generated file that changes a setting, or leaves one out, would mislead whoever trusts it."""
    file = tmp_path / "inroad.toml"
    monkeypatch.setenv("INROAD_CONFIG", str(file))
    assert inroad("init").code == 0
    assert tomllib.loads(file.read_text()) == {}
    assert file.stat().st_mode & 0o077 == 0
    monkeypatch.delenv("INROAD_DATABASE_URL")
    monkeypatch.delenv("INROAD_HOME")
    defaults = load_settings()
    named = {match[1]: match[2] for match in re.finditer(r"^# (\w+) = (.*)$", file.read_text(), re.MULTILINE)}
    assert list(named) == list(Settings.model_fields)
    file.write_text(
        "".join(f"{name} = {value}\n" for name, value in named.items() if Settings.model_fields[name].default is not None)
    )
    assert load_settings() == defaults


def test_secrets_have_no_value_in_the_settings_file() -> None:
    """A key in a template ends up in a repository."""
    secret = [item for item in all_settings() if item.is_secret]
    assert {item.name for item in secret} >= {"database_url", "llm_api_key", "scraperapi_key", "proxy"}
    assert all(item.default is None for item in secret)


def test_the_table_of_settings_in_the_docs_is_the_code() -> None:
    """Renew it with `python -m inroad.cli.setting_list`: a setting that is described wrongly is worse than one that is not."""
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert as_markdown() in page
    assert len(all_settings()) > 40


def test_a_cv_that_claims_more_than_the_profile_fails(inroad: Inroad, me: Path, tmp_path: Path) -> None:
    """The gate's exit status is what a script relies on."""
    cv = tmp_path / "cv.json"
    cv.write_text(json.dumps(RESUME))
    honest = inroad("check-cv", cv, "--profile", me, "--json")
    assert (honest.code, honest.json["blocked"]) == (0, False)
    boast = json.loads(json.dumps(RESUME))
    boast["work"][0]["highlights"] = ["Moved 90 services to PostgreSQL."]
    cv.write_text(json.dumps(boast))
    outcome = inroad("check-cv", cv, "--profile", me)
    assert outcome.code == 1
    assert "block" in outcome.out
    assert "90" in outcome.out
    assert inroad("check-cv", tmp_path / "none.json", "--profile", me).code == 1


def test_no_settings_of_the_person_who_runs_the_tests() -> None:
    """The tests above would otherwise pass or fail by whose machine they run on."""
    assert os.environ["INROAD_CONFIG"] == os.devnull
