"""The references of pages and listings, which triggers hold once for each statement where a foreign key would ask row by row."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inroad.store import Database
from inroad.store.models import Base, Domain, Page, PageSitemap, SitemapFile

URL = "https://acme.example/"


def seed(session: Session) -> tuple[int, int, int]:
    """A domain with one sitemap that lists one page; their ids."""
    domain = session.scalars(insert(Domain).values(name="acme.example").returning(Domain.id)).one()
    file = session.scalars(
        insert(SitemapFile).values(domain_id=domain, url=f"{URL}sitemap.xml", source="robots").returning(SitemapFile.id)
    ).one()
    page = session.scalars(insert(Page).values(domain_id=domain, url=URL, source="sitemap").returning(Page.id)).one()
    session.execute(insert(PageSitemap).values(page_id=page, sitemap_file_id=file))
    return domain, file, page


def listings(session: Session) -> int:
    """Rows of page_sitemaps."""
    return session.scalar(select(func.count()).select_from(PageSitemap)) or 0


def test_a_page_of_no_domain_is_refused(session: Session) -> None:
    """A page that belongs to nobody is never claimed, shown or removed."""
    domain, _, _ = seed(session)
    rows = [{"domain_id": number, "url": f"{URL}{number}", "source": "link"} for number in (domain, domain + 1)]
    with pytest.raises(IntegrityError, match="domain that does not exist"):
        session.execute(insert(Page), rows)


@pytest.mark.parametrize("missing", ["page", "sitemap"])
def test_a_listing_of_nothing_is_refused(session: Session, missing: str) -> None:
    """A listing without its page would keep another page from being gone."""
    _, file, page = seed(session)
    values = {"page_id": page + (missing == "page"), "sitemap_file_id": file + (missing == "sitemap")}
    with pytest.raises(IntegrityError, match=f"{missing} that does not exist"):
        session.execute(insert(PageSitemap).values(values))


def test_what_a_row_refers_to_never_changes(session: Session) -> None:
    """The check is made when a row is added; a later change would pass it by."""
    domain, _, _ = seed(session)
    with pytest.raises(IntegrityError, match="never changes"):
        session.execute(update(Page).values(domain_id=domain + 1))


@pytest.mark.parametrize("table", ["domains", "sitemap_files", "pages"])
@pytest.mark.parametrize("how", ["DELETE FROM", "TRUNCATE"])
def test_listings_go_with_what_they_refer_to(session: Session, table: str, how: str) -> None:
    """A removed company would leave rows behind that nothing ever removes."""
    seed(session)
    session.execute(text(f"{how} {table} {'CASCADE' if how == 'TRUNCATE' else ''}"))
    assert listings(session) == 0
    assert session.scalar(select(func.count()).select_from(Page)) == (1 if table == "sitemap_files" else 0)


def test_a_page_that_is_being_removed_gets_no_listing(database: Database) -> None:
    """Two transactions that do not see each other would leave a listing without its page."""
    with database.begin() as session:
        _, file, _ = seed(session)
        domain = session.scalars(select(Domain.id)).one()
        other = session.scalars(insert(Page).values(domain_id=domain, url=f"{URL}b", source="link").returning(Page.id)).one()
    refused: list[BaseException] = []

    def list_it() -> None:
        try:
            with database.begin() as session:
                session.execute(insert(PageSitemap).values(page_id=other, sitemap_file_id=file))
        except IntegrityError as error:
            refused.append(error)

    with Session(database.engine) as remover:
        remover.execute(text("DELETE FROM pages WHERE id = :id"), {"id": other})
        adding = threading.Thread(target=list_it)
        adding.start()
        adding.join(0.2)
        assert adding.is_alive(), "it waits for the removal's outcome"
        remover.commit()
    adding.join(10)
    assert len(refused) == 1
    with database.begin() as session:
        assert listings(session) == 1


def test_tables_are_ordered_by_what_they_refer_to() -> None:
    """Loading a dump in another order would break off at the first listing."""
    order = [table.name for table in Base.metadata.sorted_tables]
    assert order.index("domains") < order.index("pages") < order.index("page_sitemaps")
    assert order.index("sitemap_files") < order.index("page_sitemaps")
