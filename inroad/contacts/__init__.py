"""Contacts on web pages: e-mail addresses, phones, postal addresses, people, profiles and company numbers, each with evidence.

Parsers only: bytes in, values out, no database and no network.
"""

from __future__ import annotations

from inroad.contacts.company import CompanyFacts, Fact, extract_company
from inroad.contacts.extraction import extract_contacts
from inroad.contacts.finding import EXTRACTOR_VERSION
from inroad.contacts.merging import MergedContact, merge_contacts
from inroad.contacts.model import CONTACT_KINDS, Contact, ContactKind

__all__ = [
    "CONTACT_KINDS",
    "EXTRACTOR_VERSION",
    "CompanyFacts",
    "Contact",
    "ContactKind",
    "Fact",
    "MergedContact",
    "extract_company",
    "extract_contacts",
    "merge_contacts",
]
