"""One page, one row: other schemes and hosts under which a site shows the same pages (http and https, with www. and without).

What lives here: which origins are another's twin, asking the site once whether they are the same, and the name that a URL gets by
that. What does not: canonical URLs, which never change scheme or host (`inroad.crawl.urls`), because for some sites they differ.

The decision is the site's: a page of the twin leads to the same page of the home page's origin, or names it as its canonical
form, or the twin does not answer at all. It is kept on the domain with its reason and time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from inroad.crawl.fetch import WebClient
from inroad.crawl.html import decode_html, parse_html
from inroad.crawl.response import Response
from inroad.crawl.urls import canonical_url
from inroad.guard.errors import InroadError, PermanentError
from inroad.stages.work import Work
from inroad.store.domains import update_domain
from inroad.store.models import Domain

# Pages asked for at most in one run before an origin that gives no clear answer is left for the next.
SAMPLES: Final = 2
# An origin whose pages are its own is asked again after this: sites move to https.
BELIEVED_FOR: Final = timedelta(days=30)
# The twin cannot be read at all; the home page's origin can.
SILENT: Final = frozenset({"unknown-host", "no-route", "connect-failed", "tls-failed"})


def origin_of(url: str) -> str:
    """Scheme, host and port of a canonical URL."""
    return "/".join(url.split("/", 3)[:3])


def entrance(url: str) -> str:
    """The front page of a URL's origin: what is asked for where a file says nothing of the pages beside it."""
    return origin_of(url) + "/"


def home_origin(domain: Domain) -> str | None:
    """The origin under which a domain's home page answers; None where it does not."""
    return origin_of(canonical_url(domain.home_url)) if domain.home_url else None


def is_twin(origin: str, home: str) -> bool:
    """Whether two different origins are the same host but for the scheme or a leading `www.`, on the schemes' own ports."""
    return origin != home and _bare(origin) == _bare(home) and origin.count(":") == home.count(":") == 1


def _bare(origin: str) -> str:
    return origin.partition("://")[2].removeprefix("www.")


def known_aliases(domain: Domain) -> dict[str, str]:
    """Decided origins, and the origin that their pages are rows under: the home page's, or their own."""
    home = home_origin(domain)
    out: dict[str, str] = {}
    for origin, decision in domain.origin_aliases.items():
        target = decision.get("origin")
        if target == home or (target == origin and _is_believed(decision)):
            out[origin] = target
    return out


def _is_believed(decision: Mapping[str, Any]) -> bool:
    try:
        return datetime.now(UTC) - datetime.fromisoformat(str(decision.get("at"))) < BELIEVED_FOR
    except (TypeError, ValueError):
        return False


def renamed(domain: Domain, url: str) -> str:
    """A canonical URL under the origin that its page is a row under, as far as that is decided."""
    decision = domain.origin_aliases.get(origin_of(url))
    if decision is None or decision.get("origin") != home_origin(domain):
        return url
    return str(decision["origin"]) + url[len(origin_of(url)) :]


class Origins:
    """The origins of one domain in one run.

    Args:
        work: The run's context.
        web: The guarded client.
        domain: The domain, with what was decided before.
    """

    def __init__(self, work: Work, web: WebClient, domain: Domain) -> None:
        self._work, self._web, self._domain = work, web, domain
        self._home = home_origin(domain)
        self._aliases = known_aliases(domain)
        self._asked: dict[str, int] = {}
        self._asking = asyncio.Lock()

    @property
    def aliases(self) -> Mapping[str, str]:
        """Decided origins; grows while a run decides more."""
        return self._aliases

    def is_open(self, origin: str) -> bool:
        """Whether an origin may be a twin and nothing is decided yet."""
        return self._home is not None and origin not in self._aliases and is_twin(origin, self._home)

    async def learn(self, redirects: Iterable[str]) -> None:
        """Takes front pages that have led to the home page on the way for what they are: nobody need ask for them again.

        Args:
            redirects: URLs that the home page was reached by.
        """
        for asked in redirects:
            try:
                url = canonical_url(asked)
            except PermanentError:
                continue
            if self._home is not None and url == entrance(url) and self.is_open(origin_of(url)):
                await self._keep(origin_of(url), self._home, "redirect")

    async def settle(self, samples: Iterable[str]) -> None:
        """Decides on the origins of some canonical URLs, by asking for one of each; those that are clear cost nothing."""
        for url in samples:
            origin = origin_of(url)
            if not self.is_open(origin) or self._home is None:
                continue
            async with self._asking:
                if self.is_open(origin) and self._asked.get(origin, 0) < SAMPLES:
                    self._asked[origin] = self._asked.get(origin, 0) + 1
                    if decision := await self._decide(origin, url, self._home):
                        await self._keep(origin, *decision)

    async def _decide(self, origin: str, url: str, home: str) -> tuple[str, str] | None:
        """The origin that the pages of a twin are rows under, and why; None where the answer says nothing."""
        twin = home + url[len(origin) :]
        try:
            response = await self._web.fetch(url, purpose="page")
        except InroadError as error:
            return (home, f"does not answer: {error.reason}") if error.reason in SILENT else None
        if _is_same_page(response.url, twin) or (url == entrance(url) and self._is_home(response.url)):
            return home, "redirect"
        if origin_of(response.url) != origin:
            return None
        if _canonical_link(response) == twin:
            return home, "canonical link"
        return origin, "answers itself"

    def _is_home(self, url: str) -> bool:
        return self._domain.home_url is not None and _is_same_page(url, self._domain.home_url)

    async def _keep(self, origin: str, target: str, why: str) -> None:
        self._aliases[origin] = target
        decision = {"origin": target, "why": why, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        self._domain.origin_aliases = {**self._domain.origin_aliases, origin: decision}
        await self._work.database.run(update_domain, self._domain.id, origin_aliases=self._domain.origin_aliases)


def _is_same_page(url: str, twin: str) -> bool:
    """Whether a redirect has led to the same page; sites add or drop the last slash and change case on the way."""
    return canonical_url(url).rstrip("/").lower() == twin.rstrip("/").lower()


def _canonical_link(response: Response) -> str | None:
    """The page's `link rel=canonical` (RFC 6596), in canonical form."""
    html = decode_html(response.body, response.headers.get("content-type"))
    for node in parse_html(html).css("link[rel][href]"):
        if (node.attributes.get("rel") or "").strip().lower() == "canonical":
            try:
                return canonical_url(node.attributes.get("href") or "", base=response.url)
            except PermanentError:
                return None
    return None
