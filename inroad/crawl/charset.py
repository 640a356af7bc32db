"""Which encoding an HTML document is in.

What lives here: the encoding sniffing algorithm of the HTML standard
(https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding) and what to do where nothing is declared.
What does not: labels and codecs (`encodings`), reading the decoded document (`html`).
"""

from __future__ import annotations

import re
from typing import Final

from inroad.crawl.encodings import codec_of, codec_of_mark, decode_leniently

_PRESCAN_BYTES: Final = 4_096  # the standard asks for 1,024; real pages put scripts first
_DETECTION_BYTES: Final = 262_144
_MIN_CYRILLIC_LETTERS: Final = 8

_HEADER_CHARSET = re.compile(r";\s*charset=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s;]+))", re.IGNORECASE)
_META_CHARSET = re.compile(rb"charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\f\r ;\"']+))", re.IGNORECASE)
_XML_DECLARATION = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._\-]{1,40})[\"']")
_ATTRIBUTE = re.compile(
    rb"[\t\n\f\r /]*+([^\t\n\f\r />][^\t\n\f\r /=>]*+)[\t\n\f\r ]*+(?:=[\t\n\f\r ]*+(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\f\r >]*)))?"
)
_LANGUAGE = re.compile(rb"<html[^>]{0,300}?\slang\s*=\s*[\"']?([A-Za-z]{2})", re.IGNORECASE)
_HIGH_LETTERS = re.compile(rb"[\xc0-\xff]")
_LETTERS = re.compile(rb"[A-Za-z]")
_TAGS = re.compile(rb"<[^>]*>")

# What a page without any declaration is in, by its language: the standard's table of locales.
_BY_LANGUAGE: Final = {
    b"pl": "cp1250", b"cs": "cp1250", b"sk": "cp1250", b"hu": "cp1250", b"sl": "cp1250", b"hr": "cp1250", b"ro": "cp1250",
    b"ru": "cp1251", b"uk": "cp1251", b"bg": "cp1251", b"sr": "cp1251", b"be": "cp1251", b"mk": "cp1251",
    b"el": "iso8859-7", b"tr": "cp1254", b"he": "cp1255", b"ar": "cp1256", b"fa": "cp1256", b"lt": "cp1257", b"lv": "cp1257",
    b"et": "cp1257", b"vi": "cp1258", b"th": "cp874", b"ja": "cp932", b"ko": "cp949", b"zh": "gb18030",
}  # fmt: skip


def decode_html(body: bytes, content_type: str | None) -> str:
    """Decodes a page as a browser would, and better where the declaration is plainly wrong.

    Byte order mark, then the header, then the document's own declaration, then detection. Bytes that break a declared UTF-8
    are read as windows-1252; a declared one-byte encoding whose text is valid UTF-8 throughout is UTF-8.

    Args:
        body: The answer's body, decompressed.
        content_type: The Content-Type header, if there was one.

    Returns:
        The text without byte order mark. Never raises.
    """
    marked = codec_of_mark(body)
    if marked:
        return decode_leniently(body, marked)
    declared = header_codec(content_type) or declared_codec(body)
    if declared is None:
        return decode_leniently(body, _detect(body))
    if declared == "utf-16-le" and body[:1] == b"\0":
        declared = "utf-16-be"
    if declared.startswith(("cp12", "iso8859")) and not body.isascii() and _is_utf8(body):
        return decode_leniently(body, "utf-8")
    return decode_leniently(body, declared)


def header_codec(content_type: str | None) -> str | None:
    """The codec that a Content-Type header names."""
    for match in _HEADER_CHARSET.finditer((content_type or "")[:1_024]):
        if codec := codec_of(match[1] or match[2] or match[3] or ""):
            return codec
    return None


def declared_codec(body: bytes) -> str | None:
    """The codec that a document declares in a meta element or its XML declaration (the standard's prescan)."""
    head = body[:_PRESCAN_BYTES]
    if xml := _XML_DECLARATION.match(head):
        codec = codec_of(xml[1].decode("ascii"))
        return "utf-8" if codec and codec.startswith("utf-16") else codec
    position = 0
    while (position := head.find(b"<", position)) >= 0:
        if head.startswith(b"<!--", position):
            end = head.find(b"-->", position + 2)
            position = end + 3 if end >= 0 else len(head)
        elif head[position + 1 : position + 5].lower() == b"meta" and head[position + 5 : position + 6] in b"\t\n\f\r /":
            attributes, position = _attributes(head, position + 5)
            if codec := _meta_codec(attributes):
                return codec
        elif head[position + 1 : position + 2].isalpha() or (
            head[position + 1 : position + 2] == b"/" and head[position + 2 : position + 3].isalpha()
        ):
            position = _attributes(head, _end_of_name(head, position + 1))[1]
        elif head[position + 1 : position + 2] in (b"!", b"/", b"?"):
            end = head.find(b">", position)
            position = end + 1 if end >= 0 else len(head)
        else:
            position += 1
    return None


def _end_of_name(head: bytes, position: int) -> int:
    while position < len(head) and head[position : position + 1] not in b"\t\n\f\r >":
        position += 1
    return position


def _attributes(head: bytes, position: int) -> tuple[dict[bytes, bytes], int]:
    """The attributes of a tag and the position after it; the first of a name counts. A tag cut off has none."""
    found: dict[bytes, bytes] = {}
    while match := _ATTRIBUTE.match(head, position):
        position = match.end()
        found.setdefault(match[1].lower(), match[2] or match[3] or match[4] or b"")
    end = head.find(b">", position)
    return (found, end + 1) if end >= 0 else ({}, len(head))


def _meta_codec(attributes: dict[bytes, bytes]) -> str | None:
    label = attributes.get(b"charset")
    if label is None and attributes.get(b"http-equiv", b"").lower() == b"content-type":
        match = _META_CHARSET.search(attributes.get(b"content", b""))
        label = match[1] or match[2] or match[3] if match else None
    codec = codec_of(label.decode("latin-1")) if label else None
    # The declaration was read as ASCII, so it cannot be UTF-16.
    return "utf-8" if codec and codec.startswith("utf-16") else codec


def _detect(body: bytes) -> str:
    """By validity as UTF-8, by the zero bytes of UTF-16, by language, by alphabet; windows-1252 in the end."""
    head = body[:_DETECTION_BYTES]
    if head[:2] == b"<\x00":
        return "utf-16-le"
    if head[:2] == b"\x00<":
        return "utf-16-be"
    if _is_utf8(head):
        return "utf-8"
    language = _LANGUAGE.search(head[:_PRESCAN_BYTES])
    if language and (codec := _BY_LANGUAGE.get(language[1].lower())):
        return codec
    text = _TAGS.sub(b" ", head)
    high, plain = len(_HIGH_LETTERS.findall(text)), len(_LETTERS.findall(text))
    if high > plain and high >= _MIN_CYRILLIC_LETTERS:
        return "cp1251"  # more letters above ASCII than in it: no Latin text
    broken = head.decode("utf-8", "replace").count("\ufffd")
    return "utf-8" if broken * 10 < high else "cp1252"


def _is_utf8(body: bytes) -> bool:
    """Whether the bytes are valid UTF-8; a character cut off at the end is forgiven."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.start > 0
    return True
