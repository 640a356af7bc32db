"""Workable: the account widget (`/api/accounts/TOKEN?details=true`) and the careers page's own API (`/api/v3/...`).

The widget repeats a job once a location; the repetitions are merged by the job's short code.
"""

from __future__ import annotations

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick


def _line(location: object) -> str | None:
    if isinstance(location, str):
        return location
    return place(*(label(pick(location, name)) for name in ("city", "region", "country"))) or label(
        pick(location, "location_str")
    )


def _places(job: Record) -> list[str | None]:
    lines = [_line(location) for location in listed(job.get("locations")) if not pick(location, "hidden")]
    lines = [line for line in lines if line]
    own = _line(job.get("location")) or place(job.get("city"), job.get("state"), job.get("country"))
    return lines or [own]


def read(job: Record, source: Source) -> Draft:
    """Reads one job of either API."""
    code = label(pick(job, "shortcode", "id"))
    account = source.path_parts[0] if source.path_parts and "apply.workable.com" in source.url else None
    account = source.segment_after("accounts") or (None if account in {"j", "api"} else account)
    address = f"https://apply.workable.com/{account}/j/{code}/" if account else f"https://apply.workable.com/j/{code}"
    return Draft(
        title=pick(job, "title", "full_title"),
        url=pick(job, "url", "shortlink", "application_url") or address,
        identifier=code,
        company=label(pick(source.payload, "name")),
        places=_places(job),
        description=[
            (None, pick(job, "description", "full_description")),
            ("Requirements", pick(job, "requirements")),
            ("Benefits", pick(job, "benefits")),
        ],
        remote=[label(pick(job, "workplace", "workplace_type")), job.get("telecommuting"), job.get("remote")],
        posted_on=pick(job, "published_on", "published", "created_at"),
        employment=[
            {"full": "full-time", "part": "part-time"}.get(str(job.get("type")), label(pick(job, "employment_type", "type")))
        ],
        department=label(pick(job, "department")),
        language=pick(job, "language"),
        details={
            "industry": label(pick(job, "industry")),
            "experience": label(pick(job, "experience")),
            "code": label(pick(job, "code")),
        },
    )


READER = BoardReader("workable", jobs_at=("jobs", "results"), read=read, merge_places=True)
