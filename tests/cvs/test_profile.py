"""The profile: what is refused, and what its facts are called."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.cvs.profile import Profile
from inroad.cvs.schema import SECTIONS
from inroad.guard.errors import UserError

RESUME = {
    "basics": {"name": "Mara Lindqvist", "email": "mara@lindqvist.example"},
    "work": [
        {
            "name": "Nordkai",
            "position": "Engineer",
            "startDate": "2019-04",
            "highlights": ["Cut build time by 40%", "Wrote the runbook"],
        },
        {"id": "kept", "name": "Fjordbank", "position": "Analyst", "startDate": "2015", "highlights": ["Wrote the runbook"]},
    ],
}


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("document", "place", "fault"),
    [
        ({"work": [{"startDate": "spring"}]}, "work[0].startDate", "not a date"),
        ({"work": [{}, {"highlights": ["a", None]}]}, "work[1].highlights[1]", "is empty"),
        ({"work": None}, "work", "is empty"),
        ({"basics": []}, "basics", "not a mapping"),
        ({"skills": [{"keywords": "Python"}]}, "skills[0].keywords", "not a list"),
        ({"education": [{"score": 4.0}]}, "education[0].score", "not a text"),
    ],
)
def test_a_breach_of_the_schema_names_place_fault_and_mend(document, place, fault):
    """Without the place a person searches a hundred lines for one wrong date."""
    with pytest.raises(UserError) as refused:
        Profile.from_resume(document)
    assert place in refused.value.message
    assert fault in refused.value.message
    assert refused.value.mend
    assert refused.value.reason == "profile-invalid"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("missing-end.json", '{"basics": '),
        ("list.json", "[]"),
        ("deep.json", "[" * 100_000),
        ("deep-but-whole.json", '{"a":' * 60 + "1" + "}" * 60),
        ("number.json", '{"a": ' + "9" * 5000 + "}"),
        ("half-character.json", '{"basics": {"name": "\\ud800"}}'),
        ("tab.yaml", "work:\n\t- name: x"),
        ("deep.yaml", "a: " + "[" * 5000 + "]" * 5000),
        ("python.yaml", "a: !!python/object/apply:os.system ['true']"),
        ("aliases.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]"),
        ("unhashable.yaml", "? [a, b]\n: c"),
        ("empty.yaml", ""),
        ("plain.txt", "just a sentence"),
    ],
)
def test_a_file_that_is_no_profile_is_the_users_mistake(tmp_path, name, text):
    """A crash here ends the whole run with a traceback instead of one sentence."""
    path = write(tmp_path, name, text)
    with pytest.raises(UserError) as refused:
        Profile.load(path)
    assert name in refused.value.message


def test_a_missing_file_a_folder_and_bytes_are_refused_by_name(tmp_path):
    """Each is a slip at the shell; none may look like a bug of ours."""
    binary = tmp_path / "cv.json"
    binary.write_bytes(b"\xff\xfe{}")
    for path in (tmp_path / "none.json", tmp_path, binary):
        with pytest.raises(UserError, match=path.name):
            Profile.load(path)


def test_yaml_scalars_stay_as_they_were_written(tmp_path):
    """`2019` as a number, `NO` as False and a day as a date object would all break the schema."""
    path = write(
        tmp_path,
        "me.yaml",
        "basics: {location: {countryCode: NO}, phone: 0123}\nwork: [{name: 7, startDate: 2019, endDate: 2020-02-01}]\n",
    )
    resume = Profile.load(path).to_resume()
    assert resume["basics"] == {"location": {"countryCode": "NO"}, "phone": "0123"}
    assert resume["work"] == [{"name": "7", "startDate": "2019", "endDate": "2020-02-01"}]


def test_ids_survive_reordering_and_edits_elsewhere():
    """Evidence stored for a CV would point at other facts after the person moved a line."""
    before = Profile.from_resume(RESUME)
    moved = json.loads(json.dumps(RESUME))
    moved["work"].reverse()
    moved["work"][1]["highlights"].insert(0, "A new line")
    after = Profile.from_resume(moved)
    assert set(before.facts) < set(after.facts)
    assert all(after.facts[known].text == fact.text for known, fact in before.facts.items())


def test_ids_of_the_file_are_kept_and_equal_texts_get_ids_of_their_own():
    """Two equal highlights with one id would let one stand as evidence for the other's employer."""
    profile = Profile.from_resume(RESUME)
    same = [fact for fact in profile.facts.values() if fact.text == "Wrote the runbook"]
    assert len({fact.id for fact in same}) == 2
    assert "kept" in profile.facts
    twice = Profile.from_resume({"work": [{"highlights": ["a", "a"]}]})
    assert [fact.kind for fact in twice.facts.values()] == ["work", "highlight", "highlight"]


def test_the_document_comes_back_unchanged_and_apart():
    """Changing the copy must not change the profile: it is what every claim is checked against."""
    profile = Profile.from_resume(RESUME)
    copy = profile.to_resume()
    assert copy == RESUME
    copy["work"][0]["name"] = "Elsewhere"
    assert profile.to_resume() == RESUME


def test_every_fact_points_at_its_own_text():
    """The pointer is how a reader finds the statement; a wrong one is a false proof."""
    profile = Profile.from_resume(RESUME)
    for fact in profile.facts.values():
        value = profile.resume
        for step in fact.path.strip("/").split("/"):
            value = value[int(step)] if isinstance(value, list) else value[step]
        assert fact.text == value or isinstance(value, dict)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["name", "highlights", "startDate", "basics", "id"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["basics", *SECTIONS]), JSON_VALUES, max_size=4))
def test_any_mapping_is_taken_or_refused_in_words(document):
    """A stranger's file never ends in a traceback."""
    with contextlib.suppress(UserError):
        profile = Profile.from_resume(document)
        assert len(profile.facts) == len({fact.path for fact in profile.facts.values()})
