"""Putting a CV's document together from what was chosen, with the evidence for each of its texts.

Here lives the draft while it is written. What is chosen and how it is worded belongs to `composing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inroad.cvs.choosing import ChosenEntry
from inroad.cvs.model import Fact, Finding
from inroad.cvs.profile import Profile

# Fields of an entry that are shown; addresses of employers and schools are left out: they fill lines and prove nothing.
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "work": ("name", "position", "location", "description", "startDate", "endDate", "summary"),
    "projects": ("name", "description", "url", "startDate", "endDate", "roles", "entity", "keywords"),
    "volunteer": ("organization", "position", "startDate", "endDate", "summary"),
    "publications": ("name", "publisher", "releaseDate", "url", "summary"),
    "awards": ("title", "awarder", "date", "summary"),
    "education": ("institution", "studyType", "area", "startDate", "endDate", "score"),
    "certificates": ("name", "issuer", "date"),
    "languages": ("language", "fluency"),
}
OPTIONAL = ("projects", "volunteer", "publications", "awards")


@dataclass(frozen=True, slots=True)
class Line:
    """One bullet of the CV: its text, the fact that it words, its worth, and all facts that it rests on."""

    text: str
    fact: Fact
    score: float
    proofs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """The CV while it is written.

    Attributes:
        lines: Fact id of an entry to its bullets, best first; the order in which they may be taken.
        entries: Every entry that may be shown.
        kept: Fact ids of the bullets and optional entries that are shown.
        head: `basics` and the skills, as they will be shown.
        refused: Proposals that the gate refused.
        notes: What a person should know.
    """

    entries: Mapping[str, tuple[ChosenEntry, ...]]
    lines: Mapping[str, tuple[Line, ...]]
    kept: frozenset[str] = frozenset()
    head: Mapping[str, Any] | None = None
    refused: tuple[tuple[str, Finding], ...] = ()
    notes: tuple[str, ...] = ()


def assemble(draft: Draft, profile: Profile) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Put the document together, with the evidence for each of its texts."""
    head = draft.head or {"basics": {}, "skills": []}
    resume: dict[str, Any] = {"basics": dict(head["basics"])}
    evidence = dict(_head_evidence(head, profile))
    for section in ("work", *OPTIONAL):
        rows = [_row(draft, entry) for entry in draft.entries[section] if section == "work" or entry.fact.id in draft.kept]
        resume |= {section: [row for row, _ in rows]} if rows else {}
        for index, (_, proofs) in enumerate(rows):
            evidence |= {f"/{section}/{index}{pointer}": facts for pointer, facts in proofs.items()}
    for section in ("education", "certificates", "languages"):
        plain = [_plain_row(section, fact, row) for fact, row in profile.entries(section)]
        resume |= {section: [row for row, _ in plain]} if plain else {}
        for index, (_, proofs) in enumerate(plain):
            evidence |= {f"/{section}/{index}{pointer}": facts for pointer, facts in proofs.items()}
    resume |= {"skills": head["skills"]} if head["skills"] else {}
    return resume, evidence


def _row(draft: Draft, entry: ChosenEntry) -> tuple[dict[str, Any], dict[str, list[str]]]:
    row = {field: entry.row[field] for field in _SHOWN[entry.section] if entry.row.get(field)}
    proofs = {f"/{field}": [entry.fact.id] for field in row}
    lines = [line for line in draft.lines[entry.fact.id] if line.fact.id in draft.kept]
    if lines:
        row["highlights"] = [line.text for line in lines]
        proofs |= {f"/highlights/{index}": list(line.proofs) for index, line in enumerate(lines)}
    return row, proofs


def _plain_row(section: str, fact: Fact, row: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    shown = {field: row[field] for field in _SHOWN[section] if row.get(field)}
    return shown, {f"/{field}": [fact.id] for field in shown}


def _head_evidence(head: Mapping[str, Any], profile: Profile) -> Iterator[tuple[str, list[str]]]:
    basics = [fact for fact in profile.facts.values() if fact.path.startswith("/basics/")]
    for field, value in head["basics"].items():
        known = [fact.id for fact in basics if fact.path == f"/basics/{field}" or fact.path.startswith(f"/basics/{field}/")]
        stated = known or [fact.id for fact in profile.facts.values() if isinstance(value, str) and value in fact.text]
        yield f"/basics/{field}", stated
    groups = {row.get("name"): fact.id for fact, row in profile.entries("skills")}
    for index, group in enumerate(head["skills"]):
        if group.get("name") in groups:
            yield f"/skills/{index}", [groups[group.get("name")]]
