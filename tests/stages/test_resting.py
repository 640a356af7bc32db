"""Pausing what is at work: its requests end, its rows go back as they were, and it goes on where it was."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from inroad.crawl.response import Response
from inroad.guard.pauses import refusal
from inroad.stages import resting
from inroad.stages.resting import RestWatch
from inroad.stages.work import now
from inroad.store import Database
from inroad.store.database import DatabaseUnavailable
from inroad.store.models import Domain, Page, Visit
from inroad.store.pauses import Rest, active_pauses, drop_pause, put_pause
from inroad.store.visits import overdue_domains
from tests.stages.bench import DOMAIN, SITE, Bench, page

CONTACT, ABOUT = f"{SITE}/contact", f"{SITE}/about"


def _rest(database: Database, kind: str, key: str) -> None:
    database.call(put_pause, kind, key, reason="holiday", by="person:ada", until=None)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look every hundredth of a second, so that a test waits for none."""
    monkeypatch.setattr(resting, "LOOK_S", 0.01)


@pytest.fixture
def linked(bench: Bench) -> Bench:
    """A home page that links two more, all known."""
    bench.web.pages |= {f"{SITE}/": page("Kestrel", links=["/contact", "/about"]), CONTACT: page("Contact"), ABOUT: page("About")}
    bench.run("domains", "pages")
    return bench


def _hanging(bench: Bench, monkeypatch: pytest.MonkeyPatch, kind: str, key: str) -> None:
    """The first page asked for never answers; meanwhile a person pauses something."""
    asked = bench.web.asked

    async def hang(url: str, **_: Any) -> Response:
        asked.append(url)
        await asyncio.to_thread(_rest, bench.database, kind, key)
        await asyncio.Event().wait()
        raise AssertionError("never answered")

    monkeypatch.setattr(bench.web, "fetch", hang)


@pytest.mark.parametrize(("kind", "key"), [("domain", DOMAIN), ("stage", "page_contents"), ("all", "")])
def test_what_is_paused_while_it_is_crawled_ends_at_once_and_goes_on_later(
    linked: Bench, monkeypatch: pytest.MonkeyPatch, kind: str, key: str
) -> None:
    """A person pauses because a site complains now; a crawl that ends with its batch, hours later, has not listened."""
    with monkeypatch.context() as patch:
        _hanging(linked, patch, kind, key)
        report = linked.run("page_contents")
    assert (report.total("paused"), report.total("failed"), report.total("waiting")) == (1, 0, 0)
    states = Counter(linked.rows(Page.page_processing_status, Page.attempts, Page.error_reason))
    assert states == {("Queued", 0, None): 2, ("Complete", 0, None): 1}
    assert linked.database.call(drop_pause, kind, key, by="person:ada")
    linked.run("page_contents")
    assert set(linked.rows(Page.page_processing_status)) == {"Complete"}


def test_a_pause_of_another_domain_ends_nothing(linked: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause that reaches too far stops what nobody spoke of."""
    watched = linked.web.fetch

    async def paused_meanwhile(url: str, **options: Any) -> Response:
        await asyncio.to_thread(_rest, linked.database, "domain", "merlin.example")
        await asyncio.sleep(0.05)
        return await watched(url, **options)

    monkeypatch.setattr(linked.web, "fetch", paused_meanwhile)
    report = linked.run("page_contents")
    assert (report.total("paused"), report.total("new")) == (0, 2)


def test_a_visit_that_a_pause_refused_was_not_made(linked: Bench) -> None:
    """Counted as a visit, what rested would not be looked at again before the next day."""
    linked.run("page_contents")
    _rest(linked.database, "service", "web")
    (rest,) = linked.database.call(active_pauses)
    linked.web.pages |= dict.fromkeys((f"{SITE}/", CONTACT, ABOUT), refusal(rest))
    with linked.database.begin() as session:
        last = session.scalar(select(func.max(Visit.id)))
    since = now()
    report = linked.run("domains", "page_contents", again=True)
    assert report.total("failed") == 0
    with linked.database.begin() as session:
        outcomes = set(session.scalars(select(Visit.outcome).where(Visit.id > last)))
        assert outcomes == {"abandoned"}
        session.execute(Visit.__table__.update().where(Visit.id <= last).values(started_at=since - timedelta(hours=30)))
        assert overdue_domains(session, older_than=timedelta(hours=24), limit=10) == [DOMAIN]
        assert set(session.scalars(select(Domain.sitemap_analysis_status))) == {"Complete"}


async def test_pauses_that_cannot_be_read_end_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The database's restart is told by those who have something to record; the watch goes on after it."""
    looks: list[int] = []

    async def read(_: Database) -> tuple[Rest, ...]:
        looks.append(len(looks))
        if len(looks) == 1:
            raise DatabaseUnavailable("restarts")
        over.set()
        return ()

    over = asyncio.Event()
    monkeypatch.setattr(resting, "read_pauses", read)
    watch = RestWatch(database, "pages")
    await watch.look_until(over)
    assert len(looks) == 2
    assert "restarts" in caplog.text
    assert watch.of(DOMAIN) is None
