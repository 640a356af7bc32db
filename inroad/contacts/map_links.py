"""What links to maps say: coordinates, and the address that is looked for.

What lives here: the links and embedded maps of Google, OpenStreetMap, Apple, Bing, Waze and HERE, `geo:` URIs (RFC 5870), the
meta elements `ICBM` and `geo.position`, `data-lat` attributes, and which address of the page they belong to. What does not:
schema.org's GeoCoordinates (`schema_contacts`), and any guess: coordinates that could be two addresses' belong to none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from inroad.contacts.addresses import address_key, find_addresses
from inroad.contacts.confidence import ADDRESS
from inroad.contacts.document import Document, Element
from inroad.contacts.finding import Finding

MAX_LINKS: Final = 60
MAX_URL: Final = 3_000
_MAX_CARD: Final = 1_500
_MAX_STEPS: Final = 8
Coordinates = tuple[float, float]

_MAP = re.compile(r"map|geo:|waze\.com|goo\.gl", re.IGNORECASE)
_HOSTS = re.compile(
    r"(?:www\.|maps\.|m\.)?google\.(?:[a-z]{2,3}|com?\.[a-z]{2})|maps\.googleapis\.com|(?:www\.)?openstreetmap\.(?:org|de)|osm\.org|"
    r"maps\.apple\.com|(?:www\.)?bing\.com|(?:www\.|ul\.)?waze\.com|(?:share|wego)\.here\.com"
)
_NUMBER: Final = r"-?\d{1,3}\.\d{2,15}"
_PAIR = re.compile(rf"\s*(?:loc:|point\.)?({_NUMBER})\s?[,~_ ;/]\s?({_NUMBER})")
_AT = re.compile(rf"/@({_NUMBER}),({_NUMBER}),")
_MARKED = re.compile(rf"!3d({_NUMBER})!4d({_NUMBER})")  # the place itself; /@ is only what the window shows
_EMBEDDED = re.compile(rf"!2d({_NUMBER})!3d({_NUMBER})")  # longitude first
_FRAGMENT = re.compile(rf"map=\d{{1,2}}/({_NUMBER})/({_NUMBER})")
_KEYS: Final = (
    "marker",
    "markers",
    "q",
    "query",
    "ll",
    "sll",
    "daddr",
    "destination",
    "coordinate",
    "cp",
    "sp",
    "center",
    "map",
    "cbll",
)
_WORD_KEYS: Final = ("q", "query", "daddr", "destination", "address", "where1")


def coordinates_in(link: str) -> Coordinates | None:
    """The coordinates that a link to a map names.

    Args:
        link: Absolute URL or `geo:` URI.

    Returns:
        Latitude and longitude in degrees (WGS 84); None for other links, impossible values and the null point.
    """
    link = link.strip()[:MAX_URL]
    if link[:4].lower() == "geo:":
        return _pair(_PAIR.match(link[4:]))
    parts = _map_parts(link)
    if parts is None:
        return None
    path, query, fragment = parts
    values = dict(reversed(_pairs(query)))
    if "mlat" in values and "mlon" in values:
        return _checked(values["mlat"], values["mlon"])
    whole = unquote(f"{path}?{query}")
    if found := _pair(_MARKED.search(whole)):
        return found
    for key in _KEYS:
        if key in values and (found := _pair(_PAIR.match(values[key].rpartition("|")[2]))):
            return found
    if embedded := _EMBEDDED.search(whole):
        return _checked(embedded.group(2), embedded.group(1))
    return _pair(_AT.search(whole)) or _pair(_FRAGMENT.search(fragment))


def place_in(link: str) -> str:
    """The words that a link to a map looks for; empty where it names none."""
    parts = _map_parts(link.strip()[:MAX_URL])
    if parts is None:
        return ""
    path, query, _ = parts
    values = dict(reversed(_pairs(query)))
    words = next((values[key] for key in _WORD_KEYS if values.get(key) and not _PAIR.match(values[key])), "")
    if not words and (place := re.search(r"/maps/(?:place|search|dir/)/?([^/@?]{6,300})", path)):
        words = unquote(place.group(1)).replace("+", " ")
    return " ".join(words.split())[:300]


def _map_parts(link: str) -> tuple[str, str, str] | None:
    try:
        parts = urlsplit("https:" + link if link.startswith("//") else link)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if not _HOSTS.fullmatch(host) or (host.endswith("bing.com") and "maps" not in parts.path):
        return None
    if "google." in host and "map" not in host + parts.path:
        return None
    return parts.path, parts.query, parts.fragment


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query.replace("&amp;", "&"), max_num_fields=40)
    except ValueError:
        return []


def _pair(match: re.Match[str] | None) -> Coordinates | None:
    return _checked(match.group(1), match.group(2)) if match else None


def _checked(latitude: str, longitude: str) -> Coordinates | None:
    try:
        point = (float(latitude), float(longitude))
    except ValueError:
        return None
    return point if abs(point[0]) <= 90 and abs(point[1]) <= 180 and point != (0.0, 0.0) else None


def locate_addresses(document: Document, regions: list[str], addresses: list[Finding]) -> list[Finding]:
    """Give a page's addresses the coordinates that its maps name for them.

    Args:
        document: The page.
        regions: Its likely countries.
        addresses: Of the page; their details are changed in place.

    Returns:
        Further addresses: those that only a map link spells out.
    """
    further: list[Finding] = []
    loose: list[Coordinates] = []
    for count, (element, link) in enumerate(_map_links(document)):
        if count >= MAX_LINKS:
            break
        point = coordinates_in(link)
        spelt = _spelt(document, element, place_in(link), regions)
        if spelt is None:
            if point is not None and not _give_to_nearest(document, element, point, addresses):
                loose.append(point)
            continue
        known = _same(spelt, addresses)
        if known is None and not any(_is_same_house(spelt, other) for other in (*addresses, *further)):
            further.append(spelt)
        if point is not None:
            for finding in known or [spelt]:
                finding.details.setdefault("coordinates", point)
    loose.extend(_stated(document))
    _give_the_only(loose, [*addresses, *further])
    return further


def _map_links(document: Document) -> Iterator[tuple[Element, str]]:
    for tag, attribute in (("a", "href"), ("iframe", "src"), ("iframe", "data-src"), ("area", "href")):
        for element in document.by_tag.get(tag, ()):
            link = element.attrs.get(attribute, "")
            if (link[:1] not in "/#?." or link[:2] == "//") and len(link) > 10 and _MAP.search(link[:120]):
                yield element, link


def _spelt(document: Document, element: Element, words: str, regions: list[str]) -> Finding | None:
    """The one complete address that a link's words are."""
    if not 12 <= len(words) <= 200 or not re.search(r"\d", words):
        return None
    line = Document(document.url, text=words, elements=[Element(0, "a", {}, -1, 0)], segment_starts=[0], segment_elements=[0])
    found = [finding for finding in find_addresses(line, regions) if finding.details["complete"]]
    if len(found) != 1:
        return None
    finding = found[0]
    finding.element, finding.start, finding.end, finding.method = element.index, -1, -1, "map-link"
    finding.confidence = ADDRESS["map-link"]
    return finding


def _same(spelt: Finding, addresses: list[Finding]) -> list[Finding] | None:
    key = address_key(spelt.details["parts"])
    return [a for a in addresses if key is not None and address_key(a.details.get("parts", {})) == key] or None


def _is_same_house(spelt: Finding, other: Finding) -> bool:
    """Whether the page itself writes the house that a map's link names, with another suite or without its town."""
    parts = other.details.get("parts", {})
    house, wanted = (
        re.findall(r"\d+|[^\W\d_]{3,}", str(part.get("street", "")).casefold())[:3] for part in (parts, spelt.details["parts"])
    )
    return bool(house) and house == wanted


def _give_to_nearest(document: Document, element: Element, point: Coordinates, addresses: list[Finding]) -> bool:
    """To the one address in the smallest element around the map that holds any."""
    for step, around in enumerate(document.ancestors(element.index)):
        if step > _MAX_STEPS or around.end - around.start > _MAX_CARD or around.tag in {"body", "html"}:
            return False
        inside = [a for a in addresses if around.start <= a.place(document) < around.end and _is_whole(a)]
        if inside:
            if len({_identity(a) for a in inside}) == 1:
                for address in inside:
                    address.details.setdefault("coordinates", point)
                return True
            return False
    return False


def _stated(document: Document) -> Iterator[Coordinates]:
    for element in document.by_tag.get("meta", ())[:200]:
        if element.attrs.get("name", "").lower() in {"icbm", "geo.position"}:
            point = _pair(_PAIR.match(element.attrs.get("content", "")[:100]))
            if point is not None:
                yield point
    if {"data-lat", "data-latitude"} & document.attribute_names:
        for element in document.elements:
            attrs = element.attrs
            latitude = attrs.get("data-lat") or attrs.get("data-latitude")
            longitude = attrs.get("data-lng") or attrs.get("data-lon") or attrs.get("data-long") or attrs.get("data-longitude")
            point = _checked(latitude[:30], longitude[:30]) if latitude and longitude else None
            if point is not None:
                yield point


def _give_the_only(points: list[Coordinates], addresses: list[Finding]) -> None:
    """Where a page has one place and one address, they belong together; a metre more or less is the same place."""
    whole = [address for address in addresses if _is_whole(address)]
    near = {(round(latitude, 3), round(longitude, 3)) for latitude, longitude in points}
    if len(near) == 1 and len({_identity(address) for address in whole}) == 1:
        for address in whole:
            address.details.setdefault("coordinates", points[0])


def _is_whole(address: Finding) -> bool:
    return bool(address.details.get("complete", True))


def _identity(address: Finding) -> object:
    return address_key(address.details.get("parts", {})) or address.value.casefold()
