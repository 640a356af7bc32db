"""NEOGOV (governmentjobs.com, schooljobs.com): items of a list, or RSS with joblisting elements."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.reading import BoardReader, Record, Source, label, pick
from inroad.postings.boards.rows import job_anchors, row_of, text_of
from inroad.postings.boards.xml_feed import elements, is_xml, record_of
from inroad.postings.dates import iso_date
from inroad.postings.pay import parse_salary

_JOB = re.compile(r"/(?:careers/[^/]+/(?:promotionaljobs/|transferjobs/)?)?jobs/(?:newprint/)?(\d{4,12})\b", re.IGNORECASE)
_ROW = re.compile(r"\blist-item\b|job-?item|job-listing|\bjob-row\b", re.IGNORECASE)
_CLOSING = re.compile(r"\b(?:clos(?:es|ing)|deadline)(?: on| date)?:? {0,3}(\d{1,2}/\d{1,2}/\d{2,4})", re.IGNORECASE)
_EMPLOYMENT_WORD = re.compile(
    r"full|part|time|temporary|seasonal|intern|permanent|regular|contract|limited|provisional", re.IGNORECASE
)


def _meta(row: LexborNode) -> tuple[str | None, str | None, str | None]:
    """Place, employment and pay from the short lines under a title."""
    where = kind = pay = None
    for node in row.css(
        "ul.list-meta li,.list-meta > *,td,.job-table-meta span,.primaryInfo,[class*=location],[class*=salary],[class*=type]"
    ):
        line = text_of(node)
        if not line or node.css_first("a[href]") is not None:
            continue
        if parse_salary(line) and ("$" in line or "salary" in line.lower()):
            pay, kind = pay or line, kind or (line if _EMPLOYMENT_WORD.search(line) else None)
        elif _EMPLOYMENT_WORD.search(line):
            kind = kind or line
        elif where is None and iso_date(line) is None and len(line) < 120 and ":" not in line:
            where = line
    return where, kind, pay


def _labelled(row: LexborNode, *words: str) -> str | None:
    for node in row.css("span,li,div,p,td"):
        if any(child.tag in {"ul", "h3", "div", "p", "li"} for child in node.iter()):
            continue  # a container, whose text runs several facts together
        line = text_of(node) or ""
        name, colon, value = line.partition(":")
        if colon and len(line) < 200 and any(word in name.lower() for word in words):
            return value.strip()
    return None


def _closing(row: LexborNode) -> str | None:
    """The date in "Closes on 12/31/2026 11:59 PM"."""
    found = _CLOSING.search((text_of(row) or "")[:4_000])
    return found.group(1) if found else None


def markup(text: str, source: Source) -> list[Draft]:
    """Reads `https://www.governmentjobs.com/careers/AGENCY` (its list is loaded from `/careers/home/index`), or the RSS feed."""
    if is_xml(text):
        return [_item(record_of(element)) for element in elements(text, "item")]
    drafts = []
    for anchor, address, number in job_anchors(text, source, _JOB):
        row = row_of(anchor, _ROW)
        where, kind, pay = _meta(row)
        entry = row.css_first(".list-entry,[class*=description]")
        drafts.append(
            Draft(
                title=text_of(anchor),
                url=address.split("?")[0],
                identifier=number,
                company=text_of(row.css_first(".job-organization")),
                places=[_labelled(row, "location") or where],
                description=[(None, entry.html if entry is not None else None)],
                posted_on=_labelled(row, "posted", "opening", "open date"),
                valid_through=_closing(row) or _labelled(row, "closing", "closes", "close date", "deadline"),
                salary=parse_salary(pay),
                employment=[kind],
                department=_labelled(row, "department") or _labelled(row, "category"),
            )
        )
    return drafts


def _item(item: Record) -> Draft:
    link = label(pick(item, "link", "guid"))
    found = _JOB.search(link or "")
    low, high = pick(item, "minimumSalary"), pick(item, "maximumSalary")
    pay = " ".join(str(part) for part in (f"${low} - ${high}" if low and high else None, pick(item, "salaryInterval")) if part)
    return Draft(
        title=label(pick(item, "title")),
        url=link,
        identifier=label(pick(item, "jobId")) or (found.group(1) if found else label(pick(item, "jobNumberSingle"))),
        company=label(pick(item, "agency", "employer")),
        places=[label(pick(item, "location")) or place(label(pick(item, "city")), label(pick(item, "state")))],
        description=[
            (None, pick(item, "description", "examplesOfDuties")),
            ("Requirements", pick(item, "qualifications")),
            ("Benefits", pick(item, "benefits")),
        ],
        posted_on=pick(item, "advertiseFromDate", "pubDate", "advertiseFromDateTime"),
        valid_through=pick(item, "advertiseToDate", "advertiseToDateTime", "closingDate"),
        salary=parse_salary(pay),
        employment=[label(pick(item, "jobType"))],
        department=label(pick(item, "department", "division", "category", "categories")),
    )


def read(job: Record, source: Source) -> Draft:
    """Reads one job of NEOGOV's JSON, in the spellings that its services use."""
    facts = {key[:1].lower() + key[1:]: value for key, value in job.items()}
    identifier = label(pick(facts, "jobId", "id", "jobPostingId", "requisitionId"))
    agency = source.segment_after("careers")
    page = f"https://www.governmentjobs.com/careers/{agency}/jobs/{identifier}" if agency and identifier else None
    return Draft(
        title=label(pick(facts, "jobTitle", "title", "positionTitle", "name", "classTitle")),
        url=pick(facts, "url", "jobUrl", "link", "detailsUrl", "applyUrl") or page,
        identifier=identifier,
        company=label(pick(facts, "agency", "agencyName", "employer", "organization")),
        places=[
            label(pick(facts, "location", "jobLocation", "locations"))
            or place(label(pick(facts, "city")), label(pick(facts, "state")))
        ],
        description=[
            (None, pick(facts, "description", "jobDescription", "summary")),
            ("Requirements", pick(facts, "qualifications", "requirements")),
        ],
        posted_on=pick(facts, "postedDate", "openDate", "openingDate", "advertiseFromDate", "datePosted"),
        valid_through=pick(facts, "closingDate", "closeDate", "advertiseToDate", "validThrough"),
        salary=parse_salary(pick(facts, "salary", "salaryRange", "salaryDisplay")),
        employment=[label(pick(facts, "jobType", "employmentType", "type"))],
        department=label(pick(facts, "department", "departmentName", "category", "categories")),
    )


READER = BoardReader("neogov", jobs_at=("jobs", "items", "results", "data", ""), read=read, markup=markup, number=_JOB)
