"""The posting: one open job, as its company published it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Salary:
    """Pay as published.

    Attributes:
        minimum: Lower bound in `currency`; None when only an upper bound is given.
        maximum: Upper bound; equal to `minimum` for a single figure.
        currency: ISO 4217 code, None when not stated.
        period: "hour", "day", "week", "month" or "year", None when not stated.
        raw: The text it was read from.
    """

    minimum: float | None
    maximum: float | None
    currency: str | None
    period: str | None
    raw: str


@dataclass(frozen=True, slots=True)
class Posting:
    """One job posting.

    Attributes:
        key: Stable identity: "PROVIDER:ID" for a board's job, else a slug of title, location and company.
        title: Job title, plain text.
        company: Hiring organisation as written.
        location: One line; None when not stated.
        remote: "remote", "hybrid", "onsite" or None when not stated.
        url: Page of the posting.
        description: Plain text with line breaks kept, list items on lines of their own that start with "- ".
        posted_on: ISO date "YYYY-MM-DD".
        valid_through: ISO date.
        salary: Pay as published.
        employment_type: "full-time", "part-time", "contract", "internship", "temporary", ... or None.
        language: ISO 639-1 code of the description, None when unknown.
        department: Team or department as written.
        source: How it was read: "json-ld", "microdata", "page", a provider's name ("greenhouse"), "file".
        details: Further facts as published (identifiers, apply URL, regions, ...).
    """

    key: str
    title: str
    url: str
    description: str
    company: str | None = None
    location: str | None = None
    remote: str | None = None
    posted_on: str | None = None
    valid_through: str | None = None
    salary: Salary | None = None
    employment_type: str | None = None
    language: str | None = None
    department: str | None = None
    source: str = "page"
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of `Posting.description`: characters start (inclusive) to end (exclusive)."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of a posting.

    Attributes:
        text: The requirement as written.
        importance: "must" or "nice".
        skills: Normalised skill names that it asks for.
        years: Years of experience asked for, None when not stated.
        span: Where it stands in the description.
        level: How well it must be mastered: "basic", "working", "proficient" or "expert"; None when not stated.
        weight: How much it counts beside the others: 1, and 2 where a person marked it.
        mark: A person's strongest mark on it: "gap", "must-have" or "emphasise"; None for none.
        note: What the person wrote to the mark.
    """

    text: str
    importance: str
    skills: tuple[str, ...]
    years: float | None
    span: Span
    level: str | None = None
    weight: float = 1.0
    mark: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class PainPoint:
    """What hurts at the company, as its posting says: the reason why somebody is wanted.

    Attributes:
        kind: "growth", "legacy", "manual-work", "quality", "speed", "cost", "compliance", "staffing" or "change".
        span: The sentence or item that says so.
    """

    kind: str
    span: Span


@dataclass(frozen=True, slots=True)
class SectionCoverage:
    """How much of one section was understood or marked by a person.

    Attributes:
        items: Lines and sentences of the section.
        read: Items from which something was taken: a requirement's skill, years, level or degree, a named skill, a pain point;
            in sections that ask for nothing, items under a heading of that section.
        annotated: Items with a person's mark.
        unread: Items with neither.
    """

    items: int
    read: int
    annotated: int
    unread: tuple[Span, ...]

    @property
    def share(self) -> float:
        """Share of the items that are read or annotated, 0 to 1; 1 for an empty section."""
        return 1.0 if not self.items else 1 - len(self.unread) / self.items


@dataclass(frozen=True, slots=True)
class Annotation:
    """A person's mark on a piece of a posting.

    Attributes:
        kind: "must-have", "gap", "emphasise", "ignore" or "note".
        span: What is marked.
        note: What the person wrote to it.
        before: The text that stood before the span, at most 40 characters; tells two equal quotes apart when the text changes.
        after: The text behind it likewise.
    """

    kind: str
    span: Span
    note: str | None = None
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Structured:
    """A posting's description, taken apart.

    Attributes:
        sections: Section name ("responsibilities", "must", "nice", "benefits", "about", "other") to its items.
        requirements: The must and nice items as separate requirements.
        skills: All normalised skills named anywhere, most important first.
        seniority: "intern", "junior", "mid", "senior", "lead", "executive" or None.
        language: ISO 639-1 code.
        pain_points: What hurts at the company, in the text's order.
        coverage: Section name to how much of it was read or annotated.
        emphasis: Pieces that a person wants emphasised in what is written, in the text's order.
        reader: "rules", or "rules and llm" where a model found more.
    """

    sections: Mapping[str, tuple[Span, ...]]
    requirements: tuple[Requirement, ...]
    skills: tuple[str, ...]
    seniority: str | None
    language: str | None
    pain_points: tuple[PainPoint, ...] = ()
    coverage: Mapping[str, SectionCoverage] = field(default_factory=dict)
    emphasis: tuple[Span, ...] = ()
    reader: str = "rules"


@dataclass(frozen=True, slots=True)
class PostingLink:
    """A job that a careers page lists, not yet read.

    Attributes:
        url: Absolute address of the job's own page.
        title: Its title as listed.
    """

    url: str
    title: str
