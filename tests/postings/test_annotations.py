"""Marks on a posting: what cannot be marked, where a mark is found again, and what it changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.postings import (
    Annotation,
    Posting,
    Structured,
    annotate,
    annotate_quote,
    apply_annotations,
    reanchor,
    structure_posting,
)
from inroad.postings.annotations import KINDS, MAX_NOTE_CHARS, BadAnnotation

TEXT = """About us
We are drowning in manual work and want to scale our planning.

What you will do
- Plan tours with Excel

Requirements
- Three years of dispatching
- Good Polish
- Experience with SAP

Nice to have
- A forklift licence
"""
POSTING = Posting("x:1", "Dispatcher", "https://x.example/1", TEXT)


@pytest.fixture
def structured() -> Structured:
    return structure_posting(POSTING)


def mark(quote: str, kind: str, note: str | None = None) -> Annotation:
    return annotate_quote(TEXT, quote, kind, note)


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (4, 4), (5, 4), (0, len(TEXT) + 1), (8, 9), (10**12, 10**12 + 1)])
def test_a_span_outside_the_text_or_of_nothing_is_refused(start: int, end: int) -> None:
    """It would mark another text, or none."""
    with pytest.raises(BadAnnotation, match="no piece"):
        annotate(TEXT, start, end, "note")


def test_unknown_kinds_long_notes_and_doubtful_quotes_are_refused() -> None:
    """Each is a mistake of the person who typed it, and each has its mend."""
    with pytest.raises(BadAnnotation, match="must-have, gap"):
        annotate(TEXT, 0, 5, "wish")
    with pytest.raises(BadAnnotation, match="Shorten"):
        annotate(TEXT, 0, 5, "note", "x" * (MAX_NOTE_CHARS + 1))
    with pytest.raises(BadAnnotation, match="nowhere"):
        annotate_quote(TEXT, "five years", "note")
    with pytest.raises(BadAnnotation, match="times"):
        annotate_quote(TEXT, "a", "note")
    with pytest.raises(BadAnnotation, match="nowhere"):
        annotate_quote(TEXT, "  ", "note")


def test_a_quote_is_found_whatever_its_case_and_spacing() -> None:
    """People copy from the screen, where lines break elsewhere."""
    found = mark("GOOD   polish", "gap")
    assert found.span.text == "Good Polish"
    assert TEXT[found.span.start : found.span.end] == found.span.text


def test_a_mark_moves_with_its_words() -> None:
    """The company added a paragraph above."""
    moved = reanchor(mark("Good Polish", "gap", "learning"), f"We moved to Gdynia.\n\n{TEXT}")
    assert moved is not None
    assert (moved.span.text, moved.span.start, moved.note) == ("Good Polish", TEXT.index("Good Polish") + 21, "learning")


def test_a_mark_whose_words_are_gone_is_lost_and_never_moved_elsewhere() -> None:
    """A gap that slides onto another requirement condemns the wrong one."""
    assert reanchor(mark("Good Polish", "gap"), TEXT.replace("Good Polish", "Fluent Polish")) is None


def test_of_equal_words_the_one_in_the_same_surroundings_is_meant() -> None:
    """Lists repeat themselves."""
    text = "Drivers: three shifts.\nCooks: three shifts.\n"
    one = annotate(text, text.rindex("three"), len(text) - 2, "note")
    moved = reanchor(one, "New heading\n" + text)
    assert moved is not None
    assert moved.before.endswith("Cooks: ")
    assert reanchor(annotate("three shifts", 0, 12, "note"), "three shifts\nthree shifts\n") is None


def test_no_marks_change_nothing(structured: Structured) -> None:
    """The common case costs nothing."""
    assert apply_annotations(structured, []) is structured


def test_what_is_ignored_is_asked_no_longer(structured: Structured) -> None:
    """A requirement that a recruiter took back must not cost points."""
    left = apply_annotations(structured, [mark("Experience with SAP", "ignore")])
    assert "SAP" in structured.skills
    assert "SAP" not in left.skills
    assert [requirement.text for requirement in left.requirements] == [
        "Three years of dispatching",
        "Good Polish",
        "A forklift licence",
    ]
    assert len(left.sections["must"]) == 2


def test_a_must_have_is_firm_and_counts_twice(structured: Structured) -> None:
    """The person heard on the phone that it decides."""
    (found,) = [
        r for r in apply_annotations(structured, [mark("forklift licence", "must-have")]).requirements if "forklift" in r.text
    ]
    assert (found.importance, found.weight, found.mark) == ("must", 2.0, "must-have")


def test_emphasis_puts_its_skills_first(structured: Structured) -> None:
    """What is written should lead with it."""
    left = apply_annotations(structured, [mark("Plan tours with Excel", "emphasise")])
    assert left.skills[0] == "Excel"
    assert [span.text for span in left.emphasis] == ["Plan tours with Excel"]


def test_a_gap_outside_the_requirements_becomes_one(structured: Structured) -> None:
    """What the person lacks counts also where the company asked for it between the lines."""
    left = apply_annotations(structured, [mark("Plan tours with Excel", "gap", "never used it")])
    (found,) = [r for r in left.requirements if r.mark == "gap"]
    assert (found.text, found.skills, found.note) == ("Plan tours with Excel", ("Excel",), "never used it")


def test_a_mark_closes_what_was_left_unread() -> None:
    """The indicator shows what nobody has looked at yet."""
    posting = Posting("x:2", "Cook", "https://x.example/2", "Requirements\n- Nerves of steel\n- Good Excel\n")
    before = structure_posting(posting)
    assert [span.text for span in before.coverage["must"].unread] == ["Nerves of steel"]
    assert before.coverage["must"].share == 0.5
    after = apply_annotations(before, [annotate_quote(posting.description, "Nerves of steel", "note")])
    assert (after.coverage["must"].annotated, after.coverage["must"].unread, after.coverage["must"].share) == (1, (), 1.0)


LINES = st.lists(
    st.sampled_from(["Requirements", "- Good Excel", "- Three years", "About us", "Wir bieten", "", "x y", "- é ß"]), max_size=12
)


@given(LINES, LINES, st.data())
def test_marks_on_any_text_point_at_their_words_before_and_after_a_change(
    old: list[str], new: list[str], data: st.DataObject
) -> None:
    """Offsets are shown to people and steer what is written: one off, and it is another word."""
    text, changed = "\n".join(old), "\n".join(new)
    starts = [index for index, char in enumerate(text) if not char.isspace()]
    if not starts:
        return
    start = data.draw(st.sampled_from(starts))
    made = annotate(text, start, data.draw(st.integers(start + 1, len(text))), data.draw(st.sampled_from(KINDS)))
    assert text[made.span.start : made.span.end] == made.span.text
    assert made.span.text == made.span.text.strip() != ""
    again = reanchor(made, text)
    assert again is None or again.span == made.span or text[again.span.start : again.span.end] == again.span.text
    moved = reanchor(made, changed)
    assert moved is None or changed[moved.span.start : moved.span.end].split() == made.span.text.split()
    left = apply_annotations(structure_posting(Posting("k", "t", "u", text)), [made])
    spans = [r.span for r in left.requirements] + [s for spans in left.sections.values() for s in spans]
    assert all(text[span.start : span.end] == span.text for span in spans)
    assert all(0 <= found.share <= 1 for found in left.coverage.values())
