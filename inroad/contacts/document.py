"""A parsed page: its elements, and the text a reader sees with the place of every character.

What lives here: the values, and the way from an offset in the text back to its element. What does not: how a page is parsed
(`page_reading`), and any idea of what a contact is.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from inroad.contacts.character_classes import DIGIT, classes_of

MAX_LINE: Final = 1_000
MAX_LINES: Final = 30_000
MAX_REMEMBERED: Final = 400_000
"""Characters of a text whose words and codes are gathered once; of a longer one they are looked for line by line."""
SNIPPET_LENGTH: Final = 240
# What every postcode, and a region in its place, shows: lines without it need no closer look. Irish ones are words.
_CODE = re.compile(rb"0(?:000|0-0|00 0|A| AA)")
_REGION = re.compile(rb", AA")
_IRISH_CODE = re.compile(r"Dublin \d|Co\. [A-Z]|Eircode")
IRISH_WORDS: Final = ("Dublin ", "Co. ", "Eircode")


@dataclass(slots=True)
class Element:
    """One element of the page.

    Attributes:
        index: Its place in document order.
        tag: Lower-case name.
        attrs: Its attributes; names in lower case, values cut at 20,000 characters, absent values empty.
        parent: Index of its parent, -1 for the root.
        start: Offset in the document's text where its own text begins.
        end: Offset where it ends.
        last: Index after its last descendant: the subtree is `elements[index:last]`.
        hidden: Whether it is not shown at first.
        unread: Whether its text is never read: scripts, and hidden words in the middle of a line.
    """

    index: int
    tag: str
    attrs: dict[str, str]
    parent: int
    start: int
    end: int = 0
    last: int = 0
    hidden: bool = False
    unread: bool = False


class Line(NamedTuple):
    """One line or table cell of the text: where it begins, what it says, how many digits it has, and what a postcode needs."""

    start: int
    text: str
    digits: int
    has_code: bool


def _code_starts(text: str, classes: bytes) -> list[int] | None:
    """Where something begins that postcodes show, in order; what none of them reaches stands at the end. None for long texts."""
    if len(text) > MAX_REMEMBERED:
        return None
    starts = [match.start() for match in _CODE.finditer(classes)]
    starts += [match.start() for match in _REGION.finditer(classes)]
    if any(word in text for word in IRISH_WORDS):
        starts += [match.start() for match in _IRISH_CODE.finditer(text)]
    return [*sorted(starts), len(text)]


def _line(start: int, text: str, classed: bytes, codes: list[int] | None) -> Line:
    digits = classed.count(DIGIT)
    if not digits:
        return Line(start, text, 0, False)
    if codes is not None:
        return Line(start, text, digits, codes[bisect_left(codes, start)] < start + len(text))
    shown = _CODE.search(classed) or _REGION.search(classed) or _IRISH_CODE.search(text)
    return Line(start, text, digits, shown is not None)


def _cells(row: str, classed: bytes, at: int, codes: list[int] | None) -> Iterator[Line]:
    """The cells of a row, those of more than 1,000 characters in pieces: a code that is cut is none."""
    start = 0
    for cell in row.split("\t"):
        if len(cell) > MAX_LINE:
            for begin, end in _cuts(cell):
                yield _line(at + start + begin, cell[begin:end], classed[start + begin : start + end], None)
        elif cell and not cell.isspace():
            yield _line(at + start, cell, classed[start : start + len(cell)], codes)
        start += len(cell) + 1


def _cuts(line: str) -> Iterator[tuple[int, int]]:
    begin = 0
    while begin < len(line):
        end = min(begin + MAX_LINE, len(line))
        if end < len(line):
            space = line.rfind(" ", begin + MAX_LINE // 2, end)
            end = space + 1 if space > 0 else end
        yield begin, end
        begin = end


@dataclass
class Document:
    """A parsed page.

    Attributes:
        url: The page's address as the caller knows it.
        text: What a reader sees: lines for blocks, a tab between table cells, single spaces.
        elements: Every element in document order.
        scripts: Index of each script element with its content.
        styles: Class and id selectors that hide or mirror what they select.
        title: The `<title>`.
        base: The address relative links are resolved against.
        by_attributes: The elements that have attributes, by the names of these, in document order within each.
        by_tag: The elements of each name that has any, in document order.
        source: Its markup.
        medium: What the page was made of where it was no HTML: "pdf", "vcard", "security.txt", "humans.txt"; else empty.
    """

    url: str
    text: str = ""
    elements: list[Element] = field(default_factory=list)
    scripts: list[tuple[int, str]] = field(default_factory=list)
    title: str = ""
    base: str = ""
    by_attributes: dict[tuple[str, ...], list[Element]] = field(default_factory=dict, repr=False)
    by_tag: dict[str, list[Element]] = field(default_factory=dict, repr=False)
    source: str = field(default="", repr=False)
    medium: str = ""
    segment_starts: list[int] = field(default_factory=list)
    segment_elements: list[int] = field(default_factory=list)

    @cached_property
    def attribute_names(self) -> frozenset[str]:
        """Every attribute's name, for cheap tests of what the page cannot hold."""
        return frozenset().union(*self.by_attributes)

    @cached_property
    def classes(self) -> set[str]:
        """Every class attribute as written."""
        return {element.attrs["class"] for names, alike in self.by_attributes.items() if "class" in names for element in alike}

    @cached_property
    def text_classes(self) -> bytes:
        """The class of every character of the text (`classes_of`)."""
        return classes_of(self.text)

    @cached_property
    def lines(self) -> list[Line]:
        """The text's lines and table cells that hold anything; long ones cut at a space about every 1,000 characters."""
        classes = self.text_classes
        codes = _code_starts(self.text, classes)
        found: list[Line] = []
        start = 0
        for row, classed in zip(self.text.split("\n"), classes.split(b"\n"), strict=True):
            if "\t" in row or len(row) > MAX_LINE:
                found.extend(_cells(row, classed, start, codes))
            elif row and not row.isspace():
                found.append(_line(start, row, classed, codes))
            start += len(row) + 1
        return found[:MAX_LINES]

    @cached_property
    def words(self) -> frozenset[str] | None:
        """Everything between spaces in the text, in lower case, each once; None for a long text, whose words fill the memory."""
        return frozenset(self.text.lower().split()) if len(self.text) <= MAX_REMEMBERED else None

    def element_at(self, offset: int) -> Element:
        """The innermost element that shows the character at an offset."""
        at = bisect_right(self.segment_starts, offset) - 1
        return self.elements[self.segment_elements[at]] if at >= 0 else self.elements[0]

    def is_text_boundary(self, offset: int) -> bool:
        """Whether one text node ends and another begins at an offset."""
        at = bisect_right(self.segment_starts, offset) - 1
        return at >= 0 and self.segment_starts[at] == offset

    def path(self, index: int) -> str:
        """A CSS-like path of an element: `html>body>footer#contact>p:12`, the number being its document order."""
        names: list[str] = []
        at = index
        while at >= 0 and len(names) < 8:
            element = self.elements[at]
            name = element.tag
            if element.attrs.get("id") and len(element.attrs["id"]) <= 40:
                name += "#" + element.attrs["id"]
            names.append(name)
            at = element.parent
        return ">".join(reversed(names)) + f":{index}"

    def ancestors(self, index: int) -> Iterator[Element]:
        """The element itself, its parent, and so on to the root."""
        while index >= 0:
            element = self.elements[index]
            yield element
            index = element.parent

    def text_of(self, element: Element) -> str:
        """An element's own visible text, tidied to one line."""
        return " ".join(self.text[element.start : element.end].split())

    def snippet(self, start: int, end: int) -> str:
        """The text around a range, at most 240 characters on one line."""
        room = max(0, (SNIPPET_LENGTH - (end - start)) // 2)
        around = self.text[max(0, start - room) : min(len(self.text), end + room)]
        return " ".join(around.split())[:SNIPPET_LENGTH]

    def absolute(self, reference: str) -> str:
        """A link's absolute form, or the reference itself where it cannot be resolved."""
        try:
            return urljoin(self.base or self.url, reference.strip())
        except ValueError:
            return reference

    @property
    def host(self) -> str:
        """The page's host in lower case, empty when its address has none."""
        try:
            return (urlsplit(self.url).hostname or "").lower()
        except ValueError:
            return ""

    @property
    def language(self) -> str:
        """The `lang` of the page as written, lower case: "de", "en-us" or empty."""
        for element in self.elements[:2]:
            if element.tag == "html":
                return (element.attrs.get("lang") or element.attrs.get("xml:lang") or "").lower().replace("_", "-")
        return ""
