"""Stage `outreach`: drafts for each finished CV, to a contact that may be written to, and nothing is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from inroad.cvs.letters import Draft, Outreach, Part
from inroad.stages import STAGES
from inroad.stages.outputs import OutputUnavailable, OutputUnusable, write_url
from inroad.store.models import ContactRow, CvRow, CvVersion, OutreachRow
from inroad.store.suppression import suppress
from tests.endtoend.snapshots import fingerprint
from tests.stages.bench import SITE, Bench, States, page
from tests.stages.test_applications import hire, select, use_profile

TEAM = page(
    "Team",
    '<h2>Ada Quist</h2><p>Head of Talent</p><p><a href="mailto:ada.quist@kestrel.example">ada.quist@kestrel.example</a></p>'
    '<p>Office: <a href="mailto:info@kestrel.example">info@kestrel.example</a></p>',
)


def draft(bench: Bench) -> None:
    """Gives the company a recruiter and a job, and has a CV and its drafts written."""
    use_profile(hire(bench))
    bench.web.pages[f"{SITE}/"] = page("Kestrel", links=["/careers", "/team"])
    bench.web.pages[f"{SITE}/team"] = TEAM
    bench.run(*STAGES)
    assert bench.rows(OutreachRow.outreach_processing_status, OutreachRow.version) == [("Complete", 1)]


@pytest.fixture
def drafted(bench: Bench, states: States) -> Bench:
    """A company with a recruiter, a job, a CV and its drafts."""
    return states.give(bench, draft)


def contact_of(bench: Bench) -> dict[str, str] | None:
    """To whom the only draft goes."""
    (contact,) = bench.rows(OutreachRow.contact)
    return contact


def reject(bench: Bench, value: str) -> None:
    """A person rejects a contact."""
    statement = ContactRow.__table__.update().where(ContactRow.value == value)
    bench.change(statement.values(contact_curation_status="Rejected"))


def test_a_suppressed_contact_is_never_written_to(drafted: Bench) -> None:
    """Who asked not to be contacted must not find a letter to them in a folder."""
    written = contact_of(drafted)
    assert written is not None
    assert written["value"] == "ada.quist@kestrel.example"
    drafted.database.call(suppress, "value", "ada.quist@kestrel.example", made_by="test")
    drafted.run("outreach")
    again = contact_of(drafted)
    assert again is None or "quist" not in json.dumps(again).lower()


def test_a_rejected_contact_is_never_written_to(drafted: Bench) -> None:
    """A person has looked at this contact and said no."""
    for value in ("ada.quist@kestrel.example", "Ada Quist"):
        reject(drafted, value)
    drafted.run("outreach")
    again = contact_of(drafted)
    assert again is None or "quist" not in json.dumps(again).lower()
    assert drafted.rows(OutreachRow.version) == [2]


def test_a_draft_that_says_too_much_leaves_no_file(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter is read by the employer like the CV; it stands under the same gate."""
    use_profile(hire(bench))
    bench.run(*(stage for stage in STAGES if stage != "outreach"))
    real = __import__("inroad.stages.outreach", fromlist=["write_outreach"]).write_outreach

    def lying(*args: object, **more: object) -> Outreach:
        drafts: Outreach = real(*args, **more)
        from inroad.cvs.model import Finding

        return replace(drafts, findings=(Finding("block", "number", "/parts/2", "made up"),))

    monkeypatch.setattr("inroad.stages.outreach.write_outreach", lying)
    bench.run("outreach")
    assert bench.rows(OutreachRow.error_reason, OutreachRow.letter) == [("cv-blocked", None)]
    assert not list(bench.settings.files.rglob("letter.*"))


def test_the_letter_goes_to_the_recruiter_with_the_reason_and_its_files_are_there(drafted: Bench) -> None:
    """A draft without its reason cannot be judged, and one without its files cannot be used."""
    ((letter, message, files, contact),) = drafted.rows(
        OutreachRow.letter, OutreachRow.message, OutreachRow.files, OutreachRow.contact
    )
    assert "recruits" in contact["reason"]
    assert letter["salutation"] == "Dear Ada Quist,"
    assert "Senior Platform Engineer" in letter["parts"][0]["text"]
    deeds = [part for part in letter["parts"] if part["kind"] == "deed"]
    assert deeds
    assert all(part["facts"] for part in deeds)
    assert len(message["parts"]) <= 4
    assert set(files) == {"letter.pdf", "letter.docx", "letter.txt", "message.txt"}
    paths = [drafted.settings.files / relative for relative in files.values()]
    assert all(path.stat().st_size > 0 for path in paths)
    text = (drafted.settings.files / files["letter.txt"]).read_text(encoding="utf-8")
    assert "Ada Quist" in text
    assert "Marta" in text


def test_a_second_run_drafts_nothing_again(drafted: Bench) -> None:
    """A letter that changes under the hands of its reader cannot be edited in peace."""
    before = fingerprint(drafted.database)
    drafted.run(*STAGES, again=True)
    assert fingerprint(drafted.database) == before


def test_a_draft_that_a_person_chose_is_not_written_again(drafted: Bench) -> None:
    """What was approved is what is sent, by the person."""
    assert select(drafted, "outreach") == 1
    for value in ("ada.quist@kestrel.example", "Ada Quist"):
        reject(drafted, value)
    drafted.run("outreach")
    assert drafted.rows(OutreachRow.version) == [1]


def test_every_version_of_a_cv_is_kept(drafted: Bench) -> None:
    """Which text was sent last month is asked after the next version is written."""
    use_profile(drafted, interests=[])
    drafted.run("matches", "cvs")
    assert drafted.rows(CvRow.version) == [2]
    assert drafted.rows(CvVersion.version, CvVersion.made_by) == [(1, "machine"), (2, "machine")]
    ((coverage, words, language, made_with),) = drafted.rows(CvRow.coverage, CvRow.word_count, CvRow.language, CvRow.made_with)
    assert {item["coverage"] for item in coverage} <= {"covered", "weak", "missing"}
    assert any(item["where"] for item in coverage)
    assert (words > 100, language, "classic a4" in made_with) == (True, "en", True)


def test_another_template_writes_the_cvs_again(drafted: Bench) -> None:
    """A setting that changes nothing is a setting that nobody believes."""
    (files,) = drafted.rows(CvRow.files)
    before = (drafted.settings.files / files["pdf"]).read_bytes()
    drafted.settings = drafted.settings.model_copy(update={"cv_template": "ats", "cv_paper": "letter"})
    drafted.run("cvs")
    assert drafted.rows(CvRow.version) == [2]
    assert (drafted.settings.files / files["pdf"]).read_bytes() != before


def test_files_are_copied_to_the_output_folder_only_when_they_changed(drafted: Bench, tmp_path: Path) -> None:
    """Every upload costs, and a watcher of the folder is woken by each."""
    drafted.settings = drafted.settings.model_copy(update={"output_url": f"file://{tmp_path}/out", "cv_template": "ats"})
    drafted.run("cvs", "outreach")
    ((outputs,),) = [(value,) for value in drafted.rows(CvRow.outputs)]
    assert set(outputs) == {"pdf", "docx", "json", "md", "txt"}
    copies = {path.name: path for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {"letter.pdf", "message.txt"} <= set(copies)
    assert not [name for name in copies if name.endswith(".part")]
    pdf = next(path for name, path in copies.items() if name.endswith(".pdf") and name != "letter.pdf")
    pdf.unlink()
    drafted.settings = drafted.settings.model_copy(update={"cv_words": "540-650"})
    drafted.run("cvs")
    assert not pdf.exists()  # the same bytes as the row says are there: not copied again
    assert drafted.rows(CvRow.version) == [3]


def test_an_output_folder_that_cannot_be_written_is_named() -> None:
    """A stack trace of a cloud library tells nobody which setting to mend."""
    with pytest.raises(OutputUnusable, match="INROAD_OUTPUT_URL"):
        write_url("nosuchkind://bucket/a.txt", b"x")
    with pytest.raises(OutputUnavailable, match="permissions"):
        write_url("file:///proc/nothing/a.txt", b"x")


def test_any_fsspec_folder_will_do() -> None:
    """People keep documents in buckets and drives."""
    import fsspec

    write_url("memory://inroad-test/a/b.txt", b"one")
    write_url("memory://inroad-test/a/b.txt", b"two")
    assert fsspec.filesystem("memory").cat_file("/inroad-test/a/b.txt") == b"two"


def test_the_parts_of_a_draft_are_frozen() -> None:
    """What was checked must not change on its way to the file."""
    part = Part("x", "frame")
    with pytest.raises(AttributeError):
        part.text = "y"  # type: ignore[misc]
    assert Draft("s", "d", (part,), "r", "n", (), "en").parts == (part,)
