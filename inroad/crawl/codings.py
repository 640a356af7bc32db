"""Content codings: a compressed answer unpacked piece by piece, within limits.

What lives here: gzip, deflate and, where their packages are installed, br and zstd, stacked or not (RFC 9110 section 8.4). What
does not: character encodings, and compressed files such as `sitemap.xml.gz` (their readers unpack them).

Every step gives at most `_PIECE` bytes, so a bomb is seen after its first pieces and never held in memory.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Final, Protocol

_PIECE: Final = 262_144  # bytes that one step of a decoder gives at most
_MAX_STACKED: Final = 3  # codings on one answer; servers that compress twice exist, more is an attack


class DecodingFailed(ValueError):
    """The answer is not in the coding that its header names."""


class _Decoder(Protocol):
    is_complete: bool

    def feed(self, data: bytes) -> Iterator[bytes]: ...


class _Inflate:
    """gzip of any number of members, or deflate with or without the zlib header; what follows the end is ignored."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._engine = zlib.decompressobj(zlib.MAX_WBITS | 16) if gzip else None
        self._head = b""  # of a deflate stream, until its two deciding bytes are there
        self._members = 0
        self.is_complete = True  # an empty answer is whole

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._engine is None:
            self._head += data
            if len(self._head) < 2:
                return
            self._engine, data = zlib.decompressobj(_deflate_bits(self._head)), self._head
        while data and (not self._engine.eof or self._next_member(data)):
            yield from self._drain(data)
            self.is_complete = self._engine.eof
            self._members += self._engine.eof
            data = self._engine.unused_data

    def _next_member(self, data: bytes) -> bool:
        """A further gzip member begins; padding and rubbish after the end are dropped, as browsers drop them."""
        if not self._gzip or not data.startswith(b"\x1f\x8b"):
            return False
        self._engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return True

    def _drain(self, data: bytes) -> Iterator[bytes]:
        assert self._engine is not None
        while True:
            try:
                piece = self._engine.decompress(data, _PIECE)
            except zlib.error as error:
                if self._members:  # rubbish that looked like another member
                    return
                raise DecodingFailed(str(error)) from error
            if piece:
                yield piece
            data = self._engine.unconsumed_tail
            # A full piece may leave output inside the engine although all input was taken.
            if self._engine.eof or (not data and len(piece) < _PIECE):
                return


def _deflate_bits(head: bytes) -> int:
    """Zlib's header (RFC 1950) or none: many servers send "deflate" bare (RFC 1951)."""
    has_header = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS


class _Brotli:
    """br (RFC 7932) by the package `brotli`, in bounded steps."""

    def __init__(self) -> None:
        self._module: Any = import_module("brotli")
        self._engine: Any = self._module.Decompressor()
        self.is_complete = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            piece = self._engine.process(data, output_buffer_limit=_PIECE)
            while piece:
                yield piece
                piece = self._engine.process(b"", output_buffer_limit=_PIECE)
        except self._module.error as error:
            raise DecodingFailed(str(error)) from error
        self.is_complete = bool(self._engine.is_finished())


class _Zstd:
    """zstd (RFC 8878) by the standard library's module or its backport, in bounded steps, several frames."""

    def __init__(self, module: str) -> None:
        self._module: Any = import_module(module)
        self._engine: Any = self._module.ZstdDecompressor()
        self.is_complete = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not data:
            return
        try:
            while data or not self._engine.needs_input:
                if self._engine.eof:
                    self._engine = self._module.ZstdDecompressor()
                piece = self._engine.decompress(data, _PIECE)
                if piece:
                    yield piece
                data = self._engine.unused_data if self._engine.eof else b""
                if self._engine.eof and not data:
                    break
        except self._module.ZstdError as error:
            raise DecodingFailed(str(error)) from error
        self.is_complete = bool(self._engine.eof)


def _installed() -> dict[str, Callable[[], _Decoder]]:
    decoders: dict[str, Callable[[], _Decoder]] = {
        "gzip": lambda: _Inflate(gzip=True),
        "x-gzip": lambda: _Inflate(gzip=True),
        "deflate": lambda: _Inflate(gzip=False),
    }
    try:
        # Before 1.2 the package has no limit on what one step gives, so a bomb of 34 bytes would win.
        import_module("brotli").Decompressor().process(b"", output_buffer_limit=1)
        decoders["br"] = _Brotli
    except (ImportError, AttributeError, TypeError):
        pass
    for module in ("compression.zstd", "backports.zstd"):
        try:
            import_module(module)
        except ImportError:
            continue
        decoders["zstd"] = lambda module=module: _Zstd(module)  # type: ignore[misc]
        break
    return decoders


_DECODERS: Final = _installed()

ACCEPT_ENCODING: Final = ", ".join(name for name in _DECODERS if name != "x-gzip")
"""What to ask servers for: the codings that can be unpacked here."""


class Unpacker:
    """Unpacks the pieces of one answer.

    Args:
        header: The Content-Encoding header, `gzip` or `gzip, br`; empty for none.

    Raises:
        DecodingFailed: A coding that is not known here, or more than three of them.
    """

    def __init__(self, header: str) -> None:
        names = [name for part in header.lower().split(",") if (name := part.strip()) not in ("", "identity")]
        if len(names) > _MAX_STACKED:
            raise DecodingFailed(f"{len(names)} codings one over another")
        unknown = [name for name in names if name not in _DECODERS]
        if unknown:
            raise DecodingFailed(f"the coding {unknown[0][:40]!r} is not known here")
        self._stack = [_DECODERS[name]() for name in reversed(names)]

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Unpacked pieces of at most 256 KiB each.

        Raises:
            DecodingFailed: The bytes are not in the coding.
        """
        pieces: Iterator[bytes] = iter((data,))
        for decoder in self._stack:
            pieces = _through(decoder, pieces)
        return pieces

    @property
    def is_complete(self) -> bool:
        """Whether every coding has seen its end; False when the answer was cut off."""
        return all(decoder.is_complete for decoder in self._stack)


def _through(decoder: _Decoder, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield from decoder.feed(piece)
