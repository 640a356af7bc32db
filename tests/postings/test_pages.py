"""Pages: structured data in three syntaxes and broken forms, job pages by headings, lists, and pages that are no postings."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.postings import Posting, extract_postings, find_posting_links

URL = "https://acme.example/careers/data-engineer"

ARTICLE = """<html><head><title>Our services | Acme</title></head><body>
<nav><a href="/jobs/1-x">Jobs</a></nav><main><h1>Our services</h1>
<h2>What we offer</h2><p>Consulting for companies of any size, since 1990, in all of Europe
and beyond, with people you can trust.</p>
<h2>Requirements</h2><p>We listen to your requirements, write them down, and come back with an offer within a week or two.</p>
<a href="/contact">Contact us</a></main></body></html>"""

JOB_PAGE = """<html lang="en"><head><title>Data Engineer | Acme</title>
<meta property="og:site_name" content="Acme"></head><body>
<nav><ul><li>Home</li><li>Requirements</li></ul></nav><main><h1>Data Engineer (m/f/d)</h1><p>Location: Graz</p>
<p>Job type: Full-time</p>
<p>Acme makes machines that dig tunnels, and you will keep their measurements flowing.</p>
<h2>What you will do</h2><ul><li>Build pipelines in Python</li><li>Care for PostgreSQL</li></ul>
<h2>What you bring</h2><ul><li>3+ years of experience with SQL</li><li>Good English</li></ul>
<h2>What we offer</h2><p>EUR 52,000 - 60,000 per year.</p><a class="btn" href="/apply?job=7">Apply now</a></main>
<footer>Imprint</footer></body></html>"""


def with_json_ld(block: str) -> str:
    return f'<html><body><h1>Page</h1><script type="application/ld+json">{block}</script></body></html>'


def posting_block(**more: object) -> dict[str, object]:
    return {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": "Nurse &amp; Carer",
        "description": "<p>Care.</p>",
        **more,
    }


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<html><body><h1>Data Engineer</h1><p>We dug a tunnel.</p></body></html>",
        ARTICLE,
        JOB_PAGE.replace("What you will do", "Our story").replace("What you bring", "Our values"),
        with_json_ld('{"@type": "Organization", "name": "Acme"}'),
        with_json_ld("{" * 5_000),
        "<div itemscope itemtype='https://schema.org/JobPosting'></div>",
    ],
)
def test_a_page_that_is_no_posting_gives_none(page: str) -> None:
    """A service page taken for a job puts an invented opening in front of a person."""
    assert extract_postings(page, url=URL) == []


def test_a_home_page_is_never_one_posting() -> None:
    """A start page with sections named like a posting's is not an opening."""
    assert extract_postings(JOB_PAGE, url="https://acme.example/") == []


def test_a_list_of_jobs_is_no_posting_and_gives_its_links() -> None:
    """A careers page read as one job hides all the others."""
    page = """<nav><a href="/careers/benefits-and-more">Benefits</a></nav><main><h1>Careers</h1>
    <div class="card"><h3>Plumber</h3><a href="/careers/plumber-graz">Read more</a></div>
    <ul><li><a href="/jobs/4711">Electrician <span>Vienna</span></a></li>
    <li><a href="https://jobs.lever.co/acme/0f-1">Welder</a></li>
    <li><a href="https://portal.example/jobs/1234-other">Other company's job</a></li><li>
<a href="/jobs/search?q=x">Search jobs</a></li>
    <li><a href="/careers/qa-engineer">Learn more &gt;</a></li><li><a href="/jobs/4711#apply">Apply</a></li></ul></main>"""
    assert extract_postings(page, url="https://acme.example/careers") == []
    links = find_posting_links(page, url="https://acme.example/careers")
    assert [(link.title, link.url) for link in links] == [
        ("Plumber", "https://acme.example/careers/plumber-graz"),
        ("Electrician Vienna", "https://acme.example/jobs/4711"),
        ("Welder", "https://jobs.lever.co/acme/0f-1"),
        ("Qa engineer", "https://acme.example/careers/qa-engineer"),
    ]


def test_json_ld_is_read_with_all_its_fields() -> None:
    """Each field that is lost is one that a person has to look up again."""
    block = posting_block(
        datePosted="2026-03-01T08:00:00Z",
        validThrough="2026-04-01",
        employmentType=["FULL_TIME", "PART_TIME"],
        jobLocationType="TELECOMMUTE",
        applicantLocationRequirements={"@type": "Country", "name": "Austria"},
        hiringOrganization={"@type": "Organization", "name": "Acme Clinic", "sameAs": "https://clinic.example"},
        jobLocation=[
            {"@type": "Place", "address": {"addressLocality": "Linz", "addressRegion": "OÖ", "addressCountry": {"name": "AT"}}}
        ],
        baseSalary={
            "@type": "MonetaryAmount",
            "currency": "EUR",
            "value": {"minValue": 3000, "maxValue": "3500", "unitText": "MONTH"},
        },
        url="/jobs/nurse",
        identifier={"@type": "PropertyValue", "name": "Acme Clinic", "value": 4711},
    )
    (posting,) = extract_postings(with_json_ld(json.dumps(block)), url=URL)
    assert (posting.title, posting.company, posting.location) == ("Nurse & Carer", "Acme Clinic", "Linz, OÖ, AT")
    assert (posting.posted_on, posting.valid_through, posting.remote) == ("2026-03-01", "2026-04-01", "remote")
    assert (posting.employment_type, posting.source, posting.url) == ("full-time", "json-ld", "https://acme.example/jobs/nurse")
    assert posting.salary is not None
    assert (posting.salary.minimum, posting.salary.maximum, posting.salary.currency, posting.salary.period) == (
        3000,
        3500,
        "EUR",
        "month",
    )
    assert posting.key == "nurse-carer--linz-oo-at--acme-clinic"
    assert (posting.details["regions"], posting.details["identifier"]) == (["Austria"], "4711")


@pytest.mark.parametrize(
    "block",
    [
        '{"@context":"https://schema.org","@graph":[{"@type":"WebPage"},{"@type":["JobPosting"],"title":"Cook"}]}',
        '[{"@type":"Organization"},{"@type":"http://schema.org/JobPosting","title":"Cook"}]',
        '<!-- {"@type":"JobPosting","title":"Cook"} -->',
        '//<![CDATA[\n{"@type":"JobPosting","title":"Cook"}\n//]]>',
        '{"@type":"JobPosting","title":"Cook",}',
        '{"@type":"JobPosting","title":"Cook","description":"line one\nline two\ttab"};',
        '{"@type":"JobPosting","title":"Cook","description":"it\\\'s fine"}',
        '{"@type":"JobPosting","title":"Cook","description":"the "best" kitchen"}',
        '{"@type":"Organization"}{"@type":"JobPosting","title":"Cook"}',
        '{"@type":"JobPosting","title":"Cook","description":"cut off in the mid',
        "{&quot;@type&quot;:&quot;JobPosting&quot;,&quot;title&quot;:&quot;Cook&quot;}",
        '// our job\n{"@type":"JobPosting","title":"Cook"}',
    ],
)
def test_json_ld_that_sites_break_is_mended(block: str) -> None:
    """Search engines forgive these; a strict reader loses the posting."""
    assert [posting.title for posting in extract_postings(with_json_ld(block), url=URL)] == ["Cook"]


def test_a_reference_to_the_organisation_is_followed() -> None:
    """Site builders name the company once and point to it."""
    graph = {
        "@graph": [{"@type": "Organization", "@id": "#org", "name": "Acme"}, posting_block(hiringOrganization={"@id": "#org"})]
    }
    assert extract_postings(with_json_ld(json.dumps(graph)), url=URL)[0].company == "Acme"


@pytest.mark.parametrize(
    "page",
    [
        """<div itemscope itemtype="http://schema.org/JobPosting"><h2 itemprop="title">Baker</h2>
        <meta itemprop="datePosted" content="2026-01-02">
        <div itemprop="hiringOrganization" itemscope itemtype="http://schema.org/Organization"><b itemprop="name">Acme</b></div>
        <span itemprop="jobLocation" itemscope itemtype="http://schema.org/Place"><span itemprop="address" itemscope
        itemtype="http://schema.org/PostalAddress"><i itemprop="addressLocality">Wels</i></span></span>
        <div itemprop="description"><ul><li>Bake</li></ul></div></div>""",
        """<div vocab="https://schema.org/" typeof="JobPosting"><h2 property="title">Baker</h2>
        <meta property="datePosted" content="2026-01-02">
        <div property="hiringOrganization" typeof="Organization"><b property="name">Acme</b></div>
        <span property="jobLocation" typeof="Place">
        <span property="address" typeof="PostalAddress"><i property="addressLocality">Wels</i></span></span>
        <div property="description"><ul><li>Bake</li></ul></div></div>""",
    ],
)
def test_microdata_and_rdfa_say_the_same_as_json_ld(page: str) -> None:
    """Older sites mark up the visible text."""
    (posting,) = extract_postings(page, url=URL)
    assert (posting.title, posting.company, posting.location, posting.posted_on) == ("Baker", "Acme", "Wels", "2026-01-02")
    assert posting.description == "- Bake"


def test_a_job_page_without_structured_data_is_read_by_its_headings() -> None:
    """Most small companies publish jobs as plain pages."""
    (posting,) = extract_postings(JOB_PAGE, url=URL)
    assert (posting.title, posting.company, posting.location, posting.source) == ("Data Engineer (m/f/d)", "Acme", "Graz", "page")
    assert posting.employment_type == "full-time"
    assert "- Build pipelines in Python" in posting.description.split("\n")
    assert "Imprint" not in posting.description
    assert posting.salary is not None
    assert (posting.salary.minimum, posting.salary.currency) == (52000, "EUR")


def test_several_jobs_on_one_page_are_read_one_by_one() -> None:
    """A page with two openings read as one mixes their requirements."""
    job = """<h2>{0}</h2>
<p>We look for a {0} who likes machines and people, and who wants to stay for a good while in our small town.</p>
    <h3>Your tasks</h3><ul><li>Turn and mill parts of all kinds</li></ul><h3>Your profile</h3><ul>
<li>Apprenticeship as {0}</li></ul>"""
    page = f"<main><h1>Careers</h1>{job.format('Machinist')}{job.format('Toolmaker')}<p>Apply: jobs@acme.example</p></main>"
    found = extract_postings(page, url="https://acme.example/jobs")
    assert [posting.title for posting in found] == ["Machinist", "Toolmaker"]
    assert "Toolmaker" not in found[0].description
    assert len({posting.key for posting in found}) == 2


def test_a_declared_charset_is_obeyed() -> None:
    """A title with broken umlauts is a wrong title."""
    page = with_json_ld('{"@type":"JobPosting","title":"Bäcker für Brötchen"}').replace(
        "<body>", '<head><meta charset="iso-8859-1"></head><body>'
    )
    assert extract_postings(page.encode("latin-1"), url=URL)[0].title == "Bäcker für Brötchen"


def test_a_deeply_nested_page_is_read_in_bounded_steps() -> None:
    """Recursion over a stranger's tree ends the process."""
    page = "<div>" * 20_000 + "<h1>Data Engineer</h1>" + "</div>" * 20_000
    assert extract_postings(page, url=URL) == []


HOSTILE = [
    "<script type='application/ld+json'>" + "\n" * 300_000 + "x</script>",
    "<script type='application/ld+json'>{" + " " * 290_000 + "x</script>",
    "<script type='application/ld+json'>" + '{"@type":"JobPosting","a":[' * 20_000 + "</script>",
    "<main><h1>Cook</h1>" + "<h3>Requirements</h3><h3>Baker</h3>" * 20_000 + "</main>",
    "<div>" + '<a href="/jobs/1-x">more</a>' * 20_000 + "</div>",
    "<p>" + "1 000 " * 100_000 + "</p>",
    "<h1>" + "Senior " * 50_000 + "</h1>",
]


@pytest.mark.parametrize("page", HOSTILE, ids=range(len(HOSTILE)))
def test_a_page_built_to_be_slow_is_read_in_linear_time(page: str) -> None:
    """With a quadratic step each of these would hold the worker for hours."""
    assert isinstance(extract_postings(page, url=URL), list)
    assert isinstance(find_posting_links(page, url=URL), list)


@given(st.text(alphabet="<>/=\"' {}[]:,&;-@\\abdehijlmnopqrstuvx0123JobPstingLD+", max_size=400))
def test_any_page_gives_postings_and_never_an_error(text: str) -> None:
    """A page is a stranger's; a crash would stop the batch that it is in."""
    for page in (
        text,
        with_json_ld(text),
        f"<div itemscope itemtype='https://schema.org/JobPosting'>{text}</div>",
        text.encode(),
    ):
        found = extract_postings(page, url=URL)
        assert all(isinstance(posting, Posting) and posting.title for posting in found)
        assert all(link.url.startswith("http") for link in find_posting_links(page, url=URL))


def test_structured_data_without_a_title_takes_the_pages() -> None:
    """Plugins fill the title in on the page and forget it in the data."""
    html = """<html><body><h1>Pastry Cook</h1><script type="application/ld+json">
    {"@type": "JobPosting", "description": "Bakes.", "baseSalary": {"currency": "EUR", "value": {"value": "2.100 - 2.400",
    "unitText": "MONTH"}}}</script></body></html>"""
    (posting,) = extract_postings(html, url="https://acme.example/jobs/1")
    assert posting.title == "Pastry Cook"
    assert posting.salary is not None
    assert (posting.salary.minimum, posting.salary.maximum, posting.salary.period) == (2100.0, 2400.0, "month")


FIELDS = '"@type":"JobPosting","title":"Cook","description":"<p>Bake</p>","hiringOrganization":{"name":"Acme"}'


@pytest.mark.parametrize(
    "block",
    [
        "{/* made by hand */" + FIELDS + "}",
        "{" + FIELDS.replace(',"title"', ', // the title\n"title"') + "}",
        "{" + FIELDS.replace(',"title"', ',,"title"') + "}",
        "{" + FIELDS.replace(',"title"', '\n"title"') + "}",
        "{" + FIELDS.replace(',"hiring', '"hiring').replace('{"name"', '{,"name"').replace("{,", "{") + "}",
        "{" + FIELDS + ',"baseSalary":undefined}',
        "var job = {" + FIELDS + "};",
        ("{" + FIELDS + "}").replace('"', "'"),
        "{" + FIELDS.replace("JobPosting", "jobPosting") + "}",
    ],
)
def test_json_as_people_write_it_by_hand_is_read(block):
    """Every second hand-made block has a comment or a comma too many, and search engines read it."""
    page = f'<script type="application/ld+json">{block}</script>'
    assert [(job.title, job.company) for job in extract_postings(page, url="https://acme.example/jobs/cook")] == [
        ("Cook", "Acme")
    ]
