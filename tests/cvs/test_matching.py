"""Matching: the score is the sum of its parts, every requirement has an answer, and order does not count."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroad.cvs import Profile, match_posting
from inroad.postings import annotate_quote
from inroad.postings.model import Posting
from tests.cvs.people import NAMES, POSTING, person

NURSE = Posting(
    key="x:9",
    title="Ward Manager",
    url="https://x.example/9",
    description="""What you bring
- Registered nurse with 5+ years of experience
- Experience of managing a surgical ward
- Wound care
- Fluent English
""",
)


def answer(match, beginning):
    (found,) = [requirement for requirement in match.requirements if requirement.text.startswith(beginning)]
    return found


def test_what_the_profile_lacks_is_missing_and_has_no_evidence():
    """A requirement that is called covered without a fact is a promise nobody can keep."""
    match = match_posting(person("marta"), POSTING)
    rust = answer(match, "Rust")
    assert (rust.coverage, rust.evidence) == ("missing", ())
    assert "Rust" in match.missing_skills
    assert match_posting(Profile.from_resume({}), POSTING).score < 10


def test_what_is_only_listed_is_weak():
    """A word in a list of skills is no deed."""
    profile = Profile.from_resume({"skills": [{"name": "Data", "keywords": ["Kubernetes", "Terraform"]}]})
    assert answer(match_posting(profile, POSTING), "Experience with Kubernetes").coverage == "weak"


def test_covered_requirements_name_the_facts_that_show_them():
    """The evidence is what a person reads before they sign."""
    profile = person("marta")
    found = answer(match_posting(profile, POSTING), "Experience with Kubernetes and Terraform")
    assert found.coverage == "covered"
    assert any("42 services" in profile.facts[fact].text for fact in found.evidence)
    assert found.reason


@pytest.mark.parametrize("name", NAMES)
def test_the_score_is_the_sum_of_parts_that_are_shown(name):
    """A number without its parts cannot be argued with."""
    for posting in (POSTING, NURSE):
        match = match_posting(person(name), posting)
        assert 0 <= match.score <= 100
        assert match.score == pytest.approx(sum(part.points for part in match.parts), abs=0.06)
        assert sum(part.weight for part in match.parts) == pytest.approx(100, abs=0.1)
        assert all(0 <= part.points <= part.weight + 0.01 and part.reason for part in match.parts)


def test_each_job_ranks_its_own_person_first():
    """The order of candidates is what the score is for."""
    engineer, nurse = person("marta"), person("amara")
    assert match_posting(engineer, POSTING).score > match_posting(nurse, POSTING).score + 30
    assert match_posting(nurse, NURSE).score > match_posting(engineer, NURSE).score + 30


def test_the_order_of_entries_and_lines_does_not_count():
    """A score that moves when a list is sorted is noise."""
    shuffled = person("marta").to_resume()
    dice = random.Random(7)
    for section in ("work", "skills", "languages", "education", "certificates"):
        dice.shuffle(shuffled[section])
    for entry in shuffled["work"]:
        dice.shuffle(entry["highlights"])
    one, two = match_posting(person("marta"), POSTING), match_posting(Profile.from_resume(shuffled), POSTING)
    assert one.score == two.score
    assert one.requirements == two.requirements
    head, _, tail = POSTING.description.partition("What you bring\n")
    lines = tail.split("\n\n")[0].split("\n")
    dice.shuffle(lines)
    moved = replace(POSTING, description=f"{head}What you bring\n" + "\n".join(lines) + "\n\n" + tail.split("\n\n", 1)[1])
    assert match_posting(person("marta"), moved).score == one.score


def test_years_are_counted_from_the_dates():
    """A gap is no experience, and two jobs at once are not twice as much."""
    ask = replace(POSTING, description="Requirements\n- At least 8 years of professional experience\n")
    job = {"name": "A", "position": "B", "startDate": "2010-01", "endDate": "2013-12"}
    twice = Profile.from_resume({"work": [job, {**job, "name": "C"}]})
    assert answer(match_posting(twice, ask), "At least 8").coverage == "missing"
    longer = Profile.from_resume({"work": [job, {**job, "startDate": "2014-01", "endDate": "2018-12"}]})
    assert answer(match_posting(longer, ask), "At least 8").coverage == "covered"


def test_an_either_or_is_met_by_one_of_them():
    """ "Python or Java" refuses nobody who has one."""
    ask = replace(POSTING, description="Requirements\n- Haskell or Java\n- Haskell and Java\n")
    match = match_posting(person("marta"), ask)
    assert answer(match, "Haskell or").coverage == "covered"
    assert answer(match, "Haskell and").coverage == "weak"


def asked(*lines: str) -> Posting:
    return replace(POSTING, title="Clerk", description="Requirements\n" + "\n".join(f"- {line}" for line in lines) + "\n")


def answered(profile: dict, line: str):
    (found,) = match_posting(Profile.from_resume(profile), asked(line)).requirements
    return found.coverage


def worker(*highlights: str, **more: object) -> dict:
    job = {"name": "Firm", "position": "Clerk", "startDate": "2021-01", "endDate": "2022-06", "highlights": list(highlights)}
    return {"work": [job], **more}


@pytest.mark.parametrize(
    ("wanted", "deed"),
    [
        ("Experience with Azure", "Runs services on AWS"),
        ("Experience with Datadog", "Watches services with Grafana"),
        ("Experience with Angular", "Built pages in React"),
        ("Knowledge of SAP", "Keeps the books in Odoo"),
        ("Kenntnisse in MariaDB", "Betreibt MySQL"),
    ],
)
def test_a_competing_product_is_weak_and_never_the_same(wanted: str, deed: str) -> None:
    """AWS is not Azure: who claims it is found out in the interview."""
    assert answered(worker(deed), wanted) == "weak"


def test_a_kind_shows_what_it_is_a_kind_of_and_not_the_other_way_round() -> None:
    """Who wrote pytest wrote unit tests; who wrote unit tests need not know pytest."""
    assert answered(worker("Wrote pytest suites for the till"), "Unit testing") == "covered"
    assert answered(worker("Wrote unit tests for the till"), "Experience with pytest") == "weak"


@pytest.mark.parametrize(
    ("level", "highlights", "skills", "coverage"),
    [
        ("Basic Excel", (), [{"name": "Excel"}], "covered"),
        ("Good Excel", (), [{"name": "Excel"}], "weak"),
        ("Good Excel", ("Planned shifts in Excel",), [], "covered"),
        ("Expert in Excel", ("Planned shifts in Excel",), [], "weak"),
        ("Expert in Excel", ("Planned shifts in Excel", "Taught ten colleagues pivot tables"), [], "covered"),
        ("Strong Excel", ("Planned shifts in Excel",), [{"name": "Excel", "level": "Beginner"}], "weak"),
    ],
)
def test_the_level_that_is_asked_is_compared(level: str, highlights: tuple, skills: list, coverage: str) -> None:
    """Basics that are listed suffice; expertise takes more than one deed."""
    assert answered(worker(*highlights, skills=skills), level) == coverage


@pytest.mark.parametrize(
    ("wanted", "area", "coverage"),
    [
        ("A degree in nursing", "Nursing", "covered"),
        ("A degree in computer science", "Nursing", "missing"),
        ("A degree in computer science", "Statistics", "weak"),
        ("Abgeschlossenes Studium der Informatik", "Informatik", "covered"),
        ("Diplôme en comptabilité", "Comptabilité et gestion", "covered"),
        ("Titulación en enfermería", "Marketing", "missing"),
    ],
)
def test_a_degree_counts_in_its_field(wanted: str, area: str, coverage: str) -> None:
    """A nurse's degree is none in computing."""
    education = [{"institution": "U", "studyType": "Bachelor", "area": area}]
    assert answered(worker(education=education), wanted) == coverage


def test_years_in_other_work_are_weak() -> None:
    """Ten years at sea are not ten years of watchmaking."""
    years = "At least 1 year of experience as a watchmaker's apprentice in Geneva"
    assert answered(worker("Carried letters"), years) == "weak"
    assert answered(worker("Carried letters"), "At least 1 year of professional experience") == "covered"


def test_a_gap_that_the_person_marked_is_missing_whatever_the_profile_says() -> None:
    """They know what they cannot do any more."""
    posting = asked("Good Excel", "Good Word")
    profile = Profile.from_resume(worker("Planned shifts in Excel"))
    marks = [annotate_quote(posting.description, "Good Excel", "gap", "years ago")]
    one, _ = match_posting(profile, posting, annotations=marks).requirements
    assert (one.coverage, one.evidence, one.mark) == ("missing", (), "gap")
    assert "years ago" in one.reason


def test_a_must_have_moves_the_score_more_than_another() -> None:
    """It counts twice."""
    posting = asked("Good Excel", "Fluent Basque")
    profile = Profile.from_resume(worker("Planned shifts in Excel"))

    def score(quote: str) -> float:
        return match_posting(profile, posting, annotations=[annotate_quote(posting.description, quote, "must-have")]).score

    assert score("Good Excel") > match_posting(profile, posting).score > score("Fluent Basque")


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(6)), st.randoms(use_true_random=False))
def test_the_score_stands_whatever_the_order_of_lines_facts_and_marks(order: list[int], dice: random.Random) -> None:
    """Re-ordering is no news; every line has the same answer wherever it stands."""
    lines = [
        "Good Excel",
        "Experience with Kubernetes",
        "Fluent English",
        "A degree in physics",
        "3 years of Python",
        "Own a boat",
    ]
    resume = person("marta").to_resume()
    for section in ("work", "skills", "languages", "education"):
        dice.shuffle(resume[section])
    plain, moved = asked(*lines), asked(*(lines[index] for index in order))
    marks = [("Own a boat", "ignore"), ("Good Excel", "must-have"), ("Fluent English", "emphasise")]
    dice.shuffle(marks)
    one = match_posting(person("marta"), plain, annotations=[annotate_quote(plain.description, *mark) for mark in sorted(marks)])
    two = match_posting(
        Profile.from_resume(resume), moved, annotations=[annotate_quote(moved.description, *mark) for mark in marks]
    )
    assert one.score == two.score
    assert {r.text: (r.coverage, r.evidence) for r in one.requirements} == {
        r.text: (r.coverage, r.evidence) for r in two.requirements
    }
