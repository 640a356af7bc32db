"""Personio's XML feed (`https://COMPANY.jobs.personio.de/xml`, https://developer.personio.de/docs/retrieving-open-job-positions)."""

from __future__ import annotations

from lxml import etree

from inroad.postings.assembly import Draft
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick
from inroad.postings.boards.xml_feed import elements, is_xml, record_of, text_of


def _sections(position: etree._Element) -> list[tuple[str | None, object]]:
    sections: list[tuple[str | None, object]] = []
    for block in position.iter("jobDescription"):
        parts = record_of(block)
        sections.append((label(parts.get("name")), parts.get("value")))
    return sections


def _draft(record: Record, sections: list[tuple[str | None, object]], source: Source) -> Draft:
    identifier = label(pick(record, "id"))
    offices = [pick(record, "office"), *listed(pick(record, "additionalOffices", "offices"))]
    return Draft(
        title=pick(record, "name", "title"),
        url=pick(record, "url") or (f"{source.origin}/job/{identifier}" if identifier else None),
        identifier=identifier,
        company=label(pick(record, "subcompany")),
        places=[label(office) for office in offices],
        description=sections,
        posted_on=pick(record, "createdAt", "created_at"),
        employment=[_employment(record)],
        department=label(pick(record, "department")),
        language=pick(record, "language"),
        details={
            "seniority": label(pick(record, "seniority")),
            "years_of_experience": label(pick(record, "yearsOfExperience")),
            "category": label(pick(record, "recruitingCategory")),
            "occupation": label(pick(record, "occupation")),
            "keywords": label(pick(record, "keywords")),
        },
    )


def _employment(record: Record) -> str:
    """Type before schedule: an intern in full time is an intern; "permanent" alone says less than the schedule does."""
    kind = str(pick(record, "employmentType", "employment_type") or "")
    schedule = str(pick(record, "schedule") or "")
    return schedule if kind == "permanent" and schedule else f"{kind} {schedule}"


def read(job: Record, source: Source) -> Draft:
    """Reads one position of the JSON that newer career pages use (`/search.json`)."""
    return _draft(job, [(None, pick(job, "description"))], source)


def markup(text: str, source: Source) -> list[Draft]:
    """Reads the XML feed; a page of the careers site is left to the generic reader."""
    if not is_xml(text):
        return []
    drafts = []
    for position in elements(text, "position"):
        record = record_of(position)
        offices = position.find("additionalOffices")
        record["additionalOffices"] = [] if offices is None else [text_of(office) for office in offices]
        drafts.append(_draft(record, _sections(position), source))
    return drafts


READER = BoardReader("personio", jobs_at=("", "positions", "data"), read=read, markup=markup)
