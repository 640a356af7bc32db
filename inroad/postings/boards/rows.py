"""Answers that are pages of rows: each row found by the link to its job, its facts read from the row around the link.

Shared by HRMDirect, iCIMS, Jobvite and NEOGOV, which answer with HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborNode

from inroad.postings.boards.reading import Record, Source
from inroad.postings.documents import absolute_url, host_of, parse_html
from inroad.postings.plaintext import one_line

MAX_ROWS: Final = 5_000
ROW_TAGS: Final = frozenset({"tr", "li", "article"})

_NEXT: Final = re.compile(
    r"(?:(?:go to )?next(?: page)?(?: of results)?|nächste(?: seite)?|weiter|(?:page )?suivante?|siguiente|successiv[ao]"
    r"|avanti|volgende"
    r"|próxim[ao]|następna|more jobs|show more|load more)?\s*[›»>→]*",
    re.IGNORECASE,
)
_PAGE_NUMBER: Final = re.compile(
    r"(?:[?&;](?:p|pr|pg|page|pagenum|pagenumber|start|startrow|from|offset)="
    r"|/page/)(\d{1,6})\b",
    re.IGNORECASE,
)


def text_of(node: LexborNode | None) -> str | None:
    """An element's text as one line, None without an element or text."""
    return one_line(node.text(separator=" ")) if node is not None else None


def row_of(anchor: LexborNode, marker: re.Pattern[str]) -> LexborNode:
    """The row around a link: the nearest table row, list item or card, or an element whose class says so."""
    node = anchor.parent
    for _ in range(8):
        if node is None or node.tag in {"body", "table", "ul"}:
            break
        if node.tag in ROW_TAGS or (node.tag == "div" and marker.search(node.attributes.get("class") or "")):
            return node
        node = node.parent
    return anchor.parent or anchor


def job_anchors(text: str, source: Source, pattern: re.Pattern[str]) -> Iterator[tuple[LexborNode, str, str]]:
    """Links to jobs as (anchor, address, id), each id once, the first link that has a text."""
    seen: set[str] = set()
    for anchor in parse_html(text).css("a[href]")[: MAX_ROWS * 2]:
        href = (anchor.attributes.get("href") or "")[:2_048]
        found = pattern.search(href)
        address = absolute_url(href, source.url)
        if found is None or address is None or found.group(1) in seen or not text_of(anchor):
            continue
        seen.add(found.group(1))
        yield anchor, address, found.group(1)


def next_list_url(text: str, url: str) -> str | None:
    """The address of the list's next page, as the page itself links it.

    Args:
        text: The page.
        url: Its address.

    Returns:
        An address on the same host whose page number or offset is higher than this one's, so that no list goes in a circle; None
        on the last page.
    """
    here = _page_number(url)
    for anchor in parse_html(text).css("link[rel=next],a[href]")[: MAX_ROWS * 2]:
        target = absolute_url(anchor.attributes.get("href"), url)
        if target is None or host_of(target) != host_of(url) or not _leads_on(anchor, here):
            continue
        if _page_number(target) > here:
            return target
    return None


def _leads_on(anchor: LexborNode, here: int) -> bool:
    """Whether a link says that it leads to the next page: by its relation, its words, its class or the next number."""
    attributes = anchor.attributes
    if "next" in (attributes.get("rel") or "").split():
        return True
    said = one_line(attributes.get("aria-label") or attributes.get("title") or anchor.text(separator=" ")) or ""
    classes = attributes.get("class") or ""
    if "disabled" in classes:
        return False
    if said and (_NEXT.fullmatch(said) or said == str(max(here, 1) + 1)):
        return True
    return "next" in re.split(r"[\s_-]+", classes.lower())


def _page_number(url: str) -> int:
    found = _PAGE_NUMBER.search(url[:2_048])
    return int(found.group(1)) if found else 0


def unread(job: Record, source: Source) -> None:
    """Reads nothing: for boards without JSON of their own, so that whatever comes is left to the generic reader."""
    del job, source
