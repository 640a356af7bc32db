"""The contact: a value that was read from a page, with the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ContactKind = Literal["email", "phone", "address", "person", "social", "company_id"]
CONTACT_KINDS: tuple[ContactKind, ...] = ("email", "phone", "address", "person", "social", "company_id")


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact as read from one page.

    Attributes:
        kind: What the value is.
        value: Normalised: lower-case e-mail address; E.164 phone; one-line address; full name; profile URL; identifier.
        raw: The form found on the page.
        name: The person or organisation the value is bound to, if any.
        role: That person's role or the line's label ("Sales", "Geschäftsführer"), if any.
        page_url: The page it was read from.
        position: Where on the page: a CSS-like path or a character offset, stable for one document.
        method: How it was read: "text", "mailto", "json-ld", "microdata", "cfemail", ...
        extractor_version: Version of the extractor that read it.
        snippet: The surrounding text, at most 240 characters.
        confidence: Probability that the value is right and is the company's, 0 to 1.
        details: Kind-specific facts: type, extension, parts, coordinates, network, ...
    """

    kind: ContactKind
    value: str
    raw: str
    page_url: str
    position: str
    method: str
    extractor_version: str
    snippet: str
    confidence: float
    name: str | None = None
    role: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
