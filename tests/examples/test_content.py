"""The example network's content against `expected.json`: what is expected really stands there, and nothing else does."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import httpx2
import phonenumbers
import pytest
from selectolax.lexbor import LexborHTMLParser

from examples.network import ExampleNetwork
from examples.network.sites import Site, load_sites

EXPECTED = json.loads((Path(__file__).parents[2] / "examples" / "expected.json").read_text(encoding="utf-8"))
SITES = load_sites()
DOMAINS = sorted(EXPECTED)
REASONS = {
    "redirect-loop", "too-many-redirects", "gzip-bomb", "unsafe-xml", "body-too-large", "timeout", "soft-404",
    "not-found", "needs-browser", "address-refused", "html-instead-of-sitemap", "robots-disallowed", "blocked", "login-wall",
    "unknown-host",
}  # fmt: skip
MAIN_PAGES_LIMIT = 12
BOARD_ADDRESSES = [
    "https://boards.greenhouse.io/parallaxfreight",
    "https://boards-api.greenhouse.io/v1/boards/parallaxfreight/jobs?content=true",
]


def test_every_company_of_the_network_is_expected_and_no_other(network: ExampleNetwork) -> None:
    """Otherwise a company could be left out of the comparison without a word."""
    assert list(network.domains) == DOMAINS
    assert len(DOMAINS) == 12
    assert sorted(EXPECTED[domain]["letter"] for domain in DOMAINS) == list("abcdefghijkl")


def test_every_expected_error_has_a_known_reason_and_the_hostile_rows_agree_with_it() -> None:
    """Otherwise a misspelt reason could never be met, or one file would say two things."""
    errors = [error for domain in DOMAINS for error in EXPECTED[domain]["errors"]]
    assert {error["reason"] for error in errors} <= REASONS
    hostile = EXPECTED["vexel-surplus.example"]
    failing = [{"url": row["url"], "reason": row["reason"]} for row in hostile["rows"] if row["ends"] == "Error"]
    assert failing == hostile["errors"]
    assert {row["ends"] for row in hostile["rows"]} == {"Complete", "Error"}


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_link_on_every_page_answers(client: httpx2.Client, domain: str) -> None:
    """Otherwise a run would end in errors that nobody expects."""
    site = SITES[domain]
    wanted = _listed_addresses(client, site) | {f"{site.origin}{path}" for path in site.sources}
    for path in site.sources:
        wanted |= _links(_page(client, site, path), site.origin + path)
    refused = {error["url"] for error in EXPECTED[domain]["errors"] if error.get("when") != "no-browser"}
    answers = {url: client.get(url, follow_redirects=True).status_code for url in wanted - refused}
    assert len(answers) >= len(site.sources)
    assert {url for url, status in answers.items() if status != 200} == set()


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_page_with_something_expected_can_be_reached_from_the_home_page_or_a_listing(
    client: httpx2.Client, domain: str
) -> None:
    """Otherwise no honest crawler could find it."""
    site = SITES[domain]
    reached = _reachable(client, site)
    needed = {site.origin + contact["page"] for contact in EXPECTED[domain]["contacts"]}
    needed |= {url for url in (error["url"] for error in EXPECTED[domain]["errors"]) if "sitemap" not in url}
    assert needed <= reached


@pytest.mark.parametrize("domain", DOMAINS)
def test_what_is_needed_fits_into_the_pages_that_a_domain_may_take(domain: str) -> None:
    """Otherwise the rule that selects pages would have to leave something expected out."""
    expected = EXPECTED[domain]
    pages = {contact["page"] for contact in expected["contacts"]} | {"/"}
    pages |= {urlsplit(error["url"]).path for error in expected["errors"] if "sitemap" not in error["url"]}
    pages |= set(_posting_pages(SITES[domain]))
    assert len(pages) <= MAIN_PAGES_LIMIT


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_expected_contact_stands_on_its_page(client: httpx2.Client, domain: str) -> None:
    """Otherwise the comparison would ask for what cannot be found."""
    for contact in EXPECTED[domain]["contacts"]:
        readable = _readable(client, SITES[domain], contact["page"], with_browser=contact.get("when") == "browser")
        forms = [contact[key] for key in ("street", "postcode") if key in contact] or [contact.get("written", contact["value"])]
        forms += [contact[key] for key in ("name", "role") if key in contact]
        missing = [form for form in forms if form.casefold() not in readable.casefold()]
        assert missing == [], f"{contact['value']} on {contact['page']}"


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_expected_phone_is_valid_and_is_what_was_written(domain: str) -> None:
    """Otherwise an extractor that checks numbers would rightly refuse it."""
    for contact in EXPECTED[domain]["contacts"]:
        if contact["kind"] == "phone":
            number = phonenumbers.parse(contact["written"], EXPECTED[domain]["region"])
            assert phonenumbers.is_valid_number(number)
            assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == contact["value"]


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_page_holds_an_address_or_a_number_that_is_not_expected(client: httpx2.Client, domain: str) -> None:
    """Otherwise a good extractor would be marked down for finding it."""
    site, expected = SITES[domain], EXPECTED[domain]
    known = {contact["value"] for contact in expected["contacts"]}
    for path in site.sources:
        readable = _readable(client, site, path, with_browser=True)
        found = set(re.findall(rf"[a-z0-9.-]+@{re.escape(domain)}", readable.lower()))
        matcher = phonenumbers.PhoneNumberMatcher(readable, expected["region"])
        found |= {phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164) for match in matcher}
        assert found <= known, path


@pytest.mark.parametrize("domain", DOMAINS)
def test_expected_postings_are_those_that_the_site_publishes(client: httpx2.Client, domain: str) -> None:
    """Otherwise a posting could be missed, or be wanted without being there."""
    titles = _posting_pages(SITES[domain]).values() if domain != "parallax-freight.example" else _board_titles(client)
    assert sorted(titles) == sorted(EXPECTED[domain]["postings"])


def test_there_are_postings_for_an_engineer_and_for_others() -> None:
    """Otherwise matching would have nothing to tell apart."""
    titles = [title for domain in DOMAINS for title in EXPECTED[domain]["postings"]]
    fitting = [title for title in titles if re.search(r"(?i)data|platform|backend|python|devops|reliability", title)]
    assert len(titles) == len(set(titles)) == 24
    assert len(fitting) == 12


@pytest.mark.parametrize("domain", DOMAINS)
def test_structured_data_is_valid_json(client: httpx2.Client, domain: str) -> None:
    """Otherwise a parser's mending, and not the content, would be what is shown."""
    for path in SITES[domain].sources:
        page = LexborHTMLParser(client.get(SITES[domain].origin + path).content)
        for script in page.css('script[type="application/ld+json"]'):
            assert isinstance(json.loads(script.text()), dict | list), path


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_number_of_sitemaps_is_the_number_that_can_be_read(domain: str) -> None:
    """Otherwise the count in `expected.json` would have drifted from the sites."""
    assert EXPECTED[domain]["sitemaps"] == len(SITES[domain].listings)


def test_page_titles_do_not_repeat_within_a_site() -> None:
    """Otherwise two pages of a company would look the same to a person who curates them."""
    for domain in DOMAINS:
        titles = [source.facts["title"] for source in SITES[domain].sources.values()]
        assert len(titles) == len(set(titles)) >= 5


def test_a_layout_is_never_shared() -> None:
    """Otherwise twelve companies would be one template, and extraction would look better than it is."""
    heads = {domain: SITES[domain].resources["/"].body[:400] for domain in DOMAINS}
    assert len({re.sub(rb"<title>.*?</title>", b"", head) for head in heads.values()}) == len(DOMAINS)


def test_the_board_answers_in_the_shape_of_the_public_api(client: httpx2.Client) -> None:
    """Otherwise the demonstration would prove nothing about real boards."""
    answer = client.get(BOARD_ADDRESSES[1])
    jobs = answer.json()["jobs"]
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["meta"] == {"total": 3} == {"total": len(jobs)}
    assert {"id", "title", "absolute_url", "location", "updated_at", "content", "departments", "offices"} <= jobs[0].keys()
    assert "&lt;li&gt;" in jobs[0]["content"]
    assert all(client.get(job["absolute_url"]).status_code == 200 for job in jobs)
    brief = client.get(BOARD_ADDRESSES[1].split("?", 1)[0]).json()["jobs"]
    assert all("content" not in job for job in brief)
    assert client.get("https://boards-api.greenhouse.io/v1/boards/nobody/jobs").status_code == 404


def test_the_page_that_needs_a_browser_is_empty_without_one(client: httpx2.Client) -> None:
    """Otherwise the browser would not be needed, and the test of its absence would be empty."""
    page = LexborHTMLParser(client.get("https://fernhill-robotics.example/contact").content)
    assert page.css("script[src]")
    assert [node.text().strip() for node in page.css("#root")] == [""]
    assert not page.css("a[href]")
    assert client.get("https://fernhill-robotics.example/api/contact.json").json()["phone"] == "(412) 555-0187"


def test_a_site_without_robots_and_sitemap_answers_404_for_both(client: httpx2.Client) -> None:
    """Otherwise it would not be discovered through links."""
    for path in ("/robots.txt", "/sitemap.xml", "/sitemap_index.xml", "/feed", "/rss.xml"):
        assert client.get(f"https://ballinree-boatworks.example{path}").status_code == 404


def _listed_addresses(client: httpx2.Client, site: Site) -> set[str]:
    listed = set()
    for listing in site.listings:
        answer = client.get(site.origin + listing.path)
        assert answer.status_code == 200
        pages = [path for path in site.sources if listing.selects(path)]
        listed |= {site.origin + path for path in (*pages, *listing.extra, *listing.children)}
    return listed


def _links(page: str, base: str) -> set[str]:
    attributes = [("a", "href"), ("link", "href"), ("img", "src"), ("script", "src")]
    tree = LexborHTMLParser(page)
    values = [node.attributes.get(name) for tag, name in attributes for node in tree.css(f"{tag}[{name}]")]
    urls = {urldefrag(urljoin(base, value or "")).url for value in values if not (value or "").startswith(("mailto:", "tel:"))}
    return {url for url in urls if urlsplit(url).hostname in SITES}


def _reachable(client: httpx2.Client, site: Site) -> set[str]:
    reached = _listed_addresses(client, site) | {f"{site.origin}/"}
    pending = list(reached)
    while pending:
        url = pending.pop()
        path = urlsplit(url).path
        if urlsplit(url).hostname != site.host or path not in site.sources:
            continue
        for link in _links(_page(client, site, path), url) - reached:
            reached.add(link)
            pending.append(link)
    return reached


def _page(client: httpx2.Client, site: Site, path: str) -> str:
    """The page as text, once passing trouble is over."""
    for _ in range(3):
        answer = client.get(site.origin + path)
        if answer.status_code == 200:
            break
    return answer.content.decode(site.sources[path].facts.get("charset", "utf-8"))


def _posting_pages(site: Site) -> dict[str, str]:
    """Path to title of the pages one level below the list of open positions."""
    lists = [path for path in site.sources if re.search(r"(careers|karriere|jobs|vacatures|recrutement)(/|\.html)?$", path)]
    roots = [path.removesuffix(".html").rstrip("/") + "/" for path in lists]
    return {
        path: source.facts["title"]
        for path, source in site.sources.items()
        if path not in lists and any(path.startswith(root) for root in roots)
    }


def _board_titles(client: httpx2.Client) -> list[str]:
    return [job["title"] for job in client.get(BOARD_ADDRESSES[1]).json()["jobs"]]


def _readable(client: httpx2.Client, site: Site, path: str, *, with_browser: bool) -> str:
    """What a reader who knows every disguise can read on a page: text, attributes and scripts, decoded."""
    source = html.unescape(_page(client, site, path))
    parts = [source, re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", source))]
    parts += [unquote(address) for address in re.findall(r'mailto:([^"?]+)', source)]
    parts += [_cloudflare(code) for code in re.findall(r'(?:data-cfemail="|email-protection#)([0-9a-f]+)', source)]
    parts += [text[::-1] for text in re.findall(r"direction:rtl[^>]*>([^<]+)<", source)]
    parts += ["@".join(pair) for pair in re.findall(r'data-user="([^"]+)" data-domain="([^"]+)"', source)]
    parts += ["".join(re.findall(r"'([^']*)'", written)) for written in re.findall(r"document\.write\(([^)]*)\)", source)]
    if with_browser and "/api/contact.json" in site.resources and path == "/contact":
        parts.append(client.get(f"{site.origin}/api/contact.json").text)
    return "\n".join(parts)


def _cloudflare(code: str) -> str:
    data = bytes.fromhex(code)
    return bytes(byte ^ data[0] for byte in data[1:]).decode()
