"""The example network's manners over HTTP: routing, TLS, conditional requests, and the log."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples.network import ExampleNetwork
from examples.network.sites import load_sites
from inroad.guard.errors import UserError

ROOT = Path(__file__).parents[2]


def test_a_host_that_nobody_owns_gets_no_site(client: httpx2.Client) -> None:
    """Otherwise a wrong Host would silently read some company's pages."""
    assert client.get("http://nobody.example/").status_code == 421


def test_tls_refuses_a_host_that_the_certificate_does_not_name(client: httpx2.Client) -> None:
    """Otherwise tests of TLS failures would have nothing to fail on."""
    with pytest.raises(httpx2.ConnectError, match="certificate"):
        client.get("https://nobody.example/")


def test_tls_is_refused_without_the_authority(network: ExampleNetwork) -> None:
    """Otherwise the CA setting would not be needed, and a run without it would pass by mistake."""
    tls = network.ports[1]
    with httpx2.Client() as stranger, pytest.raises(httpx2.ConnectError, match="certificate"):
        stranger.get(f"https://127.0.0.1:{tls}/", headers={"host": "acme.example"}, extensions={"sni_hostname": "acme.example"})


def test_a_taken_port_is_named_in_a_user_error() -> None:
    """Otherwise a person would see a traceback instead of the port to change."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=str(port)), ExampleNetwork(port=port):
            pass


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_cannot_exist_is_a_user_error(port: int) -> None:
    """Otherwise a typing error would end in a traceback."""
    with pytest.raises(UserError, match="0 to 65535"):
        ExampleNetwork(port=port).start()


def test_ports_are_unknown_before_the_start() -> None:
    """Otherwise `--resolve` could be built with ports that nobody listens on."""
    with pytest.raises(RuntimeError, match="not being served"):
        _ = ExampleNetwork().resolve


def test_stopping_frees_the_ports_and_removes_the_authority() -> None:
    """Otherwise each demonstration would leave a listener and a directory behind."""
    with ExampleNetwork() as network:
        ca_file, (plain, _) = network.ca_file, network.ports
        assert ca_file.exists()
    assert not ca_file.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", plain), timeout=2)


def test_the_command_says_how_to_reach_the_network_and_stops_on_an_interrupt() -> None:
    """Otherwise nobody could follow the README, or Ctrl-C would leave a traceback and a directory."""
    with subprocess.Popen([sys.executable, "-m", "examples.network"], stdout=subprocess.PIPE, text=True, cwd=ROOT) as command:
        assert command.stdout is not None
        ca_line, resolve_line, domains_line = (command.stdout.readline() for _ in range(3))
        ca_file = Path(ca_line.removeprefix("INROAD_CA_FILE=").strip())
        assert ca_file.exists()
        command.send_signal(signal.SIGINT)
        assert command.wait(timeout=30) == 0
    assert resolve_line.count("--resolve '*:") == 2
    assert "acme.example" in domains_line.split()
    assert not ca_file.exists()


def test_posting_to_a_page_is_not_allowed(client: httpx2.Client) -> None:
    """Otherwise a crawler that submits forms would go unnoticed."""
    answer = client.request("POST", "https://acme.example/contact/")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/nothing-here", "/%2e%2e/site.toml", "/../site.toml", "/careers/calibration-technician.html"])
def test_a_path_without_a_page_is_404(client: httpx2.Client, path: str) -> None:
    """Otherwise missing pages could not be told from present ones, or files outside the site would be served."""
    assert client.get(f"https://acme.example{path}").status_code == 404


def test_each_host_answers_with_its_own_site(client: httpx2.Client) -> None:
    """Otherwise one company's contacts would be found on another's pages."""
    assert "Acme Instruments" in client.get("https://acme.example/").text
    assert "NORDLICHT" in client.get("https://www.nordlicht-energie.example/").text


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("http://acme.example/team/?a=1", "https://acme.example/team/?a=1"),
        ("https://www.acme.example/team/", "https://acme.example/team/"),
        ("https://nordlicht-energie.example/team", "https://www.nordlicht-energie.example/team"),
        ("https://acme.example/team", "/team/"),
        ("https://www.nordlicht-energie.example/team/", "/team"),
        ("http://www.ballinree-boatworks.example/", "http://ballinree-boatworks.example/"),
    ],
)
def test_other_spellings_of_an_address_redirect_for_good(client: httpx2.Client, url: str, location: str) -> None:
    """Otherwise one page would be stored under several addresses."""
    answer = client.get(url)
    assert (answer.status_code, answer.headers["location"]) == (301, location)


def test_a_site_without_https_redirect_answers_plainly(client: httpx2.Client) -> None:
    """Otherwise no site would show that plain HTTP still works."""
    assert client.get("http://ballinree-boatworks.example/").status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_an_entity_tag_that_matches_gets_304_without_a_body(client: httpx2.Client, encoding: str) -> None:
    """Otherwise a second run would fetch pages that did not change."""
    first = client.get("https://acme.example/about/", headers={"accept-encoding": encoding})
    second = client.get(
        "https://acme.example/about/", headers={"accept-encoding": encoding, "if-none-match": first.headers["etag"]}
    )
    assert (first.status_code, second.status_code, second.content) == (200, 304, b"")
    assert second.headers["etag"] == first.headers["etag"]


def test_a_stale_entity_tag_gets_the_page_even_with_a_fresh_date(client: httpx2.Client) -> None:
    """Otherwise a changed page with an old date would never be read again (RFC 9110, 13.2.2)."""
    answer = client.get(
        "https://acme.example/about/", headers={"if-none-match": '"stale"', "if-modified-since": "Sun, 01 Nov 2026 00:00:00 GMT"}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [("Wed, 30 Sep 2026 00:00:00 GMT", 304), ("Tue, 29 Sep 2026 23:59:59 GMT", 200), ("yesterday", 200), ("", 200)],
)
def test_if_modified_since_is_compared_with_the_page(client: httpx2.Client, since: str, status: int) -> None:
    """Otherwise clients without entity tags would read stale or needless pages."""
    answer = client.get("https://acme.example/about/", headers={"if-modified-since": since})
    assert answer.status_code == status
    assert answer.headers["last-modified"] == "Wed, 30 Sep 2026 00:00:00 GMT"


def test_gzip_is_sent_only_to_those_who_take_it(client: httpx2.Client) -> None:
    """Otherwise a client that asked for plain bytes would read noise."""
    packed = client.get("https://acme.example/about/", headers={"accept-encoding": "gzip;q=1.0, br"})
    plain = client.get("https://acme.example/about/", headers={"accept-encoding": "gzip;q=0, identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


def test_head_gets_the_headers_of_get(client: httpx2.Client) -> None:
    """Otherwise a check by HEAD would see another page than GET."""
    head = client.request("HEAD", "https://acme.example/about/")
    get = client.get("https://acme.example/about/")
    assert head.content == b""
    for name in ("content-length", "content-type", "etag", "last-modified"):
        assert head.headers[name] == get.headers[name]


def test_a_compressed_sitemap_is_a_gzip_file(client: httpx2.Client) -> None:
    """Otherwise the gzipped child of a sitemap index would be tested by nothing."""
    answer = client.get("https://acme.example/sitemap-careers.xml.gz")
    assert answer.headers["content-type"] == "application/gzip"
    assert answer.content[:2] == b"\x1f\x8b"


def test_the_log_tells_what_was_asked_and_answered(network: ExampleNetwork, client: httpx2.Client) -> None:
    """Otherwise tests of politeness and of conditional requests would have nothing to look at."""
    client.get("https://acme.example/nothing?x=1", headers={"user-agent": "Inroad/1", "if-none-match": '"a"'})
    (request,) = network.requests
    assert (request.host, request.path, request.method, request.scheme) == ("acme.example", "/nothing?x=1", "GET", "https")
    assert (request.status, request.user_agent, request.headers["if-none-match"]) == (404, "Inroad/1", '"a"')
    network.reset()
    assert network.requests == ()


def test_nothing_on_the_network_changed_in_the_future() -> None:
    """Otherwise a date could lie ahead of the clock of whoever runs the demonstration."""
    changed = [resource.last_modified for site in load_sites().values() for resource in site.resources.values()]
    assert len(changed) > 100
    assert max(changed) < datetime(2026, 11, 21, tzinfo=UTC)


HEADER_TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60).map(str.strip)
DATES = st.from_regex(r"\A(Sun, )?[0-9]{1,3} (Nov|Foo) [0-9]{1,12} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|[+-][0-9]{4,9})\Z")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tags=st.none() | HEADER_TEXT, since=HEADER_TEXT | DATES, encoding=HEADER_TEXT)
def test_no_request_header_breaks_an_answer(client: httpx2.Client, tags: str | None, since: str, encoding: str) -> None:
    """Otherwise a strange client would find a server error that no site of the network means to show."""
    headers = {"if-modified-since": since, "accept-encoding": encoding} | ({} if tags is None else {"if-none-match": tags})
    assert client.get("https://acme.example/about/", headers=headers).status_code in (200, 304)
