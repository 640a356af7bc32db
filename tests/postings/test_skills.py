"""Skills: what is found in text, what everyday words are not, normalising, and the list itself."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.postings import find_skills, normalise_skill, related_skills
from inroad.postings.skills import all_skills, skill_group


def names(text: str) -> list[str]:
    return [mention.name for mention in find_skills(text)]


@pytest.mark.parametrize(
    "text",
    [
        "We go to market",
        "Go to our office",
        "You excel at selling point",
        "React to changes quickly",
        "The C-level team",
        "R&D budget",
        "a swift answer",
        "Spring 2026",
        "rust never sleeps",
        "Express your ideas",
        "Our pay is CAD 80,000",
        "Dr. C. Smith",
        "grade C's",
        "",
    ],
)
def test_everyday_words_are_no_skills(text: str) -> None:
    """A CV that claims Go because somebody goes somewhere is a false CV."""
    assert not set(names(text)) & {"Go", "Excel", "React", "C", "R", "Swift", "Spring", "Rust", "Express", "AutoCAD"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Python, Go and R", ["Python", "Go", "R"]),
        ("C/C++, C# and .NET", ["C", "C++", "C#", ".NET"]),
        ("Node.js/TypeScript", ["Node.js", "TypeScript"]),
        ("postgres or SQL Server, not only SQL", ["PostgreSQL", "Microsoft SQL Server", "SQL"]),
        ("CI/CD with Jenkins", ["CI/CD", "Jenkins"]),
        ("machine-learning", ["Machine learning"]),
        ("Kenntnisse in MS-Office, Führerschein Klasse B", ["Microsoft Office", "Driving licence"]),
        ("gestion de projet, anglais", ["Project management", "English"]),
        ("atención al cliente", ["Customer service"]),
        ("Pflegefachkraft mit Wundversorgung", ["Nursing", "Wound care"]),
        ("CNC-Fräsen und Schweißen", ["CNC machining", "Welding"]),
        ("Excel skills", ["Excel"]),
    ],
)
def test_skills_are_found_under_one_name(text: str, wanted: list[str]) -> None:
    """A posting and a CV match only when both speak of the same name."""
    assert names(text) == wanted


def test_mentions_point_at_the_words_and_do_not_overlap() -> None:
    """Evidence is shown by its span."""
    text = "We use Amazon Web Services, Docker and Google Cloud Platform."
    mentions = find_skills(text)
    assert [text[m.start : m.end] for m in mentions] == ["Amazon Web Services", "Docker", "Google Cloud Platform"]
    assert all(a.end <= b.start for a, b in pairwise(mentions))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("postgres", "PostgreSQL"),
        ("  K8S ", "Kubernetes"),
        ("r", "R"),
        ("go", "Go"),
        ("Python 3.11", "Python"),
        ("Java 17+", "Java"),
        ("führung", "Leadership"),
        ("fuhrung", "Leadership"),
        ("basket weaving", None),
        ("", None),
        ("(", None),
        ("3", None),
    ],
)
def test_one_written_form_is_normalised(text: str, name: str | None) -> None:
    """A profile's skill "k8s" is the posting's "Kubernetes"."""
    assert normalise_skill(text) == name


def test_every_name_of_the_list_finds_itself() -> None:
    """A name that cannot be found is dead in the list."""
    assert len(all_skills()) > 500
    assert [name for name in all_skills() if normalise_skill(name) != name] == []
    assert all(skill_group(name) for name in all_skills())


def test_relations_hold_both_ways_and_within_the_list() -> None:
    """A one-sided relation makes the score depend on who is compared with whom."""
    pairs = [(name, other) for name in all_skills() for other in related_skills(name)]
    assert len(pairs) > 300
    assert all(other in all_skills() and name in related_skills(other) and name != other for name, other in pairs)
    assert "MySQL" in related_skills("PostgreSQL")
    assert related_skills("no such skill") == frozenset()


@given(
    st.lists(
        st.sampled_from(["Python", "C", "C++", ".NET", "Go", " ", "/", ",", "-", "R", "&", "'", "é", "ß", "İ", "SQL", "3"])
        | st.text(max_size=8)
    )
)
def test_any_text_gives_ordered_spans_of_known_names(parts: list[str]) -> None:
    """Text of strangers, in any script, with any marks."""
    text = "".join(parts)
    mentions = find_skills(text)
    assert all(m.name in all_skills() and text[m.start : m.end].strip() for m in mentions)
    assert all(a.end <= b.start for a, b in pairwise(mentions))
    assert normalise_skill(text) in all_skills() | {None}
