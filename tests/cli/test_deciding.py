"""`inroad domain`: what a person decides is written, shown without secrets, and refused where it cannot be meant."""

from __future__ import annotations

import json

import pytest

from inroad.store import Database
from inroad.store.models import Domain, Page

from .conftest import Inroad, make_domain, make_page


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (["--no-robots"], "needs a reason"),
        ([], "Nothing to change"),
        (["--strategy", "magic"], "not a strategy"),
        (["--interval", "-1"], "--interval"),
        (["--interval", "nan"], "--interval"),
        (["--concurrency", "0"], "--concurrency"),
        (["--header", "User-Agent: Mozilla"], "sent by Inroad itself"),
        (["--header", "s3cret"], "form"),
        (["--proxy", "ftp://ada:s3cret@proxy"], "--proxy"),
        (["--page", "https://acme.example/x"], "--strategy"),
        (["--page", "https://acme.example/x", "--strategy", "browser"], "not among the pages"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(
    inroad: Inroad, database: Database, options: list[str], match: str
) -> None:
    """Otherwise a typing error would change how a company's site is asked, or a secret would be printed."""
    make_domain(database)
    outcome = inroad("domain", "set", "acme.example", *options)
    assert outcome.code == 1
    assert match in outcome.err
    assert "s3cret" not in outcome.err + outcome.out
    assert inroad("domain", "show", "acme.example", "--json").json["history"] == []


def test_an_unknown_domain_is_refused(inroad: Inroad) -> None:
    """Otherwise the decision would hold for nobody."""
    outcome = inroad("domain", "set", "acme.example", "--interval", "2")
    assert outcome.code == 1
    assert "inroad add acme.example" in outcome.err


def test_a_decision_is_kept_with_who_and_why_and_without_its_secrets(inroad: Inroad, database: Database) -> None:
    """Otherwise nobody could say who turned robots.txt off, and the key would be readable in the database."""
    make_domain(database)
    options = ["--header", "Authorization: Bearer s3cret", "--interval", "2.5", "--concurrency", "1", "--no-robots"]
    options += ["--proxy", "http://ada:s3cret@proxy.example:3128,socks5://two.example:1080", "--strategy", "direct"]
    assert inroad("domain", "set", "acme.example", *options, "--reason", "the owner agreed").code == 0
    shown = inroad("domain", "show", "acme.example", "--json")
    facts = shown.json
    assert facts["headers"] == ["Authorization"]
    assert facts["proxies"] == ["http://proxy.example:3128", "socks5://two.example:1080"]
    assert (facts["interval_s"], facts["concurrency"], facts["respect_robots"]) == (2.5, 1, False)
    assert facts["strategy"] == "direct"
    (entry,) = facts["history"]
    assert entry["reason"] == "the owner agreed"
    assert entry["actor"]
    assert "s3cret" not in shown.out + inroad("domain", "show", "acme.example").out
    with database.begin() as session:
        row = session.query(Domain).one()
        assert b"s3cret" not in (row.request_headers_sealed or b"") + (row.proxies_sealed or b"")


def test_what_was_decided_can_be_given_back(inroad: Inroad, database: Database) -> None:
    """Otherwise a domain could never follow the settings again."""
    make_domain(database)
    inroad("domain", "set", "acme.example", "--interval", "2", "--proxy", "none", "--header", "X-A: b", "--strategy", "browser")
    assert inroad("domain", "show", "acme.example", "--json").json["proxies"] == []
    options = ["--interval", "default", "--proxy", "default", "--no-headers", "--strategy", "default"]
    assert inroad("domain", "set", "acme.example", *options).code == 0
    facts = inroad("domain", "show", "acme.example", "--json").json
    assert (facts["interval_s"], facts["proxies"], facts["headers"], facts["strategy"]) == (None, None, [], None)
    assert len(facts["history"]) == 2


def test_one_page_may_be_fetched_another_way(inroad: Inroad, database: Database) -> None:
    """Otherwise a single page that needs a browser would make all of them slow."""
    number = make_domain(database)
    make_page(database, number, "https://acme.example/team")
    outcome = inroad("domain", "set", "acme.example", "--page", "https://ACME.example/team", "--strategy", "browser", "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["changes"]["page_strategy"] == "browser"
    with database.begin() as session:
        assert session.query(Page.fetch_strategy).scalar() == "browser"
        assert session.query(Domain.fetch_strategy).scalar() is None
