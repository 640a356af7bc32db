"""Proxies: all kinds, with passwords that nobody sees, taking turns, and resting when they fail."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.network.authority import make_certificates
from inroad.crawl.failures import FetchFailed, FetchInterrupted
from inroad.crawl.policies import DomainPolicy, seal_proxies
from inroad.crawl.proxies import MAX_REST_S, Proxy, ProxyTurns, parse_proxies
from inroad.guard.vault import Vault
from inroad.settings import SettingsError, load_settings
from inroad.store import Database
from inroad.store import proxies as queries
from inroad.store.domains import add_domains
from inroad.store.policies import set_policy

from .conftest import Opener, Site, reply
from .proxy_servers import ProxyServer, running

URL = "http://acme.example/x"
KINDS = pytest.mark.parametrize("kind", ["http", "socks5"])
DEAD = "http://127.0.0.1:9"


async def public(host: str, port: int) -> Sequence[str]:
    return ["93.184.216.34"]


def with_password(url: str, password: str = "s3cret") -> str:
    return url.replace("://", f"://ada:{password}@")


def opened(open_client: Opener, proxy: str, database: Database | None = None, **settings: object) -> object:
    return open_client(database, resolve=(), proxy=proxy, client={"lookup": public}, **settings)


def answer_both(site: Site) -> None:
    """A forwarding proxy passes the whole URL on, the others the path."""
    site.routes |= {"/x": reply(b"ok"), URL: reply(b"ok")}


@KINDS
async def test_a_wrong_password_is_the_proxys_fault_and_stays_unseen(kind: str, site: Site, open_client: Opener) -> None:
    """Otherwise the site would be blamed, or the password would stand in a log."""
    async with running(ProxyServer(site.port, needs_password=True), kind) as url:
        with pytest.raises(FetchInterrupted, match="refuses our name and password") as caught:
            await opened(open_client, with_password(url, "wr0ng")).fetch(URL)  # type: ignore[attr-defined]
    assert caught.value.reason == "proxy-failed"
    assert "wr0ng" not in str(caught.value)
    assert "wr0ng" not in repr(caught.value)
    assert site.asked == []


@KINDS
async def test_a_proxy_that_is_down_is_told_from_a_site_that_is(kind: str, site: Site, open_client: Opener) -> None:
    """Otherwise every site would seem to be down."""
    with pytest.raises(FetchInterrupted) as caught:
        await opened(open_client, f"{kind}://127.0.0.1:9").fetch(URL)  # type: ignore[attr-defined]
    assert caught.value.reason == "proxy-failed"


@pytest.mark.parametrize("garbage", [b"\x00\x01\x02", b"HTTP/1.1 400 Bad\r\n\r\n", b"\x05", b"", b"\x05\x00\x09"])
async def test_what_does_not_speak_socks_ends_in_an_error(garbage: bytes, site: Site, open_client: Opener) -> None:
    """Otherwise a wrong port in the setting would end in a stack trace."""
    async with running(ProxyServer(site.port, garbage=garbage or b"\xff"), "socks5") as url:
        with pytest.raises((FetchInterrupted, FetchFailed)):
            await opened(open_client, url).fetch(URL)  # type: ignore[attr-defined]


async def test_where_only_the_site_is_out_of_reach_the_proxy_keeps_its_health(site: Site, open_client: Opener) -> None:
    """Otherwise one dead site would put every proxy to rest."""
    async with running(ProxyServer(site.port, garbage=b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"), "http") as url:
        client = opened(open_client, url)
        with pytest.raises(FetchInterrupted) as caught:
            await client.fetch("https://acme.example/x")  # type: ignore[attr-defined]
        assert caught.value.reason == "connect-failed"
        assert client._transport._turns._rests == {}  # type: ignore[attr-defined]


@KINDS
async def test_requests_go_through_the_proxy_with_its_password(kind: str, site: Site, open_client: Opener) -> None:
    """Otherwise machines behind such a proxy could read nothing."""
    answer_both(site)
    server = ProxyServer(site.port, needs_password=True)
    async with running(server, kind) as url:
        assert (await opened(open_client, with_password(url)).fetch(URL)).body == b"ok"  # type: ignore[attr-defined]
    assert server.asked == ([URL] if kind == "http" else ["acme.example:80"])


@KINDS
async def test_https_goes_through_a_tunnel_that_the_proxy_cannot_read(kind: str, open_client: Opener, tmp_path: Path) -> None:
    """Otherwise the proxy would see what the site is told."""
    made = make_certificates(tmp_path, ["acme.example"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate_file, made.key_file)
    secure = Site(routes={"/x": reply(b"sealed")})
    listening = await asyncio.start_server(secure.serve, "127.0.0.1", 0, ssl=context)
    server = ProxyServer(listening.sockets[0].getsockname()[1], needs_password=True)
    async with running(server, kind) as url:
        client = opened(open_client, with_password(url), ca_file=made.ca_file)
        assert (await client.fetch("https://acme.example/x")).body == b"sealed"  # type: ignore[attr-defined]
    assert server.asked == ["acme.example:443"]
    listening.close()


async def test_proxies_take_turns(site: Site, open_client: Opener) -> None:
    """Otherwise a list would be as good as its first."""
    answer_both(site)
    one, two = ProxyServer(site.port), ProxyServer(site.port)
    async with running(one, "http") as first, running(two, "socks5") as second:
        client = opened(open_client, f"{first}, {second}")
        for _ in range(4):
            await client.fetch(URL)  # type: ignore[attr-defined]
    assert (len(one.asked), len(two.asked)) == (2, 2)


async def test_a_dead_proxy_rests_for_every_process_and_the_others_go_on(
    site: Site, open_client: Opener, database: Database
) -> None:
    """Otherwise every second request would fail, in every process anew."""
    answer_both(site)
    async with running(ProxyServer(site.port), "http") as url:
        client = opened(open_client, f"{DEAD},{url}", database, retries=2)
        for _ in range(4):
            assert (await client.fetch(URL)).body == b"ok"  # type: ignore[attr-defined]
        dead, alive = Proxy.parse(DEAD), Proxy.parse(url)
        assert database.call(queries.resting, [dead.key, alive.key]).keys() == {dead.key}
        other = opened(open_client, f"{DEAD},{url}", database, retries=1)
        for _ in range(4):
            assert (await other.fetch(URL)).body == b"ok"  # type: ignore[attr-defined]


async def test_a_domain_has_proxies_of_its_own_or_none(
    site: Site, open_client: Opener, database: Database, tmp_path: Path
) -> None:
    """Otherwise a company that lets only one address in could not be read."""
    answer_both(site)
    site.routes["http://beta.example/x"] = reply(b"ok")
    common, own = ProxyServer(site.port), ProxyServer(site.port)
    async with running(common, "http") as everybodys, running(own, "http") as acmes:
        database.call(add_domains, ["acme.example"])
        sealed = seal_proxies(Vault(load_settings(home=tmp_path)), parse_proxies(with_password(acmes)))
        database.call(set_policy, "acme.example", {"proxies_sealed": sealed}, actor="ada", reason=None, told={})
        client = opened(open_client, everybodys, database, home=tmp_path)
        await client.fetch(URL)  # type: ignore[attr-defined]
        await client.fetch("http://beta.example/x")  # type: ignore[attr-defined]
        assert (own.asked, common.asked) == ([URL], ["http://beta.example/x"])


async def test_a_domain_can_go_without_the_settings_proxy(site: Site, open_client: Opener) -> None:
    """Otherwise a site that refuses the proxy could not be read at all."""
    site.routes["/x"] = reply(b"straight")

    async def here(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    client = open_client(resolve=(), proxy=DEAD, allow_hosts=("beta.example",), client={"lookup": here})
    client.policies.tell(DomainPolicy("beta.example", proxies=()))
    assert (await client.fetch(f"http://beta.example:{site.port}/x")).body == b"straight"


def turns(count: int = 3) -> tuple[ProxyTurns, list[Proxy]]:
    return ProxyTurns(), [Proxy.parse(f"http://proxy-{number}.example:3128") for number in range(count)]


async def test_a_session_keeps_its_proxy_while_that_is_in_health() -> None:
    """Otherwise a login would seem to wander over the world and be ended by the site."""
    chooser, proxies = turns()
    mine = await chooser.choose(proxies, sticky="acme.example")
    assert {await chooser.choose(proxies, sticky="acme.example") for _ in range(5)} == {mine}
    others = [proxy for proxy in proxies if proxy != mine]
    await chooser.failed(others[0], "down")
    assert await chooser.choose(proxies, sticky="acme.example") == mine
    await chooser.failed(mine, "down")
    assert await chooser.choose(proxies, sticky="acme.example") == others[1]


async def test_where_all_proxies_rest_the_first_to_end_is_tried() -> None:
    """Otherwise a single proxy's bad second would stop everything for its whole rest."""
    chooser, proxies = turns(2)
    for proxy, times in zip(proxies, (3, 1), strict=True):
        for _ in range(times):
            await chooser.failed(proxy, "down")
    assert await chooser.choose(proxies) == proxies[1]


def test_rests_grow_to_a_bound_and_end_with_a_success(database: Database) -> None:
    """Otherwise a dead proxy would be asked for ever, or one bad day would cost it the week."""
    from sqlalchemy import text

    rests = []
    for _ in range(9):
        rests.append(database.call(queries.record_failure, "k", label="http://p", error="down", first_s=10.0, most_s=MAX_REST_S))
        database.call(lambda session: session.execute(text("UPDATE proxies SET rests_until = clock_timestamp()")) and None)
    assert rests[:3] == [pytest.approx(10, abs=1), pytest.approx(20, abs=1), pytest.approx(40, abs=1)]
    assert rests[-1] == pytest.approx(MAX_REST_S, abs=1)
    database.call(queries.record_success, "k")
    assert database.call(queries.resting, ["k"]) == {}
    again = database.call(queries.record_failure, "k", label="http://p", error="down", first_s=10.0, most_s=MAX_REST_S)
    assert again == pytest.approx(10, abs=1)


def test_failures_of_one_moment_count_once(database: Database) -> None:
    """Otherwise eight workers in flight would make of one bad second a rest of ten minutes."""
    for _ in range(8):
        rest_s = database.call(queries.record_failure, "k", label="http://p", error="down", first_s=10.0, most_s=MAX_REST_S)
    assert rest_s == pytest.approx(10, abs=2)


@given(st.text(max_size=60))
def test_every_text_is_a_list_of_proxies_or_refused_without_repeating_it(text: str) -> None:
    """Otherwise a typing error would end in a stack trace, or a password in the log."""
    shown = ""
    try:
        shown = " ".join(proxy.label for proxy in parse_proxies(f"http://ada:hunter2@{text}"))
    except SettingsError as error:
        shown = str(error)
    assert "hunter2" not in shown


def test_a_proxy_never_shows_its_password() -> None:
    """Otherwise the first log line would."""
    proxy = Proxy.parse("socks5://ada:s3cret@proxy.example:1080")
    assert proxy.label == "socks5://proxy.example:1080"
    assert "s3cret" not in repr(proxy) + proxy.label + proxy.key
