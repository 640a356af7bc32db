"""The rule that selects pages when no person does: contact, about, team, imprint, careers, postings and the home page first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

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


def choose(pages: Sequence[Page], limit: int, *, fill: bool) -> list[int]:
    """Chooses pages of one domain: a pure function of the rows, whatever their order.

    Args:
        pages: All that may be chosen, with those already selected.
        limit: Pages read in all at most; those that failed for good do not count.
        fill: Use the room that the wanted types leave for further pages of priority 1 and 2.

    Returns:
        Ids of the pages to select now, the best first.
    """
    selected = [page for page in pages if page.page_curation_status == "Selected"]
    # A page that failed for good gives its place to another: many sitemaps list what is gone. Twice the limit are tried at most.
    readable = [page for page in selected if page.page_processing_status != "Error"]
    room = min(limit - len(readable), 2 * limit - len(selected))
    if room <= 0:
        return []
    taken = Counter(page.page_type for page in readable)
    chosen: list[int] = []
    for page in sorted(pages, key=_rank):
        if page.page_curation_status != "New" or page.page_processing_status != "Waiting":
            continue
        is_filling = fill and page.priority_level <= 2 and not _PRIVATE.search(page.url.lower())
        is_wanted = not is_file(page.url) and taken[page.page_type] < WANTED.get(page.page_type, 0)
        if is_filling or is_wanted:
            taken[page.page_type] += 1
            chosen.append(page.id)
    return chosen[:room]


def _rank(page: Page) -> tuple[int, bool, int, int, str]:
    return RANK.get(page.page_type, len(ORDER)), is_file(page.url), page.url.count("/"), len(page.url), page.url


def select_by_rule(session: Session, settings: Settings, domain_id: int, *, fill: bool) -> int:
    """Applies the rule to one domain; returns how many pages it selected."""
    chosen = choose(selectable(session, domain_id), settings.pages_per_domain, fill=fill)
    if not chosen:
        return 0
    reason = f"among the {settings.pages_per_domain} pages most worth reading"
    return select_pages(session, chosen, by=RULE, reason=reason, max_attempts=settings.max_attempts)
