"""Documents that are no HTML, made into pages: PDF, plain text, vCard files.

What lives here: recognising the format, and the page that is made of it, so that every signal reads one kind of document. What
does not: reading PDF (`pdf`) and vCards (`vcards`).

The well-known texts are `security.txt` (RFC 9116) and `humans.txt` (https://humanstxt.org).
"""

from __future__ import annotations

import re
from html import escape
from typing import Final
from urllib.parse import urlsplit

from inroad.contacts.encoding import decode_html
from inroad.contacts.pdf import READ_FROM, UnreadablePdf, is_pdf, pdf_as_html

MAX_TEXT: Final = 400_000
MAX_TEXT_LINES: Final = 20_000
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|div|p|a|meta|script)[\s>]", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>\"']{3,500}")
_HANDLE = re.compile(r"^\s{0,20}(twitter|x|instagram|github|facebook)\s{0,5}(?::|-)\s{0,5}@([\w.\-]{2,40})\s*$", re.IGNORECASE)
_HOST_OF: Final = {
    "twitter": "twitter.com",
    "x": "x.com",
    "instagram": "www.instagram.com",
    "github": "github.com",
    "facebook": "www.facebook.com",
}
# Fields of security.txt that name no contact; signatures and policies hold addresses of others.
_NO_CONTACT = re.compile(
    r"\s{0,20}(?:acknowledgments|canonical|encryption|expires|hiring|policy|preferred-languages|hash)\s{0,5}:", re.IGNORECASE
)


def as_html(body: bytes | str, *, url: str) -> str:
    """A document as HTML.

    Args:
        body: HTML, plain text, a vCard file or a PDF; bytes are decoded by their own marks.
        url: Its address; its ending tells plain text from HTML.

    Returns:
        HTML as it came, or a page made of the document; an unreadable PDF is an empty page.
    """
    if isinstance(body, bytes):
        if is_pdf(body):
            try:
                return pdf_as_html(body)
            except UnreadablePdf:
                return ""
        body = decode_html(body)
    start = body[:2_000]
    if start.lstrip("\ufeff \t\r\n")[:11].upper() == "BEGIN:VCARD":
        return f'<html {READ_FROM}="vcard"><body><script type="text/vcard">{body.replace("</", "")}</script></body></html>'
    name = _path(url).rpartition("/")[2].lower()
    if name.endswith(".txt") and not _MARKUP.search(start):
        return _text_as_html(body[:MAX_TEXT], name)
    return body


def _path(url: str) -> str:
    try:
        return urlsplit(url or "").path
    except ValueError:
        return ""


def _text_as_html(text: str, name: str) -> str:
    is_security = name == "security.txt"
    medium = name if name in {"security.txt", "humans.txt"} else "text/plain"
    rows = []
    for line in text.splitlines()[:MAX_TEXT_LINES]:
        if is_security and line.startswith("-----BEGIN PGP SIGNATURE"):
            break
        if line.strip() and not (is_security and (_NO_CONTACT.match(line) or line.lstrip().startswith("#"))):
            rows.append(f"<p>{_linked(line[:2_000])}</p>")
    return f'<html {READ_FROM}="{medium}"><body>{"".join(rows)}</body></html>'


def _linked(line: str) -> str:
    """A line with its addresses as links; a bare handle behind its network's name is one too."""
    if handle := _HANDLE.match(line):
        return f'<a href="https://{_HOST_OF[handle.group(1).lower()]}/{handle.group(2)}">{escape(line.strip())}</a>'
    pieces, last = [], 0
    for match in _LINK.finditer(line):
        target = match.group().rstrip(".,;:!?)")
        pieces.append(f'{escape(line[last : match.start()])}<a href="{escape(target)}">{escape(target)}</a>')
        last = match.start() + len(target)
    pieces.append(escape(line[last:]))
    return "".join(pieces)
