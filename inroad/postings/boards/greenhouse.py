"""Greenhouse's job board API (https://developers.greenhouse.io/job-board.html): descriptions are HTML, escaped once more."""

from __future__ import annotations

from inroad.postings.assembly import Draft
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick
from inroad.postings.model import Salary
from inroad.postings.pay import pay_period, salary_of


def _salary(job: Record) -> Salary | None:
    for pay in listed(job.get("pay_input_ranges")):
        low, high = pick(pay, "min_cents"), pick(pay, "max_cents")
        if isinstance(low, int | float) and isinstance(high, int | float) and not isinstance(low, bool):
            title = label(pick(pay, "title"))
            period = pay_period(title or "") or ("hour" if high < 50_000 else "year")
            return salary_of(low / 100, high / 100, pick(pay, "currency_type"), period, raw=title)
    return None


def read(job: Record, source: Source) -> Draft:
    """Reads one job of `/v1/boards/TOKEN/jobs?content=true&pay_transparency=true`."""
    identifier = label(pick(job, "id"))
    token = source.segment_after("boards")
    page = f"https://boards.greenhouse.io/{token}/jobs/{identifier}" if token and identifier else None
    offices = [name for office in listed(job.get("offices")) if (name := label(office))]
    return Draft(
        title=job.get("title"),
        url=pick(job, "absolute_url") or page,
        identifier=identifier,
        company=label(pick(job, "company_name")),
        places=[label(pick(job, "location")) or "; ".join(offices)],
        description=[(None, job.get("content"))],
        posted_on=pick(job, "first_published", "updated_at"),
        valid_through=pick(job, "application_deadline"),
        salary=_salary(job),
        employment=[
            label(pick(item, "value")) for item in listed(job.get("metadata")) if "employ" in str(pick(item, "name")).lower()
        ],
        department=label(pick(job, "departments")),
        language=pick(job, "language"),
        details={
            "requisition_id": label(pick(job, "requisition_id")),
            "offices": offices,
            "updated_at": label(job.get("updated_at")),
        },
    )


READER = BoardReader("greenhouse", jobs_at=("jobs", "departments.*.jobs.*", "offices.*.departments.*.jobs.*"), read=read)
