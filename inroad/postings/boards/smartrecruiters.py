"""SmartRecruiters' posting API (https://developers.smartrecruiters.com/docs/posting-api): only details have descriptions."""

from __future__ import annotations

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick

_SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")


def _url(job: Record, source: Source) -> str | None:
    identifier, company = label(pick(job, "id")), label(pick(job, "company.identifier")) or source.segment_after("companies")
    return f"https://jobs.smartrecruiters.com/{company}/{identifier}" if company and identifier else None


def read(job: Record, source: Source) -> Draft | None:
    """Reads one posting of `/v1/companies/ID/postings`, or of its detail; inactive ones are left out."""
    if job.get("active") is False:
        return None
    spot = pick(job, "location")
    written = place(*(label(pick(spot, name)) for name in ("city", "region"))) if isinstance(spot, dict) else None
    country = str(pick(spot, "country") or "").upper()
    sections = [
        (label(pick(job, f"jobAd.sections.{name}.title")), pick(job, f"jobAd.sections.{name}.text")) for name in _SECTIONS
    ]
    custom = [
        value
        for field in listed(job.get("customField"))
        if pick(field, "fieldLabel") == "Brands" and (value := label(pick(field, "valueLabel")))
    ]
    return Draft(
        title=pick(job, "name", "title"),
        url=pick(job, "postingUrl") or _url(job, source),
        identifier=label(pick(job, "id", "uuid")),
        company=label(pick(job, "company")),
        places=[label(pick(spot, "fullLocation")) or place(written, country) or label(spot)],
        description=sections,
        remote=["hybrid" if pick(spot, "hybrid") is True else None, pick(spot, "remote")],
        posted_on=pick(job, "releasedDate", "createdOn"),
        employment=[label(pick(job, "typeOfEmployment"))],
        department=label(pick(job, "department", "function")),
        language=label(pick(job, "language.code")),
        details={
            "ref_number": label(pick(job, "refNumber")),
            "experience": label(pick(job, "experienceLevel")),
            "industry": label(pick(job, "industry")),
            "apply_url": pick(job, "applyUrl"),
            "brands": custom,
        },
    )


READER = BoardReader("smartrecruiters", jobs_at=("content", "postings"), read=read)
