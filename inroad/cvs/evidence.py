"""Finding the facts behind a CV that somebody has edited, line by line.

What does not belong here: whether a line is true (`checking`); a CV is traced after it has passed the gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inroad.cvs.checking import Gate
from inroad.cvs.claims.entries import match_entry
from inroad.cvs.claims.lines import Ground
from inroad.cvs.claims.support import find_support
from inroad.cvs.claims.titles import fold
from inroad.cvs.profile import Profile
from inroad.cvs.schema import SECTIONS, text_of, texts_of


def find_evidence(resume: Mapping[str, Any], profile: Profile) -> dict[str, list[str]]:
    """Find the facts behind each field and line; what has none is left out.

    Args:
        resume: A JSON Resume document that has passed `check_cv`.
        profile: The person's facts.

    Returns:
        JSON pointer to fact ids, for fields, highlights, the summary and groups of skills.
    """
    gate = Gate(profile)
    basics = resume.get("basics") or {}
    found: dict[str, list[str]] = {}
    for field in basics:
        known = [fact.id for fact in profile.facts_under(f"/basics/{field}")]
        found[f"/basics/{field}"] = known or _facts_behind(gate, text_of(basics, field), gate.career())
    for section in SECTIONS:
        for index, row in enumerate(resume.get(section) or []):
            found |= _trace_entry(gate, section, row, f"/{section}/{index}")
    return {pointer: facts for pointer, facts in found.items() if facts}


def _facts_behind(gate: Gate, text: str, ground: Ground) -> list[str]:
    """The fact of the very same words where there is one, else those that explain the line."""
    own = gate.ledger.exact(text)
    if own is not None:
        return [own.id]
    return [reading.fact.id for reading in find_support(text, ground.candidates).readings]


def _trace_entry(gate: Gate, section: str, row: Mapping[str, Any], path: str) -> dict[str, list[str]]:
    entries = list(gate.profile.entries(section))
    if section == "skills":
        names = _names(row)
        return {path: [fact.id for fact, known in entries if names & _names(known)]}
    found, _ = match_entry(section, row, [known for _, known in entries])
    if found is None:
        return {}
    entry, true = entries[found]
    ground = gate.ground_of(entry, true)
    fields = {f"{path}/{field}": [entry.id] for field in row if field != "highlights"}
    lines = enumerate(texts_of(row, "highlights"))
    return fields | {f"{path}/highlights/{index}": _facts_behind(gate, line, ground) for index, line in lines}


def _names(row: Mapping[str, Any]) -> set[str]:
    return {fold(text) for text in (row.get("name") or "", *(row.get("keywords") or ())) if text}
