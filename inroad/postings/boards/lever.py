"""Lever's postings API (https://github.com/lever/postings-api): a bare list; sections come as headed lists of `<li>`."""

from __future__ import annotations

from inroad.postings.assembly import Draft
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick
from inroad.postings.pay import salary_of


def _sections(job: Record) -> list[tuple[str | None, object]]:
    opening: list[tuple[str | None, object]] = [(None, pick(job, "opening", "openingPlain"))]
    if opening[0][1] is None or pick(job, "descriptionBody") is None:
        opening = [(None, pick(job, "description", "descriptionPlain"))]
    else:
        opening.append((None, pick(job, "descriptionBody", "descriptionBodyPlain")))
    lists: list[tuple[str | None, object]] = []
    for section in listed(job.get("lists")):
        content = pick(section, "content")
        lists.append((label(pick(section, "text")), f"<ul>{content}</ul>" if isinstance(content, str) else None))
    return [*opening, *lists, (None, pick(job, "additional", "additionalPlain")), (None, pick(job, "salaryDescriptionPlain"))]


def read(job: Record, source: Source) -> Draft:
    """Reads one posting of `/v0/postings/SITE?mode=json`."""
    token, identifier = source.segment_after("postings"), label(pick(job, "id"))
    page = f"https://jobs.lever.co/{token}/{identifier}" if token and identifier else None
    places = [label(item) for item in listed(pick(job, "categories.allLocations"))]
    return Draft(
        title=pick(job, "text", "title"),
        url=pick(job, "hostedUrl", "urls.show", "applyUrl") or page,
        identifier=identifier,
        places=places or [label(pick(job, "categories.location"))],
        description=_sections(job),
        remote=[label(pick(job, "workplaceType"))],
        posted_on=pick(job, "createdAt"),
        salary=salary_of(
            pick(job, "salaryRange.min"),
            pick(job, "salaryRange.max"),
            pick(job, "salaryRange.currency"),
            pick(job, "salaryRange.interval"),
        ),
        employment=[label(pick(job, "categories.commitment"))],
        department=label(pick(job, "categories.department", "categories.team")),
        details={
            "apply_url": pick(job, "applyUrl"),
            "team": label(pick(job, "categories.team")),
            "country": label(pick(job, "country")),
        },
    )


READER = BoardReader("lever", jobs_at=("", "data", "postings"), read=read)
