"""From markup to plain text: the one form in which descriptions, titles and labels are kept.

Line breaks survive, list items become lines that start with "- ", tags and entities go, also where a feed escaped its HTML
twice. Nothing here knows what a posting is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_MARKUP_CHARS: Final = 1_000_000
"""Longer markup is cut before it is parsed; the longest real description seen is under 60,000 characters."""

MAX_NODES: Final = 200_000

HEADING_MARK: Final = "\ue000"
"""A private-use character, so that no text of a page can be taken for a mark: it is removed from the page's own text."""

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SKIPPED = frozenset(
    {"script", "style", "template", "svg", "head", "noscript", "iframe", "object", "select", "option", "textarea"}
)
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "section", "article", "blockquote", "pre", "hr"}
)
_LINES = frozenset(
    {"div", "tr", "dt", "dd", "header", "footer", "main", "aside", "nav", "figure", "form", "fieldset", "address", "summary"}
    | {"caption", "body", "details", "figcaption", "label", "button", "legend"}
)
_LIKELY_TAG = re.compile(r"<[a-zA-Z/!]")
_ESCAPED_TAG = re.compile(r"&(?:amp;)?lt;/?(?:p|div|ul|ol|li|br|h[1-6]|strong|b|em|i|span|a|table|section)\b", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\f\v\u00a0\u2000-\u200b\u202f\u3000\ufeff]+")
_ALL_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]|[\ud800-\udfff]")
_BULLET = re.compile(r"[•●▪■◦‣·○►▶➢➤✓✔✅★∙*][ ]*(?=\S)|[-–—][ ]+(?=\S)|o[ ]{2,}(?=\S)")


def unescape_markup(text: str) -> str:
    """Undoes HTML escaping around markup, as often as a feed applied it (at most three times)."""
    text = text[:MAX_MARKUP_CHARS]
    for _ in range(3):
        if _ESCAPED_TAG.search(text) is None:
            break
        text = html.unescape(text)
    return text


def walk(root: LexborNode, *, limit: int = MAX_NODES) -> Iterator[tuple[str, LexborNode]]:
    """Yields ("open" | "close" | "text", node) in document order, without recursion, for at most `limit` nodes."""
    # Nodes are compared by address: `==` compares their markup, which makes a walk quadratic.
    end = root.mem_id
    node: LexborNode | None = root
    seen = 0
    while node is not None and seen < limit:
        seen += 1
        descend: LexborNode | None = None
        if node.is_text_node:
            yield "text", node
        elif not node.is_comment_node:
            yield "open", node
            if (node.tag or "") not in _SKIPPED:
                descend = node.first_child
            if descend is None:
                yield "close", node
        if descend is not None:
            node = descend
            continue
        while node is not None and node.mem_id != end and node.next is None:
            node = node.parent
            if node is not None:
                yield "close", node
        if node is None or node.mem_id == end:
            return
        node = node.next


class _Lines:
    """Collects text into lines; list items stay on one line of their own."""

    def __init__(self, *, mark_headings: bool = False) -> None:
        self.mark_headings = mark_headings
        self.lines: list[str] = []
        self.parts: list[str] = []
        self.prefix = ""
        self.items_open = 0

    def add(self, text: str) -> None:
        if text:
            self.parts.append(text)

    def end_line(self) -> None:
        line = _SPACES.sub(" ", "".join(self.parts)).strip()
        self.parts.clear()
        if line:
            self.lines.append(self.prefix + line)
            self.prefix = ""

    def end_paragraph(self) -> None:
        self.end_line()
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def open(self, tag: str) -> None:
        if tag == "li":
            self.end_line()
            self.items_open += 1
            self.prefix = "- "
        elif tag == "br":
            self._break_inside_item() if self.items_open else self._hard_break()
        elif tag in {"td", "th"}:
            self.parts.append(" ")
        else:
            self._boundary(tag)
            if self.mark_headings and tag in _HEADINGS and not self.items_open:
                self.prefix = HEADING_MARK + tag[1]

    def close(self, tag: str) -> None:
        if tag == "li":
            self.end_line()
            self.prefix = ""
            self.items_open = max(0, self.items_open - 1)
        else:
            self._boundary(tag)
            if tag in _HEADINGS:
                self.prefix = "" if self.prefix.startswith(HEADING_MARK) else self.prefix

    def _boundary(self, tag: str) -> None:
        if tag in {"ul", "ol"} and self.items_open:
            self.end_line()
        elif self.items_open:
            if tag in _PARAGRAPHS or tag in _LINES:
                self._break_inside_item()
        elif tag in _PARAGRAPHS:
            self.end_paragraph()
        elif tag in _LINES:
            self.end_line()

    def _break_inside_item(self) -> None:
        self.parts.append(" ")

    def _hard_break(self) -> None:
        if _SPACES.sub(" ", "".join(self.parts)).strip():
            self.end_line()
        elif self.lines and self.lines[-1]:
            self.lines.append("")

    def text(self) -> str:
        self.end_line()
        return tidy_lines("\n".join(self.lines))


def node_text(root: LexborNode, *, skip: frozenset[str] = frozenset(), mark_headings: bool = False) -> str:
    """The text of one element with line breaks and "- " items.

    Args:
        root: The element.
        skip: Names of elements that are left out whole.
        mark_headings: Begin the lines of h1 to h6 with `HEADING_MARK` and the level's digit.

    Returns:
        Plain text.
    """
    lines = _Lines(mark_headings=mark_headings)
    skipping = 0
    for event, node in walk(root):
        if event == "text":
            if not skipping:
                lines.add((node.text_content or "").replace("\n", " ").replace(HEADING_MARK, ""))
            continue
        tag = node.tag or ""
        if tag in skip:
            skipping += 1 if event == "open" else -1
        elif not skipping and tag not in _SKIPPED:
            lines.open(tag) if event == "open" else lines.close(tag)
    return lines.text()


def tidy_lines(text: str) -> str:
    """Normalises plain text: control characters out, bullets to "- ", spaces single, at most one blank line in a row."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
    out: list[str] = []
    for raw in text.split("\n"):
        line = raw.strip()
        bullet = _BULLET.match(line)
        if bullet:
            line = "- " + line[bullet.end() :].lstrip("-–• ")
        line = _SPACES.sub(" ", line)
        if line in {"-", "•", "·", "*"}:
            continue
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out).strip()


def description_text(markup: object) -> str:
    """Turns a description in any form (HTML, HTML escaped once or twice, plain text) into plain text.

    Args:
        markup: The value as published; anything but a string gives "".

    Returns:
        Text with line breaks kept and list items as "- " lines; never markup.
    """
    if not isinstance(markup, str) or not markup.strip():
        return ""
    markup = unescape_markup(markup)
    if _LIKELY_TAG.search(markup) is None:
        return tidy_lines(html.unescape(markup))
    body = LexborHTMLParser(f"<body>{_CONTROL.sub('', markup)}").body
    return node_text(body) if body is not None else ""


def one_line(value: object, *, limit: int = 300) -> str | None:
    """A label or title as one clean line, None when nothing is left.

    Args:
        value: A string or number as published; other types give None.
        limit: Characters kept.

    Returns:
        Text without markup, entities, control characters and runs of spaces.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value)[: limit * 20]
    for _ in range(2):
        if "&" not in text:
            break
        text = html.unescape(text)
    if _LIKELY_TAG.search(text):
        body = LexborHTMLParser(f"<body>{_CONTROL.sub('', text)}").body
        text = node_text(body) if body is not None else ""
    return _ALL_SPACE.sub(" ", _CONTROL.sub("", text)).strip()[:limit].strip() or None
