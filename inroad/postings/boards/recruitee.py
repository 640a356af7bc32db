"""Recruitee's careers site API (`https://COMPANY.recruitee.com/api/offers/`), also on customers' own hosts."""

from __future__ import annotations

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick
from inroad.postings.pay import salary_of


def _places(job: Record) -> list[str | None]:
    lines = [
        place(*(label(pick(item, name)) for name in ("city", "state", "country"))) or label(pick(item, "name"))
        for item in listed(job.get("locations"))
    ]
    own = label(pick(job, "location")) or place(job.get("city"), job.get("state_name"), job.get("country"))
    return [line for line in lines if line] or [own]


def _workplace(job: Record) -> list[object]:
    if job.get("hybrid") is True:
        return ["hybrid"]
    return [job.get("remote"), "onsite" if job.get("on_site") is True else None]


def read(job: Record, source: Source) -> Draft | None:
    """Reads one offer; drafts and closed ones, which some hosts serve, are left out."""
    if job.get("status") not in (None, "published"):
        return None
    slug = label(pick(job, "slug"))
    return Draft(
        title=pick(job, "title", "position"),
        url=pick(job, "careers_url") or (f"{source.origin}/o/{slug}" if slug else None),
        identifier=label(pick(job, "id", "guid")),
        company=label(pick(job, "company_name")),
        places=_places(job),
        description=[(None, pick(job, "description")), ("Requirements", pick(job, "requirements"))],
        remote=_workplace(job),
        posted_on=pick(job, "published_at", "created_at"),
        valid_through=pick(job, "close_at"),
        salary=salary_of(
            *(pick(job, f"salary.{name}") for name in ("min", "max", "currency", "period")),
        ),
        employment=[str(pick(job, "employment_type_code", "employment_type") or "").replace("fulltime_fixed_term", "fixed term")],
        department=label(pick(job, "department")),
        details={
            "apply_url": pick(job, "careers_apply_url"),
            "experience": label(pick(job, "experience_code")),
            "education": label(pick(job, "education_code")),
        },
    )


READER = BoardReader("recruitee", jobs_at=("offers", "offer"), read=read)
