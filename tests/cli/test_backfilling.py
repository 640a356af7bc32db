"""`inroad backfill`, through Dagster, on a site of the example network."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from examples.network import ExampleNetwork
from inroad.store import Database
from inroad.store.models import Domain, SitemapFile
from tests.cli.conftest import Inroad, make_domain

NAME = "lanternstreet.example"


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, inroad: Inroad) -> Iterator[ExampleNetwork]:
    """The example network, reached as a person's settings would."""
    with ExampleNetwork() as served:
        monkeypatch.setenv("INROAD_RESOLVE", ",".join(served.resolve))
        monkeypatch.setenv("INROAD_CA_FILE", str(served.ca_file))
        yield served


def test_stages_are_materialised_and_errors_replayed(inroad: Inroad, database: Database, network: ExampleNetwork) -> None:
    """Only the stages asked for run, and a dead letter is tried again when the person says so."""
    make_domain(database, NAME, sitemap_analysis_status="Error", attempts=3, error="Was down.", error_reason="timeout")
    untouched = inroad("backfill", NAME, "--stage", "domains", "--json")
    assert untouched.code == 1
    assert json.loads(untouched.out)["status"] == "Error"
    replayed = inroad("backfill", NAME, "--stage", "domains", "--retry-errors", "--json")
    assert replayed.code == 0, replayed.err
    line = json.loads(replayed.out)
    assert (line["domain"], line["status"], line["errors"]) == (NAME, "Complete", [])
    with database.begin() as session:
        assert set(session.scalars(select(SitemapFile.sitemap_import_status))) == {"Queued"}
        session.execute(update(Domain).values(title="changed by hand"))
    again = inroad("backfill", "--all", "--stage", "sitemaps", "--stage", "domains", "--visit", "none")
    assert again.code == 0, again.err
    assert NAME in again.out
    with database.begin() as session:
        assert set(session.scalars(select(SitemapFile.sitemap_import_status))) == {"Complete"}
        assert session.scalars(select(Domain.title)).one() == "changed by hand", "--visit none visits nothing again"
