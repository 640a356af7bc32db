"""The links of a page: where its reader, and its browser, would go next.

What lives here: anchors, frames, scripts and feeds, canonical and each once. What does not: what a link means (`classify`) and
addresses that are no pages (`mailto:`, `tel:`), which belong to the contacts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

from selectolax.lexbor import LexborNode

from inroad.crawl.html import Page, base_url, parse_html
from inroad.crawl.urls import InvalidUrl, canonical_url

LinkKind = Literal["anchor", "frame", "script", "link"]

MAX_LINKS: Final = 5_000
"""Links kept of a page; the largest of 211 company pages has about 1,000."""
_MAX_TEXT_CHARS: Final = 200
_MAX_FEEDS: Final = 20

_SELECTOR: Final = "a[href], area[href], iframe[src], frame[src], embed[src], script[src], link[href]"
_KINDS: Final[dict[str, tuple[LinkKind, str]]] = {
    "a": ("anchor", "href"),
    "area": ("anchor", "href"),
    "iframe": ("frame", "src"),
    "frame": ("frame", "src"),
    "embed": ("frame", "src"),
    "script": ("script", "src"),
    "link": ("link", "href"),
}
_FEED_TYPES: Final = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})
_MAX_REMEMBERED: Final = 200  # characters of a path that is remembered: 16,384 of them take 10 MB at most


@dataclass(frozen=True, slots=True)
class Link:
    """One link.

    Attributes:
        url: Canonical target.
        text: What the reader sees: the anchor's text, else its label, title or image's description; at most 200 characters.
        rel: The `rel` words in lower case.
        kind: "anchor", "frame" (a document shown inside), "script", or "link" (the head's link element).
    """

    url: str
    text: str
    rel: tuple[str, ...]
    kind: LinkKind


def extract_links(html: Page, *, url: str) -> list[Link]:
    """The http(s) links of a page in document order, each target once per kind, at most `MAX_LINKS`.

    A target that is linked several times keeps the first text that is not empty. Links to places in the page itself are left out.

    Args:
        html: The page.
        url: Where it was read; `base href` is obeyed.
    """
    tree = parse_html(html)
    base = base_url(tree, url)
    origin = _target("/", base)
    found: dict[tuple[LinkKind, str], Link] = {}
    for node in tree.css(_SELECTOR):
        link = _link(node, base, origin)
        if link is None:
            continue
        key = (link.kind, link.url)
        known = found.get(key)
        if known is None and len(found) < MAX_LINKS:
            found[key] = link
        elif known is not None and link.text and not known.text:
            found[key] = replace(known, text=link.text)
    return list(found.values())


def feed_links(html: Page, url: str) -> list[str]:
    """Canonical URLs of the feeds a page declares (`link rel=alternate` with a feed's type), at most 20."""
    tree = parse_html(html)
    base = base_url(tree, url)
    found: dict[str, None] = {}
    for node in tree.css("link[href][type]"):
        attributes = node.attributes
        kind = (attributes.get("type") or "").partition(";")[0].strip().lower()
        if kind in _FEED_TYPES and "alternate" in (attributes.get("rel") or "").lower().split():
            target = _target(attributes.get("href") or "", base)
            if target and len(found) < _MAX_FEEDS:
                found[target] = None
    return list(found)


def _link(node: LexborNode, base: str, origin: str | None) -> Link | None:
    kind, attribute = _KINDS[node.tag or "a"]
    attributes = node.attributes
    href = (attributes.get(attribute) or "").strip()
    if not href or href[0] == "#":
        return None
    if origin is not None and href[0] == "/" and href[1:2].isalnum() and len(href) <= _MAX_REMEMBERED:
        target = _rooted_target(href, origin)
    else:
        target = _target(href, base)
    if target is None:
        return None
    text = _text(node, attributes) if kind == "anchor" else attributes.get("title") or ""
    rel = attributes.get("rel")
    words = tuple(rel.lower().split()[:16]) if rel else ()
    return Link(target, " ".join(text[: _MAX_TEXT_CHARS * 8].split())[:_MAX_TEXT_CHARS], words, kind)


def _target(href: str, base: str) -> str | None:
    try:
        return canonical_url(href, base=base)
    except InvalidUrl:
        return None


@lru_cache(maxsize=16_384)
def _rooted_target(href: str, origin: str) -> str | None:
    """The target of a path from the site's root, which no page's own address changes: a site's menu is on all of its pages."""
    return _target(href, origin)


def _text(node: LexborNode, attributes: dict[str, str | None]) -> str:
    text = node.text(separator=" ")
    if text.strip():
        return text
    label = attributes.get("aria-label") or attributes.get("title")
    if label:
        return label
    image = node.css_first("img[alt]")
    return (image.attributes.get("alt") or "") if image is not None else ""
