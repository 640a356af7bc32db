"""Reading an answer whose shape is not the expected one: the list of job-like objects in any JSON, the job links in any page.

A provider changes its shape without notice; this keeps titles, links, places and descriptions coming until its module is
mended. It is the last resort, never the first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.reading import MAX_JOBS, Record, Source, label, listed, pick
from inroad.postings.careers import find_posting_links
from inroad.postings.documents import parse_html
from inroad.postings.jobposting import draft_of
from inroad.postings.structured_data import json_ld_items

MAX_VALUES: Final = 300_000
MAX_SCRIPT_CHARS: Final = 4_000_000
MAX_DECODED_CHARS: Final = 20_000_000
"""Characters that decoding may look at in one page, attempts that fail included."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names of fields, lower-case, without separators, as feeds of every kind use them.
_FIELDS: Final[dict[str, frozenset[str]]] = {
    "title": _words("title jobtitle positiontitle jobopeningname postingtitle jobname positionname name text position role"),
    "url": _words(
        "url absoluteurl joburl hostedurl applyurl careersurl link href joblink detailurl externalurl externalpath shortlink"
        " canonicalpositionurl positionurl postingurl displayurl path"
    ),
    "id": _words("id jobid requisitionid reqid shortcode uuid externalid positionid slug jobseqno referencenumber postingid"),
    "place": _words(
        "location locations joblocation locationname city primarylocation locationstext office worklocation cityname"
    ),
    "text": _words("description jobdescription descriptionhtml content descriptionplain body summary shortdescription"),
    "date": _words(
        "postedat posteddate dateposted publishedat publisheddate publishedon releaseddate createdat postedon updatedat"
    ),
    "department": _words("department departmentname team category departmentlabel hiringdepartment division"),
    "employment": _words("employmenttype type commitment jobtype typeofemployment employmentstatuslabel schedule timetype"),
    "remote": _words("remote isremote workplacetype telecommuting remotetype locationtype"),
    "company": _words("company companyname organization hiringorganization employer"),
}
_TITLE_ORDER: Final = (
    *("title", "jobtitle", "positiontitle", "jobopeningname", "postingtitle", "jobname", "positionname"),
    *("name", "text", "position", "role"),
)


def _flat_keys(record: Record) -> dict[str, Any]:
    return {re.sub(r"[\W_]", "", key).lower(): value for key, value in record.items() if isinstance(key, str)}


def _value(flat: dict[str, Any], field: str) -> Any:
    names = _TITLE_ORDER if field == "title" else sorted(_FIELDS[field] & flat.keys())
    return next((flat[name] for name in names if flat.get(name) not in (None, "", [], {})), None)


def _evidence(record: Record) -> int:
    """How job-like an object is: 0 without a title, else the number of a job's other fields that it has."""
    flat = _flat_keys(record)
    if label(_value(flat, "title")) is None:
        return 0
    has = {field for field in _FIELDS if field != "title" and _FIELDS[field] & flat.keys()}
    strong = has & {"url", "place", "text", "date", "employment"}
    return len(has) if strong and has & {"url", "id"} else 0


def job_lists(payload: Any) -> Iterator[list[Record]]:
    """Every list of objects inside a JSON value, without recursion."""
    stack, seen = [payload], 0
    while stack and seen < MAX_VALUES:
        current = stack.pop()
        seen += 1
        if isinstance(current, list):
            records = [item for item in current if isinstance(item, dict)]
            if records:
                yield records
            stack.extend(item for item in current if isinstance(item, dict | list))
        elif isinstance(current, dict):
            if current is payload and _evidence(current) >= 3:
                yield [current]
            stack.extend(value for value in current.values() if isinstance(value, dict | list))


def _unwrapped(record: Record) -> Record:
    """A record whose facts stand under "attributes", "node", "job" or "data" (JSON:API, GraphQL) as one flat record."""
    inner = [record[name] for name in ("attributes", "node", "job", "data", "fields") if isinstance(record.get(name), dict)]
    merged: Record = dict(record)
    for part in inner:
        merged.update({key: value for key, value in part.items() if key != "id" or key not in merged})
    return merged


def read_any_json(payload: Any, source: Source) -> list[Draft]:
    """Reads the most job-like list of objects of a payload; empty when there is none."""
    best: list[Record] = []
    best_score = 0
    for records in job_lists(payload):
        unwrapped = [_unwrapped(record) for record in records[:MAX_JOBS]]
        score = sum(_evidence(record) for record in unwrapped)
        if score > best_score:
            best, best_score = [record for record in unwrapped if _evidence(record)], score
    return [read_any_record(record, source) for record in best]


def _place_of(value: Any) -> str | None:
    if isinstance(value, dict):
        parts = [label(pick(value, *names)) for names in (("city", "locality"), ("region", "state"), ("country", "countryName"))]
        return place(*parts) or label(value)
    return label(value)


def read_any_record(record: Record, source: Source) -> Draft:
    """Reads one job-like object by the usual names of its fields."""
    del source
    flat = _flat_keys(record)
    places = [line for item in listed(_value(flat, "place")) if (line := _place_of(item))]
    if not places or "city" in flat:
        line = place(label(flat.get("city")), label(flat.get("state") or flat.get("region")), label(flat.get("country")))
        places = [line] if line else places
    url = _value(flat, "url")
    return Draft(
        title=label(_value(flat, "title")),
        url=url if isinstance(url, str) else None,
        identifier=label(_value(flat, "id")),
        company=label(_value(flat, "company")),
        places=places,
        description=[(None, text) for text in [_value(flat, "text")] if isinstance(text, str)],
        remote=[_value(flat, "remote")],
        posted_on=_value(flat, "date"),
        employment=[label(_value(flat, "employment"))],
        department=label(_value(flat, "department")),
    )


def embedded_json(text: str) -> Iterator[Any]:
    """JSON documents inside a page's scripts: data elements, and objects assigned to a variable."""
    decoder = json.JSONDecoder(strict=False)
    budget = MAX_DECODED_CHARS
    for node in parse_html(text).css("script")[:500]:
        script = node.text()[:MAX_SCRIPT_CHARS]
        starts = [match.end() - 1 for match in re.finditer(r"(?:\A|[=:(])\s{0,20}[{\[]", script)] if len(script) > 20 else []
        position = 0
        for start in starts:
            if start < position or budget <= 0 or len(script) - start < 12:
                continue
            try:
                value, position = decoder.raw_decode(script, start)
            except json.JSONDecodeError as fault:
                budget -= max(50, fault.pos - start)
                continue
            except RecursionError:
                return
            budget -= position - start
            yield value


def read_any_markup(text: str, source: Source) -> list[Draft]:
    """Reads a page: its JSON-LD postings, else JSON in its scripts, else its links to jobs."""
    tree = parse_html(text)
    drafts = [draft_of(item) for item in json_ld_items(tree, frozenset({"JobPosting"}))]
    if drafts:
        return drafts
    found = max((read_any_json(value, source) for value in embedded_json(text)), key=len, default=[])
    if found:
        return found
    return [Draft(title=link.title, url=link.url) for link in find_posting_links(text, url=source.url)]
