# ruff: noqa: E501 - patterns and word lists are kept whole
"""E-mail addresses on a page, hidden ones included.

What lives here: where on a page addresses stand (text, links, attributes, scripts) and how much each place is believed. What
does not: decoding (`email_decoding`), judging one address (`email_addresses`), structured data (`structured`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import attrgetter
from typing import Final, NamedTuple
from urllib.parse import unquote

from inroad.contacts.confidence import EMAIL, when_hidden
from inroad.contacts.document import Document, Element
from inroad.contacts.email_addresses import (
    FREEMAIL_DOMAINS,
    classify_address,
    is_known_domain,
    is_placeholder,
    normalise_address,
    site_of,
)
from inroad.contacts.email_decoding import attribute_readings, decode_cloudflare, rot13, script_readings
from inroad.contacts.finding import Finding

MAX_CANDIDATES: Final = 3_000
_MAX_SCRIPTS: Final = 200
_MAX_RECIPIENTS: Final = 50

_LOCAL: Final = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u00c0-\u024f"
_LOCAL_REVERSED = re.compile(r"[A-Za-z0-9!#$%&'*+=?^_`{|}~.\-\u00c0-\u024f]{1,64}")
_DOMAIN = re.compile(r"[^\W_][\w\-]{0,62}(?:\.[\w\-]{1,63}){1,8}")
_LABEL_PREFIX = re.compile(
    r"(?:e-?mails?|mailto|mail|correo|courriel|kontakt|contact|email\s?us)[:\-]?(?=[a-z0-9._\-]{2,})", re.IGNORECASE
)

_AT_WORDS: Final = (
    r"at|ät|aet|ad|arroba|arobase|apenstaartje|małpa|malpa|chiocciola|klammeraffe|snabel-?a|kukac|zavin[aá]č?|чат|собака"
)
_DOT_WORDS: Final = r"dot|d0t|punkt|pkt|punto|point|ponto|punt|kropka|piste|tečka|tecka"
# "[put the at sign here]"
_AT_SAID: Final = r"(?:[a-z]{2,8} ){0,3}(?:at|@)[ -]?(?:sign|symbol|zeichen|teken)(?: [a-z]{2,8}){0,2}"
_BRACKET_L: Final = r"[\[({<«‹*|_]"
_BRACKET_R: Final = r"[\])}>»›*|_]"
# Each begins with a set of characters, so that the engine skips to one: 0.2 ms instead of 2 ms for 50 kB of text.
_AT_SIGN = re.compile(
    rf"[\[({{<«‹*|_\-&\"'](?:(?<=[\[({{<«‹*|_]){_BRACKET_L}?\s?(?:{_AT_WORDS}|a|@|et|{_AT_SAID})\s?{_BRACKET_R}{{1,2}}\s?|"
    rf"(?<=-)at-|(?<=&)(?:at|commat);|(?<=[\"'])(?:at|@)[\"']\s?)",
    re.IGNORECASE,
)
_AT_WORD = re.compile(rf"\s(?=[aäckmszчс])(?=((?:{_AT_WORDS})\s))", re.IGNORECASE)
_SPELT = re.compile(rf" (?:{_DOT_WORDS}) |[\[({{<](?:{_DOT_WORDS})", re.IGNORECASE)
_DOT_MARK: Final = rf"(?:\s?{_BRACKET_L}{{1,2}}\s?(?:{_DOT_WORDS}|\.)\s?{_BRACKET_R}{{1,2}}\s?|\s(?:{_DOT_WORDS})\s|-(?:dot)-|\s\.\s?|\.|\s?[\"']dot[\"']\s?)"
_HIDDEN_DOMAIN = re.compile(rf"[^\W_][\w\-]{{0,62}}?(?:{_DOT_MARK}[^\W_][\w\-]{{0,62}}?){{1,6}}(?![\w\-])", re.IGNORECASE)
_HIDDEN_LOCAL = re.compile(rf"[A-Za-z0-9][\w+\-]{{0,40}}?(?:{_DOT_MARK}[\w+\-]{{1,40}}?){{0,4}}$", re.IGNORECASE)
_DOT_MARK_RE = re.compile(_DOT_MARK, re.IGNORECASE)
_DOT_SAID = re.compile(rf"(?<!\w)(?:{_DOT_WORDS})(?!\w)", re.IGNORECASE)
_DOTS: Final = tuple(_DOT_WORDS.split("|"))
_MAIL_LABEL = re.compile(
    r"(?:e-?mail|mail|mailto|courriel|correo|poczta|posta)(?:\s?(?:us|me|adresse?|address))?\s?[:\-–]?\s*$", re.IGNORECASE
)
_NOT_A_LOCAL: Final = frozenset(
    """us me you him her them it is are look meet visit see find book order buy shop join online more here now available
    read learn located based and
    or the a an in on by for with to of from made held starting starts work works working study team teams
    people""".split()  # noqa: SIM905
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


def addresses_in(text: str) -> Iterator[tuple[str, int, int]]:
    """Plain addresses in any text, in linear time: each `@` is looked at with its neighbourhood.

    Yields:
        The candidate, its start and its end.
    """
    at = text.find("@")
    count = 0
    while at >= 0 and count < MAX_CANDIDATES:
        if (span := _around(text, at)) is not None:
            count += 1
            yield span
        at = text.find("@", at + 1)


def _around(text: str, at: int) -> tuple[str, int, int] | None:
    left = _LOCAL_REVERSED.match(text[max(0, at - 64) : at][::-1])
    right = _DOMAIN.match(text, at + 1, at + 256)
    if not left or not right:
        return None
    local = left.group().rstrip("'`*=?&|{!#$%/^~.-+")[::-1].rstrip(".'")
    domain = known_prefix(right.group())
    if not local or not domain or _is_in_url(text, at - len(left.group())):
        return None
    end = at + 1 + len(domain)
    start = at - len(local)
    return f"{local}@{domain}", start, end


def _is_in_url(text: str, start: int) -> bool:
    """`https://key@host/` and `ssh://git@host` are no mailboxes; neither is `x/@handle`."""
    before = text[max(0, start - 80) : start].split()
    return bool(before) and not text[start - 1].isspace() and "://" in before[-1]


def known_prefix(domain: str) -> str:
    """The longest leading part of a run of labels that is a domain with a known suffix; empty when none is."""
    labels = domain.split(".")
    while len(labels) > 1:
        if is_known_domain(".".join(labels)):
            return ".".join(labels)
        cut = _cut_label(labels[-1])
        if cut and is_known_domain(".".join([*labels[:-1], cut])):
            return ".".join([*labels[:-1], cut])
        labels.pop()
    return ""


def _cut_label(label: str) -> str:
    """A last label without what was glued to it: `comPhone` is `com`, `de请` is `de`, `com030` is `com`."""
    match = re.match(r"[a-z]{2,24}(?=[A-Z\d_\-]|[^\x00-\x7f])|[A-Z]{2,24}(?=[\d_\-]|[^\x00-\x7f])", label)
    return match.group() if match else ""


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
    for count, mark in enumerate(_at_marks(text)):
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


class _Mark(NamedTuple):
    """Something that may stand for an at sign: its range and how it is written."""

    start: int
    end: int
    written: str


def _at_marks(text: str) -> Iterator[_Mark]:
    """Every at sign that is not plain; the bare word only where something else speaks of an address too."""
    for match in _AT_SIGN.finditer(text):
        yield _Mark(match.start(), match.end(), match.group())
    yield from _lone_signs(text)
    lowered = text.lower()
    if len(text) < 400 or " AT " in text or "mail" in lowered or (any(word in lowered for word in _DOTS) and _SPELT.search(text)):
        for match in _AT_WORD.finditer(text):
            yield _Mark(match.start(1), match.end(1), match.group(1))


def _lone_signs(text: str) -> Iterator[_Mark]:
    """At signs with a space before or behind them."""
    at = text.find("@")
    while at >= 0:
        is_before_space = text[at + 1 : at + 2].isspace()
        if is_before_space or text[at - 1 : at].isspace():
            end = at + 1 + is_before_space
            yield _Mark(at, end, text[at:end])
        at = text.find("@", at + 1)


def read_hidden(text: str, mark: _Mark, site: str) -> tuple[str, int, int] | None:
    """An address spelt with words or brackets around its at sign.

    Returns:
        The address and its range, or None where the words only happen to stand there.
    """
    right = _HIDDEN_DOMAIN.match(text, mark.end, mark.end + 255)
    if not right:
        return None
    domain = known_prefix(_DOT_MARK_RE.sub(".", right.group()))
    window_start = max(0, mark.start - 64)
    left = _HIDDEN_LOCAL.search(text[window_start : mark.start].removesuffix(" "))
    if not domain or not left:
        return None
    local = _local_of(left.group())
    said_dot = bool(_DOT_SAID.search(right.group())) or "[" in right.group() or "(" in right.group()
    if not _is_meant(mark.written, local, domain, said_dot, site, text[: window_start + left.start()][-30:]):
        return None
    start = window_start + left.start()
    return f"{local}@{domain}", start, right.end()


def _local_of(written: str) -> str:
    """The local part of `jane dot doe`, or of the last word where words merely stand before it."""
    return _DOT_MARK_RE.sub(".", written)


def _is_meant(mark: str, local: str, domain: str, said_dot: bool, site: str, before: str) -> bool:
    sign = mark.strip().lower()
    if not sign.isalpha() and sign != "@":
        return local.lower() not in _NOT_A_LOCAL or said_dot  # brackets or quotes: nobody writes them by chance
    if local.lower() in _NOT_A_LOCAL:
        return False
    if sign == "@":
        return True
    if said_dot or _MAIL_LABEL.search(before):
        return True
    return mark.strip() == "AT" or ("." in local and site_of(domain) == site)


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
        for mark in _at_marks(text):
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
        if "@" not in text and not _AT_SIGN.search(text) and not _AT_WORD.search(text):
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
        values = [hit[0] for mark in _at_marks(bare) if (hit := read_hidden(bare, mark, ""))]
    return values


def _believes(method: str, address: str, text: str, site: str) -> bool:
    """A literal in a script may be anything; what was put together, or belongs to the site, is meant for readers."""
    domain = address.rpartition("@")[2]
    own = bool(site) and (domain == site or domain.endswith("." + site))
    if method in {"rot13", "base64"}:
        return own or domain in FREEMAIL_DOMAINS or "." not in site or len(domain) > 6
    return method != "script-literal" or own or domain in FREEMAIL_DOMAINS or "mailto:" in text.lower()
