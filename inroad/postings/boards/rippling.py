"""Rippling's job board API (`/api/v2/board/NAME/jobs` on ats.rippling.com, and the older `/platform/api/ats/v1/board/...`).

The careers pages are rendered from the same objects, embedded in their `__NEXT_DATA__` script.
"""

from __future__ import annotations

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.generic import embedded_json, job_lists
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick
from inroad.postings.model import Salary
from inroad.postings.pay import salary_of

_WORKPLACES = ("REMOTE", "HYBRID", "ON_SITE")


def _salary(job: Record) -> Salary | None:
    for pay in listed(pick(job, "payRangeDetails", "payRanges")):
        salary = salary_of(
            pick(pay, "rangeStart", "min"),
            pick(pay, "rangeEnd", "max"),
            pick(pay, "currency.currencyType", "currency"),
            pick(pay, "frequency"),
        )
        if salary is not None:
            return salary
    return None


def _places(job: Record) -> list[str | None]:
    lines = []
    for item in listed(pick(job, "locations", "workLocations", "workLocation", "location")):
        written = place(*(label(pick(item, name)) for name in ("city", "state", "country"))) if isinstance(item, dict) else None
        lines.append(label(pick(item, "name", "label")) or written or label(item))
    return lines


def _sections(job: Record) -> list[tuple[str | None, object]]:
    written = job.get("description")
    if not isinstance(written, dict):
        return [(None, written)]
    # "company" introduces the employer, "role" is the job.
    return [(None, written[name]) for name in sorted(written, key=lambda name: (name != "company", name != "role", name))]


def read(job: Record, source: Source) -> Draft:
    """Reads one job of either version of the API, or a job's detail."""
    identifier = label(pick(job, "uuid", "id"))
    board = source.segment_after("board") or (
        source.path_parts[0] if "ats.rippling.com" in source.url and source.path_parts else None
    )
    kinds = [str(pick(item, "workplaceType") or "") for item in listed(job.get("locations"))]
    return Draft(
        title=pick(job, "name", "title"),
        url=pick(job, "url") or (f"https://ats.rippling.com/{board}/jobs/{identifier}" if board and identifier else None),
        identifier=identifier,
        company=label(pick(job, "companyName")),
        places=_places(job),
        description=_sections(job),
        remote=[next((kind for kind in _WORKPLACES if kind in kinds), None), label(pick(job, "workplaceType"))],
        posted_on=pick(job, "createdOn", "createdAt", "publishedAt"),
        salary=_salary(job),
        employment=[label(pick(job, "employmentType.id")), label(pick(job, "employmentType"))],
        department=label(pick(job, "department.name", "department.label", "department")),
        language=pick(job, "language"),
        details={"base_department": label(pick(job, "department.base_department"))},
    )


def markup(text: str, source: Source) -> list[Draft]:
    """Reads the jobs embedded in a page of the board."""
    for document in embedded_json(text):
        for records in job_lists(document):
            jobs = [record for record in records if record.get("name") and ("locations" in record or "workLocation" in record)]
            if jobs:
                return [read(job, source) for job in jobs]
    return []


READER = BoardReader("rippling", jobs_at=("items", "", "jobs", "results"), read=read, markup=markup, merge_places=True)
