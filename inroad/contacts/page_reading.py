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
# What a tag means for the walk, as bits; no bit is a plain element within a line.
_BREAKS, _CELL, _ENDS, _PANEL, _SPECIAL, _APART = 1, 2, 4, 8, 16, 32
_KINDS: Final = {
    tag: _BREAKS * (tag in _BLOCKS or tag in _CELLS)
    | _CELL * (tag in _CELLS)
    | _ENDS * (tag in _BLOCKS and tag != "br")
    | _PANEL * (tag in _PANELS)
    | _SPECIAL * (tag in _UNREAD or tag in {"x-template", "bdo"})
    | _APART * (tag in {"script", "title"} or tag in _OPAQUE)
    for tag in _BLOCKS | _CELLS | _PANELS | _UNREAD | _OPAQUE | {"bdo"}
}
# What the text ends with: words, a cell's tab, or a line's end (or nothing yet).
_WORDS, _TAB, _LINE = 0, 1, 2
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
_READ_OTHERWISE = re.compile(f"[{''.join(map(chr, _READ_AS))}]")
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
    text = as_html(body, url=url)[:MAX_HTML_CHARACTERS]
    if "\x00" in text:
        text = text.replace("\x00", "")
    text, longest = limit_nesting(text)
    if "<template" in text:  # the parser keeps their content out of the tree; shadow roots and tooltips stand in them
        text = _TEMPLATE.sub(r"<\1x-template", text)
    try:
        encoded = text.encode()
    except UnicodeEncodeError:  # lone surrogates
        encoded = text.encode("utf-8", "replace")
        text = encoded.decode()
    root = LexborHTMLParser(encoded).root
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
    """Walks the parsed tree once, without recursion.

    Plain elements and texts are read in one loop over local variables: a page has a node every thirty characters. What hides,
    mirrors or is read in another way goes through methods.
    """

    def __init__(self, document: Document, rules: tuple[frozenset[str], frozenset[str]], *, has_long: bool) -> None:
        self.document = document
        self.hiding, self.mirroring = rules
        self.has_rules = bool(self.hiding or self.mirroring)
        self.has_long = has_long
        # Of each row of attribute names: whether it needs a closer look, and its elements; of each tag its kind and elements.
        self.shapes: dict[tuple[str, ...], tuple[bool, list[Element]]] = {}
        self.tags: dict[str, tuple[int, list[Element]]] = {}
        self.pieces: list[str] = []
        self.mirrors: list[tuple[int, int, int]] = []  # element, first piece, offset
        self.panel: tuple[int, int, int, int, int] | None = None  # element, pieces, offset, segments, gap
        self.disguised: set[int] = set()  # the elements of both

    def read(self, root: Any) -> None:
        """Fill the document from the root node on."""
        elements, pieces, tags, shapes, disguised = self.document.elements, self.pieces, self.tags, self.shapes, self.disguised
        starts, shown_by = self.document.segment_starts, self.document.segment_elements
        holders: list[tuple[Any, int, bool, bool]] = []
        node, parent, is_unread, is_hidden, is_full = root, -1, False, False, False
        count = length = 0
        gap = _LINE
        while node is not None:
            tag = node.tag
            ended = None
            if tag == "-text":
                if not is_unread and (text := node.text_content):
                    has_space = text.isspace()
                    # Plain characters with single spaces between words are read as they are written.
                    if has_space or not text.isascii() or not text.isprintable() or "  " in text or " " in (text[0], text[-1]):
                        has_space, text = (True, "") if has_space else _tidied(text)
                        if has_space and not gap and pieces[-1][-1] != " ":
                            pieces.append(" ")
                            length += 1
                    if text:
                        starts.append(length)
                        shown_by.append(parent)
                        pieces.append(text)
                        length += len(text)
                        gap = _WORDS
            elif (known := tags.get(tag) or self._learn_tag(tag)) is not None:
                if count >= MAX_ELEMENTS:
                    is_full = True
                else:
                    kind, same = known
                    if gap < _LINE and kind & _BREAKS:
                        if not gap or not kind & _CELL:
                            pieces.append("\t" if kind & _CELL else "\n")
                            length += 1
                        gap = _LINE if pieces[-1][-1] == "\n" else _TAB
                    attrs = node.attributes
                    ended = Element(count, tag, attrs, parent, length)
                    needs_look = is_hidden or kind & _SPECIAL
                    if attrs:
                        names = tuple(attrs)
                        says_more, alike = shapes.get(names) or self._learn_names(names)
                        alike.append(ended)
                        needs_look = needs_look or says_more or None in attrs.values()
                    if needs_look:
                        self._look_closer(ended, kind, length, gap, in_hidden=is_hidden)
                    elements.append(ended)
                    same.append(ended)
                    child = node.first_child if not kind & _APART else self._entered(node, ended)
                    if child is not None:
                        holders.append((node, kind, is_unread, is_hidden))
                        parent, is_unread, is_hidden = count, is_unread or ended.unread, ended.hidden
                        count += 1
                        node = child
                        continue
                    count += 1
            while True:
                if ended is not None:
                    if disguised and ended.index in disguised:
                        length, gap = self._undisguise(ended.index, length, gap)
                    ended.end = length
                    ended.last = count
                    if gap < _LINE and kind & _ENDS:
                        pieces.append("\n")
                        length += 1
                        gap = _LINE
                following = node.next if parent >= 0 and not is_full else None
                if following is not None or parent < 0:
                    break
                ended = elements[parent]
                node, kind, is_unread, is_hidden = holders.pop()
                parent = ended.parent
            node = following
        self.document.text = "".join(pieces)

    def _learn_tag(self, tag: str | None) -> tuple[int, list[Element]] | None:
        """What a tag means, and the elements of its name; None for comments and the like, and what has no name (`<?y ?>`)."""
        if tag is None or tag[0] in "-!":
            return None
        known = self.tags[tag] = (_KINDS.get(tag, 0), self.document.by_tag.setdefault(tag, []))
        return known

    def _learn_names(self, names: tuple[str, ...]) -> tuple[bool, list[Element]]:
        says_more = self.has_long or self.has_rules or "style" in names or "hidden" in names
        known = self.shapes[names] = (says_more, self.document.by_attributes.setdefault(names, []))
        return known

    def _entered(self, node: Any, element: Element) -> Any:
        """The first child of an element that is read in a way of its own: none of what is not entered."""
        if element.tag in _OPAQUE:
            return None
        child = node.first_child
        if element.tag == "script":
            if child is not None and child.tag == "-text":
                self.document.scripts.append((element.index, (child.text_content or "")[:MAX_SCRIPT]))
            return None
        if not self.document.title:
            self.document.title = " ".join((node.text() or "")[:600].split())
        return child

    def _look_closer(self, element: Element, kind: int, length: int, gap: int, *, in_hidden: bool) -> None:
        """What an element's attributes, its kind and the page's own style sheet say about showing it."""
        attrs = element.attrs
        if self.has_long or None in attrs.values():
            for name, value in attrs.items():
                attrs[name] = (value or "")[:MAX_ATTRIBUTE]
        if attrs and (self.has_rules or "style" in attrs or "hidden" in attrs or element.tag == "bdo"):
            self._read_style(element, length)
        if kind & _SPECIAL:
            element.hidden = element.hidden or (element.tag == "x-template" and "shadowrootmode" not in attrs)
            element.unread = element.tag in _UNREAD
        if element.hidden:
            # Words hidden within a line are not read; hidden blocks are, unless they turn out to be traps.
            if not kind & _PANEL:
                element.unread = True
            elif not in_hidden:
                self.panel = (element.index, len(self.pieces), length, len(self.document.segment_starts), gap)
                self.disguised.add(element.index)
        element.hidden = element.hidden or in_hidden

    def _read_style(self, element: Element, length: int) -> None:
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
            self.mirrors.append((element.index, len(self.pieces), length))
            self.disguised.add(element.index)

    def _undisguise(self, index: int, length: int, gap: int) -> tuple[int, int]:
        """Turn round what an ending element mirrored, take back what it hid; the text's length and end after it."""
        if self.mirrors and self.mirrors[-1][0] == index:
            _, piece, offset = self.mirrors.pop()
            if 0 < length - offset <= _MAX_MIRRORED:
                self.pieces[piece:] = ["".join(self.pieces[piece:])[::-1]]
        if self.panel is not None and self.panel[0] == index:
            return self._close_panel(length, gap)
        return length, gap

    def _close_panel(self, length: int, gap: int) -> tuple[int, int]:
        """Take back a hidden block that holds little but an address, as traps do; others are tabs, accordions and dialogues."""
        assert self.panel is not None
        _, pieces, offset, segments, gap_before = self.panel
        self.panel = None
        if length - offset >= _MIN_PANEL or not any("@" in piece for piece in self.pieces[pieces:]):
            return length, gap
        del self.pieces[pieces:]
        del self.document.segment_starts[segments:]
        del self.document.segment_elements[segments:]
        ends_line = not self.pieces or self.pieces[-1][-1] == "\n"
        return offset, (_LINE if ends_line else _TAB) if gap_before else _WORDS

    @staticmethod
    def _selected(attrs: dict[str, str], selectors: frozenset[str]) -> bool:
        if "#" + attrs.get("id", "").lower() in selectors:
            return True
        return any("." + name in selectors for name in attrs.get("class", "").lower().split()[:20])


def _tidied(text: str) -> tuple[bool, str]:
    """Whether a text begins with a space, and its words with single spaces between them and at its end where it has one."""
    if not text.isascii() and _READ_OTHERWISE.search(text):
        text = text.translate(_READ_AS)
    words = text.split()
    if not words:
        return True, ""
    tidy = " ".join(words)
    return text[0].isspace(), f"{tidy} " if text[-1].isspace() else tidy
