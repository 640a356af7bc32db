"""The one parse of a page: from its markup to the elements and the text that all signals read.

What lives here: the parser, and the visible text made of its tree (hidden parts left out, mirrored text turned round, invisible
characters removed). What does not: what a parsed page offers (`document`), encodings (`encoding`), limits on nesting (`nesting`).
"""

from __future__ import annotations

import re
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from inroad.contacts.document import Document, Element
from inroad.contacts.formats import as_html
from inroad.contacts.nesting import limit_nesting
from inroad.contacts.pdf import READ_FROM, is_pdf
from inroad.contacts.style_sheets import HIDDEN_STYLE, MAX_SCRIPT, MIRROR_STYLE, RTL_STYLE, style_rules

MAX_HTML_CHARACTERS: Final = 4_000_000
MAX_ELEMENTS: Final = 100_000
MAX_ATTRIBUTE: Final = 20_000
_MAX_MIRRORED: Final = 500

_BLOCKS: Final = frozenset(
    """address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre section summary table tbody tfoot thead tr ul
    br option""".split()  # noqa: SIM905
)
# Nothing in these is for readers, links included: they are not entered.
_OPAQUE: Final = frozenset(("svg", "math", "style", "select", "datalist", "textarea", "iframe", "noembed", "noframes"))
_CELLS: Final = frozenset(("td", "th"))
_UNREAD: Final = frozenset(
    """script style template select datalist textarea iframe noembed noframes svg math title head audio video canvas
    object""".split()  # noqa: SIM905
)
_PANELS: Final = frozenset(
    """
        div section article aside ul ol dl dialog table tbody tr main nav footer header details form fieldset address
        x-template
    """.split()  # noqa: SIM905
)
_MIN_PANEL: Final = 60
_BREAKS, _PANEL, _SPECIAL = 1, 2, 4
_KINDS: Final = {
    tag: _BREAKS * (tag in _BLOCKS or tag in _CELLS)
    | _PANEL * (tag in _PANELS)
    | _SPECIAL * (tag in _UNREAD or tag == "x-template")
    for tag in _BLOCKS | _CELLS | _PANELS | _UNREAD
}
_ENDING_BLOCKS: Final = _BLOCKS - {"br"}
_INLINE_DECOYS: Final = frozenset("span b i em strong small font u s a del ins code".split())  # noqa: SIM905
# Zero-width characters, soft hyphens, direction marks and interlinear marks: seen by nobody, put in to stop readers like us.
_INVISIBLE: Final = dict.fromkeys(
    [
        0x00AD,
        0x034F,
        0x061C,
        0x180E,
        0xFEFF,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2065),
        *range(0xFE00, 0xFE10),
    ]
)
# Full-width forms (U+FF01 to U+FF5E) are read as the ASCII characters they picture; the spaces of other widths as spaces.
_FULL_WIDTH: Final = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0xFE6B: "@", 0x2024: ".", 0xFE52: "."}
_READ_AS: Final[dict[int, str | None]] = {**_INVISIBLE, **_FULL_WIDTH}
_TEMPLATE = re.compile(r"<(/?)template(?=[\s>/])")


def parse_document(body: bytes | str, *, url: str) -> Document:
    """Parse a page once for all signals.

    Args:
        body: HTML, or a PDF, vCard file or plain text, which is made into a page; bytes are decoded by their own marks. What lies
            beyond 4,000,000 characters is not read.
        url: The page's address.

    Returns:
        The document; an empty page gives an empty one.
    """
    if isinstance(body, bytes) and not is_pdf(body):
        body = body[: MAX_HTML_CHARACTERS * 4]
    text, longest = limit_nesting(as_html(body, url=url)[:MAX_HTML_CHARACTERS].replace("\x00", ""))
    if "<template" in text:  # the parser keeps their content out of the tree; shadow roots and tooltips stand in them
        text = _TEMPLATE.sub(r"<\1x-template", text)
    if not text.isascii():  # the parser takes no lone surrogates
        text = text.encode("utf-8", "replace").decode("utf-8")
    root = LexborHTMLParser(text).root
    document = Document(url=url, source=text)
    if root is not None:
        _Reader(document, style_rules(text), has_long=longest > MAX_ATTRIBUTE).read(root)
    document.base = _base_of(document)
    if READ_FROM in document.attribute_names:
        document.medium = document.elements[0].attrs.get(READ_FROM, "")[:40].removeprefix("application/")
    return document


def _base_of(document: Document) -> str:
    for element in document.elements[:400]:
        if element.tag == "base" and element.attrs.get("href"):
            return document.absolute(element.attrs["href"])
    return document.url


class _Reader:
    """Walks the parsed tree once, without recursion."""

    def __init__(self, document: Document, rules: tuple[frozenset[str], frozenset[str]], *, has_long: bool) -> None:
        self.document = document
        self.hiding, self.mirroring = rules
        self.has_rules = bool(self.hiding or self.mirroring)
        self.has_long = has_long
        # Of each row of attribute names: whether they can hide or mirror, whether a class is among them, the elements.
        self.shapes: dict[tuple[str, ...], tuple[bool, bool, list[Element]]] = {}
        self.tags: dict[str, tuple[int, list[Element]]] = {}
        self.pieces: list[str] = []
        self.segment_starts = document.segment_starts
        self.segment_elements = document.segment_elements
        self.length = 0
        self.at_break = True  # nothing but a break since the last visible character
        self.ends_line = True  # and that break ends a line
        self.mirrors: list[tuple[int, int, int]] = []  # element, first piece, offset
        self.panel: tuple[int, int, int, int, bool] | None = None  # element, pieces, offset, segments, at_break

    def read(self, root: Any) -> None:
        """Fill the document from the root node on."""
        node, parent, skip = root, -1, 0
        elements, holders = self.document.elements, []
        while True:
            tag = node.tag or "-instruction"  # selectolax 1.0 names no processing instruction (`<?y ?>`)
            if tag == "-text":
                if not skip and (text := node.text_content):
                    self._add_text(text, parent)
            elif tag[0] not in "-!":
                if len(elements) >= MAX_ELEMENTS:
                    break
                element = self._open(tag, node.attributes, parent)
                child = node.first_child if tag not in _OPAQUE else None
                if tag == "script":
                    self._keep_script(element.index, child)
                    child = None
                elif tag == "title" and not self.document.title:
                    self.document.title = " ".join((node.text() or "")[:600].split())
                if child is not None:
                    skip += element.unread
                    parent = element.index
                    holders.append(node)
                    node = child
                    continue
                self._close(element)
            node = node.next if parent >= 0 else None
            while node is None and parent >= 0:
                element = elements[parent]
                skip -= element.unread
                self._close(element)
                node, parent = holders.pop(), element.parent
                node = node.next if parent >= 0 else None
            if node is None:
                break
        self._close_all(parent)

    def _close_panel(self) -> None:
        """Take back a hidden block that holds little but an address, as traps do; others are tabs, accordions and dialogues."""
        assert self.panel is not None
        _, pieces, offset, segments, at_break = self.panel
        self.panel = None
        if self.length - offset < _MIN_PANEL and any("@" in piece for piece in self.pieces[pieces:]):
            del self.pieces[pieces:]
            self.length, self.at_break = offset, at_break
            self.ends_line = not self.pieces or self.pieces[-1][-1] == "\n"
            del self.document.segment_starts[segments:]
            del self.document.segment_elements[segments:]

    def _close_all(self, parent: int) -> None:
        while parent >= 0:
            element = self.document.elements[parent]
            self._close(element)
            parent = element.parent
        self.document.text = "".join(self.pieces)

    def _keep_script(self, index: int, child: Any) -> None:
        if child is not None and child.tag == "-text":
            self.document.scripts.append((index, (child.text_content or "")[:MAX_SCRIPT]))

    def _open(self, tag: str, attrs: dict[str, str], parent: int) -> Element:
        elements = self.document.elements
        known = self.tags.get(tag)
        if known is None:
            known = self.tags[tag] = (_KINDS.get(tag, 0), self.document.by_tag.setdefault(tag, []))
        kind, same = known
        if kind & _BREAKS and not (self.at_break and self.ends_line):
            self._break("\t" if tag in _CELLS else "\n")
        element = Element(len(elements), tag, attrs, parent, self.length)
        if attrs:
            self._read_attributes(element)
        if kind & _SPECIAL:
            element.hidden = element.hidden or (tag == "x-template" and "shadowrootmode" not in attrs)
            element.unread = tag in _UNREAD
        if element.hidden:
            self._hide(element, kind)
        if parent >= 0 and elements[parent].hidden:
            element.hidden = True
        elements.append(element)
        same.append(element)
        return element

    def _hide(self, element: Element, kind: int) -> None:
        """Words hidden within a line are not read; hidden blocks are, unless they turn out to be traps."""
        if not kind & _PANEL:
            element.unread = True
        elif element.parent < 0 or not self.document.elements[element.parent].hidden:
            self.panel = (element.index, len(self.pieces), self.length, len(self.segment_starts), self.at_break)

    def _read_attributes(self, element: Element) -> None:
        attrs = element.attrs
        if self.has_long or None in attrs.values():
            for name, value in attrs.items():
                attrs[name] = (value or "")[:MAX_ATTRIBUTE]
        names = tuple(attrs)
        known = self.shapes.get(names)
        if known is None:
            can_style = self.has_rules or "style" in attrs or "hidden" in attrs
            known = self.shapes[names] = (can_style, "class" in attrs, self.document.by_attributes.setdefault(names, []))
        can_style, has_class, same = known
        same.append(element)
        if has_class:
            self.document.classes.add(attrs["class"])
        if can_style or element.tag == "bdo":
            self._read_style(element)

    def _read_style(self, element: Element) -> None:
        """What attributes and the page's own style sheet say about showing and mirroring an element."""
        attrs, tag = element.attrs, element.tag
        style = attrs.get("style", "")
        element.hidden = bool(
            ("hidden" in attrs and attrs["hidden"].lower() != "until-found")
            or (style and HIDDEN_STYLE.search(style))
            or (self.hiding and tag in _INLINE_DECOYS and self._selected(attrs, self.hiding))
        )
        if (
            (style and "bidi" in style and MIRROR_STYLE.search(style) and RTL_STYLE.search(style))
            or (tag == "bdo" and attrs.get("dir", "").lower() == "rtl")
            or (self.mirroring and self._selected(attrs, self.mirroring))
        ):
            self.mirrors.append((element.index, len(self.pieces), self.length))

    def _close(self, element: Element) -> None:
        if self.mirrors or self.panel is not None:
            self._undisguise(element.index)
        element.end = self.length
        element.last = len(self.document.elements)
        if element.tag in _ENDING_BLOCKS and not (self.at_break and self.ends_line):
            self._break("\n")

    def _undisguise(self, index: int) -> None:
        """Turn round what an ending element mirrored, take back what it hid."""
        if self.mirrors and self.mirrors[-1][0] == index:
            _, piece, offset = self.mirrors.pop()
            if 0 < self.length - offset <= _MAX_MIRRORED:
                self.pieces[piece:] = ["".join(self.pieces[piece:])[::-1]]
        if self.panel is not None and self.panel[0] == index:
            self._close_panel()

    def _break(self, character: str) -> None:
        if not self.at_break or character == "\n":
            self.pieces.append(character)
            self.length += 1
        self.ends_line = self.pieces[-1][-1] == "\n"
        self.at_break = True

    def _add_text(self, text: str, parent: int) -> None:
        if not text.isascii():
            text = text.translate(_READ_AS)
        words = text.split()
        if not words:
            self._add_space()
            return
        tidy = " ".join(words)
        if tidy != text:
            if text[0].isspace():
                self._add_space()
            if text[-1].isspace():
                tidy += " "
        self.segment_starts.append(self.length)
        self.segment_elements.append(parent)
        self.pieces.append(tidy)
        self.length += len(tidy)
        self.at_break = False

    def _add_space(self) -> None:
        if not self.at_break and self.pieces[-1][-1:] != " ":
            self.pieces.append(" ")
            self.length += 1

    @staticmethod
    def _selected(attrs: dict[str, str], selectors: frozenset[str]) -> bool:
        if "#" + attrs.get("id", "").lower() in selectors:
            return True
        return any("." + name in selectors for name in attrs.get("class", "").lower().split()[:20])
