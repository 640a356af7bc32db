"""The profile: one person's JSON Resume as a store of facts, each with a stable id.

Here lives how facts are named and found. The document's shape belongs to `schema`, reading files to `reading`, and what may be
claimed on the strength of a fact to `checking`.
"""

from __future__ import annotations

import copy
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inroad.cvs.model import Fact
from inroad.cvs.reading import check_size, read_document
from inroad.cvs.schema import SECTIONS, iter_faults, text_of, texts_of
from inroad.guard.errors import UserError

# Section -> (kind of its entries, the fields that make up an entry's one-line text, the fields that tell entries apart).
_ENTRIES: Mapping[str, tuple[str, str, str]] = {
    "work": ("work", "position name location keywords startDate endDate", "name position startDate"),
    "volunteer": ("volunteer", "position organization keywords startDate endDate", "organization position startDate"),
    "education": ("education", "studyType area institution startDate endDate score", "institution studyType area startDate"),
    "awards": ("award", "title awarder date", "title awarder date"),
    "certificates": ("certificate", "name issuer date", "name issuer"),
    "publications": ("publication", "name publisher keywords releaseDate", "name publisher"),
    "skills": ("skill", "name level keywords", "name"),
    "languages": ("language", "language fluency", "language"),
    "interests": ("interest", "name keywords", "name"),
    "references": ("reference", "name", "name"),
    "projects": ("project", "name entity roles keywords startDate endDate", "name entity"),
}
_TEXTS = ("summary", "description", "reference")
_LISTS = {"highlights": "highlight", "courses": "course"}
_BASICS = ("name", "label", "email", "phone", "url", "summary")


@dataclass(frozen=True, eq=False)
class Profile:
    """One person's career as they state it. Compared by identity, so that what is read from it once can be kept beside it.

    Attributes:
        resume: The JSON Resume document; treat it as read-only.
        facts: Every statement by its id, in document order.
    """

    resume: Mapping[str, Any]
    facts: Mapping[str, Fact]

    @classmethod
    def load(cls, path: str | Path) -> Profile:
        """Read a JSON Resume file.

        Args:
            path: JSON or YAML file.

        Raises:
            UserError: The file cannot be read, or breaks the schema; names the place, the fault and the mend.
        """
        return cls.from_resume(read_document(path), name=str(path))

    @classmethod
    def from_resume(cls, resume: Mapping[str, Any], *, name: str = "the profile") -> Profile:
        """Take a parsed JSON Resume document.

        Args:
            resume: The document; it is copied.
            name: What to call it in an error.

        Raises:
            UserError: The document breaks the schema.
        """
        check_size(resume, name)
        faults = list(iter_faults(resume))
        if faults:
            where, fault, mend = faults[0]
            more = f" ({len(faults) - 1} more: {', '.join(place for place, _, _ in faults[1:6])})" if len(faults) > 1 else ""
            raise UserError(f"{name}: {where}: {fault}{more}.", reason="profile-invalid", mend=mend)
        document = copy.deepcopy(dict(resume))
        return cls(resume=document, facts={fact.id: fact for fact in _iter_facts(document)})

    def to_resume(self) -> dict[str, Any]:
        """Return the document as it was read, as a copy of one's own."""
        return copy.deepcopy(dict(self.resume))

    def facts_under(self, pointer: str) -> list[Fact]:
        """Return the facts at a JSON pointer and below it, in document order."""
        return [fact for fact in self.facts.values() if fact.path == pointer or fact.path.startswith(pointer + "/")]

    def entries(self, section: str) -> Iterator[tuple[Fact, Mapping[str, Any]]]:
        """Yield each entry of a section with the fact that names it."""
        by_path = {fact.path: fact for fact in self.facts.values()}
        for index, entry in enumerate(self.resume.get(section) or ()):
            yield by_path[f"/{section}/{index}"], entry


def slug(text: str, limit: int = 32) -> str:
    """Fold a text to lower-case ASCII letters, digits and hyphens; other scripts keep their letters."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char if char.isalnum() else "-" for char in folded if not unicodedata.combining(char))
    return re.sub(r"-+", "-", kept).strip("-")[:limit].strip("-")


def digest(text: str, length: int = 8) -> str:
    """Hash a text; case and spacing do not count."""
    folded = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    return hashlib.sha256(folded.encode()).hexdigest()[:length]


def _iter_facts(document: Mapping[str, Any]) -> Iterator[Fact]:
    taken: dict[str, int] = {}
    yield from _basics_facts(document.get("basics") or {}, taken)
    for section in SECTIONS:
        for index, entry in enumerate(document.get(section) or ()):
            yield from _entry_facts(section, index, entry, taken)


def _basics_facts(basics: Mapping[str, Any], taken: dict[str, int]) -> Iterator[Fact]:
    for field in _BASICS:
        if basics.get(field):
            yield Fact(_claim_id(f"basics-{field}", taken), f"/basics/{field}", field, basics[field])
    location = _join(basics.get("location") or {}, "address postalCode city region countryCode")
    if location:
        yield Fact(_claim_id("basics-location", taken), "/basics/location", "location", location)
    for index, account in enumerate(basics.get("profiles") or ()):
        text = _join(account, "network username url")
        identity = account.get("id") or f"basics-profile-{slug(text)}"
        yield Fact(_claim_id(str(identity), taken), f"/basics/profiles/{index}", "profile", text)


def _entry_facts(section: str, index: int, entry: Mapping[str, Any], taken: dict[str, int]) -> Iterator[Fact]:
    kind, shown, telling = _ENTRIES[section]
    pointer = f"/{section}/{index}"
    identity = _join(entry, telling)
    given = entry.get("id")
    own_id = _claim_id(str(given) if given else f"{kind}-{slug(identity)}-{digest(identity, 6)}", taken)
    yield Fact(own_id, pointer, kind, _join(entry, shown), own_id)
    for field in _TEXTS:
        if text_of(entry, field):
            yield Fact(_claim_id(f"{own_id}.{field}", taken), f"{pointer}/{field}", field, entry[field], own_id)
    for field, item_kind in _LISTS.items():
        for place, text in enumerate(texts_of(entry, field)):
            yield Fact(_claim_id(f"{own_id}.{digest(text)}", taken), f"{pointer}/{field}/{place}", item_kind, text, own_id)


def _join(entry: Mapping[str, Any], fields: str) -> str:
    parts: list[str] = []
    for field in fields.split():
        parts.extend(texts_of(entry, field) or filter(None, [text_of(entry, field)]))
    return ", ".join(parts)


def _claim_id(wanted: str, taken: dict[str, int]) -> str:
    """Keep ids unique: the second of two equal statements gets "-2"."""
    own_id = wanted
    while own_id in taken:
        taken[wanted] += 1
        own_id = f"{wanted}-{taken[wanted]}"
    taken[own_id] = 1
    return own_id
