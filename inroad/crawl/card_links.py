"""The addresses that a contact card (vCard) names: a person's page, the company's.

What lives here: URL properties of RFC 6350 and of the older versions. What does not: the contacts in a card
(`inroad.contacts.vcards`), and which of the addresses are pages of the site.
"""

from __future__ import annotations

import re
from typing import Final

from inroad.crawl.links import Link
from inroad.crawl.urls import InvalidUrl, canonical_url

MAX_LINKS: Final = 200
"""Addresses of one file; an export of a whole address book has more, and its people are not this company's pages."""

_MAX_CHARS: Final = 1_000_000
_FOLD = re.compile(r"\r?\n[ \t]")
_URL = re.compile(r"(?:[A-Za-z0-9\-]{1,20}\.)?URL(?:;[^:\r\n]{0,200})?:[ \t]{0,8}([^\s]{1,2000})", re.IGNORECASE)


def is_card(text: str) -> bool:
    """Whether a document is a vCard: it begins with one."""
    return text[:64].lstrip("\ufeff \t\r\n")[:11].upper() == "BEGIN:VCARD"


def card_links(text: str, *, url: str) -> list[Link]:
    """The http(s) addresses of a vCard file's URL properties, canonical and each once, at most `MAX_LINKS`.

    Folded lines are joined (RFC 6350, section 3.2); a backslash before a colon, comma or semicolon is an escape.

    Args:
        text: The decoded file.
        url: Where it was read.
    """
    found: dict[str, Link] = {}
    for line in _FOLD.sub("", text[:_MAX_CHARS]).splitlines():
        match = _URL.match(line)
        if match is None:
            continue
        try:
            target = canonical_url(match[1].replace("\\", ""), base=url)
        except InvalidUrl:
            continue
        found.setdefault(target, Link(target, "", (), "anchor"))
        if len(found) >= MAX_LINKS:
            break
    return list(found.values())
