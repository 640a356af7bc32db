"""Phenom: careers sites on the company's own host; the jobs stand in the page's `phApp.ddo`, or in the widgets' answer."""

from __future__ import annotations

import re

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.generic import embedded_json, job_lists
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick

_LOCALE_PREFIX = re.compile(r"\A((?:/[a-z]{2,10}){0,2}/[a-z]{2}(?:-[a-z]{2})?)(?=/|\Z)", re.IGNORECASE)


def _url(job: Record, source: Source) -> str | None:
    number = label(pick(job, "jobSeqNo"))
    if number is None:
        return None
    prefix = _LOCALE_PREFIX.match("/" + "/".join(source.path_parts))
    return f"{source.origin}{prefix.group(1) if prefix else '/us/en'}/job/{number}"


def _others(job: Record) -> list[str | None]:
    """Further places of a job with several; the first is told by its own fields."""
    first = " ".join(str(job.get(name) or "") for name in ("location", "city", "cityStateCountry"))
    lines = [line for item in listed(pick(job, "multi_location")) if (line := label(item))]
    return [line for line in lines if line.split(",")[0] not in first] if len(lines) > 1 else []


def read(job: Record, source: Source) -> Draft:
    """Reads one job of the search's answer."""
    written = place(*(label(pick(job, name)) for name in ("city", "state", "country")))
    return Draft(
        title=pick(job, "title"),
        url=_url(job, source) or pick(job, "jobUrl", "applyUrl"),
        identifier=label(pick(job, "jobId", "reqId", "jobSeqNo")),
        company=label(pick(job, "companyName")),
        places=[label(pick(job, "location", "cityStateCountry", "cityState")) or written, *_others(job)],
        description=[(None, pick(job, "description", "descriptionTeaser"))],
        remote=[label(pick(job, "remote", "workplaceType", "isRemote"))],
        posted_on=pick(job, "postedDate", "dateCreated"),
        employment=[label(pick(job, "type", "jobType"))],
        department=label(pick(job, "department", "category")),
        details={"apply_url": pick(job, "applyUrl"), "sequence": label(pick(job, "jobSeqNo"))},
    )


def markup(text: str, source: Source) -> list[Draft]:
    """Reads the jobs embedded in a search page: the longest list of objects with a title and a sequence number."""
    best: list[Record] = []
    for document in embedded_json(text):
        for records in job_lists(document):
            jobs = [record for record in records if record.get("title") and (record.get("jobSeqNo") or record.get("jobId"))]
            best = max(best, jobs, key=len)
    return [read(job, source) for job in best]


READER = BoardReader(
    "phenom",
    jobs_at=("refineSearch.data.jobs", "eagerLoadRefineSearch.data.jobs", "data.jobs", "jobs", "jobDetail.data.job"),
    read=read,
    markup=markup,
)
