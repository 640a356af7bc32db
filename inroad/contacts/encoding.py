"""From bytes to characters: which encoding a page is in.

What lives here: the byte order mark, the `<meta>` prescan of the HTML standard (section 13.2.3.2, the first 1,024 bytes, widened
to 4,096 because real pages put comments first), and the fall-back. What does not: the HTTP header's charset, which the fetcher
knows and which a caller applies by passing `str`.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_PRESCAN_BYTES: Final = 4_096
_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_.:\-]{2,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,100}?encoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9_.:\-]{2,40})", re.IGNORECASE)
_BYTE_ORDER_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# The encoding standard reads these labels as their Windows supersets.
_SUPERSETS: Final = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030"}
_TEXT_CODECS_ONLY: Final = re.compile(r"utf|cp|iso|latin|koi|mac|gb|big5|euc|shift|johab|hz|tis|ascii|kz|ptcp")


def decode_html(body: bytes) -> str:
    """Decode a page's bytes; never fails.

    Args:
        body: The page as it came, without its HTTP headers.

    Returns:
        Its characters; undecodable bytes become U+FFFD.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _declared_encoding(body[:_PRESCAN_BYTES])
    return body.decode(
        declared if declared and declared != "utf-8" else _likely_encoding(body, says_utf8=declared == "utf-8"), "replace"
    )


def _likely_encoding(body: bytes, *, says_utf8: bool) -> str:
    """UTF-8 with a few broken bytes, or the Windows code page of a page that says nothing or the wrong thing."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = len(body) - len(text)  # each whole multi-byte sequence makes the text shorter than the bytes
    return "utf-8" if sound * (4 if says_utf8 else 1) >= 4 * broken else "cp1252"


def _declared_encoding(head: bytes) -> str | None:
    match = _META_CHARSET.search(head) or _XML_ENCODING.search(head)
    if not match:
        return None
    try:
        name = codecs.lookup(match.group(1).decode("ascii")).name
    except LookupError:
        return None
    if name.startswith("utf-"):  # the standard reads a declared UTF-16 as UTF-8
        return "utf-8"
    return _SUPERSETS.get(name, name) if _TEXT_CODECS_ONLY.match(name) else None
