"""A web made by hand: pages in a dictionary, answers like the guarded client's, and a count of what was asked."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from inroad.crawl.failures import permanent
from inroad.crawl.response import Response
from inroad.crawl.robots import Robots
from inroad.crawl.robots_cache import RobotsFile
from inroad.settings import Settings
from inroad.stages import StageReport, Work, open_work, run_stage
from inroad.stages.work import now
from inroad.store import Database
from tests.databases import Databases, Rows

DOMAIN = "kestrel.example"
SITE = f"https://{DOMAIN}"
Page = str | bytes | BaseException


@dataclass
class FakeWeb:
    """What the stages use of `inroad.crawl.fetch.WebClient`, over a dictionary.

    Attributes:
        pages: URL to document; an error instead is raised, and what is missing answers 404.
        asked: URLs in the order in which they were asked for.
        robots: Text of every robots.txt.
    """

    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    robots: str = ""

    async def fetch(self, url: str, *, etag: str | None = None, **_: Any) -> Response:
        """Answers from the dictionary; conditional requests by the document's hash."""
        self.asked.append(url)
        found = self.pages.get(url)
        if isinstance(found, BaseException):
            raise found
        if found is None:
            raise permanent("not-found", url, "does not exist (HTTP 404)")
        body = found.encode() if isinstance(found, str) else found
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"content-type": _content_type(body), "etag": tag}
        if etag == tag:
            return Response(url, url, 304, headers, not_modified=True)
        return Response(url, url, 200, headers, body, wire_bytes=len(body), body_bytes=len(body))

    @asynccontextmanager
    async def stream(self, url: str, *, etag: str | None = None, **_: Any) -> AsyncIterator[Response]:
        """`fetch`, with the body as a file."""
        answer = await self.fetch(url, etag=etag)
        yield replace(answer, spool=io.BytesIO(answer.body))

    async def render(self, url: str, **_: Any) -> Response:
        """No browser here."""
        raise permanent("needs-browser", url, "needs a browser")

    services = ()
    can_render = False

    async def forced_strategy(self, url: str) -> None:
        """Nobody has decided anything."""

    def has_session(self, url: str) -> bool:
        """Nobody is logged in."""
        return False

    async def slow_down(self, url: str) -> None:
        """The dictionary has no pace."""

    async def robots_for(self, url: str) -> RobotsFile:
        """The same rules everywhere."""
        return RobotsFile(Robots.parse(self.robots), "found" if self.robots else "absent", url)


def _content_type(body: bytes) -> str:
    start = body.lstrip()[:1]
    if body.lstrip().startswith(b"<?xml"):
        return "application/xml"
    if body.startswith((b"%PDF-", b"BEGIN:VCARD")):
        return "application/pdf" if body[:1] == b"%" else "text/vcard"
    return "application/json" if start in (b"{", b"[") else "text/html; charset=utf-8"


def page(title: str, body: str = "", *, links: Sequence[str] = ()) -> str:
    """An HTML document with enough text to be one."""
    anchors = "".join(f'<li><a href="{link}">{link.strip("/").replace("/", " ")}</a></li>' for link in links)
    filler = "<p>Kestrel makes weather instruments for airfields, and has done so in the same valley since 1974.</p>" * 3
    head = f"<!doctype html><html lang=en><head><title>{title}</title></head>"
    return f"{head}<body><h1>{title}</h1>{body}{filler}<ul>{anchors}</ul></body></html>"


def urlset(*paths: str) -> str:
    """A sitemap of pages."""
    entries = "".join(f"<url><loc>{SITE}{path}</loc></url>" for path in paths)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'


def index(*urls: str) -> str:
    """A sitemap of sitemaps."""
    entries = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'


def job_posting(title: str, description: str, *, city: str = "Leeds", identifier: str = "") -> str:
    """A page that declares one job."""
    data = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": title,
        "description": description,
        "datePosted": "2026-11-02",
        "hiringOrganization": {"@type": "Organization", "name": "Kestrel"},
        "jobLocation": {"@type": "Place", "address": {"@type": "PostalAddress", "addressLocality": city, "addressCountry": "GB"}},
    }
    if identifier:
        data["identifier"] = {"@type": "PropertyValue", "name": "Kestrel", "value": identifier}
    return page(title, f'<script type="application/ld+json">{json.dumps(data)}</script><p>{description}</p>')


@dataclass
class Bench:
    """One company, its fake web, and the stages to run on it."""

    database: Database
    settings: Settings
    web: FakeWeb

    def run(self, *stages: str, again: bool = False) -> StageReport:
        """Runs stages in order; `again` visits what is Complete again. Returns the last one's report."""
        work: Work
        with open_work(self.settings, self.database, since=now() if again else None, open_web=self._open) as work:
            for stage in stages:
                report = run_stage(work, stage, [DOMAIN])
                assert not [error for tally in report.tallies.values() for error in tally.errors if error[1] == "bug"]
        return report

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Any]:
        yield self.web

    def rows(self, *columns: Any) -> list[Any]:
        """Columns of a table, in their own order; plain values for one column."""
        with self.database.begin() as session:
            rows = session.execute(select(*columns).order_by(*columns)).all()
        return [row[0] if len(columns) == 1 else tuple(row) for row in rows]

    def change(self, statement: Any) -> None:
        """Executes one statement: what a person, or time, does meanwhile."""
        with self.database.begin() as session:
            session.execute(statement)


@dataclass(frozen=True, slots=True)
class State:
    """A bench at one moment: its rows, its web and its files."""

    rows: Rows
    web: FakeWeb
    home: Path


class States:
    """Benches as stages leave them, made once and then copied: a run of all stages takes a second, its copy a hundredth.

    Args:
        databases: Where the benches' databases come from.
        folder: Where copies of their files are kept.
    """

    def __init__(self, databases: Databases, folder: Path) -> None:
        self._databases, self._folder = databases, folder
        self._held: dict[str, State] = {}

    def give(self, bench: Bench, make: Callable[[Bench], object]) -> Bench:
        """Brings a bench that nothing was done with into the state that `make` makes; one state for each function."""
        name = f"{make.__module__}.{make.__qualname__}"
        if name not in self._held:
            make(bench)
            self._held[name] = self._kept(bench, name)
        held = self._held[name]
        self._databases.fill(bench.database.url, held.rows)
        shutil.rmtree(bench.settings.home, ignore_errors=True)
        shutil.copytree(held.home, bench.settings.home)
        bench.web = copy.deepcopy(held.web)
        return bench

    def _kept(self, bench: Bench, name: str) -> State:
        home = self._folder / name
        bench.settings.home.mkdir(parents=True, exist_ok=True)
        shutil.copytree(bench.settings.home, home)
        return State(self._databases.copy(bench.database.url), copy.deepcopy(bench.web), home)
