"""People whom the rules missed, read from a page by the model and believed only where the page says so word for word.

What does not belong here: the rules (`inroad.contacts.people`) and storing what was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, Field

from inroad.contacts.model import Contact
from inroad.guard.errors import Scope
from inroad.guard.sync import run_sync
from inroad.llm.client import LlmClient, shared_client
from inroad.llm.prompts import PAGE_LIMIT, PEOPLE, untrusted
from inroad.settings import Settings
from inroad.store.database import Database

EXTRACTOR_VERSION = f"llm-people-{PEOPLE.version}"
# A model's reading is less sure than a rule's; a person on the page may still be a customer.
CONFIDENCE = 0.6
MAX_PEOPLE = 60
_MAX_FIELD = 160
_SNIPPET = 240
_SPACE = re.compile(r"\s+")
# Two words with letters, the shape of a full name in every script with spaces; names without spaces are left to the rules.
_NAME = re.compile(r"[^\W\d_][^\d@<>{}\[\]|]*\s[^\d@<>{}\[\]|]*[^\W\d_]\.?")


class _Person(BaseModel):
    name: str
    role: str = ""
    email: str = ""
    phone: str = ""


class _People(BaseModel):
    people: list[_Person] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """One person; every field stands on the page as it is here, white space aside.

    Attributes:
        name: Full name.
        role: Function; empty where the page states none.
        email: Address; empty for none.
        phone: Number as written; empty for none.
        start: Offset of the name in the page's text, white space collapsed.
        snippet: The text around it, at most 240 characters.
    """

    name: str
    role: str
    email: str
    phone: str
    start: int
    snippet: str

    def contact(self, page_url: str) -> Contact:
        """As a contact of kind "person" that says where it was read."""
        details = {key: value for key, value in (("email", self.email), ("phone", self.phone)) if value}
        return Contact(
            kind="person",
            value=self.name,
            raw=self.name,
            page_url=page_url,
            position=f"text:{self.start}",
            method="llm",
            extractor_version=EXTRACTOR_VERSION,
            snippet=self.snippet,
            confidence=CONFIDENCE,
            name=self.name,
            role=self.role or None,
            details=details,
        )


def open_people_finder(settings: Settings, database: Database, scope: Scope) -> Callable[[str, str], list[Contact]] | None:
    """From a page's text and URL to the people on it; None where no model is configured."""
    if not LlmClient.available(settings):
        return None
    client = shared_client(settings, database)

    def find(text: str, page_url: str) -> list[Contact]:
        return [person.contact(page_url) for person in find_people(text, client=client, scope=scope)]

    return find


def find_people(text: str, *, client: LlmClient, scope: Scope) -> list[FoundPerson]:
    """`afind_people` for synchronous code."""
    return run_sync(afind_people(text, client=client, scope=scope))


async def afind_people(text: str, *, client: LlmClient, scope: Scope) -> list[FoundPerson]:
    """Asks the model for the people on a page.

    Args:
        text: The page's readable text; hostile.
        client: The model.
        scope: Whose budget it is.

    Returns:
        People in the page's order. A name, role, address or number that is not on the page is left out: the person for a
        wrong name, the field otherwise.

    Raises:
        InvalidAnswer: It names people, none of whom is on the page, after two re-asks.
        InroadError: As `LlmClient.acomplete`.
    """
    if not text.strip():
        return []
    prompt, page = PEOPLE.text.format(page=untrusted(text)), text[: PAGE_LIMIT * 2]
    answer = await client.acomplete(
        prompt,
        schema=_People,
        purpose="people",
        scope=scope,
        version=PEOPLE.version,
        check=lambda answer: uncited(answer.people, page),
    )
    return believed(answer.people, page)


def uncited(people: list[_Person], text: str) -> str | None:
    """What is wrong with an answer that names people and cites none from the page: all of it was made up, or obeyed the page."""
    if not people or believed(people, text):
        return None
    return "None of these names stands on the page. Copy names from the page, or give an empty list"


def believed(people: list[_Person], text: str) -> list[FoundPerson]:
    """The people whom the page names, each once, with the fields that it states."""
    page = _collapse(text)
    found: dict[str, FoundPerson] = {}
    for person in people[:MAX_PEOPLE]:
        name = _collapse(person.name)
        start = _place(name, page)
        if name in found or start is None or not _NAME.fullmatch(name):
            continue
        role, email, phone = (
            field if _place(field, page) is not None else ""
            for field in map(_collapse, (person.role, person.email, person.phone))
        )
        found[name] = FoundPerson(name, role, email, phone, start, _around(page, start, len(name)))
    return sorted(found.values(), key=lambda person: person.start)


def _collapse(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _place(field: str, page: str) -> int | None:
    """Where the field stands as whole words: "Ann Lee" is not on a page that says "Joann Leeds"."""
    if not 0 < len(field) <= _MAX_FIELD:
        return None
    match = re.search(rf"(?<!\w){re.escape(field)}(?!\w)", page)
    return match.start() if match else None


def _around(page: str, start: int, length: int) -> str:
    before = max(start - (_SNIPPET - min(length, _SNIPPET)) // 2, 0)
    return page[before : before + _SNIPPET].strip()
