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
    """

    text: str
    importance: str
    skills: tuple[str, ...]
    years: float | None
    span: Span


@dataclass(frozen=True, slots=True)
class Structured:
    """A posting's description, taken apart.

    Attributes:
        sections: Section name ("responsibilities", "must", "nice", "benefits", "about", "other") to its items.
        requirements: The must and nice items as separate requirements.
        skills: All normalised skills named anywhere, most important first.
        seniority: "intern", "junior", "mid", "senior", "lead", "executive" or None.
        language: ISO 639-1 code.
    """

    sections: Mapping[str, tuple[Span, ...]]
    requirements: tuple[Requirement, ...]
    skills: tuple[str, ...]
    seniority: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class PostingLink:
    """A job that a careers page lists, not yet read.

    Attributes:
        url: Absolute address of the job's own page.
        title: Its title as listed.
    """

    url: str
    title: str
