"""Pain points and levels: what a posting says that hurts, and how well something must be mastered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.postings import Posting, structure_posting
from inroad.postings.pain_points import KINDS, pain_point_kind
from inroad.postings.requirements import level_asked


@pytest.mark.parametrize(
    "text", ["We bake bread.", "Free fruit and coffee", "Wir sind ein Familienbetrieb.", "Nous aimons la mer.", "", "- -"]
)
def test_what_does_not_hurt_is_no_pain_point(text: str) -> None:
    """A letter that answers an invented problem reads like spam."""
    assert pain_point_kind(text) is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("legacy", "You will modernise our billing system."),
        ("legacy", "Ablösung unserer Altsysteme"),
        ("manual-work", "Automatiser nos tâches manuelles"),
        ("quality", "Help us reduce customer complaints."),
        ("quality", "Die Zuverlässigkeit unserer Anlagen zu verbessern"),
        ("speed", "Releases take too long."),
        ("speed", "Acelerar las entregas"),
        ("cost", "Kosten senken in der Produktion"),
        ("compliance", "Prepare the plant for its ISO audit."),
        ("staffing", "Nachfolge für unseren Meister, der in den Ruhestand geht"),
        ("growth", "We are growing fast."),
        ("growth", "Azienda in forte crescita"),
        ("change", "Digitale transformatie van de haven"),
    ],
)
def test_what_hurts_is_named_by_its_kind(kind: str, text: str) -> None:
    """It is the reason why somebody is wanted, and what a letter should answer."""
    assert pain_point_kind(text) == kind


def test_pain_points_of_a_posting_keep_their_spans_and_come_from_what_it_says_of_itself() -> None:
    """A benefit ("growth opportunities") is no trouble of the company's."""
    text = "About us\nWe are growing fast.\n\nBenefits\n- Strong growth of your salary\n"
    structured = structure_posting(Posting("k", "Cook", "u", text))
    assert [(p.kind, text[p.span.start : p.span.end]) for p in structured.pain_points] == [("growth", "We are growing fast.")]


@pytest.mark.parametrize(
    ("level", "text"),
    [
        (None, "Excel"),
        ("basic", "Basic knowledge of Excel"),
        ("basic", "Grundkenntnisse in Excel"),
        ("basic", "Notions de comptabilité"),
        ("working", "Gute Kenntnisse in Excel"),
        ("proficient", "Strong Excel"),
        ("proficient", "Dominio de Excel"),
        ("proficient", "Vloeiend Nederlands"),
        ("expert", "Expert in Excel"),
        ("expert", "Verhandlungssicheres Englisch"),
        ("expert", "Ottima conoscenza di Excel"),
    ],
)
def test_the_level_that_is_asked_is_read(level: str | None, text: str) -> None:
    """Basics that are listed suffice, expertise that is only listed does not."""
    assert level_asked(text) == level


def test_the_name_of_a_skill_asks_for_no_level() -> None:
    """ "Advanced Life Support" is a course."""
    (found,) = structure_posting(Posting("k", "t", "u", "Requirements\n- Advanced life support\n")).requirements
    assert (found.skills, found.level) == (("Advanced life support",), None)


def test_structuring_says_what_it_does() -> None:
    """A person who waits wants to see that something happens, and what is still unread."""
    told: list[str] = []
    structure_posting(Posting("k", "Cook", "u", "Requirements\n- Nerves of steel\n"), log=told.append)
    assert len(told) == 2
    assert "'Cook'" in told[0]
    assert "unread: must 1 of 1" in told[1]


@given(st.text(max_size=400) | st.text(alphabet="reduce our fewer too many ", max_size=600))
def test_any_text_has_a_known_kind_or_none(text: str) -> None:
    """Text of strangers."""
    assert pain_point_kind(text) in {None, *KINDS}
