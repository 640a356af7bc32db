"""The web client against a server that misbehaves in every way we know: each ends in its own reason."""

from __future__ import annotations

import asyncio
import gzip
import random
import socket
import ssl
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.crawl.codings import DecodingFailed, Unpacker
from inroad.crawl.failures import FetchFailed, FetchInterrupted, HostBusy, is_transient
from inroad.crawl.fetch import fetch_sync
from inroad.crawl.hosts import InvalidUrl
from inroad.crawl.redirects import request_url
from inroad.crawl.response import RequestRecord
from inroad.guard.breaker import BreakerPolicy, Breakers
from inroad.guard.errors import CircuitOpen, InroadError
from inroad.settings import load_settings

from .conftest import Asked, Opener, Site, reply

URL = "http://acme.example"
PAGE = b"<html><title>Acme</title>" + b"<p>We make anvils.</p>" * 50


async def reason_of(open_client: Opener, target: str, **settings: object) -> str:
    with pytest.raises(InroadError) as caught:
        await open_client(**settings).fetch(f"{URL}{target}")
    assert "acme.example" in str(caught.value)
    return caught.value.reason


RAW = {
    "no status line": (b"hello\r\n\r\n", "bad-response"),
    "status of letters": (b"HTTP/1.1 abc OK\r\n\r\n", "bad-response"),
    "status of two digits": (b"HTTP/1.1 20 OK\r\n\r\n", "bad-response"),
    "binary noise": (bytes(range(256)) * 8, "bad-response"),
    "header without a name": (b"HTTP/1.1 200 OK\r\n: x\r\n\r\n", "bad-response"),
    "nul in a header": (b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n", "bad-response"),
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc", "bad-response"),
    "negative length": (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc", "bad-response"),
    "chunk size of letters": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", "bad-response"),
    "headers of 200 kB": (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", "bad-response"),
    "nothing at all": (b"", "connection-reset"),
    "half a header": (b"HTTP/1.1 200 OK\r\nContent-", "connection-reset"),
    "body missing": (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "connection-reset"),
    "announced too large": (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nabc", "body-too-large"),
    "gzip that is none": (reply(b"<html>plain</html>", Content_Encoding="gzip"), "decoding-failed"),
    "unknown coding": (reply(b"abc", Content_Encoding="rot13"), "decoding-failed"),
    "four codings": (reply(b"abc", Content_Encoding="gzip, gzip, gzip, gzip"), "decoding-failed"),
    "400": (reply(status="400 Bad"), "http-4xx"),
    "402": (reply(status="402 Pay"), "http-4xx"),
    "403": (reply(status="403 No"), "http-4xx"),
    "404": (reply(status="404 No"), "not-found"),
    "410": (reply(status="410 Gone"), "not-found"),
    "429": (reply(status="429 Slow"), "rate-limited"),
    "500": (reply(status="500 Oops"), "http-5xx"),
    "501": (reply(status="501 Oops"), "http-5xx"),
    "503": (reply(status="503 Oops"), "http-5xx"),
    "503 with Retry-After": (reply(status="503 Oops", Retry_After="99"), "rate-limited"),
    "999": (reply(status="999 Go away"), "bad-response"),
    "101": (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "bad-response"),
    "304 unasked": (b"HTTP/1.1 304 Not Modified\r\n\r\n", "bad-response"),
    "301 without Location": (reply(status="301 Moved"), "bad-response"),
    "redirect to a shop": (reply(status="301 Moved", Location="market://details?id=42"), "bad-response"),
    "redirect to a file": (reply(status="301 Moved", Location="file:///etc/passwd"), "bad-response"),
    "redirect to nonsense": (reply(status="301 Moved", Location="http://["), "bad-response"),
    "redirect to itself": (reply(status="302 Found", Location="/x"), "redirect-loop"),
    "redirect to this machine": (reply(status="302 Found", Location="http://127.0.0.1/"), "address-refused"),
    "redirect to this machine in hexadecimal": (reply(status="302 Found", Location="http://0x7f.1/"), "address-refused"),
    "redirect to the cloud's secrets": (reply(status="302 Found", Location="http://169.254.169.254/latest"), "address-refused"),
    "redirect to six": (reply(status="302 Found", Location="http://[::ffff:10.0.0.1]/"), "address-refused"),
}


@pytest.mark.parametrize("case", RAW)
async def test_every_misbehaviour_has_its_own_reason(case: str, site: Site, open_client: Opener) -> None:
    """Otherwise a person could not tell what is wrong with a site, or the row would be retried for nothing."""
    raw, reason = RAW[case]
    site.routes["/x"] = raw
    with pytest.raises(InroadError) as caught:
        await open_client().fetch(f"{URL}/x")
    assert caught.value.reason == reason


async def drip(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def pour(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
        await writer.drain()


async def endless_headers(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Header: " + b"y" * 1_000 + b"\r\n")
        await writer.drain()


async def endless_continues(asked: Asked, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.005)


async def endless_empty_gzip(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
    while True:
        writer.write(gzip.compress(b"") * 1_000)
        await writer.drain()


async def silence(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def reset(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    await writer.drain()
    writer.transport.abort()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (drip, "timeout"),
        (silence, "timeout"),
        (endless_continues, "timeout"),
        (pour, "body-too-large"),
        (endless_headers, "bad-response"),
        (endless_empty_gzip, "body-too-large"),
        (reset, "connection-reset"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
async def test_an_answer_without_end_is_ended(answer: object, reason: str, site: Site, open_client: Opener) -> None:
    """Otherwise one hostile page could hold a worker or fill the memory."""
    site.routes["/x"] = answer  # type: ignore[assignment]
    limit_s = 0.5 if reason == "timeout" else 60.0  # on a busy machine the time must not end first where another limit is meant
    assert await reason_of(open_client, "/x", request_timeout_s=limit_s, body_bytes=100_000) == reason


async def test_a_silent_server_costs_the_read_timeout_only(site: Site, open_client: Opener) -> None:
    """Otherwise a dead server would take the whole time for a request."""
    site.routes["/x"] = silence
    records: list[RequestRecord] = []
    client = open_client(read_timeout_s=0.2, request_timeout_s=30.0, client={"on_request": records.append})
    with pytest.raises(FetchInterrupted):
        await client.fetch(f"{URL}/x")
    assert records[0].duration_ms < 10_000


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw deflate", "gzip twice"])
async def test_a_bomb_is_refused_before_it_unpacks(coding: str, site: Site, open_client: Opener) -> None:
    """Otherwise 30 kB from a stranger would become gigabytes here."""
    bomb = {
        "gzip": gzip.compress(b"\0" * 30_000_000),
        "deflate": zlib.compress(b"\0" * 30_000_000),
        "raw deflate": zlib.compress(b"\0" * 30_000_000)[2:-4],
        "gzip twice": gzip.compress(gzip.compress(b"\0" * 30_000_000)),
    }[coding]
    header = {"raw deflate": "deflate", "gzip twice": "gzip, gzip"}.get(coding, coding)
    site.routes["/x"] = reply(bomb, Content_Encoding=header)
    assert await reason_of(open_client, "/x", body_bytes=1_000_000) == "body-too-large"
    assert await reason_of(open_client, "/x", body_bytes=1_000_000_000) == "body-too-large"


async def test_a_redirect_chain_longer_than_the_limit_is_refused(site: Site, open_client: Opener) -> None:
    """Otherwise a server could lead us on for ever, each time to a new address."""
    for number in range(30):
        site.routes[f"/{number}"] = reply(status="302 Found", Location=f"/{number + 1}")
    assert await reason_of(open_client, "/0", redirects=5) == "too-many-redirects"
    assert site.targets() == [f"/{number}" for number in range(6)]


async def test_a_closed_port_is_a_connection_that_failed(site: Site, open_client: Opener) -> None:
    """Otherwise a server that is down would look like a name that does not exist."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # ours, so that nobody else listens there
        rule = f"*:80:127.0.0.1:{closed.getsockname()[1]}"
        assert await reason_of(open_client, "/", resolve=(rule,)) == "connect-failed"


async def test_a_name_that_turns_private_after_the_check_gains_nothing(site: Site, open_client: Opener) -> None:
    """Otherwise DNS rebinding would reach this machine: the address that was checked is the one connected to."""
    answers = [["127.0.0.1"], ["93.184.216.34"]]

    async def lookup(host: str, port: int) -> list[str]:
        return answers.pop(0)

    client = open_client(resolve=(), client={"lookup": lookup})
    with pytest.raises(FetchFailed) as caught:
        await client.fetch(f"http://acme.example:{site.port}/")
    assert caught.value.reason == "address-refused"
    assert len(answers) == 1
    assert site.asked == []


async def test_a_missing_page_is_asked_for_once(site: Site, open_client: Opener) -> None:
    """Otherwise permanent failures would be repeated (one crawler repeated a 405 for six days)."""
    with pytest.raises(FetchFailed) as caught:
        await open_client(retries=5).fetch(f"{URL}/gone")
    assert not is_transient(caught.value)
    assert site.targets() == ["/gone"]
    assert caught.value.status == 404


async def test_a_page_that_fails_twice_is_read_the_third_time(site: Site, open_client: Opener) -> None:
    """Otherwise a short fault of a server would cost the row an attempt and a minute."""
    site.routes["/x"] = [reply(status="500 Oops"), reply(status="502 Oops"), reply(PAGE)]
    records: list[RequestRecord] = []
    answer = await open_client(retries=3, client={"on_request": records.append}).fetch(f"{URL}/x")
    assert answer.body == PAGE
    assert [(record.attempt, record.status, record.reason) for record in records] == [
        (1, 500, "http-5xx"),
        (2, 502, "http-5xx"),
        (3, 200, None),
    ]


async def test_the_last_failure_is_the_one_reported(site: Site, open_client: Opener) -> None:
    """Otherwise a person would read about a fault that has passed."""
    site.routes["/x"] = [reply(status="500 Oops"), b""]
    assert await reason_of(open_client, "/x", retries=2) == "connection-reset"


async def test_a_short_rest_is_kept_and_then_the_page_is_read(site: Site, open_client: Opener) -> None:
    """Otherwise a 429 would either be ignored or cost the row an attempt."""
    site.routes["/x"] = [reply(status="429 Slow", Retry_After="1"), reply(PAGE)]
    assert (await open_client(retries=2).fetch(f"{URL}/x")).body == PAGE
    assert site.asked[1].at - site.asked[0].at >= 1.0


async def test_a_long_rest_gives_the_row_back_with_its_length(site: Site, open_client: Opener) -> None:
    """Otherwise a worker would sleep for an hour, or come back too early."""
    site.routes["/x"] = reply(status="429 Slow", Retry_After="3600")
    client = open_client(retries=3)
    with pytest.raises(HostBusy) as caught:
        await client.fetch(f"{URL}/x")
    assert caught.value.retry_after_s == pytest.approx(3600, abs=5)
    with pytest.raises(HostBusy):
        await client.fetch(f"{URL}/y")
    assert site.targets() == ["/x"]


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\npartial content",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf\r\npartial content\r\n",
        reply(gzip.compress(b"partial content" + random.Random(1).randbytes(5_000))[:-2_000], Content_Encoding="gzip"),
    ],
    ids=["content-length", "chunked", "gzip"],
)
async def test_a_body_that_is_always_cut_off_is_given_as_truncated(raw: bytes, site: Site, open_client: Opener) -> None:
    """Otherwise the readable part of a badly configured server's pages would be lost, or pass for the whole."""
    site.routes["/x"] = raw
    answer = await open_client(retries=2).fetch(f"{URL}/x")
    assert answer.body.startswith(b"partial content")
    assert answer.truncated
    assert len(site.asked) == 2


async def test_a_body_that_is_cut_off_once_is_read_whole(site: Site, open_client: Opener) -> None:
    """Otherwise a broken connection would store half a page; and nothing of the half may stay in front of the whole."""
    site.routes["/x"] = [b"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\npartial content", reply(PAGE)]
    answer = await open_client(retries=2).fetch(f"{URL}/x")
    assert answer.body == PAGE
    assert not answer.truncated
    site.routes["/y"] = [b"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\npartial content", reply(PAGE)]
    async with open_client(retries=2).stream(f"{URL}/y") as streamed:
        assert streamed.open().read() == PAGE


@pytest.mark.parametrize(
    ("header", "packed"),
    [
        ("gzip", gzip.compress(PAGE)),
        ("x-gzip", gzip.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)[2:-4]),
        ("gzip, gzip", gzip.compress(gzip.compress(PAGE))),
        ("deflate, gzip", gzip.compress(zlib.compress(PAGE))),
        ("identity", PAGE),
        ("gzip", gzip.compress(PAGE[:100]) + gzip.compress(PAGE[100:])),
        ("gzip", gzip.compress(PAGE) + b"rubbish"),
        ("gzip", gzip.compress(PAGE) + b"\0" * 512),
    ],
)
async def test_content_codings_are_unpacked(header: str, packed: bytes, site: Site, open_client: Opener) -> None:
    """Otherwise pages of servers with unusual habits would be noise."""
    site.routes["/x"] = reply(packed, Content_Encoding=header)
    answer = await open_client().fetch(f"{URL}/x")
    assert answer.body == PAGE
    assert answer.wire_bytes == len(packed)
    assert not answer.truncated


@given(st.binary(max_size=3_000), st.lists(st.integers(1, 400), max_size=20), st.sampled_from(["gzip", "deflate", "raw"]))
def test_unpacking_does_not_depend_on_how_the_bytes_arrive(data: bytes, cuts: list[int], kind: str) -> None:
    """Otherwise a slow network would change what a page says."""
    packed = {"gzip": gzip.compress, "deflate": zlib.compress, "raw": lambda data: zlib.compress(data)[2:-4]}[kind](data)
    unpacker, out = Unpacker("gzip" if kind == "gzip" else "deflate"), b""
    for cut in cuts:
        out += b"".join(unpacker.feed(packed[:cut]))
        packed = packed[cut:]
    out += b"".join(unpacker.feed(packed))
    assert out == data
    assert unpacker.is_complete


@given(st.binary(max_size=500), st.sampled_from(["gzip", "deflate", "gzip, deflate", "br", "zstd", "x, y", ""]))
def test_noise_never_breaks_the_unpacker(data: bytes, header: str) -> None:
    """Otherwise a stranger's bytes could end the program."""
    try:
        pieces = list(Unpacker(header).feed(data))
    except DecodingFailed:
        return
    assert all(isinstance(piece, bytes) for piece in pieces)


async def test_redirects_are_followed_and_named(site: Site, open_client: Opener) -> None:
    """Otherwise a moved page would be lost, or stored under an address that it no longer has."""
    site.routes |= {
        "/old": reply(status="301 Moved", Location="../new page?q=ä&utm_source=x#top"),
        "/new%20page?q=%C3%A4&utm_source=x": reply(PAGE, Content_Type="text/html; charset=utf-8", ETag='"1"'),
    }
    answer = await open_client().fetch(f"{URL}/old")
    assert answer.url == f"{URL}/new%20page?q=%C3%A4&utm_source=x"
    assert (answer.requested_url, answer.redirects) == (f"{URL}/old", (f"{URL}/old",))
    assert (answer.content_type, answer.etag) == ("text/html", '"1"')


async def test_a_page_that_sets_a_cookie_and_redirects_to_itself_is_read(site: Site, open_client: Opener) -> None:
    """Otherwise the many sites that test for cookies this way would end as a redirect loop."""

    async def door(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        known = "seen=1" in asked.headers.get("cookie", "")
        return reply(PAGE) if known else reply(status="302 Found", Location="/", Set_Cookie="seen=1; Path=/")

    site.routes["/"] = door
    client = open_client()
    assert (await client.fetch(f"{URL}/")).body == PAGE
    await client.fetch("http://other.example/", max_redirects=5)
    assert "cookie" not in site.asked[2].headers


async def test_an_unchanged_page_says_so(site: Site, open_client: Opener) -> None:
    """Otherwise every visit would fetch and parse everything again."""

    async def conditional(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        same = asked.headers.get("if-none-match") == '"1"' and asked.headers.get("if-modified-since") == "yesterday"
        return reply(status="304 Not Modified") if same else reply(PAGE)

    site.routes["/x"] = conditional
    answer = await open_client().fetch(f"{URL}/x", etag='"1"', last_modified="yesterday")
    assert answer.not_modified
    assert answer.body == b""


async def test_a_board_is_asked_by_post(site: Site, open_client: Opener) -> None:
    """Otherwise job boards with a search API could not be read."""
    site.routes["/jobs"] = reply(b"{}", Content_Type="application/json")
    await open_client().fetch(f"{URL}/jobs", method="POST", json_body={"limit": 20}, purpose="board")
    asked = site.asked[0]
    assert (asked.method, asked.body, asked.headers["content-type"]) == ("POST", b'{"limit": 20}', "application/json")
    assert asked.headers["accept"].startswith("application/json")


async def test_a_post_that_is_redirected_becomes_a_get_without_its_body(site: Site, open_client: Opener) -> None:
    """Otherwise the body would be sent to an address that nobody chose."""
    site.routes |= {"/a": reply(status="302 Found", Location="/b"), "/b": reply(PAGE)}
    await open_client().fetch(f"{URL}/a", method="POST", json_body={})
    assert [(asked.method, asked.body) for asked in site.asked] == [("POST", b"{}"), ("GET", b"")]


async def test_we_say_who_we_are(site: Site, open_client: Opener) -> None:
    """Otherwise a site's owner could not know us, nor complain."""
    site.routes["/x"] = reply(PAGE)
    await open_client(contact_url="https://inroad.example/bot").fetch(f"{URL}/x")
    assert site.asked[0].headers["user-agent"] == "Inroad/0.1 (+https://inroad.example/bot)"
    assert site.asked[0].headers["host"] == "acme.example"


async def test_a_large_document_streams_through_a_file(site: Site, open_client: Opener) -> None:
    """Otherwise a sitemap of 50 MB would lie in memory once for each of 32 requests."""
    document = random.Random(7).randbytes(3_000_000)
    site.routes["/sitemap.xml"] = reply(document)
    async with open_client().stream(f"{URL}/sitemap.xml") as answer:
        assert b"".join(answer.iter_bytes()) == document
        assert answer.open().read(10) == document[:10]
        assert (answer.body, answer.body_bytes) == (b"", len(document))


async def test_plain_code_can_fetch_where_a_loop_already_runs(site: Site, open_client: Opener) -> None:
    """Otherwise a notebook could not read a page."""
    site.routes["/x"] = reply(PAGE)
    settings = load_settings(resolve=(site.rule,), respect_robots=False)

    async def from_a_coroutine() -> bytes:
        return fetch_sync(settings, f"{URL}/x").body

    assert await asyncio.to_thread(lambda: asyncio.run(from_a_coroutine())) == PAGE


@given(st.text(max_size=80))
def test_no_location_breaks_the_reader(text: str) -> None:
    """Otherwise a header from a stranger could end the program."""
    try:
        url = request_url(text, base=f"{URL}/a/b")
    except InvalidUrl:
        return
    assert url.startswith(("http://", "https://"))
    assert url.isascii()
    assert request_url(url) == url


async def test_a_failing_host_is_left_alone_for_a_while(site: Site, open_client: Opener) -> None:
    """Otherwise every page of a broken site would be asked for in vain; missing pages are no fault of the host."""
    breakers = Breakers(policy=BreakerPolicy(fail_max=3))
    client = open_client(client={"breakers": breakers})
    site.routes["/x"] = reply(status="500 Oops")
    for target in ("/gone", "/gone", "/gone", "/x", "/x", "/x"):
        with pytest.raises(InroadError):
            await client.fetch(f"{URL}{target}")
    with pytest.raises(CircuitOpen):
        await client.fetch(f"{URL}/x")
    assert len(site.asked) == 6


async def test_every_refusal_says_what_can_be_done(site: Site, open_client: Opener) -> None:
    """Otherwise a person would read what is wrong and not know what to do."""
    client = open_client()
    for raw, _ in RAW.values():
        site.routes["/x"] = raw
        with pytest.raises(InroadError) as caught:
            await client.fetch(f"{URL}/x")
        assert caught.value.mend
        client = open_client()


# --- robots.txt -----------------------------------------------------------------------------------------------------


async def test_a_forbidden_page_is_not_asked_for(site: Site, open_client: Opener) -> None:
    """Otherwise we would read what the site's owner asked us not to."""
    site.routes["/robots.txt"] = reply(b"User-agent: inroad\nDisallow: /private")
    site.routes["/private"] = reply(PAGE)
    assert await reason_of(open_client, "/private", respect_robots=True) == "robots-disallowed"
    assert site.targets() == ["/robots.txt"]


async def test_a_redirect_does_not_lead_around_robots(site: Site, open_client: Opener) -> None:
    """Otherwise a redirect would open what robots.txt closes, on this host or the next."""
    site.routes["/robots.txt"] = reply(b"User-agent: *\nDisallow: /private")
    site.routes["/x"] = reply(status="302 Found", Location="http://other.example/private")
    assert await reason_of_any(open_client, "/x") == "robots-disallowed"
    assert site.targets() == ["/robots.txt", "/x", "/robots.txt"]


async def reason_of_any(open_client: Opener, target: str) -> str:
    with pytest.raises(InroadError) as caught:
        await open_client(respect_robots=True).fetch(f"{URL}{target}")
    return caught.value.reason


@pytest.mark.parametrize("answer", [reply(status="500 Oops"), reply(status="503 Oops"), b"", b"noise\r\n\r\n", silence])
async def test_a_failing_robots_file_closes_the_site(answer: object, site: Site, open_client: Opener) -> None:
    """RFC 9309: otherwise a site in trouble would be read although nobody knows what it allows."""
    site.routes["/robots.txt"] = answer  # type: ignore[assignment]
    site.routes["/x"] = reply(PAGE)
    assert await reason_of(open_client, "/x", respect_robots=True, request_timeout_s=0.3) == "robots-unreachable"
    assert "/x" not in site.targets()


@pytest.mark.parametrize("status", ["401 No", "403 No", "404 No", "410 No"])
async def test_an_absent_robots_file_opens_the_site(status: str, site: Site, open_client: Opener) -> None:
    """RFC 9309: otherwise most small sites could not be read."""
    site.routes |= {"/robots.txt": reply(status=status), "/x": reply(PAGE)}
    client = open_client(respect_robots=True)
    assert (await client.fetch(f"{URL}/x")).body == PAGE
    assert (await client.robots_for(f"{URL}/x")).status == "absent"


async def test_robots_is_read_once_for_many_pages_at_once(site: Site, open_client: Opener) -> None:
    """Otherwise twelve pages of a site would cost it twenty-four requests."""
    site.routes |= {"/robots.txt": reply(b"User-agent: *\nAllow: /")} | {f"/{n}": reply(PAGE) for n in range(6)}
    client = open_client(respect_robots=True)
    await asyncio.gather(*(client.fetch(f"{URL}/{n}") for n in range(6)))
    assert site.targets().count("/robots.txt") == 1


async def test_robots_redirects_are_followed(site: Site, open_client: Opener) -> None:
    """RFC 9309 section 2.3.1.2: otherwise sites that moved to www would be read against their rules."""
    site.routes["/robots.txt"] = reply(status="301 Moved", Location="/rules.txt")
    site.routes["/rules.txt"] = reply(b"User-agent: *\nDisallow: /")
    file = await open_client().robots_for(f"{URL}/x")
    assert file.status == "found"
    assert not file.robots.allows("/x", "Inroad")


async def test_a_huge_robots_file_is_read_to_the_limit(site: Site, open_client: Opener) -> None:
    """Otherwise a file of endless comments would close the site or fill the memory."""
    site.routes["/robots.txt"] = reply(b"User-agent: *\nDisallow: /private\n" + b"# more\n" * 200_000)
    file = await open_client().robots_for(f"{URL}/x")
    assert not file.robots.allows("/private", "Inroad")
    assert file.robots.allows("/public", "Inroad")


async def test_a_sitemap_that_robots_names_may_be_read(site: Site, open_client: Opener) -> None:
    """Otherwise a site that closes its /sitemaps/ folder and lists it at once would have no pages."""
    site.routes["/robots.txt"] = reply(b"User-agent: *\nDisallow: /\nSitemap: /maps/a.xml")
    site.routes |= {"/maps/a.xml": reply(b"<urlset/>"), "/maps/b.xml": reply(b"<urlset/>")}
    client = open_client(respect_robots=True)
    assert (await client.fetch(f"{URL}/maps/a.xml", purpose="sitemap")).body == b"<urlset/>"
    with pytest.raises(FetchFailed):
        await client.fetch(f"{URL}/maps/b.xml", purpose="sitemap")
    with pytest.raises(FetchFailed):
        await client.fetch(f"{URL}/maps/a.xml")


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for acme.example with its key, in one PEM file."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=acme.example", "-addext", "subjectAltName=DNS:acme.example"]
    try:
        subprocess.run([*command, "-keyout", folder / "key.pem", "-out", folder / "ca.pem"], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl on this machine to make a certificate with")
    (folder / "both.pem").write_bytes((folder / "key.pem").read_bytes() + (folder / "ca.pem").read_bytes())
    return folder


async def secure(site: Site, certificate: Path) -> asyncio.Server:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "both.pem")
    return await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=context)


async def test_an_untrusted_certificate_is_refused(site: Site, open_client: Opener, certificate: Path) -> None:
    """Otherwise anybody on the way could answer for the site."""
    async with await secure(site, certificate) as server:
        rule = f"*:443:127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(FetchFailed) as caught:
            await open_client(resolve=(rule,)).fetch("https://acme.example/")
        assert caught.value.reason == "tls-failed"
        with pytest.raises(FetchFailed) as caught:
            await open_client(resolve=(rule,), ca_file=certificate / "ca.pem").fetch("https://other.example/")
        assert caught.value.reason == "tls-failed"
        assert "not valid for 'other.example'." in str(caught.value)
        assert ".." not in str(caught.value)
    assert site.asked == []


async def test_an_added_authority_is_trusted_for_its_names(site: Site, open_client: Opener, certificate: Path) -> None:
    """Otherwise sites behind a company's own authority, and the example network, could not be read over TLS."""
    site.routes["/x"] = reply(PAGE)
    async with await secure(site, certificate) as server:
        rule = f"acme.example:443:127.0.0.1:{server.sockets[0].getsockname()[1]}"
        answer = await open_client(resolve=(rule,), ca_file=certificate / "ca.pem").fetch("https://acme.example/x")
    assert answer.body == PAGE
    assert site.asked[0].headers["host"] == "acme.example"


async def test_plain_http_on_a_tls_port_is_a_tls_failure(open_client: Opener) -> None:
    """Otherwise a misconfigured port would look like a broken page."""

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(reply(status="400 Bad Request"))
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        rule = f"*:443:127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(InroadError) as caught:
            await open_client(resolve=(rule,)).fetch("https://acme.example/")
    assert caught.value.reason == "tls-failed"
