"""iCIMS: a list of cards with labelled fields ("Job Locations", "Job ID", "Posted Date")."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from inroad.postings.assembly import Draft
from inroad.postings.boards.reading import BoardReader, Source
from inroad.postings.boards.rows import ROW_TAGS, job_anchors, row_of, text_of, unread

_JOB = re.compile(r"/jobs/(\d{1,12})/", re.IGNORECASE)
_ROW = re.compile(r"JobCardItem|iCIMS_JobsTable|iCIMS_Job(?:Row|Item)|\brow\b", re.IGNORECASE)


def _fields(row: LexborNode) -> dict[str, str]:
    """The card's facts by their labels: "Job Locations", "Job ID", "Category", "Posted Date"."""
    fields: dict[str, str] = {}
    for tag in row.css("dt"):
        value = tag.next
        while value is not None and value.tag != "dd":
            value = value.next
        if name := text_of(tag):
            fields.setdefault(name.lower(), text_of(value) or "")
    for name_node in row.css("span.field-label,span.sr-only"):
        name, value = text_of(name_node), name_node.next
        while value is not None and (value.is_text_node or value.is_comment_node) and not (value.text() or "").strip():
            value = value.next
        if name and value is not None:
            fields.setdefault(name.lower(), text_of(value) or "")
    return {name: value for name, value in fields.items() if value}


def _field(fields: dict[str, str], *words: str) -> str | None:
    return next((value for word in words for name, value in fields.items() if word in name), None)


def _title(anchor: LexborNode) -> str | None:
    heading = anchor.css_first("h1,h2,h3,h4")
    if heading is not None:
        return text_of(heading)
    for label_node in anchor.css("span.field-label,span.sr-only"):
        label_node.decompose()
    written = text_of(anchor)
    return written or re.sub(r"\A\S{1,20} - ", "", anchor.attributes.get("title") or "")


def markup(text: str, source: Source) -> list[Draft]:
    """Reads `https://careers-COMPANY.icims.com/jobs/search?in_iframe=1`."""
    drafts = []
    for anchor, address, number in job_anchors(text, source, _JOB):
        if "/job" not in address.split("?")[0].rsplit("/jobs/", 1)[-1]:
            continue
        row = row_of(anchor, _ROW)
        row = row.parent if row.tag not in ROW_TAGS and row.parent is not None and row.parent.tag in ROW_TAGS else row
        fields = _fields(row)
        teaser = row.css_first("[class*=description]")
        drafts.append(
            Draft(
                title=_title(anchor),
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


READER = BoardReader("icims", jobs_at=(), read=unread, markup=markup, number=_JOB)
