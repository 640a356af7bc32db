"""What a person has decided for one domain: headers, limits, proxies, robots, strategy; and the book that knows it by URL.

What lives here: the frozen value, the checks of what a person may write into it, its sealed form, and the lookup that the web
client makes for every hop, so that a decision holds for redirects and for what a page loads in the browser too. What does not:
the rows (`inroad.store.policies`), and obeying (`calls`, `politeness`, `transport`).
"""

from __future__ import annotations

import json
import re
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from inroad.crawl.hosts import InvalidUrl, canonical_host, registrable_host
from inroad.crawl.proxies import Proxy
from inroad.crawl.response import Strategy, as_strategy
from inroad.guard.errors import UserError
from inroad.guard.vault import Vault
from inroad.store import Database
from inroad.store import policies as queries
from inroad.store.lookups import Lookups

BELIEVED_S: Final = 30.0
"""Seconds for which a policy is used without asking the database: a decision reaches running crawls within that time."""

_KEPT: Final = 10_000  # domains
MAX_HEADERS: Final = 20
_MAX_HEADER_CHARS: Final = 4_096
MAX_INTERVAL_S: Final = 3_600.0
MAX_CONCURRENCY: Final = 64
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")  # RFC 9110 section 5.6.2
_VALUE = re.compile(r"[\t\x20-\x7e]+")
# What the client says itself: who we are, what the connection is like, what is conditional, whose session it is.
_OURS: Final = frozenset(
    {"host", "user-agent", "cookie", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "expect",
     "accept-encoding", "if-none-match", "if-modified-since", "range", "proxy-authorization", "proxy-connection", "keep-alive"}
)  # fmt: skip


class BadPolicy(UserError):
    """What a person wrote for a domain cannot be used; the value is not repeated, as it may be a secret."""

    reason = "bad-policy"


@dataclass(frozen=True, slots=True)
class DomainPolicy:
    """How one domain is fetched; the defaults leave everything to the settings.

    Args:
        domain: Registrable domain; empty for hosts that belong to none.
        domain_id: Its row; None where it is not among the domains.
        respect_robots: False where a person has decided, on the record, that robots.txt is not obeyed there.
        headers: Sent with every request to the domain.
        interval_s: Least seconds between two requests to the domain, in place of the setting.
        concurrency: Requests in flight to the domain in one process, in place of the setting.
        proxies: In place of the setting; empty goes without.
        strategy: The one way its pages are fetched.
        session_version: Of the session kept for it; None without one.
    """

    domain: str
    domain_id: int | None = None
    respect_robots: bool = True
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    interval_s: float | None = None
    concurrency: int | None = None
    proxies: tuple[Proxy, ...] | None = None
    strategy: Strategy | None = None
    session_version: int | None = None


_NOBODY: Final = DomainPolicy("")


def parse_header(text: str) -> tuple[str, str]:
    """Reads `Name: value` as a person writes it.

    Raises:
        BadPolicy: No header, or one that Inroad sends itself.
    """
    name, colon, value = text.partition(":")
    name, value = name.strip(), value.strip()
    if not colon or not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value) or len(value) > _MAX_HEADER_CHARS:
        raise BadPolicy("A header is not of the form 'Name: value'.", mend="Write for instance 'Accept-Language: de'.")
    if name.lower() in _OURS:
        raise BadPolicy(f"{name} is sent by Inroad itself and cannot be set for a domain.", mend="Leave it out.")
    return name, value


def seal_headers(vault: Vault, headers: Sequence[tuple[str, str]]) -> bytes | None:
    """The column's form of headers; None for none.

    Raises:
        BadPolicy: Too many.
        SecretUnreadable: There is no key to seal with.
    """
    if len(headers) > MAX_HEADERS:
        raise BadPolicy(f"A domain may have {MAX_HEADERS} headers of its own.", mend="Leave some out.")
    return vault.seal(json.dumps(dict(headers)).encode()) if headers else None


def seal_proxies(vault: Vault, proxies: Sequence[Proxy] | None) -> bytes | None:
    """The column's form of proxies; None for those of the settings."""
    return None if proxies is None else vault.seal(json.dumps([proxy.url for proxy in proxies]).encode())


def as_policy(stored: queries.StoredPolicy, domain: str, vault: Vault) -> DomainPolicy:
    """The row as a value.

    Raises:
        SecretUnreadable: Headers or proxies were sealed with another key. Going without them would ask the site as somebody
            else than the person wants, or past the proxy.
    """
    headers: Mapping[str, str] = _opened(vault, stored.request_headers_sealed) or {}
    proxies: Sequence[str] | None = _opened(vault, stored.proxies_sealed)
    return DomainPolicy(
        domain,
        domain_id=stored.domain_id,
        respect_robots=stored.respect_robots,
        headers=tuple(headers.items()),
        interval_s=stored.request_interval_s,
        concurrency=stored.request_concurrency,
        proxies=None if proxies is None else tuple(Proxy.parse(url) for url in proxies),
        strategy=as_strategy(stored.fetch_strategy),
        session_version=stored.session_version,
    )


def _opened(vault: Vault, sealed: bytes | None) -> Any:
    return None if sealed is None else json.loads(vault.unseal(sealed))


@lru_cache(maxsize=4096)
def domain_of(url: str) -> str:
    """The registrable domain whose policy holds for a URL; empty where there is none."""
    try:
        host = urlsplit(url).hostname or ""
        return registrable_host(canonical_host(f"[{host}]" if ":" in host else host))
    except (InvalidUrl, ValueError):
        return ""


class PolicyBook:
    """Knows each domain's policy.

    Args:
        database: Holds the decisions; None knows only what it is told.
        vault: Opens their secrets.
    """

    def __init__(self, database: Database | None, vault: Vault) -> None:
        self._stored = Lookups(database, queries.load_policies) if database is not None else None
        self._vault = vault
        self._told: dict[str, DomainPolicy] = {}
        self._held: OrderedDict[str, tuple[float, DomainPolicy]] = OrderedDict()

    def tell(self, policy: DomainPolicy) -> None:
        """Lets a policy hold for its domain, whatever the database says."""
        self._told[policy.domain] = policy

    async def of(self, url: str) -> DomainPolicy:
        """The policy of a URL's domain.

        Raises:
            SecretUnreadable: Its secrets cannot be opened.
            DatabaseUnavailable: It cannot be asked for.
        """
        domain = domain_of(url)
        if domain in self._told:
            return self._told[domain]
        if self._stored is None or not domain:
            return _NOBODY
        return self._believed(domain) or await self._asked(domain, self._stored)

    def _believed(self, domain: str) -> DomainPolicy | None:
        held = self._held.get(domain)
        return held[1] if held is not None and held[0] > time.monotonic() else None

    async def _asked(self, domain: str, book: Lookups[str, queries.StoredPolicy]) -> DomainPolicy:
        stored = await book.of(domain)
        if held := self._believed(domain):  # the many tasks of one domain ask together; one of them opens the secrets
            return held
        policy = DomainPolicy(domain) if stored is None else as_policy(stored, domain, self._vault)
        self._held[domain] = (time.monotonic() + BELIEVED_S, policy)
        self._held.move_to_end(domain)
        while len(self._held) > _KEPT:
            self._held.popitem(last=False)
        return policy
