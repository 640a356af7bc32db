"""Shapes that boards' feeds have beside the usual one: empty in their own way, cut off, many places, odd fields."""

from __future__ import annotations

import random
from typing import Any

import pytest

from inroad.guard.errors import PermanentError
from inroad.postings import Board, is_cut_off, parse_board, rows_in, stated_total
from inroad.postings.conditions import employment_type
from tests.postings.test_boards import CASES
from tests.postings.test_more_boards import CASES as MORE_CASES

PERSONIO = (
    '<?xml version="1.0" encoding="UTF-8"?><workzag-jobs><position><id>1</id><name>Cook</name>'
    "<schedule>full-or-part-time</schedule><employmentType>permanent</employmentType></position></workzag-jobs>"
)
PAYLOCITY = '<html><script>window.pageData = {"Jobs":[],"ModuleTitle":"Jobs"};</script></html>'
ORACLE = {"items": [{"SearchId": 1, "TotalJobsCount": 0, "requisitionList": []}], "count": 1}
ICIMS_DETAIL = """<script type="application/ld+json">{"@type":"JobPosting","title":"Lab Technician","description":"Tests.",
"url":"https://careers-acme.icims.com/jobs/77/lab-technician/job"}</script>"""
NEOGOV = """<ul><li class="list-item"><h3><a href="/careers/acme/jobs/4567890/clerk">Clerk</a></h3><ul class="list-meta">
<li>Salem, OR</li><li>Category: Office</li><li>Department: Courts</li></ul>
<span class="list-entry-ends"><span>Closes on 12/31/2026 11:59 PM Pacific</span></span></li></ul>"""
TEAMTAILOR = """<rss xmlns:tt="https://teamtailor.com/locations"><channel><item><title>Cook</title><guid>g1</guid><tt:locations>
<tt:location><tt:name>HQ</tt:name><tt:city>Umea</tt:city><tt:country>Sweden</tt:country></tt:location>
<tt:location><tt:name>Harbour</tt:name></tt:location></tt:locations></item></channel></rss>"""
PHENOM = {
    "refineSearch": {
        "data": {
            "jobs": [
                {
                    "title": "Nurse",
                    "jobSeqNo": "S1",
                    "jobId": "1",
                    "city": "Bath",
                    "country": "UK",
                    "multi_location": ["Bath, UK", "Ely, UK"],
                }
            ]
        }
    }
}


@pytest.mark.parametrize(
    ("provider", "payload"),
    [
        ("personio", PERSONIO[:-30]),
        ("personio", "<?xml version='1.0'?><error><message>No such company</message></error>"),
        ("personio", "<html><title>Just a moment...</title></html>"),
        ("paylocity", PAYLOCITY.replace('"Jobs":[],', "")),
        ("workday", {"errorCode": "HTTP_422", "httpStatus": 422, "message": ""}),
        ("lever", {"ok": False, "error": "Document not found"}),
    ],
)
def test_an_error_or_a_page_in_the_way_is_not_an_empty_board(provider: str, payload: Any) -> None:
    """Every job of the company would be closed."""
    if is_cut_off(payload):
        assert parse_board(provider, payload, url="https://acme.example/jobs") != []
        return
    with pytest.raises(PermanentError) as refused:
        parse_board(provider, payload, url="https://acme.example/jobs")
    assert refused.value.reason == "not-a-board"


@pytest.mark.parametrize(
    ("provider", "payload"),
    [
        ("personio", '<?xml version="1.0" encoding="UTF-8"?>\n<workzag-jobs/>'),
        ("teamtailor", "<rss><channel><title>Acme</title></channel></rss>"),
        ("paylocity", PAYLOCITY),
        ("oracle_orc", ORACLE),
    ],
)
def test_an_empty_board_says_so_in_its_own_way(provider: str, payload: Any) -> None:
    """A company that hires nobody is no error, and what it listed before is over."""
    assert parse_board(provider, payload, url="https://acme.example/jobs") == []


def test_a_feed_that_was_cut_off_is_known_for_it() -> None:
    """What it still holds is read; what it does not hold is not gone."""
    assert not is_cut_off(PERSONIO)
    assert is_cut_off(PERSONIO[:-30])
    assert not is_cut_off({"jobs": []})


@pytest.mark.parametrize(
    ("provider", "payload", "total", "rows"),
    [
        ("greenhouse", {"jobs": [{"id": 1}], "meta": {"total": 3}}, 3, 1),
        ("workday", {"total": 40, "jobPostings": [{}, {}]}, 40, 2),
        ("oracle_orc", {"items": [{"TotalJobsCount": 7, "requisitionList": [{"Id": "1"}]}]}, 7, 1),
        ("lever", [{"id": "a"}], None, 0),
        ("rippling", {"items": None, "totalItems": True}, None, 0),
    ],
)
def test_what_a_board_says_that_it_has_is_compared_with_what_it_shows(
    provider: str, payload: Any, total: int | None, rows: int
) -> None:
    """A board that shows less than it says closes nothing."""
    board = Board(provider, "acme", "https://acme.example", "https://acme.example/api")
    assert (stated_total(board, payload), rows_in(board, payload)) == (total, rows)


@pytest.mark.parametrize(
    ("provider", "payload", "url", "wanted"),
    [
        ("personio", PERSONIO, "https://acme.jobs.personio.de/xml", {"employment_type": "full-time", "key": "personio:1"}),
        ("icims", ICIMS_DETAIL, "https://careers-acme.icims.com/jobs/77/lab-technician/job", {"key": "icims:77"}),
        (
            "neogov",
            NEOGOV,
            "https://www.governmentjobs.com/careers/home/index?agency=acme",
            {"department": "Courts", "valid_through": "2026-12-31", "location": "Salem, OR"},
        ),
        ("teamtailor", TEAMTAILOR, "https://acme.teamtailor.com/jobs.rss", {"location": "Umea, Sweden; Harbour"}),
        ("phenom", PHENOM, "https://careers.acme.example/us/en/search-results", {"location": "Bath, UK; Ely, UK"}),
        (
            "greenhouse",
            {"jobs": [{"id": 3, "title": "Cook", "absolute_url": None, "location": None, "metadata": None, "offices": None}]},
            "https://boards-api.greenhouse.io/v1/boards/acme/jobs",
            {"url": "https://boards.greenhouse.io/acme/jobs/3"},
        ),
        (
            "lever",
            [{"id": "a-1", "text": "Cook", "categories": None, "lists": None, "createdAt": None}],
            "https://api.lever.co/v0/postings/acme?mode=json",
            {"url": "https://jobs.lever.co/acme/a-1"},
        ),
        (
            "recruitee",
            {"offers": [{"id": 1, "title": "Cook", "employment_type_code": "parttime_permanent", "salary": None}]},
            "https://acme.recruitee.com/api/offers/",
            {"employment_type": "part-time"},
        ),
    ],
)
def test_a_less_usual_shape_is_read_whole(provider: str, payload: Any, url: str, wanted: dict[str, Any]) -> None:
    """Each field that is lost here is lost for every company on that board."""
    (posting,) = parse_board(provider, payload, url=url)
    assert {name: getattr(posting, name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("permanent", "full-time"),
        ("Teilzeit, unbefristet", "part-time"),
        ("full-or-part-time", "full-time"),
        ("Regular part time", "part-time"),
        ("Praktikum, Vollzeit", "internship"),
        ("tempo pieno", "full-time"),
        ("something", None),
    ],
)
def test_permanence_is_no_measure_of_hours(text: str, kind: str | None) -> None:
    """A permanent part-time job is part-time."""
    assert employment_type(text) == kind


JUNK: list[Any] = [
    None,
    [],
    {},
    "",
    0,
    -1,
    True,
    "<p>&amp;lt;",
    [None],
    [{}],
    {"a": None},
    1e308,
    float("nan"),
    "2026-13-45",
    ["a", ["b"]],
]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything inside an answer of ours."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, child in inner for found in _places(child, (*path, key)))]


def _with(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    copied = value.copy()
    copied[path[0]] = _with(copied[path[0]], path[1:], junk)
    return copied


@pytest.mark.parametrize(
    ("provider", "payload", "url"), [case[:3] for case in (*CASES, *MORE_CASES) if not isinstance(case[1], str)]
)
def test_junk_at_any_place_of_an_answer_gives_postings_or_the_documented_error(provider: str, payload: Any, url: str) -> None:
    """Feeds change under us: a field that turns into a list must not end a run."""
    dice = random.Random(provider)
    places = _places(payload)
    for _ in range(60):
        broken = _with(payload, dice.choice(places), dice.choice(JUNK))
        try:
            read = parse_board(provider, broken, url=url)
        except PermanentError as refused:
            assert refused.reason == "not-a-board"  # noqa: PT017 - either is right
        else:
            assert all(posting.title for posting in read)
