"""Sessions: sent where they belong, renewed by the site, and never mistaken for one when they are over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.crawl.browser import find_chromium
from inroad.crawl.failures import FetchInterrupted, LoggedOut
from inroad.crawl.sessions import SessionProbe
from inroad.crawl.storage_state import MAX_BYTES, BadState, StorageState
from inroad.guard.vault import Vault
from inroad.settings import load_settings
from inroad.store import Database
from inroad.store.domains import add_domains
from inroad.store.models import SiteSession
from inroad.store.policies import drop_session, load_policy, load_session, put_session

from .conftest import Asked, Opener, Site, reply

URL = "http://acme.example"
ACCOUNT = "<html><title>Account</title><p>Signed in as Ada.</p><a class=logout href=/out>Log out</a></html>"
STRANGER = "<html><title>Acme</title><p>Welcome, stranger.</p></html>"


def cookie(name: str = "sid", value: str = "s3cret", domain: str = "acme.example", **more: Any) -> dict[str, Any]:
    return {"name": name, "value": value, "domain": domain, "path": "/", "expires": -1, **more}


def keep(database: Database, home: Path, state: dict[str, Any], probe: SessionProbe | None = None) -> None:
    """What a person does who gives a session."""
    database.call(add_domains, ["acme.example"])
    parsed = StorageState.parse(json.dumps(state), domain="acme.example")
    sealed = Vault(load_settings(home=home)).seal(parsed.dump())
    columns = {"probe_url": probe.url, "probe_text": probe.text, "probe_selector": probe.selector} if probe else None
    database.call(put_session, "acme.example", sealed, columns, actor="ada", reason="logged in")


def kept(database: Database, home: Path) -> dict[str, Any]:
    policy = database.call(load_policy, "acme.example")
    assert policy is not None
    stored = database.call(load_session, policy.domain_id)
    assert stored is not None
    assert b"s3cret" not in stored.state_sealed
    state: dict[str, Any] = json.loads(Vault(load_settings(home=home)).unseal(stored.state_sealed))
    return state


async def account(asked: Asked, writer: object) -> bytes:
    is_in = "sid=s3cret" in asked.headers.get("cookie", "")
    return reply((ACCOUNT if is_in else STRANGER).encode(), Content_Type="text/html")


PROBE = SessionProbe(f"{URL}/account", text="signed in as  ADA", selector="a.logout")


async def test_logged_out_is_an_error_and_the_page_is_not_asked_for(
    site: Site, open_client: Opener, database: Database, tmp_path: Path
) -> None:
    """Otherwise what a stranger is shown would be stored as the page."""
    keep(database, tmp_path, {"cookies": [cookie(value="old")]}, PROBE)
    site.routes |= {"/account": account, "/page": reply(b"<p>for strangers</p>")}
    with pytest.raises(LoggedOut, match="logged out") as caught:
        await open_client(database, home=tmp_path).fetch(f"{URL}/page")
    assert caught.value.reason == "logged-out"
    assert "Log in at the site again" in caught.value.mend
    assert site.targets() == ["/account"]
    with database.begin() as session:
        assert session.query(SiteSession.status).scalar() == "logged-out"


@pytest.mark.parametrize("answer", ["401 Unauthorized", "403 Forbidden", "404 Not Found"])
async def test_a_probe_that_is_refused_means_logged_out(
    answer: str, site: Site, open_client: Opener, database: Database, tmp_path: Path
) -> None:
    """Otherwise a site that hides accounts from strangers would look broken."""
    keep(database, tmp_path, {"cookies": [cookie()]}, PROBE)
    site.routes["/account"] = reply(status=answer)
    with pytest.raises(LoggedOut):
        await open_client(database, home=tmp_path).fetch(f"{URL}/page")


async def test_a_probe_without_an_answer_says_nothing_of_the_session(
    site: Site, open_client: Opener, database: Database, tmp_path: Path
) -> None:
    """Otherwise one bad minute of a server would ask the person to log in again."""
    keep(database, tmp_path, {"cookies": [cookie()]}, PROBE)
    site.routes["/account"] = reply(status="500 Oops")
    with pytest.raises(FetchInterrupted):
        await open_client(database, home=tmp_path).fetch(f"{URL}/page")
    with database.begin() as session:
        assert session.query(SiteSession.status).scalar() == "unknown"


async def test_a_session_is_sent_to_its_site_alone_and_probed_once(
    site: Site, open_client: Opener, database: Database, tmp_path: Path
) -> None:
    """Otherwise another site would learn it, or each page would cost two requests."""
    keep(database, tmp_path, {"cookies": [cookie(), cookie("spy", "x", "beta.example")]}, PROBE)
    site.routes |= {"/account": account, "/page": reply(b"ok"), "/other": reply(b"ok")}
    client = open_client(database, home=tmp_path)
    for _ in range(2):
        await client.fetch(f"{URL}/page")
    await client.fetch("http://beta.example/other")
    assert site.targets() == ["/account", "/page", "/page", "/other"]
    assert [asked.headers.get("cookie") for asked in site.asked] == ["sid=s3cret"] * 3 + [None]
    assert client.has_session(f"{URL}/page")
    assert not client.has_session("http://beta.example/other")


async def test_a_doubted_session_is_probed_again(site: Site, open_client: Opener, database: Database, tmp_path: Path) -> None:
    """Otherwise a session that ends in the middle of a run would be believed for minutes."""
    keep(database, tmp_path, {"cookies": [cookie()]}, PROBE)
    site.routes |= {"/account": account, "/page": reply(b"ok")}
    client = open_client(database, home=tmp_path)
    await client.fetch(f"{URL}/page")
    client.doubt_session(f"{URL}/page")
    await client.fetch(f"{URL}/page")
    assert site.targets() == ["/account", "/page", "/account", "/page"]


async def test_what_the_site_makes_of_a_session_is_kept_encrypted(
    site: Site, open_client: Opener, database: Database, tmp_path: Path
) -> None:
    """Otherwise sites that renew their cookies would log us out after the first run."""
    keep(database, tmp_path, {"cookies": [cookie()]})
    site.routes["/page"] = reply(b"ok", Set_Cookie="sid=s3cret-renewed; Path=/; HttpOnly")
    client = open_client(database, home=tmp_path)
    await client.fetch(f"{URL}/page")
    await client.aclose()
    (row,) = kept(database, tmp_path)["cookies"]
    assert (row["value"], row["httpOnly"]) == ("s3cret-renewed", True)


async def test_a_newer_session_is_not_overwritten_by_an_older_run(
    site: Site, open_client: Opener, database: Database, tmp_path: Path
) -> None:
    """Otherwise a run that ends late would bring back the session that the person has just replaced."""
    keep(database, tmp_path, {"cookies": [cookie(value="first")]})
    site.routes["/page"] = reply(b"ok", Set_Cookie="sid=renewed; Path=/")
    client = open_client(database, home=tmp_path)
    await client.fetch(f"{URL}/page")
    keep(database, tmp_path, {"cookies": [cookie(value="second")]})
    await client.aclose()
    assert kept(database, tmp_path)["cookies"][0]["value"] == "second"


def test_a_session_can_be_forgotten(database: Database, tmp_path: Path) -> None:
    """Otherwise it would be kept for ever."""
    keep(database, tmp_path, {"cookies": [cookie()]})
    assert database.call(drop_session, "acme.example", actor="ada", reason=None)
    assert not database.call(drop_session, "acme.example", actor="ada", reason=None)


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine")
async def test_the_browser_has_the_same_session_and_what_it_leaves_is_kept(
    site: Site, open_client: Opener, database: Database, tmp_path: Path
) -> None:
    """Otherwise pages that need scripts would be read as a stranger."""
    storage = [{"origin": URL, "localStorage": [{"name": "token", "value": "t0ken"}]}]
    keep(database, tmp_path, {"cookies": [cookie()], "origins": storage})
    script = (
        "main.textContent = localStorage.token + document.cookie; localStorage.token = 't1'; document.cookie = 'js=1; path=/'"
    )
    site.routes["/page"] = reply(f"<main id=main></main><script>{script}</script>".encode(), Content_Type="text/html")
    client = open_client(database, home=tmp_path, request_timeout_s=30.0)
    answer = await client.render(f"{URL}/page")
    assert "t0ken" in answer.body.decode()
    assert "sid=s3cret" in answer.body.decode()
    assert site.asked[0].headers["cookie"] == "sid=s3cret"
    await client.aclose()
    left = kept(database, tmp_path)
    assert left["origins"][0]["localStorage"] == [{"name": "token", "value": "t1"}]
    assert {row["name"] for row in left["cookies"]} == {"sid", "js"}


@pytest.mark.parametrize(
    ("document", "match"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not a storage state"),
        ('{"cookies": []}', "nothing for"),
        ('{"cookies": [1, {}, {"name": 1, "value": "x", "domain": "acme.example"}]}', "nothing for"),
        (json.dumps({"cookies": [cookie(domain="beta.example")]}), "nothing for"),
        (json.dumps({"cookies": [cookie(value="a\r\nb")]}), "nothing for"),
        (json.dumps({"origins": [{"origin": "http://beta.example", "localStorage": [{"name": "a", "value": "b"}]}]}), "nothing"),
        (" " * (MAX_BYTES + 1), "larger"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_holds_no_session_of_the_site_is_refused(document: str, match: str) -> None:
    """Otherwise a wrong file would be kept and every page would end as logged out."""
    with pytest.raises(BadState, match=match):
        StorageState.parse(document, domain="acme.example")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["cookies", "origins", "name", "value", "domain", "expires", "localStorage"]), inner
            )
        ),
        max_leaves=20,
    )
)
def test_no_document_breaks_the_reader(document: Any) -> None:
    """Otherwise a file from a browser's extension could end the command with a stack trace."""
    try:
        state = StorageState.parse(json.dumps({"cookies": document, "origins": document}), domain="acme.example")
    except BadState:
        return
    assert StorageState.parse(state.dump(), domain="acme.example") == state


@pytest.mark.parametrize(
    "probe",
    [
        SessionProbe("http://beta.example/", "x"),
        SessionProbe("ftp://acme.example/", "x"),
        SessionProbe(f"{URL}/"),
        SessionProbe(f"{URL}/", " ", ""),
        SessionProbe(f"{URL}/", selector="a[["),
        SessionProbe(f"{URL}/", "x" * 501),
    ],
)
def test_a_probe_that_cannot_tell_is_refused(probe: SessionProbe) -> None:
    """Otherwise it would always say the same."""
    with pytest.raises(BadState):
        probe.check("acme.example")


@pytest.mark.parametrize(
    ("probe", "html", "is_in"),
    [
        (SessionProbe(f"{URL}/", "signed in"), ACCOUNT, True),
        (SessionProbe(f"{URL}/", selector=".logout"), ACCOUNT, True),
        (SessionProbe(f"{URL}/", "signed in", ".admin"), ACCOUNT, False),
        (SessionProbe(f"{URL}/", "signed in", ".logout"), STRANGER, False),
    ],
)
def test_a_probe_tells_logged_in_from_logged_out(probe: SessionProbe, html: str, is_in: bool) -> None:
    """Otherwise it would be no probe."""
    assert probe.check("acme.example").is_logged_in(html) is is_in
