"""Where connections may go: refusals first, then the rules that send them elsewhere."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.crawl.failures import FetchFailed, FetchInterrupted
from inroad.crawl.fetch import WebClient
from inroad.crawl.network import Lookup, NetworkRules, Resolver, ResolveRule, SystemLookup, is_public
from inroad.crawl.transport import tls_context
from inroad.settings import Settings, SettingsError, load_settings

from .conftest import Opener, Site, reply

PRIVATE = (
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "100.64.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "3fff::1", "2001::1",
    "100::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:c0a8:101::", "5f00::1",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:2800:220:1::1", "64:ff9b::808:808", "2002:808:808::1")


def answering(*addresses: str) -> Resolver:
    async def lookup(host: str, port: int) -> Sequence[str]:
        return addresses

    return Resolver(NetworkRules(), lookup)


def looking_up(table: Mapping[str, str]) -> Lookup:
    async def lookup(host: str, port: int) -> Sequence[str]:
        if host not in table:
            raise socket.gaierror(socket.EAI_AGAIN, "no name server here")
        return [table[host]]

    return lookup


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_not_public(address: str) -> None:
    """Otherwise a web page could make us read this machine's own services."""
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_public(address: str) -> None:
    """Otherwise real sites could not be read."""
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_every_ipv4_address_is_judged_as_the_registry_says(address: ipaddress.IPv4Address) -> None:
    """Otherwise a range of the IANA registry would be missing from our list."""
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=6))
def test_every_public_ipv6_address_is_global_unicast_or_carries_a_public_ipv4(address: ipaddress.IPv6Address) -> None:
    """Otherwise a new special range would count as public until somebody notices."""
    if is_public(address) and address not in ipaddress.IPv6Network("2000::/3"):
        assert is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:0:0", "::", "::ffff:0:0:0", "64:ff9b::"]))
def test_an_ipv4_address_in_an_ipv6_disguise_is_judged_as_itself(address: ipaddress.IPv4Address, prefix: str) -> None:
    """Otherwise writing a private address in six would open it."""
    disguised = ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | int(address))
    assert is_public(disguised) <= is_public(address)


async def test_a_name_with_one_private_address_is_refused() -> None:
    """Otherwise a name server could mix a private address in and hope that we try it."""
    with pytest.raises(FetchFailed) as caught:
        await answering("93.184.216.34", "10.0.0.1").targets("acme.example", 80)
    assert caught.value.reason == "address-refused"


async def test_an_unknown_name_is_a_failure_that_stays() -> None:
    """Otherwise a misspelt domain would be tried again and again."""

    async def lookup(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(FetchFailed) as caught:
        await Resolver(NetworkRules(), lookup).targets("acme.example", 80)
    assert caught.value.reason == "unknown-host"


async def test_a_silent_name_server_is_a_failure_that_may_pass() -> None:
    """Otherwise an outage of the name server would end rows for good."""

    async def lookup(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    with pytest.raises(FetchInterrupted) as caught:
        await Resolver(NetworkRules(), lookup).targets("acme.example", 80)
    assert caught.value.reason == "unknown-host"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "169.254.169.254"])
def test_a_rule_for_all_hosts_does_not_reach_addresses_in_pages(host: str) -> None:
    """Otherwise a page that points at this machine would be answered instead of refused wherever `*` is used."""
    rules = NetworkRules.from_settings(load_settings(resolve=("*:80:127.0.0.1:8080",)))
    assert rules.rule_for(host, 80) is None


async def test_a_rule_may_point_to_loopback_and_to_no_other_private_address() -> None:
    """Otherwise the example network could not be reached, or a rule would open the local network."""
    rules = NetworkRules.from_settings(load_settings(resolve=("a.example:80:127.0.0.1:8080", "b.example:80:10.0.0.1:80")))
    resolver = Resolver(rules, looking_up({}))
    assert await resolver.targets("a.example", 80) == [("127.0.0.1", 8080)]
    with pytest.raises(FetchFailed) as caught:
        await resolver.targets("b.example", 80)
    assert caught.value.reason == "address-refused"


async def test_a_named_host_may_be_private() -> None:
    """Otherwise nobody could read a site on their own network."""
    rules = NetworkRules.from_settings(load_settings(allow_hosts=("intranet.example",)))

    async def lookup(host: str, port: int) -> Sequence[str]:
        return ["10.0.0.1"]

    assert await Resolver(rules, lookup).targets("Intranet.example", 80) == [("10.0.0.1", 80)]


def test_the_narrowest_rule_wins() -> None:
    """Otherwise one host could not be taken out of a rule for all."""
    written = (
        "*:443:127.0.0.1:1",
        "*.acme.example:443:127.0.0.1:2",
        "jobs.acme.example:443:127.0.0.1:3",
        "x.example::127.0.0.1:",
    )
    rules = NetworkRules.from_settings(load_settings(resolve=written))

    def port_of(host: str, port: int) -> int | None:
        rule = rules.rule_for(host, port)
        return rule.to_port if rule else 0

    assert [port_of(host, 443) for host in ("other.example", "www.acme.example", "jobs.acme.example")] == [1, 2, 3]
    assert port_of("x.example", 80) is None
    assert port_of("other.example", 80) == 0


def test_an_ipv6_rule_is_read() -> None:
    """Otherwise machines without IPv4 loopback could not use rules."""
    assert ResolveRule.parse("[2001:db8::1]:443:[::1]:8443") == ResolveRule("2001:db8::1", 443, "::1", 8443)


@pytest.mark.parametrize(
    "text", ["", "acme.example", "a:b:c:d", "a.example:99999:127.0.0.1:80", "a.example:80::80", "a:80:b:80:c"]
)
def test_a_malformed_rule_is_the_persons_mistake(text: str) -> None:
    """Otherwise a typing error would send requests to the real site."""
    with pytest.raises(SettingsError):
        ResolveRule.parse(text)


@given(st.text(max_size=60))
def test_no_rule_text_breaks_the_parser(text: str) -> None:
    """Otherwise a setting could end the program with a bug's face."""
    try:
        rule = ResolveRule.parse(text)
    except SettingsError:
        return
    assert rule.address


async def test_the_systems_lookup_knows_this_machine_and_no_invalid_names() -> None:
    """Otherwise real sites could not be found, or an impossible name would end the program."""
    lookup = SystemLookup()
    assert "127.0.0.1" in await lookup("127.0.0.1", 80)
    for name in ("a" * 64 + ".example", "\u00fc" * 70, "x..example"):
        with pytest.raises(socket.gaierror):
            await lookup(name, 80)
    lookup.close()


def test_a_missing_certificate_file_is_named(tmp_path: object, settings: Settings) -> None:
    """Otherwise every site would fail with a TLS error that hides the cause."""
    with pytest.raises(SettingsError, match="does not exist"):
        tls_context(settings.model_copy(update={"ca_file": settings.home / "none.pem"}))
    settings.home.mkdir()
    (settings.home / "empty.pem").write_text("nothing")
    with pytest.raises(SettingsError, match="no certificate"):
        tls_context(settings.model_copy(update={"ca_file": settings.home / "empty.pem"}))


def test_certificates_are_always_verified(settings: Settings) -> None:
    """Otherwise anybody on the way could answer for a site."""
    context = tls_context(settings)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


# --- through a proxy --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "intranet.example"])
async def test_a_proxy_is_not_asked_for_private_addresses(host: str, site: Site, open_client: Opener) -> None:
    """Otherwise a page could read the network behind the proxy."""
    client = open_client(
        resolve=(), proxy=f"http://127.0.0.1:{site.port}", client={"lookup": looking_up({"intranet.example": "10.0.0.1"})}
    )
    with pytest.raises(FetchFailed) as caught:
        await client.fetch(f"http://{host}/")
    assert caught.value.reason == "address-refused"
    assert site.asked == []


@pytest.mark.parametrize("table", [{"acme.example": "93.184.216.34"}, {}], ids=["known", "known to the proxy alone"])
async def test_everything_else_goes_through_the_proxy(table: Mapping[str, str], site: Site, open_client: Opener) -> None:
    """Otherwise machines behind a proxy could read nothing, or would show their own address."""
    site.routes["http://acme.example/x"] = reply(b"through the proxy")
    proxy = f"http://user:secret@127.0.0.1:{site.port}"
    client = open_client(resolve=(), proxy=proxy, client={"lookup": looking_up(table)})
    assert (await client.fetch("http://acme.example/x")).body == b"through the proxy"
    assert site.asked[0].headers["proxy-authorization"].startswith("Basic ")


async def test_a_host_with_a_rule_goes_past_the_proxy(site: Site, open_client: Opener) -> None:
    """Otherwise the example network could not be used behind a proxy."""
    site.routes["/x"] = reply(b"straight")
    client = open_client(proxy="http://127.0.0.1:9")
    assert (await client.fetch("http://acme.example/x")).body == b"straight"


@pytest.mark.parametrize("proxy", ["ftp://user:secret@proxy.example", "user:secret@proxy", "http://", "http://[secret"])
def test_a_faulty_proxy_setting_is_named_without_its_password(proxy: str, settings: Settings) -> None:
    """Otherwise a typing error would write a password into the log."""
    with pytest.raises(SettingsError, match="INROAD_PROXY") as caught:
        WebClient(load_settings(home=settings.home, proxy=proxy))
    assert "secret" not in str(caught.value)
