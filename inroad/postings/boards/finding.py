"""Boards that a page points to: from links, iframes, scripts, forms and inline configuration, with the feed to ask.

Finding is reading only. What to ask after the first answer is in `inroad.postings.boards.feeds`; sending is done elsewhere,
under the guard.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from inroad.guard.errors import PermanentError
from inroad.postings.boards.hosts import Address, board_address
from inroad.postings.documents import absolute_url, host_of, origin_of, parse_html

MAX_BOARDS: Final = 20
MAX_REFERENCES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Board:
    """A company's board at a provider.

    Attributes:
        provider: Name, as `parse_board` takes it.
        token: The customer on it.
        url: The board's page for people.
        api_url: The provider's public feed.
        method: How the feed is asked: "GET" or "POST".
        body: JSON text of the first POST, else None.
        headers: Headers that the feed asks for.
        site: Second name (Workday's careers site, Oracle's site number), "" where there is none.
    """

    provider: str
    token: str
    url: str
    api_url: str
    method: str = "GET"
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    site: str = ""


_JSON: Final = {"Accept": "application/json", "Content-Type": "application/json"}
WORKDAY_PAGE: Final = 20
"""Jobs a page; the API refuses more."""


_XHR: Final = {"X-Requested-With": "XMLHttpRequest"}  # without it NEOGOV answers with a shell that has no jobs
_ORACLE_FEED: Final = (
    "https://{host}/hcmRestApi/resources/latest/recruitingCEJobRequisitions?onlyData=true"
    "&expand=requisitionList.secondaryLocations&finder=findReqs;siteNumber={site},limit=100,offset=0,sortBy=POSTING_DATES_DESC"
)

# provider -> (page for people, feed); {token}, {site} and {host} are filled in.
_PLACES: Final[dict[str, tuple[str, str]]] = {
    "greenhouse": (
        "https://job-boards.greenhouse.io/{token}",
        "https://boards-api.greenhouse.io/v1/boards/{token}/jobs?content=true&pay_transparency=true",
    ),
    "lever": ("https://jobs.lever.co/{token}", "https://{host}/v0/postings/{token}?mode=json"),
    "ashby": (
        "https://jobs.ashbyhq.com/{token}",
        "https://api.ashbyhq.com/posting-api/job-board/{token}?includeCompensation=true",
    ),
    "workable": ("https://apply.workable.com/{token}/", "https://apply.workable.com/api/v1/widget/accounts/{token}?details=true"),
    "recruitee": ("https://{token}.recruitee.com/", "https://{token}.recruitee.com/api/offers/"),
    "personio": ("https://{host}/", "https://{host}/xml?language=en"),
    "smartrecruiters": (
        "https://careers.smartrecruiters.com/{token}",
        "https://api.smartrecruiters.com/v1/companies/{token}/postings?limit=100&offset=0",
    ),
    "teamtailor": ("https://{host}/jobs", "https://{host}/jobs.json"),
    "bamboohr": ("https://{token}.bamboohr.com/careers", "https://{token}.bamboohr.com/careers/list"),
    "workday": ("https://{host}/{site}", "https://{host}/wday/cxs/{token}/{site}/jobs"),
    "eightfold": (
        "https://{token}.eightfold.ai/careers",
        "https://{token}.eightfold.ai/api/apply/v2/jobs?domain={site}&start=0&num=100",
    ),
    "hrmdirect": ("https://{token}.hrmdirect.com/", "https://{token}.hrmdirect.com/employment/job-openings.php?search=true"),
    "icims": ("https://{host}/jobs/search", "https://{host}/jobs/search?pr=0&in_iframe=1"),
    "jobvite": ("https://jobs.jobvite.com/{token}", "https://jobs.jobvite.com/{token}/jobs"),
    "oracle_orc": (
        "https://{host}/hcmUI/CandidateExperience/en/sites/{site}",
        _ORACLE_FEED,
    ),
    "phenom": ("https://{host}/search-results", "https://{host}/search-results?from=0&s=1"),
    "pinpoint": ("https://{token}.pinpointhq.com/", "https://{token}.pinpointhq.com/postings.json"),
    "rippling": (
        "https://ats.rippling.com/{token}/jobs",
        "https://ats.rippling.com/api/v2/board/{token}/jobs?page=0&pageSize=50",
    ),
    "paylocity": (
        "https://recruiting.paylocity.com/recruiting/jobs/All/{token}",
        "https://recruiting.paylocity.com/recruiting/jobs/All/{token}/jobs",
    ),
    "neogov": (
        "https://{host}/careers/{token}",
        "https://{host}/careers/home/index?agency={token}&sort=PostingDate&isDescendingSort=true&page=1",
    ),
}

_URL_IN_SCRIPT: Final = re.compile(
    r"https?:(?:\\?/){2}[A-Za-z0-9._-]{3,120}(?:\\?/[^\s\"'<>\\)]{0,200}){0,8}(?:\?[^\s\"'<>\\)]{0,200})?"
)
# Signs in the markup that the page itself is the provider's, on the customer's own host.
_OWN_HOST: Final = {
    "phenom": re.compile(r"cdn\.phenompeople\.com|phApp\.ddo\b|/CareerConnectResources/"),
    "teamtailor": re.compile(r"(?:assets|images|app)[\w-]{0,20}\.teamtailor-cdn\.com"),
    "recruitee": re.compile(r"(?:careers?|assets|d\w{5,20})[\w-]{0,20}\.recruiteecdn\.com|recruitee-careers-app"),
}
_OWN_HOST_PLACES: Final = {
    "phenom": ("{prefix}/search-results", "{prefix}/search-results?from=0&s=1"),
    "teamtailor": ("{origin}/jobs", "{origin}/jobs.json"),
    "recruitee": ("{origin}/", "{origin}/api/offers/"),
}


def board_of(address: Address) -> Board:
    """The board at an address, with its feed.

    Raises:
        PermanentError: The provider is not one of the table's.
    """
    if address.provider not in _PLACES:
        raise PermanentError(f"No job board provider is called {address.provider!r:.60}.", reason="unknown-provider")
    host = _feed_host(address)
    names = {"token": quote(address.token, safe="%"), "site": quote(address.site, safe=""), "host": host}
    page, feed = (template.format(**names) for template in _PLACES[address.provider])
    if address.provider == "workday":
        return Board("workday", address.token, page, feed, "POST", workday_body(0), _JSON, address.site)
    headers = _XHR if address.provider == "neogov" else {}
    return Board(address.provider, address.token, page, feed, headers=headers, site=address.site)


def _feed_host(address: Address) -> str:
    """The host of the customer's pages, or of Lever's API in the right region."""
    if address.provider == "lever":
        return "api.eu.lever.co" if address.host.endswith(".eu.lever.co") else "api.lever.co"
    endings = {"personio": "jobs.personio.de", "teamtailor": "teamtailor.com", "icims": "icims.com"}
    if address.provider == "neogov":
        return "www.schooljobs.com" if "schooljobs" in address.host else "www.governmentjobs.com"
    return address.host or f"{address.token}.{endings.get(address.provider, 'invalid')}"


def workday_body(offset: int) -> str:
    """The JSON of a Workday search that begins at a job's number."""
    return json.dumps({"appliedFacets": {}, "limit": WORKDAY_PAGE, "offset": offset, "searchText": ""})


def _references(html: bytes | str, url: str) -> Iterator[str]:
    """Addresses in a page: attributes first, then whole addresses inside scripts."""
    tree = parse_html(html)
    for node in tree.css("a[href],iframe,script[src],form[action],link[href],[data-src],[data-url]")[:MAX_REFERENCES]:
        for name in ("href", "src", "action", "data-src", "data-url"):
            address = absolute_url(node.attributes.get(name), url)
            if address:
                yield address
    for node in tree.css("script:not([src])")[:500]:
        for found in list(_URL_IN_SCRIPT.finditer(node.text()[:1_000_000]))[:500]:
            yield found.group().replace("\\/", "/")


def find_boards(html: bytes | str, *, url: str, extra_hosts: Mapping[str, str] | None = None) -> list[Board]:
    """Finds the job boards that a page points to or embeds.

    Args:
        html: The page's body.
        url: The page's address; the board's own page is recognised too.
        extra_hosts: Further hosts, each with the provider that it stands for ("jobs.acme.example": "greenhouse"). A board found
            there is asked at the provider's own feed.

    Returns:
        Boards, each once, in order of appearance, at most `MAX_BOARDS`. Their feeds are on hosts of the table, or on the
        page's own host where the page shows that the provider serves it.
    """
    found: dict[tuple[str, str, str], Board] = {}
    for reference in (url, *_references(html, url)):
        address = board_address(reference, extra_hosts=extra_hosts)
        if address is None:
            continue
        key = (address.provider, address.token.lower(), address.site.lower())
        if key not in found:
            found[key] = board_of(address)
        if len(found) == MAX_BOARDS:
            break
    providers = {provider for provider, _, _ in found}
    for board in _own_host_boards(html, url):
        if board.provider not in providers:
            found[board.provider, board.token, ""] = board
    return list(found.values())


def _own_host_boards(html: bytes | str, url: str) -> Iterator[Board]:
    """Boards that a provider serves on the customer's own host: the page is one, so its feed is on the page's host."""
    origin = origin_of(url)
    if not origin:
        return
    text = html[:4_000_000] if isinstance(html, str) else html[:4_000_000].decode("latin-1")
    locale = re.match(r"https?://[^/]+((?:/[a-z]{2,10})?/[a-z]{2}(?:[-_][a-z]{2})?)(?=/|\Z)", url, re.IGNORECASE)
    prefix = origin + (locale.group(1) if locale else "")
    for provider, mark in _OWN_HOST.items():
        if mark.search(text):
            page, feed = (template.format(origin=origin, prefix=prefix) for template in _OWN_HOST_PLACES[provider])
            yield Board(provider, host_of(url), page, feed)
