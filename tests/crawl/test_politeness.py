"""Politeness: no request too early, in one process and among several."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from inroad.crawl import shared_paces
from inroad.crawl.failures import FetchFailed, HostBusy, HostNotReady
from inroad.crawl.paces import (
    GRACE_S,
    MAX_INTERVAL_S,
    STINT_S,
    MemoryPaces,
    Pace,
    PaceStore,
    StintEnd,
    pace_key,
    recovered,
)
from inroad.crawl.politeness import Politeness
from inroad.crawl.robots_cache import UNREACHABLE_S
from inroad.crawl.shared_paces import DatabasePaces
from inroad.guard.errors import InroadError
from inroad.settings import load_settings
from inroad.store import Database
from inroad.store import hosts as queries
from tests.crawl.crawling import crawl

from .conftest import Asked, Opener, Site, reply

URL = "http://acme.example"
HOST = "https://acme.example"


@pytest.fixture(params=["memory", "database"])
def store(request: pytest.FixtureRequest) -> PaceStore:
    """Both keepers of clocks must obey the same rules."""
    return MemoryPaces() if request.param == "memory" else DatabasePaces(request.getfixturevalue("database"))


PACE = Pace(floor_s=5.0)


def given_back(next_s: float, interval_s: float | None = None, loaded_s: float | None = None) -> StintEnd:
    return StintEnd(HOST, next_s, interval_s, loaded_s)


async def test_a_host_that_is_far_from_free_is_not_taken(store: PaceStore) -> None:
    """Otherwise callers who give up would hold it for nothing."""
    await store.take(HOST, PACE)
    await store.give_back(given_back(5.0))
    refused = await store.take(HOST, PACE)
    assert not refused.is_granted
    assert refused.is_certain
    assert refused.wait_s == pytest.approx(5.0, abs=1.0)


async def test_a_host_that_is_free_in_a_moment_is_taken_with_the_moment(store: PaceStore) -> None:
    """Otherwise a crawl with a pause of a quarter second would ask the database for every request."""
    await store.take(HOST, PACE)
    await store.give_back(given_back(0.7))
    granted = await store.take(HOST, PACE)
    assert granted.is_granted
    assert 0.0 < granted.wait_s <= 0.7


async def test_a_refusal_blocks_the_host_for_what_it_asked(store: PaceStore) -> None:
    """Otherwise Retry-After would be a decoration, even where it ends soon: it may be renewed until then."""
    assert await store.slow_down(HOST, PACE, retry_after_s=0.6) == pytest.approx(0.6, abs=0.1)
    refused = await store.take(HOST, PACE)
    assert not refused.is_granted
    assert refused.is_certain
    assert await store.slow_down(HOST, PACE, retry_after_s=40.0) == pytest.approx(40.0, abs=1.0)
    assert (await store.take(HOST, PACE)).wait_s == pytest.approx(40.0, abs=1.0)


async def test_refusals_double_the_distance_up_to_a_minute(store: PaceStore) -> None:
    """Otherwise we would return at full speed after a 429 (Scrapy sped up), or stay away for ever."""
    rests = []
    for _ in range(10):
        rests.append(await store.slow_down(HOST, Pace(0.5), retry_after_s=None))
        await unblock(store)
    assert rests[:3] == [pytest.approx(1.0, abs=0.2), pytest.approx(2.0, abs=0.2), pytest.approx(4.0, abs=0.2)]
    assert rests[-1] == pytest.approx(MAX_INTERVAL_S, abs=0.5)


async def test_what_a_stint_has_recovered_is_written_and_a_later_refusal_stands(store: PaceStore) -> None:
    """Otherwise a success of one process would wipe out the refusal that another has met meanwhile."""
    await store.slow_down(HOST, Pace(0.5), retry_after_s=0.0)
    await unblock(store)
    learned = (await store.take(HOST, Pace(0.5))).interval_s
    await store.give_back(given_back(0.0, 0.8, learned))
    assert (await store.take(HOST, Pace(0.5))).interval_s == 0.8
    await store.slow_down(HOST, Pace(0.5), retry_after_s=0.0)
    await unblock(store)
    await store.take(HOST, Pace(0.5))
    await store.give_back(given_back(0.0, None, 0.8))
    assert (await store.take(HOST, Pace(0.5))).interval_s == pytest.approx(1.6)


async def test_several_refusals_of_one_moment_count_once(store: PaceStore) -> None:
    """Otherwise eight workers in flight would turn one 429 into a pause of two minutes."""
    for _ in range(8):
        rest_s = await store.slow_down(HOST, Pace(1.0), retry_after_s=None)
    assert rest_s == pytest.approx(2.0, abs=0.3)


async def unblock(store: PaceStore) -> None:
    if isinstance(store, MemoryPaces):
        store._of(HOST).blocked_until = store._of(HOST).next_at = 0.0
    else:
        assert isinstance(store, DatabasePaces)
        await change(store._database, "blocked_until = NULL, next_request_at = NULL")


async def change(database: Database, columns: str) -> None:
    await database.run(lambda session: session.execute(text(f"UPDATE hosts SET {columns}")) and None)


async def test_a_host_that_another_holds_is_refused_and_promised_in_turn(database: Database) -> None:
    """Otherwise two processes would ask at once, or the quicker one would have the host for ever."""
    first, second, third = (DatabasePaces(database) for _ in range(3))
    assert (await first.take(HOST, PACE)).is_granted
    assert not (await second.take(HOST, PACE)).is_granted
    assert not (await third.take(HOST, PACE)).is_certain
    await first.give_back(given_back(0.0))
    assert [(await one.take(HOST, PACE)).is_granted for one in (first, third, second)] == [False, False, True]


async def test_a_holder_that_was_killed_leaves_its_successor_the_whole_distance(database: Database) -> None:
    """Otherwise the next process could ask right after a request of which nobody could tell it any more."""
    killed, heir = DatabasePaces(database), DatabasePaces(database)
    await killed.keep_crawl_delay(HOST, 5.0)
    await change(database, "next_request_at = NULL")
    assert (await killed.take(HOST, PACE)).is_granted
    await change(database, "held_until = clock_timestamp()")
    refused = await heir.take(HOST, PACE)
    assert refused.is_certain
    assert 5.0 < refused.wait_s <= 6.0


async def test_an_exact_holder_that_was_killed_holds_its_host_for_a_while_only(database: Database) -> None:
    """Otherwise a killed process would close a host for everybody; and no request of its may be on its way when others begin."""
    killed = DatabasePaces(database)
    await killed.take(HOST, Pace(0.0, exclusive=True))
    query = text("SELECT extract(epoch FROM held_until - clock_timestamp())::float8 FROM hosts")
    assert await database.run(lambda session: session.scalar(query)) == pytest.approx(STINT_S + GRACE_S, abs=1.0)


async def test_a_dead_holder_costs_its_successor_the_distance_and_not_the_whole_lease(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One killed crawl closed a host that asks for a Crawl-delay to all others for 22 seconds."""
    monkeypatch.setattr(queries, "FORGOTTEN_S", 0.0)
    killed, heir = DatabasePaces(database), DatabasePaces(database)
    await killed.keep_crawl_delay(HOST, 5.0)
    await change(database, "next_request_at = NULL")
    assert (await killed.take(HOST, PACE)).is_granted
    assert not (await heir.take(HOST, PACE)).is_certain, "its holder lives and may give it back at any moment"
    await killed.aclose()  # as PostgreSQL does for a process that ended, however it ended
    refused = await heir.take(HOST, PACE)
    assert (refused.is_granted, refused.is_certain) == (False, True)
    assert 5.0 + queries.ARRIVAL_S < refused.wait_s <= 6.0 + queries.ARRIVAL_S
    await change(database, "next_request_at = clock_timestamp() - interval '2 seconds'")
    assert (await heir.take(HOST, PACE)).is_granted


async def test_a_server_that_has_just_started_proves_nobody_dead(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has forgotten all locks, and holders that live have not taken theirs again yet."""
    monkeypatch.setattr(queries, "FORGOTTEN_S", 1e6)
    holder, other = DatabasePaces(database), DatabasePaces(database)
    assert (await holder.take(HOST, Pace(0.0, exclusive=True))).is_granted
    await holder.aclose()
    refused = await other.take(HOST, PACE)
    assert (refused.is_granted, refused.is_certain) == (False, False)


async def test_a_lock_that_the_server_has_lost_is_taken_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that a firewall has cut would let all others take the hosts of a process that lives."""
    monkeypatch.setattr(queries, "FORGOTTEN_S", 0.0)
    monkeypatch.setattr(shared_paces, "_LOCK_BELIEVED_S", 0.0)
    holder, other = DatabasePaces(database), DatabasePaces(database)
    await holder.take("https://beta.example", PACE)
    held = text("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = :class")
    (cut,) = await database.run(lambda session: session.scalars(held, {"class": queries.HOLDER_LOCK_CLASS}).all())
    await database.run(lambda session: session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": cut}) and None)
    assert (await holder.take(HOST, Pace(0.0, exclusive=True))).is_granted
    assert not (await other.take(HOST, PACE)).is_certain


async def test_a_stint_that_nobody_waits_for_any_more_is_given_back(database: Database) -> None:
    """Otherwise a domain that runs out of time would close its host for the other processes."""
    store = DatabasePaces(database)
    wish = asyncio.create_task(store.take(HOST, PACE))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    wish.cancel()
    await asyncio.gather(wish, return_exceptions=True)
    await asyncio.gather(store.take("https://beta.example", PACE))
    query = text("SELECT holder FROM hosts WHERE host = :host")
    assert await database.run(lambda session: session.scalar(query, {"host": HOST})) is None
    assert (await DatabasePaces(database).take(HOST, PACE)).is_granted


async def test_a_thousand_requests_of_a_stint_cost_a_handful_of_transactions(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction for each request took two thirds of the client's time."""
    politeness = Politeness(load_settings(host_interval_s=0.0, host_concurrency=8), DatabasePaces(database))
    asked: list[Any] = []
    run = Database.run

    async def counted(self: Database, function: Any, /, *values: Any, **named: Any) -> Any:
        asked.append(function)
        return await run(self, function, *values, **named)

    monkeypatch.setattr(Database, "run", counted)

    async def work() -> None:
        for _ in range(125):
            async with politeness.turn(f"{URL}/x"):
                pass

    begun = time.monotonic()
    await asyncio.gather(*(work() for _ in range(8)))
    await politeness.aclose()
    seconds = time.monotonic() - begun
    assert len(asked) <= 4 + 2 * seconds / STINT_S


async def test_two_processes_share_a_host_without_asking_at_once(database: Database) -> None:
    """Otherwise each would keep its own pace, or one of them would wait for ever."""
    settings = load_settings(host_interval_s=0.0, host_concurrency=4)
    sides = [Politeness(settings, DatabasePaces(database), max_wait_s=60.0) for _ in range(2)]
    await DatabasePaces(database).keep_crawl_delay(HOST, 0.05)
    flying: list[int] = []
    ends: list[float] = []
    begins: list[float] = []

    async def ask(side: Politeness) -> None:
        async with side.turn(f"{URL}/x"):
            begins.append(time.monotonic())
            flying.append(1)
            assert len(flying) == 1
            await asyncio.sleep(0.01)
            flying.pop()
            ends.append(time.monotonic())

    await asyncio.gather(*(ask(side) for side in sides for _ in range(6)))
    for side in sides:
        await side.aclose()
    assert len(ends) == 12
    assert min(begin - end for end, begin in zip(ends, begins[1:], strict=False)) >= 0.05


@given(st.floats(0.01, 600.0), st.floats(0.0, 10.0))
def test_a_success_shortens_what_was_learned_by_a_fifth_at_most(interval_s: float, floor_s: float) -> None:
    """Otherwise one good answer after a minute's pause would bring us back at once; and the way back must have an end."""
    steps = 0
    current: float | None = interval_s
    while current is not None and steps < 500:
        shorter = recovered(current, floor_s)
        assert shorter is None or current * 0.8 <= shorter < current
        assert shorter is None or 1 / shorter <= 1 / current + 0.0501
        current, steps = shorter, steps + 1
    assert current is None


async def test_the_way_back_after_a_refusal_adds_a_little_to_the_rate_each_time() -> None:
    """Additive increase: from one request in half a second, a handful of successes do not make ten a second."""
    rate, interval_s = 2.0, 0.5
    for _ in range(10):
        interval_s = recovered(interval_s, 0.0) or 0.0
        rate += 0.05
        assert 1 / interval_s == pytest.approx(rate)


async def test_a_refusal_ends_the_stint_and_leaves_one_request_at_a_time() -> None:
    """Otherwise the workers of one process would go on by the clock that they had, or come back together."""
    politeness = Politeness(load_settings(host_interval_s=0.0, host_concurrency=8), MemoryPaces())
    async with politeness.turn(f"{URL}/x"):
        pass
    rest_s = await politeness.slow_down(f"{URL}/x", retry_after_s=0.2)
    refused_at, flying, moments = time.monotonic(), [0], []

    async def ask() -> None:
        async with politeness.turn(f"{URL}/x") as turn:
            moments.append(time.monotonic())
            flying[0] += 1
            assert flying[0] == 1
            await asyncio.sleep(0.01)
            flying[0] -= 1
            turn.ended(succeeded=True)

    await asyncio.gather(ask(), ask())
    assert rest_s == pytest.approx(0.2, abs=0.05)
    assert moments[0] - refused_at >= 0.19
    assert moments[1] - moments[0] >= 0.4


async def test_two_hosts_do_not_wait_for_each_other() -> None:
    """Otherwise one slow host would slow all others, even with every place taken."""
    politeness = Politeness(load_settings(fetch_concurrency=1, host_concurrency=1, host_interval_s=20.0), MemoryPaces())
    async with politeness.turn("https://slow.example/"):
        pass
    waiting = asyncio.create_task(politeness.turn("https://slow.example/").__aenter__())
    await asyncio.sleep(0.05)
    async with asyncio.timeout(5), politeness.turn("https://quick.example/"):
        assert not waiting.done(), "the slow host's turn came too early: there was nothing to wait for"
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
    await politeness.aclose()
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


async def crawl_with_three_processes(site: Site, database: Database) -> None:
    """Three processes with eight workers each on one host."""
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=crawl, args=(database.url, site.rule, [f"{URL}/{process}/{page}" for page in range(8)]))
        for process in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join, 120)
    assert [process.exitcode for process in processes] == [0, 0, 0]


async def test_three_processes_keep_a_crawl_delay_and_every_rest_and_send_one_probe_after_it(
    site: Site, database: Database
) -> None:
    """Otherwise a site would be asked by every process at its own pace, or by all of them at once when its rest is over."""
    delay_s, rest_s = 0.12, 1.0
    rests: list[tuple[float, float]] = []
    answered: list[float] = []
    site.routes["/robots.txt"] = reply(f"User-agent: *\nCrawl-delay: {delay_s}".encode())

    async def moody(asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        if len(site.asked) in (16, 20):
            rests.append((time.monotonic(), time.monotonic() + rest_s))
            return reply(status="429 Slow", Retry_After=f"{rest_s:.0f}")
        # The first answer after a rest is a slow one: whoever did not wait for it would be seen.
        await asyncio.sleep(0.3 if len(site.asked) in (17, 21) else 0.0)
        answered.append(time.monotonic())
        return reply(b"ok")

    site.routes |= {f"/{process}/{page}": moody for process in range(3) for page in range(8)}
    await crawl_with_three_processes(site, database)
    moments = [asked.at for asked in site.asked]
    assert site.targets().count("/robots.txt") == 1
    assert sorted(set(site.targets())) == sorted(["/robots.txt", *(f"/{side}/{page}" for side in range(3) for page in range(8))])
    assert len(moments) == 27  # one robots.txt for all, 24 pages, two of them asked for twice
    assert min(later - earlier for earlier, later in pairwise(moments)) >= delay_s
    assert len(rests) == 2
    for begin, end in rests:
        assert [at for at in moments if begin < at < end] == []
        probe, following = [at for at in moments if at >= end][:2]
        probe_end = min(at for at in answered if at >= probe)
        assert probe < probe_end < following  # alone, until it was answered
        assert following - probe_end >= 0.39  # and then slowly: half a second, less a fifth for the success
