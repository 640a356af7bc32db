"""What a person has decided for one domain: obeyed there, nowhere else, and on the record."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.crawl.failures import FetchFailed
from inroad.crawl.policies import BadPolicy, DomainPolicy, domain_of, parse_header, seal_headers
from inroad.guard.vault import SecretUnreadable, Vault
from inroad.settings import load_settings
from inroad.store import Database
from inroad.store.domains import add_domains
from inroad.store.policies import UnknownRow, load_policy, policy_history, set_page_strategy, set_policy

from .conftest import Opener, Site, reply

URL = "http://acme.example"
NO_ROBOTS = reply(b"User-agent: *\nDisallow: /private")


def decide(database: Database, **values: object) -> None:
    database.call(add_domains, ["acme.example"])
    database.call(set_policy, "acme.example", values, actor="ada", reason="agreed with the owner", told=dict(values))


@pytest.mark.parametrize(
    "text",
    ["", "no colon", ": no name", "Two Words: x", "X-A: a\r\nX-B: b", "X-A: \x00", "X-A: ä", "X-A: ", "X: " + "y" * 5000],
)
def test_what_is_no_header_is_refused_and_not_repeated(text: str) -> None:
    """Otherwise a typing error would break every request, or a secret would stand in the error."""
    with pytest.raises(BadPolicy) as caught:
        parse_header(text)
    assert "y" * 50 not in str(caught.value)


@pytest.mark.parametrize("name", ["User-Agent", "host", "Cookie", "Content-Length", "If-None-Match", "Proxy-Authorization"])
def test_what_inroad_says_itself_cannot_be_set(name: str) -> None:
    """Otherwise the crawler could be disguised, or its conditional requests and sessions broken."""
    with pytest.raises(BadPolicy, match="sent by Inroad itself"):
        parse_header(f"{name}: x")


def test_a_domain_has_a_bounded_number_of_headers(tmp_path: Path) -> None:
    """Otherwise servers would refuse our requests for their size."""
    with pytest.raises(BadPolicy):
        seal_headers(Vault(load_settings(home=tmp_path)), [(f"X-{number}", "x") for number in range(21)])


def test_deciding_for_an_unknown_domain_or_page_is_refused(database: Database) -> None:
    """Otherwise a typing error would seem to work."""
    with pytest.raises(UnknownRow, match=r"inroad add acme\.example"):
        database.call(set_policy, "acme.example", {"respect_robots": False}, actor="ada", reason=None, told={})
    with pytest.raises(UnknownRow):
        database.call(set_page_strategy, f"{URL}/x", "browser", actor="ada", reason=None)


async def test_secrets_that_cannot_be_opened_stop_the_domain(
    site: Site, open_client: Opener, database: Database, tmp_path: Path
) -> None:
    """Otherwise the site would be asked as somebody else than the person wants."""
    headers = seal_headers(Vault(load_settings(home=tmp_path / "one")), [("X-Team", "crawl")])
    decide(database, respect_robots=True)
    database.call(set_policy, "acme.example", {"request_headers_sealed": headers}, actor="ada", reason=None, told={})
    with pytest.raises(SecretUnreadable):
        await open_client(database, home=tmp_path / "two").fetch(f"{URL}/x")
    assert site.asked == []


async def test_robots_is_left_aside_for_the_one_domain_and_the_decision_is_kept(
    site: Site, open_client: Opener, database: Database
) -> None:
    """Otherwise the decision would hold for nobody or for everybody, or nobody could say whose it was."""
    site.routes |= {"/robots.txt": NO_ROBOTS, "/private": reply(b"ok")}
    with pytest.raises(FetchFailed, match="robots"):
        await open_client(database, respect_robots=True).fetch(f"{URL}/private")
    decide(database, respect_robots=False)
    client = open_client(database, respect_robots=True)
    assert (await client.fetch(f"{URL}/private")).body == b"ok"
    with pytest.raises(FetchFailed) as caught:
        await client.fetch("http://beta.example/private")
    assert caught.value.reason == "robots-disallowed"
    (entry,) = database.call(policy_history, "acme.example")
    assert (entry.actor, entry.details["reason"]) == ("ada", "agreed with the owner")
    assert entry.details["changes"] == {"respect_robots": False}


async def test_headers_go_to_the_domain_and_not_where_it_redirects(
    site: Site, open_client: Opener, database: Database, tmp_path: Path
) -> None:
    """Otherwise a key for one site would be told to another."""
    sealed = seal_headers(Vault(load_settings(home=tmp_path)), [("Authorization", "Bearer s3cret"), ("Accept-Language", "de")])
    assert sealed is not None
    assert b"s3cret" not in sealed
    decide(database, respect_robots=True)
    database.call(set_policy, "acme.example", {"request_headers_sealed": sealed}, actor="ada", reason=None, told={})
    site.routes |= {"/a": reply(status="302 Found", Location="http://beta.example/b"), "/b": reply(b"ok")}
    client = open_client(database, home=tmp_path)
    await client.fetch("http://www.acme.example/a")
    first, second = site.asked
    assert (first.headers["authorization"], first.headers["accept-language"]) == ("Bearer s3cret", "de")
    assert "authorization" not in second.headers
    assert "accept-language" not in second.headers
    assert "s3cret" not in repr(await client.policies.of(URL))


async def test_an_interval_of_its_own_replaces_the_setting(site: Site, open_client: Opener, database: Database) -> None:
    """Otherwise one delicate server would make all crawling slow."""
    site.routes["/x"] = reply(b"ok")
    decide(database, request_interval_s=0.3)
    client = open_client(database)
    await asyncio.gather(*(client.fetch(f"{URL}/x") for _ in range(4)))
    # The wait ends by the clock of our process, the distance by the database's.
    assert min(later.at - earlier.at for earlier, later in pairwise(site.asked)) >= 0.25


async def test_a_concurrency_of_its_own_replaces_the_setting(site: Site, open_client: Opener) -> None:
    """Otherwise a small server would meet as many of us as a large one."""
    flying, most = 0, 0

    async def slow(*_: object) -> bytes:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0.03)
        flying -= 1
        return reply(b"ok")

    site.routes["/x"] = slow
    client = open_client(host_concurrency=8)
    client.policies.tell(DomainPolicy("acme.example", concurrency=1))
    await asyncio.gather(*(client.fetch(f"{URL}/x") for _ in range(5)))
    assert most == 1


async def test_a_decision_reaches_a_client_at_work(
    site: Site, open_client: Opener, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a run of hours would go on against a person's will."""
    site.routes |= {"/robots.txt": NO_ROBOTS, "/private": reply(b"ok")}
    decide(database, respect_robots=False)
    client = open_client(database, respect_robots=True)
    await client.fetch(f"{URL}/private")
    database.call(set_policy, "acme.example", {"respect_robots": True}, actor="ada", reason=None, told={})
    # The clock of the policies alone: with the process's own the event loop and the fixtures would stand still.
    later = time.monotonic() + 31
    monkeypatch.setattr("inroad.crawl.policies.time", SimpleNamespace(monotonic=lambda: later))
    with pytest.raises(FetchFailed, match="robots"):
        await client.fetch(f"{URL}/private")


def test_what_was_decided_is_read_back(database: Database) -> None:
    """Otherwise a column would be written that nobody obeys."""
    decide(database, respect_robots=False, request_interval_s=2.0, request_concurrency=3, fetch_strategy="browser")
    stored = database.call(load_policy, "acme.example")
    assert stored is not None
    assert stored[1:] == (False, None, 2.0, 3, None, "browser", None)
    assert database.call(load_policy, "beta.example") is None


@given(st.text(max_size=60))
def test_every_text_has_a_domain_or_none(text: str) -> None:
    """Otherwise a stranger's link could end a crawl."""
    assert isinstance(domain_of(text), str)


@given(st.text(max_size=60))
def test_every_text_is_a_header_or_refused(text: str) -> None:
    """Otherwise a line break could smuggle a second header in."""
    try:
        name, value = parse_header(text)
    except BadPolicy:
        return
    assert name
    assert "\n" not in name + value
    assert "\r" not in name + value
