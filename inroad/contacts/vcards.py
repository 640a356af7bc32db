"""vCards: files that pages link, and cards written into pages.

What lives here: finding cards in a page's source (files, `data:` links, scripts, QR code links, `<pre>`) and reading their
properties into items with schema.org names (RFC 6350; also versions 2.1 and 3.0). What does not: hCard, which is HTML
(`microformats`), and what items mean (`schema_contacts`).
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from inroad.contacts.document import Document
from inroad.contacts.structured import Item

MAX_CARDS: Final = 300
MAX_CARD: Final = 200_000
MAX_LINES: Final = 1_000
_MAX_VALUE: Final = 2_000
_BASE64_BEGIN: Final = "QkVHSU46VkNBUk"  # "BEGIN:VCAR"
# Short ones, each looked for once in the whole source: 0.02 ms for 155 kB.
_SIGNS: Final = ("VCARD", _BASE64_BEGIN[:9])
_CARD = re.compile(r"BEGIN:VCARD", re.IGNORECASE)
_CARD_END = re.compile(r"END:VCARD", re.IGNORECASE)
_CODED = re.compile(rf"BEGIN%3AVCARD[^\s\"'<>&#]{{1,{MAX_CARD}}}", re.IGNORECASE)
_CODED_BASE64 = re.compile(rf"{_BASE64_BEGIN}[A-Za-z0-9+/=%]{{1,{MAX_CARD}}}")
_TEXTS: Final = {
    "FN": "name",
    "TITLE": "jobTitle",
    "ROLE": "roleName",
    "URL": "url",
    "X-SOCIALPROFILE": "url",
    "SOCIALPROFILE": "url",
    "EMAIL": "email",
}
_ADDRESS: Final = (
    "postOfficeBoxNumber",
    "extendedAddress",
    "streetAddress",
    "addressLocality",
    "addressRegion",
    "postalCode",
    "addressCountry",
)


def read_vcards(document: Document) -> list[Item]:
    """Every vCard of a page as items, in the order of its source; the same card twice is one."""
    source = document.source
    if not any(sign in source for sign in _SIGNS):
        return []
    found: list[Item] = []
    element = _place(document)
    for card in dict.fromkeys(_cards(source)):
        found.extend(_items(card, element))
        if len(found) >= MAX_CARDS:
            break
    return found


def _place(document: Document) -> int:
    """The element that holds cards: a script or link that says so, else the root."""
    for tag in ("script", "a", "img", "pre"):
        for element in document.by_tag.get(tag, ()):
            attrs = element.attrs
            said = attrs.get("type", "") + attrs.get("href", "")[:40] + attrs.get("src", "")[:400]
            if "vcard" in said.lower():
                return element.index
    return 0


def _cards(source: str) -> Iterator[str]:
    yield from _plain_cards(source)
    for match in _CODED.finditer(source):
        yield from _plain_cards(unquote(match.group().replace("+", " ")))
    for match in _CODED_BASE64.finditer(source):
        code = unquote(match.group()).rstrip("=")
        try:
            plain = base64.b64decode(code[: len(code) - (len(code) % 4 == 1)] + "=" * (-len(code) % 4))
        except (binascii.Error, ValueError):
            continue
        yield from _plain_cards(plain.decode("utf-8", "replace"))


def _plain_cards(text: str) -> Iterator[str]:
    at = 0
    for _ in range(MAX_CARDS):
        begin = _CARD.search(text, at)
        if begin is None:
            return
        end = _CARD_END.search(text, begin.end())
        if end is None:
            return
        if end.start() - begin.end() > MAX_CARD:
            at = max(begin.end(), end.start() - MAX_CARD)
            continue
        card, at = text[begin.end() : end.start()], end.end()
        if "\n" not in card and "\\n" in card:  # a card in a script's string
            card = card.replace("\\r", "").replace("\\n", "\n")
        yield html.unescape(card) if "&" in card else card


def _unfolded(card: str) -> Iterator[str]:
    """Content lines (RFC 6350, section 3.2); of quoted-printable ones (vCard 2.1) the soft breaks are taken out too."""
    line = ""
    for count, written in enumerate(card.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if count > MAX_LINES:
            break
        if written[:1] in (" ", "\t") and line:
            line = (line + written[1:])[:_MAX_VALUE]
        elif line.endswith("=") and "QUOTED-PRINTABLE" in line.upper():
            line = (line[:-1] + written)[:_MAX_VALUE]
        else:
            yield line
            line = written.strip("\\ ")[:_MAX_VALUE]
    yield line


def _items(card: str, element: int) -> list[Item]:
    item = Item(("Thing",), "vcard", element)
    parts: list[Item] = []
    for line in _unfolded(card):
        head, colon, value = line.partition(":")
        if not colon or not value.strip():
            continue
        name, *parameters = head.upper().split(";")
        _read_property(item, parts, name.rpartition(".")[2].strip(), parameters, _decoded(value.strip(), parameters))
    if not item.properties:
        return []
    _settle(item)
    return [item, *parts]


def _decoded(value: str, parameters: list[str]) -> str:
    if any("QUOTED-PRINTABLE" in parameter for parameter in parameters):
        return quopri.decodestring(value.encode("latin-1", "replace")).decode("utf-8", "replace")
    return value


def _plain(value: str) -> str:
    """A text without its escapes (RFC 6350, section 3.4)."""
    return re.sub(r"\\(.)", lambda m: " " if m.group(1) in "nN" else m.group(1), value).strip()


def _components(value: str) -> list[str]:
    """The components of a structured value; an escaped semicolon ends none."""
    return [_plain(part.replace("\x00", ";")) for part in value.replace("\\;", "\x00").split(";")[:20]]


def _read_property(item: Item, parts: list[Item], name: str, parameters: list[str], value: str) -> None:
    if name in _TEXTS:
        item.add(_TEXTS[name], _plain(value))
    elif name == "TEL":
        number = re.sub(r"^tel:", "", value, flags=re.IGNORECASE)
        item.add("faxNumber" if any("FAX" in parameter for parameter in parameters) else "telephone", number)
    elif name == "N":
        family, given, *_ = [*_components(value), "", ""]
        item.add("familyName", family)
        item.add("givenName", given)
    elif name == "ORG":
        item.add("worksFor", _components(value)[0])
    elif name == "KIND":
        item.add("kind", value.lower())
    elif name == "ADR":
        address = Item(("PostalAddress",), "vcard", item.element)
        for prop, text in zip(_ADDRESS, _components(value), strict=False):
            address.add(prop, text)
        if address.properties:
            item.add("address", address)
            parts.append(address)
    elif name == "GEO" and (numbers := re.findall(r"-?\d{1,3}\.\d{1,12}", value)[:2]) and len(numbers) == 2:
        item.add("latitude", numbers[0])
        item.add("longitude", numbers[1])


def _settle(item: Item) -> None:
    """Decide person or organisation: a card whose organisation is its name is an organisation's."""
    name, organisation = item.text("name"), item.text("worksFor")
    if not name:
        name = " ".join(filter(None, (item.text("givenName"), item.text("familyName")))) or organisation
        item.properties["name"] = [name] if name else []
    if item.text("kind") in {"org", "organization"} or (organisation and name == organisation):
        item.types = ("Organization",)
    elif item.text("familyName") or (organisation and name):
        item.types = ("Person",)
