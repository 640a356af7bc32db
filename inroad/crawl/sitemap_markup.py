"""The pieces that XML is made of, found in a text as it streams: tags, texts, CDATA, comments, declarations.

What lives here: finding the next piece, its attributes, and character references. What does not: what the pieces mean
(`sitemap_xml`).
Every scan ends at the next "<", so that a file of nothing but "<" is still read in linear time.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from inroad.crawl.sitemap_model import NotASitemap, UnsafeXml

MAX_FIELD_CHARS: Final = 16_384
"""Characters of one field, and of one tag's attributes, that are read."""

_TAG = re.compile(r"<(/?)([A-Za-z_][^\s/<>\"'=]*)((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>")
_BROKEN_TAG = re.compile(r"<(/?)([A-Za-z_][^\s/<>\"'=]*)([^<>]*+)>")
_ATTRIBUTE = re.compile(r"([A-Za-z_][\w:.\-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_REFERENCE = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));")
_PREDEFINED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_NETSCAPE_DOCTYPE = re.compile(r"<!DOCTYPE\s+(?:rss|rdf:RDF)\s+PUBLIC\s+\"-//Netscape[^\"\[]*\"[^\[]*", re.IGNORECASE)
_HTML_DOCTYPE = re.compile(r"<!DOCTYPE\s+html", re.IGNORECASE)


class Markup(NamedTuple):
    """One piece of a document: `kind` is "text", "cdata", "open", "close" or "declaration"."""

    kind: str
    name: str
    text: str
    is_empty: bool
    end: int


def next_markup(buffer: str, position: int, *, is_final: bool) -> Markup | None:
    """The piece that starts at a position; None when it is not complete yet.

    Args:
        buffer: What is at hand of the document.
        position: Where the piece before ended.
        is_final: The document ends with the buffer, so that what is torn stays so.
    """
    if position >= len(buffer):
        return None
    if buffer[position] != "<":
        end = buffer.find("<", position)
        if end < 0:
            end = len(buffer)
            if not is_final and end - position < 4_096:
                return None  # an entity may be cut in two
        return Markup("text", "", buffer[position:end], False, end)
    if match := _TAG.match(buffer, position) or _BROKEN_TAG.match(buffer, position):
        attributes = match[3]
        kind = "close" if match[1] else "open"
        return Markup(kind, match[2], attributes, attributes.rstrip().endswith("/"), match.end())
    for opening, closing, kind in (("<!--", "-->", "comment"), ("<![CDATA[", "]]>", "cdata"), ("<?", "?>", "comment")):
        if buffer.startswith(opening, position):
            return _delimited(buffer, position, opening, closing, kind)
    if buffer.startswith("<!", position) and not "<![CDATA[".startswith(buffer[position : position + 9]):
        return _delimited(buffer, position, "<!", ">", "declaration", keep_delimiters=True)
    return _stray(buffer, position, is_final=is_final)


def _stray(buffer: str, position: int, *, is_final: bool) -> Markup | None:
    """A "<" that opens nothing is text, once what follows shows that it never will."""
    following = buffer.find("<", position + 1)
    if following < 0 and not is_final:
        return None
    if is_final and following < 0:
        return None if position + 1 < len(buffer) else Markup("text", "", "<", False, position + 1)
    return Markup("text", "", buffer[position:following], False, following)


def local_name(name: str) -> str:
    """An element's name in lower case, without its namespace's prefix: sites bind any prefix, or none, to any namespace."""
    return name.rpartition(":")[2].lower()


def unescaped(text: str) -> str:
    """Text with its character references resolved; entities other than XML's own five stay as they are."""
    return text if "&" not in text else _REFERENCE.sub(_unescape, text)


def attributes_of(text: str) -> dict[str, str]:
    """The attributes in a tag, names in lower case."""
    return {
        name.lower(): unescaped(double or single).strip() for name, double, single in _ATTRIBUTE.findall(text[:MAX_FIELD_CHARS])
    }


def _delimited(buffer: str, start: int, opening: str, closing: str, kind: str, *, keep_delimiters: bool = False) -> Markup | None:
    end = buffer.find(closing, start + len(opening))
    if end < 0:
        return None
    after = end + len(closing)
    text = buffer[start:after] if keep_delimiters else buffer[start + len(opening) : end]
    return Markup(kind, "", text, False, after)


def refuse_declaration(text: str) -> None:
    """Refuses every declaration but the document type that RSS 0.91's specification demands; nothing is ever loaded for that.

    Raises:
        NotASitemap: It is HTML's.
        UnsafeXml: It is any other.
    """
    if _HTML_DOCTYPE.match(text):
        raise NotASitemap("The answer is an HTML page.", reason="html-instead-of-sitemap")
    if _NETSCAPE_DOCTYPE.fullmatch(text) is None:
        raise UnsafeXml(f"The document declares a type or entities: {text[:60]!r}.")


def _unescape(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _PREDEFINED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 and code else "\ufffd"
