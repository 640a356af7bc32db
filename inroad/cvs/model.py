"""The values that this room hands out: facts, findings, matches and CVs.

Only frozen values live here; how they are made belongs to `profile`, `checking`, `matching` and `composing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from inroad.guard.errors import PermanentError

Severity = Literal["warn", "block"]
Coverage = Literal["covered", "weak", "missing"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the person says about themselves.

    Attributes:
        id: Stable identity: survives reordering and edits elsewhere in the profile.
        path: JSON pointer (RFC 6901) into the profile's document.
        kind: "work", "highlight", "summary", "education", "certificate", "skill", "email", ...: what it states.
        text: The statement as plain text.
        entry: Id of the entry that it belongs to; its own id for an entry, empty for `basics`.
    """

    id: str
    path: str
    kind: str
    text: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the fact gate or the renderer holds against a CV.

    Attributes:
        severity: "block": no file is written; "warn": a person should look.
        kind: Slug of what is wrong: "number", "currency", "employer", "title", "date", "tool", "scope", "glyph", ...
        path: JSON pointer into the CV's document.
        text: One sentence that names the claim and what the profile says.
    """

    severity: Severity
    kind: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class RequirementMatch:
    """How the profile answers one requirement.

    Attributes:
        text: The requirement as the posting words it.
        importance: "must" or "nice".
        coverage: "covered", "weak" or "missing".
        evidence: Ids of the facts that answer it, strongest first.
        reason: One sentence.
        weight: How much it counts beside the others: 1, and 2 where a person marked it.
        mark: A person's strongest mark on it: "gap", "must-have" or "emphasise"; None for none.
        note: What the person wrote to the mark.
    """

    text: str
    importance: str
    coverage: Coverage
    evidence: tuple[str, ...]
    reason: str
    weight: float = 1.0
    mark: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One addend of a match's score: `points` of at most `weight`, and why."""

    name: str
    points: float
    weight: float
    reason: str


@dataclass(frozen=True, slots=True)
class Match:
    """How well a profile fits a posting.

    Attributes:
        score: 0 to 100, the sum of the parts' points, one decimal.
        parts: What the score is made of; their weights add up to 100.
        requirements: Every requirement of the posting, in its order.
        skills: Skills that the posting names and the profile has, in the posting's order.
        missing_skills: Skills that the posting names and the profile lacks.
        language: ISO 639-1 code of the posting, None when unknown.
        emphasis: Pieces of the posting that the person wants emphasised in what is written, as they stand there.
    """

    score: float
    parts: tuple[ScorePart, ...]
    requirements: tuple[RequirementMatch, ...]
    skills: tuple[str, ...] = ()
    missing_skills: tuple[str, ...] = ()
    language: str | None = None
    emphasis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cv:
    """A CV written for one posting.

    Attributes:
        resume: JSON Resume document.
        evidence: JSON pointer into `resume` to the ids of the facts that the text there rests on.
        posting_key: Key of the posting it was written for; empty for none.
        language: ISO 639-1 code of the text.
        word_count: Words of the rendered text.
        match: How the profile fits the posting; None when no posting was given.
        notes: What a person should know: a language that differs, a length that could not be reached.
        refused: Proposed wordings that the fact gate refused, with its reasons.
    """

    resume: Mapping[str, Any]
    evidence: Mapping[str, list[str]] = field(default_factory=dict)
    posting_key: str = ""
    language: str = "en"
    word_count: int = 0
    match: Match | None = None
    notes: tuple[str, ...] = ()
    refused: tuple[tuple[str, Finding], ...] = ()


class CvBlocked(PermanentError):
    """The CV states something that the profile does not, or cannot be rendered; no file was written.

    Args:
        findings: Every finding; at least one has severity "block".
    """

    reason = "cv-blocked"

    def __init__(self, findings: list[Finding]) -> None:
        blocking = [finding for finding in findings if finding.severity == "block"]
        shown = "; ".join(f"{finding.path or '/'}: {finding.text}" for finding in blocking[:3])
        more = f" (and {len(blocking) - 3} more)" if len(blocking) > 3 else ""
        super().__init__(
            f"The CV was not written: {shown}{more}", mend="Correct the CV, or add the fact to the profile if it is true."
        )
        self.findings = findings
