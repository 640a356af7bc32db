"""Stage `contacts`: reads the contacts that stored pages prove, and merges them into one row per contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import partial

from sqlalchemy.orm import Session

from inroad.contacts import EXTRACTOR_VERSION, Contact, extract_contacts, merge_contacts
from inroad.contacts.merging import identity
from inroad.crawl.digest import read_unpacked
from inroad.guard import Scope
from inroad.reader_process import call
from inroad.stages.extractions import Purpose, attempt, read_due
from inroad.stages.mail_servers import MailServers
from inroad.stages.people import PEOPLE_PAGES, ContactReading, read_people
from inroad.stages.readers import shared_readers
from inroad.stages.threads import in_thread
from inroad.stages.work import FindPeople, StageReport, Tally, Work, each_domain
from inroad.store.extractions import DueReading
from inroad.store.merged_contacts import Merged, Sighting
from inroad.store.models import Domain
from inroad.store.offers import offer_again
from inroad.store.pages import requeue_extractions
from inroad.store.sightings import store_contacts

STAGE = "contacts"
KIND = "contacts"
# Links to what a network's user made name nobody to write to: they are no contacts of the company.
CONTENT_LINKS = frozenset({"post", "video", "repository", "question", "job"})


async def run(work: Work, names: Sequence[str]) -> StageReport:
    """Extracts from what is due; what an older extractor read is due again, and what a budget refused and now covers."""
    await work.database.run(requeue_extractions, KIND, EXTRACTOR_VERSION)
    await work.database.run(offer_again, at_once=work.since is not None)

    servers = MailServers(work.settings, work.database)

    async def handle(domain: Domain, tally: Tally) -> None:
        find = work.open_people(Scope(run=work.run, domain=domain.name))
        read = partial(_read, find, servers, work.settings.llm_when_refused == "wait")
        purpose = Purpose(KIND, EXTRACTOR_VERSION, read, partial(_record, domain.id), ContactReading.as_columns)
        await read_due(work, purpose, domain, tally)

    return await each_domain(work, STAGE, names, handle)


async def _read(
    find: FindPeople | None, servers: MailServers, waits: bool, due: Sequence[DueReading]
) -> list[ContactReading | BaseException]:
    """The rules in readers, and then the model on the pages that name people."""
    calls = [partial(read_unpacked, extract_contacts, one.content.html_zlib, url=one.content.final_url) for one in due]
    found = await shared_readers().read_many(call, calls)
    return [await _reading(find, servers, waits, one, contacts) for one, contacts in zip(due, found, strict=True)]


async def _reading(
    find: FindPeople | None, servers: MailServers, waits: bool, due: DueReading, found: list[Contact] | BaseException
) -> ContactReading | BaseException:
    if isinstance(found, BaseException):
        return found
    contacts = await servers.annotate([contact for contact in found if not _is_content_link(contact)])
    if find is None or due.page.page_type not in PEOPLE_PAGES:
        return ContactReading(contacts)
    return await attempt(in_thread(read_people, contacts, due.page, due.content, find, waits=waits))


def _is_content_link(contact: Contact) -> bool:
    return contact.kind == "social" and contact.details.get("type") in CONTENT_LINKS


def _record(domain_id: int, session: Session, read: Sequence[tuple[DueReading, ContactReading]]) -> list[int]:
    found = [(one.page.id, reading.contacts) for one, reading in read]
    return store_contacts(session, domain_id, found, identity=identity, merge=_merge)


def _merge(sightings: Sequence[Sighting]) -> Merged:
    """Several pages' sightings of one contact, by the rules of the contacts' own room."""
    read = [Contact(**{name: getattr(sighting, name) for name in _COLUMNS}) for sighting in sightings]
    best = merge_contacts(read)[0]
    return Merged(best.value, best.sources[0].raw, best.name, best.role, best.confidence, dict(best.details))


_COLUMNS: tuple[str, ...] = tuple(item.name for item in fields(Contact))
