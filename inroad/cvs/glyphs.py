"""Which characters the fonts can draw, read from their own tables: the bundled ones first, then those of the system.

Here lives the little of OpenType that is needed (the `cmap` table, formats 4 and 12, alone or in a collection). The bundled fonts
are ours: a broken one is our bug; a broken one of the system draws nothing and is passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

import typst

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


@lru_cache(maxsize=512)
def choose_families(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Choose the system's font families that draw what the bundled fonts lack.

    Args:
        text: Everything that will be drawn.

    Returns:
        (families, the one that draws most first; characters that no font draws). The same text on the same system gives the
        same families.
    """
    lacking = missing_glyphs(text)
    families: list[str] = []
    while lacking:
        drawn = {name: {char for char in lacking if ord(char) in points} for name, points in system_families().items()}
        best = max(sorted(drawn), key=lambda name: len(drawn[name]), default=None)
        if best is None or not drawn[best]:
            break
        families.append(best)
        lacking = [char for char in lacking if char not in drawn[best]]
    return tuple(families), tuple(lacking)


@cache
def system_families() -> dict[str, frozenset[int]]:
    """Code points of each font family of the system that all its variants can draw."""
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[])
    listed = sorted(((font.family, str(font.path), font.index) for font in fonts.fonts() if font.path), key=str)
    return {
        family: frozenset.intersection(*(_system_code_points(Path(path), index) for _, path, index in variants))
        for family, variants in groupby(listed, key=lambda font: font[0])
    }


def _system_code_points(path: Path, index: int) -> frozenset[int]:
    try:
        font = path.read_bytes()
        start = struct.unpack_from(">I", font, 12 + 4 * index)[0] if font[:4] == b"ttcf" else 0
        return frozenset(_code_points(font, start))
    except (OSError, ValueError, struct.error):
        return frozenset()


def _code_points(font: bytes, start: int = 0) -> Iterator[int]:
    cmap = _table(font, b"cmap", start)
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    for index in range(count):
        (offset,) = struct.unpack_from(">I", font, cmap + 4 + index * 8 + 4)
        (form,) = struct.unpack_from(">H", font, cmap + offset)
        if form == 4:
            yield from _format_4(font, cmap + offset)
        elif form == 12:
            yield from _format_12(font, cmap + offset)


def _table(font: bytes, tag: bytes, start: int) -> int:
    (count,) = struct.unpack_from(">H", font, start + 4)
    for index in range(count):
        name, _, offset, _ = struct.unpack_from(">4sIII", font, start + 12 + index * 16)
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
