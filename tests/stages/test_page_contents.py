"""Stages `domains` and `page_contents`: what cannot be read says why, waits where it may pass, and never looks like nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inroad.crawl.failures import permanent, transient
from inroad.guard.errors import RateLimited
from inroad.store.models import Domain, Page, PageContent
from tests.endtoend.snapshots import fingerprint
from tests.stages.bench import DOMAIN, SITE, Bench, page

CONTACT = f"{SITE}/contact"


@pytest.fixture
def linked(bench: Bench) -> Bench:
    """A home page that links a contact page."""
    bench.web.pages |= {f"{SITE}/": page("Kestrel", links=["/contact"]), CONTACT: page("Contact")}
    return bench


def state(bench: Bench, url: str) -> tuple[str, str | None]:
    """Processing status and reason of a page."""
    return next(
        (status, reason)
        for found, status, reason in bench.rows(Page.url, Page.page_processing_status, Page.error_reason)
        if found == url
    )


def test_a_page_that_is_gone_ends_in_error_at_once(linked: Bench) -> None:
    """Asking for it again costs the site requests and us attempts."""
    del linked.web.pages[CONTACT]
    linked.run("domains", "pages", "page_contents")
    assert state(linked, CONTACT) == ("Error", "not-found")
    linked.run("page_contents")
    assert linked.web.asked.count(CONTACT) == 1


def test_a_page_that_fails_for_a_while_waits_and_is_read_later(linked: Bench) -> None:
    """A restart of the site's server must not cost us its contacts."""
    linked.web.pages[CONTACT] = transient("http-5xx", CONTACT, "met a fault of the server (HTTP 502)")
    linked.run("domains", "pages", "page_contents")
    assert state(linked, CONTACT) == ("Queued", "http-5xx")
    linked.run("page_contents")
    assert linked.web.asked.count(CONTACT) == 1  # its minute has not come
    linked.web.pages[CONTACT] = page("Contact")
    linked.change(Page.__table__.update().values(next_attempt_at=datetime.now(UTC) - timedelta(seconds=1)))
    linked.run("page_contents")
    assert state(linked, CONTACT) == ("Complete", None)


def test_a_site_that_asks_to_wait_is_not_asked_before(linked: Bench) -> None:
    """Asking before Retry-After ends gets the address blocked."""
    linked.web.pages[CONTACT] = RateLimited("Slow down.", retry_after_s=900)
    linked.run("domains", "pages", "page_contents")
    (due,) = [moment for url, moment in linked.rows(Page.url, Page.next_attempt_at) if url == CONTACT]
    assert due > datetime.now(UTC) + timedelta(minutes=14)


def test_a_page_that_leads_to_another_company_is_not_this_companys(linked: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its contacts would be stored under the wrong name."""
    from dataclasses import replace

    fetch = linked.web.fetch

    async def elsewhere(url: str, **options: object) -> object:
        answer = await fetch(url, **options)  # type: ignore[arg-type]
        return replace(answer, url="https://another.example/") if url == CONTACT else answer

    monkeypatch.setattr(linked.web, "fetch", elsewhere)
    linked.run("domains", "pages", "page_contents")
    assert state(linked, CONTACT) == ("Error", "redirected-away")


def test_a_home_page_that_is_refused_says_so_and_the_rest_is_still_read(bench: Bench) -> None:
    """A company without a word about its home page looks as if it had none."""
    bench.web.robots = f"Sitemap: {SITE}/sitemap.xml"
    bench.web.pages |= {
        f"{SITE}/": permanent("robots-disallowed", f"{SITE}/", "may not be read"),
        f"{SITE}/sitemap.xml": f'<?xml version="1.0"?><urlset><url><loc>{CONTACT}</loc></url></urlset>',
        CONTACT: page("Contact"),
    }
    bench.run("domains", "sitemaps", "pages", "page_contents")
    assert state(bench, f"{SITE}/") == ("Error", "robots-disallowed")
    assert state(bench, CONTACT) == ("Complete", None)


def test_a_home_page_that_fails_for_a_while_makes_the_domain_wait(bench: Bench) -> None:
    """An analysis without the home page would be final, and the company would stay without pages."""
    bench.web.pages[f"{SITE}/"] = transient("http-5xx", f"{SITE}/", "met a fault of the server (HTTP 503)")
    bench.run("domains")
    assert bench.rows(Domain.sitemap_analysis_status, Domain.error_reason) == [("Queued", "http-5xx")]


@pytest.mark.parametrize("reason", ["unknown-host", "address-refused", "tls-failed"])
def test_a_domain_that_cannot_be_reached_at_all_ends_in_error_with_the_reason(bench: Bench, reason: str) -> None:
    """Every name and scheme is tried before; then a person must learn why."""
    hosts = [f"{scheme}://{host}/" for scheme in ("https", "http") for host in (DOMAIN, f"www.{DOMAIN}")]
    bench.web.pages = {url: permanent(reason, url, "cannot be reached") for url in hosts}
    bench.run("domains")
    assert bench.rows(Domain.sitemap_analysis_status, Domain.error_reason) == [("Error", reason)]
    assert bench.web.asked == hosts


def test_a_company_that_has_moved_is_told_with_its_new_domain(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages of another company must not be stored under the old name."""
    from dataclasses import replace

    fetch = bench.web.fetch

    async def moved(url: str, **options: object) -> object:
        return replace(await fetch(url, **options), url="https://osprey.example/")  # type: ignore[arg-type]

    monkeypatch.setattr(bench.web, "fetch", moved)
    bench.run("domains")
    ((status, reason, sentence),) = bench.rows(Domain.sitemap_analysis_status, Domain.error_reason, Domain.error)
    assert (status, reason) == ("Error", "moved")
    assert "inroad add osprey.example" in sentence


def test_a_known_page_that_is_missing_twice_is_gone_and_its_content_stays(linked: Bench) -> None:
    """One 404 may be a mistake of the moment; what was read before is still the proof of a contact."""
    linked.run("domains", "pages", "page_contents")
    del linked.web.pages[CONTACT]
    linked.run("page_contents", again=True)
    assert dict(linked.rows(Page.url, Page.gone_at))[CONTACT] is None
    linked.run("page_contents", again=True)
    assert dict(linked.rows(Page.url, Page.gone_at))[CONTACT] is not None
    assert len(linked.rows(PageContent.id)) == 2


def test_unchanged_pages_write_nothing_and_changed_ones_a_new_version(linked: Bench) -> None:
    """Versions that say the same fill the disk and queue every extraction again."""
    linked.run("domains", "pages", "page_contents")
    before = fingerprint(linked.database)
    linked.run("domains", "pages", "page_contents", again=True)
    assert fingerprint(linked.database) == before
    linked.web.pages[CONTACT] = page("Contact us")
    linked.run("page_contents", again=True)
    assert sorted(linked.rows(PageContent.version)) == [1, 1, 2]


def test_no_more_pages_are_fetched_than_the_domain_may_take(bench: Bench) -> None:
    """The limit is a promise to the site."""
    bench.settings = bench.settings.model_copy(update={"pages_per_domain": 3})
    bench.web.pages |= {f"{SITE}/{name}": page(name) for name in ("contact", "about", "team", "imprint", "careers")}
    bench.web.pages[f"{SITE}/"] = page("Kestrel", links=["/contact", "/about", "/team", "/imprint", "/careers"])
    bench.run("domains", "pages", "page_contents")
    assert bench.rows(Page.page_processing_status).count("Complete") == 3
