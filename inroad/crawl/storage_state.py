"""What a logged-in browser holds of one site: cookies and local storage, in Playwright's form.

What lives here: reading that form from a person's file with every limit, and turning it into cookies of the HTTP client and back.
What does not: where it is kept and whether it still holds (`sessions`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookiejar import Cookie
from typing import Any, Final

from inroad.crawl.hosts import InvalidUrl, canonical_host, registrable_host
from inroad.guard.errors import UserError

MAX_BYTES: Final = 2_000_000
"""Of the whole document; browsers give one origin 5 MB, sessions need a few kB."""

_MAX_COOKIES: Final = 60  # as many as the client's jar for one site holds
_MAX_COOKIE_CHARS: Final = 4_096  # RFC 6265 section 6.1
_MAX_ORIGINS: Final = 20
_MAX_ENTRIES: Final = 500
_MAX_ENTRY_CHARS: Final = 200_000
_FOREVER: Final = 4_102_444_800  # the year 2100; a later end is as good


class BadState(UserError):
    """A file is no storage state, or holds nothing for the site."""

    reason = "bad-session"


@dataclass(frozen=True, slots=True)
class StorageState:
    """What is kept of one site.

    Args:
        cookies: Of the site alone.
        origins: Local storage by origin, as pairs of name and value.
    """

    cookies: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    origins: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, document: bytes | str, *, domain: str) -> StorageState:
        """Reads Playwright's `storage_state` JSON; what belongs to other sites is left out.

        Args:
            document: JSON with "cookies" and, where there is any, "origins".
            domain: Registrable domain of the site.

        Raises:
            BadState: Not such a document, too large, or nothing in it is the site's.
        """
        if len(document) > MAX_BYTES:
            raise BadState(f"The session is larger than {MAX_BYTES:,} bytes.", mend="Export it for this site alone.")
        try:
            data = json.loads(document)
        except (ValueError, RecursionError):
            raise BadState("The session is not JSON.", mend="Export it as Playwright's storage state.") from None
        if not isinstance(data, dict):
            raise BadState("The session is not a storage state.", mend="Export it as Playwright's storage state.")
        cookies = tuple(_cookies(data.get("cookies"), domain))
        origins = dict(_origins(data.get("origins"), domain))
        if not cookies and not origins:
            raise BadState(f"The session holds nothing for {domain}.", mend="Log in there first, then export it.")
        return cls(cookies, origins)

    def dump(self) -> bytes:
        """The JSON form, which `parse` reads."""
        return json.dumps(self.as_playwright()).encode()

    def as_playwright(self) -> dict[str, Any]:
        """What `Browser.new_context(storage_state=...)` takes."""
        origins = [
            {"origin": origin, "localStorage": [{"name": name, "value": value} for name, value in entries]}
            for origin, entries in self.origins.items()
        ]
        return {"cookies": [dict(cookie) for cookie in self.cookies], "origins": origins}

    def as_cookies(self) -> list[Cookie]:
        """For the HTTP client's jar."""
        return [as_cookie(cookie) for cookie in self.cookies]


def _belongs(host: str, domain: str) -> bool:
    try:
        return registrable_host(canonical_host(host.removeprefix("."))) == domain
    except InvalidUrl:
        return False


def _rows(value: Any, most: int) -> Iterable[dict[str, Any]]:
    return [row for row in value[: most * 10] if isinstance(row, dict)] if isinstance(value, list) else []


def _cookies(value: Any, domain: str) -> Iterable[dict[str, Any]]:
    taken = 0
    for row in _rows(value, _MAX_COOKIES):
        name, content, host, path = (row.get(key) for key in ("name", "value", "domain", "path"))
        if not (isinstance(name, str) and isinstance(content, str) and isinstance(host, str)) or not _belongs(host, domain):
            continue
        if (
            not name
            or len(name) + len(content) > _MAX_COOKIE_CHARS
            or not (name + content).isprintable()
            or ";" in name + content
        ):
            continue
        same_site = row.get("sameSite")
        yield {
            "name": name,
            "value": content,
            "domain": host.lower(),
            "path": path if isinstance(path, str) and path.startswith("/") else "/",
            "expires": _moment(row.get("expires")),
            "httpOnly": row.get("httpOnly") is True,
            "secure": row.get("secure") is True,
            "sameSite": same_site if same_site in ("Strict", "Lax", "None") else "Lax",
        }
        taken += 1
        if taken >= _MAX_COOKIES:
            return


def _moment(value: Any) -> float:
    """Seconds since 1970; -1 for a cookie that ends with the session."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < math.inf:
        return -1
    return float(min(value, _FOREVER))


def _origins(value: Any, domain: str) -> Iterable[tuple[str, tuple[tuple[str, str], ...]]]:
    for row in list(_rows(value, _MAX_ORIGINS))[:_MAX_ORIGINS]:
        origin = row.get("origin")
        if not isinstance(origin, str) or not origin.startswith(("http://", "https://")):
            continue
        host = origin.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
        if not _belongs(host, domain):
            continue
        entries = [(item.get("name"), item.get("value")) for item in _rows(row.get("localStorage"), _MAX_ENTRIES)]
        kept = tuple(
            (name, text)
            for name, text in entries[:_MAX_ENTRIES]
            if isinstance(name, str) and isinstance(text, str) and len(name) + len(text) <= _MAX_ENTRY_CHARS
        )
        if kept:
            yield origin, kept


def as_cookie(row: Mapping[str, Any]) -> Cookie:
    """One cookie of Playwright's form for the standard library's jar."""
    host, expires = str(row["domain"]), row.get("expires", -1)
    return Cookie(
        version=0,
        name=str(row["name"]),
        value=str(row["value"]),
        port=None,
        port_specified=False,
        domain=host if host.startswith(".") or "." in host else f"{host}.local",  # the jar's own rule for single labels
        domain_specified=host.startswith("."),
        domain_initial_dot=host.startswith("."),
        path=str(row.get("path") or "/"),
        path_specified=True,
        secure=bool(row.get("secure")),
        expires=int(expires) if isinstance(expires, int | float) and expires > 0 else None,
        discard=False,
        comment=None,
        comment_url=None,
        rest={"HttpOnly": ""} if row.get("httpOnly") else {},
    )


def from_cookies(cookies: Sequence[Cookie]) -> tuple[dict[str, Any], ...]:
    """The client's cookies in Playwright's form."""
    return tuple(
        {
            "name": cookie.name,
            "value": cookie.value or "",
            "domain": cookie.domain,
            "path": cookie.path,
            "expires": float(cookie.expires) if cookie.expires else -1,
            "httpOnly": cookie.has_nonstandard_attr("HttpOnly"),
            "secure": cookie.secure,
            "sameSite": "Lax",
        }
        for cookie in cookies[:_MAX_COOKIES]
    )
