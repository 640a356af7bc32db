"""The fact gate: no false fact passes, no true rewording is refused."""

from __future__ import annotations

import copy
import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroad.cvs import Cv, CvBlocked, Profile, check_cv, render_cv
from inroad.cvs.schema import SECTIONS
from tests.cvs.mutation import exchanged_things, false_fields, false_lines, swapped_jobs
from tests.cvs.people import NAMES, OTHERS, person, put, worded
from tests.cvs.rewording import rewordings
from tests.cvs.tongues import TONGUES, free_wordings, lies, speaker, truths

# All of them take 20 s of processor time; each class of falsehood is in every share.
shares = pytest.mark.parametrize("step", [pytest.param(3, id="a third"), pytest.param(1, id="all", marks=pytest.mark.slow)])


def of_each_kind(mutations, step):
    """Each kind's first mutation, and every `step`th after it."""
    seen: Counter[str] = Counter()
    for kind, what, document in mutations:
        if seen[kind] % step == 0:
            yield kind, what, document
        seen[kind] += 1


def blocks(document, profile):
    return [finding for finding in check_cv(document, profile) if finding.severity == "block"]


@pytest.mark.parametrize("name", [*NAMES, *OTHERS])
def test_no_false_fact_written_by_hand_passes(name):
    """Each is a lie that a language model tells; one that passes is sent to an employer."""
    leaks = [(kind, text) for kind, text, document in worded(name, "wrong") if not blocks(document, person(name))]
    assert leaks == []


@pytest.mark.parametrize("name", [*NAMES, *OTHERS])
def test_no_true_rewording_written_by_hand_is_refused(name):
    """A gate that cries wolf is switched off by the people it protects."""
    alarms = [(text, blocks(document, person(name))) for _, text, document in worded(name, "right")]
    assert [(text, found) for text, found in alarms if found] == []


@shares
@pytest.mark.parametrize("rule", [false_lines, false_fields, swapped_jobs, exchanged_things])
@pytest.mark.parametrize("name", NAMES)
def test_no_false_fact_made_by_rule_passes(name, rule, step):
    """Every highlight with every class of false fact, and every field."""
    profile = person(name)
    leaks = [
        (kind, what) for kind, what, document in of_each_kind(rule(profile.to_resume()), step) if not blocks(document, profile)
    ]
    assert leaks == []


@pytest.mark.parametrize("name", NAMES)
def test_no_rewording_by_rule_is_refused(name):
    """Other digits, other synonyms, other forms of a name: the meaning is the person's own."""
    profile = person(name)
    alarms = [(line, blocks(document, profile)) for line, document in rewordings(profile.to_resume())]
    assert [(line, found) for line, found in alarms if found] == []


@shares
@pytest.mark.parametrize("language", TONGUES)
def test_no_false_fact_of_any_class_passes_in_any_language(language, step):
    """Half of the CVs are not written in English, and a gate that reads only English lets the others lie."""
    profile = speaker(language)
    leaks = [(kind, what) for kind, what, document in of_each_kind(lies(language), step) if not blocks(document, profile)]
    assert leaks == []


@pytest.mark.parametrize("language", TONGUES)
def test_no_true_rewording_is_refused_in_any_language(language):
    """Each is the same fact: other words for the same number, a noun for a verb, another order."""
    profile = speaker(language)
    assert blocks(profile.to_resume(), profile) == []
    worded = [*truths(language), *free_wordings(language)]
    alarms = [(what, found) for what, document in worded if (found := blocks(document, profile))]
    assert alarms == []


def test_the_classes_in_four_languages_are_as_many_as_they_say():
    """An empty list of mutations is green for ever."""
    false = {language: Counter(kind for kind, _, _ in lies(language)) for language in TONGUES}
    assert min(len(kinds) for kinds in false.values()) >= 30
    assert sum(sum(kinds.values()) for kinds in false.values()) >= 1_200
    assert min(sum(1 for _ in truths(language)) for language in TONGUES) >= 40
    assert sum(1 for language in TONGUES for _ in free_wordings(language)) >= 80


def test_the_mutation_test_is_as_large_as_it_says():
    """An empty list of mutations is green for ever."""
    false: Counter[str] = Counter()
    true = 0
    for name in NAMES:
        resume = person(name).to_resume()
        true += sum(1 for _ in worded(name, "right")) + sum(1 for _ in rewordings(resume))
        false.update(kind for kind, _, _ in worded(name, "wrong"))
        for rule in (false_lines, false_fields, swapped_jobs, exchanged_things):
            false.update(kind for kind, _, _ in rule(resume))
    true += sum(1 for name in OTHERS for _ in worded(name, "right"))
    assert len(false) >= 30
    assert false["thing"] >= 120
    assert sum(false.values()) >= 1_000
    assert true >= 400


def test_a_blocked_cv_leaves_no_file(tmp_path):
    """A refused CV on the disk is one that gets sent by mistake."""
    profile = person("marta")
    for _, _, document in list(false_fields(profile.to_resume()))[:6]:
        with pytest.raises(CvBlocked) as refused:
            render_cv(document, tmp_path / "out", profile=profile)
        assert refused.value.findings
    assert not (tmp_path / "out").exists()


STRUCTURED = [
    ("/basics/phone", "0049 30 55501427"),
    ("/basics/phone", "030 5550-1427"),
    ("/basics/url", "keller-osei.example/"),
    ("/basics/email", "Marta@Keller-Osei.example"),
    ("/basics/label", "Platform and Data Engineer"),
    ("/basics/label", "Sr. Platform Engineer"),
    ("/basics/label", "Senior Platform Engineer | Kubernetes, Terraform, AWS"),
    ("/work/0/name", "Nordkai Logistics"),
    ("/work/0/position", "Sr. Platform Engineer"),
    ("/work/0/location", "Berlin"),
    ("/work/0/startDate", "2021"),
    ("/work/1/name", "Helio Grid Analytics"),
    ("/work/1/endDate", "2021"),
    ("/work/3/position", "Jr. Web Developer"),
    ("/education/0/studyType", "MSc"),
    ("/education/0/studyType", "M.Sc."),
    ("/education/0/studyType", "Master's degree"),
    ("/education/0/area", "CS"),
    ("/education/0/institution", "NUST"),
    ("/education/1/studyType", "B.Sc."),
    ("/education/1/institution", "The University of Bremen"),
    ("/education/1/score", "1,7"),
    ("/certificates/0/name", "CKA"),
    ("/certificates/0/issuer", "CNCF"),
    ("/certificates/0/date", "2022"),
    ("/certificates/1/name", "AWS Solutions Architect Associate"),
    ("/certificates/1/issuer", "AWS"),
    ("/languages/0/fluency", "Mother tongue"),
    ("/languages/1/fluency", "C1"),
    ("/languages/1/fluency", "Good"),
    ("/languages/2/fluency", "B2"),
    ("/skills/1/keywords", ["Kafka", "Airflow", "Postgres"]),
    ("/skills/2/keywords", ["K8s", "GitLab CI/CD", "Amazon Web Services"]),
    ("/skills/0/name", "Programming languages"),
]


@pytest.mark.parametrize(("pointer", "value"), STRUCTURED)
def test_a_field_in_a_shorter_or_usual_form_passes(pointer, value):
    """People abbreviate degrees, drop legal forms and write phone numbers in ten ways."""
    profile = person("marta")
    assert blocks(put(profile.to_resume(), pointer, value), profile) == []


RAISED = [
    ("/work/3/position", "Web Developer", "title"),
    ("/work/2/position", "Lead Software Engineer", "title"),
    ("/work/0/startDate", "2021-01", "date"),
    ("/education/1/studyType", "Master of Science", "degree"),
    ("/education/1/studyType", "Bachelor of Arts", "degree"),
    ("/education/1/score", "1.0", "degree"),
    ("/certificates/1/name", "AWS Certified Solutions Architect – Professional", "certificate"),
    ("/languages/1/fluency", "Native speaker", "fluency"),
    ("/languages/2/fluency", "Fluent", "fluency"),
    ("/work/2/name", "Fjordbank Capital Markets", "employer"),
    ("/work/0/url", "https://evil.example", "url"),
    ("/skills/0/keywords", ["Python", "Haskell"], "skill"),
    ("/projects/0/keywords", ["Python", "Rust"], "tool"),
    ("/basics/profiles/0/username", "someone", "contact"),
]


@pytest.mark.parametrize(("pointer", "value", "kind"), RAISED)
def test_a_field_that_is_raised_is_named_by_its_kind(pointer, value, kind):
    """The kind decides what a person is told to mend."""
    profile = person("marta")
    assert kind in {finding.kind for finding in blocks(put(profile.to_resume(), pointer, value), profile)}


def test_the_profile_itself_and_a_shorter_one_pass():
    """Leaving things out is what a CV is."""
    for name in NAMES:
        profile = person(name)
        assert check_cv(profile.to_resume(), profile) == []
        resume = profile.to_resume()
        for entry in resume["work"]:
            entry["highlights"].reverse()
            del entry["highlights"][1:]
        resume.pop("skills", None)
        assert blocks(resume, profile) == []


def test_a_job_without_its_end_is_a_false_present():
    """JSON Resume reads a missing end as "until today"."""
    profile = person("marta")
    resume = profile.to_resume()
    del resume["work"][1]["endDate"]
    assert [finding.kind for finding in blocks(resume, profile)] == ["date"]


def test_a_line_of_one_job_is_no_line_of_another():
    """True pieces in the wrong place make a false whole."""
    profile = person("marta")
    resume = profile.to_resume()
    resume["work"][0]["highlights"].append(resume["work"][2]["highlights"][0])
    assert blocks(resume, profile)


def test_unknown_fields_and_broken_documents_are_refused():
    """The gate fails closed: what it does not understand does not pass."""
    profile = person("marta")
    assert blocks(profile.to_resume() | {"patents": [{"title": "Flux capacitor"}]}, profile)
    assert blocks({"work": [{"name": 7}]}, profile)
    assert blocks({"education": [{"institution": "University of Bremen", "highlights": ["Best of all 900 graduates"]}]}, profile)
    assert blocks({"work": [{"name": "Fjordbank", "keywords": [{"a": 1}]}]}, profile)


def test_evidence_must_be_facts_of_the_profile():
    """A pointer to nowhere looks like proof."""
    profile = person("marta")
    assert [finding.kind for finding in check_cv(Cv(profile.to_resume(), {"/basics/name": ["nobody"]}), profile)] == ["evidence"]


def test_the_findings_do_not_depend_on_what_was_checked_before():
    """A gate with a memory gives other answers in production than in its tests."""
    profile = person("tomas")
    documents = [document for _, _, document in worded("tomas", "wrong")]
    first = [check_cv(document, profile) for document in documents]
    assert [check_cv(document, profile) for document in reversed(documents)][::-1] == first


TEXTS = st.text(max_size=60) | st.sampled_from(
    ["Led 3–5 teams", "€1.2.3M", "½ of 1e999", "٣ teams", "1,,000", "from from 3 to to 4", "%%%", "co-co-led", "0/0"]
)
ROWS = st.dictionaries(
    st.sampled_from(
        [
            "name",
            "position",
            "startDate",
            "highlights",
            "summary",
            "keywords",
            "institution",
            "studyType",
            "language",
            "fluency",
            "x",
        ]
    ),
    TEXTS | st.lists(TEXTS, max_size=3) | st.none() | st.integers(),
    max_size=5,
)


@given(st.dictionaries(st.sampled_from(list(SECTIONS)), st.lists(ROWS, max_size=3), max_size=4))
def test_any_document_gets_an_answer(document):
    """A stranger's document must not end the run."""
    findings = check_cv(document, person("marta"))
    assert all(finding.severity in {"warn", "block"} and finding.text for finding in findings)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS.filter(str.strip), min_size=1, max_size=4))
def test_a_persons_own_words_always_pass(lines):
    """Whatever a person writes about themselves, they may repeat."""
    resume = {"basics": {"name": "A B"}, "work": [{"name": "X", "position": "Y", "highlights": lines}]}
    profile = Profile.from_resume(resume)
    assert blocks(copy.deepcopy(resume), profile) == []
    assert json.dumps(resume)


def nested(depth, kind=dict):
    value = kind()
    for _ in range(depth):
        value = {"a": value} if kind is dict else [value]
    return value


CIRCLE = {}
CIRCLE["a"] = CIRCLE
HOSTILE = [
    None,
    [],
    "x",
    3,
    {1: 2},
    CIRCLE,
    {"x": nested(50_000)},
    {"x": nested(50_000, list)},
    {"work": [nested(30)]},
    {"work": nested(50_000)},
    {"work": [None]},
    {"work": {"a": 1}},
    {"work": [{"name": b"x"}]},
    {"work": [{"name": nested(30)}]},
    {"basics": None},
    {"basics": {"label": "a/" * 200_000}},
    {"basics": {"url": "/" * 1_000_000}},
    {"basics": {"summary": "Aa. " * 200_000}},
    {"basics": {"phone": "1" * 1_000_000}},
    {"skills": [{"name": "x", "keywords": ["y"] * 50_000}]},
    {"certificates": [{"name": "a b " * 100_000}]},
    {"education": [{"studyType": "m." * 100_000, "institution": "x " * 100_000}]},
    {"languages": [{"language": "English", "fluency": "C" * 100_000}]},
    {"work": [{"name": "Nordkai"}] * 90_000},
]


@pytest.mark.parametrize("document", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_document_is_refused_and_never_read_for_long(document):
    """Anybody's file reaches this gate; what it cannot read it refuses, without a crash and without comparing megabytes."""
    assert blocks(document, person("marta"))


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/basics/email", "marta@other.example"),
        ("/basics/profiles/0/url", "https://github.com/other"),
        ("/languages/1/fluency", "C2"),
        ("/work/1/startDate", "2016-01"),
        ("/work/1/endDate", "2023-02"),
        ("/work/1/name", "Nordkai Logistics GmbH"),
        ("/references", [{"name": "A. Person", "reference": "The best."}]),
        ("/interests", [{"name": "Chess"}]),
        ("/awards", [{"title": "Engineer of the Year"}]),
        ("/publications", [{"name": "On Pipelines"}]),
        ("/meta2", {"award": "Nobel"}),
        ("/work/0/achievements", ["Led 900 people"]),
        ("/basics/birthday", "1980-01-01"),
        ("/basics/profiles", [{"network": "X", "username": "marta"}]),
    ],
)
def test_what_the_profile_does_not_hold_is_refused_wherever_it_stands(pointer, value):
    """Invented sections, addresses, levels and months are the claims that nobody reads twice."""
    profile = person("marta")
    assert blocks(put(profile.to_resume(), pointer, value), profile)


def test_a_strange_word_in_a_free_rewording_is_pointed_out_and_not_refused():
    """Where a line follows its fact loosely nobody can tell a synonym from another thing; a person should look."""
    profile = person("priya")
    line = "Built the payments platform; merchants, 340 of them, move tokens by card and bank"
    findings = check_cv(put(profile.to_resume(), "/work/0/highlights/0", line), profile)
    assert {finding.severity for finding in findings} <= {"warn"}


def test_long_lines_are_read_in_linear_time():
    """A line of a million characters must not hold the run."""
    profile = person("marta")
    for text in (
        "a" * 1_000_000,
        "1," * 300_000,
        "led and " * 100_000,
        "2.4.6.8." * 100_000,
        "the first " * 100_000,
        "(" * 200_000,
    ):
        assert blocks(put(profile.to_resume(), "/work/0/highlights/0", text), profile)
