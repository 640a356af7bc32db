"""Whether a mailbox's domain takes mail, asked of the DNS where `INROAD_MX_LOOKUP` allows it: one question a domain and lifetime.

What does not belong here: finding mailboxes, and asking a mail server about one of them, which is never done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver

from inroad.contacts import Contact
from inroad.guard.errors import InroadError, TransientError
from inroad.guard.guard import Attempt, Call, Guard
from inroad.guard.services import DNS
from inroad.settings import Settings
from inroad.store.database import Database
from inroad.store.mail_domains import keep_mail_domain, known_mail_domain

# Kept by one run's process; what the DNS said is kept in the database for all of them.
MOST_DOMAINS: Final = 20_000
# Seconds for which an answer is believed, by whether the domain takes mail. Providers are changed rarely, and a domain that takes
# none today may be one that is being set up.
LIFETIME_S: Final = {True: 7 * 86_400.0, False: 86_400.0}
# RFC 2606 and 6761: nobody answers for them.
_RESERVED: Final = (".example", ".test", ".localhost", ".invalid", ".local")


class MailServersUnknown(TransientError):
    """The DNS does not answer now."""

    reason = "dns-unavailable"


class MailServers:
    """Asks for the mail servers of domains, each once in its lifetime.

    Args:
        settings: Whether it may.
        database: For the guard.
        resolver: For tests; None takes the system's name servers.
    """

    def __init__(self, settings: Settings, database: Database, *, resolver: dns.asyncresolver.Resolver | None = None) -> None:
        self._is_allowed = settings.mx_lookup
        self._database = database
        self._guard = Guard(database) if self._is_allowed else None
        self._resolver = resolver
        self._known: dict[str, asyncio.Task[bool | None]] = {}

    async def annotate(self, contacts: Sequence[Contact]) -> list[Contact]:
        """The contacts, mailboxes among them with `mx` in their details: whether their domain takes mail.

        Where the DNS gives no answer, or nothing is allowed, they are as they were.
        """
        if not self._is_allowed:
            return list(contacts)
        return [await self._annotated(contact) if contact.kind == "email" else contact for contact in contacts]

    async def _annotated(self, contact: Contact) -> Contact:
        domain = contact.value.rpartition("@")[2]
        if domain.endswith(_RESERVED):
            return contact
        if domain not in self._known:
            if len(self._known) >= MOST_DOMAINS:
                return contact
            self._known[domain] = asyncio.create_task(self._ask(domain))
        found = await self._known[domain]
        return contact if found is None else replace(contact, details={**contact.details, "mx": found})

    async def _ask(self, domain: str) -> bool | None:
        async def attempt(_attempt: Attempt) -> bool:
            return await self._has_server(domain)

        assert self._guard is not None
        try:
            known = await known_mail_domain(self._database, domain)
            if known is not None:
                return known
            found = await self._guard.call(Call(DNS, attempt, key="mx", purpose="mx"))
            await keep_mail_domain(self._database, domain, takes_mail=found, lifetime_s=LIFETIME_S[found])
        except InroadError:
            return None
        return found

    async def _has_server(self, domain: str) -> bool:
        """RFC 5321, section 5.1: an MX record, or an address in its place; RFC 7505: the null MX refuses all mail."""
        resolver = self._resolver or dns.asyncresolver.get_default_resolver()
        try:
            answer = await resolver.resolve(dns.name.from_text(domain.encode("idna").decode()), "MX", lifetime=DNS.timeout_s)
        except dns.resolver.NoAnswer:
            return await self._has_address(resolver, domain)
        except (dns.resolver.NXDOMAIN, dns.exception.SyntaxError, dns.name.LabelTooLong, UnicodeError):
            return False
        except dns.exception.DNSException as error:
            raise MailServersUnknown(f"The DNS gives no answer for {domain}: {type(error).__name__}.") from error
        return any(record.exchange != dns.name.root for record in answer)

    async def _has_address(self, resolver: dns.asyncresolver.Resolver, domain: str) -> bool:
        for kind in ("A", "AAAA"):
            try:
                await resolver.resolve(domain, kind, lifetime=DNS.timeout_s)
            except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
                continue
            except dns.exception.DNSException as error:
                raise MailServersUnknown(f"The DNS gives no answer for {domain}: {type(error).__name__}.") from error
            return True
        return False
