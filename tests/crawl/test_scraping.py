"""Scraping services: every answer they can give has its own end, and credits are counted, never overspent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.crawl.failures import FetchFailed, FetchInterrupted
from inroad.crawl.fetch import WebClient
from inroad.crawl.firecrawl import Firecrawl
from inroad.crawl.response import Response
from inroad.crawl.scraperapi import ScraperApi
from inroad.crawl.scraping import Delivery, Refusal
from inroad.crawl.strategies import configured_protocols
from inroad.guard.errors import BudgetExceeded, InroadError, RateLimited, Scope
from inroad.guard.limits import set_budget, show_budgets
from inroad.settings import load_settings
from inroad.store import Database
from inroad.store.models import LlmCall

from .conftest import Asked, Opener, Site, reply

PAGE = "http://www.acme-works.com/contact"
HTML = b"<html><title>Acme</title><p>We make anvils.</p>"
KEY = "k3y-that-nobody-sees"
SERVICES = {"scraperapi": ScraperApi(KEY, "http://api.scraper.example/"), "firecrawl": Firecrawl(KEY, "http://api.fire.example/")}


async def public(host: str, port: int) -> Sequence[str]:
    return ["93.184.216.34"]


def open_with_services(open_client: Opener, database: Database | None = None, **settings: Any) -> WebClient:
    return open_client(database, client={"services": list(SERVICES.values()), "lookup": public}, **settings)


def page_of(service: str, **headers: str) -> bytes:
    """A good answer, in the shape of the service's published documentation."""
    if service == "scraperapi":
        return reply(HTML, Content_Type="text/html", sa_credit_cost="10", sa_final_url=f"{PAGE}/", sa_statuscode="200", **headers)
    metadata = {"sourceURL": PAGE, "url": f"{PAGE}/", "statusCode": 200, "creditsUsed": 1, "contentType": "text/html"}
    return reply(json.dumps({"success": True, "data": {"rawHtml": HTML.decode(), "metadata": metadata}}).encode())


class AnyTarget(dict[str, Any]):
    """The same answer to every target, as the page's URL is part of it."""

    def get(self, key: str, default: Any = None) -> Any:
        return self["any"]


BOTH = pytest.mark.parametrize("service", SERVICES)

REFUSALS: Mapping[str, tuple[bytes, type[InroadError], str]] = {
    "400": (reply(b'{"error": "bad"}', "400 Bad Request"), FetchFailed, "service-refused"),
    "401": (reply(b'{"error": "no key"}', "401 Unauthorized"), FetchFailed, "service-key"),
    "402": (reply(b'{"error": "Payment required"}', "402 Payment Required"), RateLimited, "service-credits"),
    "403": (reply(b'{"error": "forbidden"}', "403 Forbidden"), FetchFailed, "service-key"),
    "408": (reply(b'{"error": "timeout"}', "408 Request Timeout"), FetchInterrupted, "timeout"),
    "429": (reply(b'{"error": "slow"}', "429 Too Many Requests", Retry_After="600"), RateLimited, "rate-limited"),
    "500": (reply(b'{"success": false, "code": "UNKNOWN_ERROR"}', "500 Oops"), FetchInterrupted, "service-failed"),
    "502": (reply(b"<html>gateway", "502 Bad Gateway"), FetchInterrupted, "service-failed"),
    "cut off": (b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<html>", FetchInterrupted, "service-failed"),
    "nothing": (b"", FetchInterrupted, "service-failed"),
    "no HTTP": (b"hello there\r\n\r\n", FetchInterrupted, "service-failed"),
}


@BOTH
@pytest.mark.parametrize("case", REFUSALS)
async def test_every_refusal_has_its_own_end(case: str, service: Any, site: Site, open_client: Opener) -> None:
    """Otherwise an empty account would look like a broken page, or be asked again and again."""
    raw, kind, reason = REFUSALS[case]
    site.routes = AnyTarget(any=raw)
    client = open_with_services(open_client)
    client._services[service]._service = without_retries(client, service)
    with pytest.raises(kind) as caught:
        await client.scrape(PAGE, service)
    assert caught.value.reason == reason
    assert len(site.asked) == 1
    assert KEY not in repr(caught.value)
    assert KEY not in str(caught.value)


def without_retries(client: WebClient, service: Any) -> Any:
    from dataclasses import replace

    row = client._services[service]._service
    return replace(row, retry=replace(row.retry, attempts=1), rate=None)


MALFORMED = {
    "not JSON": b"<html>",
    "deep": b"[" * 100_000,
    "a list": b"[]",
    "no success": b'{"data": {"rawHtml": "x", "metadata": {"statusCode": 200}}}',
    "failure in a 200": b'{"success": false, "error": "boom"}',
    "no data": b'{"success": true}',
    "data is text": b'{"success": true, "data": "x"}',
    "no HTML": b'{"success": true, "data": {"markdown": "x", "metadata": {"statusCode": 200}}}',
    "HTML is a number": b'{"success": true, "data": {"rawHtml": 7, "metadata": {"statusCode": 200}}}',
    "no metadata": b'{"success": true, "data": {"rawHtml": "x"}}',
    "status is text": b'{"success": true, "data": {"rawHtml": "x", "metadata": {"statusCode": "fine"}}}',
    "status of nobody": b'{"success": true, "data": {"rawHtml": "x", "metadata": {"statusCode": 7}}}',
}


@pytest.mark.parametrize("case", MALFORMED)
async def test_an_answer_without_a_page_is_malformed_and_counts_as_charged(
    case: str, site: Site, open_client: Opener, database: Database
) -> None:
    """Otherwise an empty page would be stored, or a budget overspent by what was charged for nothing."""
    site.routes = AnyTarget(any=reply(MALFORMED[case]))
    set_budget(database, "all", credits=10)
    client = open_with_services(open_client, database)
    client._services["firecrawl"]._service = without_retries(client, "firecrawl")
    with pytest.raises(FetchInterrupted) as caught:
        await client.scrape(PAGE, "firecrawl")
    assert caught.value.reason == "service-malformed"
    (budget,) = show_budgets(database)
    assert (budget.spent, budget.reserved) == (1, 0)


async def test_an_empty_page_from_scraperapi_is_malformed(site: Site, open_client: Opener) -> None:
    """Otherwise an empty page would be stored as the site's."""
    site.routes = AnyTarget(any=reply(b"  \n"))
    client = open_with_services(open_client)
    client._services["scraperapi"]._service = without_retries(client, "scraperapi")
    with pytest.raises(FetchInterrupted) as caught:
        await client.scrape(PAGE, "scraperapi")
    assert caught.value.reason == "service-malformed"


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1/", "http://[fd00::1]/", "http://intranet/", "http://wiki.corp.internal/", "http://acme.example/",
     "http://named-here.com/", "http://x.localhost/"],
)  # fmt: skip
async def test_nothing_of_a_private_network_is_told_to_a_service(url: str, site: Site, open_client: Opener) -> None:
    """Otherwise a third party would learn the addresses behind a firewall, and the demo would cost credits."""
    client = open_with_services(open_client, allow_hosts=("named-here.com",))
    with pytest.raises(FetchFailed) as caught:
        await client.scrape(url, "firecrawl")
    assert caught.value.reason == "address-refused"
    assert site.asked == []


async def test_a_service_is_not_asked_for_what_robots_forbids(site: Site, open_client: Opener) -> None:
    """Otherwise a service would be a way around the site's wish."""
    site.routes["/robots.txt"] = reply(b"User-agent: *\nDisallow: /contact")
    with pytest.raises(FetchFailed) as caught:
        await open_with_services(open_client, respect_robots=True).scrape(PAGE, "firecrawl")
    assert caught.value.reason == "robots-disallowed"
    assert site.targets() == ["/robots.txt"]


async def test_a_service_that_is_not_set_up_says_so(site: Site, open_client: Opener) -> None:
    """Otherwise a forced strategy without its key would end in a stack trace."""
    with pytest.raises(FetchFailed, match="not set up") as caught:
        await open_client().scrape(PAGE, "scraperapi")
    assert caught.value.reason == "service-unavailable"


@BOTH
async def test_a_budget_of_credits_is_never_passed(service: Any, site: Site, open_client: Opener, database: Database) -> None:
    """Otherwise a crawl over night could empty the account."""
    site.routes = AnyTarget(any=page_of(service))
    most = SERVICES[service].most_credits
    set_budget(database, "provider", credits=most)
    client = open_with_services(open_client, database)
    answer = await client.scrape(PAGE, service, scope=Scope(run="r1"))
    with pytest.raises(BudgetExceeded):
        await client.scrape(PAGE, service)
    assert len(site.asked) == 1
    (budget,) = show_budgets(database)
    assert (budget.spent, budget.reserved) == (answer.credits_used, 0)
    with database.begin() as session:
        row = session.query(LlmCall).order_by(LlmCall.id).first()
    assert row is not None
    assert (row.provider, row.purpose, row.outcome, row.run, row.domain) == (service, "fetch", "ok", "r1", "acme-works.com")
    assert row.credits_used == answer.credits_used == (10 if service == "scraperapi" else 1)


@BOTH
async def test_a_page_comes_with_its_place_and_cost(service: Any, site: Site, open_client: Opener) -> None:
    """Otherwise nobody could say what a page cost or where it was read; and the key stays out of every URL."""
    site.routes = AnyTarget(any=page_of(service))
    answer = await open_with_services(open_client).scrape(PAGE, service)
    assert (answer.url, answer.requested_url, answer.status, answer.body) == (f"{PAGE}/", PAGE, 200, HTML)
    assert (answer.strategy, answer.credits_used) == (service, 10 if service == "scraperapi" else 1)
    (asked,) = site.asked
    assert KEY not in asked.target
    if service == "scraperapi":
        assert asked.headers["x-sapi-api_key"] == KEY
        assert parse_qs(urlsplit(asked.target).query) == {"url": [PAGE], "render": ["true"], "max_cost": ["25"]}
    else:
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert (asked.method, asked.target) == ("POST", "/v2/scrape")
        sent = json.loads(asked.body)
        assert (sent["url"], sent["formats"], sent["proxy"]) == (PAGE, ["rawHtml"], "basic")


@BOTH
async def test_the_sites_own_404_is_told_as_that(service: Any, site: Site, open_client: Opener) -> None:
    """Otherwise a page that is gone would look like a fault of the service, or its error page like content."""
    if service == "scraperapi":
        raw = reply(b"gone", "404 Not Found", Content_Type="text/html", sa_statuscode="404")
    else:
        raw = reply(json.dumps({"success": True, "data": {"rawHtml": "gone", "metadata": {"statusCode": 404}}}).encode())
    site.routes = AnyTarget(any=raw)
    with pytest.raises(FetchFailed) as caught:
        await open_with_services(open_client).scrape(PAGE, service)
    assert caught.value.reason == "not-found"
    assert len(site.asked) == 1


async def test_a_site_that_refuses_the_service_is_told_from_a_refused_key(site: Site, open_client: Opener) -> None:
    """Otherwise one closed page would make a good key look bad."""
    site.routes = AnyTarget(any=reply(b"<html>no", "403 Forbidden", Content_Type="text/html", sa_statuscode="403"))
    with pytest.raises(FetchFailed) as caught:
        await open_with_services(open_client).scrape(PAGE, "scraperapi")
    assert (caught.value.reason, caught.value.status) == ("http-4xx", 403)


async def test_a_page_over_the_cost_limit_is_refused_by_the_service(site: Site, open_client: Opener) -> None:
    """Otherwise the key would seem to be at fault."""
    said = b'"This request exceeds your max_cost. You can view the cost per request in your response header."'
    site.routes = AnyTarget(any=reply(said, "403 Forbidden", Content_Type="application/json"))
    with pytest.raises(FetchFailed, match="max_cost") as caught:
        await open_with_services(open_client).scrape(PAGE, "scraperapi")
    assert caught.value.reason == "service-refused"


async def test_a_failure_that_stays_is_not_asked_again(site: Site, open_client: Opener) -> None:
    """Otherwise a name that nobody knows would cost three calls."""
    site.routes = AnyTarget(any=reply(b'{"success": false, "code": "SCRAPE_DNS_RESOLUTION_ERROR", "error": "x"}', "500 Oops"))
    with pytest.raises(FetchFailed) as caught:
        await open_with_services(open_client).scrape(PAGE, "firecrawl")
    assert caught.value.reason == "unknown-host"
    assert len(site.asked) == 1


async def test_a_passing_failure_is_asked_again_and_costs_nothing(site: Site, open_client: Opener, database: Database) -> None:
    """Otherwise one bad moment of the service would send the page back for minutes, or be counted as a page."""
    answers = [reply(b'{"error": "x"}', "500 Oops"), page_of("firecrawl")]

    async def moody(asked: Asked, writer: object) -> bytes:
        return answers.pop(0)

    site.routes = AnyTarget(any=moody)
    set_budget(database, "all", credits=5)
    answer = await open_with_services(open_client, database).scrape(PAGE, "firecrawl")
    assert answer.credits_used == 1
    (budget,) = show_budgets(database)
    assert budget.spent == 1


async def test_an_empty_account_is_left_alone_for_an_hour(site: Site, open_client: Opener, database: Database) -> None:
    """Otherwise every page of a crawl would ask it in vain."""
    site.routes = AnyTarget(any=reply(b'{"error": "Payment required"}', "402 Payment Required"))
    client = open_with_services(open_client, database)
    for _ in range(3):
        with pytest.raises(RateLimited):
            await client.scrape(PAGE, "firecrawl")
    assert len(site.asked) == 1


def test_the_cheaper_service_comes_first_and_only_with_a_key() -> None:
    """Otherwise pages would be paid for ten times, or asked for without an account."""
    assert configured_protocols(load_settings()) == []
    both = configured_protocols(load_settings(scraperapi_key=KEY, firecrawl_key=KEY))
    assert [service.name for service in both] == ["firecrawl", "scraperapi"]
    assert KEY not in repr(both)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["success", "data", "rawHtml", "metadata", "statusCode", "creditsUsed", "url", "error"]), inner
        )
    ),
    max_leaves=15,
)


@given(
    st.integers(200, 599),
    json_values,
    st.dictionaries(st.sampled_from(["sa-statuscode", "sa-credit-cost", "sa-final-url"]), st.text(max_size=8)),
)
def test_no_answer_breaks_a_reader(status: int, document: Any, headers: dict[str, str]) -> None:
    """Otherwise a service that changes its protocol would stop the crawl with a stack trace."""
    answer = Response("http://api/", "http://api/", status, headers, json.dumps(document).encode())
    for service in SERVICES.values():
        try:
            delivery = service.read(PAGE, answer)
        except Refusal:
            continue
        assert isinstance(delivery, Delivery)
        assert 100 <= delivery.status <= 599
        assert delivery.url.startswith(("http://", "https://"))
