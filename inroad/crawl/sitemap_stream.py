"""From the bytes of a sitemap to its text, piece by piece.

What lives here: reading in chunks, gzip by its magic bytes, the limits on size and expansion, finding the encoding and decoding.
What does not: what the text means (`sitemap_xml`, `sitemaps`).
"""

from __future__ import annotations

import codecs
import io
import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from inroad.crawl.encodings import LENIENT, codec_of, codec_of_mark
from inroad.crawl.sitemap_model import NotASitemap, SitemapLimits, SitemapTooLarge

_CHUNK_BYTES: Final = 65_536
_EXPANSION_GRACE_BYTES: Final = 8_388_608
_MAX_GZIP_LAYERS: Final = 2  # some servers compress a file that is compressed already
_GZIP_MAGIC: Final = b"\x1f\x8b"
_XML_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._\-]{1,40})[\"']")


def text_chunks(source: bytes | BinaryIO, limits: SitemapLimits) -> Iterator[str]:
    """The text of a sitemap in pieces; memory stays flat whatever its size.

    A truncated or damaged compressed stream ends where it broke.

    Args:
        source: The body, or a file opened in binary mode.
        limits: What is too much.

    Raises:
        SitemapTooLarge: Past `max_bytes` or `max_expansion`.
        NotASitemap: A compressed stream that is broken from its start.
    """
    chunks = _bounded(_raw_chunks(source), limits)
    for _ in range(_MAX_GZIP_LAYERS):
        head, chunks = _peek(chunks)
        if not head.startswith(_GZIP_MAGIC):
            break
        chunks = _gunzip(chunks, limits)
    head, chunks = _peek(chunks)
    decoder = codecs.getincrementaldecoder(_codec(head))(LENIENT)
    is_first = True
    for chunk in chunks:
        text = decoder.decode(chunk)
        if is_first and text:
            text, is_first = text.removeprefix("\ufeff"), False
        if text:
            yield text
    if rest := decoder.decode(b"", final=True):
        yield rest


def _raw_chunks(source: bytes | BinaryIO) -> Iterator[bytes]:
    stream = io.BytesIO(source) if isinstance(source, bytes | bytearray) else source
    while chunk := stream.read(_CHUNK_BYTES):
        yield chunk


def _bounded(chunks: Iterator[bytes], limits: SitemapLimits) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limits.max_bytes:
            raise SitemapTooLarge(f"The sitemap has more than {limits.max_bytes:,} bytes.")
        yield chunk


def _peek(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes (1,024 where there are as many), and all chunks again."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= 1_024:
            break
    return head, _chain(head, chunks)


def _chain(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from chunks


def _gunzip(chunks: Iterator[bytes], limits: SitemapLimits) -> Iterator[bytes]:
    """Inflates one or more gzip members, holding the output to the limits while it streams."""
    inflater = zlib.decompressobj(wbits=31)
    bytes_in = bytes_out = 0
    for chunk in chunks:
        bytes_in += len(chunk)
        while chunk:
            if inflater.eof:
                if not chunk.startswith(_GZIP_MAGIC[: len(chunk)]):
                    return  # padding after the last member
                inflater = zlib.decompressobj(wbits=31)
            try:
                data = inflater.decompress(chunk, _CHUNK_BYTES)
            except zlib.error as error:
                if bytes_out == 0:
                    raise NotASitemap("The compressed sitemap is damaged from its start.", reason="bad-gzip") from error
                return
            bytes_out += len(data)
            _check_expansion(bytes_in, bytes_out, limits)
            if data:
                yield data
            chunk = inflater.unused_data if inflater.eof else inflater.unconsumed_tail


def _check_expansion(bytes_in: int, bytes_out: int, limits: SitemapLimits) -> None:
    if bytes_out > limits.max_bytes:
        raise SitemapTooLarge(f"The sitemap inflates to more than {limits.max_bytes:,} bytes.")
    if bytes_out > _EXPANSION_GRACE_BYTES and bytes_out > bytes_in * limits.max_expansion:
        raise SitemapTooLarge(f"The sitemap inflates to more than {limits.max_expansion} times its size.", reason="gzip-bomb")


def _codec(head: bytes) -> str:
    """By byte order mark, by the pattern of zero bytes, by the XML declaration (XML 1.0 appendix F), else UTF-8."""
    if codec := codec_of_mark(head):
        return codec
    if head[:4] == b"<\x00?\x00" or head[1:2] == b"\x00" != head[:1]:
        return "utf-16-le"
    if head[:2] == b"\x00<":
        return "utf-16-be"
    declared = _XML_DECLARATION.search(head[:1_024])
    codec = codec_of(declared[1].decode("ascii")) if declared else None
    # A declaration that could be read as ASCII cannot be UTF-16, whatever it says (.NET writes such).
    return codec if codec and not codec.startswith("utf-16") else "utf-8"
