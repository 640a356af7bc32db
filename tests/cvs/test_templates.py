"""Every template on every paper, over twenty people: every field is read back from PDF and DOCX, in order, ATS in one column."""

from __future__ import annotations

import io
import re

import docx
import pypdf
import pytest

from inroad.cvs import CvBlocked, Profile, render_cv
from inroad.cvs import glyphs as glyph_tables
from inroad.cvs.docx import draw_docx, read_docx
from inroad.cvs.glyphs import choose_families
from inroad.cvs.layout import iter_fields, lay_out, resume_text
from inroad.cvs.looks import LOOKS, PAPERS
from inroad.cvs.pdf import draw_pdf, find_second_column, read_pdf
from inroad.cvs.rendering import check_read_back
from inroad.guard.errors import UserError
from inroad.postings.languages import detect_language
from tests.cvs.crowd import CROWD
from tests.cvs.people import person

# Read back in `make test`; all twenty are in `make test-all`.
QUICK = ("only a name", "everything", "German with a very long word", "signs and symbols")


def document_of(name):
    resume = Profile.from_resume(CROWD[name]).resume
    return lay_out(resume, detect_language(resume_text(resume)) or "en")


@pytest.mark.parametrize(("what", "value"), [("template", "fancy"), ("paper", "a5")])
def test_an_unknown_template_or_paper_is_refused_with_those_that_exist(what, value, tmp_path):
    """A slip in a setting must not fall back to something that nobody chose."""
    profile = person("amara")
    with pytest.raises(UserError, match="Choose from") as refused:
        render_cv(profile.to_resume(), tmp_path, profile=profile, **{what: value})
    assert refused.value.reason == f"unknown-{what}"
    assert list(tmp_path.iterdir()) == []


def test_dates_beside_a_title_are_no_single_column(monkeypatch, tmp_path):
    """The promise of the ATS template is checked on the file, so it must be possible to break it."""
    document = lay_out(person("marta").resume)
    assert find_second_column(draw_pdf(document, 0, template="modern"))
    assert check_read_back("pdf", draw_pdf(document, 0, template="modern"), document, "ats")


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in CROWD])
def test_every_field_of_every_person_is_read_back_from_every_template_and_paper(name):
    """An applicant tracking system must find what a person sees, whichever template somebody likes."""
    document = document_of(name)
    fields = [re.sub(r"\s", "", field).casefold() for field in iter_fields(document) if field]
    assert fields
    for template in LOOKS:
        for paper in PAPERS:
            pdf = draw_pdf(document, 0, template=template, paper=paper)
            word = draw_docx(document, 0, template=template, paper=paper)
            for form, raw in (("pdf", pdf), ("docx", word)):
                assert check_read_back(form, raw, document, template) == [], (template, paper, form)
            for text in (read_pdf(pdf), read_docx(word)):
                squeezed = re.sub(r"\s", "", text).casefold()
                assert [field for field in fields if field not in squeezed] == [], (template, paper)


@pytest.mark.parametrize("template", LOOKS)
def test_nothing_runs_over_the_edge_of_the_paper(template):
    """Text beyond the margin is cut off by every printer."""
    for name in ("German with a very long word", "addresses everywhere", "two-line titles", "signs and symbols"):
        raw = draw_pdf(document_of(name), 0, template=template, paper="letter")
        for page in pypdf.PdfReader(io.BytesIO(raw)).pages:
            edge = float(page.mediabox.width) - 40
            starts = []
            page.extract_text(
                visitor_text=lambda text, cm, tm, font, size, starts=starts: starts.append((text, tm[4] * cm[0] + cm[4]))
            )
            assert [found for found in starts if found[0].strip() and found[1] > edge] == []


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("template", LOOKS)
def test_both_formats_have_the_paper_that_was_asked_for(template, paper):
    """A CV on the other continent's paper is printed with its last line missing."""
    document = document_of("everything")
    page = pypdf.PdfReader(io.BytesIO(draw_pdf(document, 0, template=template, paper=paper))).pages[0]
    sheet = docx.Document(io.BytesIO(draw_docx(document, 0, template=template, paper=paper))).sections[0]
    wanted = PAPERS[paper]
    assert float(page.mediabox.width) / 72 * 25.4 == pytest.approx(wanted.width_mm, abs=0.5)
    assert float(page.mediabox.height) / 72 * 25.4 == pytest.approx(wanted.height_mm, abs=0.5)
    assert sheet.page_width.mm == pytest.approx(wanted.width_mm, abs=0.5)
    assert sheet.page_height.mm == pytest.approx(wanted.height_mm, abs=0.5)


@pytest.mark.parametrize("template", LOOKS)
def test_the_same_document_gives_the_same_bytes_in_every_template(template):
    """Uploads happen only when a file has changed."""
    document = document_of("everything")
    assert draw_pdf(document, 0, template=template) == draw_pdf(document, 0, template=template)
    assert draw_docx(document, 0, template=template) == draw_docx(document, 0, template=template)
    assert len({draw_pdf(document, 0, template=name) for name in LOOKS}) == len(LOOKS)


def test_a_script_that_only_the_system_can_draw_takes_the_systems_font(monkeypatch):
    """Most of the world's names are in scripts that are too large to bundle."""
    monkeypatch.setattr(glyph_tables, "system_families", lambda: {"Some Han": frozenset(map(ord, "山田")), "Empty": frozenset()})
    choose_families.cache_clear()
    try:
        assert choose_families("Ann 山田") == (("Some Han",), ())
        assert choose_families("Ann 山田太") == (("Some Han",), ("太",))
        assert choose_families("Ann Łódź") == ((), ())
    finally:
        choose_families.cache_clear()


def test_the_systems_fonts_are_read_without_a_crash():
    """A broken or strange font on somebody's machine must not end the run."""
    families = glyph_tables.system_families()
    assert all(isinstance(points, frozenset) for points in families.values())
    assert glyph_tables._system_code_points(glyph_tables.FONT_FOLDER / "OFL.txt", 0) == frozenset()
    assert glyph_tables._system_code_points(glyph_tables.FONT_FOLDER / "nothing.ttf", 0) == frozenset()
    bundled = glyph_tables._system_code_points(next(glyph_tables.FONT_FOLDER.glob("*Regular.ttf")), 0)
    assert {ord("A"), ord("Ж"), ord("Ω")} <= bundled


def test_a_character_that_no_font_has_is_a_finding_in_every_template(tmp_path):
    """U+10FFFE is no character: no font can have it, on any machine. Private ones are taken out before drawing."""
    profile = Profile.from_resume({"basics": {"name": "Ann \U00013000 Lee"}})
    if not choose_families("\U00013000")[1]:
        pytest.skip("this system has a font for Egyptian hieroglyphs")
    for template in LOOKS:
        with pytest.raises(CvBlocked) as refused:
            render_cv(profile.to_resume(), tmp_path, profile=profile, template=template)
        assert [finding.kind for finding in refused.value.findings] == ["glyph"]
    assert list(tmp_path.iterdir()) == []


def test_a_town_that_stands_in_the_employers_name_is_not_written_twice():
    """ "Technische Universität Dresden, Dresden" reads like a form."""
    jobs = [
        {"name": "Technische Universität Dresden", "location": "Dresden", "position": "Tutor"},
        {"name": "Dresden Optik", "location": "Dresden", "position": "Cook"},
        {"name": "Bradresden", "location": "Dresden", "position": "Cook"},
    ]
    (work,) = lay_out({"work": jobs}, "de").sections
    assert [entry.place for entry in work.entries] == [
        "Technische Universität Dresden",
        "Dresden Optik, Dresden",
        "Bradresden, Dresden",
    ]


def test_interests_without_words_to_them_are_one_plain_line():
    """One bold word below a heading looks like another heading."""
    (interests,) = lay_out({"interests": [{"name": "Chess"}, {"name": "Cycling"}]}, "en").sections
    assert interests.pairs == (("", "Chess, Cycling"),)
