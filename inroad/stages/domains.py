"""Stage `domains`: the analysis of a domain. Robots, the home page and its facts, and where its sitemaps are.

The home page is fetched here and stored as a page like any other, so that nothing downstream fetches it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from inroad.crawl.classify import CLASSIFIER_VERSION
from inroad.crawl.fetch import WebClient
from inroad.crawl.html import page_language, page_title
from inroad.crawl.links import extract_links, feed_links
from inroad.crawl.response import Response
from inroad.crawl.urls import canonical_url, registrable_domain
from inroad.guard.errors import InroadError, PermanentError
from inroad.stages.documents import Document, read_document, store_document
from inroad.stages.linking import is_asset, is_own_url, own_urls
from inroad.stages.origins import Origins, entrance, origin_of, renamed
from inroad.stages.sources import NAMED_LIMIT, Linked, guessed_sitemaps, linked_sitemaps, named_sitemaps
from inroad.stages.work import StageReport, Tally, Work, each_domain
from inroad.store import claims, visits
from inroad.store.domains import update_domain
from inroad.store.models import Domain, Page
from inroad.store.pages import add_pages, page_by_url, update_page
from inroad.store.progress import record_event
from inroad.store.robots_sitemaps import keep_named, miss_unnamed
from inroad.store.sitemaps import add_within_limit, sitemap_count

STAGE = "domains"
RULE = "rule:home"
# With these the same host may answer under another name or scheme; anything else is an answer.
TRY_ELSEWHERE = frozenset(
    {"unknown-host", "no-route", "connect-failed", "timeout", "tls-failed", "connection-reset", "bad-response", "address-refused"}
)


class DomainMoved(PermanentError):
    """The home page answers under another registrable domain."""

    reason = "moved"


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one visit found out about a domain.

    Attributes:
        home: The home page, None where the site does not give it to us.
        home_error: Why not.
        robots_sitemaps: Locations that robots.txt names.
        robots_origin: Scheme, host and port that it was read from; None where there is none or it could not be read.
        feeds: Feeds that the home page links.
        guessed: Sitemaps that the home page links or that answered under a well-known path.
        html_sitemaps: Pages of the site that link all others.
    """

    home: Document | None
    home_error: InroadError | None
    robots_sitemaps: tuple[str, ...]
    feeds: tuple[str, ...]
    guessed: tuple[str, ...]
    html_sitemaps: tuple[str, ...] = ()
    robots_origin: str | None = None


async def run(work: Work, web: WebClient, names: Sequence[str]) -> StageReport:
    """Analyses the domains that are due and visits the analysed ones again whose visit is older than `work.since`."""

    async def handle(domain: Domain, tally: Tally) -> None:
        if domain.sitemap_curation_status == "Rejected":
            return
        where = (Domain.id == domain.id,)
        for row in await work.database.run(claims.claim, Domain, *where, owner=work.owner, lease_s=work.settings.lease_s):
            await _analyse(work, web, row, tally)
        if work.since is not None and domain.sitemap_analysis_status == "Complete":
            await _visit_again(work, web, domain, tally)

    return await each_domain(work, STAGE, names, handle)


async def _analyse(work: Work, web: WebClient, domain: Domain, tally: Tally) -> None:
    opened = await work.database.run(_open_visit, work, domain)
    try:
        analysis = await _look(work, web, domain, None)
    except InroadError as error:
        await work.database.run(claims.fail, Domain, domain.id, error, owner=work.owner)
        await work.database.run(_close_visit, opened, "error", error_reason=error.reason)
        tally.stop(domain.name, error)
        return
    await work.database.run(_record, work, domain, analysis, is_first=True)
    await work.database.run(_close_visit, opened, "new")
    tally.succeed("new")


async def _visit_again(work: Work, web: WebClient, domain: Domain, tally: Tally) -> None:
    opened = await work.database.run(_open_visit_if_due, work, domain)
    if opened is None:
        return
    home = await work.database.run(_home_page, domain)
    try:
        analysis = await _look(work, web, domain, home)
    except InroadError as error:
        await work.database.run(_close_visit, opened, "error", error_reason=error.reason)
        tally.stop(domain.name, error)
        return
    changed = await work.database.run(_record, work, domain, analysis, is_first=False)
    outcome = "changed" if changed else "unchanged"
    await work.database.run(_close_visit, opened, outcome)
    tally.succeed(outcome)


def _open_visit(session: Session, work: Work, domain: Domain) -> int | None:
    subject = [(domain.id, domain.id)]
    opened = visits.open_visits(session, "domain", subject, run=work.run, owner=work.owner, lease_s=work.settings.lease_s)
    return opened.get(domain.id)


def _open_visit_if_due(session: Session, work: Work, domain: Domain) -> int | None:
    assert work.since is not None
    return _open_visit(session, work, domain) if visits.is_due_again(session, "domain", Domain, domain.id, work.since) else None


def _close_visit(session: Session, /, opened: int | None, outcome: str, **facts: Any) -> None:
    if opened is not None:
        visits.finish_visit(session, opened, outcome, **facts)


def _home_page(session: Session, domain: Domain) -> Page | None:
    return page_by_url(session, canonical_url(domain.home_url)) if domain.home_url else None


async def _look(work: Work, web: WebClient, domain: Domain, known: Page | None) -> Analysis:
    home, error = await _fetch_home(web, domain, known)
    base = home.final_url if home else f"https://{domain.name}/"
    robots = await web.robots_for(base)
    named = named_sitemaps(robots.robots.sitemaps, base=base)
    if home is not None:
        await _settle_origins(work, web, domain, home, named)
    named = _placed(domain, named)
    feeds = _placed(domain, own_urls(domain, feed_links(home.html, url=home.final_url), base=base)) if home and home.html else ()
    linked = Linked()
    guessed: tuple[str, ...] = ()
    if not named and not await work.database.run(sitemap_count, domain.id):
        linked = linked_sitemaps(domain, home.html, url=home.final_url) if home and home.html else linked
        guessed = linked.sitemaps or (await guessed_sitemaps(domain, web, base, has_feeds=bool(feeds)) if known is None else ())
    # A page that links all others serves where no sitemap does.
    html = () if guessed else linked.pages
    return Analysis(home, error, named, feeds, guessed, html, origin_of(robots.url) if robots.status == "found" else None)


async def _settle_origins(work: Work, web: WebClient, domain: Domain, home: Document, sitemaps: Sequence[str]) -> None:
    """Decides on the schemes and hosts of the home page's own links and of the sitemaps, before any of them is a row."""
    if home.html:
        domain.home_url = home.final_url
    origins = Origins(work, web, domain)
    await origins.learn(home.response.redirects)
    if home.html:
        anchors = [link.url for link in extract_links(home.html, url=home.final_url) if link.kind == "anchor"]
        own = own_urls(domain, anchors, base=home.final_url)
        await origins.settle(url for url in own if not is_asset(url))
    await origins.settle(entrance(url) for url in sitemaps)


def _placed(domain: Domain, sitemaps: Sequence[str]) -> tuple[str, ...]:
    """Sitemaps under the origin that holds for each: one that robots.txt names with http, https and www. is one file."""
    return tuple(dict.fromkeys(renamed(domain, url) for url in sitemaps))


async def _fetch_home(web: WebClient, domain: Domain, known: Page | None) -> tuple[Document | None, InroadError | None]:
    """The home page under the first name and scheme that answers, or why the site does not give it to us.

    Raises:
        InroadError: Nothing answers under the domain at all, it may answer later, or the company has moved to another domain.
    """
    first: InroadError | None = None
    urls = [domain.home_url] if domain.home_url else []
    urls += [f"{scheme}://{host}/" for scheme in ("https", "http") for host in (domain.name, f"www.{domain.name}")]
    for url in dict.fromkeys(urls):
        try:
            document = await read_document(web, url, known=known)
        except InroadError as error:
            first = first or error
            if error.reason in TRY_ELSEWHERE and not await _is_slow(web, url, error):
                continue
            if not isinstance(error, PermanentError):
                raise
            return None, error
        _check_not_moved(domain, document.response)
        return document, None
    assert first is not None
    raise first


async def _is_slow(web: WebClient, url: str, error: InroadError) -> bool:
    """Whether an origin answers, only not this page in time: its other names would take as long, 45 s each."""
    return error.reason == "timeout" and (await web.robots_for(url)).status != "unreachable"


def _check_not_moved(domain: Domain, response: Response) -> None:
    if not is_own_url(domain, response.url):
        new = registrable_domain(response.url)
        raise DomainMoved(f"{domain.name} sends its visitors to {new}.", mend=f"Add that domain instead: inroad add {new}")


def _record(session: Session, work: Work, domain: Domain, analysis: Analysis, *, is_first: bool) -> bool:
    settings = work.settings
    changed = False
    if analysis.home is not None:
        changed = _record_home(session, work, domain, analysis.home)
    elif is_first and analysis.home_error is not None:
        _record_refusal(session, domain, analysis.home_error)
    sources = (
        ("robots", analysis.robots_sitemaps),
        ("well-known", analysis.guessed),
        ("feed", analysis.feeds),
        ("html", analysis.html_sitemaps),
    )
    for source, urls in sources:
        added, _ = add_within_limit(
            session,
            domain.id,
            urls,
            source=source,
            limit=settings.sitemaps_per_domain,
            waiting=work.is_manual,
            max_attempts=settings.max_attempts,
        )
        changed |= added > 0
    changed |= _follow_robots(session, work, domain, analysis)
    if is_first:
        claims.complete(session, Domain, domain.id, owner=work.owner)
    return changed


def _follow_robots(session: Session, work: Work, domain: Domain, analysis: Analysis) -> bool:
    """Retires sitemaps that robots.txt names no longer; a file that names none at all says nothing of sitemaps."""
    named = analysis.robots_sitemaps
    if analysis.robots_origin is None or not named:
        return False
    woken = keep_named(session, domain.id, named)
    gone = miss_unnamed(session, domain.id, analysis.robots_origin, named) if len(named) < NAMED_LIMIT else 0
    if gone:
        said = f"Pages: {gone:,} gone with sitemaps that robots.txt names no longer."
        record_event(session, "pages", said, domain_id=domain.id, subject=analysis.robots_origin, run=work.run)
    return bool(woken or gone)


def _record_home(session: Session, work: Work, domain: Domain, home: Document) -> bool:
    if home.response.not_modified:
        known = _home_page(session, domain)
        if known is not None:
            _record_page_visit(session, work, known, home, "unchanged")
        return False
    url = canonical_url(home.final_url)
    row = {"url": url, "source": "home", "page_type": "HOME", "priority_level": 1, "classifier_version": CLASSIFIER_VERSION}
    status = {
        "page_curation_status": "Selected",
        "curated_by": RULE,
        "curation_reason": "home page",
        "page_processing_status": "Complete",
    }
    add_pages(session, domain.id, [{**row, **status}])
    page = page_by_url(session, url)
    if page is None or page.domain_id != domain.id:
        return False
    if page.page_curation_status == "New":
        update_page(session, page.id, **status)
    if page.page_processing_status == "Error":  # refused before, and given now
        update_page(session, page.id, page_processing_status="Complete", error=None, error_reason=None)
    changed = store_document(session, page, home, max_attempts=work.settings.max_attempts)
    _record_page_visit(session, work, page, home, "changed" if changed else "unchanged")
    facts = {"home_url": home.final_url, "title": page_title(home.html), "language": page_language(home.html)}
    update_domain(session, domain.id, **facts)
    return changed


def _record_refusal(session: Session, domain: Domain, error: InroadError) -> None:
    """The home page as a page that failed for good: the rest of the site may still be read, and the reason must be seen."""
    reason, sentence = claims.describe_error(error)
    url = canonical_url(getattr(error, "url", f"https://{domain.name}/"))
    if not is_own_url(domain, url):
        return
    row = {
        "url": url,
        "source": "home",
        "page_type": "HOME",
        "priority_level": 1,
        "classifier_version": CLASSIFIER_VERSION,
        "page_curation_status": "Selected",
        "curated_by": RULE,
        "curation_reason": "home page",
        "page_processing_status": "Error",
        "error": sentence,
        "error_reason": reason,
    }
    add_pages(session, domain.id, [row])


def _record_page_visit(session: Session, work: Work, page: Page, home: Document, outcome: str) -> None:
    """The home page was visited as a page too, so that the stage that fetches pages does not ask for it again."""
    subject = [(page.id, page.domain_id)]
    opened = visits.open_visits(session, "page", subject, run=work.run, owner=work.owner, lease_s=work.settings.lease_s)
    if page.id in opened:
        facts = {"http_status": home.response.status, "body_bytes": home.response.wire_bytes}
        visits.finish_visit(session, opened[page.id], outcome, duration_ms=home.response.duration_ms, **facts)
