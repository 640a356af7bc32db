"""Profiles from other files: hostile ones are refused, RenderCV goes both ways, and a PDF or DOCX becomes a draft, no fact."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from inroad.cvs import Profile
from inroad.cvs.docx import draw_docx
from inroad.cvs.importing import UnreadableDocument, from_rendercv, is_rendercv, read_draft, read_lines, texts, to_rendercv
from inroad.cvs.layout import lay_out
from inroad.cvs.pdf import draw_pdf
from inroad.guard.errors import UserError
from tests.cvs.crowd import CROWD
from tests.cvs.people import NAMES, person

RENDERCV = """
cv:
  name: Ida Falk
  headline: Ship *designer*
  location: Gdynia, Poland
  email: ida@falk.example
  website: https://falk.example
  social_networks:
    - {network: GitHub, username: idafalk}
  sections:
    summary:
      - Draws **hulls** since 2012.
    experience:
      - company: Baltic Yard
        position: Designer
        start_date: 2016-03
        end_date: present
        location: Gdynia
        highlights:
          - Drew [12 ferries](https://yard.example)
          - Cut steel by 8%
            - by nesting plates
    education:
      - {institution: Gdańsk Tech, area: Naval architecture, degree: MSc, start_date: 2010-10, end_date: 2012-06}
    projects:
      - name: '[Keel](https://keel.example)'
        date: '2021'
        summary: A tool for sections.
    publications:
      - {title: On hulls, authors: ['*Ida Falk*', Jan Nowak], journal: Sea, date: 2019-05}
    certificates:
      - {name: Class surveyor, date: 2018}
    languages:
      - {label: Polish, details: Native}
    skills:
      - {label: Design, details: 'Rhino, AutoCAD'}
    patents:
      - {number: A better keel}
    fun:
      - Sails on Sundays.
design: {theme: classic}
"""


@pytest.fixture
def write(tmp_path):
    def make(name: str, raw: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(raw)
        return path

    return make


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        for number in range(8):
            archive.writestr(f"word/{number}.xml", b"\0" * 10_000_000)
    return buffer.getvalue()


def entities() -> bytes:
    """A DOCX whose document asks for a billion laughs."""
    source = io.BytesIO(draw_docx(lay_out(person("amara").resume), 0))
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 50}">' for n in range(12))
    buffer = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            raw = old.read(name)
            if name == "word/document.xml":
                raw = (
                    raw.decode()
                    .replace("<w:document", f"<!DOCTYPE x [{laughs}]><w:document", 1)
                    .replace("Amara", "&l11;", 1)
                    .encode()
                )
            new.writestr(name, raw)
    return buffer.getvalue()


HOSTILE = {
    "empty.pdf": b"",
    "text.pdf": b"just text",
    "cut.pdf": b"%PDF-1.7\n1 0 obj\n<</Type/Pages",
    "cut.docx": b"PK\x03\x04broken",
    "noise.pdf": b"%PDF-1.4\n" + bytes(range(256)) * 200,
    "bomb.docx": bomb,  # made when it is needed: each worker reads this file
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words(name, write):
    """Anybody's file is opened here; it must neither end the program nor fill the memory."""
    with pytest.raises(UnreadableDocument) as refused:
        read_lines(write(name, held if isinstance(held := HOSTILE[name], bytes) else held()))
    assert refused.value.mend


def test_entities_are_never_expanded(write):
    """A billion laughs fit in a kilobyte."""
    try:
        lines = read_lines(write("laughs.docx", entities()))
    except UnreadableDocument:
        return
    assert sum(map(len, lines)) < 20_000


def test_a_large_missing_or_slow_file_is_refused(write, monkeypatch, tmp_path):
    """Each limit has its own sentence."""
    with pytest.raises(UnreadableDocument, match="cannot be read"):
        read_lines(tmp_path / "nothing.pdf")
    monkeypatch.setattr(texts, "MAX_FILE_BYTES", 100)
    with pytest.raises(UnreadableDocument, match="larger"):
        read_lines(write("large.pdf", b"%PDF-" + b"x" * 200))
    monkeypatch.undo()
    monkeypatch.setattr(texts, "SECONDS", 0.01)
    with pytest.raises(UnreadableDocument, match="takes longer"):
        read_lines(write("slow.pdf", draw_pdf(lay_out(person("amara").resume), 0)))


@pytest.mark.parametrize("form", ["pdf", "docx"])
@pytest.mark.parametrize("name", NAMES)
def test_our_own_files_are_read_back_as_a_draft(name, form, write):
    """Who has only the PDF of their CV left must not type it again: nearly everything is found, and the rest is listed."""
    profile = person(name)
    document = lay_out(profile.resume)
    raw = draw_pdf(document, 0, template="ats") if form == "pdf" else draw_docx(document, 0, template="ats")
    draft = read_draft(read_lines(write(f"cv.{form}", raw)))
    resume = profile.to_resume()
    assert draft.resume["basics"]["name"] == resume["basics"]["name"]
    assert draft.resume["basics"].get("email") == resume["basics"].get("email")
    assert [row["position"] for row in draft.resume["work"]] == [row["position"] for row in resume["work"]]
    assert [row.get("startDate") for row in draft.resume["work"]] == [row["startDate"] for row in resume["work"]]
    assert [row.get("endDate") for row in draft.resume["work"]] == [row.get("endDate") for row in resume["work"]]
    told = json.dumps([row.get("highlights") for row in draft.resume["work"]], ensure_ascii=False)
    lost = [line for row in resume["work"] for line in row["highlights"] if line not in told]
    assert lost == []


@pytest.mark.parametrize("name", ["everything", "Polish", "French", "Greek", "no jobs"])
def test_no_line_of_a_file_is_lost(name, write):
    """What is neither in the draft nor listed as unread would be forgotten."""
    document = lay_out(Profile.from_resume(CROWD[name]).resume)
    lines = read_lines(write("cv.docx", draw_docx(document, 0, template="ats")))
    draft = read_draft(lines)
    kept = json.dumps([draft.resume, draft.unread], ensure_ascii=False).casefold()
    titles = {section.title.casefold() for section in document.sections}
    words = {
        word
        for line in lines
        if line.casefold() not in titles
        for word in line.casefold().split()
        if word.isalpha() and len(word) > 4
    }
    months = {"present", "märz", "janvier", "grade", "courses", "kurse"}
    assert [word for word in sorted(words - months) if word not in kept] == []


@given(
    st.lists(
        st.text(max_size=80) | st.sampled_from(["Experience", "2019 – 2021", "• did", "Education", "a@b.example", "Skills: x, y"])
    )
)
def test_any_lines_make_a_draft_that_keeps_to_the_schema(lines):
    """The draft goes straight into the database."""
    draft = read_draft(lines)
    assert Profile.from_resume(draft.resume).resume == draft.resume


def test_rendercv_is_read_with_its_dates_links_and_markdown():
    """The most used YAML of CVs must not be typed again."""
    document = yaml.load(RENDERCV, Loader=yaml.BaseLoader)
    assert is_rendercv(document)
    draft = from_rendercv(document)
    basics, (job,) = draft.resume["basics"], draft.resume["work"]
    assert (basics["name"], basics["label"], basics["summary"]) == ("Ida Falk", "Ship designer", "Draws hulls since 2012.")
    assert basics["profiles"] == [{"network": "GitHub", "username": "idafalk"}]
    assert (job["name"], job["position"], job["startDate"], "endDate" in job) == ("Baltic Yard", "Designer", "2016-03", False)
    assert job["highlights"][0] == "Drew 12 ferries"
    assert draft.resume["projects"][0]["url"] == "https://keel.example"
    assert draft.resume["publications"][0]["releaseDate"] == "2019-05"
    assert draft.resume["certificates"] == [{"name": "Class surveyor", "date": "2018"}]
    assert draft.resume["languages"] == [{"language": "Polish", "fluency": "Native"}]
    assert draft.resume["skills"] == [{"name": "Design", "keywords": ["Rhino", "AutoCAD"]}]
    unread = " ".join(draft.unread)
    assert all(word in unread for word in ("better keel", "Sundays", "Jan Nowak"))


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_survives_the_way_to_rendercv_and_back(name):
    """Who leaves with their data must find it whole on the other side."""
    resume = person(name).to_resume()
    back = from_rendercv(to_rendercv(resume)).resume
    for section, fields in {
        "work": ("name", "position", "startDate", "endDate", "highlights"),
        "education": ("institution", "studyType", "area"),
        "certificates": ("name", "date"),
        "languages": ("language", "fluency"),
    }.items():
        wanted = [[row.get(field) for field in fields] for row in resume.get(section) or []]
        assert [[row.get(field) for field in fields] for row in back.get(section) or []] == wanted
    assert back["basics"]["name"] == resume["basics"]["name"]


FIELDS = st.sampled_from(["company", "name", "label", "highlights", "sections", "date", "x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_any_rendercv_document_gets_an_answer(cv):
    """The file is a stranger's; its fields may be anything."""
    try:
        draft = from_rendercv({"cv": cv})
    except UserError as refused:
        assert refused.reason  # noqa: PT017
    else:
        assert Profile.from_resume(draft.resume) is not None


def test_a_draft_is_no_profile_until_a_person_confirms_it(database, request, write, monkeypatch, tmp_path):
    """A line that was read wrongly would become a fact that every gate believes."""
    from inroad.cli import profiles
    from inroad.store.profiles import get_profile, list_drafts, list_profiles

    monkeypatch.setattr(profiles, "use_settings", lambda: request.getfixturevalue("settings"))
    monkeypatch.setattr(profiles, "open_for", lambda _: database)
    runner = CliRunner()

    def call(*arguments: str, fails: bool = False) -> str:
        done = runner.invoke(profiles.profile, list(arguments))
        assert (done.exit_code != 0) == fails, done.output
        return done.output if not fails else str(done.exception)

    file = write("marta.docx", draw_docx(lay_out(person("marta").resume), 0, template="ats"))
    assert "until you confirm" in call("import", str(file))
    assert database.call(get_profile) is None
    assert "no draft 'nobody'" in call("confirm", "nobody", fails=True)
    mended = tmp_path / "mended.yaml"
    shown = call("draft", "marta")
    mended.write_text(shown.replace("Marta Keller-Osei", "Marta K. Osei"), encoding="utf-8")
    assert "facts stored" in call("confirm", "marta", str(mended))
    assert database.call(list_drafts) == []
    stored = database.call(get_profile)
    assert stored is not None
    assert stored.resume["basics"]["name"] == "Marta K. Osei"

    other = tmp_path / "ida.yaml"
    other.write_text(RENDERCV, encoding="utf-8")
    assert "no place" in call("import", str(other), "--no-default")
    assert [row.name for row in database.call(list_profiles) if row.is_default] == ["marta"]
    call("default", "ida")
    assert [row.name for row in database.call(list_profiles) if row.is_default] == ["ida"]
    assert "no profile 'zoe'" in call("default", "zoe", fails=True)
    out = tmp_path / "out.yaml"
    call("export", str(out), "--rendercv")
    assert yaml.safe_load(out.read_text(encoding="utf-8"))["cv"]["name"] == "Ida Falk"
