"""Ashby's public job posting API (https://developers.ashbyhq.com/docs/public-job-posting-api)."""

from __future__ import annotations

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick
from inroad.postings.model import Salary
from inroad.postings.pay import parse_salary, salary_of


def _salary(job: Record) -> Salary | None:
    tiers = [part for tier in listed(pick(job, "compensation.compensationTiers")) for part in listed(pick(tier, "components"))]
    for part in [*listed(pick(job, "compensation.summaryComponents")), *tiers]:
        if pick(part, "compensationType") in ("Salary", "Hourly", None):
            interval = str(pick(part, "interval") or "").removeprefix("1 ").lower()
            salary = salary_of(pick(part, "minValue"), pick(part, "maxValue"), pick(part, "currencyCode"), interval)
            if salary is not None:
                return salary
    return parse_salary(pick(job, "compensation.scrapeableCompensationSalarySummary", "compensationTierSummary"))


def _places(job: Record) -> list[str | None]:
    others = [label(pick(item, "location", "locationName")) or label(item) for item in listed(job.get("secondaryLocations"))]
    address = pick(job, "address.postalAddress")
    written = place(*(pick(address, name) for name in ("addressLocality", "addressRegion", "addressCountry")))
    return [label(pick(job, "location", "locationName")) or written, *others]


def read(job: Record, source: Source) -> Draft | None:
    """Reads one job of `/posting-api/job-board/NAME?includeCompensation=true`; unlisted ones are not open to the public."""
    if job.get("isListed") is False:
        return None
    identifier = label(pick(job, "id", "jobId"))
    board = source.path_parts[-1] if source.path_parts and "ashbyhq" in source.url else None
    return Draft(
        title=pick(job, "title"),
        url=pick(job, "jobUrl", "externalLink", "applyUrl")
        or (f"https://jobs.ashbyhq.com/{board}/{identifier}" if board else None),
        identifier=identifier,
        places=_places(job),
        description=[(None, pick(job, "descriptionHtml", "descriptionPlain"))],
        remote=[label(pick(job, "workplaceType")), job.get("isRemote")],
        posted_on=pick(job, "publishedAt", "publishedDate", "updatedAt"),
        valid_through=pick(job, "applicationDeadline"),
        salary=_salary(job),
        employment=[_words(pick(job, "employmentType"))],
        department=label(pick(job, "department", "departmentName", "team", "teamName")),
        details={"apply_url": pick(job, "applyUrl"), "team": label(pick(job, "team"))},
    )


def _words(value: object) -> str | None:
    """Splits "FullTime" into "Full Time"."""
    return "".join(f" {char}" if char.isupper() else char for char in value).strip() if isinstance(value, str) else None


READER = BoardReader("ashby", jobs_at=("jobs", "data.jobBoard.jobPostings", "jobPostings", "results"), read=read)
