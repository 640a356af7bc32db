"""Postings given by hand: what is read, and what is refused with its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.guard.errors import PermanentError
from inroad.postings import read_posting, structure_posting

URL = "https://acme.example/job"

TEXT = """Senior Carpenter

Acme builds wooden houses in Tyrol and has done so for a very long time.

Requirements:
- At least 4 years of experience as a carpenter
• Driver's licence
"""


def pdf_of(lines: list[str]) -> bytes:
    """A PDF of one page with the given lines, written by hand (ISO 32000-1, 7.5)."""
    shown = "".join(f"({line}) Tj T* " for line in lines)
    stream = f"BT /F1 11 Tf 14 TL 50 780 Td {shown}ET".encode("latin-1")
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)
    )


@pytest.mark.parametrize(
    ("source", "media_type", "reason"),
    [
        (b"", None, "empty-posting"),
        (b"  \n ", None, "empty-posting"),
        (b"Carpenter", "text/plain", "empty-posting"),
        (b"PK\x03\x04rest", None, "unsupported-format"),
        (b"\x89PNG\r\n", None, "unsupported-format"),
        (b"%PDF-1.4 broken", None, "unreadable-pdf"),
        (b"not a pdf", "application/pdf", "unreadable-pdf"),
        (b"x" * 20_000_001, None, "too-large"),
        (b"<html><body><div></div></body></html>", "text/html", "empty-posting"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(source: bytes, media_type: str | None, reason: str) -> None:
    """A posting made of nothing would get a CV made of nothing."""
    with pytest.raises(PermanentError) as refusal:
        read_posting(source, url=URL, media_type=media_type)
    assert refusal.value.reason == reason
    assert URL in refusal.value.message


def test_a_scan_is_named_as_one() -> None:
    """A PDF without text needs another form, and the person must know."""
    with pytest.raises(PermanentError, match="scan") as refusal:
        read_posting(pdf_of([]), url=URL)
    assert refusal.value.reason == "scanned-pdf"


def test_a_list_of_jobs_is_refused_with_the_mend() -> None:
    """A CV written for a whole list fits none of it."""
    page = (
        "<html><body><h1>Careers</h1>"
        + "".join(f'<a href="/jobs/{n}-cook">Cook {n}</a>' for n in range(100, 105))
        + "</body></html>"
    )
    with pytest.raises(PermanentError, match="address of one") as refusal:
        read_posting(page.encode(), url=URL)
    assert refusal.value.reason == "posting-list"


def test_plain_text_has_its_title_in_the_first_line() -> None:
    """Pasted text is the commonest way to hand in a posting."""
    posting = read_posting(TEXT.encode(), url=URL)
    assert (posting.title, posting.source, posting.url) == ("Senior Carpenter", "file", URL)
    assert posting.description.startswith("Acme builds")
    assert posting.description.endswith("- Driver's licence")
    assert [r.years for r in structure_posting(posting).requirements] == [4.0, None]


def test_a_labelled_title_wins_over_the_first_line() -> None:
    """Copied pages often begin with the company's name."""
    assert read_posting(b"Acme GmbH\nJob title: Night Nurse\n" + TEXT.encode(), url=URL).title == "Night Nurse"


def test_a_pdf_is_read_with_its_broken_lines_joined() -> None:
    """Lines broken by the page's width would break requirements in two."""
    lines = [
        "Senior Carpenter",
        "Requirements:",
        "- At least 4 years of experience as a carpenter in a",
        "large workshop",
        "- Good English",
    ]
    posting = read_posting(pdf_of(lines), url="file:///tmp/job.pdf", media_type="application/pdf")
    assert posting.title == "Senior Carpenter"
    assert "- At least 4 years of experience as a carpenter in a large workshop" in posting.description.split("\n")


def test_a_page_is_read_by_its_structured_data_first() -> None:
    """The same page must give the same posting by hand and by crawl."""
    block = '{"@type":"JobPosting","title":"Cook","description":"Cooks for many."}'
    page = f'<html><script type="application/ld+json">{block}</script></html>'
    posting = read_posting(page.encode(), url=URL, media_type="text/html; charset=utf-8")
    assert (posting.title, posting.source, posting.description) == ("Cook", "json-ld", "Cooks for many.")


def test_a_page_without_the_usual_headings_is_believed_when_given_by_hand() -> None:
    """The person says that it is a posting."""
    page = "<html><main><h1>Night Watch</h1><p>You walk around the yard at night and listen to the owls.</p></main></html>"
    posting = read_posting(page.encode(), url=URL)
    assert (posting.title, posting.description) == (
        "Night Watch",
        "Night Watch\n\nYou walk around the yard at night and listen to the owls.",
    )


@given(
    st.binary(max_size=200),
    st.sampled_from([None, "text/html", "text/plain", "application/pdf"]),
    st.sampled_from([b"", b"%PDF-1.7\n", b"<html>"]),
)
def test_any_bytes_give_a_posting_or_the_documented_error(source: bytes, media_type: str | None, start: bytes) -> None:
    """A file is anything at all."""
    try:
        posting = read_posting(start + source, url=URL, media_type=media_type)
    except PermanentError:
        return
    assert posting.title
    assert posting.description
