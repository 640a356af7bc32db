"""Choosing for a posting: what the job asks for, and how much each of the person's statements answers it.

Phases 1 and 2 of `composing`, as pure functions with typed values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inroad.cvs.career import read_career
from inroad.cvs.claims.quantities import find_quantities
from inroad.cvs.claims.scope import split_clauses
from inroad.cvs.claims.support import telling_stems
from inroad.cvs.claims.words import meanings
from inroad.cvs.matching import match_posting
from inroad.cvs.model import Fact, Match
from inroad.cvs.profile import Profile
from inroad.postings import apply_annotations, structure_posting
from inroad.postings.model import Annotation, Posting, Structured
from inroad.postings.skills import find_skills, related_skills

MAX_REQUIREMENT_WEIGHT = {"must": 2.0, "nice": 1.0}

SAME_WORTH = 0.5  # statements whose scores differ by less answer a job alike: a figure alone is worth 0.6


@dataclass(frozen=True, slots=True)
class Job:
    """What a posting asks for, read for choosing.

    Attributes:
        title: Title of the job.
        skills: Wanted skill to its weight.
        words: Stem or group of synonyms to its weight.
        wanted: Requirements as written, musts first.
        language: ISO 639-1 code of the posting.
        seniority: Level asked for.
    """

    title: str
    skills: Mapping[str, float]
    words: Mapping[str | int, float]
    wanted: tuple[str, ...]
    language: str | None
    seniority: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """One line that may stand in the CV.

    Attributes:
        fact: The fact that says it.
        text: The person's own words.
        score: How much it answers the job; comparable within one CV.
    """

    fact: Fact
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class ChosenEntry:
    """One position, project, ... with its statements, best first.

    Attributes:
        section: Section of the JSON Resume.
        fact: The fact that names the entry.
        row: The entry in the profile.
        statements: Its highlights by score.
        score: How much the entry answers the job.
        rank: 0 for the most recent of its section, 1 for the one before, ...
    """

    section: str
    fact: Fact
    row: Mapping[str, Any]
    statements: tuple[Statement, ...]
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What of the profile answers the job, ordered: sections by name, entries most recent first."""

    entries: Mapping[str, tuple[ChosenEntry, ...]]
    match: Match


def read_job(posting: Posting, annotations: Sequence[Annotation] = ()) -> tuple[Job, Structured]:
    """Phase 1: read what the posting asks for, as the person marked it; a gap that they named is not written towards."""
    structured = apply_annotations(structure_posting(posting), annotations)
    skills = dict.fromkeys(structured.skills, 1.0)
    words: dict[str | int, float] = {}
    for requirement in structured.requirements:
        if requirement.mark == "gap":
            continue
        weight = MAX_REQUIREMENT_WEIGHT.get(requirement.importance, 1.0) * requirement.weight
        skills |= {name: max(weight, skills.get(name, 0.0)) for name in requirement.skills}
        _add_words(words, requirement.text, weight * 0.5)
    for span in structured.sections.get("responsibilities", ()):
        _add_words(words, span.text, 0.4)
    _add_words(words, posting.title, 1.0)
    skills |= {mention.name: 3.0 for mention in find_skills(posting.title)}
    wanted = [
        requirement.text
        for importance in ("must", "nice")
        for requirement in structured.requirements
        if requirement.importance == importance and requirement.mark != "gap"
    ]
    for span in structured.emphasis:
        _add_words(words, span.text, 1.0)
    job = Job(posting.title, skills, words, tuple(wanted[:20]), structured.language or posting.language, structured.seniority)
    return job, structured


def choose(profile: Profile, posting: Posting, job: Job, structured: Structured) -> Selection:
    """Phase 2: score every statement of the profile against the job and order the entries."""
    match = match_posting(profile, posting, structured=structured)
    proven = {
        fact: answer.importance for answer in match.requirements for fact in answer.evidence if answer.coverage == "covered"
    }
    entries = {
        section: tuple(_choose_section(profile, section, job, proven))
        for section in ("work", "projects", "volunteer", "publications", "awards")
    }
    return Selection(entries, match)


def score_text(text: str, job: Job) -> float:
    """Score a text against the job: wanted skills, their neighbours, wanted words, and a figure that can be checked."""
    named = {mention.name for mention in find_skills(text)}
    direct = sum(job.skills.get(name, 0.0) for name in named)
    near = sum(0.25 for name in named if name not in job.skills and not related_skills(name).isdisjoint(job.skills))
    words = sum(max((job.words.get(key, 0.0) for key in meanings(stem)), default=0.0) for stem in telling_stems(text))
    return direct + min(near, 1.0) + words + (0.6 if find_quantities(text) else 0.0) + _part_worth(text)


def _part_worth(text: str) -> float:
    """What the person's part adds: a deed of one's own says more than a trial or a hand that was lent."""
    first = next(iter(split_clauses(text)), None)
    if first is None or not first.word:
        return 0.0
    return 0.4 if first.claims >= 3 else -0.5 if first.claims < 2 else 0.0


def _add_words(words: dict[str | int, float], text: str, weight: float) -> None:
    for stem in telling_stems(text[:600]):
        for key in meanings(stem):
            words[key] = max(weight, words.get(key, 0.0))


def _choose_section(profile: Profile, section: str, job: Job, proven: Mapping[str, str]) -> Iterator[ChosenEntry]:
    newest_first = sorted(profile.entries(section), key=lambda pair: _recency(pair[1]), reverse=True)
    for rank, (fact, row) in enumerate(newest_first):
        statements = [
            Statement(found, found.text, _score(found, job, proven))
            for found in profile.facts_under(fact.path)
            if found.kind == "highlight"
        ]
        statements.sort(key=lambda statement: -int(statement.score / SAME_WORTH))  # equals keep the person's own order
        own = score_text(f"{fact.text} {row.get('summary') or ''} {row.get('description') or ''}", job)
        yield ChosenEntry(section, fact, row, tuple(statements), own + sum(statement.score for statement in statements[:3]), rank)


def _score(fact: Fact, job: Job, proven: Mapping[str, str]) -> float:
    bonus = {"must": 1.5, "nice": 0.75}.get(proven.get(fact.id, ""), 0.0)
    return round(score_text(fact.text, job) + bonus, 4)


def _recency(row: Mapping[str, Any]) -> tuple[str, str]:
    """Order by end, then start; what has a start and no end goes on."""
    start = row.get("startDate") or row.get("date") or row.get("releaseDate") or ""
    end = row.get("endDate") or ("9999" if row.get("startDate") else start)
    return end, start


def career_text(profile: Profile) -> str:
    """All prose of the profile, to tell its language."""
    career = read_career(profile)
    return "\n".join(
        fact.text
        for fact in profile.facts.values()
        if fact.id in career.stems and fact.kind in {"highlight", "summary", "description"}
    )
