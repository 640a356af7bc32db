"""People whom the rules missed, asked of the model for one page of the stage `contacts`, and what the page's row says of it.

What does not belong here: the rules (`inroad.contacts`), the question and what is believed of the answer (`inroad.llm.people`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inroad.contacts import Contact
from inroad.contacts.merging import identity
from inroad.guard.errors import InroadError
from inroad.stages.work import FindPeople
from inroad.store.claims import REFUSED
from inroad.store.models import Page, PageContent
from inroad.store.offers import offered_from

# Pages whose text a model is asked for people on: where a company names its own.
PEOPLE_PAGES = ("CONTACT_ROOT", "CONTACT", "ABOUT", "TEAM", "IMPRINT")


@dataclass(frozen=True, slots=True)
class ContactReading:
    """A page's contacts.

    Attributes:
        contacts: Those of the rules, and after them the people whom only the model found.
        reader: "rules", or "rules and llm".
        note: Why the model gave nothing; None where it was not asked or answered.
        refused_at: From when on it is offered to the model again, which a budget, a pause or a fault kept from it.
    """

    contacts: Sequence[Contact]
    reader: str = "rules"
    note: str | None = None
    refused_at: datetime | None = None

    def as_columns(self) -> dict[str, Any]:
        """What the extraction's row says."""
        return {"reader": self.reader, "reader_note": self.note, "refused_at": self.refused_at}


def read_people(
    contacts: Sequence[Contact], page: Page, content: PageContent, find: FindPeople | None, *, waits: bool
) -> ContactReading:
    """Adds the people that a model finds on a page.

    Args:
        contacts: What the rules read.
        page: Its type says whether people are looked for.
        content: The text that is sent.
        find: The model; None where none is configured.
        waits: A page that a budget refuses waits for it; else it keeps what the rules read.

    Raises:
        BudgetExceeded, BucketEmpty: Our own limits refused and the page waits.
    """
    if find is None or page.page_type not in PEOPLE_PAGES:
        return ContactReading(contacts)
    try:
        people = find(content.text, content.final_url)
    except InroadError as error:
        if waits and isinstance(error, REFUSED):
            raise
        return ContactReading(contacts, note=str(error), refused_at=offered_from(error))
    known = {identity(contact) for contact in contacts}
    return ContactReading([*contacts, *(person for person in people if identity(person) not in known)], "rules and llm")
