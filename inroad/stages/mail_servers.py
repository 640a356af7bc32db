"""Whether a mailbox's domain takes mail, asked of the DNS where `INROAD_MX_LOOKUP` allows it: one question a domain and run.

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

# Kept for one run's process; the answer itself stays with the contact.
MOST_DOMAINS: Final = 20_000
# RFC 2606 and 6761: nobody answers for them.
_RESERVED: Final = (".example", ".test", ".localhost", ".invalid", ".local")


class MailServersUnknown(TransientError):
    """The DNS does not answer now."""

    reason = "dns-unavailable"


class MailServers:
    """Asks for the mail servers of domains, each once.

    Args:
        settings: Whether it may.
        database: For the guard.
        resolver: For tests; None takes the system's name servers.
    """

    def __init__(self, settings: Settings, database: Database, *, resolver: dns.asyncresolver.Resolver | None = None) -> None:
        self._is_allowed = settings.mx_lookup
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
            return await self._guard.call(Call(DNS, attempt, key="mx", purpose="mx"))
        except InroadError:
            return None

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
