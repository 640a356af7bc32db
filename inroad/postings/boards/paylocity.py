"""Paylocity: the list page (`/recruiting/jobs/All/GUID`), whose jobs stand in `window.pageData`, and the feed of the API.

The feed is empty for companies that did not switch it on, so the page is what is asked.
"""

from __future__ import annotations

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.generic import embedded_json
from inroad.postings.boards.reading import BoardReader, Record, Source, jobs_at, label, pick
from inroad.postings.pay import parse_salary

_HOST = "https://recruiting.paylocity.com"


def _place(job: Record) -> str | None:
    spot = pick(job, "jobLocation", "JobLocation")
    if isinstance(spot, dict):
        names = (("city", "City"), ("state", "State"), ("country", "Country"))
        return place(*(label(pick(spot, *pair)) for pair in names)) or label(pick(spot, "locationDisplayName", "name", "Name"))
    return label(pick(job, "LocationName", "locationName")) or label(spot) or place(pick(job, "city"), pick(job, "state"))


def read(job: Record, source: Source) -> Draft:
    """Reads one job of the feed or of the page's data."""
    del source
    identifier = label(pick(job, "jobId", "JobId", "id", "Id"))
    return Draft(
        title=pick(job, "title", "JobTitle", "jobTitle", "Title", "name"),
        url=pick(job, "displayUrl", "DisplayUrl", "url", "applyUrl")
        or (f"{_HOST}/Recruiting/Jobs/Details/{identifier}" if identifier else None),
        identifier=identifier,
        company=label(pick(job, "companyName", "CompanyName")),
        places=[_place(job)],
        description=[
            (None, pick(job, "description", "Description", "jobDescription", "JobDescription")),
            ("Requirements", pick(job, "requirements", "Requirements")),
        ],
        remote=[pick(job, "isRemote", "IsRemote"), label(pick(job, "remoteType", "RemoteType", "workplaceType"))],
        posted_on=pick(job, "publishedDate", "PublishedDate", "createdDate"),
        salary=parse_salary(pick(job, "salaryDescription", "SalaryDescription", "salary")),
        employment=[label(pick(job, "employmentType", "EmploymentType", "jobType", "JobType"))],
        department=label(pick(job, "hiringDepartment", "HiringDepartment", "department", "Department")),
        details={"apply_url": pick(job, "applyUrl"), "module": label(pick(job, "ModuleName"))},
    )


def markup(text: str, source: Source) -> list[Draft]:
    """Reads the list page."""
    for document in embedded_json(text):
        jobs = jobs_at(document, "Jobs") or jobs_at(document, "jobs")
        if jobs:
            return [read(job, source) for job in jobs]
    return []


READER = BoardReader("paylocity", jobs_at=("jobs", "Jobs", "data", ""), read=read, markup=markup)
