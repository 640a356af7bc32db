"""Boards whose answers are rows of a page, embedded objects or less common JSON, each in a small answer of our own."""

from __future__ import annotations

from typing import Any

import pytest

from inroad.postings import parse_board

HRMDIRECT = """<table><tr class="reqitem ReqRowClick"><td class="departments reqitem">Kitchen</td>
<td class="posTitle reqitem"><a href="job-opening.php?req=501&amp;req_loc=9&amp;#job">Pastry Cook</td>
<td class="cities reqitem">Utica</td>
<td class="state reqitem">NY</td><td class="reqitem">03/09/2026</td></tr></table>"""
ICIMS = """<ul><li class="iCIMS_JobCardItem"><div class="row"><div class="header left">
<span class="sr-only field-label">Job Locations</span>
<span>US-OH-Dayton</span></div><div class="title"><a class="iCIMS_Anchor" title="77 - Lab Technician"
href="https://careers-acme.icims.com/jobs/77/lab-technician/job?in_iframe=1"><span class="sr-only field-label">Job Title</span>
<h3>Lab Technician</h3></a></div><div class="description">Tests samples.</div><dl><dt>Category</dt><dd><span>Science</span>
</dd></dl></div></li>
<li><a href="/jobs/intro?in_iframe=1">Welcome page</a></li></ul>"""
ICIMS_PLAIN = """<div class="iCIMS_JobsTable"><div class="row"><a href="/jobs/78/driver/job" class="iCIMS_Anchor">
<span class="sr-only field-label">Title</span> Driver </a></div></div>"""
JOBVITE = """<table class="jv-job-list"><tr><td class="jv-job-list-name"><a href="/acme/job/oZ1abCdE">Planner (Hybrid)</a></td>
<td class="jv-job-list-location">Oslo, Norway</td></tr></table><a href="/acme/jobs">All jobs</a>"""
JOBVITE_CARDS = """<ul><li><a href="https://jobs.jobvite.com/acme/job/oZ2abCdE"><div class="jv-job-list-name">Buyer</div>
<div class="jv-job-list-location">Bergen</div></a></li></ul>"""
PHENOM = """<script>var phApp = {}; phApp.ddo = {"eagerLoadRefineSearch":{"status":200,"data":{"jobs":[
{"title":"Chemist","jobSeqNo":"ACME9","jobId":"R-9","city":"Basel","country":"Switzerland","postedDate":"2026-02-01T00:00:00.000+0000","category":"R&amp;D","type":"Full-Time",
"descriptionTeaser":"Makes molecules."}]}},"other":[{"title":"x"}]}; phApp.y = {};</script>"""
ORACLE = {
    "items": [
        {
            "TotalJobsCount": 1,
            "requisitionList": [
                {
                    "Id": "300",
                    "Title": "Bridge Engineer",
                    "PostedDate": "2026-01-05",
                    "PrimaryLocation": "Perth, Australia",
                    "secondaryLocations": [{"Name": "Sydney, Australia"}],
                    "WorkplaceTypeCode": "ORA_HYBRID",
                }
            ],
        }
    ]
}
ORACLE_DETAIL = {
    "items": [
        {
            "Id": "300",
            "Title": "Bridge Engineer",
            "ExternalDescriptionStr": "<p>Checks bridges.</p>",
            "ExternalQualificationsStr": "<ul><li>A degree</li></ul>",
            "PrimaryLocation": "Perth, Australia",
        }
    ]
}
PINPOINT = {
    "data": [
        {
            "id": "9",
            "title": "Groom",
            "path": "/en/postings/9",
            "description": "<p>Cares for horses.</p>",
            "key_responsibilities_header": "Your day",
            "key_responsibilities": "<ul><li>Feed</li></ul>",
            "compensation": "£12 - £14 / hour",
            "workplace_type": "onsite",
            "location": {"name": "York"},
            "job": {"department": {"name": "Stables"}},
        }
    ]
}
TEAMTAILOR = {
    "title": "Acme AB",
    "items": [
        {
            "id": "aa-1",
            "title": "Electrician",
            "url": "https://career.acme.example/jobs/1-electrician",
            "date_published": "2026-03-02T10:00:00+01:00",
            "content_html": "<p>Wires houses.</p>",
            "_jobposting": {
                "@type": "JobPosting",
                "jobLocation": [{"address": {"addressLocality": "Umeå", "addressCountry": "SE"}}],
            },
        }
    ],
}
EIGHTFOLD = {
    "positions": [
        {
            "id": 55,
            "name": "Geologist",
            "locations": ["Oslo", "Narvik"],
            "department": "Mining",
            "t_create": 1767225600,
            "job_description": "Reads rocks.",
        }
    ]
}
BAMBOOHR = {
    "result": [
        {
            "id": "8",
            "jobOpeningName": "Florist",
            "employmentStatusLabel": "Part-Time",
            "location": {"city": "Graz", "state": None},
            "locationType": "2",
        }
    ]
}
BAMBOOHR_DETAIL = {
    "result": {
        "jobOpening": {"jobOpeningName": "Florist", "description": "<p>Binds flowers.</p>", "datePosted": "2026-05-06"},
        "formFields": {},
    }
}
WORKABLE = {
    "name": "Acme",
    "jobs": [
        {
            "title": "Luthier",
            "shortcode": "AB12",
            "telecommuting": False,
            "country": "Italy",
            "city": "Cremona",
            "published_on": "2026-04-04",
        },
        {
            "title": "Luthier",
            "shortcode": "AB12",
            "telecommuting": False,
            "country": "Austria",
            "city": "Wien",
            "published_on": "2026-04-04",
        },
    ],
}
WORKABLE_V3 = {
    "total": 1,
    "results": [{"shortcode": "CD34", "title": "Tuner", "location": {"city": "Bonn", "country": "Germany"}, "type": "part"}],
}
RECRUITEE = {
    "offers": [
        {"id": 1, "title": "Closed", "status": "closed"},
        {
            "id": 2,
            "title": "Bee Keeper",
            "slug": "bee-keeper",
            "description": "<p>Keeps bees.</p>",
            "requirements": "<ul><li>Patience</li></ul>",
            "city": "Ghent",
            "country": "Belgium",
            "on_site": True,
            "salary": {"min": "2500", "max": "3000", "period": "month", "currency": "EUR"},
            "status": "published",
        },
    ]
}

CASES: list[tuple[str, Any, str, dict[str, Any]]] = [
    (
        "hrmdirect",
        HRMDIRECT,
        "https://acme.hrmdirect.com/employment/job-openings.php",
        {
            "key": "hrmdirect:501",
            "title": "Pastry Cook",
            "location": "Utica, NY",
            "department": "Kitchen",
            "posted_on": "2026-03-09",
            "url": "https://acme.hrmdirect.com/employment/job-opening.php?req=501&req_loc=9&#job",
        },
    ),
    (
        "icims",
        ICIMS,
        "https://careers-acme.icims.com/jobs/search",
        {
            "key": "icims:77",
            "title": "Lab Technician",
            "location": "US-OH-Dayton",
            "department": "Science",
            "description": "Tests samples.",
            "url": "https://careers-acme.icims.com/jobs/77/lab-technician/job",
        },
    ),
    ("icims", ICIMS_PLAIN, "https://careers-acme.icims.com/jobs/search", {"key": "icims:78", "title": "Driver"}),
    (
        "jobvite",
        JOBVITE,
        "https://jobs.jobvite.com/acme/jobs",
        {
            "key": "jobvite:oZ1abCdE",
            "title": "Planner (Hybrid)",
            "location": "Oslo, Norway",
            "remote": "hybrid",
            "url": "https://jobs.jobvite.com/acme/job/oZ1abCdE",
        },
    ),
    (
        "jobvite",
        JOBVITE_CARDS,
        "https://jobs.jobvite.com/acme/jobs",
        {"key": "jobvite:oZ2abCdE", "title": "Buyer", "location": "Bergen"},
    ),
    (
        "phenom",
        PHENOM,
        "https://careers.acme.example/global/en/search-results",
        {
            "key": "phenom:R-9",
            "title": "Chemist",
            "location": "Basel, Switzerland",
            "department": "R&D",
            "employment_type": "full-time",
            "url": "https://careers.acme.example/global/en/job/ACME9",
        },
    ),
    (
        "oracle_orc",
        ORACLE,
        "https://ab.fa.us2.oraclecloud.com/hcmRestApi/resources/latest/recruitingCEJobRequisitions?finder=findReqs;siteNumber=CX_2,limit=1",
        {
            "key": "oracle_orc:300",
            "location": "Perth, Australia; Sydney, Australia",
            "remote": "hybrid",
            "url": "https://ab.fa.us2.oraclecloud.com/hcmUI/CandidateExperience/en/sites/CX_2/job/300",
        },
    ),
    (
        "oracle_orc",
        ORACLE_DETAIL,
        "https://ab.fa.us2.oraclecloud.com/hcmUI/CandidateExperience/en/sites/CX/job/300",
        {"key": "oracle_orc:300", "description": "Checks bridges.\n\nQualifications\n- A degree"},
    ),
    (
        "pinpoint",
        PINPOINT,
        "https://acme.pinpointhq.com/postings.json",
        {
            "key": "pinpoint:9",
            "location": "York",
            "remote": "onsite",
            "department": "Stables",
            "url": "https://acme.pinpointhq.com/en/postings/9",
            "description": "Cares for horses.\n\nYour day\n- Feed",
        },
    ),
    (
        "teamtailor",
        TEAMTAILOR,
        "https://career.acme.example/jobs.json",
        {
            "key": "teamtailor:aa-1",
            "location": "Umeå, SE",
            "company": "Acme AB",
            "posted_on": "2026-03-02",
            "description": "Wires houses.",
        },
    ),
    (
        "eightfold",
        EIGHTFOLD,
        "https://acme.eightfold.ai/api/apply/v2/jobs",
        {
            "key": "eightfold:55",
            "location": "Oslo; Narvik",
            "posted_on": "2026-01-01",
            "url": "https://acme.eightfold.ai/careers/job/55",
        },
    ),
    (
        "bamboohr",
        BAMBOOHR,
        "https://acme.bamboohr.com/careers/list",
        {
            "key": "bamboohr:8",
            "location": "Graz",
            "remote": "hybrid",
            "employment_type": "part-time",
            "url": "https://acme.bamboohr.com/careers/8",
        },
    ),
    (
        "bamboohr",
        BAMBOOHR_DETAIL,
        "https://acme.bamboohr.com/careers/8/detail",
        {"key": "bamboohr:8", "description": "Binds flowers.", "posted_on": "2026-05-06"},
    ),
    (
        "workable",
        WORKABLE,
        "https://apply.workable.com/api/v1/widget/accounts/acme",
        {
            "key": "workable:AB12",
            "location": "Cremona, Italy; Wien, Austria",
            "company": "Acme",
            "remote": None,
            "url": "https://apply.workable.com/acme/j/AB12/",
        },
    ),
    (
        "workable",
        WORKABLE_V3,
        "https://apply.workable.com/api/v3/accounts/acme/jobs",
        {"key": "workable:CD34", "location": "Bonn, Germany", "employment_type": "part-time"},
    ),
    (
        "recruitee",
        RECRUITEE,
        "https://acme.recruitee.com/api/offers/",
        {
            "key": "recruitee:2",
            "location": "Ghent, Belgium",
            "remote": "onsite",
            "url": "https://acme.recruitee.com/o/bee-keeper",
            "description": "Keeps bees.\n\nRequirements\n- Patience",
        },
    ),
]


@pytest.mark.parametrize(("provider", "payload", "url", "wanted"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_an_answer_is_read_whole(provider: str, payload: Any, url: str, wanted: dict[str, Any]) -> None:
    """A field that moves or loses its markup silently would reach matching and CVs wrong."""
    (posting,) = parse_board(provider, payload, url=url)
    assert {name: getattr(posting, name) for name in wanted} == wanted
