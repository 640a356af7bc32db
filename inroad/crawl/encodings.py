"""Character encodings of the web: labels, byte order marks, and decoding that never fails.

What lives here: the WHATWG encoding standard's reading of labels (https://encoding.spec.whatwg.org/#names-and-labels) in terms
of Python's codecs. What does not: where a document declares its encoding (`html`, `sitemap_stream`).
"""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import Final

# Where the standard means another encoding than the label says, or Python has another name for it.
_OVERRIDES: Final = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso8859-9": "cp1254",
    "latin5": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gb_2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "ksc5601": "cp949",
    "windows-949": "cp949",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "unicode-1-1-utf-8": "utf-8",
    "x-unicode20utf8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16-le",
    "unicode": "utf-16-le",
    "x-user-defined": "cp1252",
}
# Codecs that may be asked for by a stranger; never utf-7, idna, hex, zlib and the like.
_ALLOWED: Final = frozenset(
    """
    utf-8 utf-16-le utf-16-be cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp866 cp874 cp932 cp949
    iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14 iso8859-15
    iso8859-16 koi8-r koi8-u mac-roman mac-cyrillic gb18030 hz big5hkscs euc_jp iso2022_jp euc_kr
    """.split()  # noqa: SIM905 - a word list reads better as words
)
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
LENIENT: Final = "inroad-windows-1252"
"""Error handler: a byte that breaks the encoding is read as windows-1252, which is what such bytes mostly are."""


@lru_cache(maxsize=512)
def codec_of(label: str) -> str | None:
    """The Python codec a label stands for on the web; None when it stands for none that may be used."""
    name = label.strip(" \t\r\n\f").lower()
    if not name or len(name) > 40 or not name.isascii():
        return None
    try:
        found = codecs.lookup(_OVERRIDES.get(name, name)).name
    except (LookupError, ValueError):
        return None
    return _canonical(found) if _canonical(found) in _ALLOWED else None


def _canonical(codec: str) -> str:
    return "cp1252" if codec == "iso8859-1" else codec


def codec_of_mark(head: bytes) -> str | None:
    """The codec that a byte order mark at the start names."""
    return next((codec for mark, codec in _MARKS if head.startswith(mark)), None)


def decode_leniently(body: bytes, codec: str) -> str:
    """Decodes whatever there is, without a byte order mark; never raises for a codec of `codec_of`."""
    return body.decode(codec, LENIENT).removeprefix("\ufeff")


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    if error.encoding.startswith("utf-16") or error.encoding in ("utf-16-le", "utf-16-be"):
        return "\ufffd", error.end
    return bad.decode("cp1252", "replace"), error.end


codecs.register_error(LENIENT, _as_windows_1252)
