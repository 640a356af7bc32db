"""Which requirement a finished CV answers, and where: read from the document itself, never asked of a model.

The CV is read as if it were a profile and matched like one; the facts that answer are then lines of the CV.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inroad.cvs.matching import match_posting
from inroad.cvs.model import Coverage
from inroad.cvs.profile import Profile
from inroad.postings.model import Posting, Structured


@dataclass(frozen=True, slots=True)
class Answered:
    """One requirement and its answer in the document.

    Attributes:
        text: The requirement as the posting words it.
        importance: "must" or "nice".
        coverage: "covered", "weak" or "missing".
        where: JSON pointers into the CV, strongest first.
        reason: One sentence.
    """

    text: str
    importance: str
    coverage: Coverage
    where: tuple[str, ...]
    reason: str


def read_coverage(resume: Mapping[str, Any], posting: Posting, structured: Structured | None = None) -> tuple[Answered, ...]:
    """Say for each requirement of a posting where a CV answers it.

    Args:
        resume: The CV: a JSON Resume document that keeps to the schema.
        posting: The job.
        structured: The posting taken apart, with a person's marks applied; read anew when not given.
    """
    document = Profile.from_resume(resume, name="the CV")
    match = match_posting(document, posting, structured=structured)
    return tuple(
        Answered(
            item.text,
            item.importance,
            item.coverage,
            tuple(document.facts[fact].path for fact in item.evidence if fact in document.facts),
            item.reason,
        )
        for item in match.requirements
    )
