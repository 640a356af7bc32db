"""Whose e-mail, phone and profile it is.

What lives here: binding values to the people of a page by what structured data says, by what a mailbox is called, and by
closeness in the tree. What does not: finding either.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from typing import Final

from inroad.contacts.document import Document, Element
from inroad.contacts.finding import Finding
from inroad.contacts.names import is_given_name

_MAX_CARD: Final = 700
_MAX_STEPS: Final = 7
_MAX_ROLE_CARD: Final = 160
_BINDABLE: Final = frozenset(("email", "phone", "social"))
# One entry of a list each: what stands in one belongs to nobody in the next.
_ENTRIES: Final = frozenset(("li", "tr", "article", "figure"))
_OUTER: Final = frozenset(("body", "html", "main", "footer", "header"))


def bind_people(document: Document, findings: list[Finding]) -> None:
    """Give e-mails, phones and personal profiles the name and role of the person they stand beside.

    A value belongs to a person when the person's own record holds it, when the mailbox is called after the person, or when the
    smallest element around it that names anybody names exactly one. A mailbox called after somebody else, or a person who has an
    entry of a list of their own, is never bound. What already has a name keeps it.

    Args:
        document: The page.
        findings: All of it; changed in place.
    """
    people = sorted((f for f in findings if f.kind == "person" and _has_place(document, f)), key=lambda f: f.place(document))
    _share_stated_names(findings)
    if not people:
        return
    starts = [person.place(document) for person in people]
    for finding in findings:
        if finding.name or finding.kind not in _BINDABLE:
            continue
        person = _namesake(finding, people) if finding.kind == "email" else None
        person = person or _closest(document, finding, people, starts)
        if person is not None:
            _bind(finding, person)


def _has_place(document: Document, person: Finding) -> bool:
    """Whether the person stands in the text, by words or by an element that describes them."""
    return person.start >= 0 or (person.element >= 0 and document.elements[person.element].tag not in {"script", "meta"})


def _share_stated_names(findings: list[Finding]) -> None:
    """What a person's own record (hCard, schema.org) holds is theirs wherever else on the page it stands."""
    people = {finding.name for finding in findings if finding.kind == "person"}
    owners: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.kind in _BINDABLE and finding.name in people:
            owners.setdefault((finding.kind, finding.value), []).append(finding)
    for finding in findings:
        stated = owners.get((finding.kind, finding.value), ())
        if stated and not finding.name and len({owner.name for owner in stated}) == 1:
            finding.name, finding.role = stated[0].name, finding.role or stated[0].role


def _bind(finding: Finding, person: Finding) -> None:
    finding.name, finding.role = person.name, finding.role or person.role
    held = person.details.setdefault(finding.kind, [])
    if finding.value not in held and len(held) < 5:
        held.append(finding.value)
    person.confidence = min(0.95, max(person.confidence, 0.78))


def plain_letters(text: str) -> str:
    """Lower-case ASCII letters of a name: `Jörg Müßig` is `joergmuessig`."""
    text = text.lower().translate(
        {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss", ord("ø"): "o", ord("ł"): "l", ord("đ"): "d"}
    )
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", text))


def _tokens(person: Finding) -> list[str]:
    return [token for token in map(plain_letters, (person.name or "").split()) if token]


def _namesake(finding: Finding, people: list[Finding]) -> Finding | None:
    local = re.sub(r"[^a-z]", "", finding.value.partition("@")[0])
    if len(local) < 4:
        return None
    fits = []
    for person in people[:200]:
        tokens = _tokens(person)
        if len(tokens) >= 2 and _is_called_after(local, tokens[0], tokens[-1]):
            fits.append(person)
    return fits[0] if len({fit.value for fit in fits}) == 1 else None


def _is_called_after(local: str, first: str, last: str) -> bool:
    return local in {first + last, last + first, first[0] + last, last + first[0], first + last[0]} or (
        len(last) >= 5 and local == last
    )


def is_of_somebody_else(address: str, name: str) -> bool:
    """Whether a mailbox names a person, and not this one: `ffion@` or `a.demirci@` beside "Imogen Carrow".

    Args:
        address: Normalised e-mail address.
        name: A person's full name.
    """
    parts = [part for part in re.split(r"[._\-+\d]+", address.partition("@")[0]) if part]
    own = [token for token in map(plain_letters, name.split()) if token]
    whole = "".join(parts)
    if any(len(part) >= 3 and any(part in token or token in part for token in own if len(token) >= 3) for part in parts):
        return False
    if whole and (whole == "".join(token[0] for token in own) or any(whole in (t[0] + own[-1], own[-1] + t[0]) for t in own)):
        return False
    if len(parts) == 1:
        return is_given_name(parts[0])
    return len(parts) == 2 and (is_given_name(parts[0]) or (len(parts[0]) <= 2 and len(parts[1]) >= 4))


def _closest(document: Document, finding: Finding, people: list[Finding], starts: list[int]) -> Finding | None:
    if finding.kind == "social" and finding.details.get("type") not in {"person", "profile"}:
        return None
    is_generic = finding.kind == "email" and finding.details.get("type") == "role"
    index = document.element_at(finding.start).index if finding.start >= 0 else finding.element
    branch: Element | None = None
    for step, element in enumerate(document.ancestors(index)):
        length = element.end - element.start
        if step > _MAX_STEPS or length > _MAX_CARD or element.tag in _OUTER:
            return None
        inside = people[bisect_left(starts, element.start) : bisect_left(starts, element.end)]
        names = {person.value for person in inside}
        if names:
            if branch is not None and branch.tag in _ENTRIES:
                return None
            loose = finding.kind == "social" or is_generic
            person = inside[0] if len(names) == 1 else None if is_generic else _on_same_line(document, finding, inside)
            if person is None or (len(names) == 1 and loose and length > _MAX_ROLE_CARD * 2):
                return None
            is_other = finding.kind == "email" and is_of_somebody_else(finding.value, person.name or person.value)
            return None if is_other else person
        branch = element
    return None


def _on_same_line(document: Document, finding: Finding, inside: list[Finding]) -> Finding | None:
    """Of several people in one element, the one whose line it is, or who was named last, alone, before a line of values."""
    at = finding.place(document)
    line_start = document.text.rfind("\n", 0, at) + 1
    same = [person for person in inside if line_start <= person.place(document) <= at]
    if same:
        return same[-1]
    before = [person for person in inside if person.place(document) < at and at - person.place(document) < 200]
    if not before or document.text.count("\n", before[-1].place(document), at) > 5:
        return None
    line_start = document.text.rfind("\n", 0, before[-1].place(document)) + 1
    on_line = {person.value for person in before if person.place(document) >= line_start}
    return before[-1] if len(on_line) == 1 else None
