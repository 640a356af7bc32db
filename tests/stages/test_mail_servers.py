"""Mail servers: off by default, asked once a domain, and never a reason for a contact to be lost."""

from __future__ import annotations

from typing import Any

import dns.exception
import dns.name
import dns.resolver
import pytest
from sqlalchemy import text

from inroad.contacts import Contact
from inroad.settings import Settings
from inroad.stages.mail_servers import MailServers
from inroad.store import Database


class Record:
    """An MX record."""

    def __init__(self, exchange: str) -> None:
        self.exchange = dns.name.from_text(exchange)


class FakeResolver:
    """Answers from a dictionary of (name, kind); an exception is raised, what is missing does not exist."""

    def __init__(self, answers: dict[tuple[str, str], Any]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str]] = []

    async def resolve(self, name: Any, kind: str, **_: Any) -> Any:
        """One answer."""
        asked = (str(name).rstrip("."), kind)
        self.asked.append(asked)
        found = self.answers.get(asked, dns.resolver.NXDOMAIN())
        if isinstance(found, BaseException):
            raise found
        return found


def mailbox(value: str, kind: str = "email") -> Contact:
    """A contact."""
    return Contact(kind, value, value, "https://kestrel.example/", "0", "text", "3", value, 0.9, details={"type": "role"})  # type: ignore[arg-type]


def servers(settings: Settings, database: Database, resolver: FakeResolver, *, allowed: bool = True) -> MailServers:
    """With a resolver made by hand."""
    return MailServers(settings.model_copy(update={"mx_lookup": allowed}), database, resolver=resolver)  # type: ignore[arg-type]


async def test_nothing_is_asked_unless_a_person_allows_it(settings: Settings, database: Database) -> None:
    """Each question tells a name server whom one is about to write to."""
    resolver = FakeResolver({})
    contacts = [mailbox("a@kestrel.com")]
    assert await servers(settings, database, resolver, allowed=False).annotate(contacts) == contacts
    assert resolver.asked == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ([Record("mx.kestrel.com.")], True),
        ([Record(".")], False),
        (dns.resolver.NXDOMAIN(), False),
        (dns.exception.Timeout(), None),
        (dns.resolver.NoNameservers(), None),
    ],
    ids=["a server", "the null MX", "no such domain", "no answer in time", "broken name servers"],
)
async def test_the_answer_stands_in_the_details(
    settings: Settings, database: Database, answer: Any, expected: bool | None
) -> None:
    """Without an answer nothing is said: a name server's bad day must not make a mailbox look dead."""
    resolver = FakeResolver({("kestrel.com", "MX"): answer})
    (contact,) = await servers(settings, database, resolver).annotate([mailbox("a@kestrel.com")])
    assert contact.details.get("mx") is expected
    assert contact.details["type"] == "role"


async def test_each_domain_is_asked_once_and_reserved_names_never(settings: Settings, database: Database) -> None:
    """A team page has thirty mailboxes of one domain; `.example` has no name server at all."""
    resolver = FakeResolver({("kestrel.com", "MX"): [Record("mx.kestrel.com.")]})
    found = await servers(settings, database, resolver).annotate(
        [mailbox("a@kestrel.com"), mailbox("b@kestrel.com"), mailbox("c@kestrel.example"), mailbox("+4930123456", "phone")]
    )
    assert [contact.details.get("mx") for contact in found] == [True, True, None, None]
    assert resolver.asked == [("kestrel.com", "MX")]


async def test_what_was_asked_in_one_run_is_not_asked_again_in_the_next(settings: Settings, database: Database) -> None:
    """A thousand mailboxes at one provider in a daily refresh are one question a week, not one a day and process."""
    answers = {("kestrel.com", "MX"): [Record("mx.kestrel.com.")]}
    for number in range(2):
        resolver = FakeResolver(answers)
        (contact,) = await servers(settings, database, resolver).annotate([mailbox("a@kestrel.com")])
        assert contact.details["mx"] is True
        assert len(resolver.asked) == 1 - number


@pytest.mark.parametrize(("first", "days", "asked"), [(True, 6, 0), (True, 8, 1), (False, 0, 0), (False, 2, 1)])
async def test_an_answer_is_believed_for_its_lifetime(
    settings: Settings, database: Database, first: bool, days: int, asked: int
) -> None:
    """A domain that is being set up takes mail tomorrow; kept for ever, its mailboxes would look dead."""
    answers: dict[tuple[str, str], Any] = {("kestrel.com", "MX"): [Record("mx.kestrel.com.")]} if first else {}
    await servers(settings, database, FakeResolver(answers)).annotate([mailbox("a@kestrel.com")])
    with database.begin() as session:
        session.execute(text(f"UPDATE mail_domains SET expires_at = expires_at - interval '{days} days'"))
    resolver = FakeResolver({("kestrel.com", "MX"): [Record("mx.kestrel.com.")]})
    (contact,) = await servers(settings, database, resolver).annotate([mailbox("a@kestrel.com")])
    assert len(resolver.asked) == asked
    assert contact.details["mx"] is (first or bool(asked))


async def test_without_an_answer_nothing_is_kept(settings: Settings, database: Database) -> None:
    """A name server's bad day would last a week."""
    await servers(settings, database, FakeResolver({("kestrel.com", "MX"): dns.exception.Timeout()})).annotate(
        [mailbox("a@kestrel.com")]
    )
    with database.begin() as session:
        assert session.scalar(text("SELECT count(*) FROM mail_domains")) == 0


async def test_expired_answers_go_with_the_next_that_come(settings: Settings, database: Database) -> None:
    """The table would grow with every domain that was ever seen."""
    with database.begin() as session:
        old = "SELECT 'old' || n || '.com', true, now(), now() - interval '1 s' FROM generate_series(1, 15) n"
        session.execute(text(f"INSERT INTO mail_domains {old}"))
    resolver = FakeResolver({})
    await servers(settings, database, resolver).annotate([mailbox("a@kestrel.com"), mailbox("a@merlin.com")])
    with database.begin() as session:
        assert set(session.scalars(text("SELECT name FROM mail_domains"))) == {"kestrel.com", "merlin.com"}
