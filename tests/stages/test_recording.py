"""Fetched pages are recorded in batches: one row's fault is its own, nothing is lost, and what a fetch cost is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from inroad.crawl.digest import PageBody, digest_html, digest_page
from inroad.crawl.response import Response
from inroad.guard import tracing
from inroad.stages import open_work, page_contents, page_records, run_stage
from inroad.stages.batching import Batches
from inroad.stages.documents import Document, content_of
from inroad.store import erased_people
from inroad.store.database import DatabaseUnavailable
from inroad.store.erasure import erase
from inroad.store.fetched import StoredContent, change_fetched, complete_fetched
from inroad.store.models import Extraction, Page, PageContent, Visit
from inroad.store.pages import add_pages
from tests.stages.bench import DOMAIN, SITE, Bench, page

NAMES = ("contact", "about", "team", "imprint")


@pytest.fixture
def linked(bench: Bench) -> Bench:
    """A home page that links four others."""
    bench.web.pages |= {f"{SITE}/{name}": page(name.title()) for name in NAMES}
    bench.web.pages[f"{SITE}/"] = page("Kestrel", links=[f"/{name}" for name in NAMES])
    return bench


def states(bench: Bench) -> dict[str, tuple[str, str | None]]:
    rows = bench.rows(Page.url, Page.page_processing_status, Page.error_reason)
    return {url.removeprefix(f"{SITE}/"): (status, reason) for url, status, reason in rows}


def fetch(bench: Bench) -> Any:
    """Runs the stage where errors of ours are expected."""
    with open_work(bench.settings, bench.database, open_web=bench._open) as work:
        return run_stage(work, "page_contents", [DOMAIN])


def test_a_page_that_meets_a_bug_of_ours_fails_alone(linked: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """One odd document would else cost a whole domain its contacts."""

    def stumble(body: PageBody) -> Any:
        if body.url.endswith("/team"):
            raise IndexError("list index out of range")
        return digest_page(body)

    linked.run("domains", "pages")
    monkeypatch.setattr(page_contents, "digest_page", stumble)
    new = fetch(linked).total("new")
    assert states(linked)["team"] == ("Queued", "bug")
    assert {states(linked)[name][0] for name in NAMES if name != "team"} == {"Complete"}
    assert new == 3


def test_a_page_that_cannot_be_stored_does_not_spoil_its_batch(linked: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction of fifty pages must not fail, again and again, for one of them."""
    linked.run("domains", "pages")

    def spoilt(document: Document) -> StoredContent:
        content = content_of(document)
        return replace(content, title="a\x00b") if content.final_url.endswith("/team") else content

    monkeypatch.setattr(page_records, "content_of", spoilt)
    fetch(linked)
    assert {states(linked)[name][0] for name in NAMES if name != "team"} == {"Complete"}
    assert states(linked)["team"] == ("Queued", "bug")  # counted: it does not come back for ever
    assert dict(linked.rows(Page.url, Page.attempts))[f"{SITE}/team"] == 1
    assert len(linked.rows(PageContent.id)) == 4


def test_erased_people_are_masked_before_the_transaction(linked: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Masking a page takes as long as reading it: within the transaction it would hold the rows and the event loop."""
    linked.web.pages[f"{SITE}/team"] = page("Team", "<p>Jane Xylander leads us.</p>")
    linked.run("domains", "pages")
    with linked.database.begin() as session:
        erase(session, "Jane Xylander", actor="test", still_holds=lambda *_: False)

    def masked_late(*_: object) -> Any:
        raise AssertionError("within the transaction")

    monkeypatch.setattr(erased_people, "content_without", masked_late)
    linked.run("page_contents")
    (text,) = [text for text in linked.rows(PageContent.text) if "leads us" in text]
    assert "Xylander" not in text
    assert "█" * len("Jane Xylander") in text


def test_what_a_service_charged_is_on_the_pages_content(linked: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it nobody can say what a company's pages have cost."""
    ask = linked.web.fetch

    async def charged(url: str, **options: Any) -> Response:
        return replace(await ask(url, **options), strategy="firecrawl", credits_used=3)

    linked.run("domains", "pages")
    monkeypatch.setattr(linked.web, "fetch", charged)
    linked.run("page_contents")
    paid = [row for row in linked.rows(PageContent.strategy, PageContent.credits_used, PageContent.final_url) if row[1]]
    assert paid == sorted(("firecrawl", 3, f"{SITE}/{name}") for name in NAMES)


def test_every_fetch_leaves_one_visit_and_each_content_its_readings(linked: Bench) -> None:
    """Refreshing goes by visits, and a content without readings is never read."""
    linked.run("domains", "pages", "page_contents")
    told = linked.rows(Visit.kind, Visit.outcome, Visit.http_status)
    assert told.count(("page", "new", 200)) == 4
    assert not [one for one in linked.rows(Visit.finished_at) if one is None]
    assert sorted(linked.rows(Extraction.kind)) == sorted(["contacts", "companies", "postings"] * 5)


def test_a_result_for_a_row_that_went_to_another_worker_is_dropped(linked: Bench) -> None:
    """The other one's result stands; two versions of one fetch would both be read."""
    linked.run("domains", "pages")
    numbers = dict(linked.rows(Page.url, Page.id))
    linked.change(
        Page.__table__.update()
        .where(Page.url == f"{SITE}/team")
        .values(page_processing_status="Processing", lease_owner="w1", lease_expires_at=datetime.now(UTC) + timedelta(minutes=5))
    )
    html = page("Team")
    document = Document(Response(f"{SITE}/team", f"{SITE}/team", 200, {}), html, digest_html(html, url=f"{SITE}/team"))
    mine = [(numbers[f"{SITE}/team"], content_of(document))]
    assert linked.database.call(complete_fetched, mine, owner="w2", max_attempts=3) == set()
    assert linked.database.call(complete_fetched, mine, owner="w1", max_attempts=3) == {numbers[f"{SITE}/team"]}
    assert linked.database.call(change_fetched, mine, max_attempts=3) == set()  # the same content makes no version
    assert [version for url, version in linked.rows(PageContent.final_url, PageContent.version) if url.endswith("/team")] == [1]


def test_a_menu_on_every_page_is_looked_up_once(linked: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred links on each of ten thousand pages are the same two hundred rows."""
    menu = [f"/{name}" for name in NAMES]
    linked.web.pages |= {f"{SITE}/{name}": page(name.title(), links=menu) for name in NAMES}
    linked.run("domains", "pages")
    added: list[int] = []

    def counted(session: Any, domain_id: int, rows: Sequence[dict[str, Any]]) -> int:
        added.append(len(rows))
        return add_pages(session, domain_id, rows)

    monkeypatch.setattr("inroad.stages.link_books.add_pages", counted)
    linked.run("page_contents")
    assert sum(added) == 0


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What is exported; tracing is off again afterwards."""
    exporter = InMemorySpanExporter()
    tracing.export_to(SimpleSpanProcessor(exporter))
    yield exporter
    tracing.stop()


def test_each_page_is_a_span_of_its_run(linked: Bench, spans: InMemorySpanExporter) -> None:
    """A slow domain is understood by its slow page."""
    linked.run("domains", "pages", "page_contents")
    told = {str(span.attributes["inroad.url"]) for span in spans.get_finished_spans() if span.name == "page" and span.attributes}
    assert told == {f"{SITE}/{name}" for name in NAMES}


async def test_what_comes_together_is_done_together_and_each_learns_its_own_end() -> None:
    """Otherwise a result would reach the wrong page, or one failure all of them."""
    batches: list[int] = []

    async def do(items: Sequence[int]) -> list[int | BaseException]:
        batches.append(len(items))
        return [ValueError(str(item)) if item == 7 else item * 2 for item in items]

    collected = Batches(do, most=8)
    ends = await asyncio.gather(*(collected.add(item) for item in range(20)), return_exceptions=True)
    assert [end for item, end in enumerate(ends) if item != 7] == [item * 2 for item in range(20) if item != 7]
    assert isinstance(ends[7], ValueError)
    assert batches == [8, 8, 4]


async def test_a_batch_that_one_item_spoils_is_done_one_by_one() -> None:
    """Otherwise one row that the database refuses would take forty-nine others with it."""

    async def do(items: Sequence[int]) -> list[int | BaseException]:
        if 3 in items:
            raise ValueError("3")
        return list(items)

    collected = Batches(do)
    ends = await asyncio.gather(*(collected.add(item) for item in range(6)), return_exceptions=True)
    assert [end for end in ends if not isinstance(end, ValueError)] == [0, 1, 2, 4, 5]


async def test_a_lost_database_is_told_to_everybody_at_once() -> None:
    """Asking it once more for each page of a batch would take minutes, and the stage must stop."""
    asked: list[int] = []

    async def do(items: Sequence[int]) -> list[int | BaseException]:
        asked.append(len(items))
        raise DatabaseUnavailable("gone")

    collected = Batches(do)
    ends = await asyncio.gather(*(collected.add(item) for item in range(6)), return_exceptions=True)
    assert {type(end) for end in ends} == {DatabaseUnavailable}
    assert asked == [6]


async def test_a_cancelled_task_does_not_hold_up_its_batch() -> None:
    """A domain that runs out of time would else stop the recording of all others."""

    async def do(items: Sequence[int]) -> list[int | BaseException]:
        await asyncio.sleep(0.01)
        return list(items)

    collected = Batches(do)
    tasks = [asyncio.create_task(collected.add(item)) for item in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert (ends[0], ends[2]) == (0, 2)
    await collected.aclose()
