"""The example network's misbehaviour: each kind does what the companies' expected errors rely on, at little cost."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from itertools import islice

import httpx2
import pytest

from examples.network import ExampleNetwork
from examples.network.behaviours import BOMB_BYTES, BOMB_MEMBER_BYTES, MIB, Behaviour

HOSTILE = "https://vexel-surplus.example"


def test_a_behaviour_that_does_not_exist_is_refused() -> None:
    """Otherwise a typing error in a site's file would leave it well-behaved without a word."""
    with pytest.raises(ValueError, match="explode"):
        Behaviour(kind="explode", path="/")


def test_too_many_requests_comes_once_with_retry_after(network: ExampleNetwork, client: httpx2.Client) -> None:
    """Otherwise waiting for as long as the site asks would be tested by nothing, or would never help."""
    url = "https://www.waterkant-logistiek.example/contact"
    answers = [client.get(url) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 200, 200]
    assert answers[0].headers["retry-after"] == "2"
    network.reset()
    assert client.get(url).status_code == 429


def test_a_failing_page_fails_twice_and_stays_well(network: ExampleNetwork, client: httpx2.Client) -> None:
    """Otherwise a bounded retry could not be shown to succeed."""
    url = "https://www.waterkant-logistiek.example/over-ons"
    assert [client.get(url).status_code for _ in range(4)] == [500, 500, 200, 200]
    network.reset()
    assert client.get(url).status_code == 500


def test_a_redirect_to_the_canonical_host_is_no_visit(client: httpx2.Client) -> None:
    """Otherwise trouble would pass while a client is still being sent to the right host."""
    assert client.get("https://waterkant-logistiek.example/contact").status_code == 301
    assert client.get("https://www.waterkant-logistiek.example/contact").status_code == 429


def test_a_closed_page_and_a_page_behind_a_login_say_so(client: httpx2.Client) -> None:
    """Otherwise neither could be told from a page that was read."""
    assert client.get("https://orchard-ledger.example/about/press-kit").status_code == 403
    answer = client.get("https://parallax-freight.example/careers/internal", follow_redirects=True)
    assert (answer.url.path, answer.status_code) == ("/login", 200)
    assert 'type="password"' in answer.text


def test_the_gzip_bomb_is_small_on_the_wire_and_gigabytes_when_unpacked(client: httpx2.Client) -> None:
    """Otherwise the limit on unpacked bytes would not be what stops it."""
    packed = client.get(f"{HOSTILE}/sitemap-lots.xml.gz").content
    assert len(packed) < 3 * MIB
    unpacker = zlib.decompressobj(31)
    first = len(unpacker.decompress(packed))
    assert first == BOMB_MEMBER_BYTES > 50 * MIB
    assert first * 32 == BOMB_BYTES
    assert unpacker.unused_data.count(unpacker.unused_data[:18]) == 31


def test_the_entity_bomb_is_small_and_nests_ten_to_the_ninth(client: httpx2.Client) -> None:
    """Otherwise an XML reader that expands entities would survive it."""
    body = client.get(f"{HOSTILE}/sitemap-entities.xml").text
    assert len(body) < 2000
    assert [body.count(f"&e{level};") for level in range(9)] == [10] * 9


def test_the_sitemap_index_lists_itself(client: httpx2.Client) -> None:
    """Otherwise nothing would show that a sitemap is read once."""
    assert f"<loc>{HOSTILE}/sitemap.xml</loc>" in client.get(f"{HOSTILE}/sitemap.xml").text


def test_the_redirect_loop_comes_back_to_where_it_began(client: httpx2.Client) -> None:
    """Otherwise the loop would be an ordinary redirect."""
    second = client.get(f"{HOSTILE}/imprint").headers["location"]
    assert client.get(HOSTILE + second).headers["location"] == "/imprint"


def test_the_onward_redirect_never_repeats_an_address(client: httpx2.Client) -> None:
    """Otherwise it would be found as a loop and not as too many redirects."""
    seen, path = set(), "/about/story"
    for _ in range(25):
        seen.add(path)
        path = client.get(HOSTILE + path).headers["location"]
    assert len(seen) == 25
    assert client.get(f"{HOSTILE}/about/story?hop=²").status_code == 302


@pytest.mark.parametrize("path", ["/about/partners", "/about/cloud"])
def test_two_pages_lead_to_addresses_that_must_be_refused(client: httpx2.Client, path: str) -> None:
    """Otherwise nothing would tempt the crawler into the machine it runs on."""
    location = client.get(HOSTILE + path).headers["location"]
    assert location.startswith(("http://127.0.0.1:22/", "http://169.254.169.254/"))


def test_an_endless_body_stops_when_the_client_leaves(network: ExampleNetwork, client: httpx2.Client) -> None:
    """Otherwise each reader that gives up would leave a stream that is written for ever."""
    with client.stream("GET", f"{HOSTILE}/contact/warehouse") as answer:
        taken = sum(len(chunk) for chunk in islice(answer.iter_raw(), 40))
        assert network.open_streams == 1
    assert taken > 0
    _wait_for_streams_to_end(network)
    assert network.requests[-1].is_aborted


def test_a_slow_body_never_pauses_for_long_and_stops_when_the_client_leaves(
    network: ExampleNetwork, client: httpx2.Client
) -> None:
    """Otherwise a limit on the time between two reads would catch it, and not the limit on the whole."""
    with client.stream("GET", f"{HOSTILE}/about/history") as answer:
        chunks = list(islice(answer.iter_raw(), 3))
    assert chunks[1:] == [b"We ", b"have "]
    _wait_for_streams_to_end(network)


def test_stopping_ends_an_endless_body(connect: Callable[[ExampleNetwork], httpx2.Client]) -> None:
    """Otherwise Ctrl-C would hang for as long as anybody reads."""
    with ExampleNetwork() as network, connect(network) as client:
        answer = client.send(client.build_request("GET", f"{HOSTILE}/contact/warehouse"), stream=True)
        network.stop()
        assert network.open_streams == 0
        answer.close()


def test_soft_404s_answer_200(client: httpx2.Client) -> None:
    """Otherwise they would be ordinary missing pages."""
    for path in ("/careers", "/lots/4471"):
        answer = client.get(HOSTILE + path)
        assert answer.status_code == 200
        assert "Page not found" in answer.text


def test_the_wrong_charset_is_declared_and_cannot_be_decoded_as_declared(client: httpx2.Client) -> None:
    """Otherwise the page would not need any detection."""
    answer = client.get(f"{HOSTILE}/contact")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode()
    assert "René Gauthier" in answer.content.decode("windows-1252")


def test_the_nested_page_is_a_megabyte_of_divs_that_all_close(client: httpx2.Client) -> None:
    """Otherwise it would be a large page, or a broken one, and not a deep one."""
    body = client.get(f"{HOSTILE}/team").content
    assert len(body) > 950_000
    assert body.count(b"<div>") == body.count(b"</div>") == 90_000
    assert b"<div>" * 5000 in body


def test_control_characters_are_really_sent(client: httpx2.Client) -> None:
    """Otherwise storing the page's text would not be put to the test."""
    body = client.get(f"{HOSTILE}/about").content
    assert {0x01, 0x08, 0x0B, 0x1B, 0x7F} <= set(body)


def _wait_for_streams_to_end(network: ExampleNetwork) -> None:
    deadline = time.monotonic() + 10
    while network.open_streams and time.monotonic() < deadline:
        time.sleep(0.02)
    assert network.open_streams == 0
