"""The rule that selects pages when no person does: contact, about, team, imprint, careers, postings and the home page first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from inroad.settings import Settings
from inroad.stages.linking import is_file
from inroad.store.models import Page
from inroad.store.pages import select_pages, selectable

RULE = "rule:contact-first"
# How many pages of each type are wanted before any type gets more. The postings may be known only after the careers page.
WANTED = {"HOME": 1, "CONTACT_ROOT": 2, "IMPRINT": 1, "TEAM": 1, "ABOUT": 1, "CAREERS": 2, "POSTING": 4, "CONTACT": 1}
ORDER = (
    "HOME",
    "CONTACT_ROOT",
    "IMPRINT",
    "TEAM",
    "ABOUT",
    "CAREERS",
    "POSTING",
    "CONTACT",
    "LEGAL",
    "UNKNOWN",
    "PRODUCT",
    "BLOG",
)
RANK = {page_type: number for number, page_type in enumerate(ORDER)}
# Pages for visitors who have an account or a basket; whatever is on them, it is not for us and mostly behind a login.
_PRIVATE = re.compile(
    r"/(?:wp-)?(?:log-?(?:in|out)|sign-?(?:in|up|out)|anmelden|connexion|account|my-account|mein-konto|register|cart|basket|warenkorb|"
    r"checkout|password(?:-reset)?|forgot-password|lost-password|wishlist)(?:\.[a-z]{2,5})?/?(?:\?|$)"
)


# Which pages are likely to hold a kind of contact that is missing, the likeliest first.
LIKELY = {
    "email": ("CONTACT_ROOT", "CONTACT", "IMPRINT", "LEGAL", "TEAM", "ABOUT", "CAREERS"),
    "phone": ("CONTACT_ROOT", "CONTACT", "IMPRINT", "LEGAL", "ABOUT"),
    "address": ("CONTACT_ROOT", "CONTACT", "IMPRINT", "LEGAL", "ABOUT"),
    "person": ("TEAM", "ABOUT", "IMPRINT", "CONTACT"),
}
# What pages that no type fits are called where they hold such a kind, in their address.
_CALLED = {
    "email": re.compile(r"press|presse|media|support|service|help|hilfe|aide|feedback|enquir|anfrage|privacy|datenschutz|legal"),
    "phone": re.compile(
        r"locat|standort|filial|branch|office|agence|sede|sucursal|oddzia|vestiging|support|service|hotline|store"
    ),
    "address": re.compile(
        r"locat|standort|filial|branch|office|agence|sede|sucursal|oddzia|vestiging|anfahrt|direction|map|store"
    ),
    "person": re.compile(
        r"people|staff|leader|manage|board|vorstand|direction|equipe|who-we|wer-wir|founder|partner|experten|author"
    ),
}


def choose(pages: Sequence[Page], limit: int, *, fill: bool, missing: Collection[str] = ()) -> list[int]:
    """Chooses pages of one domain: a pure function of the rows, whatever their order.

    Args:
        pages: All that may be chosen, with those already selected.
        limit: Pages read in all at most; those that failed for good do not count.
        fill: Use the room that the wanted types leave for further pages of priority 1 and 2.
        missing: Kinds of contacts that the domain lacks: pages that are likely to hold one come first when room is filled, also
            those of priority 3.

    Returns:
        Ids of the pages to select now, the best first.
    """
    room, taken = _room(pages, limit)
    if room <= 0:
        return []
    chosen: list[int] = []
    for page in sorted(pages, key=lambda page: (_promise(page, missing), *_rank(page))):
        if page.page_curation_status != "New" or page.page_processing_status != "Waiting":
            continue
        is_wanted = not is_file(page.url) and taken[page.page_type] < WANTED.get(page.page_type, 0)
        if is_wanted or (fill and _may_fill(page, missing)):
            taken[page.page_type] += 1
            chosen.append(page.id)
    return chosen[:room]


def has_choice(pages: Sequence[Page], limit: int) -> bool:
    """Whether it matters for the filling which kinds are missing: there is room, and not simply room for all."""
    room, _ = _room(pages, limit)
    open_pages = [p for p in pages if p.page_curation_status == "New" and p.page_processing_status == "Waiting"]
    fillers = sum(_may_fill(page, ()) for page in open_pages)
    further = any(_may_fill(page, LIKELY) and not _may_fill(page, ()) for page in open_pages)
    return room > 0 and (fillers > room or further)


def _room(pages: Sequence[Page], limit: int) -> tuple[int, Counter[str]]:
    """How many more pages may be selected, and how many of each type are."""
    selected = [page for page in pages if page.page_curation_status == "Selected"]
    # A page that failed for good gives its place to another: many sitemaps list what is gone. Twice the limit are tried at most.
    readable = [page for page in selected if page.page_processing_status != "Error"]
    return min(limit - len(readable), 2 * limit - len(selected)), Counter(page.page_type for page in readable)


def _may_fill(page: Page, missing: Collection[str]) -> bool:
    is_near = page.priority_level <= 2 or _promise(page, missing) < _NO_PROMISE
    return is_near and not _PRIVATE.search(page.url.lower())


_NO_PROMISE = 99


def _promise(page: Page, missing: Collection[str]) -> int:
    """How soon a page is worth reading for what is missing: by its type's place among the likely ones, else by its address."""
    places = [LIKELY[kind].index(page.page_type) for kind in missing if page.page_type in LIKELY[kind]]
    if places:
        return min(places)
    path = page.url.partition("://")[2].partition("/")[2].lower()
    return 50 if missing and not is_file(page.url) and any(_CALLED[kind].search(path) for kind in missing) else _NO_PROMISE


def _rank(page: Page) -> tuple[int, bool, int, int, str]:
    return RANK.get(page.page_type, len(ORDER)), is_file(page.url), page.url.count("/"), len(page.url), page.url


def select_by_rule(session: Session, settings: Settings, domain_id: int, *, fill: bool, missing: Collection[str] = ()) -> int:
    """Applies the rule to one domain; returns how many pages it selected."""
    chosen = choose(selectable(session, domain_id), settings.pages_per_domain, fill=fill, missing=missing)
    if not chosen:
        return 0
    reason = (
        f"may hold what is missing: {', '.join(sorted(missing))}"
        if missing
        else f"among the {settings.pages_per_domain} pages most worth reading"
    )
    return select_pages(session, chosen, by=RULE, reason=reason, max_attempts=settings.max_attempts)
