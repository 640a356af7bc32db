"""Stage `pages`: names the pages of a domain, adds those that its home page links, and selects which to fetch."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from inroad.crawl.classify import CLASSIFIER_VERSION
from inroad.stages.documents import stored_html
from inroad.stages.linking import add_linked_pages, reclassified
from inroad.stages.selection import select_by_rule
from inroad.stages.work import StageReport, Tally, Work, each_domain
from inroad.store import claims
from inroad.store.gone_pages import restore_found
from inroad.store.models import Domain, Page
from inroad.store.page_kinds import Names, name_pages, pages_of_other_versions
from inroad.store.pages import newest_contents, page_count

STAGE = "pages"


async def run(work: Work, names: Sequence[str]) -> StageReport:
    """Classifies, discovers by links and selects; a domain in which nothing is new is not written."""

    async def handle(domain: Domain, tally: Tally) -> None:
        if domain.sitemap_analysis_status != "Complete" or domain.sitemap_curation_status == "Rejected":
            return
        changed, count = await work.database.run(_bring_up_to_date, work, domain)
        tally.succeed("changed" if changed else "unchanged")
        tally.counts["pages"] = count
        tally.counts["selected"] = changed

    return await each_domain(work, STAGE, names, handle)


def _bring_up_to_date(session: Session, work: Work, domain: Domain) -> tuple[int, int]:
    """How many pages are others now, and how many there are."""
    changed = restore_found(session, domain.id)
    changed += _name_again(session, domain)
    for _, content in newest_contents(session, domain.id, ("HOME",)):
        changed += add_linked_pages(session, work.settings, domain, stored_html(content.html_zlib), url=content.final_url)
    # While pages of an earlier, interrupted run are still due, their links may be the better choice: then it is made after them.
    is_settled = not claims.count_due(session, Page, Page.domain_id == domain.id, Page.page_curation_status == "Selected")
    if not work.is_manual and is_settled:
        changed += select_by_rule(session, work.settings, domain.id, fill=False)
    return changed, page_count(session, domain.id)


def _name_again(session: Session, domain: Domain) -> int:
    """Gives pages that an older classifier named the present one's type; returns how many are called differently now."""
    names = Names()
    for page in pages_of_other_versions(session, domain.id, CLASSIFIER_VERSION):
        page_type, level = reclassified(page)
        names.ids.append(page.id)
        names.page_types.append(page_type)
        names.priority_levels.append(level)
    return name_pages(session, CLASSIFIER_VERSION, names)
