"""E-mail addresses on a page, hidden ones included.

What lives here: where on a page addresses stand (text, links, attributes, scripts) and how much each place is believed. What
does not: reading a string (`email_text`), decoding (`email_decoding`), judging one address (`email_addresses`), structured data
(`structured`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import attrgetter
from typing import Final
from urllib.parse import unquote

from inroad.contacts.confidence import EMAIL, when_hidden
from inroad.contacts.document import Document, Element
from inroad.contacts.email_addresses import (
    FREEMAIL_DOMAINS,
    classify_address,
    is_placeholder,
    normalise_address,
    site_of,
)
from inroad.contacts.email_decoding import attribute_readings, decode_cloudflare, rot13, script_readings
from inroad.contacts.email_text import AT_SIGN, AT_WORD, MAX_CANDIDATES, addresses_in, at_marks, read_hidden
from inroad.contacts.finding import Finding

_MAX_SCRIPTS: Final = 200
_MAX_RECIPIENTS: Final = 50

_LABEL_PREFIX = re.compile(
    r"(?:e-?mails?|mailto|mail|correo|courriel|kontakt|contact|email\s?us)[:\-]?(?=[a-z0-9._\-]{2,})", re.IGNORECASE
)
_USER_KEYS: Final = """
    user username name local localpart login mailbox account u part1 first before prefix email-user email-name mail-user
    usr p1 a left lhs id-user recipient
""".split()  # noqa: SIM905
_DOMAIN_KEYS: Final = """
        domain host d site server part2 second after email-domain mail-domain website p2 b right rhs suffix
    """.split()  # noqa: SIM905
_TLD_KEYS: Final = "tld ext part3 third p3 zone topleveldomain".split()  # noqa: SIM905
_MAIL_ATTRIBUTE = re.compile(
    r"mail|contact|addr|enc|crypt|obf|cloak|cf|rot|rev|secret|protect|to$|href|link|token", re.IGNORECASE
)
_SHOWN_ATTRIBUTES: Final = ("title", "alt", "aria-label")
_HANDLERS: Final = ("onclick", "onmouseover", "onfocus", "onmousedown", "onmouseenter")
_LINKS: Final = frozenset(("a", "area", "link"))
_PLAIN_STARTS: Final = frozenset(("/", "#", "?", "."))  # paths: they hold no address but Cloudflare's
_WATCHED: Final = frozenset((*_SHOWN_ATTRIBUTES, *_HANDLERS))
_INDEX = attrgetter("index")
_SPLIT_KEYS: Final = frozenset((*_USER_KEYS, *_DOMAIN_KEYS, *_TLD_KEYS))


def find_emails(document: Document) -> list[Finding]:
    """Every address on a page outside its structured data.

    Args:
        document: The parsed page.

    Returns:
        Findings in no particular order, several for an address that stands in several places.
    """
    site = site_of(document.host) if document.host else ""
    found: list[Finding] = []
    for finding in _all_candidates(document, site):
        address = normalise_address(finding.value)
        if address is None or is_placeholder(address, site=site):
            continue
        finding.value = address
        finding.details.update(classify_address(address, site=site))
        found.append(finding)
        if len(found) >= MAX_CANDIDATES:
            break
    return found


def _all_candidates(document: Document, site: str) -> Iterator[Finding]:
    yield from _in_text(document)
    yield from _in_obfuscated_text(document, site)
    for element in sorted({element.index: element for element in _with_attributes(document)}.values(), key=_INDEX):
        yield from _in_attributes(element, site)
    for index, code in document.scripts[:_MAX_SCRIPTS]:
        if "json" not in document.elements[index].attrs.get("type", ""):
            yield from _in_script(code, index, site)


def _with_attributes(document: Document) -> Iterator[Element]:
    """The elements whose attributes may hold an address; which attributes an element has decides most of it."""
    has_mail_class = any("mail" in name.lower() for name in document.classes)
    for names, elements in document.by_attributes.items():
        data = [name for name in names if name[:5] == "data-"]
        if not _WATCHED.isdisjoint(names) or any(name[5:] in _SPLIT_KEYS or _MAIL_ATTRIBUTE.search(name) for name in data):
            yield from elements
            continue
        if "href" in names:
            for element in elements:
                href = element.attrs["href"]
                if href[:1] not in _PLAIN_STARTS or "/email-protection#" in href:
                    yield element
        for name in data:
            for element in elements:
                if "@" in element.attrs[name] or (has_mail_class and "mail" in element.attrs.get("class", "").lower()):
                    yield element


def _in_text(document: Document) -> Iterator[Finding]:
    for value, start, end in addresses_in(document.text):
        value, start = _without_label(document, value, start)
        yield Finding(
            "email", value, value, "text", EMAIL["text"], start=start, end=end, element=document.element_at(start).index
        )


def _without_label(document: Document, value: str, start: int) -> tuple[str, int]:
    """`<b>Email</b>info@…` reads as one word; the label goes where a text node begins behind it."""
    match = _LABEL_PREFIX.match(value)
    if match and document.is_text_boundary(start + match.end()):
        return value[match.end() :], start + match.end()
    return value, start


def _in_obfuscated_text(document: Document, site: str) -> Iterator[Finding]:
    text = document.text
    for count, mark in enumerate(at_marks(text, document.words)):
        if count >= MAX_CANDIDATES:
            return
        if (hit := read_hidden(text, mark, site)) is not None:
            value, start, end = hit
            yield Finding(
                "email",
                value,
                text[start:end],
                "obfuscated",
                EMAIL["obfuscated"],
                start=start,
                end=end,
                element=document.element_at(start).index,
            )


def _in_attributes(element: Element, site: str) -> Iterator[Finding]:
    attrs = element.attrs
    href = attrs.get("href")
    if href is not None and element.tag in _LINKS and not (href[:1] in _PLAIN_STARTS and "/email-protection#" not in href):
        yield from _in_link(href, element, site)
    data = 0
    for name, value in attrs.items():
        if name[:5] == "data-":
            data += 1
            if name == "data-cfemail":
                yield from _plain(decode_cloudflare(value).partition("?")[0], value, "cfemail", element)
            elif 6 <= len(value) <= 400:
                yield from _in_data(name, value, element)
        elif name in _SHOWN_ATTRIBUTES:
            if "@" in value and element.tag != "input":
                yield from _plain(value, value, "attribute", element)
        elif name in _HANDLERS:
            yield from _in_script(value, element.index, site)
    if data > 1:
        yield from _split_over_attributes(element)


def _in_link(href: str, element: Element, site: str) -> Iterator[Finding]:
    lowered = href[:400].strip().lower()
    if lowered.startswith(("mailto:", "mailto%3a", "email:", "mail:")):
        yield from _in_mailto(href.strip(), element)
    elif "/cdn-cgi/l/email-protection#" in lowered:
        yield from _plain(decode_cloudflare(href.partition("#")[2]).partition("?")[0], href, "cfemail", element)
    elif lowered.startswith("javascript:"):
        yield from _in_script(unquote(href[11:]), element.index, site)
    elif "@" in lowered and not lowered.startswith(("http", "/", "#", "tel", "skype", "sip", "xmpp", "matrix")):
        yield from _plain(
            href if "/" not in href and element.end == element.start else "", href, "mailto", element, confidence=0.8
        )


def _in_mailto(href: str, element: Element) -> Iterator[Finding]:
    """RFC 6068: recipients in the path and in `to`, `cc`, `bcc`; also the sloppy forms with names, entities and `[at]`."""
    body = re.sub(r"^(?:mailto|e?mail)(?::|%3a)\s*", "", href, flags=re.IGNORECASE)
    body = re.sub(r"^(?:mailto:|//)+", "", body, flags=re.IGNORECASE)
    path, _, query = body.partition("?")
    parts = [path]
    for pair in query.replace("&amp;", "&").split("&")[:20]:
        key, _, value = pair.partition("=")
        if key.lower() in {"to", "cc", "bcc"}:
            parts.append(value)
    method = "mailto"
    for recipient in re.split(r"[,;]", ",".join(unquote(part) for part in parts))[:_MAX_RECIPIENTS]:
        yield from _plain(recipient, recipient.strip(), method, element)


def _plain(text: str, raw: str, method: str, element: Element, *, confidence: float | None = None) -> Iterator[Finding]:
    """Addresses in a decoded string, plainly written or spelt with words."""
    if not text or len(text) > 20_000:
        return
    believed = EMAIL[method] if confidence is None else confidence
    believed = when_hidden(believed) if element.hidden else believed
    found = False
    tidy = text.replace(" @ ", "@").replace("%40", "@")
    for value, _, _ in addresses_in(tidy):
        found = True
        yield Finding("email", value, raw if len(raw) < 200 else value, method, believed, element=element.index)
    if not found and len(text) < 400:
        for mark in at_marks(text):
            if (hit := read_hidden(text, mark, "")) is not None:
                yield Finding("email", hit[0], raw, method, believed, element=element.index)


def _in_data(name: str, value: str, element: Element) -> Iterator[Finding]:
    hinted = bool(_MAIL_ATTRIBUTE.search(name)) or "mail" in element.attrs.get("class", "").lower()
    if not hinted and "@" not in value:
        return
    if value.lstrip().startswith(("http", "/", "{", "[{")) and "mailto" not in value:
        return
    for method, plain in attribute_readings(value):
        if method == "attribute" or hinted:
            hits = list(_plain(plain, value, _method(method), element))
            if any(normalise_address(hit.value) for hit in hits):
                yield from hits
                return


def _method(method: str) -> str:
    return method if method in EMAIL else "attribute"


def _split_over_attributes(element: Element) -> Iterator[Finding]:
    """`data-user` and `data-domain` (and `data-tld`), whatever a theme calls them."""
    data = {
        name[5:]: value.strip() for name, value in element.attrs.items() if name.startswith("data-") and 0 < len(value) <= 120
    }
    if len(data) < 2:
        return
    user = next((data[key] for key in _USER_KEYS if key in data), "")
    domain = next((data[key] for key in _DOMAIN_KEYS if key in data), "")
    tld = next((data[key] for key in _TLD_KEYS if key in data), "")
    if not user or not domain:
        return
    whole = f"{user.rstrip('@')}@{domain.lstrip('@')}" + (f".{tld.lstrip('.')}" if tld else "")
    for text, method in (
        (whole, "attributes"),
        (whole[::-1], "reversed"),
        (f"{user[::-1]}@{domain[::-1]}", "reversed"),
        (rot13(whole), "rot13"),
    ):
        hits = [hit for hit in _plain(text, whole, method, element) if normalise_address(hit.value)]
        if hits:
            yield from hits
            return


def _in_script(code: str, index: int, site: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for method, text in script_readings(code):
        if "@" not in text and not AT_SIGN.search(text) and not AT_WORD.search(text):
            continue
        for value in _addresses_in_markup(text):
            address = normalise_address(value)
            if address is None or address in seen or not _believes(method, address, text, site):
                continue
            seen.add(address)
            yield Finding("email", address, text[:200], method, EMAIL[method], element=index)


def _addresses_in_markup(text: str) -> list[str]:
    bare = re.sub(r"<[^<>]{0,500}>", "", text)
    values = [
        value
        for source in dict.fromkeys((text, bare))
        for value, _, _ in addresses_in(unquote(source) if "%" in source else source)
    ]
    if not values and len(bare) < 400:
        values = [hit[0] for mark in at_marks(bare) if (hit := read_hidden(bare, mark, ""))]
    return values


def _believes(method: str, address: str, text: str, site: str) -> bool:
    """A literal in a script may be anything; what was put together, or belongs to the site, is meant for readers."""
    domain = address.rpartition("@")[2]
    own = bool(site) and (domain == site or domain.endswith("." + site))
    if method in {"rot13", "base64"}:
        return own or domain in FREEMAIL_DOMAINS or "." not in site or len(domain) > 6
    return method != "script-literal" or own or domain in FREEMAIL_DOMAINS or "mailto:" in text.lower()
