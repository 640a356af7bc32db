"""Claiming and recording the readings of stored contents: the loop that contacts, companies and postings share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from inroad.guard import tracing
from inroad.guard.errors import InroadError
from inroad.stages.documents import stored_html
from inroad.stages.threads import in_thread
from inroad.stages.work import Tally, Work
from inroad.store import claims
from inroad.store.database import DatabaseUnavailable
from inroad.store.models import Domain, Extraction, Page, PageContent
from inroad.store.pages import contents_by_id

T = TypeVar("T")


async def read_contents(
    work: Work,
    kind: str,
    version: str,
    domain: Domain,
    tally: Tally,
    *,
    read: Callable[[str, Page, PageContent], T],
    record: Callable[[Session, Page, PageContent, T], int],
    describe: Callable[[T], Mapping[str, Any]] = lambda _: {},
) -> None:
    """Reads every content of a domain that is due for one purpose.

    Args:
        work: The run's context.
        kind: "contacts", "companies" or "postings".
        version: The extractor's version, for the row.
        domain: The domain.
        tally: Counts.
        read: Pure: the document to values; runs in a thread.
        record: Stores the values in the transaction that completes the row; returns how many there are.
        describe: Columns of the extraction's row that say how the values were found.
    """
    while rows := await work.database.run(claim_extractions, work, kind, domain):
        contents = await work.database.run(contents_by_id, [row.page_content_id for row in rows])
        for row in rows:
            page, content, is_newest = contents[row.page_content_id]
            try:
                with tracing.span("row", extraction=kind, url=page.url):
                    values = await in_thread(_read, read, page, content) if is_newest else None
                found = await work.database.run(_finish, work, row, version, page, content, values, record, describe)
            except DatabaseUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - one document's failure is its row's; a bug says so there and fails the check
                await work.database.run(claims.fail, Extraction, row.id, error, owner=work.owner, extractor_version=version)
                tally.stop(page.url, error)
                continue
            tally.succeed("new")
            tally.counts["found"] += found


def _read(read: Callable[[str, Page, PageContent], T], page: Page, content: PageContent) -> T:
    return read(stored_html(content.html_zlib), page, content)


def claim_extractions(session: Session, work: Work, kind: str, domain: Domain) -> list[Extraction]:
    """Claims a domain's contents that are due for one purpose."""
    where = (Extraction.domain_id == domain.id, Extraction.kind == kind)
    return claims.claim(session, Extraction, *where, owner=work.owner, lease_s=work.settings.lease_s)


def _finish(
    session: Session,
    work: Work,
    row: Extraction,
    version: str,
    page: Page,
    content: PageContent,
    values: T | None,
    record: Callable[[Session, Page, PageContent, T], int],
    describe: Callable[[T], Mapping[str, Any]],
) -> int:
    found = record(session, page, content, values) if values is not None else 0
    how = describe(values) if values is not None else {}
    done = {"extractor_version": version, "found_count": found, **how}
    if not claims.complete(session, Extraction, row.id, owner=work.owner, **done):
        raise InroadError(f"The lease on reading {page.url} went to another worker.", reason="lease-lost")
    return found
