"""The stage `sitemaps`: what it refuses, what it imports, and what a second reading says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from inroad.store import Database
from inroad.store.models import Page, SitemapFile
from tests.stages.discovery.conftest import ROOT, Discovery, Site, urlset

Discover = Callable[..., Discovery]


def files(database: Database) -> dict[str, SitemapFile]:
    """Sitemap files by path."""
    with database.begin() as session:
        return {row.url.removeprefix(ROOT): row for row in session.scalars(select(SitemapFile))}


def pages(database: Database) -> dict[str, Page]:
    """Pages by path."""
    with database.begin() as session:
        return {row.url.removeprefix(ROOT): row for row in session.scalars(select(Page))}


def snapshot(database: Database) -> dict[str, list[Any]]:
    """Every row of the discovery tables, with its version."""
    with database.begin() as session:
        return {
            table: session.execute(text(f"SELECT xmin, ctid, {table}.* FROM {table} ORDER BY 2")).all()
            for table in ("domains", "sitemap_files", "pages", "page_sitemaps", "page_urls")
        }


async def test_a_page_of_another_domain_is_not_imported(site: Site, discover: Discover, database: Database) -> None:
    """A sitemap could fill a company's rows with anybody's pages."""
    site.documents["/sitemap.xml"] = urlset(
        "/a", "http://other.example/b", "http://notacme.example/c", "http://jobs.acme.example/d"
    )
    await discover().visit()
    assert set(pages(database)) == {"/", "/a", "http://jobs.acme.example/d"}
