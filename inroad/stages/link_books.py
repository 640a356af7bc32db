"""What a run knows of the pages that its domains' documents link to, so that the same menu on every page costs nothing.

What lives here: which links were offered before, how much room a domain has left, and adding what is new for a whole batch of
documents. What does not: which links are worth a page (`linking`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.orm import Session

from inroad.crawl.links import Link
from inroad.settings import Settings
from inroad.stages.linking import LINKS_FOLLOWED, SMALL_SITE, linked_rows
from inroad.store.models import Domain
from inroad.store.pages import add_pages, page_count, page_ranks

_REMEMBERED: Final = 20_000  # links of one domain; beyond that they are looked up anew


@dataclass(frozen=True, slots=True)
class LinkedFrom:
    """One document's links.

    Attributes:
        domain: Whose page it is.
        links: Anchors to its own site.
        postings: Canonical URLs that it lists as jobs.
    """

    domain: Domain
    links: Sequence[Link]
    postings: Sequence[str] = ()


@dataclass(slots=True)
class _Book:
    """One domain's."""

    is_small: bool
    room: int
    offered: set[tuple[str, str]] = field(default_factory=set)


class LinkBooks:
    """The books of one run's domains.

    Args:
        settings: `urls_per_domain` bounds each domain.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._books: dict[int, _Book] = {}

    def forget(self, domain_id: int) -> None:
        """Gives a finished domain's book up."""
        self._books.pop(domain_id, None)

    def add(self, session: Session, documents: Sequence[LinkedFrom]) -> int:
        """Adds the pages that a batch of documents makes known.

        Args:
            session: In the transaction that stores the documents.
            documents: Of any domains.

        Returns:
            Pages that are new or better named; `remember` tells the books once that is committed.
        """
        by_domain: dict[int, list[LinkedFrom]] = {}
        for document in documents:
            by_domain.setdefault(document.domain.id, []).append(document)
        # In one order, so that two batches lock the same domains' rows the same way round.
        return sum(self._add(session, by_domain[domain_id]) for domain_id in sorted(by_domain))

    def _add(self, session: Session, documents: Sequence[LinkedFrom]) -> int:
        domain = documents[0].domain
        offered = self._books[domain.id].offered if domain.id in self._books else frozenset()
        wanted: dict[str, dict[str, Any]] = {}
        for document in documents:
            links = [link for link in document.links if (link.url, link.text) not in offered]
            if links or document.postings:
                book = self._book(session, domain)
                rows = linked_rows(domain, links, postings=document.postings, takes_all=book.is_small)
                for url, row in list(rows.items())[:LINKS_FOLLOWED]:
                    if url not in wanted or _rank(row) < _rank(wanted[url]):
                        wanted[url] = row
        return self._store(session, domain, wanted) if wanted else 0

    def _store(self, session: Session, domain: Domain, wanted: dict[str, dict[str, Any]]) -> int:
        """Only what is not there yet, or not named as well: a row that would stay as it is is not even locked."""
        known = page_ranks(session, list(wanted))
        better = [row for url, row in wanted.items() if url in known and _rank(row) < known[url]]
        new = [row for url, row in wanted.items() if url not in known]
        book = self._book(session, domain)
        return add_pages(session, domain.id, better + new[: book.room])

    def _book(self, session: Session, domain: Domain) -> _Book:
        if domain.id not in self._books:
            room = max(self._settings.urls_per_domain - page_count(session, domain.id), 0)
            is_small = page_count(session, domain.id, source="sitemap") < SMALL_SITE
            self._books[domain.id] = _Book(is_small, room)
        return self._books[domain.id]

    def remember(self, documents: Sequence[LinkedFrom], added: int) -> None:
        """What was offered is in the database now.

        Args:
            documents: As given to `add`.
            added: What it returned; counted against each domain's room, which errs on the small side.
        """
        for document in documents:
            book = self._books.get(document.domain.id)
            if book is not None:
                if len(book.offered) > _REMEMBERED:
                    book.offered.clear()
                book.offered.update((link.url, link.text) for link in document.links)
        for domain_id in {document.domain.id for document in documents}:
            if domain_id in self._books:
                self._books[domain_id].room = max(self._books[domain_id].room - added, 0)


def _rank(row: dict[str, Any]) -> tuple[int, str]:
    return row["priority_level"], row["page_type"]
