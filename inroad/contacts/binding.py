"""Whose e-mail, phone and profile it is.

What lives here: binding values to the people of a page by closeness in the tree, and by what a mailbox is called. What does not:
finding either.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from typing import Final

from inroad.contacts.document import Document
from inroad.contacts.finding import Finding

_MAX_CARD: Final = 700
_MAX_STEPS: Final = 7
_MAX_ROLE_CARD: Final = 160


def bind_people(document: Document, findings: list[Finding]) -> None:
    """Give e-mails, phones and personal profiles the name and role of the person they stand beside.

    A value belongs to a person when the smallest element around it that names anybody names exactly one, or when the mailbox is
    called after the person. What already has a name keeps it.

    Args:
        document: The page.
        findings: All of it; changed in place.
    """
    people = sorted((f for f in findings if f.kind == "person" and f.start >= 0), key=lambda f: f.start)
    if not people:
        return
    starts = [person.start for person in people]
    for finding in findings:
        if finding.name or finding.kind not in {"email", "phone", "social"}:
            continue
        person = _namesake(finding, people) if finding.kind == "email" else None
        person = person or _closest(document, finding, people, starts)
        if person is not None:
            _bind(finding, person)


def _bind(finding: Finding, person: Finding) -> None:
    finding.name, finding.role = person.name, finding.role or person.role
    held = person.details.setdefault(finding.kind, [])
    if finding.value not in held and len(held) < 5:
        held.append(finding.value)
    person.confidence = min(0.95, max(person.confidence, 0.85))


def plain_letters(text: str) -> str:
    """Lower-case ASCII letters of a name: `Jörg Müßig` is `joergmuessig`."""
    text = text.lower().translate(
        {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss", ord("ø"): "o", ord("ł"): "l", ord("đ"): "d"}
    )
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", text))


def _namesake(finding: Finding, people: list[Finding]) -> Finding | None:
    local = re.sub(r"[^a-z]", "", finding.value.partition("@")[0])
    if len(local) < 4:
        return None
    fits = []
    for person in people[:200]:
        tokens = [plain_letters(token) for token in (person.name or "").split()]
        tokens = [token for token in tokens if token]
        if len(tokens) >= 2 and _is_called_after(local, tokens[0], tokens[-1]):
            fits.append(person)
    return fits[0] if len({fit.value for fit in fits}) == 1 else None


def _is_called_after(local: str, first: str, last: str) -> bool:
    return local in {first + last, last + first, first[0] + last, last + first[0], first + last[0]} or (
        len(last) >= 5 and local == last
    )


def _closest(document: Document, finding: Finding, people: list[Finding], starts: list[int]) -> Finding | None:
    if finding.kind == "social" and finding.details.get("type") not in {"person", "profile"}:
        return None
    index = document.element_at(finding.start).index if finding.start >= 0 else finding.element
    for step, element in enumerate(document.ancestors(index)):
        length = element.end - element.start
        if step > _MAX_STEPS or length > _MAX_CARD or element.tag in {"body", "html", "main", "footer", "header"}:
            return None
        inside = people[bisect_left(starts, element.start) : bisect_left(starts, element.end)]
        names = {person.value for person in inside}
        if len(names) == 1:
            generic = finding.kind == "email" and finding.details.get("type") == "role"
            loose = finding.kind == "social" or generic
            return None if loose and length > _MAX_ROLE_CARD * 2 else inside[0]
        if len(names) > 1:
            return _on_same_line(document, finding, inside)
    return None


def _on_same_line(document: Document, finding: Finding, inside: list[Finding]) -> Finding | None:
    """Of several people in one element, the one whose line it is, or who was named last before a line of values."""
    at = finding.place(document)
    line_start = document.text.rfind("\n", 0, at) + 1
    same = [person for person in inside if line_start <= person.start <= at]
    if same:
        return same[-1]
    before = [person for person in inside if person.start < at and at - person.start < 200]
    return before[-1] if before and document.text.count("\n", before[-1].start, at) <= 5 else None
