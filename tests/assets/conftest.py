"""The assets on a real database and an invented web: sites as dictionaries, asked through the client's own doors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey, AssetMaterialization, DagsterInstance, Definitions

from inroad.cli.intake import use_profile
from inroad.crawl.failures import for_status, permanent, transient
from inroad.crawl.fetch import WebClient
from inroad.crawl.response import Response
from inroad.crawl.robots import Robots
from inroad.crawl.robots_cache import RobotsFile
from inroad.settings import CHECKOUT, Settings, get_settings, load_settings
from inroad.store import Database
from inroad.store.domains import add_domains
from pipeline_defs import build_defs
from resources import DatabaseResource
from resources import database as database_module

TEXT = "We measure water where it flows, for towns and for farmers, with instruments that we build ourselves. " * 8
COMPANY = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Organization",
"name": "Made Up Instruments", "url": "https://%s/", "description": "Instruments for water."}</script>"""
JOB = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "JobPosting",
"title": "Senior Data Engineer", "datePosted": "2026-10-01", "url": "https://%s/jobs/engineer",
"hiringOrganization": {"@type": "Organization", "name": "Made Up"}, "jobLocation": {"@type": "Place", "address": "Leeds"},
"description": "<p>You build data pipelines.</p><ul><li>Python</li><li>SQL and PostgreSQL</li><li>Airflow</li></ul>"}</script>"""


def site(name: str) -> dict[str, str]:
    """A company's site: robots.txt, a sitemap, and three pages that say who works there and which job is open."""
    paths = ["", "contact", "jobs/engineer"]
    entries = "".join(f"<url><loc>https://{name}/{path}</loc></url>" for path in paths)
    bodies = {
        "": f"<h1>{name}</h1>" + COMPANY % name,
        "contact": f"<h1>Contact</h1><p>Write to <a href='mailto:office@{name}'>office@{name}</a>.</p>",
        "jobs/engineer": "<h1>Senior Data Engineer</h1>" + JOB % name,
    }
    pages = {path: f"<html lang=en><title>{path or name}</title><body>{body}<p>{TEXT}</p>" for path, body in bodies.items()}
    return {
        f"https://{name}/robots.txt": f"User-agent: *\nAllow: /\nSitemap: https://{name}/sitemap.xml\n",
        f"https://{name}/sitemap.xml": f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}</urlset>",
        **{f"https://{name}/{path}": page for path, page in pages.items()},
    }


class FakeClient(WebClient):
    """The web client with its three ways to the network replaced; whatever it keeps in the database it keeps."""

    def __init__(self, web: FakeWeb, settings: Settings, database: Database) -> None:
        super().__init__(settings, database, browser="off")
        self.web = web

    async def robots_for(self, url: str) -> RobotsFile:
        origin = "/".join(url.split("/")[:3])
        return RobotsFile(Robots.parse(self.web.sites.get(f"{origin}/robots.txt", "")), "found", f"{origin}/robots.txt")

    async def fetch(self, url: str, **_: Any) -> Response:
        self.web.requests.append(url)
        host = url.split("/")[2]
        if host in self.web.slow:
            raise transient("timeout", url, "did not answer in time")
        if not any(known.split("/")[2] == host for known in self.web.sites):
            raise permanent("unknown-host", url, "has no address")
        body = self.web.sites.get(url)
        kind = "application/xml" if url.endswith(".xml") else "text/html; charset=utf-8"
        answer = Response(
            url, url, 200 if body else 404, {"content-type": kind}, (body or "").encode(), body_bytes=len(body or "")
        )
        if (error := for_status(answer)) is not None:
            raise error
        return answer

    @asynccontextmanager
    async def stream(self, url: str, **options: Any) -> AsyncIterator[Response]:
        yield await self.fetch(url, **options)


@dataclass
class FakeWeb:
    """Stands for `WebResource`: an invented web, which counts what is asked of it."""

    sites: dict[str, str] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)

    def add(self, *names: str) -> None:
        for name in names:
            self.sites |= site(name)

    def open(self, settings: Settings, database: Database) -> FakeClient:
        return FakeClient(self, settings, database)


@pytest.fixture
def web() -> FakeWeb:
    """A web without a site."""
    return FakeWeb()


@pytest.fixture
def resource(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatabaseResource]:
    """The test's database as the assets get it, with a home of the test's own."""
    monkeypatch.setenv("INROAD_HOME", str(tmp_path / "home"))
    get_settings.cache_clear()
    resource = DatabaseResource(url=database.url)
    yield resource
    resource.open().close()
    database_module._open.cache_clear()
    get_settings.cache_clear()


@pytest.fixture
def defs(resource: DatabaseResource, web: FakeWeb) -> Definitions:
    """The project's definitions on the test's database and the invented web."""
    return build_defs(overrides={"database": resource, "web": web})


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    """An instance in memory: its own storage is tested with `pipeline_defs`."""
    with DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def profile(database: Database, resource: DatabaseResource) -> None:
    """The examples' profile, so that postings are matched and CVs written."""
    use_profile(database, load_settings(database_url=database.url), CHECKOUT / "examples" / "profile.yaml")


def add(database: Database, *names: str) -> None:
    """Domain rows, as `inroad add` makes them."""
    database.call(add_domains, names)


def materialisations(instance: DagsterInstance, asset: str) -> dict[str, AssetMaterialization]:
    """The latest materialisation of each partition of an asset."""
    records = instance.fetch_materializations(AssetKey(asset), limit=1000).records
    found = {str(record.partition_key): record.asset_materialization for record in reversed(records)}
    return {name: event for name, event in found.items() if event is not None}


def values(event: AssetMaterialization) -> dict[str, Any]:
    """Metadata as plain values."""
    return {name: value.value for name, value in event.metadata.items()}
