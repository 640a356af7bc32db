"""Whom to write to: the best contact of a company for one posting, with the reason.

A pure choice among contacts that were read from the company's own pages; nothing is sent and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

from inroad.cvs.claims.support import telling_stems
from inroad.cvs.claims.words import meanings
from inroad.postings.model import Posting

MIN_CONFIDENCE = 0.3  # below it the value is more likely a stranger's than the company's
_RECRUITING = re.compile(
    r"recruit|talent|hiring|human resources|\bhr\b|people (?:team|operations|partner|&|and)|career|job|bewerb|personal(?!ity)"
    r"|stellen|karriere|rekrut|recrutement|empleo|seleccion|rrhh|apply|application",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"head|lead|director|manager|chief|cto|vp\b|vice president|founder|leiter|leitung|geschäftsführ|responsable|partner|owner",
    re.IGNORECASE,
)
_TOP = re.compile(r"\bceo\b|founder|managing director|geschäftsführ|owner|inhaber|president", re.IGNORECASE)
_GENERAL = re.compile(
    r"^(?:info|hello|hi|contact|kontakt|office|mail|post|team|welcome|enquiries|inquiries|general|hallo|buero|zentrale)\b",
    re.IGNORECASE,
)
_NOT_FOR_US = re.compile(
    r"^(?:no-?reply|donotreply|abuse|postmaster|hostmaster|webmaster|privacy|datenschutz|dpo|gdpr|security|legal|press|presse|media|billing|invoice|"
    r"rechnung|support|help|newsletter|unsubscribe|sales|vertrieb|investor\w*|ir)\b",
    re.IGNORECASE,
)


class Reachable(Protocol):
    """The fields of a contact that are looked at."""

    @property
    def kind(self) -> str:
        """What the value is: "email", "person", ..."""

    @property
    def value(self) -> str:
        """Address or full name."""

    @property
    def name(self) -> str | None:
        """The person that the value is bound to."""

    @property
    def role(self) -> str | None:
        """That person's role."""

    @property
    def confidence(self) -> float:
        """Probability that the value is right, 0 to 1."""


C = TypeVar("C", bound=Reachable)


def best_contact(contacts: Iterable[C], posting: Posting) -> tuple[C, str] | None:
    """Choose the person or address to write to about a posting.

    In order: who recruits, who leads the posting's department, the company's head, the general address. An e-mail address is
    preferred to a name alone; the surer contact to the less sure.

    Args:
        contacts: Contacts of the company.
        posting: The job.

    Returns:
        (contact, reason), or None when none of them can be written to.
    """
    ranked = []
    for contact in contacts:
        judged = _judge(contact, posting)
        if judged is not None:
            worth, reason = judged
            ranked.append(((-worth, contact.kind != "email", -contact.confidence, contact.value), contact, reason))
    if not ranked:
        return None
    _, contact, reason = min(ranked, key=lambda found: found[0])
    return contact, reason


def _judge(contact: Reachable, posting: Posting) -> tuple[float, str] | None:
    if contact.kind not in {"email", "person"} or contact.confidence < MIN_CONFIDENCE:
        return None
    mailbox = contact.value.partition("@")[0] if contact.kind == "email" else ""
    if mailbox and _NOT_FOR_US.match(mailbox):
        return None
    role = contact.role or ""
    described = f"{role} {mailbox}"
    if _is_named_in(contact, posting):
        return 6, "the posting names this contact"
    if _RECRUITING.search(described):
        return 5, f"recruits: {role or contact.value}"
    if role and _LEADING.search(role) and _shares_field(role, f"{posting.department or ''} {posting.title}"):
        return 4, f"leads the department of the job: {role}"
    if role and _shares_field(role, f"{posting.department or ''} {posting.title}"):
        return 3, f"works in the department of the job: {role}"
    if role and _TOP.search(role):
        return 2.5, f"heads the company: {role}"
    if mailbox and _GENERAL.match(mailbox):
        return 2, "general address of the company"
    return (1, f"the only kind of contact found: {role or contact.kind}") if contact.kind == "email" or role else None


def _is_named_in(contact: Reachable, posting: Posting) -> bool:
    text = posting.description[:100_000].casefold()
    named = (contact.name or "").casefold()
    return contact.value.casefold() in text or (len(named) > 5 and " " in named and named in text)


def _shares_field(role: str, field: str) -> bool:
    """Tell whether two titles speak of the same field, ranks and common words aside."""
    ranks = {"head", "lead", "director", "manager", "chief", "senior", "junior"}
    keys = {key for stem in telling_stems(field[:300]) if stem not in ranks for key in meanings(stem)}
    return any(not keys.isdisjoint(meanings(stem)) for stem in telling_stems(role[:300]) if stem not in ranks)
