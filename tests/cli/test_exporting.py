"""`inroad export`: what leaves is whole, proved, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pyarrow import parquet
from sqlalchemy import select, text

from inroad.cli import export_formats
from inroad.cli.export_formats import FORMATS
from inroad.store import Database
from inroad.store.exporting import EXPORTS, export_columns, iter_export
from inroad.store.models import ContactSource, Page, PageSitemap, SitemapFile
from tests.cli.conftest import Inroad, make_contact, make_domain, make_page


@pytest.fixture
def contacts(database: Database) -> int:
    """A domain with a contact of two sources, a rejected one and one that looks like a formula."""
    domain = make_domain(database)
    page = make_page(database, domain, "https://acme.example/contact")
    best = make_page(database, domain, "https://acme.example/imprint")
    jane = make_contact(database, domain, page, "email", "jane@acme.example", name="Jane Doe", confidence=0.5)
    proof = {"position": "1", "snippet": "Mail Jane", "raw": "jane@acme.example", "extractor_version": "1"}
    with database.begin() as session:
        session.add(ContactSource(contact_id=jane, page_id=best, method="mailto", confidence=0.95, **proof))
    make_contact(database, domain, page, "person", '=HYPERLINK("http://evil.example")', snippet="+cmd|' /C calc'!A0")
    make_contact(database, domain, page, "phone", "+4930123456")
    make_contact(database, domain, page, "email", "no@acme.example", contact_curation_status="Rejected")
    return domain


def read_csv(text_: str) -> list[dict[str, str]]:
    """CSV as a spreadsheet reads it."""
    return list(csv.DictReader(io.StringIO(text_)))


def test_contacts_come_with_their_best_proof(inroad: Inroad, contacts: int) -> None:
    """A contact without the page it was read from is hearsay."""
    rows = {row["value"]: row for row in read_csv(inroad("export", "contacts").out)}
    jane = rows["jane@acme.example"]
    assert (jane["page_url"], jane["method"], jane["snippet"]) == ("https://acme.example/imprint", "mailto", "Mail Jane")
    assert jane["source_count"] == "2"
    assert "no@acme.example" not in rows


def test_no_cell_is_a_formula(inroad: Inroad, contacts: int) -> None:
    """A spreadsheet runs what begins with =, +, - or @; strangers write the cells."""
    rows = read_csv(inroad("export", "contacts").out)
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell[:1] in ("=", "-", "@", "\t", "\r")]
    assert [cell for cell in cells if cell[:1] == "+"] == ["+4930123456"]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)


def test_json_and_json_lines_say_the_same(inroad: Inroad, contacts: int) -> None:
    """Programs choose the form; the rows must not depend on it."""
    lines = [json.loads(line) for line in inroad("export", "contacts", "--format", "jsonl").out.splitlines()]
    assert len(lines) == 3
    assert inroad("export", "contacts", "--format", "json").json == lines
    assert {line["value"] for line in lines} >= {'=HYPERLINK("http://evil.example")'}


@pytest.mark.parametrize("table", EXPORTS)
def test_every_table_is_exported_even_when_empty(inroad: Inroad, table: str) -> None:
    """An empty table is a header or an empty list, not an error."""
    outcome = inroad("export", table)
    assert outcome.code == 0
    assert outcome.out == ",".join(export_columns(table)) + "\r\n"
    assert inroad("export", table, "--format", "json").json == []


def test_a_file_appears_whole_or_not_at_all(inroad: Inroad, contacts: int, tmp_path: Path) -> None:
    """A half-written file would be taken for the whole; personal data is for its owner's eyes."""
    out = tmp_path / "contacts.csv"
    assert inroad("export", "contacts", "--out", out, "--domain", "acme.example").code == 0
    assert len(read_csv(out.read_text(encoding="utf-8"))) == 3
    assert out.stat().st_mode & 0o077 == 0
    refused = inroad("export", "contacts", "--out", tmp_path / "no" / "such" / "folder.csv")
    assert refused.code == 1
    assert "--out" in refused.err
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_a_dash_is_standard_output(inroad: Inroad, contacts: int, tmp_path: Path) -> None:
    """Who pipes an export would find a file of that name, and nothing in the pipe."""
    assert inroad("export", "contacts", "--out", "-").out == inroad("export", "contacts").out
    assert not (tmp_path / "-").exists()


def test_only_the_domains_asked_for(inroad: Inroad, database: Database, contacts: int) -> None:
    """A list handed on must not hold another company's people."""
    other = make_domain(database, "borg.example")
    make_contact(database, other, make_page(database, other, "https://borg.example/"), "email", "hive@borg.example")
    rows = read_csv(inroad("export", "contacts", "--domain", "borg.example").out)
    assert [row["value"] for row in rows] == ["hive@borg.example"]


@pytest.mark.parametrize(("rows", "most_bytes"), [(10_000, 5_000_000), pytest.param(100_000, 20_000_000, marks=pytest.mark.slow)])
def test_many_rows_take_little_memory(database: Database, rows: int, most_bytes: int) -> None:
    """Rows are streamed through a server-side cursor: 100,000 of them in one list take over 100 MB."""
    domain = make_domain(database)
    with database.begin() as session:
        session.execute(
            text(
                "INSERT INTO pages (domain_id, url, source) "
                "SELECT :domain, 'https://acme.example/' || n, 'sitemap' FROM generate_series(1, :rows) AS n"
            ),
            {"domain": domain, "rows": rows},
        )
    with database.begin() as session:
        tracemalloc.start()
        try:
            count = sum(1 for _ in iter_export(session, "pages"))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert count == rows
    assert peak < most_bytes, peak


def sheet_of(path: Path) -> list[list[str]]:
    """The cells of a workbook's one sheet, as text."""
    name = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        root = ET.fromstring(package.read("xl/worksheets/sheet1.xml"))
        parts = [package.read(part) for part in package.namelist()]
    assert not list(root.iter(f"{name}f"))
    assert not [part for part in parts if b"hyperlink" in part]
    return [["".join(cell.itertext()) for cell in row] for row in root.iter(f"{name}row")]


def test_a_workbook_holds_text_and_no_formula(inroad: Inroad, contacts: int, tmp_path: Path) -> None:
    """A list is opened by a double click: a cell from a stranger's page must be nothing but text."""
    out = tmp_path / "contacts.xlsx"
    assert inroad("export", "contacts", "--format", "xlsx", "--out", out).code == 0
    header, *rows = sheet_of(out)
    assert header == list(export_columns("contacts"))
    values = {row[header.index("value")] for row in rows}
    assert values == {"jane@acme.example", "+4930123456", '\'=HYPERLINK("http://evil.example")'}


def test_xml_says_what_json_says(inroad: Inroad, contacts: int, database: Database, tmp_path: Path) -> None:
    """Characters that XML has no place for are replaced: one of them would make the file unreadable."""
    page = make_page(database, contacts, "https://acme.example/odd")
    make_contact(database, contacts, page, "person", "A <b>\x0b & Sons")
    out = tmp_path / "contacts.xml"
    assert inroad("export", "contacts", "--format", "xml", "--out", out).code == 0
    values = [row.findtext("value") for row in ET.parse(out).getroot()]
    assert values.count("A <b>\ufffd & Sons") == 1
    assert len(values) == 4


def test_parquet_holds_the_rows_with_their_types(inroad: Inroad, contacts: int, tmp_path: Path) -> None:
    """Numbers as text would have to be converted by whoever computes with them."""
    out = tmp_path / "contacts.parquet"
    assert inroad("export", "contacts", "--format", "parquet", "--out", out).code == 0
    table = parquet.read_table(out)
    assert table.column_names == list(export_columns("contacts"))
    assert {row["value"]: row["source_count"] for row in table.to_pylist()}["jane@acme.example"] == 2.0
    assert inroad("export", "postings", "--format", "parquet", "--out", out).code == 0
    assert parquet.read_table(out).num_rows == 0


def test_parquet_is_written_in_groups_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of a large table in memory at one time would end the command; long descriptions end a group early."""
    row = dict.fromkeys(export_columns("pages"))
    for name, most, count, groups in (("GROUP_ROWS", 10, 35, 4), ("GROUP_CHARACTERS", 100, 4, 2)):
        file = io.BytesIO()
        with monkeypatch.context() as patch:
            patch.setattr(export_formats, name, most)
            assert FORMATS["parquet"](file, "pages", [{**row, "url": "x" * 60 if count == 4 else "x"}] * count) == count
        assert parquet.ParquetFile(file).num_row_groups == groups


def test_a_lone_surrogate_is_replaced_in_parquet() -> None:
    """A stranger's text may hold one, and UTF-8 has no place for it."""
    file = io.BytesIO()
    FORMATS["parquet"](file, "pages", [{**dict.fromkeys(export_columns("pages")), "url": "a\ud800b"}])
    assert parquet.read_table(file)["url"].to_pylist() == ["a?b"]


def test_sitemaps_and_the_pages_that_they_list_are_told_of_each_other(inroad: Inroad, contacts: int, database: Database) -> None:
    """Which sitemap failed, what it holds and where a page was found: else only the database's own tools could say."""
    with database.begin() as session:
        index = SitemapFile(domain_id=contacts, url="https://acme.example/index.xml", source="robots", kind="index", url_count=1)
        session.add(index)
        session.flush()
        part = SitemapFile(
            domain_id=contacts, url="https://acme.example/part.xml", source="index", parent_id=index.id, depth=1, url_count=7
        )
        session.add(part)
        session.flush()
        page = session.scalars(select(Page.id).where(Page.url.endswith("/imprint"))).one()
        session.add_all([PageSitemap(page_id=page, sitemap_file_id=number) for number in (index.id, part.id)])
    files = {row["url"]: row for row in inroad("export", "sitemaps", "--format", "json").json}
    assert files[part.url]["parent_url"] == index.url
    assert (files[part.url]["depth"], files[part.url]["url_count"], files[part.url]["is_truncated"]) == (1, 7, False)
    pages = {row["url"]: row["sitemaps"] for row in inroad("export", "pages", "--format", "json").json}
    assert pages == {"https://acme.example/contact": [], "https://acme.example/imprint": [index.url, part.url]}
