"""The front door: every contact of one page.

What lives here: the order in which signals are asked and the union of what they saw. What does not: any signal itself.
"""

from __future__ import annotations

from typing import Final

from inroad.contacts.address_doubts import settle_addresses, without_fragments
from inroad.contacts.addresses import address_key, find_addresses
from inroad.contacts.binding import bind_people, plain_letters
from inroad.contacts.confidence import agreeing, when_elsewhere
from inroad.contacts.document import Document
from inroad.contacts.email_addresses import site_of
from inroad.contacts.emails import find_emails
from inroad.contacts.finding import Finding
from inroad.contacts.map_links import locate_addresses
from inroad.contacts.markup_data import read_microdata, read_opengraph, read_rdfa
from inroad.contacts.microformats import read_microformats
from inroad.contacts.model import CONTACT_KINDS, Contact
from inroad.contacts.name_doubts import without_parts
from inroad.contacts.page_reading import parse_document
from inroad.contacts.people import find_people
from inroad.contacts.phones import PhoneReader, find_phones
from inroad.contacts.regions import guess_regions
from inroad.contacts.registrations import find_registrations
from inroad.contacts.schema_contacts import schema_findings
from inroad.contacts.socials import find_socials
from inroad.contacts.structured import Item, read_json_ld
from inroad.contacts.vcards import read_vcards

MAX_CONTACTS: Final = 2_000
# Read as text, but proof of another kind than a page's words.
_NAMED_MEDIA: Final = frozenset(("pdf", "security.txt", "humans.txt"))
_NAME_PART: Final = 4  # letters in a row that two names must share to be one company's


def extract_contacts(html: bytes | str, *, url: str, region: str | None = None) -> list[Contact]:
    """Read every contact from a page.

    Args:
        html: The page, or a PDF, vCard file, security.txt or humans.txt; bytes are decoded by their own marks.
        url: The page's address; says which site is its own and helps to guess the region.
        region: ISO 3166 code that national phone numbers and addresses are read in; guessed from the page when None.

    Returns:
        Contacts in the order of the page, each kind and value once, at most 2,000. A page that cannot be read gives none.
    """
    document = parse_document(html, url=url)
    if not document.elements:
        return []
    items = read_items(document)
    regions = guess_regions(document, items, region)
    findings = _all_signals(document, items, regions)
    return [finding.to_contact(document) for finding in _union(findings, document)[:MAX_CONTACTS]]


def read_items(document: Document) -> list[Item]:
    """The page's structured data in every syntax."""
    return [
        *read_json_ld(document),
        *read_microdata(document),
        *read_rdfa(document),
        *read_microformats(document),
        *read_opengraph(document),
        *read_vcards(document),
    ]


def _all_signals(document: Document, items: list[Item], regions: list[str]) -> list[Finding]:
    reader = PhoneReader(regions)
    addresses = settle_addresses(document, find_addresses(document, regions))
    stated = schema_findings(document, items, reader)
    findings = [
        *find_emails(document),
        *find_phones(document, reader),
        *find_socials(document),
        *stated,
        *find_registrations(document),
        *addresses,
        *locate_addresses(document, regions, [*addresses, *(finding for finding in stated if finding.kind == "address")]),
        *find_people(document, [(finding.start, finding.end) for finding in addresses]),
    ]
    findings = without_fragments(without_parts(findings))
    bind_people(document, findings)
    _doubt_others(document, findings)
    if (medium := document.medium) in _NAMED_MEDIA:
        for finding in findings:
            finding.method = medium if finding.method == "text" or medium != "pdf" else finding.method
    return findings


def _doubt_others(document: Document, findings: list[Finding]) -> None:
    """Believe mailboxes and profiles less that nothing connects with the site: neither its name nor a person or record on it."""
    site = plain_letters(site_of(document.host).partition(".")[0]) if document.host else ""
    if len(site) < _NAME_PART:
        return
    parts = {site[at : at + _NAME_PART] for at in range(len(site) - _NAME_PART + 1)}
    for finding in findings:
        if finding.kind == "email" and not finding.details.get("freemail"):
            called = plain_letters(finding.value.rpartition("@")[2].rpartition(".")[0])
        elif finding.kind == "social" and finding.method == "link" and not finding.name:
            called = plain_letters(finding.value.partition("://")[2].partition("/")[2])
        else:
            continue
        if not any(part in called for part in parts):
            finding.confidence = when_elsewhere(finding.confidence)


def _union(findings: list[Finding], document: Document) -> list[Finding]:
    """One finding a kind and value: the surest, with what the others know added, in the order of the page."""
    best: dict[tuple[str, str], Finding] = {}
    places: dict[tuple[str, str], int] = {}
    ranked = sorted(enumerate(findings), key=lambda pair: (-pair[1].confidence, pair[0]))
    for _, finding in ranked:
        key = _key(finding)
        kept = best.setdefault(key, finding)
        places[key] = min(places.get(key, len(document.text) + 1), finding.place(document))
        if kept is not finding:
            _add(kept, finding)
    order = {kind: at for at, kind in enumerate(CONTACT_KINDS)}
    return [best[key] for key in sorted(best, key=lambda key: (places[key], order[best[key].kind], key))]


def _key(finding: Finding) -> tuple[str, str]:
    """What makes two findings one: the value; of addresses what all their spellings share."""
    if finding.kind == "address" and (shared := address_key(finding.details.get("parts", {}))) is not None:
        return finding.kind, "|".join(shared)
    return finding.kind, finding.value.casefold()


def _add(kept: Finding, other: Finding) -> None:
    kept.name = kept.name or other.name
    kept.role = kept.role or other.role
    for key, value in other.details.items():
        kept.details.setdefault(key, value)
    if other.method != kept.method:
        kept.confidence = agreeing((kept.confidence, other.confidence))
        methods = kept.details.setdefault("methods", [kept.method])
        if other.method not in methods:
            methods.append(other.method)
