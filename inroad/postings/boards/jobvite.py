"""Jobvite: a table or cards, linked to /COMPANY/job/ID; older accounts have an XML feed."""

from __future__ import annotations

import re

from inroad.postings.assembly import Draft
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick
from inroad.postings.boards.rows import job_anchors, row_of, text_of
from inroad.postings.boards.xml_feed import elements, is_xml, record_of

_JOB = re.compile(r"/job/(o[A-Za-z0-9]{5,12})\b")
_ROW = re.compile(r"jv-job-list|jv-job-item|job-?row", re.IGNORECASE)


def markup(text: str, source: Source) -> list[Draft]:
    """Reads `https://jobs.jobvite.com/COMPANY/jobs`; the XML feed of older accounts has `job` elements."""
    if is_xml(text):
        return [read(record_of(element), source) for element in elements(text, "job")]
    drafts = []
    for anchor, address, number in job_anchors(text, source, _JOB):
        row = row_of(anchor, _ROW)
        name = anchor.css_first(".jv-job-list-name,.jv-job-item-name,h2,h3,h4")
        drafts.append(
            Draft(
                title=text_of(name) or text_of(anchor),
                url=address,
                identifier=number,
                places=[text_of(row.css_first(".jv-job-list-location,[class*=location]"))],
                employment=[text_of(row.css_first(".jv-job-list-type,[class*=type]"))],
                department=text_of(row.css_first("[class*=department],[class*=category]")),
            )
        )
    return drafts


def read(job: Record, source: Source) -> Draft:
    """Reads one job of Jobvite's JSON or XML feed."""
    del source
    return Draft(
        title=pick(job, "title", "jobTitle"),
        url=pick(job, "detail-url", "jobUrl", "url", "applyUrl", "apply-url"),
        identifier=label(pick(job, "eId", "id", "jobId")),
        places=[label(item) for item in listed(pick(job, "location", "locations"))],
        description=[(None, pick(job, "description", "briefdescription"))],
        posted_on=pick(job, "date", "datePosted", "sentDate"),
        employment=[label(pick(job, "jobtype", "jobType", "type"))],
        department=label(pick(job, "category", "department")),
        details={"requisition_id": label(pick(job, "requisitionid", "requisitionId"))},
    )


READER = BoardReader("jobvite", jobs_at=("jobs", "requisitions"), read=read, markup=markup, number=_JOB)
