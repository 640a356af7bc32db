"""Matching: the score is the sum of its parts, every requirement has an answer, and order does not count."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from inroad.cvs import Profile, match_posting
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
