"""HRMDirect: a table of rows with a department cell, a title cell and one with the date."""

from __future__ import annotations

import re

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.reading import BoardReader, Source
from inroad.postings.boards.rows import job_anchors, row_of, text_of, unread

_JOB = re.compile(r"job-opening\.php\?(?:[^#]{0,300}&)?req=(\d{1,12})", re.IGNORECASE)
_ROW = re.compile(r"\breqitem", re.IGNORECASE)


def markup(text: str, source: Source) -> list[Draft]:
    """Reads `https://COMPANY.hrmdirect.com/employment/job-openings.php`."""
    base = source if "/employment/" in source.url else Source(f"{source.origin}/employment/job-openings.php")
    drafts = []
    for anchor, address, number in job_anchors(text, base, _JOB):
        row = row_of(anchor, _ROW)
        cells = [(cell.attributes.get("class") or "", text_of(cell)) for cell in row.css("td,span,div")]
        city, state = (next((t for c, t in cells if re.search(name, c, re.IGNORECASE)), None) for name in (r"\bcit", r"\bstate"))
        drafts.append(
            Draft(
                title=text_of(anchor),
                url=address,
                identifier=number,
                places=[place(city, state) or next((t for c, t in cells if re.search(r"loc|office", c, re.IGNORECASE)), None)],
                posted_on=next((t for _, t in cells if t and re.fullmatch(r"\d{1,2}/\d{1,2}/\d{2,4}", t)), None),
                department=next((t for c, t in cells if "department" in c.lower()), None),
            )
        )
    return drafts


READER = BoardReader("hrmdirect", jobs_at=(), read=unread, markup=markup, number=_JOB)
