"""Reading the files in which people bring a login: cookies.txt, cookie lists of browser extensions, Playwright's storage state.

What lives here: telling the forms apart and bringing each into Playwright's. What does not: the limits and what belongs to a site
(`storage_state`), where it is kept, and whether it still holds (`sessions`).

Forms: Netscape's cookies.txt with curl's `#HttpOnly_` (https://curl.se/docs/http-cookies.html); JSON lists as Chrome's
`cookies.getAll` gives them (EditThisCookie, Cookie-Editor), as Puppeteer and as Selenium write them; Playwright's
`storage_state` (https://playwright.dev/python/docs/auth).
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable
from typing import Any, Final

from inroad.crawl.storage_state import MAX_BYTES, BadState, StorageState

_FIELDS: Final = 7  # of a line of cookies.txt: domain, subdomains too, path, secure, expiry, name, value
_HTTP_ONLY: Final = "#HttpOnly_"
_MAX_LINES: Final = 20_000
_END_KEYS: Final = ("expires", "expirationDate", "expiry", "expiresDate")
_SAME_SITE: Final = {"strict": "Strict", "lax": "Lax", "none": "None", "no_restriction": "None", "unspecified": "Lax"}
_MEND: Final = "Valid is cookies.txt, a JSON list of cookies, or Playwright's storage state."


def read_session_file(document: bytes, *, domain: str) -> StorageState:
    """Reads a login from a file; what belongs to other sites is left out.

    Args:
        document: The file, in any of the forms.
        domain: Registrable domain of the site.

    Raises:
        BadState: None of the forms, too large, or nothing in it is the site's.
    """
    if len(document) > MAX_BYTES:
        raise BadState(f"The session is larger than {MAX_BYTES:,} bytes.", mend="Export it for this site alone.")
    text = _text(document)
    state = _from_json(text) if text.lstrip()[:1] in ("{", "[") else {"cookies": list(_from_lines(text))}
    return StorageState.parse(json.dumps(state), domain=domain)


def _text(document: bytes) -> str:
    """UTF-8, or UTF-16 with its mark, as Windows' own tools write it."""
    is_wide = document.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return document.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise BadState("The session is not a text file.", mend=_MEND) from None


def _from_json(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadState("The session begins like JSON and is none.", mend="Export it again.") from None
    if isinstance(data, list):
        data = {"cookies": data}
    if not isinstance(data.get("cookies"), list) and not isinstance(data.get("origins"), list):
        raise BadState("The session is JSON without cookies.", mend=_MEND)
    cookies = data.get("cookies")
    rows = cookies if isinstance(cookies, list) else []
    return {**data, "cookies": [_cookie(row) for row in rows if isinstance(row, dict)]}


def _cookie(row: dict[str, Any]) -> dict[str, Any]:
    """One cookie of any of the JSON forms in Playwright's."""
    host = row.get("domain")
    if isinstance(host, str) and row.get("hostOnly") is False and not host.startswith("."):
        host = f".{host}"
    same_site = row.get("sameSite")
    return {
        **{name: row.get(name) for name in ("name", "value", "path", "httpOnly", "secure")},
        "domain": host,
        "expires": next((row[name] for name in _END_KEYS if name in row), -1),
        "sameSite": _SAME_SITE.get(same_site.lower(), "Lax") if isinstance(same_site, str) else "Lax",
    }


def _from_lines(text: str) -> Iterable[dict[str, Any]]:
    """The cookies of cookies.txt; a file without any such line is none."""
    is_any = False
    for line in text.splitlines()[:_MAX_LINES]:
        is_http_only = line.startswith(_HTTP_ONLY)
        fields = (line.removeprefix(_HTTP_ONLY) if is_http_only else line).split("\t")
        if (line.startswith("#") and not is_http_only) or len(fields) not in (_FIELDS - 1, _FIELDS):
            continue
        is_any = True
        host, with_subdomains, path, secure, end, name = (field.strip() for field in fields[:6])
        yield {
            "name": name,
            "value": fields[6].strip() if len(fields) == _FIELDS else "",
            "domain": f".{host.lstrip('.')}" if with_subdomains.upper() == "TRUE" else host,
            "path": path,
            "expires": int(end) if end.isascii() and end.isdigit() and len(end) < 16 and int(end) else -1,
            "httpOnly": is_http_only,
            "secure": secure.upper() == "TRUE",
        }
    if not is_any:
        raise BadState("The session has no line of cookies.txt.", mend=_MEND)
