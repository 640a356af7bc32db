"""Giving pages that an older classifier named their present type, many in one statement.

What does not belong here: what a page is called (`inroad.crawl.classify`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from inroad.store.models import Page

# Pages of one domain in one run: two seconds; a domain of millions is named anew over several runs.
AT_ONCE = 50_000


class NamedPage(NamedTuple):
    """A page as an older classifier left it."""

    id: int
    url: str
    title: str | None
    page_type: str
    priority_level: int


@dataclass(slots=True)
class Names:
    """New names, as columns.

    Attributes:
        ids: Pages.
        page_types: Of each.
        priority_levels: Of each.
    """

    ids: list[int] = field(default_factory=list)
    page_types: list[str] = field(default_factory=list)
    priority_levels: list[int] = field(default_factory=list)


def pages_of_other_versions(session: Session, domain_id: int, version: str) -> Sequence[NamedPage]:
    """Pages of a domain that another version of the classifier named, `AT_ONCE` at most."""
    statement = (
        select(Page.id, Page.url, Page.title, Page.page_type, Page.priority_level)
        .where(Page.domain_id == domain_id, Page.classifier_version.is_distinct_from(version))
        .limit(AT_ONCE)
    )
    return [NamedPage(*row) for row in session.execute(statement)]


def name_pages(session: Session, version: str, names: Names) -> int:
    """Writes the names that the present classifier gives; returns how many pages have another type or priority than before."""
    if not names.ids:
        return 0
    given = {"ids": names.ids, "types": names.page_types, "levels": names.priority_levels, "version": version}
    return int(session.scalar(_NAME, given) or 0)


_NAME = text("""
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:types AS text[]), CAST(:levels AS smallint[]))
            AS g (id, page_type, level)
    ), locked AS MATERIALIZED (
        SELECT pages.id, pages.page_type, pages.priority_level FROM pages WHERE id IN (SELECT id FROM given)
        ORDER BY id FOR NO KEY UPDATE
    ), named AS (
        UPDATE pages SET page_type = given.page_type, priority_level = given.level, classifier_version = :version,
            updated_at = now()
        FROM given WHERE pages.id = given.id
    )
    SELECT count(*) FROM given JOIN locked USING (id)
    WHERE (given.page_type, given.level) IS DISTINCT FROM (locked.page_type, locked.priority_level)
""")
