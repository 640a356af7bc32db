"""Putting a CV's document together from what was chosen, with the evidence for each of its texts.

Here lives the draft while it is written. What is chosen and how it is worded belongs to `composing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
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
    "interests": ("name", "keywords"),
}
_WITH_ROOM: Mapping[str, tuple[str, ...]] = {"education": ("courses",)}
# A line that speaks of what the line before it named.
_LEANS = re.compile(
    r"(?:\W*\w+\s)?(?:it|them|both of them|sie|ihn|ihnen|dies|dabei|dafür|damit|hierfür|celui-ci|celle-ci|ceux-ci|cela|ceci"
    r"|lo mismo|esto|ello)\b"
    r"|this (?:cut|made|led|saved|brought|was|allowed|reduced|raised)\b",
    re.IGNORECASE,
)
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
        has_room: Whether all of it is shorter than wanted, so that courses and interests are shown too.
    """

    entries: Mapping[str, tuple[ChosenEntry, ...]]
    lines: Mapping[str, tuple[Line, ...]]
    kept: frozenset[str] = frozenset()
    head: Mapping[str, Any] | None = None
    refused: tuple[tuple[str, Finding], ...] = ()
    notes: tuple[str, ...] = ()
    has_room: bool = False


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
    for section in ("education", "certificates", "languages", *(("interests",) if draft.has_room else ())):
        plain = [_plain_row(section, fact, row, has_room=draft.has_room) for fact, row in profile.entries(section)]
        resume |= {section: [row for row, _ in plain]} if plain else {}
        for index, (_, proofs) in enumerate(plain):
            evidence |= {f"/{section}/{index}{pointer}": facts for pointer, facts in proofs.items()}
    resume |= {"skills": head["skills"]} if head["skills"] else {}
    return resume, evidence


def _row(draft: Draft, entry: ChosenEntry) -> tuple[dict[str, Any], dict[str, list[str]]]:
    row = {field: entry.row[field] for field in _SHOWN[entry.section] if entry.row.get(field)}
    proofs = {f"/{field}": [entry.fact.id] for field in row}
    lines = _in_order([line for line in draft.lines[entry.fact.id] if line.fact.id in draft.kept])
    if lines:
        row["highlights"] = [line.text for line in lines]
        proofs |= {f"/highlights/{index}": list(line.proofs) for index, line in enumerate(lines)}
    return row, proofs


def _in_order(lines: Sequence[Line]) -> list[Line]:
    """Put a line that leans on the one before it ("Tested it with eight customers") behind that one, or leave it out."""
    places = {line.fact.path: line for line in lines}
    leaning = {line.fact.id: places.get(_before(line.fact.path)) for line in lines if _LEANS.match(line.text)}
    ordered = [line for line in lines if line.fact.id not in leaning]
    for line in sorted(lines, key=_index):  # a chain of such lines follows one after the other
        bearer = leaning.get(line.fact.id)
        if bearer is not None and bearer in ordered:
            ordered.insert(ordered.index(bearer) + 1, line)
    return ordered


def _index(line: Line) -> int:
    index = line.fact.path.rpartition("/")[2]
    return int(index) if index.isdigit() else 0


def _before(path: str) -> str:
    head, _, index = path.rpartition("/")
    return f"{head}/{int(index) - 1}" if index.isdigit() else ""


def _plain_row(
    section: str, fact: Fact, row: Mapping[str, Any], *, has_room: bool
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    fields = (*_SHOWN[section], *(_WITH_ROOM.get(section, ()) if has_room else ()))
    shown = {field: row[field] for field in fields if row.get(field)}
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
