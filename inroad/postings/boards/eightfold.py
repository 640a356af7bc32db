"""Eightfold's careers API (`/api/apply/v2/jobs?domain=...`, and the newer `/api/pcsx/search`)."""

from __future__ import annotations

from inroad.postings.assembly import Draft
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick


def read(job: Record, source: Source) -> Draft:
    """Reads one position of either API."""
    identifier = label(pick(job, "id", "ats_job_id"))
    places = [label(item) for item in listed(pick(job, "locations", "standardizedLocations"))]
    return Draft(
        title=pick(job, "posting_name", "name", "title"),
        url=pick(job, "canonicalPositionUrl", "publicUrl", "positionUrl")
        or (f"{source.origin}/careers/job/{identifier}" if identifier else None),
        identifier=identifier,
        places=places or [label(pick(job, "location"))],
        description=[(None, pick(job, "job_description", "jobDescription"))],
        remote=[label(pick(job, "work_location_option", "workLocationOption"))],
        posted_on=pick(job, "t_create", "postedTs", "t_update", "creationTs"),
        department=label(pick(job, "department", "business_unit")),
        details={
            "display_id": label(pick(job, "display_job_id", "displayJobId")),
            "business_unit": label(pick(job, "business_unit")),
        },
    )


READER = BoardReader("eightfold", jobs_at=("positions", "data.positions", "data"), read=read)
