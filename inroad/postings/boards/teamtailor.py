"""Teamtailor: the careers site's JSON feed (`/jobs.json`, each item with a JobPosting inside) and RSS, and its JSON:API."""

from __future__ import annotations

from inroad.postings.assembly import Draft, place
from inroad.postings.boards.reading import BoardReader, Record, Source, label, pick
from inroad.postings.boards.xml_feed import elements, is_xml, record_of
from inroad.postings.jobposting import draft_of


def _from_resource(job: Record) -> Draft:
    facts = job["attributes"]
    return Draft(
        title=pick(facts, "title"),
        url=pick(job, "links.careersite-job-url"),
        identifier=label(pick(job, "id")),
        description=[(None, pick(facts, "body"))],
        remote=[label(pick(facts, "remote-status"))],
        posted_on=pick(facts, "created-at", "start-date"),
        valid_through=pick(facts, "end-date"),
        employment=[label(pick(facts, "employment-type"))],
        language=pick(facts, "language-code"),
    )


def read(job: Record, source: Source) -> Draft:
    """Reads one item of the feed, or one resource of the API."""
    if isinstance(job.get("attributes"), dict):
        return _from_resource(job)
    posting = job.get("_jobposting")
    draft = draft_of(posting) if isinstance(posting, dict) else Draft(title=None)
    draft.title = pick(job, "title") or draft.title
    draft.url = pick(job, "url", "external_url") or draft.url
    draft.identifier = label(pick(job, "id"))
    draft.description = [(None, pick(job, "content_html", "content_text")), *draft.description]
    draft.company = draft.company or label(pick(source.payload, "title"))
    draft.posted_on = draft.posted_on or pick(job, "date_published")
    return draft


def markup(text: str, source: Source) -> list[Draft]:
    """Reads `/jobs.rss`: items with a location and department of Teamtailor's namespace."""
    del source
    if not is_xml(text):
        return []
    drafts = []
    for element in elements(text, "item"):
        item = record_of(element)
        spots = [
            record_of(spot) for spot in element.iter() if isinstance(spot.tag, str) and spot.tag.rsplit("}", 1)[-1] == "location"
        ]
        places = [place(label(pick(spot, "city")), label(pick(spot, "country"))) or label(pick(spot, "name")) for spot in spots]
        drafts.append(
            Draft(
                title=label(pick(item, "title")),
                url=pick(item, "link"),
                identifier=label(pick(item, "guid")),
                company=label(pick(item, "company_name")),
                places=places if any(places) else [label(pick(item, "locations", "location"))],
                description=[(None, pick(item, "description"))],
                remote=[label(pick(item, "remoteStatus", "remote_status"))],
                posted_on=pick(item, "pubDate"),
                department=label(pick(item, "department")),
            )
        )
    return drafts


READER = BoardReader("teamtailor", jobs_at=("items", "data"), read=read, markup=markup)
