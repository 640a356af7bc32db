"""`inroad session`: a login is given, probed, listed and forgotten, and none of its secrets is shown or readable at rest."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from inroad.store import Database
from inroad.store.models import AuditEntry, SiteSession
from tests.cli.conftest import Inroad, make_domain, make_page

COOKIES = "acme.example\tFALSE\t/\tFALSE\t1900000000\tsid\ts3cret\n"
PROBE = ("--probe", "http://acme.example/account", "--text", "Signed in as Ada")


class Account(BaseHTTPRequestHandler):
    """A site that knows its visitor by a cookie."""

    def do_GET(self) -> None:
        is_in = "sid=s3cret" in self.headers.get("Cookie", "")
        body = f"<html><title>Account</title><p>{'Signed in as Ada' if is_in else 'Welcome, stranger'}</p>".encode()
        found = self.path == "/account"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body) if found else 0))
        self.end_headers()
        self.wfile.write(body if found else b"")

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The site on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Account) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setenv("INROAD_RESOLVE", f"*:80:127.0.0.1:{server.server_address[1]}")
        monkeypatch.setenv("INROAD_HOST_INTERVAL_S", "0")
        yield
        server.shutdown()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A browser's export."""
    path = tmp_path / "cookies.txt"
    path.write_text(COOKIES)
    return path


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (("--text", "Ada"), "--probe"),
        (("--probe", "http://acme.example/account"), "expects nothing"),
        (("--probe", "http://other.example/account", "--text", "Ada"), "not a page of acme.example"),
        (("--probe", "http://acme.example/account", "--selector", "a[[["), "not a CSS selector"),
    ],
)
def test_a_probe_that_tells_nothing_is_refused(
    inroad: Inroad, database: Database, file: Path, options: tuple[str, ...], match: str
) -> None:
    """A login without a working probe would be believed for ever."""
    make_domain(database)
    outcome = inroad("session", "import", "acme.example", file, *options)
    assert (outcome.code, match in outcome.err) == (1, True)
    assert inroad("session", "list", "--json").json == []


@pytest.mark.parametrize("part", ["import", "probe", "remove"])
def test_what_is_not_there_is_said_in_a_sentence(inroad: Inroad, database: Database, tmp_path: Path, part: str) -> None:
    """A typing error would end in a traceback."""
    make_domain(database)
    arguments = {"import": [tmp_path / "missing.txt"], "probe": [], "remove": ["--yes"]}[part]
    outcome = inroad("session", part, "acme.example", *arguments)
    assert outcome.code == 1
    assert outcome.err.startswith("inroad: ")


def test_a_login_is_imported_probed_and_forgotten(inroad: Inroad, database: Database, file: Path, site: None) -> None:
    """A person could neither give a login nor learn that it has ended."""
    make_domain(database)
    given = inroad("session", "import", "acme.example", file, *PROBE, "--reason", "my own account")
    assert given.code == 0, given.err
    probed = inroad("session", "probe", "acme.example", "--json")
    assert (probed.code, probed.json["status"]) == (0, "logged-in")
    (listed,) = inroad("session", "list", "--json").json
    assert (listed["domain"], listed["status"], listed["probe"]) == ("acme.example", "logged-in", "http://acme.example/account")
    assert inroad("domain", "show", "acme.example", "--json").json["has_session"] is True
    with database.begin() as session:
        assert b"s3cret" not in session.scalars(select(SiteSession.state_sealed)).one()
        assert "s3cret" not in json.dumps([entry.details for entry in session.scalars(select(AuditEntry))])
    assert inroad("session", "remove", "acme.example").code == 1, "nobody to ask for a yes"
    assert inroad("session", "remove", "acme.example", "--yes").code == 0
    assert inroad("session", "list", "--json").json == []
    with database.begin() as session:
        assert session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all() == ["set-session", "drop-session"]


def test_pages_that_asked_for_a_login_before_are_named_when_one_is_given(inroad: Inroad, database: Database, file: Path) -> None:
    """They stay in Error whatever login is given: who is not told wonders why nothing of the site is read."""
    domain = make_domain(database)
    for reason in ("login-wall", "logged-out", "not-found"):
        failed = {"page_curation_status": "Selected", "page_processing_status": "Error", "error_reason": reason}
        make_page(database, domain, f"http://acme.example/{reason}", **failed)
    said = inroad("session", "import", "acme.example", file, *PROBE).out
    assert "2 of its pages asked for a login before" in said
    assert "inroad curate retry page_contents --domain acme.example" in said


def test_a_login_that_has_ended_is_told_by_exit_status_and_list(
    inroad: Inroad, database: Database, file: Path, site: None
) -> None:
    """A script that renews logins must see which one to renew."""
    make_domain(database)
    file.write_text(COOKIES.replace("s3cret", "old"))
    assert inroad("session", "import", "acme.example", file, *PROBE).code == 0
    probed = inroad("session", "probe", "acme.example")
    assert (probed.code, "logged out" in probed.out) == (1, True)
    assert inroad("session", "list", "--json").json[0]["status"] == "logged-out"
    file.write_text(COOKIES)
    assert inroad("session", "import", "acme.example", file).code == 0, "the probe of before stays"
    assert inroad("session", "probe", "acme.example").code == 0
