"""BambooHR's careers list (`https://COMPANY.bamboohr.com/careers/list`) and its detail (`/careers/ID/detail`)."""

from __future__ import annotations

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.reading import BoardReader, Record, Source, label, pick

# "0" on site, "1" remote, "2" hybrid.
_LOCATION_TYPES = {"1": "remote", "2": "hybrid"}


def read(job: Record, source: Source) -> Draft:
    """Reads one opening of the list or of the detail."""
    identifier = label(pick(job, "id")) or source.segment_after("careers")
    spots = (job.get("location"), job.get("atsLocation"))
    lines = [place(*(pick(spot, name) for name in ("city", "state", "province", "addressCountry", "country"))) for spot in spots]
    return Draft(
        title=pick(job, "jobOpeningName", "title"),
        url=pick(job, "jobOpeningShareUrl") or (f"{source.origin}/careers/{identifier}" if identifier else None),
        identifier=identifier,
        places=[line for line in lines if line][:1],
        description=[(None, pick(job, "description"))],
        remote=[job.get("isRemote"), _LOCATION_TYPES.get(str(job.get("locationType")))],
        posted_on=pick(job, "datePosted"),
        employment=[label(pick(job, "employmentStatusLabel", "employmentType"))],
        department=label(pick(job, "departmentLabel")),
        details={"minimum_experience": label(pick(job, "minimumExperience")), "compensation": label(pick(job, "compensation"))},
    )


READER = BoardReader("bamboohr", jobs_at=("result.jobOpening", "result"), read=read)
