"""Boards in pages: which are recognised, which hosts are never called, and how a feed is paged."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.postings import PROVIDERS, Board, Posting, detail_request, find_boards, first_request, next_request

PAGE = "https://acme.example/careers"

PROVIDER_DOMAINS = (
    *(
        "greenhouse.io",
        "lever.co",
        "ashbyhq.com",
        "workable.com",
        "recruitee.com",
        "personio.de",
        "smartrecruiters.com",
        "icims.com",
    ),
    *("teamtailor.com", "bamboohr.com", "myworkdayjobs.com", "eightfold.ai", "hrmdirect.com", "jobvite.com", "oraclecloud.com"),
    *("pinpointhq.com", "rippling.com", "paylocity.com", "governmentjobs.com", "acme.example"),
)


def board(markup: str, page: str = PAGE) -> Board:
    (found,) = find_boards(markup, url=page)
    return found


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/boards.greenhouse.io/acme",
        "https://boards.greenhouse.io.evil.example/acme",
        "https://notlever.co/acme",
        "https://jobs.lever.co@evil.example/acme",
        "https://acme.bamboohr.com.evil.example/careers",
        "https://www.greenhouse.io/privacy-policy",
        "https://boards.greenhouse.io/",
        "https://www.bamboohr.com/careers",
        "https://boards.greenhouse.io/..%2F..%2Fv1",
        "https://apply.workable.com/api/v3",
        "javascript:alert('https')",
        "https://[broken",
    ],
)
def test_an_address_that_is_no_customers_board_is_not_taken_for_one(address: str) -> None:
    """A page that could name our next request could point us at any host or path."""
    assert find_boards(f'<a href="{address}">Jobs</a>', url=PAGE) == []


@pytest.mark.parametrize(
    ("address", "provider", "token", "feed"),
    [
        (
            "https://boards.greenhouse.io/embed/job_board/js?for=acme",
            "greenhouse",
            "acme",
            "https://boards-api.greenhouse.io/v1/boards/acme/jobs",
        ),
        (
            "https://job-boards.greenhouse.io/acme/jobs/4011",
            "greenhouse",
            "acme",
            "https://boards-api.greenhouse.io/v1/boards/acme/jobs",
        ),
        ("https://jobs.lever.co/acme/0a-1", "lever", "acme", "https://api.lever.co/v0/postings/acme"),
        ("https://jobs.eu.lever.co/acme", "lever", "acme", "https://api.eu.lever.co/v0/postings/acme"),
        ("https://jobs.ashbyhq.com/acme/u-1", "ashby", "acme", "https://api.ashbyhq.com/posting-api/job-board/acme"),
        ("https://apply.workable.com/acme/j/AB12/", "workable", "acme", "https://apply.workable.com/api/v1/widget/accounts/acme"),
        ("https://acme.recruitee.com/o/cook", "recruitee", "acme", "https://acme.recruitee.com/api/offers/"),
        ("https://acme.jobs.personio.de/job/7", "personio", "acme", "https://acme.jobs.personio.de/xml"),
        (
            "https://careers.smartrecruiters.com/Acme",
            "smartrecruiters",
            "Acme",
            "https://api.smartrecruiters.com/v1/companies/Acme/postings",
        ),
        ("https://acme.teamtailor.com/jobs/1-x", "teamtailor", "acme", "https://acme.teamtailor.com/jobs.json"),
        ("https://acme.bamboohr.com/jobs/embed2.php", "bamboohr", "acme", "https://acme.bamboohr.com/careers/list"),
        (
            "https://acme.wd3.myworkdayjobs.com/en-US/Ext/job/x/y_R1",
            "workday",
            "acme",
            "https://acme.wd3.myworkdayjobs.com/wday/cxs/acme/Ext/jobs",
        ),
        ("https://acme.eightfold.ai/careers?domain=acme.com", "eightfold", "acme", "https://acme.eightfold.ai/api/apply/v2/jobs"),
        (
            "https://acme.hrmdirect.com/employment/job-openings.php",
            "hrmdirect",
            "acme",
            "https://acme.hrmdirect.com/employment/job-openings.php",
        ),
        ("https://careers-acme.icims.com/jobs/1/x/job", "icims", "careers-acme", "https://careers-acme.icims.com/jobs/search"),
        ("https://jobs.jobvite.com/acme/job/oAbCd12", "jobvite", "acme", "https://jobs.jobvite.com/acme/jobs"),
        ("https://acme.pinpointhq.com/postings/1", "pinpoint", "acme", "https://acme.pinpointhq.com/postings.json"),
        ("https://ats.rippling.com/en-GB/acme/jobs", "rippling", "acme", "https://ats.rippling.com/api/v2/board/acme/jobs"),
        (
            "https://www.governmentjobs.com/careers/acmetown",
            "neogov",
            "acmetown",
            "https://www.governmentjobs.com/careers/home/index",
        ),
    ],
)
def test_a_link_names_its_board_and_the_feed_to_ask(address: str, provider: str, token: str, feed: str) -> None:
    """The board is the best source of a company's jobs; a wrong feed reads as no jobs."""
    found = board(f'<a href="{address}">Jobs</a>')
    assert (found.provider, found.token) == (provider, token)
    assert found.api_url.split("?")[0] == feed
    assert first_request(found).url == found.api_url


def test_frames_scripts_and_configuration_name_boards_too() -> None:
    """Most sites embed their board instead of linking to it."""
    page = """<iframe src="https://jobs.lever.co/one?embed=1"></iframe>
<script src="https://boards.greenhouse.io/embed/job_board/js?for=two">
    </script><script>var config = {"url": "https:\\/\\/jobs.ashbyhq.com\\/three\\/embed"};</script>
<a href="https://jobs.lever.co/one/x">x</a>"""
    assert [(found.provider, found.token) for found in find_boards(page, url=PAGE)] == [
        ("lever", "one"),
        ("greenhouse", "two"),
        ("ashby", "three"),
    ]


def test_a_host_of_the_settings_stands_for_its_provider() -> None:
    """A company may serve its board on its own host; the feed stays the provider's."""
    page = '<a href="https://jobs.acme.example/acme/jobs/1">Job</a>'
    assert find_boards(page, url=PAGE) == []
    (found,) = find_boards(page, url=PAGE, extra_hosts={"jobs.acme.example": "greenhouse"})
    assert (found.provider, found.token, urlsplit(found.api_url).hostname) == ("greenhouse", "acme", "boards-api.greenhouse.io")


@pytest.mark.parametrize(
    ("mark", "provider", "feed"),
    [
        (
            '<script src="https://cdn.phenompeople.com/x.js"></script>',
            "phenom",
            "https://jobs.acme.example/global/en/search-results?from=0&s=1",
        ),
        ('<img src="https://images.teamtailor-cdn.com/a.png">', "teamtailor", "https://jobs.acme.example/jobs.json"),
    ],
)
def test_a_board_on_the_companys_own_host_is_recognised_by_its_marks(mark: str, provider: str, feed: str) -> None:
    """Such a board has no host of the provider's to be known by."""
    found = board(mark, "https://jobs.acme.example/global/en/home")
    assert (found.provider, found.api_url) == (provider, feed)


def test_workday_is_asked_by_posts_until_a_page_is_not_full() -> None:
    """Only the first answer states the total; asking by it alone would stop after twenty jobs."""
    found = board('<a href="https://acme.wd3.myworkdayjobs.com/Ext">x</a>')
    first = first_request(found)
    assert (first.method, first.body) == ("POST", '{"appliedFacets": {}, "limit": 20, "offset": 0, "searchText": ""}')
    second = next_request(found, {"total": 45, "jobPostings": [{}] * 20}, first)
    assert second is not None
    assert '"offset": 20' in (second.body or "")
    third = next_request(found, {"total": 0, "jobPostings": [{}] * 20}, second)
    assert third is not None
    assert '"offset": 40' in (third.body or "")
    assert next_request(found, {"total": 0, "jobPostings": [{}] * 5}, third) is None


def test_paged_feeds_go_on_until_their_total() -> None:
    """A board read only in part closes the jobs of its other pages."""
    smart = board('<a href="https://careers.smartrecruiters.com/Acme">x</a>')
    second = next_request(smart, {"totalFound": 150, "content": [{}] * 100})
    assert second is not None
    assert second.url.endswith("limit=100&offset=100")
    assert next_request(smart, {"totalFound": 150, "content": [{}] * 50}, second) is None
    oracle = board('<a href="https://ab.fa.us2.oraclecloud.com/hcmUI/CandidateExperience/en/sites/CX_2/job/1">x</a>')
    following = next_request(oracle, {"items": [{"TotalJobsCount": 130, "requisitionList": [{}] * 100}]})
    assert following is not None
    assert "siteNumber=CX_2,limit=100,offset=100," in following.url
    rippling = board('<a href="https://ats.rippling.com/acme/jobs">x</a>')
    assert next_request(rippling, {"items": [{}], "totalPages": 1}) is None
    assert (next_request(rippling, {"items": [{}], "totalPages": 2}) or first_request(rippling)).url.endswith(
        "page=1&pageSize=50"
    )


def test_a_feed_that_never_ends_is_left_at_the_bound() -> None:
    """A stranger's server could otherwise keep us asking for ever."""
    found = board('<a href="https://acme.wd3.myworkdayjobs.com/Ext">x</a>')
    request, count = first_request(found), 1
    while following := next_request(found, {"jobPostings": [{}] * 20}, request):
        request, count = following, count + 1
    assert count == 200


def test_lists_without_texts_name_the_request_for_one_job() -> None:
    """A posting without its description cannot be matched."""
    found = board('<a href="https://acme.wd3.myworkdayjobs.com/Ext">x</a>')
    listed = Posting(key="workday:R1", title="T", url=PAGE, description="", details={"path": "/job/Graz/T_R1"})
    request = detail_request(found, listed)
    assert request is not None
    assert request.url == "https://acme.wd3.myworkdayjobs.com/wday/cxs/acme/Ext/job/Graz/T_R1"
    whole = Posting(key="workday:R1", title="T", url=PAGE, description="All of it.")
    assert detail_request(found, whole) is None


@given(st.text(alphabet="abcdeghijlmnorstuvwy.:/?&=@#%-_ []\\'\"<>0129", max_size=120), st.sampled_from(PROVIDER_DOMAINS))
def test_every_feed_stays_on_a_host_of_the_table(noise: str, domain: str) -> None:
    """Whatever a page writes, the next request goes to a provider or to the page's own host."""
    page = (
        f'<a href="https://{noise}.{domain}/{noise}">a</a><a href="https://{domain}/{noise}">b</a><iframe src="{noise}"></iframe>'
    )
    for found in find_boards(page, url=PAGE):
        host = urlsplit(found.api_url).hostname or ""
        assert found.provider in PROVIDERS
        assert any(host == known or host.endswith("." + known) for known in (*PROVIDER_DOMAINS, "personio.com", "schooljobs.com"))
        assert ".." not in urlsplit(found.api_url).path


def html_board(provider: str) -> Board:
    addresses = {
        "jobvite": "https://jobs.jobvite.com/acme/jobs",
        "hrmdirect": "https://acme.hrmdirect.com/employment/job-openings.php",
        "icims": "https://careers-acme.icims.com/jobs/search",
    }
    (found,) = find_boards(f'<a href="{addresses[provider]}">Jobs</a>', url="https://acme.example/")
    return found


@pytest.mark.parametrize("provider", ["jobvite", "hrmdirect", "icims"])
@pytest.mark.parametrize(
    "link",
    [
        '<a rel="next" href="?p=2">2</a>',
        '<a class="pager-next" href="?p=2"></a>',
        '<a href="?p=2">Next ›</a>',
        '<a aria-label="Next page" href="?p=2"><svg></svg></a>',
        '<a href="?p=2">2</a>',
    ],
)
def test_a_list_of_several_pages_is_followed_by_its_own_links(provider, link):
    """Half of a board read as the whole closes the other half."""
    found = html_board(provider)
    job = "<a href='/jobs/1234/cook/job'>Cook</a>"
    second = next_request(found, f"<ul>{job}</ul>{link}", first_request(found))
    assert second is not None
    assert second.url.endswith("?p=2")
    assert second.number == 1
    last = f"<ul>{job}</ul><a href='?p=1'>1</a><a class='next disabled' href='?p=2'>Next</a>"
    assert next_request(found, last, second) is None


@pytest.mark.parametrize(
    "link", ["https://elsewhere.example/jobs?p=2", "?p=0", "javascript:next()", "", "?p=1", "?q=2", "//evil.example/?p=9"]
)
def test_a_link_that_leads_away_or_back_is_not_followed(link):
    """A page can name a next one; it cannot send us to another host or in a circle."""
    found = html_board("jobvite")
    before = replace(first_request(found), url="https://jobs.jobvite.com/acme/jobs?p=1", number=1)
    assert next_request(found, f'<a rel="next" href="{link}">Next</a>', before) is None
