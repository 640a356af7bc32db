"""Parquet, written by hand: columns of text and of numbers, in row groups, each page compressed by gzip.

What lives here: the file format (https://parquet.apache.org/docs/file-format/) as far as flat tables need it, and the part of
Thrift's compact protocol that its headers are written in. What does not: which rows and columns (`export_formats`).

Every column is optional; definition levels are runs (RLE), values are PLAIN, one page a column and row group.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import IO, Final, NamedTuple

GROUP_ROWS: Final = 10_000
GROUP_CHARS: Final = 16_000_000
"""Characters after which a row group ends early: descriptions are long, and a group is held in memory."""

_MAGIC: Final = b"PAR1"
_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12  # types of Thrift's compact protocol
_DOUBLE, _BYTE_ARRAY = 5, 6  # physical types of Parquet
_OPTIONAL, _UTF8, _PLAIN, _RLE, _GZIP = 1, 0, 0, 3, 2
Value = str | float | None


class _Chunk(NamedTuple):
    """Where one column of one row group lies: offset of its page, and its sizes with the header."""

    offset: int
    plain_bytes: int
    packed_bytes: int


class ParquetFile:
    """Writes rows to a binary file that need not be seekable; `finish` ends it.

    Args:
        file: Where to.
        columns: Names, in order.
        numbers: Names of the columns that hold numbers (DOUBLE); the others hold text (UTF-8).
    """

    def __init__(self, file: IO[bytes], columns: Sequence[str], *, numbers: Iterable[str] = ()) -> None:
        self._file, self._columns, self._numbers = file, tuple(columns), frozenset(numbers)
        self._at = self._count = self._chars = 0
        self._rows: list[Sequence[Value]] = []
        self._groups: list[tuple[int, list[_Chunk]]] = []
        self._write(_MAGIC)

    def add(self, row: Sequence[Value]) -> None:
        """Takes one row, its values in the columns' order."""
        self._rows.append(row)
        self._chars += sum(len(value) for value in row if isinstance(value, str))
        if len(self._rows) >= GROUP_ROWS or self._chars >= GROUP_CHARS:
            self._end_group()

    def finish(self) -> int:
        """Writes what is left and the footer; returns the number of rows."""
        self._end_group()
        footer = self._footer()
        self._write(footer + struct.pack("<I", len(footer)) + _MAGIC)
        return self._count

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._at += len(data)

    def _end_group(self) -> None:
        rows, self._rows, self._chars = self._rows, [], 0
        if not rows:
            return
        self._groups.append((len(rows), [self._page([row[number] for row in rows]) for number in range(len(self._columns))]))
        self._count += len(rows)

    def _page(self, values: Sequence[Value]) -> _Chunk:
        levels = b"".join(
            _varint(sum(1 for _ in run) << 1) + bytes([has_value]) for has_value, run in groupby(v is not None for v in values)
        )
        plain = struct.pack("<I", len(levels)) + levels + b"".join(_plain(value) for value in values if value is not None)
        packer = zlib.compressobj(6, wbits=31)
        packed = packer.compress(plain) + packer.flush()
        data_page = _record((1, _I32, len(values)), (2, _I32, _PLAIN), (3, _I32, _RLE), (4, _I32, _RLE))
        header = _record((1, _I32, 0), (2, _I32, len(plain)), (3, _I32, len(packed)), (5, _STRUCT, data_page))
        offset = self._at
        self._write(header + packed)
        return _Chunk(offset, len(header) + len(plain), len(header) + len(packed))

    def _footer(self) -> bytes:
        root = _record((4, _BINARY, "schema"), (5, _I32, len(self._columns)))
        schema = [root, *(self._element(name) for name in self._columns)]
        groups = [self._group(count, chunks) for count, chunks in self._groups]
        return _record(
            (1, _I32, 1),
            (2, _LIST, _list(_STRUCT, schema)),
            (3, _I64, self._count),
            (4, _LIST, _list(_STRUCT, groups)),
            (6, _BINARY, "Inroad"),
        )

    def _element(self, name: str) -> bytes:
        kind = [] if name in self._numbers else [(6, _I32, _UTF8)]
        return _record((1, _I32, self._type(name)), (3, _I32, _OPTIONAL), (4, _BINARY, name), *kind)

    def _type(self, name: str) -> int:
        return _DOUBLE if name in self._numbers else _BYTE_ARRAY

    def _group(self, count: int, chunks: Sequence[_Chunk]) -> bytes:
        columns = [self._column(name, count, chunk) for name, chunk in zip(self._columns, chunks, strict=True)]
        size = sum(chunk.plain_bytes for chunk in chunks)
        return _record((1, _LIST, _list(_STRUCT, columns)), (2, _I64, size), (3, _I64, count))

    def _column(self, name: str, count: int, chunk: _Chunk) -> bytes:
        encodings = _list(_I32, [_zigzag(_PLAIN), _zigzag(_RLE)])
        about = _record(
            (1, _I32, self._type(name)),
            (2, _LIST, encodings),
            (3, _LIST, _list(_BINARY, [_binary(name)])),
            (4, _I32, _GZIP),
            (5, _I64, count),
            (6, _I64, chunk.plain_bytes),
            (7, _I64, chunk.packed_bytes),
            (9, _I64, chunk.offset),
        )
        return _record((2, _I64, chunk.offset), (3, _STRUCT, about))


def _plain(value: str | float) -> bytes:
    if isinstance(value, str):
        encoded = value.encode("utf-8", "replace")
        return struct.pack("<I", len(encoded)) + encoded
    return struct.pack("<d", value)


def _record(*fields: tuple[int, int, int | str | bytes]) -> bytes:
    """A Thrift struct: number, type and value of each field, numbers rising by 15 at most."""
    out, last = bytearray(), 0
    for number, kind, value in fields:
        out.append((number - last) << 4 | kind)
        last = number
        out += _zigzag(value) if isinstance(value, int) else _binary(value) if isinstance(value, str) else value
    return bytes(out) + b"\0"


def _list(kind: int, items: Sequence[bytes]) -> bytes:
    head = bytes([len(items) << 4 | kind]) if len(items) < 15 else bytes([0xF0 | kind]) + _varint(len(items))
    return head + b"".join(items)


def _binary(text: str) -> bytes:
    encoded = text.encode()
    return _varint(len(encoded)) + encoded


def _zigzag(number: int) -> bytes:
    return _varint(number << 1 if number >= 0 else (-number << 1) - 1)


def _varint(number: int) -> bytes:
    """A number in groups of seven bits, the lowest first (ULEB128)."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
