"""Pages as documents: any bytes become text, and the text is what a visitor sees."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.crawl.html import base_url, decode_html, meta_refresh, page_language, page_title, parse_html, readable_text

URL = "https://acme.example/de/kontakt"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("ü".encode(), "text/html; charset=utf-8", "ü"),
        ("ü".encode("latin-1"), "text/html; charset=ISO-8859-1", "ü"),
        ("€".encode("cp1252"), "text/html; charset=iso-8859-1", "€"),
        ("ü".encode("latin-1"), "text/html; charset=utf-8", "ü"),
        ("Größe und Maße".encode(), "text/html; charset=iso-8859-1", "Größe und Maße"),
        (b"\xef\xbb\xbf\xc3\xbc", "text/html; charset=iso-8859-1", "ü"),
        ("ü".encode("utf-16"), None, "ü"),
        ("<p>ü</p>".encode("utf-16-be"), None, "<p>ü</p>"),
        ("<meta charset=windows-1251>Привет".encode("cp1251"), None, "<meta charset=windows-1251>Привет"),
        (
            "<!-- <meta charset=utf-8> --><meta charset=cp1251>Да".encode("cp1251"),
            None,
            "<!-- <meta charset=utf-8> --><meta charset=cp1251>Да",
        ),
        ("Где мы находимся".encode("cp1251"), None, "Где мы находимся"),
        ("<html lang=pl>Łódź".encode("cp1250"), None, "<html lang=pl>Łódź"),
        ("ü".encode("latin-1"), "text/html; charset=utf-7", "ü"),
        ("ü".encode("latin-1"), "text/html; charset=hex", "ü"),
        (b"<meta charset=utf-16>\xc3\xbc", None, "<meta charset=utf-16>ü"),
        ("こんにちは".encode("shift_jis"), "text/html; charset=Shift_JIS", "こんにちは"),
        (b"", None, ""),
    ],
)
def test_pages_are_decoded_as_browsers_do_or_better(body: bytes, content_type: str | None, text: str) -> None:
    """Otherwise names with umlauts become question marks in contacts and letters."""
    assert decode_html(body, content_type) == text


@given(st.binary(max_size=300), st.one_of(st.none(), st.text(max_size=60)))
def test_no_bytes_and_no_header_crash_the_decoder(body: bytes, content_type: str | None) -> None:
    """Otherwise one broken page ends a batch."""
    assert isinstance(decode_html(body, content_type), str)
    assert isinstance(decode_html(b"<meta charset=" + body, None), str)


def test_visible_text_keeps_the_lines_a_reader_sees() -> None:
    """Otherwise a name runs into the phone number of the next line."""
    html = (
        "<head><title>no</title></head><body><h1>Acme  GmbH</h1>Main St 1<br>12345 Town<p>Tel: <b>0</b>30&nbsp;1</p>"
        "<ul><li>One<li>Two</ul><table><tr><th>Mail</th><td>info@acme.example</td></tr></table><pre>a\n b</pre></body>"
    )
    assert readable_text(html).split("\n") == [
        "Acme GmbH",
        "Main St 1",
        "12345 Town",
        "Tel: 030 1",
        "One",
        "Two",
        "Mail\tinfo@acme.example",
        "a",
        "b",
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>x</script>",
        "<style>x</style>",
        "<template><p>x</p></template>",
        "<noscript>x</noscript>",
        "<!-- x -->",
        "<div hidden>x</div>",
        '<div style="color:red; DISPLAY: none">x</div>',
        "<svg><text>x</text></svg>",
    ],
)
def test_what_a_visitor_does_not_see_is_no_text(hidden: str) -> None:
    """Otherwise code and decoys are read as contacts."""
    assert readable_text(f"<body><p>a</p>{hidden}<p>b</p></body>") == "a\nb"


@pytest.mark.parametrize(
    "unit", ["<div>", "<b>", "<div></b>", "<table><tr><td>", "<", "<p>", "<a href=x>", "&lt;", "<!--", "</div>"]
)
def test_deep_and_broken_markup_is_read_in_bounded_time(unit: str) -> None:
    """Otherwise 200,000 nested elements hold a worker for a minute: lexbor's work grows with the square of the depth."""
    html = "<body><p>start</p>" + unit * 200_000
    assert readable_text(html).startswith("start")


WRITTEN = st.text(alphabet="ab. \t\n\f\v\u00a0\u200b\u2003\x1c\x85é", max_size=60)


@given(WRITTEN)
def test_every_space_of_a_text_is_tidied_by_the_written_rules(written: str) -> None:
    """The reader skips texts that need no tidying and does without slow patterns; what it gives may not differ by a space."""
    rows = re.sub(r"[ \t\n\r\f\v\u00a0\u200b]+", " ", written)
    assert readable_text(f"<p>{written}</p>") == rows.strip()
    cells = re.sub(r" *\t[ \t]*", "\t", written)
    assert readable_text(f"<div><pre>\n{written}</pre></div>") == re.sub(r"[ \t]*\n\s*", "\n", cells).strip()


def test_a_row_of_spaces_is_tidied_in_linear_time() -> None:
    """2 MB of spaces in a `pre` were searched for a tab from each of them: hours for one page."""
    spaces = " " * 1_000_000
    assert readable_text(f"<pre>a{spaces}b\tc{spaces}\nd</pre>") == f"a{spaces}b\tc\nd"


@given(st.text(max_size=200))
def test_no_page_crashes_the_readers(html: str) -> None:
    """Otherwise one odd page ends a batch."""
    tree = parse_html(html)
    assert isinstance(readable_text(tree), str)
    assert page_title(tree) is None or page_title(tree)
    assert page_language(tree) is None or len(page_language(tree) or "") == 2
    assert base_url(tree, URL).startswith("http")
    refresh = meta_refresh(f'<meta http-equiv=refresh content="{html}">', URL)
    assert refresh is None or refresh[1].startswith("http")


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title> Kontakt \n | Acme </title>", "Kontakt | Acme"),
        ('<meta property="og:title" content="Acme">', "Acme"),
        ("<title></title><body><svg><title>icon</title></svg>", None),
        ("<p>x</p>", None),
        ("<title>" + "x" * 900 + "</title>", "x" * 300),
    ],
)
def test_the_title_is_one_bounded_line(html: str, title: str | None) -> None:
    """Otherwise titles break tables and columns."""
    assert page_title(html) == title


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ('<html lang="de-AT">', "de"),
        ('<meta http-equiv="Content-Language" content="fr">', "fr"),
        ('<meta property="og:locale" content="pt_BR">', "pt"),
        ('<html lang="">', None),
        ('<html lang="german">', None),
    ],
)
def test_the_declared_language_is_read(html: str, language: str | None) -> None:
    """Otherwise phone numbers and words are read by the wrong country's rules."""
    assert page_language(html) == language


def test_the_base_element_is_obeyed_when_it_is_a_web_address() -> None:
    """Otherwise every relative link of the page leads to a 404."""
    assert base_url('<base href="/x/">', URL) == "https://acme.example/x/"
    assert base_url('<base target="_top"><base href="https://b.example/">', URL) == "https://b.example/"
    assert base_url('<base href="javascript:1">', URL) == URL
    assert base_url("<!-- <base href='/no/'> -->", URL) == URL


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("0; url=/start", (0.0, "https://acme.example/start")),
        ("5;URL='https://b.example/'", (5.0, "https://b.example/")),
        ("0.5, /x", (0.5, "https://acme.example/x")),
        ("30", (30.0, URL)),
        ("0; url=javascript:alert(1)", None),
        ("now", None),
        ("", None),
    ],
)
def test_refreshes_are_followed_only_to_web_addresses(content: str, found: tuple[float, str] | None) -> None:
    """Otherwise the home page behind a refresh looks empty, or a script URL is taken for a page."""
    assert meta_refresh(f'<meta http-equiv="Refresh" content="{content}">', URL) == found
    assert meta_refresh(f'<noscript><meta http-equiv="Refresh" content="{content}"></noscript>', URL) is None
