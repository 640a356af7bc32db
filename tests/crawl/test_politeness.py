"""Politeness: no request too early, in one process and among several."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from inroad.crawl.failures import FetchFailed, HostBusy, HostNotReady
from inroad.crawl.fetch import WebClient
from inroad.crawl.politeness import MAX_INTERVAL_S, MemoryPaces, Pace, PaceStore, Politeness, pace_key
from inroad.crawl.robots_cache import UNREACHABLE_S
from inroad.crawl.shared_paces import DatabasePaces
from inroad.guard.errors import InroadError
from inroad.settings import load_settings
from inroad.store import Database

from .conftest import Asked, Opener, Site, reply

URL = "http://acme.example"
HOST = "https://acme.example"


@pytest.fixture(params=["memory", "database"])
def store(request: pytest.FixtureRequest) -> PaceStore:
    """Both keepers of clocks must obey the same rules."""
    return MemoryPaces() if request.param == "memory" else DatabasePaces(request.getfixturevalue("database"))


PACE = Pace(floor_s=5.0)


async def take(store: PaceStore, pace: Pace = PACE, *, bound_s: float = 60.0) -> Any:
    return await store.take(HOST, pace, bound_s=bound_s, grace_s=20.0)


async def test_a_slot_beyond_the_bound_is_not_taken(store: PaceStore) -> None:
    """Otherwise callers who give up would push the next slot away for the others."""
    await take(store)
    refused = await take(store, bound_s=1.0)
    assert not refused.is_granted
    assert refused.wait_s == pytest.approx(5.0, abs=1.0)
    assert (await take(store)).wait_s == pytest.approx(5.0, abs=1.0)


async def test_slots_of_one_host_are_the_floor_apart(store: PaceStore) -> None:
    """Otherwise two workers would be given the same moment."""
    waits = [(await take(store)).wait_s for _ in range(3)]
    assert waits == [pytest.approx(0.0, abs=1.0), pytest.approx(5.0, abs=1.0), pytest.approx(10.0, abs=1.0)]


async def test_slots_asked_for_at_once_are_all_different(store: PaceStore) -> None:
    """Otherwise wishes that share a statement would share a slot, and a refused one would take the others with it."""
    hosts = [HOST, "https://beta.example", HOST, HOST, "https://beta.example"]
    grants = await asyncio.gather(*(store.take(host, PACE, bound_s=7.0, grace_s=20.0) for host in hosts))
    assert [grant.wait_s for grant in grants] == [pytest.approx(wait, abs=1.0) for wait in (0, 0, 5, 10, 5)]
    assert [grant.is_granted for grant in grants] == [True, True, True, False, True]


async def test_a_cancelled_wish_does_not_hold_up_the_others(database: Database) -> None:
    """Otherwise a domain that runs out of time would stop every other worker of the process."""
    store = DatabasePaces(database)
    wishes = [asyncio.create_task(store.take(HOST, PACE, bound_s=60.0, grace_s=20.0)) for _ in range(3)]
    await asyncio.sleep(0)
    wishes[1].cancel()
    first, second, third = await asyncio.gather(*wishes, return_exceptions=True)
    assert isinstance(second, asyncio.CancelledError)
    assert [first.wait_s, third.wait_s] == [pytest.approx(0.0, abs=1.0), pytest.approx(5.0, abs=1.0)]


async def test_a_crawl_delay_lets_one_request_through_at_a_time(store: PaceStore) -> None:
    """Otherwise a slow connection could bring two requests closer than the site asked."""
    await store.keep_crawl_delay(HOST, 0.001)
    await asyncio.sleep(0.01)
    assert (await take(store, Pace(0.0))).is_granted
    second = await take(store, Pace(0.0))
    assert not second.is_granted
    assert second.is_exact
    await store.finish(HOST, Pace(0.0), recover=1.0)
    await asyncio.sleep(0.01)
    assert (await take(store, Pace(0.0))).is_granted


async def test_a_request_that_is_never_finished_holds_its_host_for_the_grace_only(store: PaceStore) -> None:
    """Otherwise a killed process would close a host for everybody."""
    await store.keep_crawl_delay(HOST, 0.001)
    await asyncio.sleep(0.01)
    await take(store, Pace(0.0))
    assert (await take(store, Pace(0.0))).wait_s == pytest.approx(20.0, abs=1.0)


async def test_a_refusal_blocks_the_host_for_what_it_asked(store: PaceStore) -> None:
    """Otherwise Retry-After would be a decoration."""
    assert await store.slow_down(HOST, PACE, retry_after_s=40.0) == pytest.approx(40.0, abs=1.0)
    assert await store.blocked_s(HOST) == pytest.approx(40.0, abs=1.0)
    grant = await take(store)
    assert not grant.is_granted
    assert grant.is_blocked


async def test_refusals_double_the_distance_and_successes_bring_it_back(store: PaceStore) -> None:
    """Otherwise we would return at full speed after a 429 (Scrapy sped up), or stay slow for ever."""
    rests = []
    for _ in range(12):
        rests.append(await store.slow_down(HOST, Pace(0.5), retry_after_s=None))
        await unblock(store)
    assert rests[:3] == [pytest.approx(1.0, abs=0.2), pytest.approx(2.0, abs=0.2), pytest.approx(4.0, abs=0.2)]
    assert rests[-1] == pytest.approx(MAX_INTERVAL_S, abs=0.5)
    for _ in range(80):
        await store.finish(HOST, Pace(0.5), recover=0.9)
    assert not (await take(store, Pace(0.5))).is_learned


async def test_several_refusals_of_one_moment_count_once(store: PaceStore) -> None:
    """Otherwise eight workers in flight would turn one 429 into a pause of two minutes."""
    for _ in range(8):
        rest_s = await store.slow_down(HOST, Pace(1.0), retry_after_s=None)
    assert rest_s == pytest.approx(2.0, abs=0.3)


async def unblock(store: PaceStore) -> None:
    if isinstance(store, MemoryPaces):
        store._of(HOST).blocked_until = 0.0
    else:
        assert isinstance(store, DatabasePaces)
        await store._database.run(lambda session: session.execute(text("UPDATE hosts SET blocked_until = NULL")) and None)


async def test_two_hosts_do_not_wait_for_each_other() -> None:
    """Otherwise one slow host would slow all others, even with every place taken."""
    politeness = Politeness(load_settings(fetch_concurrency=1, host_concurrency=1, host_interval_s=20.0), MemoryPaces())
    async with politeness.turn("https://slow.example/"):
        pass
    waiting = asyncio.create_task(politeness.turn("https://slow.example/").__aenter__())
    await asyncio.sleep(0.05)
    async with asyncio.timeout(5), politeness.turn("https://quick.example/"):
        pass
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_a_turn_too_far_away_is_refused_before_anything_is_sent() -> None:
    """Otherwise a worker would sleep on one host for minutes."""
    politeness = Politeness(load_settings(host_interval_s=100.0), MemoryPaces())
    async with politeness.turn(f"{URL}/a"):
        pass
    with pytest.raises(HostNotReady) as caught:
        async with politeness.turn(f"{URL}/b"):
            pass
    assert caught.value.retry_after_s == pytest.approx(100, abs=1)


async def test_a_cancelled_wait_gives_its_place_back() -> None:
    """Otherwise each domain that runs out of time would leave the client with one place less."""
    politeness = Politeness(load_settings(fetch_concurrency=1, host_concurrency=1, host_interval_s=10.0), MemoryPaces())
    async with politeness.turn(f"{URL}/a"):
        pass
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02), politeness.turn(f"{URL}/b"):
                pass
    async with asyncio.timeout(5), politeness.turn("https://other.example/"):
        pass
    assert politeness._gates == {}


async def test_requests_in_flight_are_bounded_for_a_host_and_in_all(site: Site, open_client: Opener) -> None:
    """Otherwise a small server would meet all our workers at once."""
    flying, most = dict.fromkeys(("acme", "beta", "all"), 0), dict.fromkeys(("acme", "beta", "all"), 0)

    async def slow(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        for key in (asked.headers["host"].partition(".")[0], "all"):
            flying[key] += 1
            most[key] = max(most[key], flying[key])
        await asyncio.sleep(0.05)
        for key in (asked.headers["host"].partition(".")[0], "all"):
            flying[key] -= 1
        return reply(b"ok")

    site.routes["/"] = slow
    client = open_client(host_concurrency=2, fetch_concurrency=3)
    hosts = ["http://acme.example/", "http://beta.example/"]
    await asyncio.gather(*(client.fetch(url) for url in hosts * 6))
    assert most == {"acme": 2, "beta": most["beta"], "all": 3}
    assert most["beta"] <= 2


def test_http_and_https_of_a_host_share_one_pace() -> None:
    """Otherwise a site would be asked twice as fast through its redirects."""
    assert pace_key("http://acme.example/a") == pace_key("https://acme.example/b?c") == "https://acme.example"
    assert pace_key("http://acme.example:8080/a") == "http://acme.example:8080"


async def test_a_crawl_delay_beyond_reason_is_an_error_that_says_so(site: Site, open_client: Opener) -> None:
    """Otherwise a domain would take a week, or its wish would be cut short in silence."""
    site.routes["/robots.txt"] = reply(b"User-agent: *\nCrawl-delay: 3600")
    with pytest.raises(FetchFailed, match="3600 s between requests") as caught:
        await open_client(respect_robots=True).fetch(f"{URL}/x")
    assert caught.value.reason == "crawl-delay-too-long"


async def test_robots_is_shared_by_clients_through_the_database(site: Site, open_client: Opener, database: Database) -> None:
    """Otherwise every process would ask every site for it every time."""
    site.routes |= {"/robots.txt": reply(b"User-agent: *\nDisallow: /private"), "/x": reply(b"ok")}
    clients = [open_client(database, respect_robots=True) for _ in range(3)]
    await asyncio.gather(*(client.fetch(f"{URL}/x") for client in clients))
    with pytest.raises(FetchFailed):
        await open_client(database, respect_robots=True).fetch(f"{URL}/private")
    assert site.targets().count("/robots.txt") == 1


async def test_an_unreachable_robots_file_is_asked_for_again_soon(site: Site, open_client: Opener, database: Database) -> None:
    """Otherwise one bad minute of a server would close the site for a day; and one good copy stands in for it meanwhile."""
    site.routes |= {"/robots.txt": reply(status="500 Oops"), "/x": reply(b"ok")}
    for _ in range(2):
        with pytest.raises(InroadError):
            await open_client(database, respect_robots=True).fetch(f"{URL}/x")
    assert site.targets() == ["/robots.txt"]
    await age_robots(database, UNREACHABLE_S + 1)
    site.routes["/robots.txt"] = reply(b"User-agent: *\nDisallow: /private")
    await open_client(database, respect_robots=True).fetch(f"{URL}/x")
    await age_robots(database, 90_000)
    site.routes["/robots.txt"] = reply(status="500 Oops")
    client = open_client(database, respect_robots=True)
    await client.fetch(f"{URL}/x")
    with pytest.raises(FetchFailed):
        await client.fetch(f"{URL}/private")


async def age_robots(database: Database, seconds: float) -> None:
    change = text("UPDATE hosts SET robots_fetched_at = robots_fetched_at - make_interval(secs => :seconds)")
    await database.run(lambda session: session.execute(change, {"seconds": seconds}) and None)


async def test_a_blocked_host_is_left_alone_by_every_client(site: Site, open_client: Opener, database: Database) -> None:
    """Otherwise a 429 would be answered by the next process's request."""
    site.routes |= {"/x": reply(status="429 Slow", Retry_After="120"), "/y": reply(b"ok")}
    with pytest.raises(HostBusy):
        await open_client(database).fetch(f"{URL}/x")
    with pytest.raises(HostNotReady) as caught:
        await open_client(database).fetch(f"{URL}/y")
    assert caught.value.retry_after_s == pytest.approx(120, abs=3)
    assert site.targets() == ["/x"]


def crawl(url: str, rule: str, pages: list[str]) -> None:
    """What one process does: eight workers, all on one host."""
    settings = load_settings(resolve=(rule,), host_interval_s=0.0, host_concurrency=8, retries=3)
    database = Database(url)

    async def work() -> None:
        async with WebClient(settings, database, max_wait_s=60.0) as client:
            await asyncio.gather(*(client.fetch(f"{URL}{page}") for page in pages))

    asyncio.run(work())


async def crawl_with_three_processes(site: Site, database: Database) -> None:
    """Three processes with eight workers each on one host."""
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=crawl, args=(database.url, site.rule, [f"/{process}/{page}" for page in range(8)]))
        for process in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join, 120)
    assert [process.exitcode for process in processes] == [0, 0, 0]


async def test_three_processes_keep_a_crawl_delay_and_every_rest(site: Site, database: Database) -> None:
    """Otherwise a site would be asked by every process at its own pace, and a 429 to one would not stop the others."""
    delay_s, rest_s = 0.12, 1.0
    rests: list[tuple[float, float]] = []
    site.routes["/robots.txt"] = reply(f"User-agent: *\nCrawl-delay: {delay_s}".encode())

    async def moody(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        if len(site.asked) in (16, 22):
            rests.append((time.monotonic(), time.monotonic() + rest_s))
            return reply(status="429 Slow", Retry_After=f"{rest_s:.0f}")
        await asyncio.sleep(0.1 if asked.target.endswith(("1", "4")) else 0.0)
        return reply(b"ok")

    site.routes |= {f"/{process}/{page}": moody for process in range(3) for page in range(8)}
    await crawl_with_three_processes(site, database)
    moments = [asked.at for asked in site.asked]
    assert len(moments) == 27  # one robots.txt for all, 24 pages, two of them asked for twice
    assert min(later - earlier for earlier, later in pairwise(moments)) >= delay_s
    assert len(rests) == 2
    assert [at for at in moments for begin, end in rests if begin < at < end] == []
