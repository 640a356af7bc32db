"""Workday's candidate API (`POST /wday/cxs/TENANT/SITE/jobs`, and GET of a job's own path for its description)."""

from __future__ import annotations

import re

from inroad.postings.assembly import Draft
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick

_COUNTED = re.compile(r"\A\d+ (?:Locations|Standorte|sites|lieux|ubicaciones)\Z", re.IGNORECASE)
_LOCALE = re.compile(r"[a-z]{2}-[A-Z]{2}\Z")


def _site(source: Source) -> str | None:
    """The careers site's name, from the API's address (/wday/cxs/TENANT/SITE) or the page's (/en-US/SITE/job/...)."""
    parts = source.path_parts
    if parts[:2] == ["wday", "cxs"]:
        return parts[3] if len(parts) > 3 else None
    parts = [part for part in parts if not _LOCALE.match(part)]
    return parts[0] if parts and parts[0] not in {"job", "jobs"} else None


def _url(path: object, source: Source) -> str | None:
    if not isinstance(path, str) or not path.startswith("/"):
        return None
    site = _site(source)
    return f"{source.origin}/{site}{path}" if site else f"{source.origin}{path}"


def _place_in_path(path: object) -> str | None:
    """The place as the path spells it ("/job/Berlin/Title_R1"), for jobs listed with a mere count of locations."""
    parts = path.split("/") if isinstance(path, str) else []
    return re.sub(r"-+", " ", parts[2])[:120] if len(parts) > 3 and parts[1] == "job" else None


def read(job: Record, source: Source) -> Draft:
    """Reads one job of the list, or the detail's `jobPostingInfo`."""
    path = pick(job, "externalPath")
    listed_place = label(pick(job, "locationsText", "location"))
    if listed_place is None or _COUNTED.match(listed_place):
        listed_place = _place_in_path(path) or listed_place
    bullets = [text for item in listed(job.get("bulletFields")) if (text := label(item))]
    reference = re.search(r"_([A-Z]{0,4}-?\d[\w-]*)\Z", path) if isinstance(path, str) else None
    number = label(pick(job, "jobReqId")) or next((b for b in bullets if re.fullmatch(r"[A-Za-z_-]{0,6}\d[\w-]*", b)), None)
    return Draft(
        title=pick(job, "title"),
        url=pick(job, "externalUrl") or _url(path, source),
        identifier=number
        or (reference.group(1) if reference else label(pick(job, "id")))
        or (path if isinstance(path, str) else None),
        company=label(pick(source.payload, "hiringOrganization")),
        places=[listed_place, *(label(item) for item in listed(job.get("additionalLocations")))],
        description=[(None, pick(job, "jobDescription"))],
        remote=[label(pick(job, "remoteType"))],
        posted_on=pick(job, "startDate", "postedOn"),
        valid_through=pick(job, "endDate"),
        employment=[label(pick(job, "timeType"))],
        details={
            "posted": label(pick(job, "postedOn")),
            "path": path,
            "bullets": bullets,
            "country": label(pick(job, "country")),
        },
    )


READER = BoardReader("workday", jobs_at=("jobPostings", "jobPostingInfo"), read=read)
