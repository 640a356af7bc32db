"""`inroad cv`: what was written, its history, and a person's edits that the machine keeps its hands off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inroad.cvs.comparing import compare, trace
from inroad.cvs.editing import BadEdit, set_value
from inroad.cvs.model import CvBlocked
from inroad.guard.errors import UserError
from inroad.stages.edits import EditConflict, edit_cv
from inroad.store.cvs import cv_versions, find_cv, list_cvs, release_edit
from inroad.store.models import CvRow, OutreachRow
from tests.cvs.people import person
from tests.stages.bench import Bench
from tests.stages.conftest import bench, make_bench, states  # noqa: F401  (fixtures)
from tests.stages.test_applications import applied, use_profile  # noqa: F401  (fixture)


def the_cv(made: Bench):
    (entry,) = made.database.call(list_cvs)
    return entry


def test_an_edit_that_the_profile_does_not_grant_changes_nothing(applied: Bench) -> None:  # noqa: F811
    """The gate holds for a person's slip as for a model's."""
    entry = the_cv(applied)
    before = {path: path.read_bytes() for path in applied.settings.files.rglob("*") if path.is_file()}
    lie = set_value(entry.cv.resume, "work.0.highlights.0", "Led 4,000 engineers to the moon")
    with pytest.raises(CvBlocked):
        edit_cv(applied.settings, applied.database, entry, lie, actor="ada")
    assert applied.rows(CvRow.version, CvRow.edited_by) == [(1, None)]
    assert {path: path.read_bytes() for path in applied.settings.files.rglob("*") if path.is_file()} == before


def test_an_edit_of_an_older_version_is_refused(applied: Bench) -> None:  # noqa: F811
    """Two people who edit at the same moment must not lose either's words unseen."""
    entry = the_cv(applied)
    shorter = set_value(entry.cv.resume, "work.0.highlights.0", "")
    edit_cv(applied.settings, applied.database, entry, shorter, actor="ada")
    with pytest.raises(EditConflict, match="no longer at version 1"):
        edit_cv(applied.settings, applied.database, entry, shorter, actor="bo")
    assert applied.rows(CvRow.version, CvRow.edited_by) == [(2, "ada")]


def test_the_machine_never_writes_over_an_edit(applied: Bench) -> None:  # noqa: F811
    """A person's evening of work would be gone with the next profile change."""
    entry = the_cv(applied)
    dropped = entry.cv.resume["work"][0]["highlights"][0]
    edit_cv(applied.settings, applied.database, entry, set_value(entry.cv.resume, "work.0.highlights.0", ""), actor="ada")
    use_profile(applied, interests=[])
    applied.settings = applied.settings.model_copy(update={"cv_template": "ats"})
    applied.run("matches", "cvs")
    assert applied.rows(CvRow.version, CvRow.edited_by, CvRow.writer) == [(2, "ada", "ada")]
    ((files,),) = [(value,) for value in applied.rows(CvRow.files)]
    assert dropped not in (applied.settings.files / files["md"]).read_text(encoding="utf-8")
    applied.run("outreach")
    assert applied.rows(OutreachRow.version) == [2]  # the letter follows the edited CV

    assert applied.database.call(release_edit, entry.cv.id, actor="ada")
    applied.run("cvs")
    assert applied.rows(CvRow.version, CvRow.edited_by) == [(3, None)]
    history = applied.database.call(cv_versions, entry.cv.id)
    assert [(row.version, row.made_by) for row in history] == [(1, "machine"), (2, "ada"), (3, "machine")]
    assert applied.database.call(find_cv, 999_999) is None


def test_an_edit_is_traced_to_its_facts_and_covers_what_it_covers(applied: Bench) -> None:  # noqa: F811
    """After an edit the proof behind each line must still be there, and the table of requirements be the new text's."""
    entry = the_cv(applied)
    version, findings = edit_cv(
        applied.settings, applied.database, entry, set_value(entry.cv.resume, "basics.summary", ""), actor="ada", reason="shorter"
    )
    row = applied.database.call(find_cv, entry.cv.id).cv
    assert (version, findings, row.word_count < entry.cv.word_count) == (2, [], True)
    assert set(row.evidence["/work/0/highlights/0"]) & set(entry.cv.evidence["/work/0/highlights/0"])
    assert row.coverage
    assert applied.database.call(cv_versions, entry.cv.id)[1].reason == "shorter"


@pytest.mark.parametrize(
    "path", ["", "work.99.name", "work.0.highlights", "work", "nowhere.at.all", "work.0.highlights.99", "a" * 500]
)
def test_a_place_that_is_not_there_is_refused(path: str) -> None:
    """A slip in a path must not add a field that nobody sees."""
    with pytest.raises(BadEdit):
        set_value(person("marta").to_resume(), path, "x" if path != "nowhere.at.all" else "")


def test_values_are_set_added_and_removed() -> None:
    """The three things that an edit is made of."""
    resume = person("marta").to_resume()
    assert set_value(resume, "/work/0/highlights/1", "New")["work"][0]["highlights"][1] == "New"
    assert set_value(resume, "work.0.highlights.+", "Last")["work"][0]["highlights"][-1] == "Last"
    assert "label" not in set_value(resume, "basics.label", "")["basics"]
    assert len(set_value(resume, "work.0.highlights.0", "")["work"][0]["highlights"]) == len(resume["work"][0]["highlights"]) - 1
    assert resume == person("marta").to_resume()


def test_a_bullet_put_in_at_the_top_is_one_change() -> None:
    """Otherwise every line below it looks rewritten, and nobody reads the comparison."""
    old = {"work": [{"name": "A", "highlights": ["one", "two", "three"]}]}
    new = {"work": [{"name": "A", "highlights": ["zero", "one", "two", "3"]}]}
    assert [(change.kind, change.old, change.new) for change in compare(old, new)] == [
        ("added", "", "zero"),
        ("changed", "three", "3"),
    ]
    moved = {"work": [{"name": "A", "highlights": ["two", "three", "one"]}]}
    assert [change.kind for change in compare(old, moved)] == ["moved"]
    assert compare(old, old) == []


def test_each_line_says_whether_it_is_the_persons_own() -> None:
    """A person signs for the words; they must see which are theirs."""
    profile = person("marta")
    fact = next(fact for fact in profile.facts.values() if fact.kind == "highlight")
    resume = {"work": [{"highlights": [fact.text, "Another wording", "Nobody's"]}]}
    evidence = {"/work/0/highlights/0": [fact.id], "/work/0/highlights/1": [fact.id]}
    assert [origin.kind for origin in trace(resume, evidence, profile)] == ["verbatim", "reworded", "unproved"]


def test_the_command_lists_shows_edits_and_compares(applied: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # noqa: F811
    """The whole way of a person who corrects a line, by the command's own words."""
    from typer.testing import CliRunner

    from inroad.cli import cv_commands

    monkeypatch.setattr(cv_commands, "use_settings", lambda: applied.settings)
    monkeypatch.setattr(cv_commands, "open_for", lambda settings: applied.database)
    runner = CliRunner()

    def call(*arguments: str) -> str:
        done = runner.invoke(cv_commands.cv, list(arguments), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    number = str(json.loads(call("list", "--json"))[0]["id"])
    assert "Senior Platform Engineer" in call("list")
    shown = json.loads(call("show", number, "--json"))
    assert shown["coverage"]
    assert "covered" in call("show", number)
    edited = tmp_path / "cv.json"
    edited.write_text(json.dumps(set_value(shown["resume"], "work.0.highlights.0", "")), encoding="utf-8")
    assert "version 2" in call("edit", number, str(edited), "--as", "ada")
    assert json.loads(call("edit", number, "--set", "basics.summary=", "--json"))["version"] == 3
    assert [row["version"] for row in json.loads(call("history", number, "--json"))] == [1, 2, 3]
    assert "removed" in call("diff", number, "--versions", "1:2")
    call("diff", number)
    assert "machine's again" in call("edit", number, "--release")


def test_a_stored_profile_is_chosen_by_its_name(database, settings, tmp_path: Path) -> None:
    """Who applies with two profiles names the one that is meant, and not its file again."""
    from inroad.cli.intake import use_profile
    from inroad.store.profiles import get_profile, save_profile

    for name in ("engineer", "teacher"):
        database.call(save_profile, name, {"basics": {"name": name}}, [], is_default=True)
    assert use_profile(database, settings, Path("engineer")) is None
    assert database.call(get_profile).name == "engineer"
    with pytest.raises(UserError, match="cannot be read"):
        use_profile(database, settings, tmp_path / "nobody.yaml")
