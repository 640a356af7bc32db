"""Descriptions taken apart: sections, requirements with years and firmness, skills, level, exact spans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.postings import Posting, Structured, structure_posting
from inroad.postings.languages import detect_language
from inroad.postings.requirements import importance_of, seniority_of, years_asked
from inroad.postings.sections import heading_kind

ENGLISH = """Acme digs tunnels in 12 countries and was founded 30 years ago. We like people.

What you will do
- Build data pipelines in Python
- Talk to miners

Requirements:
- At least 5 years of experience with PostgreSQL
- Proven skills in Docker or Kubernetes
- A degree in mining is a plus

Nice to have
- German

What we offer
- 30 days of holiday
"""
GERMAN = """Wir sind ein Betrieb mit Herz und suchen für unsere Werkstatt in Graz Verstärkung für das Team.

Deine Aufgaben
- Wartung von Maschinen und Anlagen

Das bringst du mit
- Abgeschlossene Ausbildung als Elektriker
- Mindestens 3 Jahre Berufserfahrung
- Führerschein Klasse B von Vorteil

Wir bieten
- Jahresbrutto ab 42.000 €
"""
FRENCH = """Nous sommes une petite équipe et nous cherchons pour notre atelier une personne qui aime le travail bien fait.

Vos missions
- Soudure de pièces pour les clients

Profil recherché
- Deux ans d'expérience en soudure
- L'anglais serait un plus

Nous offrons
- Une mutuelle
"""
SPANISH = """Somos una empresa familiar y buscamos para nuestro equipo una persona que quiera aprender con nosotros.

Funciones
- Atención al cliente en la tienda

Requisitos
- Al menos 2 años de experiencia en ventas
- Se valorará inglés

Ofrecemos
- Contrato indefinido
"""


def structured(description: str, title: str = "Engineer") -> Structured:
    return structure_posting(Posting(key="k", title=title, url="https://a.example/", description=description))


@pytest.mark.parametrize(
    "line",
    ["", "- Requirements", "We are hiring.", "Berlin", "Senior Data Engineer", "You will love our five skills workshops", "5"],
)
def test_an_ordinary_line_is_no_heading(line: str) -> None:
    """A sentence taken for a heading swallows itself and moves what follows into the wrong section."""
    assert heading_kind(line) is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Requirements", "must"),
        ("WHO YOU ARE", "must"),
        ("What we expect from you", "must"),
        ("Dein Profil", "must"),
        ("Profil recherché :", "must"),
        ("Requisitos", "must"),
        ("Nice to have:", "nice"),
        ("Bonus points if you have", "nice"),
        ("Von Vorteil", "nice"),
        ("Se valorará", "nice"),
        ("Your responsibilities will include", "responsibilities"),
        ("Ihre Aufgaben", "responsibilities"),
        ("Vos missions", "responsibilities"),
        ("Funciones", "responsibilities"),
        ("What we offer", "benefits"),
        ("Was wir dir bieten", "benefits"),
        ("Avantages", "benefits"),
        ("Ofrecemos", "benefits"),
        ("About Acme", "about"),
        ("Über uns", "about"),
        ("À propos", "about"),
        ("How to apply", "other"),
    ],
)
def test_headings_of_four_languages_are_told_apart(line: str, kind: str) -> None:
    """A requirements section that is not recognised leaves a match without requirements."""
    assert heading_kind(line) == kind


def test_an_english_posting_is_taken_apart() -> None:
    """The whole of matching rests on these items."""
    result = structured(ENGLISH, "Senior Data Engineer")
    assert {kind: len(spans) for kind, spans in result.sections.items()} == {
        "responsibilities": 2,
        "must": 3,
        "nice": 1,
        "benefits": 1,
        "about": 1,
        "other": 0,
    }
    assert [(r.importance, r.years, r.skills) for r in result.requirements] == [
        ("must", 5.0, ("PostgreSQL",)),
        ("must", None, ("Docker", "Kubernetes")),
        ("nice", None, ()),
        ("nice", None, ("German",)),
    ]
    assert [r.text for r in result.requirements][:2] == [
        "At least 5 years of experience with PostgreSQL",
        "Proven skills in Docker or Kubernetes",
    ]
    assert (result.seniority, result.language) == ("senior", "en")
    assert set(result.skills) >= {"Python", "PostgreSQL", "Docker", "Kubernetes"}
    assert result.skills.index("PostgreSQL") < result.skills.index("German")


@pytest.mark.parametrize(
    ("text", "language", "years", "skills"),
    [
        (GERMAN, "de", 3.0, {"Maintenance", "Electrical installation", "Driving licence"}),
        (FRENCH, "fr", 2.0, {"Welding", "English"}),
        (SPANISH, "es", 2.0, {"Customer service", "Sales", "English"}),
    ],
)
def test_other_languages_are_taken_apart_alike(text: str, language: str, years: float, skills: set[str]) -> None:
    """A German posting must not lose its requirements because its words are German."""
    result = structured(text)
    assert result.language == language == detect_language(text)
    assert [r.years for r in result.requirements if r.years is not None] == [years]
    assert [r.importance for r in result.requirements][-1] == "nice"
    assert set(result.skills) >= skills
    assert all(result.sections[kind] for kind in ("responsibilities", "must", "benefits"))


@pytest.mark.parametrize(
    ("line", "years"),
    [
        ("3-5 years of experience in sales", 3),
        ("5+ yrs experience", 5),
        ("Minimum of two (2) years experience", 2),
        ("mindestens 3 Jahre Berufserfahrung", 3),
        ("au moins cinq ans d'expérience", 5),
        ("al menos 2 años de experiencia", 2),
        ("6 months of experience", 0.5),
        ("10 years' experience leading teams", 10),
        ("1,5 Jahre Berufserfahrung", 1.5),
        ("We have been in business for over 20 years", None),
        ("You are at least 18 years old", None),
        ("A contract of 2 years", None),
        ("Experience with SQL 2019", None),
        ("Work with 5 year plans from 2020 to 2025 often, and more of it", None),
    ],
)
def test_years_are_those_of_experience(line: str, years: float | None) -> None:
    """The company's age read as a requirement turns good people away."""
    assert years_asked(line) == years


@pytest.mark.parametrize(
    ("line", "section", "importance"),
    [
        ("Kubernetes is a plus", "must", "nice"),
        ("Kenntnisse in SAP von Vorteil", "must", "nice"),
        ("Docker (preferred)", "must", "nice"),
        ("Docker", "must", "must"),
        ("Docker", "nice", "nice"),
        ("A valid licence is required", "must", "must"),
        ("Idéalement bilingue", "must", "nice"),
    ],
)
def test_a_requirement_is_as_firm_as_its_own_words(line: str, section: str, importance: str) -> None:
    """A wish read as a must costs a person the match."""
    assert importance_of(line, section) == importance


@pytest.mark.parametrize(
    ("title", "years", "level"),
    [
        ("Senior Engineer", None, "senior"),
        ("Junior Accountant", 5, "junior"),
        ("Praktikant Marketing", None, "intern"),
        ("Head of Sales", None, "lead"),
        ("Chief Financial Officer", None, "executive"),
        ("VP Engineering", None, "executive"),
        ("Teamleiter Logistik", None, "lead"),
        ("Engineer", 1, "junior"),
        ("Engineer", 3, "mid"),
        ("Engineer", 8, "senior"),
        ("Nurse", None, None),
        ("Junior/Senior Developer", None, None),
        ("International Buyer", None, None),
        ("Stage Manager", None, None),
        ("Staff Nurse", None, None),
        ("Staff Engineer", None, "lead"),
        ("Lead Generation Specialist", None, None),
        ("HR Business Partner", None, None),
    ],
)
def test_the_level_comes_from_the_title_then_from_the_years(title: str, years: float | None, level: str | None) -> None:
    """The length of a CV and its tone follow the level."""
    assert seniority_of(title, years) == level


@pytest.mark.parametrize(
    "text", [ENGLISH, GERMAN, FRENCH, SPANISH, "", "- \n- \n", "Requirements: Python, and 3 years of Go. You must have skills."]
)
def test_every_span_is_exact(text: str) -> None:
    """A person's mark and a model's claim are checked against the span's words."""
    assert_spans(text, structured(text))


def assert_spans(text: str, result: Structured) -> None:
    spans = [span for section in result.sections.values() for span in section] + [r.span for r in result.requirements]
    assert all(text[span.start : span.end] == span.text and span.text.strip() for span in spans)


@given(
    st.lists(
        st.sampled_from(
            [
                "Requirements",
                "- ",
                "Nice to have:",
                "\n",
                " ",
                "  - x",
                "Python",
                "5 years experience.",
                "We offer: ",
                "\u00a0",
                "ß",
                "É. A",
                "\t",
            ]
        )
        | st.text(max_size=30),
        max_size=40,
    )
)
def test_any_description_is_taken_apart_with_exact_spans(parts: list[str]) -> None:
    """A description is a stranger's text, whatever is in it."""
    text = "".join(parts)
    assert_spans(text, structured(text))
