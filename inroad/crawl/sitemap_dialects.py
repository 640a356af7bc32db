"""The three dialects in which sitemaps are written as XML: sitemaps.org with Google's extensions, RSS with RDF, and Atom.

What lives here: which elements are roots, entries, fields and none of ours, and where an item of a feed leads. What does not:
reading them (`sitemap_xml`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from inroad.crawl.sitemap_markup import attributes_of
from inroad.crawl.sitemap_model import NotASitemap

Dialect = Literal["sitemap", "rss", "atom"]
ROOTS: Final[dict[str, Dialect]] = {
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
    "url": "sitemap",
    "sitemap": "sitemap",
    "rss": "rss",
    "rdf": "rss",
    "channel": "rss",
    "feed": "atom",
}
ENTRY_TAGS: Final[dict[Dialect, frozenset[str]]] = {
    "sitemap": frozenset({"url", "sitemap"}),
    "rss": frozenset({"item"}),
    "atom": frozenset({"entry"}),
}
FIELDS: Final[dict[Dialect, frozenset[str]]] = {
    "sitemap": frozenset({"loc", "lastmod", "changefreq", "priority"}),
    "rss": frozenset({"link", "guid", "pubdate", "date"}),
    "atom": frozenset({"link", "id", "updated", "modified", "published", "issued"}),
}
OPAQUE: Final[dict[Dialect, frozenset[str]]] = {
    "sitemap": frozenset({"pagemap"}),
    "rss": frozenset({"description", "encoded", "content"}),
    "atom": frozenset({"content", "summary", "source"}),
}
DATES: Final = ("lastmod", "updated", "modified", "pubdate", "date", "published", "issued")


def dialect_of(root: str) -> Dialect:
    """The dialect that a root element's local name tells.

    Raises:
        NotASitemap: It is another document's.
    """
    if root not in ROOTS:
        what = "an HTML page" if root in ("html", "head", "body", "script", "div", "p") else f"a <{root[:40]}> document"
        raise NotASitemap(f"The answer is {what}.", reason="html-instead-of-sitemap" if what == "an HTML page" else None)
    return ROOTS[root]


def feed_location(fields: Mapping[str, str]) -> str:
    """Where a feed's item leads: RSS `link`, Atom `link href`, a permalink `guid`, RSS 1.0 `rdf:about`."""
    for name in ("link", "href", "guid", "about"):
        if name in fields:
            return fields[name]
    return fields["id"] if fields.get("id", "").startswith("http") else ""


def is_guid_without_link(name: str, attributes: str) -> bool:
    """Whether an element is an RSS `guid` that says that it is no address."""
    return name == "guid" and attributes_of(attributes).get("ispermalink", "true").lower() == "false"
