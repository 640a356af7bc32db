"""The browser: what scripts make of a page is read, and nothing leaves but through the web client."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium
from playwright.async_api import Error as PlaywrightError

from inroad.crawl import browser_visit
from inroad.crawl.browser import Browser, find_chromium
from inroad.crawl.failures import FetchFailed, FetchInterrupted
from inroad.crawl.response import RequestRecord
from inroad.settings import load_settings

from .conftest import Opener, Site, opening, reply, serving

URL = "http://acme.example"
needs_chromium = pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine")
# One loop for all tests here: a browser belongs to the loop in which it was started.
pytestmark = pytest.mark.asyncio(loop_scope="module")
# Seconds in which a page must be done on a machine that does four other things; only hanging pages take them.
PATIENCE_S = 60.0


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[Site]:
    """The server, for one test, in the loop of all."""
    async with serving() as site:
        yield site


@pytest_asyncio.fixture(loop_scope="module")
async def open_client(site: Site) -> AsyncIterator[Opener]:
    """Makes clients of the test's own server, with time for the browser."""
    async with opening(site, request_timeout_s=PATIENCE_S) as make:
        yield make


class Lent:
    """A Chromium that whoever has it cannot close."""

    def __init__(self, chromium: Chromium) -> None:
        self._chromium = chromium

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chromium, name)

    async def close(self) -> None:
        """Leaves it to the next test."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Chromium]:
    """One Chromium, started as the product starts it."""
    browser = Browser(load_settings())
    yield await browser._started(URL)
    await browser.aclose()


@pytest.fixture
def lent(chromium: Chromium, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients render in the module's Chromium, each page in a context of its own: starting one takes 2 s of processor time."""

    async def launch(browser: Browser, path: Path) -> Any:
        return Lent(chromium)

    monkeypatch.setattr(Browser, "_launch", launch)


def page(script: str) -> bytes:
    text = f"<html><body><main id=app></main><script>{script}</script></body></html>"
    return reply(text.encode(), Content_Type="text/html; charset=utf-8")


async def test_without_chromium_the_page_says_what_to_install(
    site: Site, open_client: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise such pages would end as empty ones, or with a stack trace."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(FetchFailed, match="needs a browser") as caught:
        await open_client().render(f"{URL}/")
    assert caught.value.reason == "needs-browser"
    assert "apt install chromium" in caught.value.mend
    assert site.asked == []


async def test_a_browser_that_is_switched_off_stays_off(site: Site, open_client: Opener) -> None:
    """Otherwise a machine with little memory could not forbid it."""
    with pytest.raises(FetchFailed) as caught:
        await open_client(browser="off").render(f"{URL}/")
    assert caught.value.reason == "needs-browser"
    assert site.asked == []


@needs_chromium
@pytest.mark.usefixtures("lent")
async def test_what_scripts_write_is_read(site: Site, open_client: Opener) -> None:
    """Otherwise contacts that a script loads would be missed; each of its requests is paced and recorded as ours."""
    site.routes["/"] = page("fetch('/api').then(r => r.json()).then(j => { app.textContent = j.mail + ' ä' })")
    site.routes["/api"] = reply(b'{"mail": "hello@acme.example"}', Content_Type="application/json")
    records: list[RequestRecord] = []
    answer = await open_client(client={"on_request": records.append}).render(f"{URL}/")
    assert "hello@acme.example ä" in answer.body.decode()
    assert answer.strategy == "browser"
    assert answer.content_type == "text/html"
    assert site.targets() == ["/", "/api"]
    assert [record.strategy for record in records] == ["direct", "browser"]
    again = await open_client().render(f"{URL}/", document=answer)
    assert again.body
    assert site.targets() == ["/", "/api", "/api"]
    assert {asked.headers["user-agent"] for asked in site.asked} == {"Inroad/0.1"}


@needs_chromium
@pytest.mark.usefixtures("lent")
async def test_a_page_cannot_reach_private_addresses_through_the_browser(site: Site, open_client: Opener) -> None:
    """Otherwise a script could read this machine's own services and show them in the page."""
    site.routes["/secret"] = reply(b"secret", Access_Control_Allow_Origin="*")
    site.routes["/"] = page(
        f"""
        const port = {site.port}, secret = `http://127.0.0.1:${{port}}/secret`;
        for (const url of [secret, `http://localhost:${{port}}/secret`, 'http://169.254.169.254/', `http://[::1]:${{port}}/`])
            fetch(url).then(r => r.text()).then(t => app.textContent += 'got ' + t, () => app.textContent += 'refused ');
        new Image().src = secret + '?image';
        navigator.sendBeacon(secret + '?beacon', 'x');
        const frame = document.createElement('iframe');
        frame.src = secret + '?frame';
        document.body.append(frame);
        const socket = new WebSocket(`ws://127.0.0.1:${{port}}/secret?socket`);
        socket.onopen = () => app.textContent += 'got socket';
        try {{ new EventSource(secret + '?events') }} catch {{}}
        open(secret + '?popup');
        """
    )
    answer = await open_client().render(f"{URL}/")
    assert b">refused refused refused refused </main>" in answer.body
    assert site.targets() == ["/"]


@needs_chromium
async def test_behind_the_interception_there_is_no_network(site: Site) -> None:
    """Otherwise whatever Chromium forgets to offer for interception would leave unguarded."""
    browser = Browser(load_settings())
    try:
        context = await browser._context(URL)
        page = await context.new_page()
        for url in (f"http://127.0.0.1:{site.port}/", f"http://localhost:{site.port}/"):
            with pytest.raises(PlaywrightError, match=r"ERR_PROXY_CONNECTION_FAILED|ERR_NAME_NOT_RESOLVED"):
                await page.goto(url)
    finally:
        await browser.aclose()
    assert site.asked == []


@needs_chromium
@pytest.mark.usefixtures("lent")
async def test_robots_rules_hold_for_what_a_page_loads(site: Site, open_client: Opener) -> None:
    """Otherwise the browser would be a way around robots.txt."""
    site.routes["/robots.txt"] = reply(b"User-agent: *\nDisallow: /api")
    site.routes["/"] = page("fetch('/api').then(() => app.textContent = 'got', () => app.textContent = 'refused')")
    answer = await open_client(respect_robots=True).render(f"{URL}/")
    assert b"refused" in answer.body
    assert "/api" not in site.targets()


@needs_chromium
@pytest.mark.usefixtures("lent")
async def test_images_are_not_loaded_and_small_posts_are(site: Site, open_client: Opener) -> None:
    """Otherwise a page would cost its site megabytes that nobody reads, or search pages would stay empty."""
    site.routes["/"] = page(
        """
        new Image().src = '/logo.png';
        fetch('/search', {method: 'POST', body: '{}'}).then(r => r.text()).then(t => app.append(t));
        fetch('/search', {method: 'DELETE'}).catch(() => 0);
        fetch('/search', {method: 'POST', body: 'x'.repeat(70000)}).catch(() => 0);
        """
    )
    site.routes["/search"] = reply(b"found it")
    answer = await open_client().render(f"{URL}/")
    assert b"found it" in answer.body
    assert [(asked.method, asked.target, asked.body) for asked in site.asked] == [("GET", "/", b""), ("POST", "/search", b"{}")]


@needs_chromium
async def test_a_script_that_never_ends_is_ended_and_the_next_page_is_rendered(
    site: Site, open_client: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise one hostile page would hold the browser for ever."""
    monkeypatch.setattr("inroad.crawl.browser.CLOSE_S", 1.0)  # the script takes a whole core as long as it is waited for
    site.routes["/loop"] = page("for (;;) {}")
    site.routes["/fine"] = page("app.textContent = 'fine'")
    client = open_client()
    client._browser = Browser(client.settings.model_copy(update={"request_timeout_s": 3.0}))
    with pytest.raises(FetchInterrupted) as caught:
        await client.render(f"{URL}/loop")
    assert caught.value.reason in ("timeout", "browser-failed")
    client._browser._settings = client.settings
    assert b"fine" in (await client.render(f"{URL}/fine")).body


@needs_chromium
@pytest.mark.usefixtures("lent")
async def test_a_page_that_never_falls_quiet_counts_as_it_stands(
    site: Site, open_client: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise pages with a ticker could never be read; and the number of their requests is bounded."""
    monkeypatch.setattr(browser_visit, "QUIET_S", 2.0)
    site.routes["/"] = page(
        "app.textContent = 'ready'; const tick = () => fetch('/tick?' + Math.random()); setInterval(tick, 100);"
        "for (let n = 0; n < 130; n++) tick()"
    )
    answer = await open_client(request_timeout_s=60.0).render(f"{URL}/")
    assert b"ready" in answer.body
    assert len(site.asked) <= 121


@needs_chromium
@pytest.mark.usefixtures("lent")
async def test_a_page_that_grows_without_end_is_refused(site: Site, open_client: Opener) -> None:
    """Otherwise a script could fill our memory from its own."""
    site.routes["/"] = page("app.textContent = 'x'.repeat(300000)")
    with pytest.raises(FetchFailed) as caught:
        await open_client(body_bytes=100_000).render(f"{URL}/")
    assert caught.value.reason == "body-too-large"


@needs_chromium
@pytest.mark.usefixtures("lent")
async def test_cookies_and_storage_of_one_page_are_not_seen_by_the_next(site: Site, open_client: Opener) -> None:
    """Otherwise what one visit learned would change what the next one reads."""
    site.routes["/"] = page("app.textContent = 'n=' + localStorage.length; localStorage.setItem('a', '1')")
    client = open_client()
    await client.render(f"{URL}/")
    assert b"n=0" in (await client.render(f"{URL}/")).body


@needs_chromium
@pytest.mark.usefixtures("lent")
async def test_a_missing_page_is_missing_in_the_browser_too(site: Site, open_client: Opener) -> None:
    """Otherwise a site's own error page would be content."""
    with pytest.raises(FetchFailed) as caught:
        await open_client().render(f"{URL}/gone")
    assert caught.value.reason == "not-found"


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A temporary folder with a short name: Chromium makes a Unix socket below it, whose path may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="b-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@needs_chromium
async def test_the_browser_dies_with_its_process(site: Site, short_folder: Path) -> None:
    """Otherwise each killed run would leave 300 MB of Chromium behind."""
    site.routes["/"] = page("app.textContent = 'fine'")
    code = f"""
        import asyncio, time
        from inroad.crawl.fetch import WebClient
        from inroad.settings import load_settings
        async def work():
            client = WebClient(load_settings(resolve=({site.rule!r},), respect_robots=False))
            await client.render({URL + "/"!r})
            print("rendered", flush=True)
            await asyncio.sleep(60)
        asyncio.run(work())
    """
    environment = {
        **os.environ,
        "TMPDIR": str(short_folder),
    }  # Chromium's profile folder lies there, which tells ours from others
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(code), stdout=subprocess.PIPE, env=environment, start_new_session=True
    )
    assert process.stdout is not None
    assert (await asyncio.wait_for(process.stdout.readline(), 60)).strip() == b"rendered"
    assert browsers_with(short_folder)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    for _ in range(100):
        if not browsers_with(short_folder):
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"still running: {browsers_with(short_folder)}")


def browsers_with(folder: Path) -> list[int]:
    """Processes whose command line names a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found
