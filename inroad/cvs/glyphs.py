"""Which characters the bundled fonts can draw, read from their own tables.

Here lives the little of OpenType that is needed (the `cmap` table, formats 4 and 12). Fonts are ours: a broken one is our bug.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FONT_FOLDER = Path(__file__).parent / "templates" / "fonts"


def missing_glyphs(text: str) -> list[str]:
    """Return the characters of a text that a bundled font lacks, each once, in order of appearance.

    Args:
        text: Any text; white space needs no glyph.
    """
    drawable = drawable_characters()
    return list(dict.fromkeys(char for char in text if not char.isspace() and ord(char) not in drawable))


@cache
def drawable_characters() -> frozenset[int]:
    """Return the code points that every bundled font has, so that bold and italic never lack one."""
    fonts = sorted(FONT_FOLDER.glob("*.ttf"))
    return frozenset.intersection(*(frozenset(_code_points(path.read_bytes())) for path in fonts))


def _code_points(font: bytes) -> Iterator[int]:
    cmap = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    for index in range(count):
        (offset,) = struct.unpack_from(">I", font, cmap + 4 + index * 8 + 4)
        (form,) = struct.unpack_from(">H", font, cmap + offset)
        if form == 4:
            yield from _format_4(font, cmap + offset)
        elif form == 12:
            yield from _format_12(font, cmap + offset)


def _table(font: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    for index in range(count):
        name, _, offset, _ = struct.unpack_from(">4sIII", font, 12 + index * 16)
        if name == tag:
            return int(offset)
    raise ValueError(f"the font has no {tag.decode()} table")


def _format_4(font: bytes, at: int) -> Iterator[int]:
    """Segments of 16-bit characters (OpenType 1.9, cmap format 4); a segment's glyphs come by delta or through an array."""
    (twice,) = struct.unpack_from(">H", font, at + 6)
    segments = twice // 2
    ends = struct.unpack_from(f">{segments}H", font, at + 14)
    starts = struct.unpack_from(f">{segments}H", font, at + 16 + twice)
    deltas = struct.unpack_from(f">{segments}H", font, at + 16 + 2 * twice)
    ranges_at = at + 16 + 3 * twice
    ranges = struct.unpack_from(f">{segments}H", font, ranges_at)
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if ranges[index]:
                (glyph,) = struct.unpack_from(">H", font, ranges_at + 2 * index + ranges[index] + 2 * (code - start))
                glyph = glyph or -deltas[index]
            if (glyph + deltas[index]) & 0xFFFF:
                yield code


def _format_12(font: bytes, at: int) -> Iterator[int]:
    (groups,) = struct.unpack_from(">I", font, at + 12)
    for index in range(groups):
        start, end, glyph = struct.unpack_from(">III", font, at + 16 + 12 * index)
        yield from range(start + (glyph == 0), end + 1)
