"""Oracle Recruiting Cloud's candidate API (`/hcmRestApi/resources/latest/recruitingCEJobRequisitions`, and its details)."""

from __future__ import annotations

import re

from inroad.postings.assembly import Draft
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick

_SITE = re.compile(r"siteNumber=([\w-]{1,40})")


def _site(source: Source) -> str:
    found = _SITE.search(source.url)
    return found.group(1) if found else source.segment_after("sites") or "CX"


def read(job: Record, source: Source) -> Draft:
    """Reads one requisition of the list or of `recruitingCEJobRequisitionDetails`."""
    identifier = label(pick(job, "Id", "RequisitionId", "Number"))
    page = f"{source.origin}/hcmUI/CandidateExperience/en/sites/{_site(source)}/job/{identifier}"
    others = [label(pick(item, "Name")) for item in listed(pick(job, "secondaryLocations", "otherWorkLocations"))]
    return Draft(
        title=pick(job, "Title", "RequisitionTitle"),
        url=pick(job, "ExternalURL") or (page if identifier else None),
        identifier=identifier,
        company=label(pick(job, "LegalEmployer", "Organization")),
        places=[label(pick(job, "PrimaryLocation")), *others],
        description=[
            (None, pick(job, "ExternalDescriptionStr", "ShortDescriptionStr")),
            ("Responsibilities", pick(job, "ExternalResponsibilitiesStr")),
            ("Qualifications", pick(job, "ExternalQualificationsStr")),
            (None, pick(job, "CorporateDescriptionStr")),
        ],
        remote=[label(pick(job, "WorkplaceType", "WorkplaceTypeCode"))],
        posted_on=pick(job, "PostedDate", "ExternalPostedStartDate"),
        valid_through=pick(job, "PostingEndDate", "ExternalPostedEndDate"),
        employment=[label(pick(job, "JobSchedule", "WorkerType", "ContractType"))],
        department=label(pick(job, "JobFamily", "JobFunction", "Category", "Department")),
        language=pick(job, "Language"),
    )


READER = BoardReader("oracle_orc", jobs_at=("items.*.requisitionList", "items", "requisitionList"), read=read)
