"""The do-not-contact list: rules, what they hit, and the border at which they are applied.

A rule is a value, a domain, a pattern, or the SHA-256 of a value that somebody asked to have forgotten. What does not belong
here: erasing what is stored (`erasure`), storing what passes (`sightings`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.models import AuditEntry, ContactRow, ContactSource, Domain, Suppression

_CACHE = "suppressions"


def fingerprint(value: str) -> str:
    """What the do-not-contact list keeps of an erased value."""
    return hashlib.sha256(value.lower().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Rules:
    """Every rule, by kind.

    Attributes:
        values: Lower-case values.
        hashes: SHA-256 of lower-case values.
        domains: Lower-case domains; each stands for those below it too.
        patterns: With `*` for any characters.
    """

    values: frozenset[str] = frozenset()
    hashes: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = ()

    def hits(self, value: str) -> bool:
        """Whether a contact's value is on the list: itself, by its hash, by a pattern, or by the domain it lies in."""
        text = value.lower()
        return (
            text in self.values
            or self.is_erased(text)
            or any(pattern.fullmatch(text) for pattern in self.patterns)
            or (bool(self.domains) and self.hits_domain(_host_of(text)))
        )

    def is_erased(self, value: str) -> bool:
        """Whether somebody asked to have this value forgotten."""
        return bool(self.hashes) and fingerprint(value) in self.hashes

    def hits_domain(self, name: str) -> bool:
        """Whether a domain or one above it is on the list."""
        labels = name.split(".")
        return any(".".join(labels[at:]) in self.domains for at in range(len(labels) - 1))


def _host_of(value: str) -> str:
    """The domain of a mailbox, the host of a profile's URL; empty for anything else."""
    if "://" in value:
        try:
            return urlsplit(value).hostname or ""
        except ValueError:
            return ""
    return value.rpartition("@")[2] if "@" in value else ""


def _pattern(rule: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, rule.lower().split("*"))), re.DOTALL)


def suppression_rules(session: Session) -> Rules:
    """The list, read once a transaction."""
    known: Rules | None = session.info.get(_CACHE)
    if known is None:
        by_kind: dict[str, list[str]] = {}
        for kind, value in session.execute(select(Suppression.kind, Suppression.value)):
            by_kind.setdefault(kind, []).append(value.lower())
        values, hashes, domains = (frozenset(by_kind.get(kind, ())) for kind in ("value", "hash", "domain"))
        known = session.info[_CACHE] = Rules(values, hashes, domains, tuple(map(_pattern, by_kind.get("pattern", ()))))
    return known


def forget_rules(session: Session) -> None:
    """Reads the list anew at its next use; for whoever changes it."""
    session.info.pop(_CACHE, None)


def is_suppressed(session: Session, value: str) -> bool:
    """Whether a value is on the do-not-contact list: itself, its hash, its domain, or a pattern with * for any characters."""
    return suppression_rules(session).hits(value)


def admitted(session: Session, domain_name: str, contacts: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """What of a page's contacts may be stored.

    Args:
        session: Transaction.
        domain_name: The company's domain; where it is on the list, nothing of the company's pages is stored.
        contacts: With the attributes of `inroad.contacts.Contact`, which is a frozen dataclass.

    Returns:
        Those that may, without names that are on the list; and those that were held back or lost their name, as they were.
    """
    rules = suppression_rules(session)
    if rules == Rules():
        return list(contacts), []
    if rules.hits_domain(domain_name):
        return [], list(contacts)
    kept: list[Any] = []
    held: list[Any] = []
    for contact in contacts:
        if rules.hits(contact.value):
            held.append(contact)
        elif contact.name and rules.hits(contact.name):
            held.append(contact)
            if contact.kind != "person":
                kept.append(replace(contact, name=None, role=None))
        else:
            kept.append(contact)
    return kept, held


def without_erased(session: Session, urls: Sequence[str]) -> set[str]:
    """Those of some URLs that may become pages: not the ones that somebody asked to have forgotten."""
    rules = suppression_rules(session)
    return {url for url in urls if not rules.is_erased(url)}


def suppress(session: Session, kind: str, value: str, *, made_by: str, reason: str | None = None) -> int:
    """Adds a rule to the do-not-contact list and removes what it hits; returns how many contacts went.

    A domain takes everything that was read from its pages, and its mailboxes and profiles on anybody's pages.
    """
    rule = {"kind": kind, "value": value.lower(), "made_by": made_by, "reason": reason}
    session.execute(insert(Suppression).values(rule).on_conflict_do_nothing())
    forget_rules(session)
    rules = Rules(
        values=frozenset({value.lower()} if kind == "value" else ()),
        hashes=frozenset({value.lower()} if kind == "hash" else ()),
        domains=frozenset({value.lower()} if kind == "domain" else ()),
        patterns=(_pattern(value),) if kind == "pattern" else (),
    )
    rows = select(ContactRow.id, ContactRow.value, Domain.name).join(Domain, Domain.id == ContactRow.domain_id)
    hits = [number for number, text, name in session.execute(rows) if rules.hits(text) or rules.hits_domain(name)]
    session.execute(delete(ContactRow).where(ContactRow.id.in_(hits)))
    _unname(session, rules)
    return len(hits)


def list_rules(session: Session) -> list[dict[str, Any]]:
    """Every rule of the do-not-contact list, the oldest first."""
    columns = (Suppression.kind, Suppression.value, Suppression.reason, Suppression.made_by, Suppression.made_at)
    return [dict(row) for row in session.execute(select(*columns).order_by(Suppression.id)).mappings()]


def lift(session: Session, kind: str, value: str, *, made_by: str) -> bool:
    """Takes a rule off the do-not-contact list; what it hit comes back when its pages are read again.

    Returns:
        Whether there was such a rule.
    """
    rule = (Suppression.kind == kind, Suppression.value == value.lower())
    if session.scalar(delete(Suppression).where(*rule).returning(Suppression.id)) is None:
        return False
    forget_rules(session)
    # Without the value: the log must not keep what the list has forgotten.
    session.execute(insert(AuditEntry).values(actor=made_by, action="lift", table_name="suppressions", row_count=1))
    return True


def _unname(session: Session, rules: Rules) -> None:
    """Takes a suppressed name off the contacts that stay (a switchboard), and off their proofs."""
    for model in (ContactRow, ContactSource):
        named = select(model.id, model.name).where(model.name.is_not(None))
        hits = [number for number, name in session.execute(named) if name and rules.hits(name)]
        gone = update(model).where(model.id.in_(hits)).values(name=None, role=None)
        session.execute(gone.execution_options(synchronize_session=False))
