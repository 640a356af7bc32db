"""From what a source says about one job to one `Posting`.

Every reader of this package (boards, structured data, pages, files) fills a `Draft` with raw values and has it built here,
so that dates, pay, places, types and keys are normalised in one place. Reading sources is not done here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from inroad.postings.conditions import employment_type, remote_regions, workplace
from inroad.postings.dates import iso_date
from inroad.postings.documents import absolute_url
from inroad.postings.keys import board_key, written_key
from inroad.postings.languages import detect_language
from inroad.postings.model import Posting, Salary
from inroad.postings.pay import find_salary
from inroad.postings.plaintext import description_text, one_line

MAX_DESCRIPTION_CHARS: Final = 100_000
MAX_TITLE_CHARS: Final = 300
_DAY_FIRST_ENGLISH: Final = frozenset({"en-gb", "en-ie", "en-au", "en-nz", "en-in", "en-za"})


@dataclass(slots=True)
class Draft:
    """One job as its source has it, nothing normalised.

    Attributes:
        title: Job title.
        url: Address of the job's page, absolute or relative to the source.
        identifier: The board's id of the job; None where the source has none.
        company: Hiring organisation.
        places: Locations, each a line; joined with "; ".
        description: (heading, markup) pairs in order; a heading of None adds none.
        remote: What is said of the place of work, strongest first.
        posted_on: Date in any form.
        valid_through: Date in any form.
        salary: Pay, when the source has fields for it.
        employment: Type of employment in the source's words, strongest first.
        department: Team or department.
        language: Language code as published.
        details: Further facts; empty ones are dropped.
    """

    title: object
    url: object = None
    identifier: object = None
    company: object = None
    places: Iterable[object] = ()
    description: Iterable[tuple[str | None, object]] = ()
    remote: Iterable[object] = ()
    posted_on: object = None
    valid_through: object = None
    salary: Salary | None = None
    employment: Iterable[object] = ()
    department: object = None
    language: object = None
    details: Mapping[str, Any] = field(default_factory=dict)


def place(*parts: object) -> str | None:
    """Joins a place's parts ("Berlin", "Berlin", "Germany") into one line, without empty and repeated ones."""
    kept: list[str] = []
    for part in parts:
        text = one_line(part, limit=120)
        if text and text.casefold() not in {known.casefold() for known in kept}:
            kept.append(text)
    return ", ".join(kept) or None


def _location(places: Iterable[object]) -> str | None:
    lines: list[str] = []
    for value in places:
        line = one_line(value, limit=200)
        if line and line not in lines:
            lines.append(line)
        if len(lines) == 50:
            break
    return "; ".join(lines)[:1_000] or None


def join_sections(sections: Iterable[tuple[str | None, object]]) -> str:
    """Joins (heading, markup) pairs into one description; a section that an earlier one already holds is left out."""
    blocks: list[str] = []
    for heading, markup in sections:
        text = description_text(markup)
        if not text or any(text in block for block in blocks):
            continue
        label = one_line(heading)
        blocks.append(f"{label}\n{text}" if label else text)
    return "\n\n".join(blocks)[:MAX_DESCRIPTION_CHARS]


def _language(written: object, description: str) -> str | None:
    detected = detect_language(description)
    if detected is None and isinstance(written, str) and len(written) >= 2 and written[:2].isalpha():
        return written[:2].lower()
    return detected


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _employment_in(title: str) -> str | None:
    """The type that a title names. "Contract Manager" and "Volunteer Coordinator" are jobs about it, not of that type."""
    kind = employment_type(title)
    return None if kind in {"contract", "volunteer"} and f"({kind}" not in title.lower() else kind


def _kept(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in details.items() if value not in (None, "", [], {}, ())}


def build_posting(draft: Draft, *, source: str, base_url: str) -> Posting | None:
    """Builds a posting from a draft.

    Args:
        draft: The raw values.
        source: Provider name, "json-ld", "microdata", "rdfa", "page" or "file".
        base_url: Address of the page or feed, against which relative links are read.

    Returns:
        The posting; None when the draft has no title.
    """
    title = one_line(draft.title, limit=MAX_TITLE_CHARS)
    if title is None:
        return None
    company, location = one_line(draft.company), _location(draft.places)
    identifier = one_line(draft.identifier, limit=150)
    description = join_sections(draft.description)
    language = _language(draft.language, description)
    day_first = language not in {None, "en"} or str(draft.language or "").lower() in _DAY_FIRST_ENGLISH
    remote = workplace(*draft.remote, location, title)
    details = _kept(draft.details)
    if remote in {"remote", "hybrid"} and not details.get("regions"):
        details |= _kept({"regions": remote_regions(*draft.remote, location, title)})
    if draft.posted_on and iso_date(draft.posted_on) is None:
        details |= _kept({"posted": one_line(draft.posted_on, limit=120)})
    return Posting(
        key=board_key(source, identifier) if identifier else written_key(title, location, company),
        title=title,
        url=absolute_url(draft.url, base_url) or base_url,
        description=description,
        company=company,
        location=location,
        remote=remote,
        posted_on=iso_date(draft.posted_on, day_first=day_first),
        valid_through=iso_date(draft.valid_through, day_first=day_first),
        salary=draft.salary or find_salary(description, language=language),
        employment_type=_first(employment_type(value) for value in draft.employment) or _employment_in(title),
        language=language,
        department=one_line(draft.department),
        source=source,
        details=details,
    )
