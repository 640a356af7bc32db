"""Cookies of one run, kept apart by site.

What lives here: a jar for each registrable domain, bounded in number and size. What does not: keeping them at rest and
telling who is logged in (`sessions`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from http.cookiejar import Cookie
from typing import Final

import httpx2

from inroad.crawl.hosts import InvalidUrl, registrable_host

_MAX_SITES: Final = 2_000
_MAX_COOKIES: Final = 60  # of one site; RFC 6265 asks browsers for 50
_MAX_HEADER: Final = 8_192  # characters of one Cookie header; common servers refuse more


class SiteCookies:
    """The cookies of all sites that a client talks to; the longest unused site is forgotten first."""

    def __init__(self) -> None:
        self._jars: OrderedDict[str, httpx2.Cookies] = OrderedDict()

    def attach(self, request: httpx2.Request) -> str:
        """Adds the Cookie header for a request, if there is one to send, and returns it."""
        jar = self._jars.get(_site(request.url.host))
        if jar is None:
            return ""
        jar.set_cookie_header(request)
        header = request.headers.get("cookie", "")
        if len(header) > _MAX_HEADER:
            del request.headers["cookie"]
            return ""
        return header

    def keep(self, response: httpx2.Response) -> None:
        """Takes the cookies that an answer sets; a site that sets too many loses all."""
        site = _site(response.request.url.host)
        jar = self._jars.setdefault(site, httpx2.Cookies())
        self._jars.move_to_end(site)
        jar.extract_cookies(response)
        if len(jar) > _MAX_COOKIES:
            jar.clear()
        if len(self._jars) > _MAX_SITES:
            self._jars.popitem(last=False)

    def put(self, host: str, cookies: Iterable[Cookie]) -> None:
        """Adds cookies to those of a host's site (or of a URL's); of one name, domain and path the new one counts."""
        site = _site(httpx2.URL(host).host if "://" in host else host)
        jar = self._jars.setdefault(site, httpx2.Cookies())
        self._jars.move_to_end(site)
        for cookie in cookies:
            jar.jar.set_cookie(cookie)

    def of(self, host: str) -> list[Cookie]:
        """The cookies of a host's site."""
        jar = self._jars.get(_site(host))
        return [] if jar is None else list(jar.jar)

    def names(self, host: str) -> Iterable[str]:
        """Names of the cookies held for a host's site."""
        return tuple(self._jars.get(_site(host), httpx2.Cookies()))


def _site(host: str) -> str:
    try:
        return registrable_host(host)
    except InvalidUrl:
        return host
