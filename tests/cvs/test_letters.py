"""Letters and messages: no word that the profile does not grant, whoever proposes it, and a proof behind each line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroad.cvs import CvBlocked, Profile, compose_cv
from inroad.cvs.docx import read_docx
from inroad.cvs.letter_files import draw_letter, draw_letter_text, iter_lines
from inroad.cvs.letters import MAX_MESSAGE_CHARS, Part, check_draft, write_outreach
from inroad.cvs.looks import LOOKS
from inroad.cvs.pdf import read_pdf
from inroad.cvs.phrases import PHRASES, is_fixed
from inroad.cvs.writing import WritingRequest
from tests.cvs.people import NAMES, OTHERS, POSTING, person


class Scribe:
    """A writer that answers each line by one function."""

    name = "scribe"

    def __init__(self, reword):
        self.reword = reword

    def propose(self, request: WritingRequest):
        return [self.reword(line) for line in request.lines]


def outreach_for(name, **more):
    profile = person(name)
    return write_outreach(compose_cv(profile, POSTING), profile, POSTING, **more)


@pytest.mark.parametrize("name", NAMES)
def test_a_writer_that_lies_is_refused_line_by_line(name):
    """A letter is read by the employer like the CV, and nobody reads it twice."""
    honest = outreach_for(name)
    lying = outreach_for(name, writer=Scribe(lambda line: line + " and saved $9M with Salesforce"))
    assert lying.letter.parts == honest.letter.parts
    assert len(lying.refused) == sum(part.kind == "deed" for part in honest.letter.parts)
    assert lying.findings == ()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda part: replace(part, text="Led 4,000 engineers at NASA"), None),
        (lambda part: replace(part, facts=("no-such-fact",)), "evidence"),
        (lambda part: replace(part, facts=()), "evidence"),
        (lambda part: replace(part, place="NASA"), "employer"),
    ],
)
def test_an_edited_draft_is_held_to_the_facts(change, kind):
    """Text, place and proof of a line belong together."""
    profile = person("marta")
    letter = outreach_for("marta").letter
    parts = tuple(change(part) if part.kind == "deed" else part for part in letter.parts)
    found = check_draft(replace(letter, parts=parts), profile)
    assert any(finding.severity == "block" and kind in {None, finding.kind} for finding in found)
    about = Part("Engineer with 40 years at NASA.", "about")
    assert check_draft(replace(letter, parts=(about,)), profile)
    assert check_draft(replace(letter, name="Dr. Somebody Else"), profile)


@pytest.mark.parametrize("name", [*NAMES, *OTHERS])
def test_every_draft_passes_the_gate_and_names_the_job(name):
    """Eight people in four languages: what is drafted can be signed."""
    drafts = outreach_for(name, addressee="Ada Quist")
    assert drafts.findings == ()
    assert "Ada Quist" in drafts.letter.salutation
    assert "Platform Engineer" in drafts.letter.subject
    assert "(m/f/d)" not in drafts.letter.subject
    deeds = [part for part in drafts.letter.parts if part.kind == "deed"]
    assert deeds
    assert all(part.facts and part.place for part in deeds)
    assert sum(len(part.text) for part in drafts.message.parts) <= MAX_MESSAGE_CHARS


def test_a_true_wording_is_taken():
    """Otherwise a model is paid for nothing."""
    drafts = outreach_for("marta", writer=Scribe(lambda line: line.replace("Led a team", "Headed a team")))
    assert any(part.text.startswith("Headed a team") for part in drafts.letter.parts)
    assert drafts.findings == ()


def test_a_letter_speaks_the_language_of_the_persons_own_lines():
    """German deeds between English sentences look like a machine."""
    assert outreach_for("heike").letter.salutation == "Guten Tag,"
    assert outreach_for("claire").letter.regards == "Cordialement"
    assert outreach_for("lucia").letter.language == "es"


@pytest.mark.parametrize("template", LOOKS)
def test_every_line_of_a_letter_is_read_back_from_its_files(template):
    """A lost line is found by the reader and not by the writer."""
    letter = outreach_for("marta", addressee="Ada Quist").letter
    files = draw_letter(letter, template=template)
    assert files == draw_letter(letter, template=template)
    for text in (read_pdf(files["pdf"]), read_docx(files["docx"]), files["txt"].decode()):
        squeezed = "".join(text.split())
        lost = [line for line in iter_lines(letter) if "".join(line.split()) not in squeezed]
        assert lost == []
    assert draw_letter_text(letter).startswith("Application: Senior Platform Engineer")


def test_a_name_that_no_font_can_draw_leaves_no_letter():
    """A box in the salutation is worse than no letter."""
    letter = outreach_for("amara", addressee="Ada \U00013000").letter
    with pytest.raises(CvBlocked):
        draw_letter(letter)


def test_a_person_without_work_gets_a_letter_that_claims_nothing():
    """Some people begin."""
    profile = Profile.from_resume({"basics": {"name": "Ann Lee"}})
    drafts = write_outreach(compose_cv(profile, POSTING), profile, POSTING)
    assert {part.kind for part in drafts.letter.parts} == {"frame"}
    assert drafts.findings == ()


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=80))
def test_any_posting_gets_a_letter_of_one_line_each(title, company, addressee):
    """Title, company and name are a stranger's text: no markup, no line break, no crash."""
    profile = person("amara")
    posting = replace(POSTING, title=title, company=company)
    drafts = write_outreach(compose_cv(profile, POSTING), profile, posting, addressee=addressee)
    assert all("\n" not in line for line in iter_lines(drafts.letter))
    assert not [finding for finding in drafts.findings if finding.severity == "block"]


LIES = [
    ("frame", "I am applying for the position of Nurse at Brightwater. I led 900 people."),
    ("frame", "I would be glad to tell you of my ten years at Initech Corporation."),
    ("skills", "Of what you ask for, I bring PostgreSQL and COBOL."),
    ("skills", "I am a certified expert in COBOL."),
    ("unknown", "I managed a budget of $90M."),
]


@pytest.mark.parametrize(("kind", "text"), LIES)
def test_an_edited_sentence_of_any_kind_is_read_by_the_gate(kind, text):
    """Who calls a lie a frame must not get it past the gate."""
    letter = outreach_for("marta").letter
    draft = replace(letter, parts=(Part(text, kind), *letter.parts[1:]))
    assert [finding for finding in check_draft(draft, person("marta")) if finding.severity == "block"]


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_the_fixed_sentences_of_each_language_need_no_proof(language):
    """Eight languages have sentences of their own; a gate that blocks them leaves their people without a letter."""
    phrases = PHRASES[language]
    filled = phrases.opening.format(title="Senior Engineer", company="Brightwater Inc.")
    for text in (filled, phrases.deeds, phrases.closing, phrases.short):
        assert is_fixed(text, language)
    assert not is_fixed(f"{phrases.closing} {phrases.closing}", language)
    assert len(PHRASES) >= 8


def test_a_letter_in_a_language_without_sentences_says_so():
    """A Greek's letter has an English frame: the person must know before they sign."""
    profile = Profile.from_resume(
        {
            "basics": {"name": "Ελένη Παπαδοπούλου", "summary": "Μηχανικός λογισμικού με επτά χρόνια εμπειρίας στις πληρωμές."},
            "work": [{"name": "Αιγαίο", "position": "Μηχανικός", "highlights": ["Μείωση του χρόνου απόκρισης κατά 35%"]}],
        }
    )
    drafts = write_outreach(compose_cv(profile, POSTING), profile, POSTING)
    assert drafts.letter.language == "en"
    assert any("no fixed sentences in Greek" in note for note in drafts.notes)


def test_skills_are_listed_as_a_sentence_lists_them():
    """A list that ends in a comma reads like a form."""
    (skills,) = [part.text for part in outreach_for("marta").letter.parts if part.kind == "skills"]
    assert " and " in skills
