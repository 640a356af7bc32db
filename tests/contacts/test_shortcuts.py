# ruff: noqa: E501 - pieces are kept as they would be written
"""What is looked for only where it can stand is found as if it were looked for everywhere."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from inroad.contacts import email_decoding, email_text, name_runs, nesting, people, phones, regions
from inroad.contacts.address_shapes import STREETS, shapes_called_by, shapes_called_by_line
from inroad.contacts.addresses import _shapes_called
from inroad.contacts.character_classes import classes_of
from inroad.contacts.document import IRISH_WORDS, MAX_LINE, MAX_REMEMBERED, Document

# Pieces that the rules look for, whole and in parts, and characters that only look like them.
PIECES = [
    *"0123456789 ,-+()/.@\n\tABZabzÄßé€",
    *("٣", "１", "𝟘", "²", "Ⅷ", "\u2003", "\xa0", "ſ", "ı", "İ", "‹", "«", "»", "Σ", "ς", "😀"),
    *("1234", "12-345", "123 45", "K1A 0B1", "SW1A 1AA", ", CA", "1 AB", "Dublin 4", "Co. Kerry", "Eircode", "NSW 2000", "CA 90210"),
    *("+49 30 23125144", "030-12", " at ", " AT ", " ſnabel-a ", " SNABEL-A ", "(at)", "[ät]", " dot ", "-at-", "&at;", '"@"', "mail", "małpa"),
    *("Germany", "Deutschland", "new zealand", "new", "uk", "U.S.A.", "Österreich,", "Straße", "Anna ", "Anna Müller", "Ångström", "Öz ", " van der Ł", "Ян ", "A.", "Hauptstraße 5", "12 Main St", "c/ Mayor 3"),
    *("x" * 520, "x" * 1_040, "word " * 230, "strasse " + "y" * 600),
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.characters()), max_size=40).map("".join)
CODE = re.compile(r"\d(?:\d{3}|\d-\d|\d\d \d|[A-Z])|, [A-Z]{2}|\d ?[A-Z]{2}|Dublin \d|Co\. [A-Z]|Eircode")


@given(TEXTS)
def test_a_line_knows_its_digits_and_whether_it_may_hold_a_postcode(text: str) -> None:
    """A line that wrongly has none is never asked for an address or a register's number."""
    for line in Document("", text=text).lines:
        assert text[line.start : line.start + len(line.text)] == line.text
        assert len(line.text) <= MAX_LINE
        assert line.digits == len(re.findall(r"\d", line.text))
        assert line.has_code == (line.digits > 0 and CODE.search(line.text) is not None)


@settings(max_examples=15)
@given(TEXTS)
def test_a_long_text_is_read_as_a_short_one(text: str) -> None:
    """What is gathered once a page would fill the memory for 4,000,000 characters; line by line nothing else may be found."""
    short, long = Document("", text=f"{text}\n"), Document("", text=f"{text}\n{'x' * 99}\n{' ' * MAX_REMEMBERED}")
    assert long.words is None
    assert _shapes_called(long) is None
    assert long.lines[: len(short.lines)] == short.lines
    for line in short.lines:
        called = {at for word in line.text.lower().split() for at in shapes_called_by(word)}
        assert shapes_called_by_line(line.text, None) == called


@given(TEXTS)
def test_lines_hold_all_that_is_no_space(text: str) -> None:
    """A cell that is left out takes its contacts with it."""
    assert "".join(line.text for line in Document("", text=text).lines).split() == "".join(re.split(r"[\n\t]", text)).split()


@given(TEXTS)
def test_a_class_stands_for_each_character(text: str) -> None:
    """Offsets in the classes are offsets in the text; one character too many moves all behind it."""
    classes = classes_of(text)
    assert len(classes) == len(text)
    for character, classed in zip(text, classes.decode("ascii"), strict=True):
        expected = "0" if re.match(r"\d", character) else "A" if "A" <= character <= "Z" else character
        assert classed == (expected if expected in "0A\n\t ,-" else ".")


@given(TEXTS)
def test_runs_of_digits_are_found_as_in_the_whole_text(text: str) -> None:
    """A number outside of every run is never shown to libphonenumber."""
    found = [end for _, end in phones._runs(text, classes_of(text))]
    assert found == [match.end() for match in phones._RUN.finditer(text)]


@given(TEXTS)
def test_at_signs_are_found_as_in_the_whole_text(text: str) -> None:
    """A mark that is passed over is an address that nobody finds."""
    long = text + "." * 400
    words = frozenset(long.lower().split())
    assert list(email_text.at_marks(long, words)) == list(email_text.at_marks(long))
    assert [m.span() for m in email_text._at_signs(long)] == [m.span() for m in email_text.AT_SIGN.finditer(long)]


@given(TEXTS)
def test_words_call_for_shapes_of_streets_line_by_line(text: str) -> None:
    """Words are looked up once a page; a line, cut ones too, calls for what its own words call for."""
    document = Document("", text=text)
    shapes = _shapes_called(document)
    for line in document.lines:
        expected = {at for word in line.text.lower().split() for at in shapes_called_by(word)}
        assert shapes_called_by_line(line.text, shapes) == expected
        assert expected <= set(range(len(STREETS)))


@given(TEXTS)
def test_countries_are_counted_as_by_searching_each_name(text: str) -> None:
    """Names are searched only where their first word stands; the region of every number hangs on it."""
    lowered = text.lower()
    found = regions.countries_named(text, frozenset(lowered.split()))
    assert found == regions.countries_named(text)
    named = {
        code
        for name, code in regions.COUNTRY_OF_NAME.items()
        for match in re.finditer(re.escape(name), lowered)
        if not lowered[match.start() - 1 : match.start()].isalnum() and not lowered[match.end() : match.end() + 1].isalnum()
    }
    assert found.keys() == named


@given(TEXTS)
def test_postcodes_show_in_the_classes(text: str) -> None:
    """A country's pattern is asked only where the text shows its shape."""
    classes = classes_of(text)
    for _, shape, pattern in regions._POSTCODES:
        if pattern.search(text):
            assert shape in classes
            assert shape or any(word in text for word in IRISH_WORDS)


@given(TEXTS)
def test_names_are_looked_for_as_in_the_whole_text(text: str) -> None:
    """A run of capitalised words in a line that is left out names nobody."""
    found = [run.span() for runs in people._runs_by_line(Document("", text=text)).values() for run in runs]
    assert sorted(found) == [run.span() for run in name_runs.RUN.finditer(text)]


@given(TEXTS)
def test_no_country_is_named_where_none_may_be(text: str) -> None:
    """The country before a number decides how it is read."""
    assert regions.may_name_country(text) or regions.COUNTRY_NAME.search(text) is None


SCRIPT_PIECES = ["@", "a@b", "'@'", '"@"', " @ ", "%40", "&#64;", "&#0064;", "&#x40;", "&#9;", "\\x40", "\\u0040", "fromCharCode", "mailto",
                 "UnCryptMailto", "linkTo_UnCryptMailto('", "atob(", "(at)", "[at]", "(at]", "(at", "x", "'", "\n", " ", "é", "40"]  # fmt: skip


@given(st.lists(st.sampled_from(SCRIPT_PIECES), max_size=40).map("".join))
def test_signs_of_addresses_in_scripts_are_found_as_by_searching_all(code: str) -> None:
    """A script's address is put together from what stands around these signs."""
    found = [match.span() for match in email_decoding._near_addresses(code)]
    assert found == [match.span() for match in email_decoding._NEAR_ADDRESS.finditer(code)]


TAG_PIECES = [*"<>/='\"a \n", "<a", "</a", "<!--", '="', "='", "href", '">', "<br/>", "= '", "a=b", "< a", "<p>"]


@given(st.lists(st.sampled_from(TAG_PIECES), max_size=40).map("".join))
def test_whole_tags_are_measured_as_written_piece_by_piece(html: str) -> None:
    """The pattern is unrolled for its pace; a tag that it measures short hides its attributes from the limit."""
    plain = re.compile(r"""<[a-zA-Z](?>[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+'|)|["'])*+""")
    assert nesting._WHOLE_TAG.findall(html) == plain.findall(html)
