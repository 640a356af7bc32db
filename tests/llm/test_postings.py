"""What a model says of a posting: believed only where the posting says it, asked only where the rules fall short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.llm.postings import Improved, _Answer, _Item, _Pain, believed, needs_help
from inroad.postings import Posting, structure_posting

TEXT = "We are a small yard and nobody here can type.\nWhoever joins us\nhas steered a cutter, knows   Excel and likes rain.\n"
POSTING = Posting("x:1", "Deckhand", "https://x.example/1", TEXT)


def answered(*items: tuple[str, str], pains: tuple[tuple[str, str], ...] = ()) -> Improved:
    answer = _Answer(
        items=[_Item(text=text, section=section) for text, section in items],
        pain_points=[_Pain(text=text, kind=kind) for text, kind in pains],
    )
    return believed(answer, POSTING, structure_posting(POSTING))


@pytest.mark.parametrize(
    "text", ["has steered a tanker", "knows Exce", "ows Excel", "", " ", "x" * 700, "knows Excel and likes sun"]
)
def test_an_item_that_the_posting_does_not_say_is_refused(text: str) -> None:
    """An invented requirement would be answered in a CV."""
    found = answered((text, "must"))
    assert (found.taken, found.refused) == (0, 1)
    assert found.structured == structure_posting(POSTING)


def test_unknown_sections_and_kinds_are_refused() -> None:
    """The model's own words for things mean nothing to the rest."""
    found = answered(("likes rain", "hobbies"), pains=(("nobody here can type", "chaos"),))
    assert (found.taken, found.refused) == (0, 2)


def test_what_stands_in_the_posting_is_taken_with_its_own_words() -> None:
    """White space aside; the span points into the text as published."""
    found = answered(("knows Excel", "must"), ("likes rain", "nice"), pains=(("nobody here can type", "staffing"),))
    assert (found.taken, found.refused, found.structured.reader) == (3, 0, "rules and llm")
    one, two = found.structured.requirements
    assert (one.text, one.importance, one.skills) == ("knows   Excel", "must", ("Excel",))
    assert (two.text, two.importance) == ("likes rain", "nice")
    assert all(TEXT[r.span.start : r.span.end] == r.span.text for r in (one, two))
    assert [(point.kind, point.span.text) for point in found.structured.pain_points] == [("staffing", "nobody here can type")]


def test_a_requirement_that_the_rules_read_stays_as_they_read_it() -> None:
    """The model improves; it does not overrule."""
    posting = Posting("x:2", "Cook", "u", "Requirements\n- Three years with Python\n")
    structured = structure_posting(posting)
    answer = _Answer(items=[_Item(text="Three years with Python", section="nice")])
    assert believed(answer, posting, structured).structured.requirements == structured.requirements


def test_only_a_posting_that_the_rules_left_unread_needs_help() -> None:
    """Each question costs money."""
    assert needs_help(structure_posting(POSTING))
    assert not needs_help(structure_posting(Posting("x", "Cook", "u", "Requirements\n- Good Excel\n- Three years with Python\n")))
    assert not needs_help(structure_posting(Posting("x", "Cook", "u", "")))


@given(st.lists(st.tuples(st.text(max_size=30) | st.sampled_from(TEXT.split()), st.sampled_from(["must", "nice", "about", "x"]))))
def test_whatever_the_model_says_every_span_is_the_postings(items: list[tuple[str, str]]) -> None:
    """The answer of a model is a stranger's text."""
    found = answered(*items)
    spans = [requirement.span for requirement in found.structured.requirements]
    assert all(TEXT[span.start : span.end] == span.text for span in spans)
    assert found.taken + found.refused == len(items)
