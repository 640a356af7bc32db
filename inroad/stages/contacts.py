"""Stage `contacts`: reads the contacts that stored pages prove, and merges them into one row per contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy.orm import Session

from inroad.contacts import EXTRACTOR_VERSION, Contact, merge_contacts
from inroad.contacts.merging import identity
from inroad.guard import Scope
from inroad.stages.extractions import read_contents
from inroad.stages.people import ContactReading, read_people
from inroad.stages.readers import Readers
from inroad.stages.work import StageReport, Tally, Work, each_domain
from inroad.store.contacts import Merged, Sighting, store_page_contacts
from inroad.store.models import Domain, Page, PageContent
from inroad.store.pages import requeue_extractions

STAGE = "contacts"
KIND = "contacts"
# Links to what a network's user made name nobody to write to: they are no contacts of the company.
CONTENT_LINKS = frozenset({"post", "video", "repository", "question", "job"})


async def run(work: Work, names: Sequence[str]) -> StageReport:
    """Extracts from what is due; contents that an older extractor read are due again."""
    await work.database.run(requeue_extractions, KIND, EXTRACTOR_VERSION)
    with Readers() as readers:

        async def handle(domain: Domain, tally: Tally) -> None:
            find = work.open_people(Scope(run=work.run, domain=domain.name))
            waits = work.settings.llm_when_refused == "wait"

            def read(html: str, page: Page, content: PageContent) -> ContactReading:
                found = [contact for contact in readers.read(html, content.final_url) if not _is_content_link(contact)]
                return read_people(found, page, content, find, waits=waits)

            describe = ContactReading.as_columns
            await read_contents(work, KIND, EXTRACTOR_VERSION, domain, tally, read=read, record=_record, describe=describe)

        return await each_domain(work, STAGE, names, handle)


def _is_content_link(contact: Contact) -> bool:
    return contact.kind == "social" and contact.details.get("type") in CONTENT_LINKS


def _record(session: Session, page: Page, _content: PageContent, reading: ContactReading) -> int:
    return store_page_contacts(session, page.domain_id, page.id, reading.contacts, identity=identity, merge=_merge)


def _merge(sightings: Sequence[Sighting]) -> Merged:
    """Several pages' sightings of one contact, by the rules of the contacts' own room."""
    read = [Contact(**{item.name: getattr(sighting, item.name) for item in fields(Contact)}) for sighting in sightings]
    best = merge_contacts(read)[0]
    return Merged(best.value, best.sources[0].raw, best.name, best.role, best.confidence, dict(best.details))
