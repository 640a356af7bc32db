"""Reads back the Parquet files that exports write, from the format's description and not from the writer."""

from __future__ import annotations

import struct
import zlib
from typing import Any

STOP, TRUE, FALSE, I32, I64, BINARY, LIST, STRUCT = 0, 1, 2, 5, 6, 8, 9, 12


class Thrift:
    """Thrift's compact protocol, as far as Parquet's headers use it: structs become mappings of field numbers."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def value(self, kind: int) -> Any:
        if kind in (TRUE, FALSE):
            return kind == TRUE
        if kind in (I32, I64):
            number = self.varint()
            return (number >> 1) ^ -(number & 1)
        if kind == BINARY:
            size = self.varint()
            self.at += size
            return self.data[self.at - size : self.at]
        if kind == LIST:
            head = self.data[self.at]
            self.at += 1
            size = head >> 4 if head >> 4 < 15 else self.varint()
            return [self.value(head & 15) for _ in range(size)]
        assert kind == STRUCT, kind
        return self.struct()

    def struct(self) -> dict[int, Any]:
        fields: dict[int, Any] = {}
        number = 0
        while head := self.data[self.at]:
            self.at += 1
            number = number + (head >> 4) if head >> 4 else self.value(I32)
            fields[number] = self.value(head & 15)
        self.at += 1
        return fields


def read_parquet(data: bytes) -> tuple[dict[str, int], list[dict[str, Any]], int]:
    """Columns with their physical types, all rows, and the number of row groups."""
    assert (data[:4], data[-4:]) == (b"PAR1", b"PAR1")
    (size,) = struct.unpack("<I", data[-8:-4])
    footer = Thrift(data[-8 - size : -8]).struct()
    types = {element[4].decode(): element[1] for element in footer[2][1:]}
    rows: list[dict[str, Any]] = []
    for group in footer[4]:
        columns = {}
        for chunk in group[1]:
            about = chunk[3]
            columns[about[3][0].decode()] = _values(data, about)
        rows += [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    assert footer[3] == len(rows)
    return types, rows, len(footer[4])


def _values(data: bytes, about: dict[int, Any]) -> list[Any]:
    page = Thrift(data, about[9])
    header = page.struct()
    packed = data[page.at : page.at + header[3]]
    assert page.at + header[3] == about[9] + about[7]
    plain = zlib.decompress(packed, wbits=31)
    assert len(plain) == header[2]
    (size,) = struct.unpack_from("<I", plain)
    levels = Thrift(plain[: 4 + size], 4)
    present: list[bool] = []
    while levels.at < 4 + size:
        run = levels.varint()
        assert run & 1 == 0, "a run, and not bit-packed"
        present += [bool(plain[levels.at])] * (run >> 1)
        levels.at += 1
    assert len(present) == header[5][1] == about[5]
    at, out = 4 + size, []
    for has_value in present:
        if not has_value:
            out.append(None)
        elif about[1] == 5:
            out.append(struct.unpack_from("<d", plain, at)[0])
            at += 8
        else:
            (length,) = struct.unpack_from("<I", plain, at)
            out.append(plain[at + 4 : at + 4 + length].decode())
            at += 4 + length
    assert at == len(plain)
    return out
