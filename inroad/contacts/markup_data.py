"""Microdata and RDFa: structured data written into the elements' attributes.

What lives here: readers for microdata (HTML standard, section 5), RDFa Lite (https://www.w3.org/TR/rdfa-lite/) and the contact
properties of OpenGraph, each giving items. What does not: JSON-LD (`structured`), class names (`microformats`).
"""

from __future__ import annotations

from typing import Final

from inroad.contacts.document import Document, Element
from inroad.contacts.structured import MAX_ITEMS, Item

_LINK_TAGS: Final = frozenset(("a", "area", "link"))
_SOURCE_TAGS: Final = frozenset(("img", "audio", "video", "source", "iframe", "embed", "track"))
_OPENGRAPH: Final = {
    "email": "email",
    "phone_number": "telephone",
    "fax_number": "faxNumber",
    "street-address": "streetAddress",
    "street_address": "streetAddress",
    "locality": "addressLocality",
    "region": "addressRegion",
    "postal-code": "postalCode",
    "postal_code": "postalCode",
    "country-name": "addressCountry",
    "country_name": "addressCountry",
}
_FOREIGN_NAMES: Final = {
    "tel": "telephone",
    "phone": "telephone",
    "mbox": "email",
    "street-address": "streetAddress",
    "locality": "addressLocality",
    "region": "addressRegion",
    "postal-code": "postalCode",
    "country-name": "addressCountry",
    "fn": "name",
    "title": "jobTitle",
    "org": "worksFor",
    "adr": "address",
    "fax": "faxNumber",
}


def read_microdata(document: Document) -> list[Item]:
    """Every microdata item of the page, in document order; `itemref` is followed one step."""
    return _read(document, scope="itemscope", types="itemtype", prop="itemprop", method="microdata")


def read_rdfa(document: Document) -> list[Item]:
    """Every RDFa Lite item of the page, in document order."""
    return _read(document, scope="typeof", types="typeof", prop="property", method="rdfa")


def _read(document: Document, *, scope: str, types: str, prop: str, method: str) -> list[Item]:
    if scope not in document.attribute_names:
        return []
    found: list[Item] = []
    open_items: list[tuple[int, Item]] = []  # index after the item's last element, item
    referenced: list[tuple[Item, str]] = []
    for element in document.elements:
        while open_items and open_items[-1][0] <= element.index:
            open_items.pop()
        attrs = element.attrs
        if not attrs or (scope not in attrs and prop not in attrs):
            continue
        holder = open_items[-1][1] if open_items else None
        value: str | Item
        if scope in attrs and len(found) < MAX_ITEMS:
            value = Item(_types(attrs.get(types, "")), method, element.index)
            found.append(value)
            open_items.append((element.last, value))
            if attrs.get("itemref"):
                referenced.extend((value, name) for name in attrs["itemref"].split()[:20])
        else:
            value = property_value(document, element)
        if holder is not None and attrs.get(prop):
            for name in attrs[prop].split()[:10]:
                holder.add(_property_name(name), value)
    _follow(document, referenced, found, prop)
    return found


def _follow(document: Document, referenced: list[tuple[Item, str]], found: list[Item], prop: str) -> None:
    if not referenced:
        return
    by_id = {element.attrs["id"]: element for element in reversed(document.elements) if element.attrs.get("id")}
    by_element = {item.element: item for item in found}
    for item, name in referenced[:200]:
        target = by_id.get(name)
        if target is None:
            continue
        skip_until = -1
        for element in document.elements[target.index : min(target.last, target.index + 500)]:
            if element.index < skip_until or not element.attrs.get(prop):
                continue
            part = by_element.get(element.index)
            if part is item:
                continue
            for key in element.attrs[prop].split()[:10]:
                item.add(_property_name(key), part if part is not None else property_value(document, element))
            if part is not None:
                skip_until = element.last


def _types(written: str) -> tuple[str, ...]:
    return tuple(name.replace("#", "/").replace(":", "/").rstrip("/").rpartition("/")[2] for name in written[:500].split())


def _property_name(written: str) -> str:
    name = written.replace("#", "/").replace(":", "/").rstrip("/").rpartition("/")[2]
    return _FOREIGN_NAMES.get(name, name)


def property_value(document: Document, element: Element) -> str:
    """The value an element gives to its property, by the HTML standard's table, `content` first."""
    attrs, tag = element.attrs, element.tag
    if attrs.get("content"):
        return attrs["content"]
    if tag == "meta":
        return ""
    if tag in _LINK_TAGS and attrs.get("href"):
        return attrs["href"]
    if tag in _SOURCE_TAGS:
        return attrs.get("src", "")
    if tag == "time" and attrs.get("datetime"):
        return attrs["datetime"]
    if tag in {"data", "meter"} and attrs.get("value"):
        return attrs["value"]
    return document.text_of(element)[:5_000]


def read_opengraph(document: Document) -> list[Item]:
    """The contact properties of OpenGraph (`og:email`, `business:contact_data:…`, `place:location:…`) as one item."""
    item = Item(("Organization",), "opengraph", 0)
    for element in document.by_tag.get("meta", ()):
        name = element.attrs.get("property", "")
        key = name.lower().rpartition(":")[2]
        if name.lower().startswith(("og:", "business:contact_data:", "place:location:")) and element.attrs.get("content"):
            item.element = element.index
            if key in _OPENGRAPH:
                item.add(_OPENGRAPH[key], element.attrs["content"])
            elif key in {"latitude", "longitude", "site_name", "description"}:
                item.add({"site_name": "name"}.get(key, key), element.attrs["content"])
    return [item] if item.properties else []
