"""Queries on extractions: claiming them with what is to be read, and completing a batch.

What does not belong here: what a reading found (`sightings`, the postings' modules), and queuing readings (`fetched`, `pages`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from inroad.store import claims
from inroad.store.models import Extraction, Page, PageContent
from inroad.store.pages import contents_by_id


@dataclass(frozen=True, slots=True)
class DueReading:
    """One content that is to be read for one purpose.

    Attributes:
        extraction_id: Its row.
        page: The page.
        content: What to read.
        is_newest: Whether it is the page's newest content; an older one is not read any more.
    """

    extraction_id: int
    page: Page
    content: PageContent
    is_newest: bool


def claim_readings(
    session: Session, kind: str, domain_id: int, *, owner: str, lease_s: float, limit: int = 100
) -> list[DueReading]:
    """Claims a domain's contents that are due for one purpose.

    Args:
        session: In a transaction of its own.
        kind: "contacts", "companies" or "postings".
        domain_id: The domain.
        owner: `Worker.name`.
        lease_s: Seconds until others may claim them.
        limit: Contents at most.
    """
    rows = claim_extractions(session, kind, domain_id, owner=owner, lease_s=lease_s, limit=limit)
    if not rows:
        return []
    contents = contents_by_id(session, [row.page_content_id for row in rows])
    return [DueReading(row.id, *contents[row.page_content_id]) for row in rows]


_DUE = claims.Claiming(Extraction, Extraction.domain_id == bindparam("of_domain"), Extraction.kind == bindparam("of_kind"))


def claim_extractions(
    session: Session, kind: str, domain_id: int, *, owner: str, lease_s: float, limit: int = 100
) -> list[Extraction]:
    """`claim_readings` without loading what is to be read."""
    return _DUE.claim(session, owner=owner, lease_s=lease_s, limit=limit, of_domain=domain_id, of_kind=kind)


_COMPLETE = text("""
    UPDATE extractions SET extraction_status = 'Complete', attempts = 0, error = NULL, error_reason = NULL, lease_owner = NULL,
        lease_expires_at = NULL, extractor_version = :version, found_count = g.found_count,
        reader = coalesce(g.reader, extractions.reader), reader_note = g.reader_note,
        refused_at = g.refused_at
    FROM unnest(CAST(:ids AS bigint[]), CAST(:counts AS int[]), CAST(:readers AS text[]), CAST(:notes AS text[]),
        CAST(:refusals AS timestamptz[])) AS g (id, found_count, reader, reader_note, refused_at)
    WHERE extractions.id = g.id AND extractions.lease_owner = :owner AND extractions.extraction_status = 'Processing'
    RETURNING extractions.id
""")


def complete_readings(
    session: Session, done: Sequence[tuple[int, int, Mapping[str, Any]]], *, owner: str, version: str
) -> set[int]:
    """Records readings as done.

    Args:
        session: The transaction that stores what they found.
        done: Extraction id, how many were found, and how (`reader`, `reader_note`, `refused_at`).
        owner: `Worker.name`.
        version: The extractor's.

    Returns:
        Ids of those that were still ours.
    """
    columns = {
        "ids": [number for number, _, _ in done],
        "counts": [count for _, count, _ in done],
        "readers": [how.get("reader") for _, _, how in done],
        "notes": [how.get("reader_note") for _, _, how in done],
        "refusals": [how.get("refused_at") for _, _, how in done],
    }
    return set(session.scalars(_COMPLETE, {**columns, "owner": owner, "version": version}))
