"""Boards: every provider's answer in its documented shape, shapes nobody documented, and answers that are none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.guard.errors import PermanentError
from inroad.postings import PROVIDERS, Posting, parse_board

NAMED = {
    "greenhouse",
    "lever",
    "ashby",
    "workable",
    "recruitee",
    "personio",
    "smartrecruiters",
    "teamtailor",
    "bamboohr",
    "workday",
    "eightfold",
    "hrmdirect",
    "icims",
    "jobvite",
    "oracle_orc",
    "phenom",
    "pinpoint",
    "rippling",
    "paylocity",
    "neogov",
}


def test_an_unknown_provider_is_refused_with_the_names_of_the_known() -> None:
    """A misspelt provider would otherwise read every board as empty."""
    with pytest.raises(PermanentError, match=r"greenhouse.*workday") as refusal:
        parse_board("grenhouse", {"jobs": []}, url="https://a.example/")
    assert refusal.value.reason == "unknown-provider"


@pytest.mark.parametrize(
    "payload", [{"error": "not found"}, {}, None, 3, "<html><p>Please enable JavaScript</p></html>", "", b"\xff\xfe"]
)
def test_an_answer_that_is_no_board_is_refused_and_not_read_as_empty(payload: Any) -> None:
    """ "Could not read" taken for "no jobs" would close every posting of the company."""
    with pytest.raises(PermanentError) as refusal:
        parse_board("greenhouse", payload, url="https://a.example/")
    assert refusal.value.reason == "not-a-board"


def test_an_empty_board_is_empty() -> None:
    """A company without openings is no error."""
    assert parse_board("greenhouse", {"jobs": [], "meta": {"total": 0}}, url="https://a.example/") == []
    assert parse_board("lever", [], url="https://a.example/") == []
    assert parse_board("icims", "<p>There are no open positions at this time.</p>", url="https://a.icims.com/") == []


def test_every_provider_of_the_list_is_read() -> None:
    """A provider that is found on pages and cannot be read loses its companies."""
    assert set(PROVIDERS) == NAMED


GREENHOUSE = {
    "jobs": [
        {
            "id": 4011,
            "title": "Data Engineer &amp; Analyst",
            "updated_at": "2026-05-02T10:00:00-04:00",
            "first_published": "2026-04-01T10:00:00-04:00",
            "location": {"name": "Berlin, Germany"},
            "absolute_url": "https://boards.greenhouse.io/acme/jobs/4011",
            "content": "&lt;h3&gt;What you&amp;#39;ll do&lt;/h3&gt;&lt;ul&gt;&lt;li&gt;Build &amp;amp; run pipelines&lt;/li&gt;",
            "departments": [{"id": 1, "name": "Data"}],
            "pay_input_ranges": [{"min_cents": 6000000, "max_cents": 8000000, "currency_type": "EUR", "title": "Annual salary"}],
        }
    ]
}
LEVER = [
    {
        "id": "0a1b",
        "text": "Site Reliability Engineer",
        "hostedUrl": "https://jobs.lever.co/acme/0a1b",
        "createdAt": 1767225600000,
        "categories": {"commitment": "Full-time", "location": "Lyon", "team": "Platform", "allLocations": ["Lyon", "Paris"]},
        "description": "<div>We run things.</div>",
        "lists": [{"text": "What you bring", "content": "<li>Linux</li><li>Go</li>"}],
        "additional": "<div>We reply within a week.</div>",
        "workplaceType": "hybrid",
        "salaryRange": {"min": 50000, "max": 60000, "currency": "EUR", "interval": "per-year-salary"},
    }
]
ASHBY = {
    "apiVersion": "1",
    "jobs": [
        {"id": "u-0", "title": "Hidden", "isListed": False, "jobUrl": "https://jobs.ashbyhq.com/acme/u-0"},
        {
            "id": "u-1",
            "title": "Product Designer",
            "location": "London",
            "secondaryLocations": [{"location": "Dublin"}],
            "department": "Design",
            "employmentType": "FullTime",
            "isListed": True,
            "isRemote": True,
            "publishedAt": "2026-03-04T00:00:00.000+00:00",
            "jobUrl": "https://jobs.ashbyhq.com/acme/u-1",
            "descriptionHtml": "<p>Design our product.</p>",
            "compensation": {
                "summaryComponents": [
                    {
                        "compensationType": "Salary",
                        "interval": "1 YEAR",
                        "currencyCode": "GBP",
                        "minValue": 60000,
                        "maxValue": 75000,
                    }
                ]
            },
        },
    ],
}
PERSONIO = """<?xml version="1.0" encoding="UTF-8"?>
<workzag-jobs><position><id>77</id><subcompany>Acme GmbH</subcompany><office>München</office>
<additionalOffices><office>Köln</office></additionalOffices><department>Technik</department>
<name>Elektroniker (m/w/d)</name>
<jobDescriptions>
<jobDescription><name>Deine Aufgaben</name><value><![CDATA[<ul><li>Anlagen warten</li></ul>]]></value></jobDescription>
<jobDescription><name>Dein Profil</name><value><![CDATA[<p>Ausbildung &amp; Erfahrung</p>]]></value></jobDescription>
</jobDescriptions>
<employmentType>permanent</employmentType><seniority>experienced</seniority><schedule>full-time</schedule>
<createdAt>2026-02-03T09:00:00+00:00</createdAt></position></workzag-jobs>"""
SMARTRECRUITERS = {
    "totalFound": 1,
    "content": [
        {
            "id": "743999",
            "name": "Warehouse Associate",
            "company": {"identifier": "Acme", "name": "Acme Inc"},
            "releasedDate": "2026-06-07T08:00:00.000Z",
            "location": {"city": "Reno", "region": "NV", "country": "us", "remote": False},
            "department": {"label": "Operations"},
            "typeOfEmployment": {"label": "Part-time"},
        }
    ],
}
RIPPLING = {
    "items": [
        {
            "id": "r1",
            "name": "Payroll Lead",
            "url": "https://ats.rippling.com/acme/jobs/r1",
            "department": {"name": "Finance"},
            "locations": [{"name": "Remote (US)", "country": "United States", "workplaceType": "REMOTE"}],
        },
        {
            "id": "r1",
            "name": "Payroll Lead",
            "url": "https://ats.rippling.com/acme/jobs/r1",
            "locations": [{"name": "New York, NY"}],
        },
    ],
    "totalPages": 1,
}
PAYLOCITY = """<html>
<script>var x = {}; window.pageData = {"Jobs":[{"JobId":31,"JobTitle":"HVAC Technician",
"LocationName":"Boise, ID",
"PublishedDate":"2026-01-09T00:00:00","HiringDepartment":"Service","IsRemote":false,"Description":"Fix &amp; install"}],
"Other":{"a":[1]}};
</script></html>"""
NEOGOV = """<ul><li class="list-item" data-job-id="5386884"><h3><a class="item-details-link"
href="/careers/exampletown/jobs/5386884/city-planner">City Planner</a></h3><ul class="list-meta"><li>Exampletown, CA</li>
<li>Full Time - $37.45 - $57.96 Hourly</li><li>Category: Planning</li></ul><div class="list-entry">Plans the city.</div>
</li></ul>"""
NEOGOV_RSS = """<rss version="2.0" xmlns:joblisting="http://www.neogov.com/namespaces/JobListing"><channel>
<title>Jobs</title><item>
<title>Librarian</title><link>https://www.governmentjobs.com/careers/exampletown/jobs/4412345</link>
<joblisting:jobId>4412345</joblisting:jobId>
<joblisting:department>Library</joblisting:department><joblisting:location>Exampletown</joblisting:location>
<joblisting:jobType>Part-Time</joblisting:jobType><description>&lt;p&gt;Runs the desk.&lt;/p&gt;</description>
<pubDate>Mon, 05 Jan 2026 00:00:00 GMT</pubDate></item></channel></rss>"""
WORKDAY = {
    "total": 1,
    "jobPostings": [
        {
            "title": "Financial Controller",
            "externalPath": "/job/Vienna-Austria/Financial-Controller_JR-0042",
            "locationsText": "2 Locations",
            "postedOn": "Posted 3 Days Ago",
            "bulletFields": ["JR-0042"],
        }
    ],
}

CASES: list[tuple[str, Any, str, dict[str, Any]]] = [
    (
        "greenhouse",
        GREENHOUSE,
        "https://boards-api.greenhouse.io/v1/boards/acme/jobs",
        {
            "key": "greenhouse:4011",
            "title": "Data Engineer & Analyst",
            "location": "Berlin, Germany",
            "posted_on": "2026-04-01",
            "department": "Data",
            "description": "What you'll do\n\n- Build & run pipelines",
        },
    ),
    (
        "lever",
        LEVER,
        "https://api.lever.co/v0/postings/acme",
        {
            "key": "lever:0a1b",
            "location": "Lyon; Paris",
            "remote": "hybrid",
            "posted_on": "2026-01-01",
            "employment_type": "full-time",
            "description": "We run things.\n\nWhat you bring\n- Linux\n- Go\n\nWe reply within a week.",
        },
    ),
    (
        "ashby",
        ASHBY,
        "https://api.ashbyhq.com/posting-api/job-board/acme",
        {
            "key": "ashby:u-1",
            "location": "London; Dublin",
            "remote": "remote",
            "posted_on": "2026-03-04",
            "employment_type": "full-time",
        },
    ),
    (
        "personio",
        PERSONIO,
        "https://acme.jobs.personio.de/xml",
        {
            "key": "personio:77",
            "url": "https://acme.jobs.personio.de/job/77",
            "location": "München; Köln",
            "company": "Acme GmbH",
            "employment_type": "full-time",
            "description": "Deine Aufgaben\n- Anlagen warten\n\nDein Profil\nAusbildung & Erfahrung",
        },
    ),
    (
        "smartrecruiters",
        SMARTRECRUITERS,
        "https://api.smartrecruiters.com/v1/companies/Acme/postings",
        {
            "key": "smartrecruiters:743999",
            "url": "https://jobs.smartrecruiters.com/Acme/743999",
            "location": "Reno, NV, US",
            "remote": None,
            "employment_type": "part-time",
            "company": "Acme Inc",
        },
    ),
    (
        "rippling",
        RIPPLING,
        "https://ats.rippling.com/api/v2/board/acme/jobs",
        {"key": "rippling:r1", "location": "Remote (US); New York, NY", "remote": "remote", "department": "Finance"},
    ),
    (
        "paylocity",
        PAYLOCITY,
        "https://recruiting.paylocity.com/recruiting/jobs/All/0",
        {
            "key": "paylocity:31",
            "title": "HVAC Technician",
            "url": "https://recruiting.paylocity.com/Recruiting/Jobs/Details/31",
            "location": "Boise, ID",
            "posted_on": "2026-01-09",
            "department": "Service",
            "description": "Fix & install",
        },
    ),
    (
        "neogov",
        NEOGOV,
        "https://www.governmentjobs.com/careers/exampletown",
        {
            "key": "neogov:5386884",
            "title": "City Planner",
            "location": "Exampletown, CA",
            "employment_type": "full-time",
            "url": "https://www.governmentjobs.com/careers/exampletown/jobs/5386884/city-planner",
            "department": "Planning",
        },
    ),
    (
        "neogov",
        NEOGOV_RSS,
        "https://www.governmentjobs.com/careers/exampletown",
        {
            "key": "neogov:4412345",
            "title": "Librarian",
            "location": "Exampletown",
            "posted_on": "2026-01-05",
            "description": "Runs the desk.",
        },
    ),
    (
        "workday",
        WORKDAY,
        "https://acme.wd3.myworkdayjobs.com/wday/cxs/acme/External/jobs",
        {
            "key": "workday:JR-0042",
            "location": "Vienna Austria",
            "url": "https://acme.wd3.myworkdayjobs.com/External/job/Vienna-Austria/Financial-Controller_JR-0042",
        },
    ),
]


@pytest.mark.parametrize(("provider", "payload", "url", "wanted"), CASES)
def test_a_documented_answer_is_read_whole(provider: str, payload: Any, url: str, wanted: dict[str, Any]) -> None:
    """A field that moves or loses its markup silently would reach matching and CVs wrong."""
    (posting,) = parse_board(provider, payload, url=url)
    assert {name: getattr(posting, name) for name in wanted} == wanted
    assert posting.source == provider


def test_pay_is_read_with_currency_and_period() -> None:
    """An amount without its currency or period cannot be compared."""
    pays = [parse_board(p, payload, url=url)[0].salary for p, payload, url, _ in CASES if p in {"greenhouse", "lever", "ashby"}]
    assert [(pay.minimum, pay.maximum, pay.currency, pay.period) for pay in pays if pay] == [
        (60000, 80000, "EUR", "year"),
        (50000, 60000, "EUR", "year"),
        (60000, 75000, "GBP", "year"),
    ]
    (hourly,) = parse_board("neogov", NEOGOV, url="https://www.governmentjobs.com/careers/exampletown")
    assert hourly.salary is not None
    assert (hourly.salary.minimum, hourly.salary.maximum, hourly.salary.period) == (37.45, 57.96, "hour")


def test_the_answer_for_one_job_is_read_and_a_companys_record_is_not() -> None:
    """Boards whose lists have no texts are completed by one request a job."""
    lever = {"id": "7", "text": "Tanner", "categories": {"location": "Wels"}, "description": "<p>Tans.</p>"}
    (one,) = parse_board("lever", lever, url="https://api.lever.co/v0/postings/acme/7")
    assert (one.key, one.title, one.description) == ("lever:7", "Tanner", "Tans.")
    rippling = {"uuid": "8", "name": "Tanner", "description": {"role": "<p>Tans.</p>", "company": "<p>Acme.</p>"}}
    (other,) = parse_board("rippling", rippling, url="https://ats.rippling.com/api/v2/board/acme/jobs/8")
    assert (other.key, other.description) == ("rippling:8", "Acme.\n\nTans.")
    with pytest.raises(PermanentError):
        parse_board("rippling", {"id": "9", "name": "Acme Inc"}, url="https://ats.rippling.com/api/v2/board/acme")


def test_a_job_about_contracts_is_no_contract_job() -> None:
    """A filter for permanent jobs would hide the contract manager's."""
    titles = ("Contract Manager", "Volunteer Coordinator", "Stage Manager", "Welder (Contract)", "Marketing Intern")
    found = parse_board(
        "greenhouse", {"jobs": [{"id": n, "title": title} for n, title in enumerate(titles)]}, url="https://a.example/"
    )
    assert [posting.employment_type for posting in found] == [None, None, None, "contract", "internship"]


def test_json_as_text_or_bytes_is_read_like_parsed_json() -> None:
    """The caller may hand on a body as it came."""
    url = "https://a.example/"
    parsed = parse_board("greenhouse", GREENHOUSE, url=url)
    assert parse_board("greenhouse", json.dumps(GREENHOUSE), url=url) == parsed
    assert parse_board("greenhouse", json.dumps(GREENHOUSE).encode(), url=url) == parsed


def test_a_changed_shape_is_still_read_by_its_job_like_objects() -> None:
    """A provider that renames a field would otherwise empty every board of its kind over night."""
    changed = {
        "payload": {
            "meta": [{"name": "x"}],
            "edges": [{"node": {"jobTitle": "Welder", "jobId": 9, "city": "Graz", "jobUrl": "/j/9"}}],
        }
    }
    (posting,) = parse_board("recruitee", changed, url="https://acme.recruitee.com/api/offers/")
    assert (posting.title, posting.location, posting.key) == ("Welder", "Graz", "recruitee:9")
    assert posting.url == "https://acme.recruitee.com/j/9"


def test_an_html_answer_of_a_json_provider_is_read_by_its_job_links() -> None:
    """A provider may move from an API to a page."""
    page = """<main><a href="/jobs/12345-nurse">Night Nurse</a><a href="/jobs/12346-cook">Cook</a></main>
    <footer><a href="/jobs/all">All jobs</a></footer>"""
    found = parse_board("bamboohr", page, url="https://acme.bamboohr.com/careers")
    assert [posting.title for posting in found] == ["Night Nurse", "Cook"]


def test_a_job_without_a_title_is_left_out_and_the_others_are_kept() -> None:
    """One broken record must not lose the board."""
    payload = {"jobs": [{"id": 1}, {"id": 2, "title": None}, {"id": 3, "title": "Baker", "absolute_url": "https://b.example/3"}]}
    assert [posting.key for posting in parse_board("greenhouse", payload, url="https://b.example/")] == ["greenhouse:3"]


def test_entities_of_an_xml_feed_are_never_expanded() -> None:
    """An entity bomb in a feed would take the process down."""
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    feed = bomb + "<workzag-jobs><position><id>1</id><name>Clerk &b;</name></position></workzag-jobs>"
    (posting,) = parse_board("personio", feed, url="https://acme.jobs.personio.de/xml")
    assert posting.title.startswith("Clerk")
    assert "aaaa" not in posting.title


def test_deeply_nested_json_is_refused_without_a_crash() -> None:
    """Recursion on a stranger's nesting ends the process."""
    with pytest.raises(PermanentError):
        parse_board("lever", "[" * 200_000, url="https://a.example/")
    nested: Any = {"a": 1}
    for _ in range(50_000):
        nested = [nested]
    with pytest.raises(PermanentError):
        parse_board("rippling", {"x": nested}, url="https://a.example/")


FIELD_NAMES = (
    *("id", "title", "name", "text", "jobs", "items", "location", "locations", "url", "content", "result", "data", "offers"),
    *("jobPostings", "requisitionList", "attributes", "_jobposting", "categories", "lists", "salary", "compensation"),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(FIELD_NAMES),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(provider=st.sampled_from(sorted(NAMED)), payload=VALUES)
def test_any_json_gives_postings_or_the_documented_error(provider: str, payload: Any) -> None:
    """A payload is a stranger's: a value of another type must not crash the run."""
    try:
        found = parse_board(provider, payload, url="https://acme.example/jobs")
    except PermanentError:
        return
    assert all(isinstance(posting, Posting) and posting.title and posting.key for posting in found)


@given(provider=st.sampled_from(sorted(NAMED)), text=st.text(alphabet="<>/=\"' abehjlorstuv{}[]:,&;-1?", max_size=300))
def test_any_text_gives_postings_or_the_documented_error(provider: str, text: str) -> None:
    """Markup of any quality is data, never a crash."""
    try:
        found = parse_board(provider, text, url="https://acme.example/jobs")
    except PermanentError:
        return
    assert all(isinstance(posting, Posting) for posting in found)
