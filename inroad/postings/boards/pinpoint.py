"""Pinpoint's postings feed (`https://COMPANY.pinpointhq.com/postings.json`)."""

from __future__ import annotations

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.reading import BoardReader, Record, Source, label, pick
from inroad.postings.model import Salary
from inroad.postings.pay import parse_salary, salary_of

_SECTIONS = (
    ("Responsibilities", "key_responsibilities"),
    ("Requirements", "skills_knowledge_expertise"),
    ("Benefits", "benefits"),
)


def _salary(job: Record) -> Salary | None:
    if job.get("compensation_visible") is False:
        return None
    fields = ("compensation_minimum", "compensation_maximum", "compensation_currency", "compensation_frequency")
    return salary_of(*(pick(job, name) for name in fields), raw=pick(job, "compensation")) or parse_salary(
        pick(job, "compensation")
    )


def read(job: Record, source: Source) -> Draft:
    """Reads one posting; the sections keep the headings that the company gave them."""
    spot = pick(job, "location")
    written = place(*(label(pick(spot, name)) for name in ("city", "province", "country"))) if isinstance(spot, dict) else None
    path = label(pick(job, "path"))
    sections: list[tuple[str | None, object]] = [(None, pick(job, "description"))]
    sections += [(label(pick(job, f"{name}_header")) or heading, pick(job, name)) for heading, name in _SECTIONS]
    return Draft(
        title=pick(job, "title"),
        url=pick(job, "url") or (f"{source.origin}{path}" if path and path.startswith("/") else None),
        identifier=label(pick(job, "id")),
        places=[label(pick(spot, "name")) or written or label(spot)],
        description=sections,
        remote=[label(pick(job, "workplace_type", "workplace_type_text"))],
        posted_on=pick(job, "published_at", "created_at"),
        valid_through=pick(job, "deadline_at"),
        salary=_salary(job),
        employment=[label(pick(job, "employment_type", "employment_type_text"))],
        department=label(pick(job, "job.department", "department")),
        details={
            "requisition_id": label(pick(job, "job.requisition_id", "requisition_id")),
            "division": label(pick(job, "job.division")),
        },
    )


READER = BoardReader("pinpoint", jobs_at=("data", "postings"), read=read)
