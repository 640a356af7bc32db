"""What a page is for, told from its URL and title alone, before anything is fetched.

What lives here: the rules. What does not: the words (`page_words`), and judging fetched pages (`verdicts`).

The rules look at the last path segments first, because sites name their pages there, and at titles only when the URL says
nothing. Millions of URLs go through here, so everything is a set or dictionary look-up (4.7 us a URL).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple
from urllib.parse import unquote

from inroad.crawl.page_words import (
    COMPANY_PREFIXES,
    CONTAINERS,
    JOB_ENDINGS,
    JOB_OVERVIEWS,
    JOB_WORDS,
    LANGUAGES,
    PLACES,
    POSSESSIVES,
    POSTING_SECTIONS,
    SLUGS,
    WEAK_WORDS,
    PageType,
)

__all__ = ["CLASSIFIER_VERSION", "PageClass", "PageType", "classify_page"]

CLASSIFIER_VERSION: Final = "2"
"""Stored with each row; a page classified by an older version is classified again."""


class PageClass(NamedTuple):
    """What a page is for and how soon it is worth reading.

    Attributes:
        page_type: Its type.
        priority_level: 1 (where contacts and jobs are) to 3 (anything else).
    """

    page_type: PageType
    priority_level: int


_LEVELS: Final = {PageType.LEGAL: 2, PageType.PRODUCT: 2, PageType.BLOG: 3, PageType.UNKNOWN: 3}
_CLASSES: Final = {page_type: PageClass(page_type, _LEVELS.get(page_type, 1)) for page_type in PageType}

_MAX_URL_CHARS: Final = 2_048
_MAX_TITLE_CHARS: Final = 300
_MAX_SEGMENTS: Final = 12
_MAX_PHRASE_WORDS: Final = 4  # a longer slug is a headline, and headlines mention everything
_JOB_HOSTS: Final = frozenset(
    {"jobs", "job", "careers", "career", "karriere", "stellen", "stellenangebote", "recruiting", "apply", "werkenbij", "vagas"}
)
_BOARDS: Final = (
    "greenhouse.io", "lever.co", "ashbyhq.com", "workable.com", "smartrecruiters.com", "personio.de", "personio.com",
    "recruitee.com", "myworkdayjobs.com",
    "teamtailor.com", "breezy.hr", "bamboohr.com", "jobvite.com", "icims.com", "softgarden.io", "join.com",
)  # fmt: skip
_JOB_QUERY = re.compile(
    r"[?&](?:gh_jid|job_?id|jobid|vacancy_?id|stellen_?id|job|jid|position_?id)=[A-Za-z0-9\-]{2,}", re.IGNORECASE
)
_LANGUAGE_QUERY = re.compile(r"\?(?:lang|language|locale|hl|l)=[A-Za-z]{2}(?:[-_][A-Za-z]{2})?")
_COPIES: Final = "23456789"  # WordPress numbers a second page of one name
_GENDER_MARK = re.compile(r"(?:^|-)(?:[mwfdhx](?:-[mwfdhx]){1,3}|mwd|mfd|wmd|all-genders|gn)(?:-|$)")
_TITLE_GENDER_MARK = re.compile(r"\((?:[mwfdhx*]\s?[/|,]\s?){1,3}[mwfdhx*]\)|\(all genders\)|\(gn\)", re.IGNORECASE)
_EXTENSION = re.compile(r"\.(?:html?|php\d?|aspx?|jsp|jsf|cfm|shtml|xhtml|do|action)$")
_FILE = re.compile(r"\.(?:pdf|jpe?g|png|gif|svg|webp|zip|docx?|xlsx?|pptx?|mp[34]|css|js|xml|json|ico|woff2?|rss|atom|txt|csv)$")
_DATED = re.compile(r"/(?:19|20)\d\d/(?:0?[1-9]|1[0-2])(?:/|$)")
_IDENTIFIED = re.compile(r"\d{3,}|[0-9a-f]{8}-[0-9a-f]{4}-")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_TITLE_BREAKS = re.compile(r"\s+[|\-–—·•»:/]\s*|[|•»:]\s*")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d"})
_HOMES: Final = frozenset(
    {"index", "home", "start", "startseite", "accueil", "inicio", "default", "main", "strona-glowna", "homepage"}
)


def classify_page(url: str, *, title: str | None = None) -> PageClass:
    """Tells what a page is for.

    Args:
        url: Canonical URL.
        title: The page's title or the text of a link to it, where known.

    Returns:
        The type and its priority. Never raises: what says nothing is UNKNOWN.
    """
    host, path, query = _split(url)
    segments = _segments(path)
    page_type = _by_path(host, segments, path, query)
    if title and page_type in (PageType.UNKNOWN, PageType.CAREERS, PageType.PRODUCT):
        page_type = _by_title(title[:_MAX_TITLE_CHARS], page_type, is_top=len(segments) <= 1)
    if page_type is PageType.UNKNOWN and len(segments) == 1 and not query and not _FILE.search(path):
        return _TOP_LEVEL
    return _CLASSES[page_type]


_TOP_LEVEL: Final = PageClass(PageType.UNKNOWN, 2)


def _split(url: str) -> tuple[str, str, str]:
    rest = url[:_MAX_URL_CHARS].partition("#")[0].partition("://")[2]
    hierarchy, mark, query = rest.partition("?")
    host, _, path = hierarchy.partition("/")
    if "%" in path:
        path = unquote(path)
    return host.lower(), f"/{path.lower()}", mark + query


def _segments(path: str) -> list[str]:
    """The path's segments as slugs, without extension, leading languages and containers."""
    segments = [segment for segment in path.split("/")[: _MAX_SEGMENTS + 1] if segment]
    if not segments:
        return segments
    if "." in segments[-1]:
        segments[-1] = _EXTENSION.sub("", segments[-1])
    slugs = [segment if segment.isalpha() and segment.isascii() else _slug(segment) for segment in segments]
    while slugs and (slugs[0] in LANGUAGES or slugs[0] in CONTAINERS):
        del slugs[0]
    if slugs and slugs[-1] in _HOMES:
        del slugs[-1]
    return slugs


def _slug(text: str) -> str:
    """Lower-case words without accents, joined by hyphens; German umlauts as two letters."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_UMLAUTS)
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return _SEPARATORS.sub("-", text).strip("-")


def _by_path(host: str, segments: list[str], path: str, query: str) -> PageType:
    is_job_host = host.partition(".")[0] in _JOB_HOSTS or host.endswith(_BOARDS)
    if query and _JOB_QUERY.search(query):
        return PageType.POSTING
    if not segments:
        if is_job_host:
            return PageType.CAREERS
        is_home = not query or _LANGUAGE_QUERY.fullmatch(query) or (path.count("/") == 1 and "=" not in query)
        return PageType.HOME if is_home else PageType.UNKNOWN
    last = segments[-1]
    if "." in path and _FILE.search(path):
        return PageType.UNKNOWN
    if is_job_host:
        return _on_job_host(host, segments)
    parents = segments[:-1]
    last, found = _named(last)
    sections = [kind for parent in parents if (kind := SLUGS.get(parent)) is not None]
    if found is PageType.CONTACT:
        return PageType.CONTACT_ROOT if not parents else PageType.CONTACT
    if PageType.CAREERS in sections or not POSTING_SECTIONS.isdisjoint(parents):
        return _in_careers(last, parents)
    if found is PageType.IMPRINT:
        return found
    is_product = bool(sections) and sections[0] is PageType.PRODUCT
    if not is_product and (PageType.BLOG in sections or (len(segments) > 2 and _DATED.search(path))):
        return PageType.BLOG
    if is_product and found not in (PageType.TEAM, PageType.CAREERS, PageType.LEGAL):
        return PageType.PRODUCT
    if found is not None:
        return found
    if last in PLACES:
        return PageType.CONTACT
    if not parents and last.startswith(COMPANY_PREFIXES) and last.count("-") < _MAX_PHRASE_WORDS:
        return PageType.ABOUT
    if "-" in last and _GENDER_MARK.search(last) and any(word in JOB_WORDS for word in last.split("-")):
        return PageType.POSTING
    return sections[-1] if sections and sections[-1] is not PageType.CONTACT else _by_words(last, sections)


def _named(slug: str) -> tuple[str, PageType | None]:
    """A slug without what says nothing (`unsere-leistungen`, `contact-us-2`), and the type that it stands for."""
    found = SLUGS.get(slug)
    if found is not None or "-" not in slug:
        return slug, found
    plain = slug[:-2] if slug[-2:-1] == "-" and slug[-1] in _COPIES else slug
    for prefix in POSSESSIVES if plain.startswith(POSSESSIVES) else ():
        own = plain.removeprefix(prefix)
        if own != plain and (own in SLUGS or own in PLACES):
            return own, SLUGS.get(own)
    return (plain, SLUGS[plain]) if plain in SLUGS else (slug, None)


def _on_job_host(host: str, segments: list[str]) -> PageType:
    depth = 2 if host.endswith(_BOARDS) and host.startswith(("boards.", "job-boards.", "jobs.", "apply.")) else 1
    if SLUGS.get(segments[-1]) in (PageType.IMPRINT, PageType.LEGAL):
        return SLUGS[segments[-1]]
    if len(segments) < depth or segments[-1] in JOB_OVERVIEWS or segments[-1] in POSTING_SECTIONS:
        return PageType.CAREERS
    return PageType.POSTING if _IDENTIFIED.search(segments[-1]) or _is_job_title(segments[-1]) or depth == 2 else PageType.CAREERS


def _in_careers(last: str, parents: list[str]) -> PageType:
    """A page below a careers section: one posting, or more about working there."""
    if last in JOB_OVERVIEWS or SLUGS.get(last) in (PageType.CAREERS, PageType.TEAM, PageType.ABOUT, PageType.LEGAL):
        return PageType.CAREERS
    if last.isdigit() and len(last) < 3:
        return PageType.CAREERS  # page 2 of the list
    if parents[-1] in POSTING_SECTIONS or _is_job_title(last) or _IDENTIFIED.search(last):
        return PageType.POSTING
    return PageType.CAREERS


def _is_job_title(slug: str) -> bool:
    words = slug.split("-")
    if any(word in JOB_WORDS or word.endswith(JOB_ENDINGS) for word in words):
        return True
    return _GENDER_MARK.search(slug) is not None


def _by_words(slug: str, sections: list[PageType]) -> PageType:
    """A short slug that begins or ends with a known word: `kontakt-berlin`, `unser-starkes-team`."""
    words = slug.split("-")
    if 1 < len(words) <= _MAX_PHRASE_WORDS:
        for size in range(len(words) - 1, 0, -1):
            for part in ("-".join(words[:size]), "-".join(words[-size:])):
                found = SLUGS.get(part)
                if found is not None and (size > 1 or (found in _TELLING and part not in WEAK_WORDS)):
                    return found
    return sections[-1] if sections else PageType.UNKNOWN


_TELLING: Final = frozenset({PageType.CONTACT, PageType.IMPRINT, PageType.CAREERS, PageType.TEAM})


def _by_title(title: str, page_type: PageType, *, is_top: bool) -> PageType:
    if _TITLE_GENDER_MARK.search(title):
        return PageType.POSTING
    if page_type is not PageType.UNKNOWN:
        return page_type
    for part in _TITLE_BREAKS.split(title)[:3]:
        found = SLUGS.get(_slug(part.lower()))
        if found is PageType.CONTACT:
            return PageType.CONTACT_ROOT if is_top else PageType.CONTACT
        if found is not None:
            return found
    return page_type
