"""An erasure reaches every text column of every table, and what is read afterwards does not bring the person back."""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ARRAY, CheckConstraint, Column, LargeBinary, String, Table, insert, make_url, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from inroad.store import Database
from inroad.store.contacts import store_company
from inroad.store.domains import update_domain
from inroad.store.erased_people import mask_erased
from inroad.store.erased_records import mask_records
from inroad.store.erasure import erase
from inroad.store.fetched import StoredContent, complete_fetched
from inroad.store.masked_columns import text_columns
from inroad.store.masking import MASK, forms_of
from inroad.store.models import Base, Company, Domain, Page, PageContent, PostingRow, SitemapFile
from inroad.store.posting_intake import store_postings
from inroad.store.sitemaps import add_sitemaps
from inroad.store.suppression import Rules, fingerprint

NAME, MAILBOX = "Jane Xylander", "jane.xylander@acme.example"
SAID = f"Ask {NAME} ({MAILBOX}) first."
# References that a trigger checks, and no foreign key of the model's.
REFERRED = {"domain_id": "domains", "sitemap_file_id": "sitemap_files", "page_id": "pages"}
OWN = {"profiles", "facts", "profile_drafts"}


def nobody_else(html: str, url: str, values: Any) -> bool:
    """The extractor's answer where a page hides nothing."""
    return False


def allowed_values(table: Table) -> dict[str, str]:
    """The first value that a check constraint allows a column, by column."""
    checks = [str(check.sqltext) for check in table.constraints if isinstance(check, CheckConstraint)]
    return {hit[1]: hit[2] for check in checks if (hit := re.search(r"(\w+) IN \('([^']+)'", check))}


def planted(column: Column[Any], number: int) -> Any:
    """The marker as a column of this type holds it."""
    if column.name == "url" or column.name.endswith("_url"):
        return f"https://acme.example/{number}/jane-xylander?to={MAILBOX}"
    if column.name == "files":
        return {"pdf": "cvs/acme.example/jane-xylander/letter.pdf"}
    if column.name == "outputs":
        return {"pdf": {"url": "s3://out/jane-xylander/letter.pdf"}}
    if isinstance(column.type, JSONB):
        return {"a": [SAID, {NAME: SAID}], "b": {"c": MAILBOX}}
    if isinstance(column.type, ARRAY):
        return [SAID] if isinstance(column.type.item_type, String) else [1]
    return f"{SAID} {number}"


def needed(column: Column[Any], number: int) -> Any:
    """Something that a column takes which is no text; numbers grow, as the ends of spans must."""
    if isinstance(column.type, LargeBinary):
        return zlib.compress(SAID.encode()) if column.name == "html_zlib" else SAID.encode()
    if isinstance(column.type, ARRAY):
        return [1]
    if column.type.python_type is float:  # a belief is at most 1
        return 1
    return text("now()") if "TIMESTAMP" in str(column.type).upper() or "DATETIME" in str(column.type).upper() else number


def plant(session: Session) -> set[str]:
    """One row in every table, the person in every text of it; returns the columns that hold the person."""
    numbers: dict[str, Any] = {}
    held: set[str] = set()
    first = [Base.metadata.tables[name] for name in REFERRED.values()]
    for number, table in enumerate(dict.fromkeys([*first, *Base.metadata.sorted_tables])):
        if table.name == "page_urls":  # written by the pages' own trigger
            continue
        allowed, values = allowed_values(table), {}
        words = {column.name for column in text_columns(table)} if table.name not in OWN else set()
        for column in table.columns:
            reference = next(iter(column.foreign_keys), None)
            if reference is not None:
                values[column.name] = numbers.get(reference.column.table.name)
            elif column.name in REFERRED and not isinstance(column.type, String):
                values[column.name] = numbers[REFERRED[column.name]]
            elif column.identity is not None:
                continue
            elif column.name in allowed:
                values[column.name] = allowed[column.name]
            elif column.name in words:
                values[column.name] = planted(column, number)
                held.add(f"{table.name}.{column.name}")
            elif isinstance(column.type, String):
                values[column.name] = (
                    "acme.example" if (table.name, column.name) == ("domains", "name") else f"{table.name}-{number}"
                )
            elif isinstance(column.type, JSONB):
                values[column.name] = {}
            elif not column.nullable and column.server_default is None:
                values[column.name] = needed(column, len(values))
        statement = insert(table).values(values)
        row = session.execute(statement.returning(*table.primary_key.columns)).one()
        numbers[table.name] = row[0]
    session.execute(insert(PageContent).values(
        domain_id=numbers["domains"], page_id=numbers["pages"], version=9, strategy="direct", http_status=200, body_bytes=1,
        final_url="https://acme.example/", content_hash="9", text=SAID, html_zlib=zlib.compress(f"<p>{SAID}</p>".encode()),
    ))  # fmt: skip
    return held


def everything(session: Session) -> str:
    """Every row of every table as text, stored pages unpacked."""
    tables = [name for name in Base.metadata.tables if name not in OWN]
    rows = [str(row) for name in tables for row in session.execute(text(f'SELECT t::text FROM "{name}" AS t')).scalars()]
    return "\n".join([*rows, *(zlib.decompress(body).decode() for body in session.scalars(select(PageContent.html_zlib)))])


def test_no_text_column_of_any_table_keeps_an_erased_person(database: Database) -> None:
    """A column that nobody thought of is where the name survives; new tables are searched from their first day."""
    with database.begin() as session:
        held = plant(session)
        assert len(held) > 100
        assert {
            "cvs.notes",
            "outreach.writer_note",
            "postings.listing_reason",
            "pauses.reason",
            "page_contents.http_facts",
        } <= held
        before = everything(session).lower()
        assert before.count("xylander") > 200
    for value in (NAME, MAILBOX):
        with database.begin() as session:
            erase(session, value, actor="test", still_holds=nobody_else)
    with database.begin() as session:
        left = [line for line in everything(session).lower().split("\n") if "xylander" in line]
        assert left == []
        assert session.scalars(select(Domain.name)).one() == "acme.example"


def test_a_company_called_after_the_person_keeps_its_domain(database: Database) -> None:
    """The domain is the key of all its rows, and was typed in by the owner: only what stands behind the host is the person's."""
    with database.begin() as session:
        number = session.scalars(insert(Domain).values(name="jane-xylander.example").returning(Domain.id)).one()
        for path in ("team", "team/jane-xylander"):
            session.execute(insert(Page).values(domain_id=number, url=f"https://jane-xylander.example/{path}", source="link"))
        assert erase(session, NAME, actor="test", still_holds=nobody_else).urls == 1
        urls = list(session.scalars(select(Page.url).order_by(Page.id)))
        assert urls[0] == "https://jane-xylander.example/team"
        assert urls[1].startswith("https://jane-xylander.example/team/erased-")
        assert list(session.execute(text("SELECT url FROM page_urls ORDER BY page_id")).scalars()) == urls


@pytest.mark.parametrize(
    "html",
    [
        "<p>Ask <b>Jane</b> <i>Xylander</i> first.</p>",
        "<p>Ask J<wbr>ane Xyl<wbr>ander first.</p>",
        "<p>Ask &#74;ane&nbsp;Xylander first.</p>",
        "<p>Ask Xylander, Jane first.</p>",
    ],
)
def test_a_name_cut_by_tags_or_turned_round_goes(database: Database, html: str) -> None:
    """A reader sees the name whatever tags stand in it."""
    with database.begin() as session:
        number = session.scalars(insert(Domain).values(name="acme.example").returning(Domain.id)).one()
        page = session.scalars(
            insert(Page).values(domain_id=number, url="https://acme.example/", source="link").returning(Page.id)
        ).one()
        session.execute(insert(PageContent).values(
            domain_id=number, page_id=page, version=1, strategy="direct", http_status=200, body_bytes=1, content_hash="1",
            final_url="https://acme.example/", text=f"Ask {NAME} first, or Xylander, Jane.",
            html_zlib=zlib.compress(html.encode()),
        ))  # fmt: skip
        assert erase(session, NAME, actor="test", still_holds=nobody_else).contents == 1
        (body,) = session.scalars(select(PageContent.html_zlib))
        shown = re.sub(r"<[^>]*>", "", zlib.decompress(body).decode())
        assert "xylander" not in shown.lower()
        assert "first" in shown


def returned(session: Session, number: int) -> None:
    """All ways in which a site may name the person again."""
    update_domain(session, number, title=f"{NAME} | Acme")
    store_company(session, number, name="Acme", legal_name=None, description=SAID, facts={"ceo": [{"value": NAME}]})
    add_sitemaps(
        session, number, ["https://acme.example/author/jane-xylander/feed"], source="feed", waiting=False, max_attempts=3
    )
    posting = {
        "key": "/jobs/jane-xylander", "title": f"Assistant to {NAME}", "company": None, "location": "Bonn", "remote": None,
        "url": "https://acme.example/jobs/jane-xylander", "description": f"Apply to {MAILBOX.upper()}, {NAME}'s own.",
        "details": {"hiring": NAME}, "source": "board", "content_hash": "1", "posted_on": None, "valid_through": None,
    }  # fmt: skip
    board = session.execute(
        text(
            "INSERT INTO boards (domain_id, provider, token, url, api_url) VALUES (:d, 'greenhouse', 'acme', 'u', 'a')"
            " ON CONFLICT DO NOTHING RETURNING id"
        ),
        {"d": number},
    ).scalar_one()
    store_postings(session, number, [posting], board_id=board, extractor_version="1", max_attempts=3)
    page = session.scalars(
        insert(Page)
        .values(
            domain_id=number,
            url="https://acme.example/x",
            source="link",
            page_processing_status="Processing",
            lease_owner="me",
            lease_expires_at=text("now() + interval '1 hour'"),
        )
        .returning(Page.id)
    ).one()
    content = StoredContent(
        "h", "direct", 0, 200, "https://acme.example/x", json.dumps({"by": NAME}), "text/html", 9, f"{NAME} speaks", "en", SAID,
        zlib.compress(f"<p class='jane-doe'><a href='/team/jane-xylander'>{SAID}</a></p>".encode()), None, None,
    )  # fmt: skip
    assert complete_fetched(session, [(page, content)], owner="me", max_attempts=3) == {page}


def test_an_erased_person_does_not_return_by_any_way(database: Database) -> None:
    """A board's listing, a page, a company's facts and a feed name the person again tomorrow."""
    with database.begin() as session:
        number = session.scalars(insert(Domain).values(name="acme.example").returning(Domain.id)).one()
        session.execute(
            insert(SitemapFile).values(domain_id=number, url="https://acme.example/author/jane-xylander/feed", source="feed")
        )
        for value in (NAME, MAILBOX):
            erase(session, value, actor="test", still_holds=nobody_else)
        returned(session, number)
        assert "xylander" not in everything(session).lower()
        assert session.scalars(select(PostingRow.title)).one() == f"Assistant to {MASK * len(NAME)}"
        assert session.scalars(select(Company.description)).one() == f"Ask {MASK * len(NAME)} ({MASK * len(MAILBOX)}) first."
        (body,) = session.scalars(select(PageContent.html_zlib))
        assert b"class='jane-doe'" in zlib.decompress(body)


def test_what_nobody_asked_to_forget_is_stored_as_it_is(database: Database) -> None:
    """A border that masks without being asked loses contacts."""
    with database.begin() as session:
        number = session.scalars(insert(Domain).values(name="acme.example").returning(Domain.id)).one()
        returned(session, number)
        assert everything(session).lower().count("xylander") > 10


@given(
    before=st.text("xyzÄé <>&;'\n", max_size=30),
    after=st.text(" .,;<>&'\n", max_size=10),
    last=st.text("abcdefgßéø", min_size=2, max_size=12),
)
def test_masking_what_is_read_keeps_every_position(before: str, after: str, last: str) -> None:
    """Spans into a text stay right, and a full name that stands alone is always found."""
    name = f"Jane {last}"
    shown = f"{before} {name}{after}"
    masked = mask_erased(shown, Rules(hashes=frozenset({fingerprint(name)})))
    assert len(masked) == len(shown)
    assert name not in masked


def test_a_page_that_repeats_an_erased_name_is_masked_in_one_pass() -> None:
    """Whoever knows a name could else hold a crawl for hours by writing it two hundred thousand times."""
    shown = f"{NAME}, " * 200_000
    assert mask_erased(shown, Rules(hashes=frozenset({fingerprint(NAME)}))) == f"{MASK * len(NAME)}, " * 200_000


@given(st.text(max_size=300))
def test_masking_leaves_alone_what_is_not_on_the_list(shown: str) -> None:
    """Whatever strangers write, nothing else changes and nothing raises."""
    assert mask_erased(shown, Rules(hashes=frozenset({fingerprint("Nobody Atall")}))) == shown


def test_the_records_of_dagster_are_masked(database: Database) -> None:
    """Previews of contacts stand in its events for as long as the run is kept, with letters written as numbers."""
    name = "Jörg Xylander"
    with database.begin() as session:
        session.execute(text("CREATE TABLE event_logs_of_dagster (id bigint PRIMARY KEY, event text, note varchar(90))"))
        events = [json.dumps({"preview": f"| {name} | CEO |", "n": 1}), json.dumps({"preview": "| Otto Mann |"}), f"plain {name}"]
        for number, event in enumerate(events):
            session.execute(
                text("INSERT INTO event_logs_of_dagster VALUES (:i, :e, :n)"), {"i": number, "e": event, "n": name.upper()}
            )
    try:
        assert mask_records(database.url, forms_of([name])) == 5
        with database.begin() as session:
            rows = [tuple(row) for row in session.execute(text("SELECT event, note FROM event_logs_of_dagster ORDER BY id"))]
        assert json.loads(rows[0][0]) == {"preview": f"| {MASK * len(name)} | CEO |", "n": 1}
        assert rows[1][0] == events[1]
        assert {row[1] for row in rows} == {MASK * len(name)}
    finally:
        with database.begin() as session:
            session.execute(text("DROP TABLE event_logs_of_dagster"))


def test_records_that_do_not_exist_are_no_failure(database: Database) -> None:
    """An installation that never ran has no database of Dagster's."""
    assert mask_records(make_url(database.url).set(database="nobodys").render_as_string(hide_password=False), [NAME]) == 0
