"""Sessions: being logged in at a site, with what a person has given us, and knowing when that is over.

What lives here: loading a domain's session into the client, its probe, and keeping what the site made of it. What does not: its
form (`storage_state`), its row (`inroad.store.policies`), and logging in, which a person does.

A page that a logged-out visitor sees may look like content; so each session may have a probe, a page with a text or an element
that only the logged-in see, which is asked for before the first page and every few minutes after.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from inroad.crawl.cookies import SiteCookies
from inroad.crawl.failures import LoggedOut, WebError
from inroad.crawl.html import decode_html, parse_html, readable_text
from inroad.crawl.policies import DomainPolicy, domain_of
from inroad.crawl.response import Response
from inroad.crawl.storage_state import BadState, StorageState, from_cookies
from inroad.crawl.verdicts import judge_page
from inroad.guard.vault import Vault
from inroad.store import Database
from inroad.store import policies as queries

PROBE_EVERY_S: Final = 300.0
"""Seconds for which a probe's answer is believed."""

_MAX_EXPECTED_CHARS: Final = 500
_LOGIN_STATUSES: Final = frozenset({401, 403, 404, 410})  # sites answer a stranger's visit to an account with any of these


@dataclass(frozen=True, slots=True)
class SessionProbe:
    """How to tell "logged in" from "logged out".

    Args:
        url: A page of the same domain that shows who is logged in.
        text: What it says then, in any case; None where the selector tells.
        selector: CSS selector of an element that it has then; None where the text tells.

    Raises:
        BadState: Neither is given, the URL is another domain's, or the selector is none.
    """

    url: str
    text: str | None = None
    selector: str | None = None

    def check(self, domain: str) -> SessionProbe:
        """The probe, where it can be used for a domain."""
        if domain_of(self.url) != domain or not self.url.startswith(("http://", "https://")):
            raise BadState(f"The probe's URL is not a page of {domain}.", mend="Name a page that only the logged-in see whole.")
        if not (self.text or "").strip() and not (self.selector or "").strip():
            raise BadState("The probe expects nothing.", mend="Name a text or a CSS selector that only the logged-in see.")
        if max(len(self.text or ""), len(self.selector or "")) > _MAX_EXPECTED_CHARS:
            raise BadState(f"The probe expects more than {_MAX_EXPECTED_CHARS} characters.", mend="Shorten it.")
        if self.selector:
            _select(parse_html("<p>"), self.selector)
        return self

    def is_logged_in(self, html: str) -> bool:
        """Whether a page shows what is expected of a logged-in visitor."""
        tree = parse_html(html)
        if self.selector and not _select(tree, self.selector):
            return False
        wanted = " ".join((self.text or "").casefold().split())
        return wanted in " ".join(readable_text(tree).casefold().split())


def _select(tree: LexborHTMLParser, selector: str) -> bool:
    try:
        return tree.css_first(selector) is not None
    except Exception as error:  # selectolax raises plain exceptions of several kinds for a faulty selector
        raise BadState(f"{selector[:80]!r} is not a CSS selector.", mend="Correct it.") from error


@dataclass(slots=True)
class _Held:
    """A session in use."""

    domain: str
    stored: queries.StoredSession
    origins: Mapping[str, tuple[tuple[str, str], ...]]
    loaded: bytes
    probed_at: float | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def probe(self) -> SessionProbe | None:
        row = self.stored
        return SessionProbe(row.probe_url, row.probe_text, row.probe_selector) if row.probe_url else None


Fetch = Callable[[str], Awaitable[Response]]


class Sessions:
    """The sessions of one client.

    Args:
        cookies: The client's; a session's are put among them.
        database: Keeps the sessions; None has none.
        vault: Opens and seals them.
        fetch: Gets a probe's page.
    """

    def __init__(self, cookies: SiteCookies, database: Database | None, vault: Vault, fetch: Fetch) -> None:
        self._cookies = cookies
        self._database = database
        self._vault = vault
        self._fetch = fetch
        self._held: dict[str, _Held] = {}
        self._loading = asyncio.Lock()

    async def enter(self, url: str, policy: DomainPolicy, *, needs_login: bool = True) -> None:
        """Makes a request to a domain one of its session.

        Args:
            url: What will be asked for.
            policy: Of its domain.
            needs_login: Whether the answer is content, which a logged-out visit must not be.

        Raises:
            LoggedOut: The probe says that the session no longer holds.
            FetchFailed, FetchInterrupted, HostBusy: The probe cannot be asked.
            SecretUnreadable: The session was sealed with another key.
        """
        if policy.session_version is None or self._database is None:
            return
        held = await self._loaded(policy, self._database)
        if held is None or held.probe is None or not needs_login:
            return
        async with held.lock:
            if held.probed_at is None or time.monotonic() - held.probed_at > PROBE_EVERY_S:
                await self._probe(url, held, held.probe, self._database)

    async def _loaded(self, policy: DomainPolicy, database: Database) -> _Held | None:
        async with self._loading:
            held = self._held.get(policy.domain)
            if held is not None and held.stored.version == policy.session_version:
                return held
            assert policy.domain_id is not None
            stored = await database.run(queries.load_session, policy.domain_id)
            if stored is None:
                return None
            state = StorageState.parse(self._vault.unseal(stored.state_sealed), domain=policy.domain)
            self._cookies.put(policy.domain, state.as_cookies())
            held = self._held[policy.domain] = _Held(policy.domain, stored, state.origins, b"")
            held.loaded = self._state(held).dump()
            return held

    async def _probe(self, url: str, held: _Held, probe: SessionProbe, database: Database) -> None:
        is_in = await self._ask(probe)
        await database.run(queries.record_probe, held.stored.domain_id, held.stored.version, is_logged_in=is_in)
        if not is_in:
            what = f"is not read: the session of {held.domain} is logged out ({probe.url} does not show what it should)"
            raise LoggedOut(url, what, reason="logged-out")
        held.probed_at = time.monotonic()

    async def _ask(self, probe: SessionProbe) -> bool:
        try:
            answer = await self._fetch(probe.url)
        except WebError as error:
            if error.status in _LOGIN_STATUSES:
                return False
            raise
        html = decode_html(answer.body, answer.headers.get("content-type"))
        verdict = judge_page(answer.status, answer.headers, html, url=answer.url)
        return (verdict is None or verdict.kind not in ("login", "blocked")) and probe.is_logged_in(html)

    def is_held(self, url: str) -> bool:
        """Whether a URL's domain has a session in use."""
        return domain_of(url) in self._held

    def doubt(self, url: str) -> None:
        """A page asked for a login: the next request of its domain asks the probe anew."""
        if held := self._held.get(domain_of(url)):
            held.probed_at = None

    def state_for(self, url: str) -> StorageState | None:
        """What the browser is given for a page: the session as it stands now; None without one."""
        held = self._held.get(domain_of(url))
        return self._state(held) if held is not None else None

    def _state(self, held: _Held) -> StorageState:
        return StorageState(from_cookies(self._cookies.of(held.domain)), dict(held.origins))

    def take(self, url: str, left: Mapping[str, Any]) -> None:
        """Takes over what a page's scripts have left in the browser.

        Args:
            url: The page.
            left: Playwright's storage state at its end.
        """
        domain = domain_of(url)
        try:
            state = StorageState.parse(json.dumps(left), domain=domain)
        except BadState:
            return
        self._cookies.put(domain, state.as_cookies())
        if held := self._held.get(domain):
            held.origins = {**held.origins, **state.origins}

    async def save(self) -> None:
        """Keeps what the sites made of their sessions, unless a person has given newer ones meanwhile."""
        if self._database is None:
            return
        for held in self._held.values():
            state = self._state(held).dump()
            if state == held.loaded or (held.probed_at is None and held.probe is not None):
                continue  # unchanged, or what a logged-out visit was given
            await self._database.run(queries.renew_session, held.stored.domain_id, held.stored.version, self._vault.seal(state))
            held.loaded = state
