"""The ladder: the cheapest way that works, remembered, and paid for only where it can help."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from inroad.crawl.failures import FetchFailed, permanent, transient
from inroad.crawl.fetch import WebClient
from inroad.crawl.firecrawl import Firecrawl
from inroad.crawl.policies import DomainPolicy
from inroad.crawl.response import Response, Strategy
from inroad.guard.errors import BudgetExceeded, InroadError, RateLimited
from inroad.settings import load_settings
from inroad.stages.strategies import NotContent, read_document, steps
from inroad.store import Database
from inroad.store.hosts import learned_strategy
from tests.crawl.conftest import Site, reply
from tests.crawl.conftest import site as site  # noqa: PLC0414 - a fixture

URL = "http://www.acme-works.com/contact"
TEXT = "<p>We make anvils, and have made them in the same valley since 1874.</p>" * 6
PAGE = f"<html><title>Acme</title>{TEXT}</html>".encode()
BLOCK = b"<html><title>Just a moment...</title><p>Checking your browser before accessing the site.</p></html>"
SHELL = b"<html><title>Acme</title><div id=root></div><script src=/app.js></script></html>"
WALL = b"<html><title>Sign in</title><form>Sign in <input type=password></form></html>"
BLOCKED = reply(BLOCK, "403 Forbidden", Content_Type="text/html", Server="cloudflare", cf_mitigated="challenge")


async def public(host: str, port: int) -> Sequence[str]:
    return ["93.184.216.34"]


@pytest.fixture
async def open_client(site: Site) -> AsyncIterator[Callable[..., WebClient]]:
    """Clients that reach every host at the server, FireCrawl among them, and have no browser."""
    clients: list[WebClient] = []

    def make(database: Database | None = None, *, has_service: bool = True, **settings: Any) -> WebClient:
        values: dict[str, Any] = {
            "resolve": (site.rule,), "host_interval_s": 0.0, "retries": 1, "respect_robots": False, "browser": "off", **settings,
        }  # fmt: skip
        services = [Firecrawl("key", "http://api.fire.example/")] if has_service else []
        clients.append(WebClient(load_settings(**values), database, services=services, lookup=public))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()


def delivered(html: bytes = PAGE, status: int = 200) -> bytes:
    metadata = {"sourceURL": URL, "url": URL, "statusCode": status, "creditsUsed": 1}
    return reply(json.dumps({"success": True, "data": {"rawHtml": html.decode(), "metadata": metadata}}).encode())


@pytest.mark.parametrize(
    ("forced", "known", "learned", "expected"),
    [
        (None, None, None, ("direct", "browser", "firecrawl", "scraperapi")),
        (None, "direct", None, ("direct", "browser", "firecrawl", "scraperapi")),
        (None, "browser", None, ("direct", "browser", "firecrawl", "scraperapi")),
        (None, "scraperapi", None, ("scraperapi", "firecrawl")),
        (None, None, "firecrawl", ("firecrawl", "scraperapi")),
        (None, None, "browser", ("direct", "browser", "firecrawl", "scraperapi")),
        ("direct", "scraperapi", "firecrawl", ("direct",)),
        ("scraperapi", None, None, ("scraperapi",)),
    ],
)
def test_the_order_of_ways(
    forced: Strategy | None, known: str | None, learned: Strategy | None, expected: tuple[str, ...]
) -> None:
    """Otherwise a paid way would be tried before a free one, or a person's decision would be one of many."""
    assert steps(forced=forced, known=known, learned=learned, services=("firecrawl", "scraperapi")) == expected


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply(b"no", "404 Not Found"), "not-found"),
        (reply(b"no", "500 Oops"), "http-5xx"),
        (reply(b"no", "429 Slow", Retry_After="99"), "rate-limited"),
        (reply(WALL, Content_Type="text/html"), "login-wall"),
        (reply(b"%PDF-1.7", Content_Type="application/pdf"), "unreadable-pdf"),
        (reply(b"PK", Content_Type="application/zip"), "not-html"),
        (reply(b"<html><title>Page not found</title><h1>Page not found</h1>", Content_Type="text/html"), "soft-404"),
        (reply(b"no", "402 Pay"), "http-4xx"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_a_service_cannot_mend_costs_nothing(
    answer: bytes, reason: str, site: Site, open_client: Callable[..., WebClient]
) -> None:
    """Otherwise every page that is gone would be paid for."""
    site.routes["/contact"] = answer
    with pytest.raises(InroadError) as caught:
        await read_document(open_client(), URL)
    assert caught.value.reason == reason
    assert site.targets() == ["/contact"]


async def test_a_block_page_without_a_service_is_an_error_with_that_reason(
    site: Site, open_client: Callable[..., WebClient], database: Database
) -> None:
    """Otherwise it would be content; and the host's rate falls, as it does after a 429."""
    site.routes["/contact"] = BLOCKED
    client = open_client(database, has_service=False)
    with pytest.raises(NotContent, match="block page") as caught:
        await read_document(client, URL)
    assert caught.value.reason == "blocked"
    with database.begin() as session:
        from inroad.store.models import Host

        row = session.get(Host, "https://www.acme-works.com")
    assert row is not None
    assert row.interval_s == pytest.approx(0.5)
    assert row.blocked_until is not None


async def test_a_blocked_page_is_read_by_a_service_and_the_host_remembered(
    site: Site, open_client: Callable[..., WebClient], database: Database
) -> None:
    """Otherwise a key would be of no use, or each page would first be asked for in vain."""
    site.routes |= {"/contact": BLOCKED, "/about": BLOCKED, "/v2/scrape": delivered()}
    client = open_client(database)
    document = await read_document(client, URL)
    assert (document.response.strategy, document.response.credits_used) == ("firecrawl", 1)
    assert "anvils" in document.html
    await read_document(client, "http://www.acme-works.com/about")
    assert site.targets() == ["/contact", "/v2/scrape", "/v2/scrape"]
    host = "https://www.acme-works.com"
    assert database.call(learned_strategy, host, younger_than_s=60.0) == "firecrawl"
    assert database.call(learned_strategy, host, younger_than_s=0.0) is None


async def test_a_page_that_is_empty_without_scripts_and_without_a_browser_goes_to_the_service(
    site: Site, open_client: Callable[..., WebClient]
) -> None:
    """Otherwise a machine without Chromium could not use its key."""
    site.routes |= {"/contact": reply(SHELL, Content_Type="text/html"), "/v2/scrape": delivered()}
    assert (await read_document(open_client(), URL)).response.strategy == "firecrawl"


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (reply(b'{"error": "no"}', "401 No"), NotContent, "blocked"),
        (delivered(BLOCK), NotContent, "blocked"),
        (delivered(b"gone", 404), NotContent, "blocked"),
        (reply(b'{"error": "pay"}', "402 Pay"), RateLimited, "service-credits"),
    ],
    ids=["key", "block page again", "gone", "no credits"],
)
async def test_when_the_service_fails_too_the_better_reason_is_kept(
    answer: bytes, kind: type[InroadError], reason: str, site: Site, open_client: Callable[..., WebClient]
) -> None:
    """Otherwise a page that may be had later would be given up, or the site's own answer would be hidden."""
    site.routes |= {"/contact": BLOCKED, "/v2/scrape": answer}
    with pytest.raises(kind) as caught:
        await read_document(open_client(), URL)
    assert caught.value.reason == reason


async def test_a_forced_way_is_the_only_one(site: Site, open_client: Callable[..., WebClient]) -> None:
    """Otherwise a person's decision to pay nothing, or to ask through a service alone, would not hold."""
    site.routes |= {"/contact": BLOCKED, "/v2/scrape": delivered()}
    client = open_client()
    client.policies.tell(DomainPolicy("acme-works.com", strategy="direct"))
    with pytest.raises(NotContent):
        await read_document(client, URL)
    assert site.targets() == ["/contact"]
    assert (await read_document(client, URL, wanted="firecrawl")).response.strategy == "firecrawl"
    assert site.targets() == ["/contact", "/v2/scrape"]
    with pytest.raises(FetchFailed, match="INROAD_BROWSER is off"):
        await read_document(client, URL, wanted="browser")


async def test_a_page_of_a_session_is_never_given_to_a_service(site: Site, open_client: Callable[..., WebClient]) -> None:
    """Otherwise what a stranger sees would be stored as what the logged-in see."""
    site.routes |= {"/contact": BLOCKED, "/v2/scrape": delivered()}
    client = open_client()
    client._sessions._held["acme-works.com"] = object()  # type: ignore[assignment]
    with pytest.raises(NotContent) as caught:
        await read_document(client, URL)
    assert caught.value.reason == "blocked"
    assert site.targets() == ["/contact"]


class Scripted:
    """A client whose steps end as a test says."""

    services: tuple[Strategy, ...] = ("firecrawl", "scraperapi")
    can_render = True

    def __init__(self, **ends: Any) -> None:
        self.ends, self.taken = ends, list[str]()

    def _end(self, step: str) -> Response:
        self.taken.append(step)
        end = self.ends[step]
        if isinstance(end, BaseException):
            raise end
        return Response(URL, URL, 200, {"content-type": "text/html"}, end, strategy=step)  # type: ignore[arg-type]

    async def fetch(self, url: str, **_: Any) -> Response:
        return self._end("direct")

    async def render(self, url: str, *, document: Response | None = None, **_: Any) -> Response:
        self.document = document
        return self._end("browser")

    async def scrape(self, url: str, service: str, *, renders: bool, **_: Any) -> Response:
        self.renders = renders
        return self._end(service)

    async def forced_strategy(self, url: str) -> None: ...
    async def learned_strategy(self, url: str) -> None: ...
    async def slow_down(self, url: str) -> None: ...

    async def learn_strategy(self, url: str, strategy: str, credits_used: int) -> None:
        self.learned = strategy

    def has_session(self, url: str) -> bool:
        return False


async def test_what_a_browser_shows_counts_though_the_hint_to_enable_scripts_is_still_there() -> None:
    """Otherwise a page that says little, as contact pages do, is told to be empty even in a browser."""
    hint = b"<noscript>You need to enable JavaScript to run this app.</noscript>"
    shell = b"<html>" + hint + b"<div id=root></div><script>1</script></html>"
    filled = b"<html>" + hint + b"<div id=root>Write to team@acme.example</div><script>1</script></html>"
    web: Any = Scripted(direct=shell, browser=filled)
    assert (await read_document(web, URL)).html == filled.decode()


async def test_a_blocked_page_is_tried_in_the_browser_from_what_came() -> None:
    """Otherwise a check that a browser passes would cost credits, or the site a second request."""
    web: Any = Scripted(direct=BLOCK, browser=PAGE)
    assert (await read_document(web, URL)).response.strategy == "browser"
    assert (web.taken, web.document.body, web.learned) == (["direct", "browser"], BLOCK, "browser")


async def test_every_way_is_tried_once_and_the_last_that_works_counts() -> None:
    """Otherwise a second service would be paid for and never asked."""
    web: Any = Scripted(
        direct=BLOCK, browser=BLOCK, firecrawl=transient("service-failed", URL, "could not be fetched"), scraperapi=PAGE
    )
    assert (await read_document(web, URL)).response.strategy == "scraperapi"
    assert web.taken == ["direct", "browser", "firecrawl", "scraperapi"]
    assert web.renders is False  # running scripts costs ten times as much, and the page was not empty


async def test_an_empty_budget_leaves_the_sites_own_reason() -> None:
    """Otherwise the row would say nothing of the page."""
    spent = BudgetExceeded("The budget is spent.")
    web: Any = Scripted(
        direct=SHELL, browser=permanent("needs-browser", URL, "needs a browser"), firecrawl=spent, scraperapi=spent
    )
    with pytest.raises(FetchFailed, match="needs a browser"):
        await read_document(web, URL)
