"""Which URLs belong to a domain, and the pages that a document's links make known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from inroad.crawl.classify import CLASSIFIER_VERSION, PageClass, PageType, classify_page
from inroad.crawl.links import Link, extract_links
from inroad.crawl.urls import canonical_url, host_of
from inroad.guard.errors import PermanentError
from inroad.settings import Settings
from inroad.stages.origins import renamed
from inroad.store.models import Domain
from inroad.store.page_kinds import NamedPage
from inroad.store.pages import add_pages, page_count

# A site whose sitemaps list fewer pages than this is explored by every link; larger ones only by links worth reading.
SMALL_SITE = 50
LINKS_FOLLOWED = 500
ASSETS = (
    ".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg", ".ico", ".bmp", ".css", ".js", ".mjs", ".map", ".json",
    ".xml", ".rss", ".atom", ".gz", ".zip", ".rar", ".7z", ".tar", ".exe", ".dmg", ".apk", ".pdf", ".doc", ".docx",
    ".xls", ".xlsx", ".ppt", ".pptx", ".csv", ".txt", ".mp3", ".mp4", ".webm", ".mov", ".avi", ".ogg", ".wav", ".woff",
    ".woff2", ".ttf", ".eot", ".ics", ".vcf", ".eps", ".ai", ".psd",
)  # fmt: skip


# Files that are read although they are no pages: cards, and sheets that their link calls by what they say of the company.
CARDS = (".vcf", ".vcard")
SHEETS = (".pdf",)
_FORMAT = re.compile(r"[(\[|,–]|\s-\s|\bPDF\b", re.IGNORECASE)
SHEET_TYPES = frozenset({"CONTACT_ROOT", "CONTACT", "IMPRINT", "TEAM", "ABOUT"})


def is_own_url(domain: Domain, url: str) -> bool:
    """Whether a URL belongs to a domain: in its registrable domain, or on a host that its allow-list names."""
    host = host_of(url)
    return host == domain.name or host.endswith("." + domain.name) or host in domain.allowed_hosts


def own_urls(domain: Domain, urls: Iterable[str], *, base: str) -> list[str]:
    """URLs in canonical form that belong to the domain, in order and without repetition; what is none is left out."""
    out: dict[str, None] = {}
    for url in urls:
        try:
            canonical = canonical_url(url, base=base)
        except PermanentError:
            continue
        if is_own_url(domain, canonical):
            out[canonical] = None
    return list(out)


def is_asset(url: str) -> bool:
    """Whether a URL names a file that is no page, by its ending."""
    return url.split("?", 1)[0].lower().endswith(ASSETS)


def is_file(url: str) -> bool:
    """Whether a URL names a file that is read although it is no page: a card or a sheet."""
    return url.split("?", 1)[0].lower().endswith((*CARDS, *SHEETS))


def file_row(link: Link) -> dict[str, Any] | None:
    """The columns of a linked card or sheet that is worth a place behind the pages; None for any other file."""
    path = link.url.split("?", 1)[0].lower()
    if path.endswith(CARDS):
        return {**page_row(link.url, source="link", title=link.text, page_type="CONTACT"), "priority_level": 2}
    if not path.endswith(SHEETS):
        return None
    # "Imprint (PDF, 2 MB)": what stands before the format; else the file's own name.
    words = _FORMAT.split(link.text, maxsplit=1)[0].strip()
    kind = classify_page(link.url, title=words)
    if kind.page_type not in SHEET_TYPES:
        kind = classify_page(path.removesuffix(".pdf"))
    if kind.page_type not in SHEET_TYPES:
        return None
    return {**page_row(link.url, source="link", page_type=kind.page_type), "priority_level": 2}


def page_row(
    url: str, *, source: str, title: str | None = None, lastmod: str | None = None, page_type: str | None = None
) -> dict[str, Any]:
    """The columns of a page that is known only by its URL and what links to it."""
    kind = classify_page(url, title=title)
    return {
        "url": url,
        "source": source,
        "page_type": page_type or kind.page_type,
        "priority_level": 1 if page_type else kind.priority_level,
        "classifier_version": CLASSIFIER_VERSION,
        "lastmod": lastmod,
    }


def add_linked_pages(
    session: Session, settings: Settings, domain: Domain, html: str, *, url: str, postings: Sequence[str] = ()
) -> int:
    """Adds the pages that a document links to: all of a small site's, of a larger one only those worth reading.

    Args:
        session: Transaction.
        settings: `urls_per_domain` bounds the domain.
        domain: Links that leave it are left out.
        html: The document.
        url: Where it was read.
        postings: URLs that a careers page lists as its jobs; they are postings whatever their address says.

    Returns:
        Pages that are new. Cards (vCard) and PDFs that a link calls contact, imprint, team or about count as pages.
    """
    room = max(settings.urls_per_domain - page_count(session, domain.id), 0)
    is_small = page_count(session, domain.id, source="sitemap") < SMALL_SITE
    rows = linked_rows(domain, extract_links(html, url=url), postings=own_urls(domain, postings, base=url), takes_all=is_small)
    return add_pages(session, domain.id, list(rows.values())[: min(room, LINKS_FOLLOWED)])


def linked_rows(
    domain: Domain, links: Iterable[Link], *, postings: Sequence[str] = (), takes_all: bool
) -> dict[str, dict[str, Any]]:
    """The pages of a domain that a document links to, by URL: what a careers page lists as its jobs first.

    Args:
        domain: Links that leave it are left out.
        links: Of the document.
        postings: Canonical URLs of the domain that are jobs, whatever their address says.
        takes_all: Whether links that are not worth reading for themselves are taken too.
    """
    rows: dict[str, dict[str, Any]] = {
        job: page_row(job, source="link", page_type="POSTING")
        for job in sorted({renamed(domain, posting) for posting in postings})
        if not is_asset(job)
    }
    for given in links:
        link = replace(given, url=renamed(domain, given.url)) if domain.origin_aliases else given
        if link.kind != "anchor" or link.url in rows or not is_own_url(domain, link.url):
            continue
        row = file_row(link) if is_asset(link.url) else page_row(link.url, source="link", title=link.text)
        if row is not None and (row["priority_level"] == 1 or takes_all or is_asset(link.url)):
            rows[link.url] = row
    return rows


def reclassified(page: NamedPage) -> PageClass:
    """What the present classifier calls a page that an older one named."""
    kind = classify_page(page.url, title=page.title)
    is_job = page.page_type == "POSTING" and kind.priority_level > 1
    if is_file(page.url) or is_job:  # the link to it, or a careers page, said so, which its address cannot
        return PageClass(PageType(page.page_type), page.priority_level)
    return kind
