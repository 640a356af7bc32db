"""Files: refused ones leave nothing, kept ones give every field back, and the same CV gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroad.cvs import FORMATS, CvBlocked, Profile, compose_cv, pdf, render_cv, rendering
from inroad.cvs.docx import draw_docx, read_docx
from inroad.cvs.glyphs import drawable_characters, missing_glyphs
from inroad.cvs.layout import Document, iter_fields, lay_out
from inroad.cvs.pdf import draw_pdf, read_pdf
from inroad.cvs.rendering import check_read_back
from inroad.cvs.text import draw_markdown, draw_text
from inroad.cvs.wording import written_span
from inroad.guard.errors import UserError
from tests.cvs.people import NAMES, POSTING, person

HOSTILE = [
    '#import "@preview/evil:1.0.0": *',
    "$ x^2 $ *bold* _it_ `raw` <label> @ref \\ #sys.inputs",
    "</w:t><w:br/> &amp; ]]> <script>alert(1)</script>",
    "# heading\n- item\n1. one",
    "[link](javascript:alert(1)) ![x](y)",
    "=== '''quotes''' \"\"\" \\n \\u0000",
    "tabs\tand\x0bvertical\x0cfeeds\x85",
    "Łódź, Ωμέγα, Київ, İstanbul, naïve, Ærø, ő ű ț",
    "a" * 300,
    "petabyte-scale end-to-end state-of-the-art self-service infrastructure-as-code write-ahead-log point-in-time-recovery",
    "and/or TCP/IP/UDP https://example.example/a/very/long/path/that/does/not/break/anywhere/but/goes/on?and=on&and=on#fragment",
]


def resume_of(lines):
    return {
        "basics": {"name": "Zoë O’Hara-Łuczak", "label": "R&D <Engineer>", "email": "zoe@example.example", "summary": lines[0]},
        "work": [{"name": "A & B", "position": "Engineer #1", "startDate": "2019-02", "highlights": list(lines)}],
        "skills": [{"name": "C++", "keywords": ["C#", "F#", "*nix"]}],
    }


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """ "Permission denied" without a path sends a person searching."""
    blocker = tmp_path / "file"
    blocker.write_text("x")
    profile = person("amara")
    with pytest.raises(UserError, match=re.escape(str(blocker))) as refused:
        render_cv(profile.to_resume(), blocker / "out", profile=profile, formats=("txt",))
    assert refused.value.mend


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    """Half a PDF under its final name would be sent."""
    calls = []

    def full(directory, raw):
        calls.append(raw)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return original(directory, raw)

    original = rendering._write_temporary
    monkeypatch.setattr(rendering, "_write_temporary", full)
    profile = person("amara")
    with pytest.raises(UserError, match="No space left"):
        render_cv(profile.to_resume(), tmp_path, profile=profile)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_is_refused_before_anything_is_drawn(tmp_path):
    """A slip in a format's name must not leave the other files behind."""
    profile = person("amara")
    with pytest.raises(UserError, match="odt"):
        render_cv(profile.to_resume(), tmp_path, profile=profile, formats=("pdf", "odt"))
    assert list(tmp_path.iterdir()) == []


def test_a_character_without_a_glyph_is_a_finding_and_no_box(tmp_path, monkeypatch):
    """A box instead of a name is worse than no file; formats that need no font are still written."""
    monkeypatch.setattr(pdf, "choose_families", lambda text: ((), tuple(missing_glyphs(text))))
    profile = Profile.from_resume({"basics": {"name": "山田 太郎"}})
    with pytest.raises(CvBlocked) as refused:
        render_cv(profile.to_resume(), tmp_path, profile=profile)
    assert [finding.kind for finding in refused.value.findings] == ["glyph"]
    assert "U+5C71" in refused.value.findings[0].text
    assert list(tmp_path.iterdir()) == []
    assert set(render_cv(profile.to_resume(), tmp_path, profile=profile, formats=("docx", "txt"))) == {"docx", "txt"}


def test_a_file_that_lost_a_field_is_not_kept(monkeypatch, tmp_path):
    """The reader on the other side sees the file and not our intention."""
    profile = person("amara")
    monkeypatch.setattr(
        rendering, "draw_pdf", lambda document, timestamp, **_: draw_pdf(Document("en", document.name, "", (), ()), timestamp)
    )
    with pytest.raises(CvBlocked) as refused:
        render_cv(profile.to_resume(), tmp_path, profile=profile)
    assert {finding.kind for finding in refused.value.findings} == {"read-back"}
    assert list(tmp_path.iterdir()) == []


def test_fields_in_another_order_are_found_out():
    """A parser that reads the second job's dates after the first job's title fills the wrong form."""
    document = lay_out(person("marta").resume)
    turned = Document(document.language, document.name, document.headline, document.contacts, document.sections[::-1])
    assert check_read_back("pdf", draw_pdf(turned, 0), document)
    assert check_read_back("docx", draw_docx(turned, 0), document)
    assert check_read_back("pdf", b"%PDF-1.7 broken", document)
    assert check_read_back("docx", b"PK broken", document)


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_read_back_from_every_format(name, tmp_path):
    """An applicant tracking system must find what a person sees."""
    profile = person(name)
    paths = render_cv(profile.to_resume(), tmp_path, profile=profile)
    assert tuple(paths) == FORMATS
    fields = list(filter(None, iter_fields(lay_out(profile.resume))))
    assert len(fields) > 25
    for text in (read_pdf(paths["pdf"].read_bytes()), read_docx(paths["docx"].read_bytes()), paths["txt"].read_text()):
        squeezed = re.sub(r"\s", "", text).casefold()
        assert [field for field in fields if re.sub(r"\s", "", field).casefold() not in squeezed] == []
    assert json.loads(paths["json"].read_text()) == profile.to_resume()


@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
def test_strangers_text_is_shown_and_never_run(line, tmp_path):
    """Typst, Word, HTML and Markdown all have markup that a line may contain."""
    profile = Profile.from_resume(resume_of([line, "Second line"]))
    paths = render_cv(profile.to_resume(), tmp_path, profile=profile)
    assert all(path.stat().st_size > 200 for path in paths.values())


def test_the_same_cv_gives_the_same_bytes(tmp_path):
    """Uploads and reviews compare files; a clock inside makes every one new."""
    profile = person("marta")
    cv = compose_cv(profile, POSTING)
    first, second = (render_cv(cv, tmp_path / name, profile=profile) for name in ("a", "b"))
    assert [path.name for path in first.values()] == [path.name for path in second.values()]
    for name in FORMATS:
        assert hashlib.sha256(first[name].read_bytes()).digest() == hashlib.sha256(second[name].read_bytes()).digest(), name


def test_the_docx_has_real_styles_and_no_tables(tmp_path):
    """Parsers skip tables and text boxes, and see headings only where there are heading styles."""
    import docx

    profile = person("marta")
    word = docx.Document(str(render_cv(profile.to_resume(), tmp_path, profile=profile, formats=("docx",))["docx"]))
    styles = {paragraph.style.name for paragraph in word.paragraphs}
    assert {"Title", "Subtitle", "Heading 1", "Heading 2", "List Bullet"} <= styles
    assert word.tables == []
    assert round(word.sections[0].page_width.mm) == 210


def test_no_heading_stands_alone_at_the_end_of_a_page():
    """A heading without its first entry below looks like a mistake."""
    resume = person("marta").to_resume()
    for count in range(1, 30):
        resume["work"][0]["highlights"] = [f"Line {number}" for number in range(count)]
        document = lay_out(resume)
        pages = read_pages(draw_pdf(document, 0))
        titles = {section.title for section in document.sections} | {
            entry.place for section in document.sections for entry in section.entries if entry.bullets or entry.texts
        }
        for page in pages[:-1]:
            last = [line for line in page.splitlines() if line.strip() and not re.search(r"\d / \d$", line)][-1].strip()
            assert last not in titles, (count, last)


def read_pages(raw):
    import io

    import pypdf

    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages]


def test_dates_are_written_as_people_write_them():
    """A wrong month or a lost "present" changes a career."""
    assert written_span("2019-02-11", None, "en") == "Feb 2019 – Present"
    assert written_span("2019", "2020-12", "de") == "2019 – Dez. 2020"
    assert written_span("2019-13", "2019", "en") == "2019"
    assert written_span(None, "2020-01", "el") == "01/2020"


def test_the_fonts_draw_latin_greek_and_cyrillic():
    """A table read wrongly would let boxes through, or refuse every name."""
    assert missing_glyphs("Łódź İstanbul Ærø Ωμέγα ή Київ ґ ж • – “” ’ € £ ≥ ™ ½") == []
    assert missing_glyphs("山A山") == ["山"]
    assert len(drawable_characters()) > 1_000


def test_markdown_shows_the_persons_signs_as_they_are():
    """An asterisk in a name is no emphasis."""
    made = draw_markdown(lay_out(resume_of(["*nix_admin_ # [x](y) <b>", "1. first"])))
    assert "\\*nix" in made
    assert "\\[x\\](y) \\<b\\>" in made
    assert "- 1\\. first" in made
    assert "1. first" in draw_text(lay_out(resume_of(["x", "1. first"])))


LINES = st.text(st.characters(exclude_categories=("Cs",)), max_size=120)


@settings(max_examples=25, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=3))
def test_any_text_is_written_or_refused_in_words(tmp_path_factory, lines):
    """A stranger's character must not end the run."""
    folder: Path = tmp_path_factory.mktemp("cv")
    profile = Profile.from_resume(resume_of(lines))
    try:
        paths = render_cv(profile.to_resume(), folder, profile=profile)
    except CvBlocked as refused:
        assert {finding.kind for finding in refused.findings} <= {"glyph", "read-back"}  # noqa: PT017
    else:
        assert len(paths) == len(FORMATS)
