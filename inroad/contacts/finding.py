"""A finding: what one signal saw, before it becomes a contact.

What lives here: the working value that the signals hand to each other, and its conversion to a `Contact` with evidence. What
does not: how anything is found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from inroad.contacts.document import Document
from inroad.contacts.model import Contact, ContactKind

EXTRACTOR_VERSION = "4"
"""Raised whenever the same page may give other contacts, so that stored pages are read again."""

_MAX_RAW = 500


@dataclass(slots=True)
class Finding:
    """One sighting of a contact.

    Attributes:
        kind: What it is.
        value: Normalised.
        raw: As written.
        method: The signal that saw it.
        confidence: Probability that it is right, 0 to 1.
        element: Index of the element it stands in; -1 for none.
        start: Offset in the visible text, -1 where it is not in the text.
        end: Offset after it.
        name: Whom it is bound to.
        role: That person's role, or the line's label.
        details: Kind-specific facts.
    """

    kind: ContactKind
    value: str
    raw: str
    method: str
    confidence: float
    element: int = -1
    start: int = -1
    end: int = -1
    name: str | None = None
    role: str | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def place(self, document: Document) -> int:
        """Offset in the text, that of its element where it is not in the text itself."""
        if self.start >= 0:
            return self.start
        return document.elements[self.element].start if 0 <= self.element < len(document.elements) else 0

    def to_contact(self, document: Document) -> Contact:
        """The contact with its evidence."""
        if self.start >= 0:
            snippet = document.snippet(self.start, self.end)
            position = f"{document.path(document.element_at(self.start).index)}@{self.start}" if document.elements else ""
        else:
            element = document.elements[self.element] if 0 <= self.element < len(document.elements) else None
            shown = document.text_of(element) if element is not None else ""
            snippet = " ".join((shown if self.raw in shown else f"{self.raw} {shown}").split())[:240]
            position = document.path(element.index) if element is not None else ""
        return Contact(
            kind=self.kind,
            value=self.value,
            raw=self.raw[:_MAX_RAW],
            page_url=document.url,
            position=position,
            method=self.method,
            extractor_version=EXTRACTOR_VERSION,
            snippet=snippet,
            confidence=round(min(max(self.confidence, 0.0), 1.0), 3),
            name=self.name,
            role=self.role,
            details=self.details,
        )
