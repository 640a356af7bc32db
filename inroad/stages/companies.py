"""Stage `companies`: what a company says of itself, merged from its own pages, each fact with the page it was read from."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from inroad.contacts import EXTRACTOR_VERSION
from inroad.contacts.company import CompanyFacts, Fact, extract_company
from inroad.stages.documents import stored_html
from inroad.stages.work import StageReport, Tally, Work, each_domain
from inroad.store.contacts import store_company
from inroad.store.extractions import claim_extractions, complete_readings
from inroad.store.models import Domain, Extraction, Page, PageContent
from inroad.store.pages import newest_contents, requeue_extractions

STAGE = "companies"
KIND = "companies"
CLAIMED = 1_000  # of one domain at one time: all that is known of it is merged for each claim
# Pages on which a company speaks of itself: the imprint first for who it is by law, the home page first for what it does.
SOURCES = ("IMPRINT", "LEGAL", "CONTACT_ROOT", "CONTACT", "ABOUT", "HOME")
LEGAL_FACTS = frozenset({"legal_name", "registrations"})
# A page's description tells of the company only where the page is about the company.
ONLY_FROM = {"description": ("HOME", "ABOUT"), "name": ("HOME", "ABOUT", "IMPRINT", "CONTACT_ROOT", "CONTACT")}


async def run(work: Work, names: Sequence[str]) -> StageReport:
    """Reads the company's facts again for every domain with a content that is due."""
    await work.database.run(requeue_extractions, KIND, EXTRACTOR_VERSION)

    async def handle(domain: Domain, tally: Tally) -> None:
        claim = partial(claim_extractions, owner=work.owner, lease_s=work.settings.lease_s, limit=CLAIMED)
        count = CLAIMED
        while count == CLAIMED and (rows := await work.database.run(claim, KIND, domain.id)):
            count = len(rows)
            contents = await work.database.run(newest_contents, domain.id, SOURCES)
            facts = await asyncio.to_thread(_merge, contents)
            changed = await work.database.run(_record, work, domain, facts, rows)
            tally.succeed("changed" if changed else "unchanged")

    return await each_domain(work, STAGE, names, handle)


def _merge(contents: Sequence[tuple[Page, PageContent]]) -> dict[str, Any]:
    """The best word on every fact: from the most reliable kind of page, among those from the first URL."""
    ranked = sorted(contents, key=lambda pair: (SOURCES.index(pair[0].page_type), pair[0].url))
    read = [(page, _facts(extract_company(stored_html(content.html_zlib), url=content.final_url))) for page, content in ranked]
    merged: dict[str, Any] = {}
    for legal, pages in ((True, read), (False, read[::-1])):
        for page, facts in pages:
            for name, fact in facts.items():
                if (name in LEGAL_FACTS) is legal and page.page_type in ONLY_FROM.get(name, SOURCES):
                    merged.setdefault(name, {**fact, "page_url": page.url})
    return merged


def _facts(found: CompanyFacts) -> Mapping[str, dict[str, Any]]:
    """A page's facts by name; several of a kind stay together as a list, as that page gives them."""
    out: dict[str, dict[str, Any]] = {}
    for field in fields(found):
        value = getattr(found, field.name)
        if isinstance(value, Fact):
            out[field.name] = {"value": value.value, "snippet": value.snippet, "method": value.method}
        elif isinstance(value, tuple) and value:
            entries = [{"value": fact.value, "snippet": fact.snippet, "method": fact.method} for fact in value]
            out[field.name] = {"value": [fact.value for fact in value], "entries": entries}
    return out


def _record(session: Session, work: Work, domain: Domain, facts: Mapping[str, Any], rows: Sequence[Extraction]) -> bool:
    def text(name: str) -> str | None:
        value = facts.get(name, {}).get("value")
        return str(value) if value is not None else None

    changed = bool(facts) and store_company(
        session, domain.id, name=text("name"), legal_name=text("legal_name"), description=text("description"), facts=facts
    )
    done: list[tuple[int, int, dict[str, Any]]] = [(row.id, len(facts), {}) for row in rows]
    complete_readings(session, done, owner=work.owner, version=EXTRACTOR_VERSION)
    return changed
