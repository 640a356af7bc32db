"""Composing: what is refused falls back to the person's own words, and every text has its evidence."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from inroad.cvs import Cv, Profile, check_cv, compose_cv
from inroad.cvs.layout import count_words, lay_out
from inroad.guard.errors import BudgetExceeded
from inroad.postings.model import Posting
from tests.cvs.people import NAMES, POSTING, person


class Liar:
    """Adds a false fact to every line."""

    def propose(self, request):
        return [f"{line}, with 40 direct reports at Initech Corporation" for line in request.lines]


class Rewriter:
    """Words the first line anew, leaves the others."""

    def propose(self, request):
        return [
            line.replace("Led a team of six engineers that moved", "Headed a team of six engineers and migrated")
            for line in request.lines
        ]


class Broken:
    """Answers in every wrong shape."""

    def __init__(self, answer):
        self.answer = answer

    def propose(self, request):
        return self.answer


class Poor:
    """Has no budget left."""

    def propose(self, request):
        raise BudgetExceeded("The budget of this run is spent.")


def texts(value, pointer=""):
    """Yield (pointer, text) of every text of a document."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from texts(child, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from texts(child, f"{pointer}/{index}")
    else:
        yield pointer, value


def test_a_lying_writer_changes_nothing_and_is_reported():
    """One invented line in twenty is enough to lose a job."""
    profile = person("marta")
    honest, lied = compose_cv(profile, POSTING), compose_cv(profile, POSTING, writer=Liar())
    assert dict(lied.resume) == dict(honest.resume)
    assert len(lied.refused) > 15
    assert all("Initech" in proposal and finding.severity == "block" for proposal, finding in lied.refused)


@pytest.mark.parametrize("answer", [[], [""] * 3, ["\x00\u200b"], ["x" * 10_000] * 20, ["# " * 500] * 20])
def test_a_writer_of_nonsense_changes_nothing(answer):
    """A model that answers with too few, empty or endless lines must not shorten the CV."""
    profile = person("amara")
    assert dict(compose_cv(profile, POSTING, writer=Broken(answer)).resume) == dict(compose_cv(profile, POSTING).resume)


def test_a_writer_without_budget_leaves_the_persons_words_and_a_note():
    """A spent budget is no reason to write no CV."""
    profile = person("amara")
    cv = compose_cv(profile, POSTING, writer=Poor())
    assert dict(cv.resume) == dict(compose_cv(profile, POSTING).resume)
    assert any("budget" in note for note in cv.notes)


def test_a_true_rewording_is_taken_with_its_evidence():
    """A gate that takes nothing makes the writer useless."""
    profile = person("marta")
    cv = compose_cv(profile, POSTING, writer=Rewriter())
    (pointer,) = [pointer for pointer, text in texts(cv.resume) if "and migrated 42 services" in text]
    (fact,) = cv.evidence[pointer]
    assert profile.facts[fact].text.startswith("Led a team of six engineers")
    assert check_cv(cv, profile) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_text_rests_on_facts_of_the_profile(name):
    """A line without a source cannot be defended in an interview."""
    profile = person(name)
    cv = compose_cv(profile, POSTING)
    for pointer, text in texts(cv.resume):
        proofs = [ids for known, ids in cv.evidence.items() if pointer == known or pointer.startswith(f"{known}/")]
        assert proofs, (pointer, text)
        assert all(fact in profile.facts for ids in proofs for fact in ids)
    assert check_cv(cv, profile) == []


def test_a_rich_profile_gives_the_wanted_length():
    """Two pages are read; three are not."""
    profile = person("marta")
    for words in ((550, 650), (400, 470)):
        cv = compose_cv(profile, POSTING, words=words)
        assert words[0] <= cv.word_count <= words[1]
        assert cv.word_count == count_words(lay_out(cv.resume, cv.language))
        assert not cv.notes


def test_a_short_profile_is_told_and_not_padded():
    """Words that the person did not write are not there to be found."""
    profile = person("amara")
    cv = compose_cv(profile, POSTING)
    assert cv.word_count < 550
    assert any("words" in note for note in cv.notes)


def test_the_job_decides_what_comes_first():
    """The same list for every job is what a template does."""
    profile = person("marta")
    web = replace(
        POSTING,
        key="x:2",
        title="Django developer",
        description="What you bring\n- Django and PostgreSQL\n- Web shops\n- Page load time\n",
    )
    platform_cv, web_cv = compose_cv(profile, POSTING), compose_cv(profile, web)
    assert platform_cv.resume["work"][0]["highlights"][0].startswith("Led a team of six engineers that moved 42 services")
    assert web_cv.resume["work"][3]["highlights"][0].startswith("Developed 18 web shops")
    assert {row["name"]: row["keywords"][0] for row in platform_cv.resume["skills"]}["Platform"] in {"Kubernetes", "Terraform"}
    assert platform_cv.resume["skills"][-1]["name"] == "Ways of working"
    assert platform_cv.resume["skills"] != web_cv.resume["skills"]
    assert platform_cv.posting_key == "greenhouse:123"


def test_every_position_stays_newest_first():
    """A gap in the dates is asked about."""
    profile = Profile.from_resume(person("marta").to_resume() | {"work": person("marta").to_resume()["work"][::-1]})
    cv = compose_cv(profile, POSTING)
    assert [row["startDate"] for row in cv.resume["work"]] == ["2021-03", "2018-01", "2015-08", "2013-09"]


def test_it_is_the_same_every_time():
    """A CV that changes by itself cannot be approved."""
    profile = person("marta")
    one, two = compose_cv(profile, POSTING), compose_cv(Profile.from_resume(profile.to_resume()), POSTING)
    assert json.dumps(one.resume) == json.dumps(two.resume)
    assert one.evidence == two.evidence


def test_lines_that_say_the_same_are_said_once():
    """Repetition is what a reader remembers of a generated CV."""
    resume = person("tomas").to_resume()
    resume["work"][0]["highlights"].append("In 6 countries coordinated 14 trade fairs")
    cv = compose_cv(Profile.from_resume(resume), POSTING)
    assert sum("trade fairs" in text for _, text in texts(cv.resume)) == 1


def test_a_posting_in_another_language_is_noted():
    """Nothing is translated; the person has to know."""
    german = Posting(
        key="x:1",
        title="Pflegefachkraft",
        url="https://klinik.example/1",
        description="Wir suchen eine Pflegefachkraft für die Station.\n\nDas bringst du mit\n- Erfahrung in der Pflege\n"
        "- Freude an der Arbeit im Team\n",
    )
    cv = compose_cv(person("amara"), german)
    assert cv.language == "en"
    assert any("is in English" in note and "in German" in note and "not translated" in note for note in cv.notes)


def test_nearly_empty_profiles_and_postings_give_a_cv():
    """The first try of a new user is an empty file."""
    bare = Posting(key="x:3", title="", url="https://x.example/3", description="")
    for resume in (
        {},
        {"basics": {"name": "A B"}},
        {"work": [{}]},
        {"skills": [{"keywords": []}]},
        {"work": [{"highlights": [""]}]},
    ):
        profile = Profile.from_resume(resume)
        cv = compose_cv(profile, bare)
        assert isinstance(cv, Cv)
        assert [finding for finding in check_cv(cv, profile) if finding.severity == "block"] == []


def test_a_beginners_cv_is_shorter_than_that_of_a_long_career():
    """Two years padded to two pages read as two years padded."""
    lines = [
        " ".join(f"{word}{number}" for word in ("Mended", "oak", "elm", "ash", "yew", "fir", "larch")) for number in range(90)
    ]

    def words(start: str) -> int:
        job = {"name": "Waterworks", "position": "Fitter", "startDate": start, "endDate": "2025-01", "highlights": lines}
        profile = Profile.from_resume({"basics": {"name": "Ann Lee"}, "work": [job]})
        return compose_cv(profile, POSTING, words=(200, 600)).word_count

    assert 200 <= words("2024-01") < words("2018-01") < words("2003-01") <= 600


def test_a_deed_of_ones_own_stands_before_a_hand_that_was_lent():
    """The first bullet is the one that is read."""
    job = {"name": "A", "position": "Engineer", "startDate": "2020", "highlights": ["Helped with Kafka", "Led the Kafka team"]}
    cv = compose_cv(Profile.from_resume({"basics": {"name": "Ann Lee"}, "work": [job]}), POSTING)
    assert cv.resume["work"][0]["highlights"][0] == "Led the Kafka team"


def resume_with(highlights, **more):
    work = [{"name": "Quill", "position": "Writer", "startDate": "2020-01", "highlights": highlights}]
    return Profile.from_resume({"basics": {"name": "Ann Lee", "summary": "I write handbooks."}, "work": work, **more})


def test_lines_that_answer_the_job_equally_keep_the_persons_own_order():
    """People tell what they did in an order that makes sense."""
    lines = [
        "Planted oaks along the river",
        "Pruned vines in the valley",
        "Fed geese on the meadow",
        "Repaired fences on the hill",
    ]
    cv = compose_cv(resume_with(lines), POSTING)
    assert cv.resume["work"][0]["highlights"] == lines


def test_a_line_that_leans_on_another_stands_behind_it():
    """ "Tested it with eight customers" says nothing before the line that names what was tested."""
    lines = ["Wrote the guide for installing boilers", "Tested it with eight Kubernetes and Python teams", "Drew maps"]
    shown = compose_cv(resume_with(lines), POSTING).resume["work"][0]["highlights"]
    assert shown.index(lines[1]) == shown.index(lines[0]) + 1


def test_who_still_studies_shows_the_studies_first_and_what_was_heard():
    """A student's two jobs at a bakery say less than the degree; a short CV has room for its courses."""
    school = {
        "institution": "Moor University",
        "studyType": "BSc",
        "area": "Physics",
        "startDate": "2024-10",
        "courses": ["Optics"],
    }
    cv = compose_cv(resume_with(["Sold bread at weekends"], education=[school], interests=[{"name": "Fencing"}]), POSTING)
    sections = [section.key for section in lay_out(cv.resume, "en").sections]
    assert sections.index("education") < sections.index("work")
    assert cv.resume["education"][0]["courses"] == ["Optics"]
    assert sections[-1] == "interests"
    ended = cv.resume | {"education": [{**school, "endDate": "2025-10"}]}
    sections = [section.key for section in lay_out(ended, "en").sections]
    assert sections.index("work") < sections.index("education")
