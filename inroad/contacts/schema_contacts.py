# ruff: noqa: E501 - patterns and word lists are kept whole
"""What structured data says about contacts.

What lives here: the walk over items, whatever syntax they came in, and the findings they give: addresses, phones, e-mails,
people, profiles, company numbers. What does not: reading the syntaxes (`structured`, `markup_data`, `microformats`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

from inroad.contacts.confidence import STRUCTURED
from inroad.contacts.document import Document
from inroad.contacts.email_addresses import classify_address, is_placeholder, normalise_address, site_of
from inroad.contacts.email_text import addresses_in
from inroad.contacts.finding import Finding
from inroad.contacts.map_links import coordinates_in
from inroad.contacts.names import is_person_name, tidy_name
from inroad.contacts.phones import PhoneReader
from inroad.contacts.postal import one_line
from inroad.contacts.registrations import normalise_number
from inroad.contacts.socials import profile_of
from inroad.contacts.structured import Item

_PERSON_TYPES: Final = ("Person", "Physician", "Attorney")
_NOT_ABOUT_COMPANY: Final = frozenset(
    ("Review", "Comment", "UserComments", "Rating", "AggregateRating", "Quotation", "Question", "Answer")
)
_WRITTEN_BY: Final = frozenset(("author", "creator", "editor", "reviewedBy", "contributor"))
_NUMBERS: Final = {"vatID": "vat", "taxID": "tax", "leiCode": "lei", "duns": "duns", "iso6523Code": "iso6523"}
_PARTS: Final = {
    "street": ("streetAddress", "street"), "box": ("postOfficeBoxNumber",), "extended": ("extendedAddress",), "city": ("addressLocality",),
    "region": ("addressRegion",), "postcode": ("postalCode",), "country": ("addressCountry",),
}  # fmt: skip


def schema_findings(document: Document, items: list[Item], phones: PhoneReader) -> list[Finding]:
    """Every contact in a page's items.

    Args:
        document: The page.
        items: From all syntaxes.
        phones: Reader that knows the page's regions.

    Returns:
        Findings; the same value may come from several items.
    """
    found: list[Finding] = []
    site = site_of(document.host) if document.host else ""
    unrelated = _unrelated(items)
    for item in items:
        if id(item) in unrelated:
            continue
        found.extend(_of_item(item, site, phones))
    return found


def _unrelated(items: list[Item]) -> set[int]:
    """Reviews and comments, with everything in them: their authors are no contacts of the company."""
    work = [item for item in items if any(t in _NOT_ABOUT_COMPANY for t in item.types)]
    seen: set[int] = set()
    while work:
        item = work.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        work.extend(value for name in ("author", "creator") for value in item.items(name))
    return seen


def _of_item(item: Item, site: str, phones: PhoneReader) -> Iterator[Finding]:
    name = _name_of(item)
    role = item.text("jobTitle", "contactType", "roleName") or None
    belief = STRUCTURED[item.method]
    yield from _emails(item, site, name, role, belief)
    yield from _phones(item, phones, name, role, belief)
    yield from _addresses(item, name, belief)
    yield from _profiles(item, name, belief)
    yield from _numbers(item, name, belief)
    if item.is_a(*_PERSON_TYPES) and name:
        yield from _person(item, name, role, belief)
    for prop in _WRITTEN_BY:
        for writer in item.texts(prop):
            if not item.items(prop) and is_person_name(writer):
                yield Finding(
                    "person", tidy_name(writer), writer, item.method, 0.5, element=item.element, name=tidy_name(writer), role=None
                )


def _name_of(item: Item) -> str | None:
    name = item.text("name") or " ".join(item.texts("givenName")[:1] + item.texts("familyName")[:1])
    if not name and item.is_a("PostalAddress", "ContactPoint"):
        return None
    return html.unescape(name)[:200] or None


def _emails(item: Item, site: str, name: str | None, role: str | None, belief: float) -> Iterator[Finding]:
    for raw in item.texts("email")[:20]:
        text = re.sub(
            r"^mailto:", "", unquote(html.unescape(raw)) if "%" in raw else html.unescape(raw), flags=re.IGNORECASE
        ).partition("?")[0]
        for value, _, _ in addresses_in(text):
            address = normalise_address(value)
            if address and not is_placeholder(address, site=site):
                details = classify_address(address, site=site)
                yield Finding(
                    "email", address, raw, item.method, belief, element=item.element, name=name, role=role, details=details
                )


def _phones(item: Item, phones: PhoneReader, name: str | None, role: str | None, belief: float) -> Iterator[Finding]:
    region = _country_of(item)
    for prop, kind in (("telephone", None), ("phone", None), ("faxNumber", "fax")):
        for raw in item.texts(prop)[:20]:
            finding = phones.read(raw, method=item.method, confidence=belief, element=item.element, region=region, kind=kind)
            if finding is not None:
                finding.name, finding.role = name, role
                yield finding


def _country_of(item: Item) -> str | None:
    for address in (item, *item.items("address", "location")):
        country = address.text("addressCountry")
        if len(country) == 2 and country.isalpha():
            return country.upper()
    return None


def _addresses(item: Item, name: str | None, belief: float) -> Iterator[Finding]:
    if item.is_a("PostalAddress"):
        if not item.is_part and (finding := _address_finding(item, None, belief)) is not None:
            yield finding
        return
    for address in item.items("address", "location"):
        if address.is_a("PostalAddress") or address.texts("streetAddress"):
            finding = _address_finding(address, name, belief)
            if finding is not None:
                finding.details.update(_coordinates(item) or _coordinates(address))
                yield finding
    if item.texts("streetAddress") and not item.is_a("PostalAddress"):
        finding = _address_finding(item, name, belief * 0.95)
        if finding is not None:
            finding.details.update(_coordinates(item))
            yield finding
    for raw in item.properties.get("address", ())[:5]:
        if isinstance(raw, str) and 12 <= len(raw) <= 300 and re.search(r"\d", raw) and "@" not in raw and "://" not in raw:
            line = ", ".join(part.strip() for part in re.split(r"[\n\r]+", html.unescape(raw)) if part.strip())
            finding = Finding("address", " ".join(line.split()), raw, item.method, belief * 0.85, element=item.element, name=name)
            finding.details.update(_coordinates(item))
            yield finding


def _address_finding(item: Item, name: str | None, belief: float) -> Finding | None:
    parts: dict[str, Any] = {}
    for part, props in _PARTS.items():
        value = html.unescape(item.text(*props))
        if part == "street" and len(item.texts(*props)) > 1:
            value = ", ".join(html.unescape(" ".join(v.split())) for v in item.texts(*props)[:4])
        if value:
            parts[part] = value[:200]
    street = parts.get("street") or parts.get("box")
    if not street and not ("postcode" in parts and "city" in parts):
        return None
    raw = ", ".join(" ".join(value.split()) for props in _PARTS.values() for value in item.texts(*props)[:4])
    return Finding(
        "address",
        one_line(parts),
        raw[:400],
        item.method,
        belief if street else belief * 0.7,
        element=item.element,
        name=name,
        details={"parts": parts},
    )


def _coordinates(item: Item) -> dict[str, Any]:
    for place in (*item.items("geo"), item):
        try:
            latitude, longitude = (
                float(place.text("latitude").replace(",", ".")),
                float(place.text("longitude").replace(",", ".")),
            )
        except ValueError:
            continue
        if -90 <= latitude <= 90 and -180 <= longitude <= 180 and (latitude or longitude):
            return {"coordinates": (latitude, longitude)}
    for link in item.texts("hasMap", "map")[:5]:
        if (point := coordinates_in(link)) is not None:
            return {"coordinates": point}
    return {}


def _profiles(item: Item, name: str | None, belief: float) -> Iterator[Finding]:
    for raw in item.texts("sameAs", "url")[:60]:
        profile = profile_of(raw)
        if profile is not None:
            details = {"network": profile.network, "type": profile.kind}
            yield Finding("social", profile.url, raw, item.method, belief, element=item.element, name=name, details=details)


def _numbers(item: Item, name: str | None, belief: float) -> Iterator[Finding]:
    for prop, kind in _NUMBERS.items():
        for raw in item.texts(prop)[:5]:
            value = normalise_number(kind, raw)
            if value:
                yield Finding(
                    "company_id", value, raw, item.method, belief, element=item.element, name=name, details={"type": kind}
                )


def schema_numbers(items: list[Item]) -> list[Finding]:
    """Only the register numbers of items."""
    return [finding for item in items for finding in _numbers(item, _name_of(item), STRUCTURED[item.method])]


def _person(item: Item, name: str, role: str | None, belief: float) -> Iterator[Finding]:
    if not is_person_name(name, strict=False):
        return
    tidy = tidy_name(name)
    employer = item.text("worksFor", "affiliation", "memberOf")
    confident = belief if role or item.texts("email", "telephone") else belief * 0.7
    yield Finding(
        "person",
        tidy,
        name,
        item.method,
        confident,
        element=item.element,
        name=tidy,
        role=role,
        details={"employer": employer} if employer else {},
    )
