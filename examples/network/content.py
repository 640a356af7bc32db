"""Content as it lies on disk: page sources with their front matter, layouts, and the bytes that come of them.

A page source is a text file: `key: value` lines, a line of three dashes, then HTML. The site's layout is put around it. In both
a few marks in double braces are filled in: `{{title}}`, `{{description}}`, `{{path}}`, `{{canonical}}`, `{{main}}`,
`{{cf:ADDRESS}}` (the hexadecimal form in which Cloudflare hides an e-mail address) and `{{control}}` (control characters that
no page should hold). How the bytes are served is not decided here.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
}
COMPRESSIBLE = ("text/", "application/json", "application/xml", "application/rss+xml", "application/atom+xml", "image/svg+xml")
CONTROL_CHARACTERS = "\x01\x08\x0b\x0c\x0e\x1b\x1f\x7f\x85\ufffe"
_MARK = re.compile(r"\{\{(\w+)(?::([^{}]*))?\}\}")


@dataclass(frozen=True)
class Resource:
    """Bytes at an address.

    Attributes:
        body: The body before any content coding.
        content_type: The Content-Type header as sent, which need not be the truth.
        last_modified: Aware UTC time, whole seconds.
    """

    body: bytes
    content_type: str
    last_modified: datetime

    @cached_property
    def etag(self) -> str:
        """Strong entity tag of the plain body, quotes included."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'

    @cached_property
    def gzipped(self) -> bytes | None:
        """The body in gzip, or None where that would not pay."""
        if len(self.body) < 512 or not self.content_type.startswith(COMPRESSIBLE):
            return None
        return gzip_bytes(self.body)


@dataclass(frozen=True, slots=True)
class Source:
    """A page source taken apart: the front matter and the HTML under it."""

    facts: dict[str, str]
    html: str

    @classmethod
    def read(cls, path: Path) -> Source:
        """Read a page source.

        Raises:
            ValueError: The file has no line of three dashes, or a line above it is not `key: value`.
        """
        head, dashes, html = path.read_text(encoding="utf-8").partition("\n---\n")
        if not dashes:
            raise ValueError(f"{path}: no line of three dashes ends the front matter")
        facts = {}
        for line in head.splitlines():
            key, colon, value = line.partition(":")
            if not colon:
                raise ValueError(f"{path}: {line!r} is not 'key: value'")
            facts[key.strip()] = value.strip()
        return cls(facts, html)

    @property
    def modified(self) -> datetime:
        """When the page last changed, by its front matter."""
        return datetime.fromisoformat(self.facts["modified"]).replace(tzinfo=UTC)


def render(source: Source, *, layout: str, path: str, origin: str) -> Resource:
    """Put a page source into its layout.

    Args:
        source: The page.
        layout: HTML with a `{{main}}` mark; just that mark where the source is a whole document.
        path: The page's path on its site.
        origin: Scheme and host of the site, without a slash at the end.
    """
    nest = int(source.facts.get("nest", "0"))
    main = "<div>" * nest + source.html + "</div>" * nest
    main += ("<div>" * nest + "</div>" * nest) * int(source.facts.get("towers", "0"))
    values = {
        "title": source.facts["title"],
        "description": source.facts.get("description", ""),
        "path": path,
        "canonical": origin + path,
    }
    text = _fill(layout.replace("{{main}}", main), values)
    body = text.encode(source.facts.get("charset", "utf-8"), errors="xmlcharrefreplace")
    return Resource(body, source.facts.get("content-type", CONTENT_TYPES[".html"]), source.modified)


def _fill(text: str, values: dict[str, str]) -> str:
    def value(mark: re.Match[str]) -> str:
        match mark[1]:
            case "cf":
                return cloudflare_hex(mark[2])
            case "control":
                return CONTROL_CHARACTERS
            case name:
                return values[name]

    return _MARK.sub(value, text)


def cloudflare_hex(address: str) -> str:
    """An e-mail address as Cloudflare's e-mail protection writes it: a key byte, then each byte xor the key, in hexadecimal."""
    data = address.encode()
    key = 0x40 | sum(data) % 0x3F
    return bytes([key, *(byte ^ key for byte in data)]).hex()


def gzip_bytes(data: bytes) -> bytes:
    """`data` in gzip without a time stamp, so that equal content has equal bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()
