# ruff: noqa: E501 - patterns and word lists are kept whole
"""Microformats: contacts in class names, hCard and h-card, adr and geo.

What lives here: a reader for version 1 and 2 (https://microformats.org/wiki/h-card, /hcard) giving items with schema.org names.
What does not: other microformats, and what the items mean (`schema_contacts`).
"""

from __future__ import annotations

from typing import Final

from inroad.contacts.document import Document, Element
from inroad.contacts.names import is_person_name
from inroad.contacts.structured import MAX_ITEMS, Item

_ROOTS: Final = {
    "vcard": "Card",
    "h-card": "Card",
    "adr": "PostalAddress",
    "h-adr": "PostalAddress",
    "geo": "GeoCoordinates",
    "h-geo": "GeoCoordinates",
}
_PROPERTIES: Final = {
    "fn": "name", "name": "name", "email": "email", "tel": "telephone", "url": "url", "org": "worksFor", "organization-name": "worksFor",
    "title": "jobTitle", "job-title": "jobTitle", "role": "roleName", "adr": "address", "geo": "geo", "street-address": "streetAddress",
    "extended-address": "extendedAddress", "post-office-box": "postOfficeBoxNumber", "locality": "addressLocality", "region": "addressRegion",
    "postal-code": "postalCode", "country-name": "addressCountry", "latitude": "latitude", "longitude": "longitude", "given-name": "givenName",
    "family-name": "familyName", "additional-name": "additionalName", "honorific-prefix": "honorificPrefix", "logo": "logo", "label": "label",
}  # fmt: skip
_V2_PREFIXES: Final = ("p-", "u-", "e-", "dt-")
_TYPED: Final = frozenset(("telephone", "email", "address"))


def read_microformats(document: Document) -> list[Item]:
    """Every hCard, adr and geo of the page as items in document order; cards without any property are left out."""
    if not _ROOTS.keys() & set(" ".join(document.classes).lower().split()):
        return []
    found: list[Item] = []
    open_items: list[tuple[int, Item]] = []
    for element in document.elements:
        while open_items and open_items[-1][0] <= element.index:
            open_items.pop()
        written = element.attrs.get("class")
        if not written:
            continue
        classes = written.lower().split()[:40]
        root = next((_ROOTS[name] for name in classes if name in _ROOTS), "")
        names = _names(classes) if open_items or root else []
        holder = open_items[-1][1] if open_items else None
        if (
            root
            and len(found) < MAX_ITEMS
            and not (root == "PostalAddress" and holder is not None and holder.is_a("PostalAddress"))
        ):
            item = Item((root,), "hcard", element.index)
            found.append(item)
            open_items.append((element.last, item))
            if holder is not None:
                holder.add(names[0] if names else _default_property(root), item)
        elif holder is not None and names:
            _add_values(document, element, holder, names)
    for item in found:
        _settle(item, document)
    return [item for item in found if item.properties]


def _names(classes: list[str]) -> list[str]:
    names = []
    for name in classes:
        bare = name.partition("-")[2] if name.startswith(_V2_PREFIXES) else name
        if bare in _PROPERTIES and (name != "name" or "p-name" in classes):
            names.append(_PROPERTIES[bare])
    return names


# Which attribute of an element that is a card by itself, or the only thing in one, is its name.
_NAMING: Final = {"img": "alt", "area": "alt", "abbr": "title"}


def _default_property(root: str) -> str:
    return {"PostalAddress": "address", "GeoCoordinates": "geo"}.get(root, "card")


def _add_values(document: Document, element: Element, holder: Item, names: list[str]) -> None:
    for name in dict.fromkeys(names):
        is_link = name in {"email", "telephone", "url", "logo"}
        value = _value(document, element, is_link=is_link)
        if name == "telephone" and _has_type(document, element, "fax"):
            name = "faxNumber"
        holder.add(name, value)


def _value(document: Document, element: Element, *, is_link: bool) -> str:
    attrs = element.attrs
    if is_link and element.tag in {"a", "area"} and attrs.get("href"):
        return attrs["href"]
    if element.tag == "img":
        return attrs.get("src", "") if is_link else attrs.get("alt", "")
    if element.tag == "abbr" and attrs.get("title"):
        return attrs["title"]
    if element.tag in {"data", "input"} and attrs.get("value"):
        return attrs["value"]
    parts = [e for e in _inner(document, element) if "value" in e.attrs.get("class", "").lower().split()]
    if parts:
        return "".join(e.attrs["title"] if e.tag == "abbr" and e.attrs.get("title") else document.text_of(e) for e in parts)
    titles = [
        e.attrs["title"]
        for e in _inner(document, element)
        if "value-title" in e.attrs.get("class", "").split() and e.attrs.get("title")
    ]
    return titles[0] if titles else document.text_of(element)[:2_000]


def _has_type(document: Document, element: Element, wanted: str) -> bool:
    return any(
        "type" in e.attrs.get("class", "").lower().split() and wanted in document.text_of(e).lower()
        for e in _inner(document, element)
    )


def _inner(document: Document, element: Element) -> list[Element]:
    return document.elements[element.index + 1 : min(element.last, element.index + 30)]


def _settle(item: Item, document: Document) -> None:
    """Decide person or organisation: a card whose organisation is its name is an organisation's (hCard, section 2.3)."""
    if not item.is_a("Card"):
        return
    name, organisation = item.text("name"), item.text("worksFor")
    if not name and not organisation and item.texts("givenName", "familyName"):
        name = " ".join(item.texts("givenName")[:1] + item.texts("additionalName")[:1] + item.texts("familyName")[:1])
    if not name and not organisation:
        name = _implied_name(document.elements[item.element], document)
    if name and not item.text("name"):
        item.properties["name"] = [name]
    has_person = bool(item.texts("jobTitle", "givenName", "familyName", "roleName"))
    if organisation and (not name or name == organisation):
        item.properties.setdefault("name", [organisation])
        item.types = ("Organization",)
    elif has_person or (organisation and name) or is_person_name(name):
        item.types = ("Person",)
    else:
        item.types = ("Thing",)


def _implied_name(element: Element, document: Document) -> str:
    """What a card without a name is called: its picture's text, an abbreviation's, else its own words (microformats2, section 3.5)."""
    for step in range(3):
        if said := element.attrs.get(_NAMING.get(element.tag, ""), "").strip():
            return said[:200]
        children = [e for e in _inner(document, element) if e.parent == element.index]
        if step == 2 or len(children) != 1 or "h-card" in children[0].attrs.get("class", "").lower().split():
            break
        element = children[0]
    return _own_words(element, document)


def _own_words(element: Element, document: Document) -> str:
    text = document.text_of(element) if element.end - element.start <= 80 else ""
    return text if not any(character.isdigit() for character in text) else ""
