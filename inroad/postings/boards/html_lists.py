"""Boards that answer with a page of rows: HRMDirect, iCIMS, Jobvite and NEOGOV, which is also served as RSS.

Each row is found by the link to its job; title, place, department and date are read from the row around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborNode

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.reading import BoardReader, Record, Source, label, listed, pick
from inroad.postings.boards.xml_feed import elements, is_xml, record_of
from inroad.postings.dates import iso_date
from inroad.postings.documents import absolute_url, parse_html
from inroad.postings.pay import parse_salary
from inroad.postings.plaintext import one_line

MAX_ROWS: Final = 5_000
_ROW_TAGS: Final = frozenset({"tr", "li", "article"})


def _text(node: LexborNode | None) -> str | None:
    return one_line(node.text(separator=" ")) if node is not None else None


def _row_of(anchor: LexborNode, marker: re.Pattern[str]) -> LexborNode:
    """The row around a link: the nearest table row, list item or card, or an element whose class says so."""
    node = anchor.parent
    for _ in range(8):
        if node is None or node.tag in {"body", "table", "ul"}:
            break
        if node.tag in _ROW_TAGS or (node.tag == "div" and marker.search(node.attributes.get("class") or "")):
            return node
        node = node.parent
    return anchor.parent or anchor


def _job_anchors(text: str, source: Source, pattern: re.Pattern[str]) -> Iterator[tuple[LexborNode, str, str]]:
    """Links to jobs as (anchor, address, id), each id once, the first link that has a text."""
    seen: set[str] = set()
    for anchor in parse_html(text).css("a[href]")[: MAX_ROWS * 2]:
        href = (anchor.attributes.get("href") or "")[:2_048]
        found = pattern.search(href)
        address = absolute_url(href, source.url)
        if found is None or address is None or found.group(1) in seen or not _text(anchor):
            continue
        seen.add(found.group(1))
        yield anchor, address, found.group(1)


# --- HRMDirect: rows with data-req-id; a department cell, a title cell and one with the date -----------------------------------

_HRMDIRECT_JOB = re.compile(r"job-opening\.php\?(?:[^#]{0,300}&)?req=(\d{1,12})", re.IGNORECASE)
_HRMDIRECT_ROW = re.compile(r"\breqitem", re.IGNORECASE)


def hrmdirect_markup(text: str, source: Source) -> list[Draft]:
    """Reads `https://COMPANY.hrmdirect.com/employment/job-openings.php`."""
    base = source if "/employment/" in source.url else Source(f"{source.origin}/employment/job-openings.php")
    drafts = []
    for anchor, address, number in _job_anchors(text, base, _HRMDIRECT_JOB):
        row = _row_of(anchor, _HRMDIRECT_ROW)
        cells = [(cell.attributes.get("class") or "", _text(cell)) for cell in row.css("td,span,div")]
        city, state = (next((t for c, t in cells if re.search(name, c, re.IGNORECASE)), None) for name in (r"\bcit", r"\bstate"))
        drafts.append(
            Draft(
                title=_text(anchor),
                url=address,
                identifier=number,
                places=[place(city, state) or next((t for c, t in cells if re.search(r"loc|office", c, re.IGNORECASE)), None)],
                posted_on=next((t for _, t in cells if t and re.fullmatch(r"\d{1,2}/\d{1,2}/\d{2,4}", t)), None),
                department=next((t for c, t in cells if "department" in c.lower()), None),
            )
        )
    return drafts


# --- iCIMS: cards with labelled fields -------------------------------------------------------------------------------------

_ICIMS_JOB = re.compile(r"/jobs/(\d{1,12})/", re.IGNORECASE)
_ICIMS_ROW = re.compile(r"JobCardItem|iCIMS_JobsTable|iCIMS_Job(?:Row|Item)|\brow\b", re.IGNORECASE)


def _icims_fields(row: LexborNode) -> dict[str, str]:
    """The card's facts by their labels: "Job Locations", "Job ID", "Category", "Posted Date"."""
    fields: dict[str, str] = {}
    for tag in row.css("dt"):
        value = tag.next
        while value is not None and value.tag != "dd":
            value = value.next
        if name := _text(tag):
            fields.setdefault(name.lower(), _text(value) or "")
    for name_node in row.css("span.field-label,span.sr-only"):
        name, value = _text(name_node), name_node.next
        while value is not None and (value.is_text_node or value.is_comment_node) and not (value.text() or "").strip():
            value = value.next
        if name and value is not None:
            fields.setdefault(name.lower(), _text(value) or "")
    return {name: value for name, value in fields.items() if value}


def _field(fields: dict[str, str], *words: str) -> str | None:
    return next((value for word in words for name, value in fields.items() if word in name), None)


def _icims_title(anchor: LexborNode) -> str | None:
    heading = anchor.css_first("h1,h2,h3,h4")
    if heading is not None:
        return _text(heading)
    for label_node in anchor.css("span.field-label,span.sr-only"):
        label_node.decompose()
    written = _text(anchor)
    return written or re.sub(r"\A\S{1,20} - ", "", anchor.attributes.get("title") or "")


def icims_markup(text: str, source: Source) -> list[Draft]:
    """Reads `https://careers-COMPANY.icims.com/jobs/search?in_iframe=1`."""
    drafts = []
    for anchor, address, number in _job_anchors(text, source, _ICIMS_JOB):
        if "/job" not in address.split("?")[0].rsplit("/jobs/", 1)[-1]:
            continue
        row = _row_of(anchor, _ICIMS_ROW)
        row = row.parent if row.tag not in _ROW_TAGS and row.parent is not None and row.parent.tag in _ROW_TAGS else row
        fields = _icims_fields(row)
        teaser = row.css_first("[class*=description]")
        drafts.append(
            Draft(
                title=_icims_title(anchor),
                url=re.sub(r"[?&]in_iframe=1", "", address).replace("/job&", "/job?"),
                identifier=number,
                places=[_field(fields, "job location", "location")],
                description=[(None, teaser.html if teaser is not None else None)],
                posted_on=_field(fields, "posted date", "date posted", "posted"),
                employment=[_field(fields, "position type", "employment type", "type")],
                department=_field(fields, "category", "department"),
                details={"requisition_id": _field(fields, "job id", "id", "requisition")},
            )
        )
    return drafts


# --- Jobvite: a table, or cards, linked to /COMPANY/job/ID -----------------------------------------------------------------

_JOBVITE_JOB = re.compile(r"/job/(o[A-Za-z0-9]{5,12})\b")
_JOBVITE_ROW = re.compile(r"jv-job-list|jv-job-item|job-?row", re.IGNORECASE)


def jobvite_markup(text: str, source: Source) -> list[Draft]:
    """Reads `https://jobs.jobvite.com/COMPANY/jobs`; the XML feed of older accounts has `job` elements."""
    if is_xml(text):
        return [jobvite_read(record_of(element), source) for element in elements(text, "job")]
    drafts = []
    for anchor, address, number in _job_anchors(text, source, _JOBVITE_JOB):
        row = _row_of(anchor, _JOBVITE_ROW)
        name = anchor.css_first(".jv-job-list-name,.jv-job-item-name,h2,h3,h4")
        drafts.append(
            Draft(
                title=_text(name) or _text(anchor),
                url=address,
                identifier=number,
                places=[_text(row.css_first(".jv-job-list-location,[class*=location]"))],
                employment=[_text(row.css_first(".jv-job-list-type,[class*=type]"))],
                department=_text(row.css_first("[class*=department],[class*=category]")),
            )
        )
    return drafts


def jobvite_read(job: Record, source: Source) -> Draft:
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


# --- NEOGOV (governmentjobs.com, schooljobs.com): items of a list, or RSS with joblisting elements -----------------------------

_NEOGOV_JOB = re.compile(r"/(?:careers/[^/]+/(?:promotionaljobs/|transferjobs/)?)?jobs/(?:newprint/)?(\d{4,12})\b", re.IGNORECASE)
_NEOGOV_ROW = re.compile(r"\blist-item\b|job-?item|job-listing|\bjob-row\b", re.IGNORECASE)
_EMPLOYMENT_WORD = re.compile(
    r"full|part|time|temporary|seasonal|intern|permanent|regular|contract|limited|provisional", re.IGNORECASE
)


def _neogov_meta(row: LexborNode) -> tuple[str | None, str | None, str | None]:
    """Place, employment and pay from the short lines under a title."""
    where = kind = pay = None
    for node in row.css(
        "ul.list-meta li,.list-meta > *,td,.job-table-meta span,.primaryInfo,[class*=location],[class*=salary],[class*=type]"
    ):
        line = _text(node)
        if not line or node.css_first("a[href]") is not None:
            continue
        if parse_salary(line) and ("$" in line or "salary" in line.lower()):
            pay, kind = pay or line, kind or (line if _EMPLOYMENT_WORD.search(line) else None)
        elif _EMPLOYMENT_WORD.search(line):
            kind = kind or line
        elif where is None and iso_date(line) is None and len(line) < 120 and ":" not in line:
            where = line
    return where, kind, pay


def _neogov_labelled(row: LexborNode, *words: str) -> str | None:
    for node in row.css("span,li,div,p,td"):
        if any(child.tag in {"ul", "h3", "div", "p", "li"} for child in node.iter()):
            continue  # a container, whose text runs several facts together
        line = _text(node) or ""
        name, colon, value = line.partition(":")
        if colon and len(line) < 200 and any(word in name.lower() for word in words):
            return value.strip()
    return None


def neogov_markup(text: str, source: Source) -> list[Draft]:
    """Reads `https://www.governmentjobs.com/careers/AGENCY` (its list is loaded from `/careers/home/index`), or the RSS feed."""
    if is_xml(text):
        return [_neogov_item(record_of(element)) for element in elements(text, "item")]
    drafts = []
    for anchor, address, number in _job_anchors(text, source, _NEOGOV_JOB):
        row = _row_of(anchor, _NEOGOV_ROW)
        where, kind, pay = _neogov_meta(row)
        entry = row.css_first(".list-entry,[class*=description]")
        drafts.append(
            Draft(
                title=_text(anchor),
                url=address.split("?")[0],
                identifier=number,
                company=_text(row.css_first(".job-organization")),
                places=[_neogov_labelled(row, "location") or where],
                description=[(None, entry.html if entry is not None else None)],
                posted_on=_neogov_labelled(row, "posted", "opening", "open date"),
                valid_through=_neogov_labelled(row, "closing", "closes", "close date", "deadline"),
                salary=parse_salary(pay),
                employment=[kind],
                department=_neogov_labelled(row, "department", "category"),
            )
        )
    return drafts


def _neogov_item(item: Record) -> Draft:
    link = label(pick(item, "link", "guid"))
    found = _NEOGOV_JOB.search(link or "")
    low, high = pick(item, "minimumSalary"), pick(item, "maximumSalary")
    pay = " ".join(str(part) for part in (f"${low} - ${high}" if low and high else None, pick(item, "salaryInterval")) if part)
    return Draft(
        title=label(pick(item, "title")),
        url=link,
        identifier=label(pick(item, "jobId")) or (found.group(1) if found else label(pick(item, "jobNumberSingle"))),
        company=label(pick(item, "agency", "employer", "department")),
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


def neogov_read(job: Record, source: Source) -> Draft:
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


def _unread(job: Record, source: Source) -> None:
    """These boards have no JSON of their own; whatever comes is left to the generic reader."""
    del job, source


HRMDIRECT = BoardReader("hrmdirect", jobs_at=(), read=_unread, markup=hrmdirect_markup)
ICIMS = BoardReader("icims", jobs_at=(), read=_unread, markup=icims_markup)
JOBVITE = BoardReader("jobvite", jobs_at=("jobs", "requisitions"), read=jobvite_read, markup=jobvite_markup)
NEOGOV = BoardReader("neogov", jobs_at=("jobs", "items", "results", "data", ""), read=neogov_read, markup=neogov_markup)
